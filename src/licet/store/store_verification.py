"""Verifying: reading everything published and comparing it with its names. Changes nothing, needs no lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from licet.store.objects import read_object
from licet.store.snapshots import SnapshotRef, list_names, read_snapshot, references, said_lines
from licet.store.store_layout import LINES
from licet.store.store_location import Files
from licet.terms import StoreError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a store: the code of its StoreError, what is wrong, where, which snapshot suffers."""

    code: str
    what: str
    where: str
    snapshot: str


def verify(files: Files, line_of: Callable[[SnapshotRef], str | None] | None = None) -> list[Problem]:
    """Every manifest against its id, every object against its digest and its stated size, and every line against what
    `line_of` says of the snapshot.

    An object is read once, however many snapshots refer to it; memory holds one object at a time.
    """
    problems: list[Problem] = []
    states: dict[str, StoreError | int] = {}
    names = list_names(files)
    said = {
        name: line for kind in {one.kind for one in names} for name, line in said_lines(files, kind).items()
    }
    for name in names:
        try:
            snapshot = read_snapshot(files, name)
            wanted = references(snapshot.manifest)
        except StoreError as error:
            problems.append(Problem(error.code, error.what, error.where, name.id))
            continue
        if line_of is not None and name in said and said[name] != line_of(snapshot):
            false = _false_line(files, snapshot)
            problems.append(Problem(false.code, false.what, false.where, name.id))
        for digest, size in wanted.items():
            if digest not in states:
                states[digest] = _state(files, digest)
            state = states[digest]
            if isinstance(state, StoreError):
                problems.append(Problem(state.code, state.what, state.where, name.id))
            elif size not in (None, state):
                what = f"the manifest says object {digest} has {size} bytes, and it has {state}"
                problems.append(Problem("STOR-011", what, files.locate(name.path), name.id))
    return problems


def _false_line(files: Files, snapshot: SnapshotRef) -> StoreError:
    """Whoever looks for the newest of a line alone passes over a snapshot of which another is said."""
    return StoreError(
        "STOR-021",
        f"what is said to be the line of {snapshot.name} is not its own: who looks for the newest may not find it",
        files.locate(f"{LINES}/{snapshot.kind}"),
        "remove the empty files that bear its id there: of which no line is said, it is read and found",
    )


def _state(files: Files, digest: str) -> StoreError | int:
    try:
        return len(read_object(files, digest))
    except StoreError as error:
        return error
