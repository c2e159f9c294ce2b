"""What forgetting somebody would change, before it is asked for: as an update would have it, and nothing is written.

Each artefact is asked what it would be were their objection recorded: the difference of two snapshots, not their own
documents alone. Of several people each is asked about alone; what they share is counted with each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from licet.app.argument_types import require_subject_id
from licet.app.followed_copies import CopyStatus, statuses
from licet.app.forgetting_outcomes import Copy, copies_that_left
from licet.app.forgettings import Forgetting
from licet.app.member.choice_preview import artefact_changes
from licet.app.member.hypothetical_choices import HypotheticalChoices
from licet.app.objection import noes_of_an_objection
from licet.app.purge import held_in
from licet.enforce.settled_ids import names_now
from licet.terms.canonical import JsonObject

if TYPE_CHECKING:
    from licet.app.core import Core


class ArtefactForecast(NamedTuple):
    """How many documents of an artefact would go, come and read otherwise."""

    name: str
    leaving: int
    coming: int
    changing: int

    @property
    def documents(self) -> int:
        return self.leaving + self.coming + self.changing


class Forecast(NamedTuple):
    """What would come of it for one person. snapshots: those that would go for good."""

    subject: str
    artefacts: tuple[ArtefactForecast, ...]
    snapshots: tuple[str, ...]
    copies: tuple[Copy, ...]

    @property
    def documents(self) -> int:
        return sum(one.documents for one in self.artefacts)

    def as_json(self) -> JsonObject:
        return {
            "subject": self.subject,
            "artefacts": [one._asdict() for one in self.artefacts],
            "documents": self.documents,
            "snapshots": list(self.snapshots),
            "copies": [one._asdict() for one in self.copies],
        }


class ForeseenCounts(NamedTuple):
    """How many documents of artefacts would change for one person, and how many copies hold them or may."""

    documents: int
    copies: int


def forecast(core: Core, subjects: Sequence[str]) -> list[Forecast]:
    """As `UseOperations.foresee_forgetting`."""
    told = Forecasts(core, statuses(core))
    return [told.whole(subject) for subject in dict.fromkeys(subjects)]


class Forecasts:
    """Of some people, with what there is listed once for all of them."""

    def __init__(self, core: Core, copies: Sequence[CopyStatus]) -> None:
        self._core, self._copies, self._made = core, copies, core.store.by_id()

    def whole(self, subject: str) -> Forecast:
        changes, in_each = self._changes(subject), self._held_in(subject)
        names = tuple(self._made[id_].name for id_ in self._made if in_each(id_))
        return Forecast(subject, changes, names, self._copies_of(subject, in_each))

    def counts(self, subject: str) -> ForeseenCounts:
        """Of superseded snapshots are looked into only those that copies were taken of."""
        documents = sum(one.documents for one in self._changes(subject))
        return ForeseenCounts(documents, len(self._copies_of(subject, self._held_in(subject))))

    def _changes(self, subject: str) -> tuple[ArtefactForecast, ...]:
        core = self._core
        require_subject_id(subject)
        if not self._made:
            return ()
        core.policy()  # artefacts are made under one: where there is none, nothing can be foreseen
        noes, position = noes_of_an_objection(core, subject), core.ledger.position
        supposed = HypotheticalChoices(core.ledger, position, subject, noes, "off")
        return tuple(
            ArtefactForecast(one.name, len(one.leaving), len(one.coming), len(one.changing))
            for one in artefact_changes(core, supposed, subject)
            if one.leaving or one.coming or one.changing
        )

    def _held_in(self, subject: str) -> Callable[[str], bool | None]:
        return held_in(self._core, self._made, names_now(self._core.ledger, subject))

    def _copies_of(self, subject: str, in_each: Callable[[str], bool | None]) -> tuple[Copy, ...]:
        nobody_found = Forgetting(0, subject, "", (), 0, False, (), None, None)
        return copies_that_left(self._core, self._copies, nobody_found, in_each, since=None).copies
