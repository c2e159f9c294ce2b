"""Purging: snapshots that were superseded go, and then nothing that only they held can be found any more.

A search of every file, raw and unpacked, first finds the controls that the store plants, the marks that are looked for
among them; then the snapshots and their files go; then the same search must find nothing. What identified a snapshot,
its manifest, stays. Marks of a person are their ids, the ids of what was made of their records, its words, and the
numbers that a use keeps words as. Those that what is made of others has too, such as words that two people say, stay
there and are counted.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from licet.app import artefacts
from licet.app.artefact_status import ArtefactStatus, Brought, Standing
from licet.app.retention import is_limited, is_over, kept_until
from licet.app.tenses import stands_for_now
from licet.enforce.access import secret_of
from licet.store import SnapshotRef
from licet.store.packed_numbers import is_number, number_marker
from licet.store.residue_scan import SHORTEST_MARKER, Residue, is_of_the_store
from licet.store.store_layout import is_manifest
from licet.terms import LicetError, StoreError
from licet.terms.canonical import JsonObject
from licet.uses.manifest import read_heading
from licet.uses.members import is_member, keys_in, read_members
from licet.uses.registry import open_use
from licet.uses.use import Log, Numbering, Shown

if TYPE_CHECKING:
    from licet.app.core import Core

#: People whose marks are looked for in one search, at most; and how long a text must be to be one.
MOST_PEOPLE, _SHORTEST_TEXT = 50, 16
#: A follower at work is waited for so many times, so many seconds each.
_TRIES, _WAIT_SECONDS = 20, 1.0

_Result = TypeVar("_Result")


class PurgedSnapshot(NamedTuple):
    """What identifies a snapshot that is gone."""

    name: str
    use: str
    id: str
    root: str
    at: str


class Search(NamedTuple):
    """What a search of every file of the store came to, raw and unpacked.

    people: whose marks were looked for, `left_out` more were not. marks: how many. found_before: in how many places,
    before the purge; found_after: where afterwards, a sentence each. shared: marks that others' data has, too.
    """

    people: int
    left_out: int
    marks: int
    found_before: int
    found_after: tuple[str, ...]
    shared: int


class Traces(NamedTuple):
    """The same of one id. left: in how many places of each of `STORES` a mark of theirs was afterwards."""

    marks: int
    found_before: int
    left: Mapping[str, int]
    shared: int


#: Where data of members is kept: artefacts, what gates keep, and what stands for members in artefacts.
STORES = ("snapshots", "gates", "member_keys")


class Purge(NamedTuple):
    """What went, and what the search says. is_clean: nothing of theirs was found afterwards. traces: by their id."""

    purged: tuple[PurgedSnapshot, ...]
    search: Search
    traces: Mapping[str, Traces]

    @property
    def is_clean(self) -> bool:
        return not self.search.found_after

    def as_json(self) -> JsonObject:
        return {
            "clean": self.is_clean,
            "purged": [one._asdict() for one in self.purged],
            "search": self.search._asdict(),
        }


def purge_superseded(core: Core) -> Purge:
    """As `Workspace.purge`."""
    put_together(core)
    going = superseded(core)
    people = _who_left(core, going)
    return purge(core, going, people[:MOST_PEOPLE], len(people[MOST_PEOPLE:]))


def purge_what_is_due(core: Core) -> Iterator[Brought]:
    """Purge the snapshots, superseded or not, that were kept as long as the policy in force lets them be."""
    made = core.store.snapshots() if is_limited(core) else []
    going = [one for one in made if is_over(core, _due(core, one))]
    failed = None
    try:
        if going:
            put_together(core, {one.id for one in going})
            purge(core, [*going, *_logs_beside(core, going)], ())
    except LicetError as error:
        failed = str(error)
    for one in going:
        heading, due = read_heading(one), _due(core, one)
        told = ArtefactStatus(
            one.name, one.kind, heading.purpose.purpose, heading.purpose.recipient, heading.at,
            heading.ledger.position, Standing.PENDING if failed else Standing.EXACT, None, None, failed,
            None, due,
        )  # fmt: skip
        yield Brought(told, "failed" if failed else "purged", failed or f"it was to be kept until {due}")


def put_together(core: Core, but: Container[str] = ()) -> None:
    """Put every artefact together that is a log: what left it stands in files of it until then.

    Raises: as `Store.build`, once whoever writes to the store was waited for.
    """
    _patiently(lambda: list(artefacts.compact_latest(core, but=but)))


def _logs_beside(core: Core, going: Sequence[SnapshotRef]) -> list[SnapshotRef]:
    """The superseded logs that stand on files of snapshots that go: what has left them stands there still."""
    gone, kept = {one.id for one in going}, {one.id for one in artefacts.latest(core)}
    files = core.store.files_of(going)
    return [
        one
        for one in core.store.snapshots()
        if one.id not in gone | kept
        and artefacts.log_share(core, one) > 0
        and core.store.files_of([one]) & files
    ]


def _due(core: Core, snapshot: SnapshotRef) -> str | None:
    heading = read_heading(snapshot)
    return kept_until(core, heading.purpose.purpose, heading.purpose.recipient, heading.at)


def superseded(core: Core) -> list[SnapshotRef]:
    """The snapshots in whose place a later one stands; and those of the past that somebody may have refused since."""
    kept = {one.id for one in artefacts.latest(core)}
    return [
        one
        for one in core.store.snapshots()
        if one.id not in kept
        and not ((heading := read_heading(one)).inspection and stands_for_now(core, heading.ledger.position))
    ]


class Marks(NamedTuple):
    """What people are looked for by, by their id; and in how many places it was found before."""

    of: Mapping[str, frozenset[bytes]]
    found_before: Mapping[str, int]

    @property
    def everybodys(self) -> list[bytes]:
        return sorted(frozenset[bytes]().union(*self.of.values()))


def purge(
    core: Core,
    going: Sequence[SnapshotRef],
    people: Sequence[str],
    left_out: int = 0,
    keep: Callable[[Marks], Marks] = lambda marks: marks,
) -> Purge:
    """Remove snapshots for good, and look for what they held of some people.

    keep: is called with what will be looked for before anything goes, and returns that and what else is to be.
    Raises: StoreError STOR-012 where a control was not found, and as `Store.purge` and `Store.scan`; then nothing was
    removed, or nobody can say that nothing is left.
    """
    store = core.store
    of = _marks(core, going, people)
    held = store.files_of(going)
    wanted = Marks(of, {}).everybodys
    found = [
        one for one in _patiently(lambda: store.scan(wanted)) if one.file in held and one.place != "name"
    ]
    marks = keep(Marks(of, {name: _count(found, of[name]) for name in people}))
    wanted = marks.everybodys
    if going:
        _patiently(lambda: store.purge([one.id for one in going]))
    staying = store.snapshots()
    core.forget_caches(_standing_keys(core, staying))
    # What is made of others may say the same words; who is in it, its members prove.
    others, said = store.files_of(staying), _texts([one.manifest for one in (*staying, *store.purged())])
    left = [
        one
        for one in _patiently(lambda: store.scan(wanted))
        if not is_of_the_store(one) and (not is_manifest(one.file) or one.marker in said)
    ]
    return Purge(
        tuple(
            PurgedSnapshot(one.name, one.kind, one.id, heading.root, heading.at)
            for one, heading in zip(going, map(read_heading, going), strict=True)
        ),
        Search(
            len(people), left_out, len(wanted), max(len(found), sum(marks.found_before.values())),
            (
                *(f"{one.file}: {one.place}" for one in left if one.file not in others),
                *(f"what gates keep, {name}" for name in core.gate_files.holding(_in_text(wanted))),
                *(f"what stands for members in artefacts, {name}" for name in core.kept_keys.holding(people)),
            ),
            len({one.marker for one in left if one.file in others}),
        ),
        {name: _traces(core, name, marks, left, others) for name in people},
    )  # fmt: skip


def _traces(core: Core, name: str, marks: Marks, left: Sequence[Residue], others: Collection[str]) -> Traces:
    own = marks.of[name]
    places = (
        _count([one for one in left if one.file not in others], own),
        len(core.gate_files.holding(_in_text(own))),
        len(core.kept_keys.holding([name])),
    )
    shared = len({one.marker for one in left if one.file in others and one.marker in own})
    return Traces(len(own), marks.found_before[name], dict(zip(STORES, places, strict=True)), shared)


def _in_text(marks: Collection[bytes]) -> list[bytes]:
    """Those that may stand in text; the numbers of a use stand in its own files alone."""
    return sorted(mark for mark in marks if not is_number(mark))


def _count(found: Sequence[Residue], marks: Collection[bytes]) -> int:
    return sum(one.marker in marks for one in found)


def _standing_keys(core: Core, staying: Sequence[SnapshotRef]) -> dict[str, npt.NDArray[Any]]:
    """What stands for members in snapshots, as `KeptKeys.keep_only` has it; nothing of those that nobody can read."""
    found: dict[str, list[npt.NDArray[Any]]] = {}
    for snapshot in staying:
        try:
            members = read_members(snapshot.manifest["members"])
            found.setdefault(members.key, []).append(keys_in(core.store, members))
        except LicetError:
            continue
    return {key: np.concatenate(keys) for key, keys in found.items()}


def _texts(value: Any) -> set[bytes]:
    """Every text of manifests, whole: the digits of a hash are no trace of somebody whose id they are."""
    if isinstance(value, str):
        return {value.encode()}
    parts = [*value.keys(), *value.values()] if isinstance(value, dict) else value
    return set[bytes]().union(*map(_texts, parts)) if isinstance(parts, list | tuple) else set()


def _patiently(write: Callable[[], _Result]) -> _Result:
    """What needs the store for itself, once whoever writes to it is done."""
    for _ in range(_TRIES):
        try:
            return write()
        except StoreError as error:
            if error.code != "STOR-005":
                raise
            time.sleep(_WAIT_SECONDS)
    return write()


def holds(core: Core, snapshot: SnapshotRef, names: Collection[str]) -> bool:
    """Whether somebody is in a snapshot under one of their ids, or has left it and lingers in its files; also where an
    earlier licet left nothing to tell by."""
    secret = secret_of(core.salt, snapshot.kind)
    try:
        members = read_members(snapshot.manifest["members"])
        found = any(is_member(core.store, members, secret, name) for name in names)
        return found or lingers(core, snapshot, names)
    except LicetError:
        return True


def held_in(
    core: Core, made: Mapping[str, SnapshotRef], names: Collection[str]
) -> Callable[[str], bool | None]:
    """Whether a snapshot, by its id, holds somebody; None for one that is not there. Each that is asked for is looked
    into once, and no other is read."""

    @functools.cache
    def look(id_: str) -> bool | None:
        snapshot = made.get(id_)
        return None if snapshot is None else holds(core, snapshot, names)

    return look


def lingers(core: Core, snapshot: SnapshotRef, names: Collection[str]) -> bool:
    """Whether files of a snapshot still hold something about somebody that has left it; also where nobody can tell."""
    try:
        use = open_use(snapshot.kind, core.layout.root)
        if not isinstance(use, Log) or not use.log_share(snapshot):
            return False
        secret = secret_of(core.salt, snapshot.kind)
        return any(use.lingers(core.store, snapshot, secret, name) for name in names)
    except LicetError:
        return True


def _who_left(core: Core, going: Sequence[SnapshotRef]) -> list[str]:
    """Those of whoever chose since who were in one of these snapshots and are in nothing that stays."""
    if not going:
        return []
    since = min(read_heading(one).ledger.position for one in going)
    gone = {one.id for one in going}
    staying = [one for one in core.store.snapshots() if one.id not in gone]
    return [
        subject
        for subject in sorted(core.ledger.changed_subjects(since))
        if any(holds(core, one, [subject]) for one in going)
        and not any(holds(core, one, [subject]) for one in staying)
    ]


def _marks(core: Core, going: Sequence[SnapshotRef], people: Sequence[str]) -> dict[str, frozenset[bytes]]:
    """What people's data is known by: their ids, and what these snapshots hold that is about them alone."""
    found = {name: {name.encode()} for name in people}
    for snapshot in going:
        try:
            about = rows_about(core, snapshot, people)
            marks = {name: marks_in(core, snapshot, rows) for name, rows in about.items()}
        except LicetError:
            continue  # nobody can read it any more; it goes all the same
        for name in marks:
            found[name] |= marks[name]
    return {name: frozenset(one for one in own if len(one) >= SHORTEST_MARKER) for name, own in found.items()}


def marks_in(core: Core, snapshot: SnapshotRef, rows: Sequence[Shown]) -> set[bytes]:
    """What documents about somebody alone, which a snapshot holds, are known by: their ids, their words, and what the
    use keeps those as."""
    own = {row["document_id"]: row["text"] for row in rows if row["text"] is not None}
    words = {mark for text in own.values() if len(mark := text.strip().encode()) >= _SHORTEST_TEXT}
    use = open_use(snapshot.kind, core.layout.root)
    numbers = use.numbers(core.store, snapshot, [*own.values()]) if isinstance(use, Numbering) else ()
    return {
        *(one for one in map(str.encode, own) if len(one) >= SHORTEST_MARKER), *words, *map(number_marker, numbers),
    }  # fmt: skip


def rows_about(core: Core, snapshot: SnapshotRef, people: Sequence[str]) -> dict[str, Sequence[Shown]]:
    """What a snapshot holds about each of some people, as they may be shown it. Raises: as `Use.about`."""
    use = open_use(snapshot.kind, core.layout.root)
    secret, derived = secret_of(core.salt, use.name), artefacts.parents_of(core, use, snapshot)
    return {name: use.about(core.store, snapshot, secret, name, derived) for name in people}
