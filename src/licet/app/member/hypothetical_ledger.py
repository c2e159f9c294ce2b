"""A ledger as it would be if one member chose otherwise: for asking "what if" of the very code that decides.

Nothing is recorded. A gate opened on it answers as it would after the choice, and `position` is where that choice
would stand.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from licet.ledger import Ledger, Stances
from licet.ledger.choices import CHOICES_TABLE, Choice, Known
from licet.terms import ChoiceState


class SupposedLedger(Ledger):
    """`ledger` with one more choice of `subject` for each of `settings`. It cannot be written to."""

    def __init__(self, ledger: Ledger, subject: str, settings: Sequence[str], value: str) -> None:
        # The same open ledger: closing it is for whoever opened it.
        self.__dict__.update(ledger.__dict__)
        self._signer = self._appender = None
        self._real, self._subject, self._settings, self._value = ledger, subject, tuple(settings), value
        self._size = ledger.position

    def close(self) -> None:
        """Nothing of its own to give back."""

    @property
    def position(self) -> int:
        return self._size + len(self._settings)

    @property
    def recorded(self) -> Ledger:
        return self._real

    def choices_of(self, subject: str, position: int | None = None) -> list[Choice]:
        choices = self._real.choices_of(subject, self._below(position))
        if subject != self._subject or not self._counts(position):
            return choices
        return sorted(self._with(choices), key=lambda one: (one.setting, one.category or ""))

    def stances_of(self, subject: str, position: int | None = None) -> Stances:
        stances = self._real.stances_of(subject, self._below(position))
        size = self.position if position is None else position
        if subject != self._subject or not self._counts(position):
            return stances._replace(position=size)
        supposed = Stances.none(size)._replace(signals=stances.signals)
        for choice in self.choices_of(subject, position):
            supposed.take(choice.setting, choice.category, choice.state, choice.pack)
        return supposed

    def signals_of(self, subject: str, position: int | None = None) -> frozenset[str]:
        return self._real.signals_of(subject, self._below(position))

    def choices_table(
        self,
        position: int | None = None,
        subjects: Collection[str] | None = None,
        known: Known | None = None,
    ) -> pa.Table:
        table = self._real.choices_table(self._below(position), subjects, known)
        if not self._counts(position) or (subjects is not None and self._subject not in subjects):
            return table
        others = table.filter(pc.not_equal(table["subject"], self._subject))
        own = self._with(self._real.choices_of(self._subject, self._below(position)))
        rows = [
            (self._subject, one.setting, one.category, one.value, str(one.state), one.entry, one.pack)
            for one in own
        ]
        columns = [
            pa.array(values, field.type)
            for values, field in zip(zip(*rows, strict=True), CHOICES_TABLE, strict=True)
        ]
        return pa.concat_tables([others, pa.Table.from_arrays(columns, schema=CHOICES_TABLE)])

    def signals_table(
        self,
        position: int | None = None,
        subjects: Collection[str] | None = None,
        known: Known | None = None,
    ) -> pa.Table:
        return self._real.signals_table(self._below(position), subjects, known)

    def changed_subjects(self, since_position: int, until_position: int | None = None) -> set[str]:
        last = self._below(until_position)
        changed = self._real.changed_subjects(min(since_position, last), last)
        return changed | {self._subject} if self._counts(until_position) else changed

    def _below(self, position: int | None) -> int:
        return self._size if position is None else min(position, self._size)

    def _counts(self, position: int | None) -> bool:
        return position is None or position > self._size

    def _with(self, choices: list[Choice]) -> list[Choice]:
        known = {one.setting: one for one in choices if one.category is None}
        kept = [one for one in choices if one.category is not None or one.setting not in self._settings]
        for number, setting in enumerate(self._settings):
            before = known.get(setting)
            state = ChoiceState.after(None if before is None else before.state, self._value == "on")
            in_force = self._real.packs_in_force(self._size)[-1]  # a policy is in force, so there is one
            at, pack = self._real.entry(self._size - 1).recorded_at, (in_force.payload or {}).get("digest")
            kept.append(Choice(setting, None, self._value, state, self._size + number, at, pack))
        return kept
