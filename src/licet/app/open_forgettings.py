"""The forgettings that are not done, for who looks again and again: those that are done are not read again.

Known is up to which position it was looked, and which were open then; what was recorded since says whom to look at
anew. It is kept for the next process, sealed and bound to the ledger; where it is not of this ledger, or not there, all
is read once.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, NamedTuple

from licet.app.forgettings import Forgetting, forgettings, forgettings_of, number_of
from licet.ledger import EntryKind
from licet.store.sealed_files import BrokenSealError, SealedFiles
from licet.terms import LicetError

if TYPE_CHECKING:
    from licet.app.core import Core

_NAME = "open"


class _Known(NamedTuple):
    """numbers: of those that were open at a ledger position."""

    position: int
    numbers: frozenset[int]


class OpenForgettings:
    """Those of one workspace, for one follower."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._files = SealedFiles(core.layout.forgettings, core.salt, b"licet open forgettings")
        self._known = self._read()

    def now(self) -> list[Forgetting]:
        """Every one whose last outcome is not EXACT, by its number."""
        core, known = self._core, self._known
        position = (
            core.ledger.position
        )  # before anything is read: what comes meanwhile is looked at next time
        if known is None:
            found, is_new = forgettings(core), True
        else:
            new = core.ledger.entries_of_kind(EntryKind.FORGETTING, since=known.position)
            numbers = known.numbers | {number for one in new if (number := number_of(one)) is not None}
            people = {one.subject for one in core.ledger.entries_at(sorted(numbers))} if numbers else set()
            found = [one for who in people if who is not None for one in forgettings_of(core, who)]
            is_new = bool(new)
        waiting = sorted((one for one in found if one.status != "EXACT"), key=lambda one: one.number)
        self._known = _Known(position, frozenset(one.number for one in waiting))
        if is_new:
            self._write(self._known)
        return waiting

    def _read(self) -> _Known | None:
        ledger = self._core.ledger
        try:
            said = json.loads(self._files.read(_NAME))
            known = _Known(int(said["position"]), frozenset(map(int, said["numbers"])))
            is_ours = known.position <= ledger.position and ledger.root(known.position).hex() == said["root"]
        except (OSError, BrokenSealError, ValueError, LookupError, TypeError, LicetError):
            return None
        return known if is_ours else None

    def _write(self, known: _Known) -> None:
        """What cannot be kept is read once more by the next process."""
        said = {"position": known.position, "numbers": sorted(known.numbers)}
        with contextlib.suppress(OSError, LicetError):
            root = self._core.ledger.root(known.position).hex()
            self._files.write(_NAME, json.dumps(said | {"root": root}).encode())
