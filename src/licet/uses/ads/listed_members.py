"""Who is in which audience of one recipient, by which identifier: of what the gate shows for that recipient alone.

A cell that is not permitted to the recipient is null, and null is in no segment: so whoever is on a list permits the
identifier, and each kind of data that the list discloses of them. No address comes this far: the gate hashes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.access import Access
from licet.enforce.selection import people_columns
from licet.terms import UseError
from licet.terms.vocabulary import ADVERTISING, HASHED_ADDRESS, ancestors
from licet.uses.ads.segment import ALLOWED, SegmentLayout, is_allowed
from licet.uses.row_buckets import OWNER

#: A member on a list, by one identifier; two of theirs are two rows, and two members may have one.
LISTED = pa.schema([(OWNER, pa.string()), ("audience", pa.string()), ("identifier", pa.string())])


def listed_members(
    access: Access, layout: SegmentLayout, subjects: Collection[str] | None = None
) -> pa.Table:
    """Of LISTED, in no order that means anything: everybody's, or those of some people.

    Raises: UseError ADS-003 for a column of a kind of data that draws no list, ADS-004 for a table that is not there or
    about several people a row, ADS-005 for a purpose that is none of advertising; as `Access.rows`.
    """
    if access.purpose not in ADVERTISING:
        raise UseError(
            "ADS-005",
            f"no list is made for {access.purpose}",
            fix=f"make it for one of: {', '.join(sorted(ADVERTISING))}",
        )
    audiences = layout.audiences_of(access.recipient)
    identifiers = {
        scheme: _identifiers(access, layout, scheme, subjects)
        for scheme in sorted({audience.scheme for audience in audiences.values()})
    }
    wanted = {
        value
        for audience in audiences.values()
        for value in layout.segments[audience.segment].where
    }  # fmt: skip
    values = {value: _values(access, layout, value, subjects) for value in sorted(wanted)}
    tables = [LISTED.empty_table()]
    for name, audience in audiences.items():
        rows = identifiers[audience.scheme]
        for value, words in layout.segments[audience.segment].where.items():
            held = values[value]
            fit = held.filter(pc.is_in(held["value"], value_set=pa.array(words, pa.string())))
            rows = rows.filter(pc.is_in(rows[OWNER], value_set=fit[OWNER].combine_chunks()))
        named = pa.repeat(pa.scalar(name), len(rows))
        tables.append(pa.table([rows[OWNER], named, rows["value"]], LISTED.names).cast(LISTED))
    return pa.concat_tables(tables)


def _identifiers(
    access: Access, layout: SegmentLayout, scheme: str, subjects: Collection[str] | None
) -> pa.Table:
    table, column = layout.identifiers.table, layout.identifiers.columns[scheme]
    _require(access, table, column, f"it is {HASHED_ADDRESS}", lambda kind: HASHED_ADDRESS in ancestors(kind))
    return _told(access, table, column, subjects)


def _values(access: Access, layout: SegmentLayout, value: str, subjects: Collection[str] | None) -> pa.Table:
    reviewed = layout.values[value]
    kinds = f"it is one of {', '.join(sorted(ALLOWED))}, or below"
    _require(access, reviewed.table, reviewed.column, kinds, is_allowed)
    return _told(access, reviewed.table, reviewed.column, subjects)


def unfit_table(table: str) -> UseError:
    return UseError(
        "ADS-004",
        f"table {table!r} is not there, or a row of it is not about exactly one member",
        fix="name a table that the catalogue has, with one column under subjects",
    )


def _require(access: Access, table: str, column: str, kinds: str, is_fit: Callable[[str], bool]) -> None:
    described = access.tables.get(table)
    if described is None or not access.is_about_one(table):
        raise unfit_table(table)
    kind = described.columns.get(column)
    if kind is None or not is_fit(kind):
        raise UseError(
            "ADS-003",
            f"no list is drawn by {table}.{column}, which the catalogue calls {kind or 'nothing'}",
            fix=f"name a column of which the catalogue says that {kinds}",
        )


def _told(access: Access, table: str, column: str, subjects: Collection[str] | None) -> pa.Table:
    """Whose row has which value: OWNER and value, each pair once, where both are there; of a list each element."""
    (person,) = people_columns(access.tables[table].subjects)
    with access.rows(table, [column], subjects) as batches:
        read = batches.read_all()
    if column not in read.column_names:
        return pa.table({OWNER: pa.array([], pa.string()), "value": pa.array([], pa.string())})
    owners, values = read[person].combine_chunks(), read[column].combine_chunks()
    if pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
        owners, values = owners.take(pc.list_parent_indices(values)), pc.list_flatten(values)
    told = pa.table([owners.cast(pa.string()), values.cast(pa.string())], [OWNER, "value"]).drop_null()
    return told.group_by([OWNER, "value"]).aggregate([])
