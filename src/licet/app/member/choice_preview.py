"""What a switch would change before it is switched: asked of the code that would then carry it out.

The documents that would leave a training set are found as an update finds them, on a ledger that supposes the
choice; so the preview is what then happens, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from licet.app.artefacts import latest, standing_access, supposed_parents
from licet.app.member.data_uses import Flow
from licet.ledger import Choices
from licet.terms.canonical import JsonObject
from licet.uses.manifest import read_heading
from licet.uses.registry import open_use
from licet.uses.use import Shown

if TYPE_CHECKING:
    from licet.app.core import Core


class FlowChange(NamedTuple):
    """One use before and after: how many of the member's records it would be given."""

    before: Flow
    after: Flow

    @property
    def difference(self) -> int:
        return self.after.used - self.before.used


class ArtefactChange(NamedTuple):
    """How something that was built would differ at its next update. `name` is None where nothing was built yet."""

    name: str
    made: str
    leaving: Sequence[Shown]
    coming: Sequence[Shown]
    changing: Sequence[Shown]


class Preview(NamedTuple):
    """What switching `setting` to `value` would change for one member, and in what was built."""

    setting: str
    value: str
    changes: tuple[FlowChange, ...]
    unchanged: tuple[Flow, ...]
    artefacts: tuple[ArtefactChange, ...]

    def as_json(self) -> JsonObject:
        return {
            "setting": self.setting, "value": self.value,
            "uses": [
                {"purpose": one.before.use.purpose, "recipient": one.before.use.recipient,
                 "records_before": one.before.used, "records_after": one.after.used}
                for one in self.changes
            ],
            "artefacts": [
                {"name": one.name, "made": one.made,
                 **{how: [row["document_id"] for row in getattr(one, how)] for how in _WAYS}}
                for one in self.artefacts
            ],
        }  # fmt: skip


_WAYS = ("leaving", "coming", "changing")


def artefact_changes(core: Core, supposed: Choices, subject: str) -> Sequence[ArtefactChange]:
    """The latest artefact of every use and purpose, as it would be after an update."""
    changes, position = [], supposed.recorded_position
    for snapshot in latest(core, position=position):
        use, heading = open_use(snapshot.kind, core.layout.root), read_heading(snapshot)
        with (
            standing_access(core, use, heading.purpose, position, supposed) as access,
            supposed_parents(core, use, heading.purpose, subject, position, supposed) as parents,
        ):
            found = use.foresee(access, core.store, snapshot, subject, parents)
        changes.append(ArtefactChange(snapshot.name, heading.at, *found))
    return changes
