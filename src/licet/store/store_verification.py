"""Verifying: reading everything published and comparing it with its names. Changes nothing, needs no lock."""

from __future__ import annotations

from dataclasses import dataclass

from licet.store.objects import read_object
from licet.store.snapshots import list_names, read_snapshot, references
from licet.store.store_location import Files
from licet.terms import StoreError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a store: the code of its StoreError, what is wrong, where, which snapshot suffers."""

    code: str
    what: str
    where: str
    snapshot: str


def verify(files: Files) -> list[Problem]:
    """Every manifest against its id, every object against its digest and its stated size.

    An object is read once, however many snapshots refer to it; memory holds one object at a time.
    """
    problems: list[Problem] = []
    states: dict[str, StoreError | int] = {}
    for name in list_names(files):
        try:
            wanted = references(read_snapshot(files, name).manifest)
        except StoreError as error:
            problems.append(Problem(error.code, error.what, error.where, name.id))
            continue
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


def _state(files: Files, digest: str) -> StoreError | int:
    try:
        return len(read_object(files, digest))
    except StoreError as error:
        return error
