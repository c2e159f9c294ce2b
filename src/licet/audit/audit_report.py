"""The report: what an archive holds, what of it is used for what, and what its owner can do.

Plain values, all of them; the owner's own words are in `words` and in each share, and never in `as_json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from licet.audit.inventory import AuditedFile, Words
from licet.audit.judgement import Fate, Share
from licet.audit.topics import TOPICS, TRAINING, Topic
from licet.sources.archives.archive_kinds import KIND_NAMES, Kind
from licet.sources.dates import WrittenDate
from licet.sources.import_report import FileOutcome
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment

#: What files of two kinds hold that nothing in them tells apart.
_NOT_TOLD_APART = dict.fromkeys(Kind, "group messages, which the file does not tell from private ones") | {
    Kind.META: "questions to Meta AI within threads, which are not told from private messages"
}
_LENGTHS = {"year": 4, "month": 7, "day": 10, "moment": 10}


def as_written(written: WrittenDate | None) -> str | None:
    """The day, month or year of a date, as exactly as it was written."""
    return None if written is None else written.moment.isoformat()[: _LENGTHS[written.precision]]


class Reach(NamedTuple):
    """Records used for a topic: as things stand, with the toggles off, and with every control used."""

    now: int
    toggles_off: int
    all_off: int

    def __add__(self, other: object) -> Reach:
        assert isinstance(other, Reach)
        return Reach(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file: what it is, what it holds, and what each topic takes of it."""

    file: AuditedFile
    title: str
    shares: dict[Topic, Share]
    reaches: dict[Topic, Reach]

    @property
    def is_ambiguous(self) -> bool:
        """Whether the file holds things of two kinds that nothing in it tells apart."""
        return "ambiguous" in self.file.layout.note

    def as_json(self) -> JsonObject:
        file = self.file
        return {
            "name": file.name, "table": file.layout.table, "title": self.title, "rows": file.rows,
            "cells": file.cells, "note_cells": file.preamble_cells, "cells_beyond_header": file.beyond_cells,
            "first": as_written(file.first), "last": as_written(file.last),
            "columns": [
                {"name": column.name, "kind": column.kind, "cells": column.cells} for column in file.columns
            ],
            "remark": file.remark, "note": file.layout.note, "members": file.members,
            "uses": {
                topic.id: {
                    "fate": share.fate.value, "records": self.reaches[topic]._asdict(),
                    "cells": {fate.value: share.cells[fate] for fate in Fate if fate in share.cells},
                    "oldest": as_written(share.oldest),
                    "reasons": [reason.as_json() for reason in share.reasons.values()],
                }
                for topic, share in self.shares.items()
            },
        }  # fmt: skip


class Surprise(NamedTuple):
    """Something people do not expect of their data. `records`: how many the archive holds of it."""

    title: str
    sentence: str
    records: int


class Step(NamedTuple):
    """Something to do. `spares`: records that are used no more, by topic, if this alone is done."""

    title: str
    how: str
    path: tuple[str, ...] = ()
    deep_link: str | None = None
    spares: Mapping[str, int] = MappingProxyType({})
    unchanged: tuple[str, ...] = ()
    seen: str = ""


class Policy(NamedTuple):
    """The policy that was asked.

    speaks_of_own_ads: false where it speaks of others' advertisements and not of the platform's own.
    """

    id: str
    title: str
    version: str
    digest: str
    observed: str
    platform: str
    speaks_of_own_ads: bool


class Person(NamedTuple):
    """What is taken for true about the owner, and how it is known."""

    region: str | None
    region_name: str
    region_how: str
    age: int
    age_how: str
    age_is_assumed: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What `audit` answers.

    kind:      the platform whose download it is.
    unread:    files without records, and those that nobody could read, with the reason.
    unchanged: what no toggle changes, one sentence each.
    words:     up to three passages of the owner's own that would train AI.
    guide:     the shipped policy of which there is a guide to opting out.
    """

    kind: Kind
    policy: Policy
    person: Person
    at: datetime
    files: tuple[FileReport, ...]
    unread: tuple[FileOutcome, ...]
    surprises: tuple[Surprise, ...]
    steps: tuple[Step, ...]
    unchanged: tuple[str, ...]
    notes: tuple[str, ...]
    words: tuple[Words, ...]
    guide: str | None = None

    @property
    def name(self) -> str:
        """What people call the platform whose download it is."""
        return KIND_NAMES[self.kind]

    @property
    def rows(self) -> int:
        return sum(file.file.rows for file in self.files)

    def reach(self, topic: Topic) -> Reach:
        """Records of the whole archive that a topic takes something of."""
        return sum((file.reaches[topic] for file in self.files), Reach(0, 0, 0))

    def taking(self, topic: Topic) -> list[tuple[str, Reach]]:
        """What a topic takes records of, in plain words, the most first."""
        found: dict[str, Reach] = {}
        for file in self.files:
            if file.reaches[topic].now:
                found[file.title] = found.get(file.title, Reach(0, 0, 0)) + file.reaches[topic]
        return sorted(found.items(), key=lambda one: -one[1].now)

    def faring(self, topic: Topic, fate: Fate) -> list[tuple[str, int]]:
        """What fares so as a whole, in plain words, with its records."""
        found: dict[str, int] = {}
        for file in self.files:
            if file.shares[topic].fate is fate:
                found[file.title] = found.get(file.title, 0) + file.file.rows
        return sorted(found.items(), key=lambda one: -one[1])

    @property
    def ambiguous(self) -> list[tuple[str, int]]:
        """What nobody can say for certain, in plain words: by the policy's answer, or since the file does not tell."""
        told = dict(self.faring(TRAINING, Fate.AMBIGUOUS))
        for file in self.files:
            if file.is_ambiguous:
                what = _NOT_TOLD_APART[self.kind]
                told[what] = told.get(what, 0) + file.file.rows
        return list(told.items())

    @property
    def oldest(self) -> tuple[FileReport, Share] | None:
        """The file with the oldest record that would train AI; None when none is dated."""
        dated = [(one, one.shares[TRAINING]) for one in self.files if one.shares[TRAINING].oldest is not None]
        return min(dated, key=lambda one: one[1].oldest.moment if one[1].oldest else self.at, default=None)

    def as_json(self) -> JsonObject:
        """Everything but the owner's words."""
        oldest = self.oldest
        return {
            "licet_audit": 1,
            "policy": self.policy._asdict(),
            "kind": self.kind.value,
            "person": self.person._asdict(),
            "at": format_moment(self.at),
            "answer": {
                "records": self.rows,
                **{
                    topic.id: {
                        "records": self.reach(topic)._asdict(),
                        "of": [{"what": what, "records": reach.now} for what, reach in self.taking(topic)],
                    }
                    for topic in TOPICS
                },
                "excluded_from_training": [
                    {"what": what, "records": rows} for what, rows in self.faring(TRAINING, Fate.EXCLUDED)
                ],
                "ambiguous": [{"what": what, "records": rows} for what, rows in self.ambiguous],
                "oldest_for_training": None
                if oldest is None
                else {"file": oldest[0].file.name, "made": as_written(oldest[1].oldest)},
            },
            "surprises": [one._asdict() for one in self.surprises],
            "steps": [{**one._asdict(), "spares": dict(one.spares)} for one in self.steps],
            "unchanged_by_toggles": list(self.unchanged),
            "files": [file.as_json() for file in self.files],
            "unread": [{"name": one.name, "fate": one.fate, "reason": one.reason} for one in self.unread],
            "notes": list(self.notes),
            "guide": self.guide,
        }
