"""An artefact as a request of now may use it: the latest there is, and whom a change touched since it was made.

Whoever answers from it applies what the touched changed first, so that a no governs the very next answer. Where nobody
can say whom a change touched, nothing is answered before an update. What is there is looked at and not brought.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple

from licet.app.artefacts import build, present_access
from licet.enforce import Access
from licet.enforce.access import Touched
from licet.enforce.origin import PurposeRef
from licet.store import SnapshotRef
from licet.terms import AppError
from licet.uses import run
from licet.uses.manifest import newest_for
from licet.uses.registry import open_use
from licet.uses.use import Progress, Use

if TYPE_CHECKING:
    from licet.app.core import Core


class Presence(NamedTuple):
    """change: whom one touched since. access: not beyond the block."""

    use: Use
    snapshot: SnapshotRef
    access: Access
    change: Touched

    @property
    def touched(self) -> frozenset[str]:
        """For whom what the artefact holds may not be so any more. Raises: AppError RCMD-105 where nobody can say."""
        if self.change.subjects is None:
            raise AppError(
                "RCMD-105",
                f"what was made is not of now, and nobody can say whom that touches: {self.change.why}",
                self.snapshot.name,
                "bring it to the present: licet update",
            )
        return self.change.subjects


#: The command that makes one, where it is not the use's own.
_MADE_BY = {"people": "licet recommend build-people"}


def latest_made(core: Core, name: str, asked: PurposeRef) -> SnapshotRef:
    """The latest of a use for a purpose and recipient. Raises: AppError RCMD-104 where there is none."""
    for snapshot in newest_for(core.store, name, asked):
        return snapshot
    raise AppError(
        "RCMD-104",
        f"no {name} was made for {asked.purpose} yet",
        fix=f"make one first: {_MADE_BY.get(name, f'licet {name} build --purpose {asked.purpose}')}",
    )


def build_now(core: Core, name: str, asked: PurposeRef, progress: Progress) -> run.Made:
    """Make one anew of what is permitted now. Raises: as a gate, and as the use."""
    use, position = open_use(name, core.layout.root), core.ledger.position
    with (
        core.absences.once_done() as absences,
        present_access(core, use, asked, None, position, absences) as access,
    ):
        return build(core, use, access, progress)


@contextlib.contextmanager
def presently(
    core: Core,
    name: str,
    asked: PurposeRef,
    at_least: int | None = None,
    tables: Collection[str] | None = None,
) -> Iterator[Presence]:
    """at_least: as `Core.position` has it. tables: whom a change of these touched; None for all that the use reads.

    Raises: AppError RCMD-104, APP-085.
    """
    position = core.position(None, at_least)
    snapshot, use = latest_made(core, name, asked), open_use(name, core.layout.root)
    with (
        core.absences.once_done() as absences,
        present_access(core, use, asked, None, position, absences) as access,
    ):
        yield Presence(use, snapshot, access, run.touched_since(use, access, snapshot, tables=tables))
