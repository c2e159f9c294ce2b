"""What audiences there are, and for whom: `segments.yaml` at a workspace's root.

licet_segments: 1
identifiers: {table: contacts, columns: {microsoft: mail_for_microsoft}}   # made by the gate: hashed: of the catalogue
values:
  industry: {table: profiles, column: industry, words: [Shipping, Welding], reviewed: 2026-11-01}
segments:
  welders: {label: Welders, where: {industry: [Welding]}}
audiences:
  welders_microsoft: {segment: welders, recipient: microsoft, scheme: microsoft}

A segment is drawn by words that somebody reviewed, of kinds of data that are on `ALLOWED`: never by free text. Who gets
a list learns its definition of everyone on it; so a member is in a segment only where every kind of data in its
definition is permitted to that very recipient, which is the gate's to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from licet.terms import UseError
from licet.terms.canonical import JsonObject, canonical_json, digest
from licet.terms.vocabulary import ancestors
from licet.uses.layout_file import read_layout

FILE_NAME = "segments.yaml"
#: Fewer than so many identifiers are delivered to nobody.
LEAST_LISTED = 300
#: Kinds of data that a segment may be drawn by, with everything below them.
ALLOWED = frozenset({"profile.position", "profile.industry", "profile.skills", "profile.location"})

Column = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
#: A value or a label: one line that no spreadsheet takes for a formula.
Word = Annotated[str, Field(pattern=r"^[\p{L}\p{N}.#][\p{L}\p{N} .,&+/#()'’-]{0,63}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Identifiers(_Part):
    """Where the gate's hashed addresses are: a table of members, and per scheme the column that it makes."""

    table: Column
    columns: Mapping[Name, Column] = Field(min_length=1)


class ReviewedValues(_Part):
    """A column and the words of it that somebody reviewed, and when; its other words draw no segment."""

    table: Column
    column: Column
    words: tuple[Word, ...] = Field(min_length=1)
    reviewed: date


class Segment(_Part):
    """where: of each of some values one of these words; all of them together. Of none: everybody."""

    label: Word
    where: Mapping[Name, Annotated[tuple[Word, ...], Field(min_length=1)]] = {}


class Audience(_Part):
    """A segment for one recipient, by one scheme."""

    segment: Name
    recipient: Column
    scheme: Name


class SegmentLayout(_Part):
    """All of it. least: fewer identifiers than these are not delivered; never below `LEAST_LISTED`."""

    licet_segments: Literal[1] = 1
    identifiers: Identifiers
    values: Mapping[Name, ReviewedValues] = {}
    segments: Mapping[Name, Segment] = Field(min_length=1)
    audiences: Mapping[Name, Audience] = Field(min_length=1)
    least: int = Field(LEAST_LISTED, ge=LEAST_LISTED)
    buckets: int = Field(64, ge=1, le=4096)

    @model_validator(mode="after")
    def _names_what_is_there(self) -> Self:
        for name, segment in self.segments.items():
            for value, words in segment.where.items():
                reviewed = self.values.get(value)
                if reviewed is None:
                    raise ValueError(f"segment {name} goes by {value}, which stands under no values")
                if unknown := sorted({*words} - {*reviewed.words}):
                    raise ValueError(f"segment {name} goes by {unknown[0]}, which nobody reviewed")
        for name, audience in self.audiences.items():
            if audience.segment not in self.segments:
                raise ValueError(
                    f"audience {name} is of segment {audience.segment}, which stands under no segments"
                )
            if audience.scheme not in self.identifiers.columns:
                raise ValueError(f"audience {name} goes by {audience.scheme}, of which no column is named")
        return self

    @property
    def digest(self) -> str:
        return digest(canonical_json(self.model_dump(mode="json")))

    def audiences_of(self, recipient: str) -> dict[str, Audience]:
        """Those for one recipient, by name, in order."""
        return {
            name: audience
            for name, audience in sorted(self.audiences.items())
            if audience.recipient == recipient
        }

    def recipients(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.recipient for one in self.audiences.values()))

    def definition(self, audience: str) -> JsonObject:
        """What an audience discloses of who is on it: per value the words, any of which they have."""
        segment = self.segments[self.audiences[audience].segment]
        return {value: list(words) for value, words in sorted(segment.where.items())}


def is_allowed(category: str) -> bool:
    """Whether a segment may be drawn by a kind of data."""
    return not ALLOWED.isdisjoint(ancestors(category))


def load_segments(path: Path) -> SegmentLayout:
    """Raises: UseError ADS-001 where there is none, ADS-002 for one that makes no sense."""
    found = read_layout(SegmentLayout, path)
    if found is None:
        raise UseError(
            "ADS-001",
            "nothing says which audiences there are",
            str(path),
            "write it as docs/deliveries.md shows: identifiers, values, segments and audiences",
        )
    if not isinstance(found, str):
        return found
    raise UseError(
        "ADS-002",
        f"what audiences there are makes no sense, {found}",
        str(path),
        "compare it with docs/deliveries.md",
    )
