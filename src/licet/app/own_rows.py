"""One member's own rows out of a workspace: what `enforce.serving` goes by, read anew at every call.

The ledger's position is read first, from the disk; policy, people and choices are as of it. Whose refusal would be lost
with their id stops every answer, as it stops a gate.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from licet.decide import Facts
from licet.enforce.access import rows_stay
from licet.enforce.serving import Present, Serving
from licet.ledger import Choices

if TYPE_CHECKING:
    from licet.app.core import Core


#: So often at most it is remembered who of those who refused is absent; see `enforce.absences`.
_REMEMBERED_EVERY_SECONDS = 1.0


def open_serving(core: Core, purpose: str, recipient: str, for_training: bool) -> Serving:
    """Raises: GateError GATE-211 where the rows stay with Spark."""
    return Looking(core).serving(purpose, recipient, for_training=for_training)


class Looking:
    """What answers about one member go by: of now, and of a ledger position that was just read."""

    def __init__(self, core: Core) -> None:
        """Raises: GateError GATE-211 where the rows stay with Spark."""
        if core.spark is not None:
            raise rows_stay("every table", "spark")
        self._core, self._remembered = core, -_REMEMBERED_EVERY_SECONDS

    def serving(self, purpose: str, recipient: str, *, for_training: bool = False) -> Serving:
        core = self._core

        def look(at_least: int | None) -> Present:
            return self.at(core.now(), core.position(None, at_least))

        return Serving(purpose, recipient, look, core.subject_indexes, core.salt, for_training=for_training)

    def at(self, moment: datetime, position: int, supposed: Choices | None = None) -> Present:
        """supposed: choices to go by, of which so many were recorded. Raises: GateError GATE-171, GATE-172."""
        core = self._core
        people, catalogue = core.people(), core.catalogue
        run, choices = core.refuse_lost(), supposed or core.ledger
        place = position if supposed is None else supposed.position

        def facts_of(subjects: Collection[str]) -> Mapping[str, Facts | None]:
            return people.facts_about_many(subjects, moment, place, choices)

        def done() -> None:
            # Written to a file, and each answer comes by here; what the second before saw will do after a crash.
            if time.monotonic() - self._remembered >= _REMEMBERED_EVERY_SECONDS:
                self._remembered = time.monotonic()
                run.done()

        policy = core.policies_in_force.at(position)
        return Present(moment, place, policy, catalogue, choices, facts_of, done)
