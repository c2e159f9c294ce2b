"""Columns of PostgreSQL as the gate reads them: each in a type that every engine has, or as its text, or refused.

Reads the system's catalogue and writes one SELECT, which only names and casts. Whole numbers, floats, numerics of at
most 38 digits, truth values, texts, bytes, dates and times stay what they are; of everything else (uuid, inet,
interval, json, enums, ranges, composites, types of extensions) a reader gets the text. Lists of any of these are lists.
A domain is its base. Dates and times that no calendar has (infinity, before the year 1) are null, as is a numeric NaN.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.datatypes as dt

from licet.sources.catalogue import PostgresPlace
from licet.terms import SourceError

#: Relations that hold rows, by `pg_class.relkind`: tables, partitioned ones, views, materialised views, foreign tables.
_RELATIONS = frozenset("rpvmf")

#: The columns of a table, with the base under whatever domains lie over it; `may` is whether this role may read it.
_COLUMNS = """
WITH RECURSIVE told AS (
  SELECT a.attnum, a.attname, a.atttypid AS type, a.atttypmod AS modifier, a.attcollation,
         has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS may, 0 AS depth
  FROM pg_attribute a WHERE a.attrelid = %(relation)s AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT t.attnum, t.attname, d.typbasetype, d.typtypmod, t.attcollation, t.may, t.depth + 1
  FROM told t JOIN pg_type d ON d.oid = t.type WHERE d.typtype = 'd'
)
SELECT DISTINCT ON (told.attnum) told.attname, told.may, told.modifier, told.attcollation,
       coalesce(e.oid, b.oid)::regtype::text, e.oid IS NOT NULL, coalesce(e.typtype, b.typtype)::text,
       coalesce(e.typnamespace, b.typnamespace) = 'pg_catalog'::regnamespace, coalesce(e.typname, b.typname)::text
