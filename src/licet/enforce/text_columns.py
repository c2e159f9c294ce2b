"""Columns of text files as what the catalogue says they hold, alike on every engine; nothing is guessed.

A date or a time is ISO 8601, or in the pattern that the catalogue gives; anything else ends the query with the column
and the shape of the value, digits as 9 and letters as a, so that no value is told. A day that no calendar has is not
known. An age is a whole number; any other text is not known, and unknown is no.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import ibis
import ibis.expr.types as ir

from licet.sources.catalogue import Reading
from licet.terms import SourceError

_ISO = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.]\d{1,6}\d{0,3})?)?(Z|[+-]\d{2}(:\d{2})?)?)?$"

#: What engines do not read alike: the end of a day as its 24th hour, and offsets that no place has.
_ODD = r"[T ]24:|[+-](1[5-9]|[2-9]\d)(:\d{2})?$"
_SHOWN = 40
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

#: How an engine's failure carries what was wrong out of a query.
_MARK = re.compile(r"licet<(?P<kind>\w+)\|(?P<table>[^|]*)\|(?P<column>.*?)\|(?P<shape>[^>]*)>", re.DOTALL)

#: How a part of a date is written; nobody fills in the century of a year.
_DIGITS = {"%Y": r"\d{4}"} | dict.fromkeys(("%m", "%d", "%H", "%M", "%S"), r"\d{1,2}")

#: strptime's letters as Spark writes them.
_SPARK = {"%Y": "yyyy", "%m": "M", "%d": "d", "%H": "H", "%M": "m", "%S": "s", "T": "'T'"}


def _refuse(told: str) -> str:
    raise NotImplementedError(told)  # an engine's own function stands in its place


def _moment(text: str, pattern: str) -> object:
    raise NotImplementedError(text, pattern)


_BUILTIN: Any = ibis.udf.scalar.builtin
_REFUSE = {
    engine: _BUILTIN(_refuse, name=function, signature=(("string",), "string"))
    for engine, function in (("duckdb", "error"), ("spark", "raise_error"))
}
_MOMENT = {
    engine: _BUILTIN(_moment, name=function, signature=(("string", "string"), "timestamp"))
    for engine, function in (("duckdb", "try_strptime"), ("spark", "try_to_timestamp"))
}


def as_catalogued(rows: ir.Table, name: str, readings: Mapping[str, Reading], engine: str) -> ir.Table:
    """The table with its text columns as their readings say; engine: duckdb or spark."""
    read = {
        column: _read(rows[column], name, column, readings[column], engine)
        for column in rows.columns
        if column in readings and rows[column].type().is_string()
        and readings[column].kind not in ("id", "word", "text")
    }  # fmt: skip
    return rows.mutate(**read) if read else rows


def in_known_words(column: ir.Value, words: Mapping[str, str]) -> ir.Value:
    """A column of words, those that the catalogue declares as the known ones they stand for."""
    if not words:
        return column
    return ibis.cases(*((column == own, ibis.literal(word)) for own, word in words.items()), else_=column)


def refusal(message: str) -> SourceError | None:
    """The error that a failed query carries, if it is one of ours."""
    found = _MARK.search(message)
    if found is None:
        return None
    table, column, shape = found["table"], found["column"], found["shape"]
    if found["kind"] == "id":
        return SourceError(
            "SRC-165",
            f"column {column} of table {table!r} holds an id that is neither text nor a whole number",
            fix='write ids as text: "1.10", not 1.10',
        )
    if found["kind"] in ("date", "time"):
        return SourceError(
            "SRC-164",
            f"column {column} of table {table!r} holds {shape!r} where a {found['kind']} should be",
            fix=f"write it as 2025-11-03, or say how it is written: formats: {{{column}: '%d/%m/%Y'}}",
        )
    if found["kind"] == "stamps":
        return labels_changed(table)
    return SourceError(
        "SRC-168",
        f"column {column} of table {table!r} holds {shape!r}, which is no {found['kind']}",
        fix="correct the data, or its type in the catalogue",
    )


def labels_changed(table: str) -> SourceError:
    """The error of a file whose labels are no more those that were held against the catalogue."""
    return SourceError(
        "SRC-180",
        f"a file of table {table!r} was put in another's place after the gate looked at its labels",
        fix="open the gate again; it then looks at the file that is there",
    )


def marked(kind: str, table: str, column: str, shape: str) -> str:
    """What `refusal` reads."""
    return f"licet<{kind}|{table}|{column}|{shape}>"


def _read(text: ir.Value, name: str, column: str, reading: Reading, engine: str) -> ir.Value:
    if reading.kind == "age":
        whole = text.re_search(r"^\d{1,9}$")
        return ibis.ifelse(whole, text.try_cast("int64"), ibis.null("int64"))
    if reading.kind == "integer":
        whole, number = text.re_search(r"^[+-]?\d+$"), text.try_cast("int64")
        return _or_refused(text, whole & number.notnull(), number, name, column, reading, engine)
    if reading.kind == "number":
        number = text.re_search(r"^[+-]?(\d+([.]\d*)?|[.]\d+)([eE][+-]?\d+)?$")
        return _or_refused(text, number, text.try_cast("float64"), name, column, reading, engine)
    if reading.kind == "boolean":
        return _or_refused(text, text.isin(["true", "false"]), text == "true", name, column, reading, engine)
    if reading.pattern is not None:
        pattern = reading.pattern
        parts = re.split("(%[YmdHMS])", pattern)
        written = text.re_search(f"^{''.join(_DIGITS.get(part, re.escape(part)) for part in parts)}$")
        if engine == "spark":
            pattern = re.sub("%[YmdHMS]|T", lambda found: _SPARK[found[0]], pattern)
        moment = _MOMENT[engine](text, pattern)
        return _of_kind(
            _or_refused(text, written & moment.notnull(), moment, name, column, reading, engine), reading
        )
    # a day that does not exist, such as 0000-00-00, is no order of day and month that was guessed wrong
    moment = ibis.ifelse(
        text.re_search(_ODD), ibis.null("timestamp('UTC')"), text.try_cast("timestamp('UTC')")
    )
    return _of_kind(_or_refused(text, text.re_search(_ISO), moment, name, column, reading, engine), reading)


def _of_kind(moment: ir.Value, reading: Reading) -> ir.Value:
    """Null for a moment of no year that a calendar has, as 0000, which stands for a date that nobody knows."""
    moment = moment.cast("timestamp('UTC')")
    moment = ibis.ifelse(moment.between(_FIRST, _LAST), moment, ibis.null("timestamp('UTC')"))
    return moment.cast("date") if reading.kind == "date" else moment


def _or_refused(
    text: ir.Value, fits: ir.Value, value: ir.Value, name: str, column: str, reading: Reading, engine: str
) -> ir.Value:
    """The value of a text that fits; null where there is none; a text that does not fit ends the query."""
    shape = (
        text.re_replace(r"\p{N}", "9").re_replace(r"[\p{L}\p{M}]", "a").left(_SHOWN).re_replace("[|>]", "_")
    )
    before, after = marked(reading.kind, name, column, "\0").split("\0")
    refused = _REFUSE[engine](ibis.literal(before) + shape + after)
    return ibis.cases(
        (text.isnull(), ibis.null(value.type())),
        (fits, value),
        else_=refused.try_cast(value.type()),
    )
