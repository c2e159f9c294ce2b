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
from licet.audit.judgement import Fate, Reading, Share
from licet.audit.topics import TOPICS, TRAINING, Topic
from licet.policies.pack_staleness import Staleness
from licet.sources.archives.archive_kinds import KIND_NAMES, Kind
from licet.sources.dates import WrittenDate
from licet.sources.import_report import FileOutcome, Unread
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment

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
    """One file: what it is, what it holds, and what each topic takes of it.

    doubtful: records that are left out by what is doubted alone; without it they would be used.
    """

    file: AuditedFile
    title: str
    shares: dict[Topic, Share]
    reaches: dict[Topic, Reach]
    doubtful: dict[Topic, int]

    def fate(self, topic: Topic) -> str:
        """The most that becomes of any record of it, in a word or two."""
        return f"{self.shares[topic].fate.value}{', in doubt' if self.doubtful[topic] else ''}"

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
                    "fates": {fate.value: rows for fate in Fate if (rows := share.rows(fate))},
                    "in_doubt": self.doubtful[topic],
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

    speaks_for:  whom it speaks for about training AI, one phrase a part, or about what else where it does of nothing
                 like it; empty where it speaks for everything.
    stale:       why what it says may be so no more; None where nothing speaks for that.
    """

    id: str
    title: str
    version: str
    digest: str
    observed: str
    platform: str
    speaks_for: tuple[str, ...] = ()
    stale: Staleness | None = None


class Person(NamedTuple):
    """What is taken for true about the owner, and how it is known; None for what nobody knows.

    says_where: where such a download would say where its owner lives, if that is not known.
    """

    region: str | None
    region_name: str
    region_how: str
    says_where: str | None
    age: int | None
    age_how: str
    age_is_assumed: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What `audit` answers.

    kind:      the platform whose download it is.
    unread:    what of the download nobody read; of a use that it could feed, nothing final is said.
    feeds:     topics that may take something of what was not read, as far as the policy says.
    readings:  what of each topic the policy speaks of for this person.
    others:    files without records, with the reason.
    unchanged: what no toggle changes, one sentence each.
    words:     up to three passages of the owner's own that would train AI.
    guide:     the shipped policy of which there is a guide to opting out.
    """

    kind: Kind
    policy: Policy
    person: Person
    at: datetime
    files: tuple[FileReport, ...]
    unread: tuple[Unread, ...]
    feeds: frozenset[Topic]
    readings: Mapping[Topic, Reading]
    others: tuple[FileOutcome, ...]
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

    def parts(self, topic: Topic) -> dict[Fate, int]:
        """Records by what becomes of them: each once, so that they are together all that there are."""
        found = {fate: sum(file.shares[topic].rows(fate) for file in self.files) for fate in Fate}
        return {fate: rows for fate, rows in found.items() if rows}

    def doubtful(self, topic: Topic) -> int:
        """Records that are left out by what is doubted alone."""
        return sum(file.doubtful[topic] for file in self.files)

    def sureness(self, topic: Topic, fate: Fate) -> dict[str, int]:
        """Records of which this becomes, by how sure that is, such as ``stated`` or ``unverified``."""
        found: dict[str, int] = {}
        for file in self.files:
            for (told, status), rows in file.shares[topic].records.items():
                if told is fate:
                    found[status] = found.get(status, 0) + rows
        return found

    def faring(self, topic: Topic, fate: Fate) -> list[tuple[str, int]]:
        """Of what this becomes, in plain words, with its records, the most first."""
        found: dict[str, int] = {}
        for file in self.files:
            share = file.shares[topic]
            if rows := share.rows(fate):
                mixed = share.mixed_in if fate is Fate.AMBIGUOUS else ""
                title = f"{file.title}, {mixed}" if mixed else file.title
                found[title] = found.get(title, 0) + rows
        return sorted(found.items(), key=lambda one: -one[1])

    @property
    def turns_on(self) -> frozenset[Fate]:
        """What of the owner nobody knows and some answer turns on."""
        fates = {fate for topic in TOPICS for fate in self.parts(topic)}
        return frozenset(fates & {Fate.BY_PLACE, Fate.BY_AGE})

    @property
    def is_whole(self) -> bool:
        """Whether all of the download was read, and nothing turns on what is not known of its owner."""
        return not self.unread and not self.turns_on

    @property
    def oldest(self) -> tuple[FileReport, Share] | None:
        """The file with the oldest record that would train AI; None when none is dated."""
        dated = [(one, one.shares[TRAINING]) for one in self.files if one.shares[TRAINING].oldest is not None]
        return min(dated, key=lambda one: one[1].oldest.moment if one[1].oldest else self.at, default=None)

    def as_json(self) -> JsonObject:
        """Everything but the owner's words."""
        oldest, stale = self.oldest, self.policy.stale
        return {
            "licet_audit": 2,
            "policy": self.policy._asdict() | {"stale": None if stale is None else stale.as_json()},
            "kind": self.kind.value,
            "person": self.person._asdict(),
            "at": format_moment(self.at),
            "unread": [piece._asdict() for piece in self.unread],
            "answer": {
                "records": self.rows,
                **{
                    topic.id: {
                        "records": self.reach(topic)._asdict(),
                        "fates": {fate.value: rows for fate, rows in self.parts(topic).items()},
                        "in_doubt": self.doubtful(topic),
                        "policy_read": [use._asdict() for use in self.readings[topic].read],
                        "policy_not_read": [use._asdict() for use in self.readings[topic].unread],
                        "unread_may_feed_it": topic in self.feeds,
                        "of": [{"what": what, "records": reach.now} for what, reach in self.taking(topic)],
                    }
                    for topic in TOPICS
                },
                "excluded_from_training": [
                    {"what": what, "records": rows} for what, rows in self.faring(TRAINING, Fate.EXCLUDED)
                ],
                "ambiguous": [
                    {"what": what, "records": rows} for what, rows in self.faring(TRAINING, Fate.AMBIGUOUS)
                ],
                "oldest_for_training": None
                if oldest is None
                else {"file": oldest[0].file.name, "made": as_written(oldest[1].oldest)},
            },
            "surprises": [one._asdict() for one in self.surprises],
            "steps": [{**one._asdict(), "spares": dict(one.spares)} for one in self.steps],
            "unchanged_by_toggles": list(self.unchanged),
            "files": [file.as_json() for file in self.files],
            "others": [{"name": one.name, "fate": one.fate, "reason": one.reason} for one in self.others],
            "notes": list(self.notes),
            "guide": self.guide,
        }