FROM told JOIN pg_type b ON b.oid = told.type
LEFT JOIN pg_type e ON e.oid = b.typelem AND b.typcategory = 'A'
ORDER BY told.attnum, told.depth DESC
"""

#: Types that are read as they are.
_PLAIN: dict[str, dt.DataType] = {
    "boolean": dt.boolean,
    "smallint": dt.int16,
    "integer": dt.int32,
    "bigint": dt.int64,
    "oid": dt.int64,
    "real": dt.float32,
    "double precision": dt.float64,
    "bytea": dt.binary,
}
_CALENDAR: dict[str, tuple[dt.DataType, str, str]] = {
    "date": (dt.date, "0001-01-01", "9999-12-31"),
    "timestamp without time zone": (
        dt.Timestamp(scale=6),
        "0001-01-01 00:00:00",
        "9999-12-31 23:59:59.999999",
    ),
    "timestamp with time zone": (
        dt.Timestamp("UTC", 6),
        "0001-01-01 00:00:00+00",
        "9999-12-31 23:59:59.999999+00",
    ),
}
_TEXTS = frozenset({"text", "character varying", "character", '"char"', "name"})
#: Types beside texts of which two equal values have one text.
_ONE_TEXT = frozenset({"smallint", "integer", "bigint", "oid", "uuid"})
_MOST_DIGITS = 38
#: The number of the collation "default" in `pg_collation`; 0 is of what has none.
_DEFAULT_COLLATION = 100


class Column(NamedTuple):
    """value: how it is selected; kind: as which type; may_name: whether its text can be an id."""

    name: str
    value: str
    kind: dt.DataType
    may_name: bool


def columns_of(connection: Any, table: str, place: PostgresPlace) -> list[Column]:
    """The columns of a table that the role may read, in their order.

    Raises: SourceError SRC-222 where there is no such table or none of its columns may be read.
    """
    found = connection.execute(
        "SELECT c.oid, c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = %s AND c.relname = %s",
        (place.schema_, place.table),
    ).fetchone()
    if found is None or found[1] not in _RELATIONS:
        what = "has no table of that name" if found is None else "has something else of that name"
        raise SourceError(
            "SRC-222",
            f"cannot read table {place.table!r} of table {table!r}: schema {place.schema_!r} {what}",
            place.url,
            "write schema: and table: as the database writes them, capital letters too; no search path is used",
        )
    told = connection.execute(_COLUMNS, {"relation": found[0]}).fetchall()
    if not any(may for _, may, *_ in told):
        raise SourceError(
            "SRC-222",
            f"cannot read table {place.table!r} of table {table!r}: the role may read none of its columns",
            place.url,
            "GRANT SELECT on the table, or on the columns that the catalogue speaks of, to the role",
        )
    return [_column(*one) for one in told if one[1]]


def selection(place: PostgresPlace, columns: list[Column]) -> str:
    """The SELECT of these columns."""
    named = ", ".join(f"{one.value} AS {quoted(one.name)}" for one in columns)
    return f"SELECT {named} FROM {quoted(place.schema_)}.{quoted(place.table)} AS licet_rows"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _column(
    name: str, _may: bool, modifier: int, collation: int, base: str, is_list: bool, typtype: str,
    is_own: bool, typname: str,
) -> Column:  # fmt: skip
    value = f"licet_rows.{quoted(name)}"
    kind, cast, may_name = _scalar(base, modifier, typtype, is_own, typname)
    if is_list:
        return _list(name, value, kind, cast, collation, may_name)
    if kind.is_date() or kind.is_timestamp():
        first, last = _CALENDAR[base][1:]
        value = f"CASE WHEN {value} BETWEEN '{first}'::{base} AND '{last}'::{base} THEN {value} END"
    elif kind.is_decimal():
        value = f"nullif({value}, 'NaN')"
    elif base == "inet":
        value = (
            f"abbrev({value})"  # as the server writes it; its cast to text adds the width of a lone address
        )
    value = value if cast is None else f"{value}::{cast}"
    return Column(name, _collated(value, kind, collation), kind, may_name)


def _collated(value: str, kind: dt.DataType, collation: int) -> str:
    """Texts compared by their bytes, as the default collation does: another could make one id of Ann and ann."""
    is_text = kind.is_string() or (kind.is_array() and kind.value_type.is_string())
    return f'({value}) COLLATE "default"' if is_text and collation not in (0, _DEFAULT_COLLATION) else value


def _scalar(
    base: str, modifier: int, typtype: str, is_own: bool, typname: str
) -> tuple[dt.DataType, str | None, bool]:
    """As which type one value is read, what it is cast to first, and whether it can be an id."""
    if is_own and base in _PLAIN:
        return _PLAIN[base], "bigint" if base == "oid" else None, base in _ONE_TEXT
    if is_own and base in _CALENDAR:
        return _CALENDAR[base][0], None, False
    if is_own and base == "numeric" and modifier >= 4:
        digits, scale = (modifier - 4) >> 16 & 0xFFFF, (modifier - 4) & 0x7FF
        if digits <= _MOST_DIGITS and scale <= digits:
            return dt.Decimal(digits, scale), None, scale == 0
    is_text = is_own and base in _TEXTS
    may_name = (
        is_text or typtype == "e" or (is_own and base in _ONE_TEXT) or (not is_own and typname == "citext")
    )
    return dt.string, None if is_own and base == "text" else "text", may_name


def _list(
    name: str, value: str, kind: dt.DataType, cast: str | None, collation: int, may_name: bool
) -> Column:
    """One of several dimensions, or that does not begin at 1, is laid out as the plain list of its elements."""
    if kind.is_date() or kind.is_timestamp() or kind.is_decimal():
        kind, cast = dt.string, "text"  # some of which no list could hold
    value = value if cast is None else f"{value}::{cast}[]"
    value, kind = _collated(value, dt.Array(kind), collation), dt.Array(kind)
    odd = f"array_ndims({value}) > 1 OR array_lower({value}, 1) <> 1"
    return Column(
        name, f"CASE WHEN {odd} THEN ARRAY(SELECT unnest({value})) ELSE {value} END", kind, may_name
    )
