"""What is read of choices: where members stand, and what is said no to of single rows, after so many entries.

Whoever judges by choices takes `Choices`, and cannot tell who answers: the ledger, one that supposes a choice on top of
it, or one made up for a test. Every answer takes a position, a number of entries; no answer about one reads beyond it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

import pyarrow as pa

from licet.ledger.entries import Entry, EntryKind
from licet.terms import ChoiceState

CHOICES_TABLE = pa.schema(
    [
        pa.field("subject", pa.string(), nullable=False),
        pa.field("setting", pa.string(), nullable=False),
        pa.field("category", pa.string()),
        pa.field("value", pa.string(), nullable=False),
        pa.field("state", pa.string(), nullable=False),
        pa.field("entry", pa.int64(), nullable=False),
        pa.field("pack", pa.dictionary(pa.int32(), pa.string())),  # few packs, many choices
    ]
)

SIGNALS_TABLE = pa.schema(
    [pa.field("subject", pa.string(), nullable=False), pa.field("signal", pa.string(), nullable=False)]
)

#: What stands, by whom, and since which entry. key: null where whoever was erased named it, and nobody said which keys
#: there are; then `key_mark` stands for it, see `Marks.of_record`.
RECORD_NOES = pa.schema(
    [
        pa.field("subject", pa.string(), nullable=False),
        pa.field("table", pa.string(), nullable=False),
        pa.field("key", pa.string()),
        pa.field("key_mark", pa.string()),
        pa.field("setting", pa.string(), nullable=False),
        pa.field("entry", pa.int64(), nullable=False),
    ]
)
ORGANISATION_NOES = pa.schema(
    [
        pa.field("organisation", pa.string(), nullable=False),
        pa.field("setting", pa.string(), nullable=False),
        pa.field("category", pa.string(), nullable=False),
        pa.field("entry", pa.int64(), nullable=False),
    ]
)

#: Ids of everybody who matters to the question; asked for only where somebody was erased.
Known = Callable[[], Iterable[str]]

#: The keys of the rows of a table that are about any of some people.
Keys = Callable[[str, Collection[str]], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Choice:
    """Where a subject stands on a setting, or on one category under it. `entry` and `at` say since when.

    pack: digest of the pack it was given under; None where the ledger names no such pack.
    """

    setting: str
    category: str | None
    value: str
    state: ChoiceState
    entry: int
    at: datetime
    pack: str | None


class Stances(NamedTuple):
    """Where one subject stands at a ledger position: what `decide` looks at, and nothing of when it was said.

    choices: setting to where they stand on it as a whole; narrow: setting and category to where on just that.
    bound, narrow_bound: under which pack (its digest) each was given; left out where the ledger names no such pack.
    """

    position: int
    choices: dict[str, ChoiceState]
    narrow: dict[str, dict[str, ChoiceState]]
    signals: frozenset[str]
    bound: dict[str, str]
    narrow_bound: dict[str, dict[str, str]]

    @classmethod
    def none(cls, position: int) -> Stances:
        """Of somebody who never said anything."""
        # As `cls(…)`, which takes three times as long: once a decision.
        return tuple.__new__(cls, (position, {}, {}, frozenset(), {}, {}))

    def take(self, setting: str, category: str | None, state: ChoiceState, pack: str | None) -> None:
        """One more choice, the latest of its setting and category."""
        if category:
            self.narrow.setdefault(setting, {})[category] = state
            if pack is not None:
                self.narrow_bound.setdefault(setting, {})[category] = pack
        else:
            self.choices[setting] = state
            if pack is not None:
                self.bound[setting] = pack


class Choices(Protocol):
    """What is judged by, as of any position up to `position`; None is as of now.

    subjects: only theirs; everybody's where it is None. known: ids among which to look for whom was erased; whoever of
    the erased is not among them has no row. Raises: LedgerError, as the ledger that it comes from does.
    """

    @property
    def position(self) -> int:
        """How many entries there are."""
        ...

    @property
    def recorded(self) -> RecordedChoices:
        """The same without what is only supposed."""
        ...

    @property
    def recorded_position(self) -> int:
        """How many of these entries were recorded: what is supposed stands after so many, whatever came since."""
        ...

    def stances_of(self, subject: str, position: int | None = None) -> Stances:
        """Where a subject stands on everything."""
        ...

    def choices_table(
        self,
        position: int | None = None,
        subjects: Collection[str] | None = None,
        known: Known | None = None,
    ) -> pa.Table:
        """The latest choice of each subject, setting and category, as `CHOICES_TABLE`."""
        ...

    def signals_table(
        self,
        position: int | None = None,
        subjects: Collection[str] | None = None,
        known: Known | None = None,
    ) -> pa.Table:
        """The signals that are being sent, as `SIGNALS_TABLE`."""
        ...

    def record_noes(
        self,
        position: int | None = None,
        subjects: Collection[str] | None = None,
        known: Known | None = None,
        keys: Keys | None = None,
    ) -> pa.Table:
        """The noes to single records that stand, as `RECORD_NOES`. keys: where to look for what the erased named."""
        ...

    def organisation_noes(self, position: int | None = None) -> pa.Table:
        """The noes of organisations that stand, as `ORGANISATION_NOES`."""
        ...

    def changed_subjects(self, since_position: int, until_position: int | None = None) -> set[str]:
        """Subjects who said something between two positions; of those erased since, nobody says."""
        ...


class RecordedChoices(Choices, Protocol):
    """What really was recorded, and how it came about: for who follows what changes, and whose an id is."""

    def root(self, position: int) -> bytes:
        """What commits to so many entries."""
        ...

    def changed_organisations(self, since_position: int, until_position: int | None = None) -> set[str]:
        """Organisations that said or withdrew a no between two positions."""
        ...

    def erased_since(self, position: int) -> bool:
        """Whether somebody was erased at a position or after it, so that `changed_subjects` does not know everybody."""
        ...

    def ever_refusing(self) -> list[str]:
        """Every id that a no or a signal was recorded under and not erased since, whatever was chosen later."""
        ...

    def entries_of_kind(self, kind: EntryKind, subject: str | None = None, since: int = 0) -> Sequence[Entry]:
        """The entries of a kind of which there are few, of one subject or of all, from `since` on, in order."""
        ...
