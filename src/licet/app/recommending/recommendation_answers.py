"""What a member is recommended, as every door tells it: what, as of when, by what it was chosen, and why.

Nothing of anybody else stands in an answer but items, and counts of at least as many members as may be told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

from licet.terms.canonical import JsonObject

#: Of what there are recommendations.
Kind: TypeAlias = Literal["jobs", "posts", "newest_posts"]
KINDS: tuple[Kind, ...] = ("jobs", "posts", "newest_posts")
#: By what a list was chosen: what they did; their profile; what many chose, then what is newest; what is newest.
ChosenBy: TypeAlias = Literal["history", "profile", "popular", "newest", "following"]


class Recommended(NamedTuple):
    """One item. table, key: by which it is named. details: what is told of it beside its title, by column.

    created, expires: days, where known. reason: why it is recommended, to the member; None where nothing of theirs is
    why.
    """

    table: str
    key: str
    title: str
    details: Mapping[str, str]
    created: str | None
    expires: str | None
    reason: str | None

    def as_json(self) -> JsonObject:
        return {**self._asdict(), "details": dict(self.details)}


class ReadRows(NamedTuple):
    """Rows of the member's of one table: how many were read for this, and how many were not, with the first reason."""

    table: str
    read: int
    left_out: int
    code: str | None
    reason: str | None


class Recommendations(NamedTuple):
    """Best first. at, position: of when they are; asked with that position as `at_least`, no answer is older.

    settings:  by its id each control that decides about any of it, and its label.
    trains, personalises: whether anything of the member's is learned from, and read for their own list.
    because:   of `chosen_by`, a sentence for the member. learned: the artefact by whose recipe it was chosen.
    offered:   how many the policy lets be recommended to anybody, those that are over or unwanted among them.
    """

    subject: str
    kind: Kind
    at: str
    position: int
    policy: str
    settings: Mapping[str, str]
    trains: bool
    personalises: bool
    chosen_by: ChosenBy
    because: str
    learned: str | None
    offered: int
    items: tuple[Recommended, ...]
    rows: tuple[ReadRows, ...]

    def as_json(self) -> JsonObject:
        return {
            **self._asdict(), "settings": list(self.settings), "items": [one.as_json() for one in self.items],
            "rows": [one._asdict() for one in self.rows],
        }  # fmt: skip


class Control(NamedTuple):
    """A setting that decides about recommendations: what is learned from, or what is read for one's own list."""

    id: str
    label: str
    trains: bool
    personalises: bool


class SimilarJobs(NamedTuple):
    """What everybody may be shown beside a job, the most alike first; the same whoever asks."""

    table: str
    key: str
    title: str
    at: str
    position: int
    items: tuple[Recommended, ...]

    def as_json(self) -> JsonObject:
        return {**self._asdict(), "items": [one.as_json() for one in self.items]}


class BothWays(NamedTuple):
    """What a member would be recommended with a control on and with it off, before they choose; nothing is recorded.

    is_on: where it stands now; None where nobody can say. differing: how many of the list with it on are not on the one
    with it off.
    """

    setting: str
    label: str
    is_on: bool | None
    on: Recommendations
    off: Recommendations

    @property
    def differing(self) -> int:
        kept = {(one.table, one.key) for one in self.off.items}
        return sum((one.table, one.key) not in kept for one in self.on.items)

    def as_json(self) -> JsonObject:
        return {
            "setting": self.setting, "label": self.label, "is_on": self.is_on, "differing": self.differing,
            "on": self.on.as_json(), "off": self.off.as_json(),
        }  # fmt: skip


class Explanation(NamedTuple):
    """Why one item is recommended to a member, or is not. rank: its place in their list from 1; None where it is not in
    what is ranked. sentences: the reasons, the strongest first, of their own data alone."""

    subject: str
    kind: Kind
    at: str
    position: int
    item: Recommended
    rank: int | None
    chosen_by: ChosenBy
    because: str
    sentences: tuple[str, ...]

    def as_json(self) -> JsonObject:
        return {**self._asdict(), "item": self.item.as_json(), "sentences": list(self.sentences)}
