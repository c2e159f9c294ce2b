"""One member's own rows out of a workspace: what `enforce.serving` goes by, read anew at every call.

The ledger's position is read first, from the disk; policy, people and choices are as of it. Whose refusal would be lost
with their id stops every answer, as it stops a gate.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from licet.decide import Facts
from licet.enforce.access import rows_stay
from licet.enforce.serving import Present, Serving

if TYPE_CHECKING:
    from licet.app.workspace import Workspace


def open_serving(workspace: Workspace, purpose: str, recipient: str, for_training: bool) -> Serving:
    if workspace._spark is not None:
        raise rows_stay("every table", "spark")

    def look(at_least: int | None) -> Present:
        at, ledger = workspace.now(), workspace.ledger
        position = workspace._position(None, at_least)
        people, catalogue = workspace.people(), workspace.catalogue
        workspace._refuse_lost().done()

        def facts_of(subjects: Collection[str]) -> Mapping[str, Facts | None]:
            return people.facts_about_many(subjects, at, position, ledger)

        return Present(at, position, workspace._policies.at(position), catalogue, facts_of)

    return Serving(purpose, recipient, look, workspace._indexes, workspace.salt, for_training=for_training)
