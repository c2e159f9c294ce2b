"""What may be seen of one cell, said a second time: the promises of docs/catalogue.md in plain Python, value by value.

Knows Arrow's types and the catalogue's paths, and nothing of `enforce`. Values are as `to_pylist` gives them: a
struct is a dict, a map a list of pairs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import pyarrow as pa

from licet.sources.catalogue import Table
from licet.sources.paths import Path, Step, parse_path

#: Given the id of somebody and kinds of data: which of these that person permits of the row at hand.
Ask: TypeAlias = Callable[[Any, frozenset[str]], frozenset[str]]


class Labels(NamedTuple):
    """What the catalogue says from here on inwards.

    kind:     what a label here, or around here, says; None is no.
    narrower: labels further in, as the steps that are left.
    subjects: where further in stand ids of those whom elements are about.
    """

    kind: str | None
    narrower: tuple[tuple[tuple[Step, ...], str | None], ...]
    subjects: tuple[tuple[Step, ...], ...]


def labels_of(table: Table, schema: pa.Schema, column: str) -> Labels:
    """Everything the catalogue says about one column."""
    told = []
    for text, kind in table.columns.items():
        path = Path(text) if text in schema.names else parse_path(text)
        assert path is not None
        if path.column == column:
            told.append((path.steps, kind))
    paths = [parse_path(text) for text in table.element_subjects]
    subjects = tuple(path.steps for path in paths if path is not None and path.column == column)
    return _settled(Labels(None, tuple(told), subjects))


def kinds_within(kind_of: pa.DataType, labels: Labels) -> frozenset[str]:
    """The kinds of data that some part of such a value would be."""
    if not labels.narrower:
        return frozenset() if labels.kind is None else frozenset((labels.kind,))
    return frozenset().union(*(kinds_within(inner, within) for inner, within in _insides(kind_of, labels)))


def part_shown(value: Any, kind_of: pa.DataType, labels: Labels, permitted: frozenset[str], ask: Ask) -> Any:
    """The value, with whatever is not permitted null or, in a map, gone."""
    if value is None or not kinds_within(kind_of, labels) & permitted:
        return None
    if not labels.narrower and not labels.subjects:
        return value
    if pa.types.is_struct(kind_of):
        return {
            field.name: part_shown(
                value[field.name], field.type, _within(labels, Step("field", field.name)), permitted, ask
            )
            for field in kind_of
        }
    if pa.types.is_map(kind_of):
        shown = []
        for key, entry in value:
            within = _within_entry(labels, str(key))
            if str(key) in _named(labels) or kinds_within(kind_of.item_type, within) & permitted:
                shown.append((key, part_shown(entry, kind_of.item_type, within, permitted, ask)))
        return shown
    within = _within(labels, Step("each"))
    return [
        part_shown(element, kind_of.value_type, within, _of_element(element, labels, permitted, ask), ask)
        for element in value
    ]


def _of_element(element: Any, labels: Labels, permitted: frozenset[str], ask: Ask) -> frozenset[str]:
    """What the row's people and everybody whom the element is about permit."""
    for way in labels.subjects:
        if Step("each") not in way[1:]:
            subject = element
            for step in way[1:]:
                subject = None if subject is None else subject[step.name]
            permitted = ask(subject, permitted)
    return permitted


def _insides(kind_of: pa.DataType, labels: Labels) -> list[tuple[pa.DataType, Labels]]:
    if pa.types.is_struct(kind_of):
        return [(field.type, _within(labels, Step("field", field.name))) for field in kind_of]
    if pa.types.is_map(kind_of):
        named = [(kind_of.item_type, _within_entry(labels, key)) for key in _named(labels)]
        return [*named, (kind_of.item_type, _within(labels, Step("entries")))]
    return [(kind_of.value_type, _within(labels, Step("each")))]


def _within(labels: Labels, *steps: Step) -> Labels:
    """What is said one step further in, whichever of `steps` that is called."""
    return _settled(
        Labels(
            labels.kind,
            tuple((rest[1:], kind) for rest, kind in labels.narrower if rest[0] in steps),
            tuple(way[1:] for way in labels.subjects if way[0] in steps and len(way) > 1),
        )
    )


def _within_entry(labels: Labels, key: str) -> Labels:
    """An entry named by a label is as those labels say; any other as is said of all of them."""
    mine, everyone = Step("key", key), Step("entries")
    is_labelled = any(rest[0] == mine for rest, _ in labels.narrower)
    told = _within(labels, mine if is_labelled else everyone)
    return told._replace(subjects=_within(labels, mine, everyone).subjects)


def _named(labels: Labels) -> list[str]:
    ways = [*(rest for rest, _ in labels.narrower), *labels.subjects]
    return list(dict.fromkeys(way[0].name for way in ways if way[0].kind == "key"))


def _settled(labels: Labels) -> Labels:
    """With a label on just this place put in force."""
    here = [kind for rest, kind in labels.narrower if not rest]
    return labels._replace(
        kind=here[0] if here else labels.kind,
        narrower=tuple((rest, kind) for rest, kind in labels.narrower if rest),
    )
