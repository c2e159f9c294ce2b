"""A file's rows as an Arrow table: columns in the file's order, duplicates kept apart, dates read beside the text."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from licet.sources.dates import WrittenDate, read_date
from licet.sources.import_report import Unread
from licet.sources.linkedin.linkedin_csv import Sheet, fold_word
from licet.sources.linkedin.linkedin_layout import FileLayout

_MOMENT = pa.timestamp("us", tz="UTC")
_BATCH_ROWS = 8192
#: Short rows under a long header would make much of little: a bound on what is held in memory.
MOST_ROWS, MOST_CELLS = 2_000_000, 20_000_000
#: Names that the import's own columns have.
_OWN = ("record_id", "member_id", "created", "visibility", "archive_file", "beyond_header")


@dataclass(frozen=True, slots=True)
class SheetTable:
    """Rows of one file and the kind of data of each column.

    remark:       one sentence when rows did not fit their header.
    visibilities: the visibilities that occur.
    unread:       the rows that could not be read.
    """

    data: pa.Table
    labels: dict[str, str | None]
    remark: str = ""
    has_visibility: bool = False
    visibilities: frozenset[str] = frozenset()
    unread: tuple[Unread, ...] = ()

    def first(self, column: str) -> str | None:
        """The first row's text in a column; None when there is neither."""
        if column not in self.data.column_names or self.data.num_rows == 0:
            return None
        value = self.data.column(column)[0].as_py()
        return str(value) if value is not None else None


def full_rows(sheet: Sheet) -> Iterator[list[str]]:
    """The rows that hold anything, as they are read; what is beyond any export's measure is left, and told."""
    width, count, cells = len(sheet.header), 0, 0
    for row in sheet.rows:
        if not any(cell.strip() for cell in row):
            continue
        count += 1
        cells += max(width, len(row))
        yield row
        if count >= MOST_ROWS or cells >= MOST_CELLS:
            sheet.rows.leave("the file has far more rows than an export")
            return


def sheet_table(sheet: Sheet, layout: FileLayout, file_name: str, subject: str) -> SheetTable:
    """Every cell of the sheet as text, empty ones as null, with member_id, created and visibility beside them.

    Cells beyond the header go to a list column `beyond_header`, unlabelled. Raises: what reading the archive raises.
    """
    names = _column_names(tuple(layout.spelling(cell) for cell in sheet.header))
    width = len(names)
    created = column_position(sheet, layout.created)
    visibility = column_position(sheet, layout.visibility)
    fields = [pa.field(name, pa.string()) for name in names]
    fields += [pa.field("beyond_header", pa.list_(pa.string())), pa.field("created", _MOMENT)]
    fields += [pa.field("visibility", pa.string())]
    schema = pa.schema(fields)
    batches: list[pa.RecordBatch] = []
    rows = full_rows(sheet)
    while chunk := list(itertools.islice(rows, _BATCH_ROWS)):
        columns: list[list[object]] = [[_cell(row, n) for row in chunk] for n in range(width)]
        columns.append([[cell for cell in row[width:] if cell.strip()] or None for row in chunk])
        columns.append([moment_of(date_in(row, created)) for row in chunk])
        columns.append([audience_in(row, visibility) for row in chunk])
        arrays = [pa.array(values, field.type) for values, field in zip(columns, fields, strict=True)]
        batches.append(pa.RecordBatch.from_arrays(arrays, schema=schema))
    if sheet.rows.damage is not None:
        raise sheet.rows.damage
    data = pa.Table.from_batches(batches, schema=schema)
    labels = {name: layout.label(cell) for name, cell in zip(names, sheet.header, strict=True)}
    data, labels, remark = _without_idle(data, labels, sheet, layout)
    data, labels = _with_listed(data, labels, layout)
    labels |= _own_labels(layout, data)
    for name, value in (("archive_file", file_name), ("member_id", subject)):
        data = data.add_column(0, name, pa.array([value] * data.num_rows, pa.string()))
    seen = data.column("visibility").to_pylist() if visibility is not None else []
    return SheetTable(
        data, labels, remark, visibility is not None, frozenset(value for value in seen if value is not None),
        tuple(sheet.unread),
    )  # fmt: skip


