"""Bringing everything that was made to the present: what was kept long enough goes, the rest becomes as of now, each
artefact after those it is derived from, and then every copy that left is told. No use is named here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from licet.app.ads.list_statuses import list_statuses
from licet.app.artefact_status import (
    Brought,
    Standing,
    copy_status,
    in_turn,
    is_exact,
    list_status,
    status_of,
)
from licet.app.artefacts import (
    compact_latest,
    latest,
    latest_for,
    open_access,
    present_access,
    present_parents,
    update,
)
from licet.app.copy_removals import RemovalSent, tell_copies
from licet.app.core import Core
from licet.app.followed_copies import CopyStatus, statuses
from licet.app.purge import purge_what_is_due
from licet.app.retention import is_over
from licet.enforce.absences import Absences
from licet.enforce.origin import PurposeRef
from licet.terms import LicetError
from licet.terms.disk_errors import clear_disk_errors
from licet.uses.registry import open_use

if TYPE_CHECKING:
    from licet.uses.use import Progress, Use

#: An artefact to which so much was added, as a share of what it held when it was last put together, is put together.
_GROWN_SHARE = 0.25


def catch_up(core: Core, progress: Progress, people_left: int = 0) -> Iterator[Brought]:
    """As `licet update`, each artefact as it is done."""
    with clear_disk_errors("updating"), core.absences.once_done() as absences:
        yield from purge_what_is_due(core)
        yield from bring_all(core, absences, progress, people_left)
        yield from compact_grown(core, absences)
        yield from _tell_copies(core, absences)
        yield from _tell_lists(core, absences, progress)


def _tell_lists(core: Core, absences: Absences, progress: Progress) -> Iterator[Brought]:
    """Make the next delivery of every list that somebody is to go from; each that fails is told of by itself."""
    if not list_statuses(core):
        return
    from licet.app.ads.list_deliveries import ListFailed, tell_lists  # late: most workspaces deliver no list
    from licet.app.deletion_asking import drop_settled

    for one in tell_lists(core, absences, progress):
        status = next(each for each in list_statuses(core) if each.export == one.export)
        if isinstance(one, ListFailed):
            why = f"it could not be told who is to go: {one.why}"
            yield Brought(list_status(core, status), "failed", why, one.export)
        else:
            why = f"delivery {one.sequence} takes {one.removed} off it, until {(one.due or '')[:10]}"
            yield Brought(list_status(core, status), "told", why, one.export)
    drop_settled(core)


def _tell_copies(core: Core, absences: Absences) -> Iterator[Brought]:
    """Tell every copy that is followed what may not be in it any more; each that fails is told of by itself."""
    if not any(one.export is not None for one in statuses(core)):
        return
    from licet.app.corpora import standing_of  # late: most workspaces follow no copy

    def now(export: str) -> CopyStatus:
        return next(one for one in statuses(core) if one.export == export)

    for one in tell_copies(core, lambda delivery: standing_of(core, delivery, absences)):
        status = copy_status(core, now(one.export))
        if isinstance(one, RemovalSent):
            some, whole = f"takes {one.gone} documents out of it", f"asks all of it back ({one.whole})"
            why = f"message {one.sequence} {whole if one.whole else some}, until {one.due[:10]}"
            yield Brought(status, "told", why, one.export)
        else:
            yield Brought(status, "failed", f"it could not be told what is to go: {one.why}", one.export)


def bring_all(core: Core, absences: Absences, progress: Progress, people_left: int = 0) -> Iterator[Brought]:
    """Bring every artefact to the present, each as it is done. One that fails holds up nobody but its dependants."""
    for snapshot in in_turn(core):
        before = status_of(core, snapshot, absences)
        if before.due is not None and is_over(core, before.due):
            yield Brought(before, "failed", before.why)  # to be purged, and not to be made anew of
            continue
        if before.standing is not Standing.PENDING:
            how = "unchanged" if before.standing is Standing.EXACT else "failed"
            yield Brought(before, how, before.why)
            continue
        try:
            use, now = open_use(snapshot.kind, core.layout.root), core.ledger.position
            asked = PurposeRef(before.purpose, before.recipient)
            with present_access(core, use, asked, None, now, absences, people_left) as access:
                # Those it is made from came first: what is not of now still could not be brought.
                parents = present_parents(core, use, access).values()
                is_held_up = not all(is_exact(core, one.snapshot, absences) for one in parents)
                made = None if is_held_up else update(core, use, access, snapshot, progress)
        except LicetError as error:
            yield Brought(before, "failed", str(error))
        else:
            if made is None:
                yield Brought(before, "failed", before.why)
            else:
                yield Brought(status_of(core, made.snapshot, absences), made.how, made.why)


def bring_parents(core: Core, use: Use, asked: PurposeRef, absences: Absences, progress: Progress) -> None:
    """What a use is derived from, and what that is, brought to the present. Raises: as `update`; AppError APP-223."""
    for name in use.parents:
        parent, snapshot = open_use(name, core.layout.root), latest_for(core, use, name, asked)
        bring_parents(core, parent, asked, absences, progress)
        if status_of(core, snapshot, absences).standing is Standing.PENDING:
            position = core.ledger.position
            access = open_access(core, parent, asked.purpose, asked.recipient, None, position, absences)
            update(core, parent, access, snapshot, progress)


def compact_grown(core: Core, absences: Absences) -> Iterator[Brought]:
    """Put those together to which a quarter as much was added as they then held, each as it is done."""
    for snapshot in latest(core):
        try:
            done = list(compact_latest(core, _GROWN_SHARE, {one.id for one in latest(core)} - {snapshot.id}))
        except LicetError as error:
            yield Brought(status_of(core, snapshot, absences), "failed", str(error))
        else:
            for was, now in done:
                if now != was:
                    yield Brought(status_of(core, now, absences), "compacted", f"{was.name} had grown")
