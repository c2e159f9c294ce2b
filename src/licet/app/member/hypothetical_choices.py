"""Choices as they would be if one member chose otherwise: for asking "what if" of the very code that decides.

Nothing is recorded. A gate opened on them answers as it would after the choice, and `position` is where that choice
would stand.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from licet.ledger import Keys, Known, Ledger, Stances
from licet.ledger.choices import CHOICES_TABLE
from licet.terms import ChoiceState


class HypotheticalChoices:
    """What `recorded` has up to a position, and one more choice of `subject` for each of some settings.

    What is recorded meanwhile, by whomever, is not among it.
    """

    def __init__(
        self, recorded: Ledger, position: int, subject: str, settings: Sequence[str], value: str
    ) -> None:
        """position: up to which; a policy is in force there."""
        self.recorded, self.recorded_position, self._subject = recorded, position, subject
        self.position = position + len(settings)
        before = recorded.choices_table(position, [subject]).to_pylist()
        states = {row["setting"]: ChoiceState(row["state"]) for row in before if row["category"] is None}
        pack = recorded.packs_in_force(position)[-1].digest
        supposed = [
            {"subject": subject, "setting": setting, "category": None, "value": value, "entry": entry, "pack": pack,
             "state": str(ChoiceState.after(states.get(setting), value == "on"))}
            for entry, setting in enumerate(settings, position)
        ]  # fmt: skip
        kept = [row for row in before if row["category"] is not None or row["setting"] not in settings]
        self._own = pa.Table.from_pylist([*kept, *supposed], CHOICES_TABLE)

    def stances_of(self, subject: str, position: int | None = None) -> Stances:
        stances = self.recorded.stances_of(subject, self._below(position))
        size = self.position if position is None else position
        if subject != self._subject or not self._counts(position):
            return stances._replace(position=size)
        supposed = Stances.none(size)._replace(signals=stances.signals)
        for row in self._own.to_pylist():
            supposed.take(row["setting"], row["category"], ChoiceState(row["state"]), row["pack"])
        return supposed

    def choices_table(
        self,
        position: int | None = None,
        subjects: Collection[str] | None = None,
        known: Known | None = None,
    ) -> pa.Table:
        table = self.recorded.choices_table(self._below(position), subjects, known)
        if not self._counts(position) or (subjects is not None and self._subject not in subjects):
            return table
        others = table.filter(pc.not_equal(table["subject"], self._subject))
        return pa.concat_tables([others, self._own])

    def signals_table(
        self,
        position: int | None = None,
        subjects: Collection[str] | None = None,
        known: Known | None = None,
    ) -> pa.Table:
        return self.recorded.signals_table(self._below(position), subjects, known)

    def record_noes(
        self,
        position: int | None = None,
        subjects: Collection[str] | None = None,
        known: Known | None = None,
        keys: Keys | None = None,
    ) -> pa.Table:
        return self.recorded.record_noes(self._below(position), subjects, known, keys)

    def organisation_noes(self, position: int | None = None) -> pa.Table:
        return self.recorded.organisation_noes(self._below(position))

    def changed_subjects(self, since_position: int, until_position: int | None = None) -> set[str]:
        last = self._below(until_position)
        changed = self.recorded.changed_subjects(min(since_position, last), last)
        return changed | {self._subject} if self._counts(until_position) else changed

    def _below(self, position: int | None) -> int:
        return self.recorded_position if position is None else min(position, self.recorded_position)

    def _counts(self, position: int | None) -> bool:
        return position is None or position > self.recorded_position
