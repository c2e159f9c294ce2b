"""What an archive holds, counted: files, columns, and records that any policy must treat alike as one group.

No record is kept: a file of any length becomes a handful of counts, its first and last date, and a few of the
owner's own words for the owner's screen.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import takewhile
from typing import NamedTuple

from licet.packs import Pack
from licet.sources.archives.archive_records import Thing
from licet.sources.dates import WrittenDate
from licet.sources.import_report import FileOutcome, Unread
from licet.sources.linkedin.linkedin_layout import FileLayout
from licet.terms.moments import midnight

#: Own words kept for each group, and how much of each.
MOST_WORDS, LONGEST_WORDS = 3, 240
#: Of so many files of one sort each is told by itself; more are told as one, with remarks up to so many letters.
MOST_ALIKE, LONGEST_REMARK = 6, 400
#: Distinct places told of one file; values at any more are counted together as not understood.
MOST_PLACES = 512


class Distinctions(NamedTuple):
    """What of a record a policy looks at besides its kinds: records that differ in nothing of it fare alike.

    visibilities: the audiences that its rules name.
    another:      a known one that they do not.
    audiences:    all that are known.
    moments:      the days from which or before which its rules ask for records, in order.
    """

    visibilities: frozenset[str]
    another: str | None
    audiences: frozenset[str]
    moments: tuple[datetime, ...]

    @classmethod
    def of(cls, pack: Pack) -> Distinctions:
        days = {day for rule in pack.rules for day in (rule.created_from, rule.created_before) if day}
        named = frozenset(audience for rule in pack.rules for audience in rule.visibility or ())
        return cls(
            named,
            min(pack.audiences - named, default=None),
            pack.audiences,
            tuple(sorted(midnight(day) for day in days)),
        )

    def audience(self, visibility: str | None) -> str | None:
        """The audience as rules see it: named by one, not known, or some other."""
        if visibility in self.visibilities:
            return visibility
        return self.another if visibility in self.audiences else None

    def era(self, created: datetime | None) -> int | None:
        """Between which of the moments it lies; None when nobody knows. It is the same for all where rules ask not."""
        if not self.moments:
            return 0
        return None if created is None else bisect_right(self.moments, created)


class Words(NamedTuple):
    """Something the owner wrote, of one kind of data. For their own screen only."""

    text: str
    kind: str
    written: WrittenDate | None


class Alike(NamedTuple):
    """What makes records of one file fare alike."""

    visibility: str | None
    era: int | None
    kinds: frozenset[str | None]


@dataclass(slots=True)
class Group:
    """Records of one file that fare alike.

    created: when one of them was made, standing for all; None where it does not matter or is not known.
    cells:   cells with something in them, by kind of data; under None those of columns that are not understood.
    """

    alike: Alike
    created: datetime | None
    rows: int = 0
    cells: dict[str | None, int] = field(default_factory=dict)
    first: WrittenDate | None = None
    words: list[Words] = field(default_factory=list)
    first_words: Words | None = None


@dataclass(slots=True)
class Column:
    """A column of a file, as its header writes it. `kind` is None where nobody knows what it is."""

    name: str
    kind: str | None
    cells: int = 0


@dataclass(slots=True)
class AuditedFile:
    """One file that was understood, counted.

    preamble_cells: cells above the header, which hold a note of the platform's.
    beyond_cells:   cells to the right of the header, which nobody can name.
    members:        the files, where it is a folder of pictures or recordings.
    """

    name: str
    layout: FileLayout | Thing
    columns: list[Column] = field(default_factory=list)
    groups: dict[Alike, Group] = field(default_factory=dict)
    rows: int = 0
    preamble_cells: int = 0
    beyond_cells: int = 0
    first: WrittenDate | None = None
    last: WrittenDate | None = None
    remark: str = ""
    members: list[str] = field(default_factory=list)

    @property
    def cells(self) -> int:
        """Every cell with something in it."""
        return self.preamble_cells + self.beyond_cells + sum(column.cells for column in self.columns)

    def add(
        self,
        alike: Alike,
        cells: dict[str | None, int],
        written: WrittenDate | None,
        created: datetime | None,
        words: Iterator[Words],
    ) -> None:
        """Count one record."""
        group = self.groups.get(alike)
        if group is None:
            group = self.groups[alike] = Group(alike, created)
        self.rows += 1
        group.rows += 1
        for kind, count in cells.items():
            group.cells[kind] = group.cells.get(kind, 0) + count
        own = next(words, None) if len(group.words) < MOST_WORDS or written is not None else None
        own = own if own is not None and is_sentence(own.text) else None
        if own is not None and len(group.words) < MOST_WORDS:
            group.words.append(own)
        if written is not None:
            if group.first is None or written.moment < group.first.moment:
                group.first, group.first_words = written, own
            if self.first is None or written.moment < self.first.moment:
                self.first = written
            if self.last is None or written.moment > self.last.moment:
                self.last = written

    def take_in(self, other: AuditedFile) -> None:
        """Count what another file of the same sort holds with this one's, as a file of a folder that is told as one."""
        columns = {(column.name, column.kind): column for column in self.columns}
        for column in other.columns:
            same = columns.get((column.name, column.kind))
            if same is not None:
                same.cells += column.cells
            elif len(self.columns) < MOST_PLACES:
                self.columns.append(column)
            else:
                self.beyond_cells += column.cells
        for alike, group in other.groups.items():
            mine = self.groups.setdefault(alike, Group(alike, group.created))
            mine.rows += group.rows
            for kind, count in group.cells.items():
                mine.cells[kind] = mine.cells.get(kind, 0) + count
            mine.words = (mine.words + group.words)[:MOST_WORDS]
            if group.first is not None and (mine.first is None or group.first.moment < mine.first.moment):
                mine.first, mine.first_words = group.first, group.first_words
        self.rows += other.rows
        self.preamble_cells += other.preamble_cells
        self.beyond_cells += other.beyond_cells
        self.first = min((one for one in (self.first, other.first) if one), key=_moment, default=None)
        self.last = max((one for one in (self.last, other.last) if one), key=_moment, default=None)
        if other.remark not in self.remark and len(self.remark) < LONGEST_REMARK:
            self.remark = "; ".join(filter(None, (self.remark, other.remark)))
        self.members += other.members or [other.name]


