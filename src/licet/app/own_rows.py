"""One member's own rows out of a workspace: what `enforce.serving` goes by, read anew at every call.

The ledger's position is read first, from the disk; policy, people and choices are as of it. Whose refusal would be lost
with their id stops every answer, as it stops a gate.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from licet.decide import Facts
from licet.enforce.access import rows_stay
from licet.enforce.serving import Present, Serving

if TYPE_CHECKING:
    from licet.app.core import Core


#: So often at most it is remembered who of those who refused is absent; see `enforce.absences`.
_REMEMBERED_EVERY_SECONDS = 1.0


def open_serving(core: Core, purpose: str, recipient: str, for_training: bool) -> Serving:
    if core.spark is not None:
        raise rows_stay("every table", "spark")

    remembered = -_REMEMBERED_EVERY_SECONDS

    def look(at_least: int | None) -> Present:
        at, ledger = core.now(), core.ledger
        position = core.position(None, at_least)
        people, catalogue = core.people(), core.catalogue
        run = core.refuse_lost()

        def facts_of(subjects: Collection[str]) -> Mapping[str, Facts | None]:
            return people.facts_about_many(subjects, at, position, ledger)

        def done() -> None:
            # Written to a file, and each answer comes by here; what the second before saw will do after a crash.
            nonlocal remembered
            if time.monotonic() - remembered >= _REMEMBERED_EVERY_SECONDS:
                remembered = time.monotonic()
                run.done()

        policy = core.policies_in_force.at(position)
        return Present(at, position, policy, catalogue, ledger, facts_of, done)

    return Serving(purpose, recipient, look, core.subject_indexes, core.salt, for_training=for_training)
