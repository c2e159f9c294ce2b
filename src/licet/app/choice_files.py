"""Files of choices that members made elsewhere, row by row: CSV, JSON lines, Parquet, Arrow IPC.

Every value comes as the file has it, with the line or row that it stands in; nothing is sniffed. CSV and JSON lines are
text; in Parquet and Arrow ids are text or whole numbers, and moments text or timestamps. What is no such file, lacks a
column or has one that nobody asked for is refused: a misspelt `category` would make a narrow choice a wide one.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TextIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from licet.terms import AppError

NEEDED = ("subject", "setting", "state", "when")
COLUMNS = (*NEEDED, "source", "category", "table", "key", "organisation")
#: What may be a whole number in Parquet and Arrow.
_IDS = ("subject", "key", "organisation")

#: The first and last day of the calendar, as days since 1970; a day in microseconds.
_FIRST_DAY, _LAST_DAY = ((day - date(1970, 1, 1)).days for day in (date.min, date.max))
_DAY_US = 86_400_000_000

#: Characters of one field of a CSV file; the most an id, a source and a moment can want.
_MOST_FIELD_LETTERS = 65_536


class Form(StrEnum):
    """How a file of choices is written."""

    csv = "csv"
    jsonl = "jsonl"
    parquet = "parquet"
    arrow = "arrow"


_ENDINGS = {
    ".csv": Form.csv, ".jsonl": Form.jsonl, ".ndjson": Form.jsonl, ".parquet": Form.parquet,
    ".arrow": Form.arrow, ".arrows": Form.arrow, ".feather": Form.arrow, ".ipc": Form.arrow,
}  # fmt: skip


class GivenRow(NamedTuple):
    """One row as the file has it. at: `line 3` or `row 3`, for who has to find it.

    table, key: of the one record that it is about; organisation: whose no it is.
    """

    at: str
    subject: Any
    setting: Any
    state: Any
    when: Any
    source: Any
    category: Any
    table: Any
    key: Any
    organisation: Any


def form_of(path: Path) -> Form:
    """By the ending of a file's name. Raises: AppError APP-171."""
    form = _ENDINGS.get(path.suffix.lower())
    if form is None:
        raise AppError(
            "APP-171", f"the ending {path.suffix!r} does not say how the choices are written", str(path),
            f"say so with --format, one of: {', '.join(Form)}",
        )  # fmt: skip
    return form


def read_source(source: str | Path | BinaryIO, form: str | None) -> tuple[list[GivenRow], str]:
    """The rows of a path or an open file, and what it is called. Raises: AppError APP-171."""
    if form is not None and form not in {*Form}:
        raise AppError("APP-171", f"there is no form {form!r} of choices", fix=f"one of: {', '.join(Form)}")
    if not isinstance(source, str | Path):
        if form is None:
            raise AppError("APP-171", "an open file does not say its form", fix=f"one of: {', '.join(Form)}")
        return read_rows(source, Form(form), "the choices handed in"), "the choices handed in"
    path = Path(source)
    known = form_of(path) if form is None else Form(form)
    try:
        with path.open("rb") as file:
            return read_rows(file, known, str(path)), str(path)
    except OSError as error:
        raise _unreadable(error.strerror or str(error), str(path)) from None


def read_rows(file: BinaryIO, form: Form, where: str) -> list[GivenRow]:
    """Every row of a file, in its order.

    Raises: AppError APP-171 when it is no such file, is not UTF-8, or has not the columns that it should have.
    """
    try:
        if form is Form.csv:
            return list(_csv_rows(file, where))
        if form is Form.jsonl:
            return list(_json_rows(file, where))
        return list(_arrow_rows(_arrow_table(file, form, where), where))
    except UnicodeDecodeError as error:
        raise _unreadable(f"it is not UTF-8: {error.reason}", where) from None
    except (csv.Error, pa.ArrowException, OSError) as error:
        raise _unreadable(str(error), where) from None


def _csv_rows(file: BinaryIO, where: str) -> Iterator[GivenRow]:
    csv.field_size_limit(_MOST_FIELD_LETTERS)
    with _as_text(file, "") as text:
        reader = csv.reader(text, strict=True)
        header = next(reader, [])
        _check_columns(header, where)
        places = [header.index(name) if name in header else None for name in COLUMNS]
        line = reader.line_num
        for row in reader:
            line, begins = reader.line_num, line + 1
            if not row:
                continue
            if len(row) != len(header):
                raise _unreadable(f"line {begins} has {len(row)} fields, the first line {len(header)}", where)
            # An empty field of an optional column says nothing; of the others it is what stands there.
            values = [None if place is None else row[place] for place in places]
            needed, optional = values[: len(NEEDED)], values[len(NEEDED) :]
            yield GivenRow(f"line {begins}", *needed, *(value or None for value in optional))


