"""Bringing everything that was made to the present: what was kept long enough goes, the rest becomes as of now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from licet.app.artefacts import Brought, bring_all, compact_grown
from licet.app.core import Core
from licet.app.purge import purge_what_is_due
from licet.terms.disk_errors import clear_disk_errors

if TYPE_CHECKING:
    from licet.uses.use import Progress


def catch_up(core: Core, progress: Progress, people_left: int = 0) -> Iterator[Brought]:
    """As `licet update`, each artefact as it is done."""
    with clear_disk_errors("updating"), core.absences.once_done() as absences:
        yield from purge_what_is_due(core)
        yield from bring_all(core, absences, progress, people_left)
        yield from compact_grown(core, absences)