def gathered(files: list[AuditedFile]) -> list[AuditedFile]:
    """The files, those of one sort as one where there are many: a report is for people, and names each in `members`."""
    alike: dict[tuple[str, str, str], list[AuditedFile]] = {}
    for file in files:
        alike.setdefault((file.layout.table, file.layout.kind, file.layout.note), []).append(file)
    told: list[AuditedFile] = []
    for same in alike.values():
        if len(same) <= MOST_ALIKE:
            told += same
            continue
        first = same[0]
        first.members = first.members or [first.name]
        for other in same[1:]:
            first.take_in(other)
        folders = zip(*(name.split("/")[:-1] for name in first.members), strict=False)
        shared = [steps[0] for steps in takewhile(lambda steps: len(set(steps)) == 1, folders)]
        first.name = "".join(f"{step}/" for step in shared) or f"{len(first.members):,} files"
        told.append(first)
    return sorted(told, key=lambda file: (file.name, file.layout.table))


def _moment(written: WrittenDate) -> datetime:
    return written.moment


@dataclass(slots=True)
class Owner:
    """What the archive itself says about whose it is.

    locations:  where they live, from each file that says so; where these are in two countries, nobody can say.
    age_unread: whether there is a file with a date of birth, and none could be read in it. Nobody is an adult by that.
    """

    name: str | None = None
    locations: list[str] = field(default_factory=list)
    births: set[date] = field(default_factory=set)
    born_year: int | None = None
    joined: datetime | None = None
    plan: str | None = None
    age_unread: bool = False

    @property
    def born(self) -> date | None:
        """The date of birth; None where no file gives one, or two give different ones."""
        return next(iter(self.births)) if len(self.births) == 1 else None


@dataclass(slots=True)
class Contents:
    """A whole archive.

    others: the files without records, each with the reason.
    unread: what nobody could read; of a use that any of it could feed, nothing final is said.
    """

    files: list[AuditedFile]
    others: list[FileOutcome]
    owner: Owner
    unread: list[Unread] = field(default_factory=list)


def is_sentence(text: str) -> bool:
    """Whether it is something that a person would say: several words, or some in a script that sets no spaces."""
    words = [word for word in text.split() if "://" not in word and sum(map(str.isalpha, word)) > 1]
    unspaced = sum(unicodedata.category(letter) == "Lo" for letter in text)
    return (len(words) > 1 and not text.isupper()) or unspaced > 3


def shortened(text: str) -> str:
    """A passage on one line, cut where it is longer than a screen needs."""
    text = " ".join(text[: LONGEST_WORDS * 4].split())
    return text if len(text) <= LONGEST_WORDS else text[: LONGEST_WORDS - 1].rstrip() + "…"
