"""A log of who did what to which item when, as somebody's own system writes it: CSV, JSON lines, Parquet.

Ids are text, byte for byte as the file has them; in JSON lines and Parquet they may be whole numbers too. Nothing is
sniffed: the caller says what the columns are. A file that is none of its form, or lacks a column, is refused, and no
refusal says what stands in a row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from licet.sources.catalogue import STAMP
from licet.sources.csv_files import csv_head
from licet.terms import SourceError

#: Rows that are read at a time from JSON lines and Parquet; bytes from CSV.
_BATCH_ROWS, _BATCH_BYTES = 50_000, 4 << 20

Seen = Callable[[int, int], None]


class EventForm(StrEnum):
    """How a log is written."""

    csv = "csv"
    jsonl = "jsonl"
    parquet = "parquet"


_ENDINGS = {
    ".csv": EventForm.csv,
    ".jsonl": EventForm.jsonl,
    ".ndjson": EventForm.jsonl,
    ".parquet": EventForm.parquet,
}


class EventColumns(NamedTuple):
    """The columns of a log: who, to what, when; time is None where no column says it."""

    subject: str
    item: str
    time: str | None

    @property
    def named(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for name in self if name is not None))


def form_of_events(path: Path, form: str | None) -> EventForm:
    """As asked, else by the ending. Raises: SourceError SRC-200."""
    known = (
        _ENDINGS.get(path.suffix.lower()) if form is None else next((f for f in EventForm if f == form), None)
    )
    if known is None:
        said = (
            f"the ending {path.suffix!r} does not say"
            if form is None
            else f"there is no form {form!r} that says"
        )
        raise SourceError(
            "SRC-200",
            f"{said} how the events are written",
            str(path),
            f"say --format, one of: {', '.join(EventForm)}",
        )
    return known


def stamps_of_events(path: Path, form: EventForm, columns: EventColumns) -> dict[str, str]:
    """The kinds of data that a Parquet file says its columns hold; nothing of any other."""
    if form is not EventForm.parquet:
        return {}
    schema = _opened(path).schema_arrow
    _require_columns(schema.names, columns, path)
    stamps = {name: (schema.field(name).metadata or {}).get(STAMP, b"") for name in columns.named}
    return {name: stamp.decode("utf-8", "replace") for name, stamp in stamps.items() if stamp}


def read_events(path: Path, form: EventForm, columns: EventColumns, seen: Seen) -> Iterator[pa.Table]:
    """The log's rows in its order, a part at a time, with the columns that were asked for as the file has them.

    CSV is text throughout; of JSON lines whole numbers are text as they are written, and what is no text is null.
    seen: called with how many bytes of how many are read.
    Raises: SourceError SRC-200 to SRC-202, SRC-163.
    """
    read = {EventForm.csv: _csv_parts, EventForm.jsonl: _json_parts, EventForm.parquet: _parquet_parts}[form]
    try:
        yield from read(path, columns, seen)
    except OSError as error:
        raise _unreadable(error.strerror or str(error), path) from None
    except UnicodeDecodeError:
        raise _unreadable("it is not UTF-8", path) from None
    except pa.ArrowException as error:
        raise _unreadable(str(error).splitlines()[0], path) from None


def _csv_parts(path: Path, columns: EventColumns, seen: Seen) -> Iterator[pa.Table]:
    size = path.stat().st_size
    _require_columns(csv_head(path, ",").names, columns, path)
    ragged: list[pyarrow.csv.InvalidRow] = []

    def leave_out(row: pyarrow.csv.InvalidRow) -> str:
        ragged.append(row)
        return "skip"

    with pyarrow.csv.open_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(use_threads=False, block_size=_BATCH_BYTES),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True, invalid_row_handler=leave_out),
        convert_options=pyarrow.csv.ConvertOptions(
            include_columns=columns.named, column_types=dict.fromkeys(columns.named, pa.string()),
            strings_can_be_null=False,
        ),
    ) as reader:  # fmt: skip
        done = 0
        for batch in reader:
            done += batch.nbytes
            seen(min(done, size), size)
            yield pa.Table.from_batches([batch])
    for row in ragged:  # told without what stands in it
        raise _unreadable(
            f"row {row.number} has {row.actual_columns} values, not {row.expected_columns}", path
        )


def _json_parts(path: Path, columns: EventColumns, seen: Seen) -> Iterator[pa.Table]:
    size, done, met = path.stat().st_size, 0, set[str]()
    with path.open("rb") as file:
        rows: list[tuple[str | None, ...]] = []
        for number, line in enumerate(file, 1):
            done += len(line)
            if line.strip():
                row = _json_row(line, number, path)
                met.update(row)
                rows.append(tuple(_json_text(row.get(name), name == columns.time) for name in columns.named))
            if len(rows) == _BATCH_ROWS:
                seen(done, size)
                yield _as_table(rows, columns)
                rows.clear()
        _require_columns(sorted(met), columns, path)
        yield _as_table(rows, columns)


def _json_row(line: bytes, number: int, path: Path) -> dict[str, Any]:
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        row = json.loads(text, parse_int=str, parse_float=_Fraction)  # as written, so that no digit is lost
    except UnicodeDecodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise _unreadable(f"line {number} is no JSON object: {error}", path) from None
    if not isinstance(row, dict):
        raise _unreadable(f"line {number} is no JSON object", path)
    return row


class _Fraction(str):
    """A number of JSON that is not whole, as it is written."""


def _json_text(value: Any, may_be_fraction: bool) -> str | None:
    if not isinstance(value, str) or (isinstance(value, _Fraction) and not may_be_fraction):
        return None
    return str(value) if _has_utf8(value) else None


def _has_utf8(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _as_table(rows: list[tuple[str | None, ...]], columns: EventColumns) -> pa.Table:
    values = list(zip(*rows, strict=True)) or [()] * len(columns.named)
    return pa.table(
        {name: pa.array(each, pa.string()) for name, each in zip(columns.named, values, strict=True)}
    )


def _parquet_parts(path: Path, columns: EventColumns, seen: Seen) -> Iterator[pa.Table]:
    file = _opened(path)
    _require_columns(file.schema_arrow.names, columns, path)
    done, total = 0, file.metadata.num_rows
    for batch in file.iter_batches(_BATCH_ROWS, columns=list(columns.named)):
        done += batch.num_rows
        seen(done, total)
        part = pa.Table.from_batches([batch]).select(columns.named)
        part.validate(full=True)  # bytes that are no UTF-8 pass for text there
        for name in {columns.subject, columns.item}:
            part = part.set_column(part.column_names.index(name), name, _ids(part[name], name, path))
        yield part


def _ids(values: pa.ChunkedArray, name: str, path: Path) -> pa.ChunkedArray:
    kind = values.type
    if pa.types.is_dictionary(kind):
        kind, values = kind.value_type, values.cast(kind.value_type)
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    if not (is_text or pa.types.is_integer(kind) or pa.types.is_null(kind)):
        raise SourceError(
            "SRC-202", f"column {name!r} of the events is {kind}, and an id is text or a whole number", str(path),
            "write it as the text that your system knows it by",
        )  # fmt: skip
    return pc.cast(values, pa.string())


def _opened(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except OSError as error:
        raise _unreadable(error.strerror or "it is no Parquet", path) from None
    except pa.ArrowException as error:
        raise _unreadable(str(error).splitlines()[0], path) from None


def _require_columns(names: list[str] | tuple[str, ...], columns: EventColumns, path: Path) -> None:
    missing = [name for name in columns.named if list(names).count(name) != 1]
    if missing:
        there = ", ".join(repr(name) for name in list(names)[:20]) or "none"
        raise SourceError(
            "SRC-201",
            f"the events have no one column {missing[0]!r}",
            str(path),
            f"the columns there: {there}",
        )


def _unreadable(why: str, path: Path) -> SourceError:
    return SourceError(
        "SRC-200", f"the events cannot be read: {why}", str(path),
        f"give a whole file in one of the forms {', '.join(EventForm)}, text in UTF-8",
    )  # fmt: skip
