"""What forgetting somebody would change, before it is asked for: as an update would have it, and nothing is written.

Each artefact is asked what it would be were their objection recorded: the difference of two snapshots, not their own
documents alone. Of several people each is asked about alone; what they share is counted with each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from licet.app.argument_types import require_subject_id
from licet.app.followed_copies import statuses
from licet.app.forgetting_outcomes import Copy, copies_that_left
from licet.app.forgettings import Forgetting
from licet.app.member.choice_preview import artefact_changes
from licet.app.member.hypothetical_choices import HypotheticalChoices
from licet.app.objection import noes_of_an_objection
from licet.app.purge import holds
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


class Forecast(NamedTuple):
    """What would come of it for one person. snapshots: those that would go for good."""

    subject: str
    artefacts: tuple[ArtefactForecast, ...]
    snapshots: tuple[str, ...]
    copies: tuple[Copy, ...]

    @property
    def documents(self) -> int:
        return sum(one.leaving + one.coming + one.changing for one in self.artefacts)

    def as_json(self) -> JsonObject:
        return {
            "subject": self.subject,
            "artefacts": [one._asdict() for one in self.artefacts],
            "documents": self.documents,
            "snapshots": list(self.snapshots),
            "copies": [one._asdict() for one in self.copies],
        }


def forecast(core: Core, subjects: Sequence[str]) -> list[Forecast]:
    """As `UseOperations.foresee_forgetting`."""
    return [_forecast(core, subject) for subject in dict.fromkeys(subjects)]


def _forecast(core: Core, subject: str) -> Forecast:
    require_subject_id(subject)
    changes = []
    if made := core.store.snapshots():
        core.policy()  # artefacts are made under one: where there is none, nothing can be foreseen
        noes, position = noes_of_an_objection(core, subject), core.ledger.position
        supposed = HypotheticalChoices(core.ledger, position, subject, noes, "off")
        changes = [
            ArtefactForecast(one.name, len(one.leaving), len(one.coming), len(one.changing))
            for one in artefact_changes(core, supposed, subject)
            if one.leaving or one.coming or one.changing
        ]
    names = names_now(core.ledger, subject)
    holding = {one.id: holds(core, one, names) for one in made}
    nobody_found = Forgetting(0, subject, "", (), 0, False, (), None, None)
    left = copies_that_left(core, statuses(core), nobody_found, holding, since=None)
    return Forecast(subject, tuple(changes), tuple(one.name for one in made if holding[one.id]), left.copies)
