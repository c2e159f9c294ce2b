"""The cells of a comparison: lines of plain words, each with where it was read."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from licet.policies.control_pages import Source
from licet.policies.pack_staleness import Staleness
from licet.terms.canonical import JsonObject

#: The columns, in the order a reader wants them, by the topic of a pack's statements.
COLUMNS: dict[str, str] = {
    "data": "Data used",
    "purposes": "For",
    "recipients": "Who receives it",
    "regions": "Regions",
    "since": "Since",
    "default": "Unless you act",
    "control": "Your control",
    "steps": "How to opt out",
    "retroactive": "Reaches what was built before",
    "exclusions": "Never used",
    "earlier_choice": "An earlier choice",
    "side_effects": "What opting out changes besides",
}

#: What a cell says where the pack is silent.
SILENCE = "The pack says nothing."


class Line(NamedTuple):
    """One fact. source: where it was read; None where the pack cites nothing, which the fact's text then says.

    is_ours: it is said by whoever reads, of what was read, and so stands in no text.
    changed: the passage it was read in changed afterwards.
    """

    text: str
    source: Source | None
    is_ours: bool = False
    changed: bool = False

    @property
    def status(self) -> str:
        if self.source is None:
            return "ours" if self.is_ours else "silent"
        if self.changed:
            known = "" if self.source.status == "stated" else f"{self.source.status}, "
            return f"{known}changed since it was read"
        return self.source.status

    @property
    def told(self) -> str:
        """The text with a mark where the fact is not simply stated."""
        if self.source is None:
            return self.text if self.is_ours or self.text == SILENCE else f"{self.text} (no source given)"
        doubt = "" if self.status == "stated" else f" ({self.status.replace('_', ' ')})"
        return self.text + doubt

    def as_json(self) -> JsonObject:
        told: JsonObject = {
            "text": self.text,
            "source": None if self.source is None else self.source._asdict(),
        }
        return told | {"changed": True} if self.changed else told


class Cell(NamedTuple):
    """What a pack says on one column for one use; exactly one line of silence where it says nothing."""

    lines: tuple[Line, ...]

    @property
    def is_silent(self) -> bool:
        return self.lines == (Line(SILENCE, None),)

    def as_json(self) -> JsonObject:
        return {
            "silent": self.is_silent,
            "lines": [] if self.is_silent else [one.as_json() for one in self.lines],
        }


def cell(lines: list[Line]) -> Cell:
    """A cell of these lines, each once, with the first source it has; silence where there are none."""
    found: dict[str, Line] = {}
    for line in lines:
        found.setdefault(line.text, line)
    return Cell(tuple(found.values()) or (Line(SILENCE, None),))


def mark_changed(told: Any, quotes: Collection[str]) -> Any:
    """The same, with each of its lines that rests on one of these quotations marked as changed."""
    if isinstance(told, Line):
        return told._replace(changed=told.source is not None and told.source.quote in quotes)
    if isinstance(told, dict):
        return {name: mark_changed(part, quotes) for name, part in told.items()}
    if isinstance(told, tuple):
        parts = [mark_changed(part, quotes) for part in told]
        return told._make(parts) if hasattr(told, "_make") else tuple(parts)
    return told


class Row(NamedTuple):
    """One use of one platform.

    version:    of the policy, in force on the day; empty where the pack holds no history.
    reaches:    for someone in the region that was asked about: ``yes``, ``unstated``, ``depends``, ``if_on``,
                ``later``, ``announced``, ``not_read`` (nobody here has read what applies), ``no`` or ``never``; None
                where no region was asked about.
    because:    the reason in one line, with its source.
    stale:      why what is said here may be so no more; None where nothing speaks for that.
    """

    pack: str
    platform: str
    title: str
    version: str
    observed: str
    review_by: str | None
    stale: Staleness | None
    use: str
    purposes: tuple[str, ...]
    reaches: str | None
    because: Line | None
    cells: dict[str, Cell]

    def as_json(self) -> JsonObject:
        return {
            "pack": self.pack, "platform": self.platform, "title": self.title, "version": self.version,
            "observed": self.observed, "review_by": self.review_by,
            "stale": None if self.stale is None else self.stale.as_json(), "use": self.use,
            "purposes": list(self.purposes), "reaches": self.reaches,
            "because": None if self.because is None else self.because.as_json(),
            "cells": {column: cell.as_json() for column, cell in self.cells.items()},
        }  # fmt: skip


class Reading(NamedTuple):
    """What was read of one platform. speaks_of: part by part; empty where its pack speaks for everything."""

    pack: str
    title: str
    version: str
    observed: str
    speaks_of: tuple[str, ...]

    def as_json(self) -> JsonObject:
        return self._asdict() | {"speaks_of": list(self.speaks_of)}


class Comparison(NamedTuple):
    """region: a code and what it is called, where one was asked about. day: the day the rows speak of.

    readings: per pack what its rows speak of; of anything else nobody here has read what applies.
    """

    region: str | None
    region_name: str | None
    day: str
    rows: tuple[Row, ...]
    readings: tuple[Reading, ...]

    def as_json(self) -> JsonObject:
        return {
            "region": self.region, "region_name": self.region_name, "day": self.day, "columns": COLUMNS,
            "rows": [row.as_json() for row in self.rows],
            "readings": [reading.as_json() for reading in self.readings],
        }  # fmt: skip
