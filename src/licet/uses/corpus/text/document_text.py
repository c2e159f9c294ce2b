"""From columns to documents: a template names columns, and a row's values become lines of text.

``{headline}`` on a line is that column; ``{{`` and ``}}`` are braces; a list is joined by commas. A line none
of whose columns holds anything is dropped, and a row none of whose columns does makes no document. Values are
put in as they are: nothing in them is read as a template.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.terms import UseError
from licet.uses.corpus.text.word_numbers import Ints

_BETWEEN_VALUES = ", "
_BETWEEN_ROWS = "\n\n"
_TEXT = pa.large_string()


class _Line(NamedTuple):
    """One line: the text before each column, the columns, and the text after the last of them."""

    before: tuple[str, ...]
    columns: tuple[str, ...]
    after: str


def render(columns: Mapping[str, pa.Array], template: str) -> pa.Array:
    """Write every row by the template; null where all its columns are null, empty or blank.

    Where a line's column is empty its value goes, with the text between it and the value before: by
    ``{position}, {location}`` a row with a location alone is just that location.

    columns: arrays of one length; anything that Arrow casts to text, and lists of it.
    Returns: strings.
    Raises:  UseError CORP-106 for a template that cannot be read or names no column, CORP-107 for a column
             that is not there, CORP-108 for one whose values cannot be written as text.
    """
    lines = _parse(template)
    named = dict.fromkeys(column for line in lines for column in line.columns)
    missing = [name for name in named if name not in columns]
    if missing:
        raise UseError(
            "CORP-107",
            f"the template names {', '.join(missing)}, which is not among the columns",
            fix=f"the columns are: {', '.join(columns)}",
        )
    values = {name: _as_text(name, columns[name]) for name in named}
    written = [_write(line, values) for line in lines]
    says_something = pc.is_valid(pc.coalesce(*values.values()))
    joined = pc.binary_join_element_wise(*written, pa.scalar("", _TEXT))
    document = pc.utf8_trim(joined, "\n")
    return pc.if_else(says_something, document, pa.scalar(None, _TEXT)).cast(pa.string())


def join_threads(rows: pa.Table) -> pa.Table:
    """Make one document of all rows of a group, their texts in order and a blank line between.

    rows:    `group`, `at`, `tie` (any sortable types), `text`, `people` (lists of subjects), `created`,
             `name` and `region`; rows without group or text are left out. Order is by at, then tie, then text;
             nulls last.
    Returns: `key` (the group, ascending), `subjects` (everyone, each once, in the order they come up),
             `created` and `name` (of the first row), `regions` (of every row) and `text`. The order in which `rows`
             come makes no difference.
    """
    said = pc.fill_null(pc.not_equal(rows["text"], ""), False)
    rows = rows.filter(pc.and_(pc.is_valid(rows["group"]), said))
    rows = rows.sort_by([(name, "ascending") for name in ("group", "at", "tie", "text")]).combine_chunks()
    groups = rows["group"].combine_chunks().dictionary_encode()  # numbered by first appearance: ascending
    of_row = groups.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    starts = np.searchsorted(of_row, np.arange(len(groups.dictionary) + 1))
    text = rows["text"].combine_chunks().cast(_TEXT)
    texts = pc.binary_join(_lists(starts, text), pa.scalar(_BETWEEN_ROWS, _TEXT))
    return pa.table(
        {
            "key": groups.dictionary,
            "subjects": _everyone_once(rows["people"].combine_chunks(), of_row, len(groups.dictionary)),
            "created": rows["created"].combine_chunks().take(pa.array(starts[:-1])),
            "name": rows["name"].combine_chunks().take(pa.array(starts[:-1])),
            "regions": _lists(starts, rows["region"].combine_chunks()),
            "text": texts.cast(pa.string()),
        }
    )


def _parse(template: str) -> list[_Line]:
    lines = []
    for number, text in enumerate(template.split("\n"), 1):
        before, columns, after = [], [], ""
        try:
            for literal, name, form, conversion in Formatter().parse(text):
                if name is None:
                    after += literal
                elif not name.strip() or form or conversion:
                    raise ValueError("a column is written {name} and nothing else")
                else:
                    before.append(after + literal)
                    columns.append(name)
                    after = ""
        except ValueError as error:
            raise UseError(
                "CORP-106",
                f"the template cannot be read: {error}",
                f"line {number}: {text}",
                "write {column}, and {{ or }} for a brace",
            ) from None
        lines.append(_Line(tuple(before), tuple(columns), after))
    if not any(line.columns for line in lines):
        raise UseError(
            "CORP-106", "the template names no column", template, "write {column} where its value goes"
        )
    return lines


def _write(line: _Line, values: Mapping[str, pa.Array]) -> pa.Array:
    """One line of every row with its end; empty where the line is dropped."""
    if not line.columns:
        return pa.scalar(line.after + "\n", _TEXT)
    parts: list[pa.Array] = []
    begun = pa.scalar(False)
    for nth, name in enumerate(line.columns):
        there = pc.is_valid(values[name])
        if nth:
            between = pa.scalar(line.before[nth], _TEXT)
            parts.append(pc.if_else(pc.and_(there, begun), between, pa.scalar("", _TEXT)))
        parts.append(pc.fill_null(values[name], ""))
        begun = pc.or_(begun, there)
    text = pc.binary_join_element_wise(
        pa.scalar(line.before[0], _TEXT), *parts, pa.scalar(line.after + "\n", _TEXT), pa.scalar("", _TEXT)
    )
    return pc.if_else(begun, text, pa.scalar("", _TEXT))


def _as_text(name: str, values: pa.Array) -> pa.Array:
    """Values as text; null where there is nothing to read."""
    try:
        if pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
            text = _join_lists(values)
        else:
            text = values.cast(_TEXT)
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        raise UseError(
            "CORP-108",
            f"column {name!r} of type {values.type} cannot be written as text",
            fix="name a column of text, numbers, dates, or lists of them",
        ) from None
    blank = pc.equal(pc.utf8_trim_whitespace(text), "")
    return pc.if_else(blank, pa.scalar(None, _TEXT), text)


def _join_lists(values: pa.Array) -> pa.Array:
    items = pc.list_flatten(values).cast(_TEXT)
    there = pc.fill_null(pc.not_equal(items, ""), False)
    rows = pc.list_parent_indices(values).filter(there).to_numpy(zero_copy_only=False)
    starts = np.searchsorted(rows, np.arange(len(values) + 1))
    return pc.binary_join(_lists(starts, items.filter(there)), pa.scalar(_BETWEEN_VALUES, _TEXT))


def _everyone_once(people: pa.Array, group_of_row: Ints, groups: int) -> pa.Array:
    rows = pc.list_parent_indices(people).to_numpy(zero_copy_only=False)
    persons = pc.list_flatten(people)
    codes = persons.dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)
    group = group_of_row[rows]
    _, at = np.unique(np.stack([group, codes]), axis=1, return_index=True)
    at = np.sort(at)
    return _lists(np.searchsorted(group[at], np.arange(groups + 1)), persons.take(pa.array(at)))


def _lists(starts: Ints, items: pa.Array) -> pa.Array:
    """Lists of items that begin at `starts` (one more than there are lists)."""
    return pa.ListArray.from_arrays(pa.array(starts, pa.int32()), items)
