"""Bringing everything that was made to the present: what was kept long enough goes, the rest becomes as of now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from licet.app.artefacts import Brought, bring_all, compact_grown, copy_status
from licet.app.core import Core
from licet.app.followed_copies import CopyStatus, statuses
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
    """Tell every copy that is followed what may not be in it any more; each that fails is told of by itself."""
    if not any(one.export is not None for one in statuses(core)):
        return
    from licet.app.copy_removals import RemovalSent, tell_copies  # late: most workspaces follow no copy
    from licet.app.corpora import standing_of

    def now(export: str) -> CopyStatus:
        return next(one for one in statuses(core) if one.export == export)

    for one in tell_copies(core, lambda delivery: standing_of(core, delivery, absences)):
        status = copy_status(core, now(one.export))
        if isinstance(one, RemovalSent):
            what = (
                f"takes {one.gone} documents out of it"
                if one.whole is None
                else f"asks all of it back ({one.whole})"
            )
            why = f"message {one.sequence} {what}, until {one.due[:10]}"
            yield Brought(status, "told", why, one.export)
        else:
            yield Brought(status, "failed", f"it could not be told what is to go: {one.why}", one.export)
