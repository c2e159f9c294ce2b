"""What was chosen as of one ledger position, read once however many ask: of everybody, or of those who spoke since.

The roll of members and the guard of vanished ids follow the same people from the same position on, so that one reading
serves both. Whom an erasure took no reading since names: who follows asks the ledger whether there was one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import NamedTuple

import pyarrow as pa

from licet.enforce.refusals import who_refuses
from licet.ledger import Choices

#: From so many entries on reading everybody's choices costs less than those of who spoke, as a share of the people or
#: of the entries before: choices are then read in their order and not by member. A few are followed in any case.
_MOST_FOLLOWED, _ALWAYS_FOLLOWED = 1.0, 1000


class Said(NamedTuple):
    """What stands of those who chose, signalled or said no to a record between two positions, without the erased."""

    subjects: frozenset[str]
    choices: pa.Table
    signals: pa.Table


def are_few(entries: int, among: int) -> bool:
    """Whether so many entries are followed, where calling everybody anew goes through so many people or entries."""
    return entries <= max(_ALWAYS_FOLLOWED, _MOST_FOLLOWED * among)


class ChoicesAsOf:
    """Asked by one thread at a time."""

    def __init__(
        self,
        ledger: Choices,
        position: int,
        ids: Callable[[], Iterable[str]] = tuple,
        record_noes: Callable[[], pa.Table] | None = None,
    ) -> None:
        """ids: every member's, among whom to look for whom was erased.
        record_noes: everybody's, as whoever else needs them reads them."""
        self.position, self._ledger, self._ids, self._record_noes = position, ledger, ids, record_noes
        self._since: dict[int, Said] = {}

    @functools.cached_property
    def choices(self) -> pa.Table:
        """Everybody's, as `describe` takes them."""
        return _of_choices(self._ledger.choices_table(self.position, known=self._ids))

    @functools.cached_property
    def signals(self) -> pa.Table:
        return self._ledger.signals_table(self.position, known=self._ids)

    def since(self, earlier: int) -> Said:
        """What those stand by who said something between another position, before or after, and this one."""
        if earlier not in self._since:
            between = sorted((earlier, self.position))
            subjects = frozenset(self._ledger.changed_subjects(*between))
            choices = self._ledger.choices_table(self.position, subjects)
            signals = self._ledger.signals_table(self.position, subjects)
            self._since[earlier] = Said(subjects, _of_choices(choices), signals)
        return self._since[earlier]

    def refusing(self) -> pa.Array:
        """Ids of those who refuse something or send a signal, each once, of everybody not erased."""
        noes = (
            self._ledger.record_noes(self.position, known=tuple)
            if self._record_noes is None
            else self._record_noes()
        )
        return who_refuses(self.choices, self.signals, noes)

    def refusing_since(self, earlier: int) -> tuple[frozenset[str], pa.Array] | None:
        """Who said something since another position, and those of them who refuse; None where it costs less to ask
        about everybody, who may have been read already."""
        is_read = "choices" in self.__dict__
        if earlier not in self._since and (is_read or not are_few(self.position - earlier, earlier)):
            return None
        subjects, choices, signals = self.since(earlier)
        noes = self._ledger.record_noes(self.position, subjects, known=tuple)
        return subjects, who_refuses(choices, signals, noes)


def _of_choices(table: pa.Table) -> pa.Table:
    return table.select(["subject", "setting", "category", "state", "pack"])
