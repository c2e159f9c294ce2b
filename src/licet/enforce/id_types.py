"""Which columns can hold ids: text and whole numbers, whose text is one and the same wherever they are read.

A float, a scaled decimal, bytes, a date or a time has no one text, and two people could share it or one lose theirs:
such a column is refused, by name, before anything is judged by it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from licet.sources.catalogue import Reading
from licet.sources.paths import Step, parse_path
from licet.terms import SourceError


def _chr(code: int) -> str:
    raise NotImplementedError(code)  # an engine's own function stands in its place


_BUILTIN: Any = ibis.udf.scalar.builtin
_CHR = _BUILTIN(_chr, name="chr", signature=(("int64",), "string"))


def member_id(column: ir.Value) -> ir.Value:
    """A column of members' ids as text; null for the two texts that nobody can choose by: nothing, and one with NUL."""
    text: ir.Value = column.cast("string")
    if not column.type().is_string():
        return text
    return ibis.ifelse((text == "") | text.contains(_CHR(0)), ibis.null("string"), text)


def require_ids(name: str, rows: ir.Table, columns: Iterable[str], within: Iterable[str] = ()) -> None:
    """columns: that name a row or its people, one or a list of them; within: paths to ids within others.

    Those that are not there are for others to complain of. Raises: SourceError SRC-160.
    """
    types = dict(rows.schema().items())
    for column in columns:
        kind = types.get(column)
        if kind is not None and not is_id_type(kind.value_type if kind.is_array() else kind):
            raise _refused(name, column, kind)
    for text in within:
        path = parse_path(text)
        if path is not None and path.column in types:
            inner = functools.reduce(_inside, path.steps, types[path.column])
            if inner is not None and not is_id_type(inner):
                raise _refused(name, text, inner)


def ids_among(readings: Mapping[str, Reading]) -> list[str]:
    """The columns that are read as ids."""
    return [column for column, reading in readings.items() if reading.kind == "id"]


def is_id_type(kind: dt.DataType) -> bool:
    """Whether every value of the type has one text, which no two of them share."""
    return bool(
        kind.is_string()
        or kind.is_integer()
        or kind.is_null()
        or kind.is_uuid()
        or (kind.is_decimal() and kind.scale == 0)
    )


def _inside(kind: dt.DataType | None, step: Step) -> dt.DataType | None:
    if kind is None or step.kind == "field":
        return dict(kind.items()).get(step.name) if kind is not None and kind.is_struct() else None
    return kind.value_type if kind.is_array() or kind.is_map() else None


def _refused(name: str, where: str, kind: dt.DataType) -> SourceError:
    return SourceError(
        "SRC-160",
        f"column {where} of table {name!r} is {kind}, which has no one text, and an id is its text",
        fix="write the ids as text or as whole numbers, as they were when the first choice was made",
    )
