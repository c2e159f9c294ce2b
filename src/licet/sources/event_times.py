"""The moments of events: text as ISO 8601 has it, days, timestamps, or numbers since 1970 in a unit that is said.

Without an offset a moment is UTC. What is no moment, or lies outside the calendar, is null; a column of numbers of
which nobody said the unit is refused, since a guess that is wrong moves every event.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from licet.terms import AppError, SourceError
from licet.terms.moments import parse_moment

MOMENT = pa.timestamp("us", "UTC")
#: Microseconds in a unit of time in which a number may count from 1970.
UNITS = {"s": 1_000_000, "ms": 1_000, "us": 1}
#: The first and the last moment of the calendar, in microseconds since 1970.
_FIRST_US, _LAST_US = -62_135_596_800_000_000, 253_402_300_799_999_999

_NUMBER = r"^\s*-?\d+(\.\d*)?\s*$"
#: Digits of a number of which 64 bits surely hold the whole part.
_MOST_DIGITS = 19


def moments_of(values: pa.ChunkedArray, unit: str | None, name: str, path: Path) -> pa.ChunkedArray:
    """Per value its moment, UTC, to the microsecond; null where it is none.

    unit: of `UNITS`; then values are numbers since 1970. Raises: SourceError SRC-202.
    """
    kind = values.type
    if pa.types.is_dictionary(kind):
        values = values.cast(kind.value_type)
        kind = values.type
    if pa.types.is_null(kind):
        return pa.chunked_array([pa.nulls(len(values), MOMENT)])
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _of_typed(values)
    if unit is not None and (is_text or pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return _of_numbers(values.cast(pa.string()) if is_text else values, UNITS[unit])
    if is_text:
        return _of_text(values.cast(pa.string()), name, path)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        raise _unsaid_unit(name, path)
    raise SourceError(
        "SRC-202", f"column {name!r} of the events is {kind}, which is no moment", str(path),
        "write moments as timestamps, or as text such as 2026-03-01T09:30:00Z",
    )  # fmt: skip


def _of_typed(values: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_date(values.type):
        values = values.cast(pa.timestamp("s"))
    numbers, unit = pc.cast(values, pa.int64()), values.type.unit
    if unit == "ns":
        return _within(pc.divide(numbers, 1_000), 1)
    return _within(numbers, UNITS[unit])


def _of_numbers(values: pa.ChunkedArray, unit_us: int) -> pa.ChunkedArray:
    """The whole part of each counts; what is no number, or beyond any calendar, is null."""
    if pa.types.is_string(values.type):
        values = pc.utf8_trim_whitespace(values)
        is_number = pc.and_(
            pc.match_substring_regex(values, _NUMBER), pc.less(pc.utf8_length(values), _MOST_DIGITS)
        )
        values = pc.if_else(pc.fill_null(is_number, False), values, pa.scalar(None, pa.string()))
        return _within(pc.replace_substring_regex(values, r"\.\d*$", "").cast(pa.int64()), unit_us)
    if pa.types.is_floating(values.type):
        is_near = pc.fill_null(pc.less(pc.abs(values), 10.0 ** (_MOST_DIGITS - 1)), False)
        values = pc.floor(pc.if_else(is_near, values, pa.scalar(None, values.type)))
    elif pa.types.is_uint64(values.type):
        values = pc.if_else(
            pc.less(values, pa.scalar(1 << 63, pa.uint64())), values, pa.scalar(None, values.type)
        )
    return _within(values.cast(pa.int64()), unit_us)


def _within(numbers: pa.ChunkedArray, unit_us: int) -> pa.ChunkedArray:
    """Numbers of a unit as moments, null outside the calendar."""
    low, high = -(-_FIRST_US // unit_us), _LAST_US // unit_us
    is_in = pc.fill_null(pc.and_(pc.greater_equal(numbers, low), pc.less_equal(numbers, high)), False)
    kept = pc.if_else(is_in, numbers, pa.scalar(None, pa.int64()))
    return pc.multiply(kept, unit_us).cast(MOMENT)


def _of_text(values: pa.ChunkedArray, name: str, path: Path) -> pa.ChunkedArray:
    moments = [_moment(text) for text in values.to_pylist()]
    if not any(moments) and pc.any(pc.match_substring_regex(values, _NUMBER)).as_py():
        raise _unsaid_unit(name, path)
    return pa.chunked_array([pa.array(moments, MOMENT)])


def _moment(text: str | None) -> datetime | None:
    # Without its hyphens a day is a number, and a number of seconds could be read as a day.
    if text is None or text.strip()[4:5] != "-":
        return None
    try:
        return parse_moment(text)
    except AppError:
        return None


def _unsaid_unit(name: str, path: Path) -> SourceError:
    return SourceError(
        "SRC-202", f"column {name!r} of the events holds numbers, and nobody said what they count", str(path),
        f"say --time-unit, one of: {', '.join(UNITS)}, where they count from 1970",
    )  # fmt: skip