def _without_idle(
    data: pa.Table, labels: dict[str, str | None], sheet: Sheet, layout: FileLayout
) -> tuple[pa.Table, dict[str, str | None], str]:
    """Leave out columns that came of nothing: unnamed and empty ones, and our own where they do not apply."""
    idle = [
        name for name, cell in zip(labels, sheet.header, strict=True) if not cell and _is_empty(data, name)
    ]
    beyond = not _is_empty(data, "beyond_header")
    idle += [] if beyond else ["beyond_header"]
    idle += ["created"] if column_position(sheet, layout.created) is None else []
    idle += ["visibility"] if layout.visibility is None else []
    unknown = [name for name, label in labels.items() if label is None and name not in idle]
    remarks = [f"columns not known, and left unlabelled: {', '.join(unknown)}"] if unknown else []
    if beyond:
        remarks.append("some rows have more cells than the header; those are in beyond_header, unlabelled")
    return (
        data.drop_columns(idle),
        {name: label for name, label in labels.items() if name not in idle},
        "; ".join(remarks),
    )


def _with_listed(
    data: pa.Table, labels: dict[str, str | None], layout: FileLayout
) -> tuple[pa.Table, dict[str, str | None]]:
    """Add the columns that this export left out, empty, so that a recipe finds the same ones in every archive."""
    for word, name in zip(layout.words, _column_names(layout.words), strict=True):
        if name not in labels:
            data = data.append_column(name, pa.nulls(data.num_rows, pa.string()))
            labels = {**labels, name: layout.label(word)}
    return data, labels


def _own_labels(layout: FileLayout, data: pa.Table) -> dict[str, str | None]:
    """Of the columns that are ours: those that name a row are of its kind, a date is of the kind of the one written."""
    written = {"created": layout.created, "visibility": layout.visibility}
    placing = {name: layout.label(column) for name, column in written.items() if column is not None}
    own = {"record_id": layout.kind, "member_id": layout.kind, **placing}
    return {name: label for name, label in own.items() if name not in placing or name in data.column_names}


def _is_empty(data: pa.Table, name: str) -> bool:
    return bool(data.column(name).null_count == data.num_rows)


def _column_names(header: tuple[str, ...]) -> list[str]:
    """A name for each cell of the header: ``Job Titles`` is job_titles, the next one job_titles_2."""
    names: list[str] = []
    for number, cell in enumerate(header, start=1):
        spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cell)
        name = re.sub(r"[\W_]+", "_", spaced.casefold()).strip("_") or f"column_{number}"
        name = f"{name}_as_written" if name in _OWN else name
        unique, count = name, 2
        while unique in names:
            unique, count = f"{name}_{count}", count + 1
        names.append(unique)
    return names


def column_position(sheet: Sheet, column: str | None) -> int | None:
    """Where a column stands, whatever the case and spaces of its name; None where it does not."""
    if column is None:
        return None
    words = [fold_word(cell) for cell in sheet.header]
    return words.index(fold_word(column)) if fold_word(column) in words else None


def _cell(row: list[str], position: int) -> str | None:
    return (row[position].strip() or None) if position < len(row) else None


def date_in(row: list[str], position: int | None) -> WrittenDate | None:
    """The date in a cell, and how exactly it is written; None where there is none that can be read."""
    return read_date(_cell(row, position)) if position is not None else None


def moment_of(written: WrittenDate | None) -> datetime | None:
    """When a record was made; a month or a year is too little to say."""
    return written.moment if written is not None and written.precision in ("moment", "day") else None


def audience_in(row: list[str], position: int | None) -> str | None:
    """Who could see the record, in small letters; None where nobody wrote it."""
    written = _cell(row, position) if position is not None else None
    return written.casefold() if written is not None else None
