"""`licet catalogue draft`: look at tables that nobody has described, and propose a catalogue for a person to confirm.

Some rows of each table are read, to see which column names each row once and which hold ids of members; nothing of
them is written down. What is written permits nothing: every guess is marked (SRC-195).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.engine_choice import engine_at
from licet.enforce.id_types import is_id_type
from licet.enforce.listed_table import ListedTable
from licet.enforce.pseudonyms import id_text
from licet.enforce.table_listing import tables_at
from licet.sources.catalogue import Catalogue, Table
from licet.sources.catalogue_file import load_catalogue, save_catalogue
from licet.sources.catalogue_guesses import Column, DescribedTable, draft_of, guess_members_table
from licet.sources.embedded_labels import stamped_labels
from licet.terms import AppError, LicetError, SourceError

#: Rows of each table that are looked at, and ids of members that they are compared with.
_SAMPLED_ROWS, _MOST_MEMBERS = 1_000, 2_000_000

_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")


class Drafted(NamedTuple):
    """A catalogue of guesses, and the tables that could not be read."""

    catalogue: Catalogue
    unread: tuple[LicetError, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "tables": list(self.catalogue.tables), "confirm": self.catalogue.unconfirmed,
            "unread": [error.as_dict() for error in self.unread],
        }  # fmt: skip


def draft_catalogue(place: str) -> Drafted:
    """place: a folder, a file, or a database's URL. Raises: SourceError SRC-196, SRC-033."""
    found, described, opened, unread = tables_at(place), [], {}, []
    engine = engine_at(listed.location for listed in found.values())
    for name, listed in found.items():
        try:
            rows = engine.open(name, Table(location=listed.location, columns={}), Path(), {}, {})
            with engine.reading(f"table {name!r}"):
                described.append(_describe(name, listed, rows))
            opened[name] = rows
        except SourceError as error:
            unread.append(error)
    members = guess_members_table(described)
    if members is not None:
        with engine.reading("the ids of members"):
            described = _with_members(described, members, opened)
    return Drafted(draft_of(described, members), tuple(unread))


def write_draft(drafted: Drafted, path: Path) -> None:
    """Raises: AppError APP-220 where there is a catalogue with tables already; SourceError SRC-011."""
    if path.exists() and load_catalogue(path).tables:
        raise AppError(
            "APP-220",
            "there is a catalogue with tables here already",
            str(path),
            "write the draft to another file with --out, and take from it what you need",
        )
    save_catalogue(drafted.catalogue, path)


def _describe(name: str, listed: ListedTable, rows: ir.Table) -> DescribedTable:
    location = listed.location
    stamps = stamped_labels(location.parquet) if location.parquet is not None else {}
    sample = rows.limit(_SAMPLED_ROWS).to_pyarrow()
    is_text_file = location.kind in ("csv", "jsonl")
    columns = tuple(
        Column(column, _kind(kind, sample[column] if is_text_file else None), stamps.get(column))
        for column, kind in rows.schema().items()
    )
    parts = {part: label for part, label in stamps.items() if part not in rows.columns}
    return DescribedTable(name, location, columns, _key(name, listed, rows), listed.references, parts, {})


def _kind(kind: dt.DataType, texts: pa.ChunkedArray | None) -> str:
    if kind.is_timestamp():
        return "time"
    if kind.is_date():
        return "date"
    if kind.is_array() and is_id_type(kind.value_type):
        return "list"
    if kind.is_integer():
        return "integer"
    if not is_id_type(kind) or kind.is_null():
        return "other"
    if texts is not None and kind.is_string():
        some = [text for text in texts.to_pylist() if text]
        if some and all(_ISO_TIME.fullmatch(text) for text in some):
            return "time"
    return "text"


def _key(name: str, listed: ListedTable, rows: ir.Table) -> str | None:
    """What the database says names a row; else a column that is called so and does, in every row."""
    if len(listed.keys) == 1:
        return listed.keys[0]
    stem = name.removesuffix("s")
    wanted: tuple[str, ...] = ("id", f"{stem}_id", f"{name}_id", "key", "uuid", stem)
    for column, kind in rows.schema().items():
        if column.lower() in wanted and is_id_type(kind) and not kind.is_null():
            told = rows.aggregate(every=rows.count(), each=rows[column].nunique()).to_pyarrow().to_pylist()[0]
            if told["every"] == told["each"]:
                return str(column)
    return None


def _with_members(
    tables: list[DescribedTable], members: str, opened: Mapping[str, ir.Table]
) -> list[DescribedTable]:
    """The tables with the share of each column's ids that are members'."""
    key = next(table.key for table in tables if table.name == members)
    ids = (
        opened[members].select(id=id_text(opened[members][str(key)])).limit(_MOST_MEMBERS).to_pyarrow()["id"]
    )
    known = pc.unique(ids.combine_chunks())
    found = []
    for table in tables:
        shares = {}
        rows = opened[table.name]
        for column in table.columns:
            if column.kind in ("text", "integer", "list"):
                some = rows.select(id=id_text(rows[column.name])).limit(_SAMPLED_ROWS).to_pyarrow()["id"]
                texts = (some.combine_chunks().flatten() if column.kind == "list" else some).drop_null()
                if len(texts):
                    shares[column.name] = pc.sum(pc.is_in(texts, value_set=known)).as_py() / len(texts)
        found.append(table._replace(members=shares))
    return found
