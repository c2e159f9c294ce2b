"""Bringing everything that was made to the present: what was kept long enough goes, the rest becomes as of now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from licet.app.artefacts import Brought, bring_all, compact_grown, copy_status
from licet.app.core import Core
from licet.app.followed_copies import statuses
from licet.app.purge import purge_what_is_due
from licet.enforce.absences import Absences
from licet.terms.disk_errors import clear_disk_errors

if TYPE_CHECKING:
    from licet.uses.use import Progress


def catch_up(core: Core, progress: Progress, people_left: int = 0) -> Iterator[Brought]:
    """As `licet update`, each artefact as it is done."""
    with clear_disk_errors("updating"), core.absences.once_done() as absences:
        yield from purge_what_is_due(core)
        yield from bring_all(core, absences, progress, people_left)
        yield from compact_grown(core, absences)
        yield from _tell_copies(core, absences)


def _tell_copies(core: Core, absences: Absences) -> Iterator[Brought]:
    """Tell every copy that is followed what may not be in it any more."""
    if core.layout.deliveries.is_dir():
        from licet.app.corpora import send_removals  # late: most workspaces follow no copy

        for sent in send_removals(core, absences):
            copy = next(one for one in statuses(core) if one.export == sent.export)
            told = f"message {sent.sequence} takes {sent.gone} documents out of it, until {sent.due[:10]}"
            yield Brought(copy_status(core, copy), "told", told)
