"""Permitted rows of some tables, followed from one request to the next: of whom anything changed since the last one.

A request asks first whether anything could have changed: the ledger, the day, the files. Where a few members chose and
nothing else happened, they are told, and who takes them reads them one by one. Where more did, a gate of now says of
whom; where nobody can say of whom, all is taken anew. Nothing that was taken stands for longer than what it was taken
of; what fails on the way lets go of all of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from licet.app.artefacts import Reader, present_access
from licet.app.tenses import first_change_since
from licet.enforce import Access
from licet.enforce.access import Touched
from licet.enforce.origin import LedgerRef, Origin, PurposeRef
from licet.sources.catalogue import Catalogue
from licet.sources.file_state import Stand, files_of, look_at
from licet.terms.moments import days_of

if TYPE_CHECKING:
    from pathlib import Path

    from licet.app.core import Core

#: So many members are read one by one, without a gate.
MOST_ONE_BY_ONE = 32


class Moment(NamedTuple):
    """What a request goes by: the present, and how the files stood before anything was read for it.

    files: None where no look at files tells what would be read.
    """

    at: datetime
    position: int
    files: Stand | None

    def is_same_day(self, other: Moment) -> bool:
        return days_of(self.at) == days_of(other.at)

    def has_files_of(self, before: Moment) -> bool:
        return before.files is not None and self.files is not None and before.files.holds(self.files)


class Taker(Reader, Protocol):
    """Who keeps what is taken, in the place of what was taken before."""

    def take(self, access: Access, subjects: frozenset[str] | None) -> None:
        """Of some people, or of everybody (None), through a gate."""

    def take_few(self, now: Moment, subjects: Collection[str]) -> None:
        """Of few, by themselves."""


class FollowedRows:
    """One taker's tables for one purpose, of one workspace and catalogue. Used by one thread at a time."""

    def __init__(self, core: Core, taker: Taker, asked: PurposeRef, catalogue: Catalogue) -> None:
        self._core, self._taker, self._asked = core, taker, asked
        self._tables = tuple(taker.asks_for())
        self._origin: Origin | None = None
        self._before: Moment | None = None
        known = [catalogue.tables[name] for name in catalogue.referred(*self._tables)]
        own = [catalogue.tables[name] for name in self._tables]
        #: Whether no table says that a choice reaches more than the rows of whoever chose; see `_through_a_gate`.
        self._refers_to_nobody = not any(one.subjects for one in known) and not any(
            one.columns_about_others for one in own
        )
        self._reaches_own = False

    def bring(self, now: Moment) -> None:
        """Take anew what changed up to now.

        Raises: what a gate and the tables raise; then nothing is followed any more, and the next call takes everything.
        """
        before, origin = self._before, self._origin
        self._before = self._origin = None
        few = None if before is None or origin is None else self._few(before, now)
        if few is not None and origin is not None:
            if few:
                self._taker.take_few(now, few)
            if now.position != origin.ledger.position:
                ledger = LedgerRef(now.position, self._core.ledger.root(now.position).hex())
                origin = replace(origin, ledger=ledger)
            self._origin, self._before = origin, now
        else:
            self._origin, self._before = self._through_a_gate(now, origin), now

    def _few(self, before: Moment, now: Moment) -> Collection[str] | None:
        """Who chose since, where these are few and nothing else can have changed; None where it can."""
        core, ledger = self._core, self._core.ledger
        if not (now.is_same_day(before) and now.has_files_of(before)):
            return None
        if first_change_since(core, before.position, now.position) is None:
            return ()
        policies = core.policies_in_force
        if (
            not self._reaches_own
            or policies.at(before.position) is not policies.at(now.position)
            or ledger.erased_since(before.position)
            or ledger.changed_organisations(before.position, now.position)
        ):
            return None
        chose = ledger.changed_subjects(before.position, now.position)
        return sorted(chose) if len(chose) <= MOST_ONE_BY_ONE else None

    def _through_a_gate(self, now: Moment, earlier: Origin | None) -> Origin:
        core = self._core
        with present_access(core, self._taker, self._asked, None, now.position, core.absences) as access:
            # A row about several people goes where any of them says no, whoever of them it is kept under.
            self._reaches_own = self._refers_to_nobody and all(
                access.is_about_one(name) for name in self._tables if access.tables[name].subjects
            )
            inputs = access.inputs(self._tables, None if earlier is None else earlier.inputs)
            touched = Touched(None)
            if earlier is not None:
                touched = access.touched_since(earlier, self._tables, inputs)
            if touched.subjects is None or touched.subjects:
                self._taker.take(access, touched.subjects)
            same = access.inputs(self._tables, inputs)
            # Of a file that changed while it was read nobody knows what was: all of it is read again.
            told = {name: files if files == same[name] else None for name, files in inputs.items()}
            return access.provenance().origin(told)


def look_at_tables(core: Core, catalogue: Catalogue, names: Iterable[str]) -> Stand | None:
    """How the files of some tables, of those they refer to and of the members' facts stand; None where none tells."""
    paths: list[Path] = []
    for name in dict.fromkeys((*names, *catalogue.referred(*names))):
        files = files_of(catalogue.tables[name].location, core.layout.root)
        if files is None:
            return None
        paths += files
    facts, tables = core.files.look(), look_at(paths)
    return Stand((*facts.files, *tables.files), min(facts.looked_ns, tables.looked_ns))