def _json_rows(file: BinaryIO, where: str) -> Iterator[GivenRow]:
    with _as_text(file, "\n") as text:
        for number, line in enumerate(text, 1):
            if not line.strip():
                continue
            try:
                # Numbers as they are written, so that an id is not rounded on the way.
                row = json.loads(line, parse_int=str, object_pairs_hook=_object)
            except (ValueError, RecursionError) as error:
                raise _unreadable(f"line {number} is no JSON object: {error}", where) from None
            if not isinstance(row, dict):
                raise _unreadable(f"line {number} is no JSON object", where)
            _check_columns(row, f"{where}, line {number}")
            yield GivenRow(f"line {number}", *(row.get(name) for name in COLUMNS))


@contextmanager
def _as_text(file: BinaryIO, newline: str) -> Iterator[TextIO]:
    text = io.TextIOWrapper(file, "utf-8-sig", newline=newline)
    try:
        yield text
    finally:
        text.detach()  # whoever opened the file closes it


def _object(pairs: Iterable[tuple[str, Any]]) -> Mapping[str, Any]:
    pairs = list(pairs)
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _arrow_table(file: BinaryIO, form: Form, where: str) -> pa.Table:
    if form is Form.parquet:
        return pq.ParquetFile(file).read()
    data = pa.py_buffer(file.read())
    try:
        return pa.ipc.open_file(data).read_all()
    except pa.ArrowInvalid:
        return pa.ipc.open_stream(data).read_all()


def _arrow_rows(table: pa.Table, where: str) -> Iterator[GivenRow]:
    _check_columns(table.column_names, where)
    columns = []
    for name in COLUMNS:
        values = table[name] if name in table.column_names else pa.nulls(len(table), pa.string())
        columns.append(_plain(name, values, where))
    for number, values in enumerate(zip(*columns, strict=True), 1):
        yield GivenRow(f"row {number}", *values)


def _plain(name: str, values: pa.ChunkedArray, where: str) -> list[Any]:
    kind = values.type
    if pa.types.is_dictionary(kind):
        kind, values = kind.value_type, values.cast(kind.value_type)
    if pa.types.is_null(kind) or _is_text(kind):
        return values.to_pylist()  # type: ignore[no-any-return]
    if name in _IDS and pa.types.is_integer(kind):
        return values.cast(pa.string()).to_pylist()  # type: ignore[no-any-return]
    if name == "when" and pa.types.is_date(kind):
        return _within(values.cast(pa.date32()), _FIRST_DAY, _LAST_DAY).to_pylist()  # type: ignore[no-any-return]
    if name == "when" and pa.types.is_timestamp(kind):
        # Parts of a microsecond go; a moment that would wrap around is an error of Arrow's.
        whole = pc.CastOptions(pa.timestamp("us", "UTC"), allow_time_truncate=True)
        moments = _within(pc.cast(values, options=whole), _FIRST_DAY * _DAY_US, (_LAST_DAY + 1) * _DAY_US - 1)
        return moments.to_pylist()  # type: ignore[no-any-return]
    raise AppError(
        "APP-171", f"column {name!r} of the choices is {kind}, not text", where, "write it as text",
    )  # fmt: skip


def _within(values: pa.ChunkedArray, first: int, last: int) -> pa.ChunkedArray:
    """The same, null where a day or a moment lies outside the calendar."""
    number = values.cast(pa.int32() if pa.types.is_date(values.type) else pa.int64())
    is_in = pc.and_(pc.greater_equal(number, first), pc.less_equal(number, last))
    return pc.if_else(is_in, values, pa.scalar(None, values.type))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def shown(value: object) -> str:
    """A value of a file within an error."""
    return ascii(value)[:60]


def as_moment(value: object) -> datetime | None:
    """A timestamp or a day of a typed file as a moment, UTC; None for what is text or something else."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return datetime(value.year, value.month, value.day, tzinfo=UTC) if isinstance(value, date) else None


def _check_columns(columns: Iterable[str], where: str) -> None:
    names = list(columns)
    missing = [name for name in NEEDED if name not in names]
    strange = [name for name in names if name not in COLUMNS]
    if missing or strange or len({*names}) != len(names):
        fault = (
            f"there is no column {missing[0]!r}" if missing
            else f"there is a column {strange[0]!r}" if strange else "a column stands twice"
        )  # fmt: skip
        raise AppError(
            "APP-171", f"the choices cannot be read: {fault}", where,
            f"the columns are {', '.join(NEEDED)}, and may be {', '.join(COLUMNS[len(NEEDED) :])}",
        )  # fmt: skip


def _unreadable(why: str, where: str) -> AppError:
    return AppError(
        "APP-171", f"the choices cannot be read: {why}", where,
        f"give a whole file in one of the forms {', '.join(Form)}, text in UTF-8",
    )  # fmt: skip
