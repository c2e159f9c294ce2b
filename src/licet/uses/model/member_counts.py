"""How many members wrote each run: tables of whole numbers, and their sums and differences.

A table is a sum over members of the sets of their runs, so that of two groups is the sum of theirs, and a member is
taken out by subtracting one from each of their runs. That is exact on every machine, in every order of events.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from licet.store import Records
from licet.terms import UseError
from licet.uses.model.token_runs import Runs

#: A run, and how many members wrote it; in the order of runs, each once.
TABLE = np.dtype([("run", "<u8"), ("members", "<u4")])
#: A run, a bucket of members, and how many more of them write it now; in the order of both, each pair once, none by 0.
CHANGES = np.dtype([("run", "<u8"), ("bucket", "<u4"), ("change", "<i4")])

_Numbers = npt.NDArray[np.int64]


def table_of(members: Sequence[Runs]) -> Records:
    """The table of some members. members: of each the runs that they wrote, each once."""
    if not members:
        return np.empty(0, TABLE)
    runs, counts = np.unique(np.concatenate(members), return_counts=True)
    return as_table(runs, counts)


def summed(tables: Iterable[Records]) -> Records:
    """The table of all whom some tables are of."""
    parts = list(tables)
    if not parts:
        return np.empty(0, TABLE)
    runs = np.concatenate([part["run"] for part in parts])
    return as_table(*added(runs, np.concatenate([part["members"] for part in parts]).astype(np.int64)))


def changed(table: Records, changes: Records) -> Records:
    """A table after changes, whichever buckets they name.

    Raises: UseError MODL-003 where fewer than nobody would have written a run.
    """
    runs, change = added(changes["run"], changes["change"].astype(np.int64))
    held, members = np.ascontiguousarray(table["run"]), table["members"].astype(np.int64)
    place = np.searchsorted(held, runs)
    known = np.zeros(len(runs), bool)
    known[place < len(held)] = held[place[place < len(held)]] == runs[place < len(held)]
    members[place[known]] += change[known]
    if known.all():
        return as_table(held[members != 0], members[members != 0])
    return as_table(*added(np.concatenate([held, runs[~known]]), np.concatenate([members, change[~known]])))


def as_table(runs: Runs, members: _Numbers) -> Records:
    """Raises: as `changed`."""
    if len(members) and members.min() < 0:
        raise UseError(
            "MODL-003",
            "the counts do not hold what is to be taken out of them",
            fix="restore the store from a copy, or make the model anew: licet model train",
        )
    made = np.empty(len(runs), TABLE)
    made["run"], made["members"] = runs, members
    return made


def changes_of(differences: Sequence[tuple[int, Runs, Runs]]) -> Records:
    """What becomes of the counts. differences: of each member the bucket, the runs that they wrote then, and now."""
    parts = []
    for bucket, then, now in differences:
        for runs, change in (
            (np.setdiff1d(then, now, assume_unique=True), -1),
            (np.setdiff1d(now, then, assume_unique=True), 1),
        ):
            part = np.empty(len(runs), CHANGES)
            part["run"], part["bucket"], part["change"] = runs, bucket, change
            parts.append(part)
    return together(parts)


def together(parts: Sequence[Records]) -> Records:
    """Changes one after another as one; what comes to nothing is in it no more. parts: each as CHANGES has it."""
    parts = [part for part in parts if len(part)]
    if len(parts) < 2:
        return parts[0] if parts else np.empty(0, CHANGES)
    rows = np.concatenate(parts)
    rows = rows[np.lexsort((rows["bucket"], rows["run"]))]
    is_first = np.ones(len(rows), bool)
    is_first[1:] = (rows["run"][1:] != rows["run"][:-1]) | (rows["bucket"][1:] != rows["bucket"][:-1])
    starts = np.flatnonzero(is_first)
    made: Records = rows[starts]
    made["change"] = np.add.reduceat(rows["change"], starts)
    stays: Records = made[made["change"] != 0]
    return stays


def added(runs: Runs, numbers: _Numbers) -> tuple[Runs, _Numbers]:
    """Each run once, in order, with the sum of its numbers; those of which that is 0 left out."""
    if not len(runs):
        return runs, numbers
    order = np.argsort(runs, kind="stable")
    runs, numbers = runs[order], numbers[order]
    starts = np.flatnonzero(np.concatenate([[True], runs[1:] != runs[:-1]]))
    sums = np.add.reduceat(numbers, starts)
    return runs[starts][sums != 0], sums[sums != 0]


def numbers_at(runs: Runs, wanted: Runs, numbers: _Numbers) -> _Numbers:
    """The number beside each wanted run; 0 where it is not among them. runs: in order; wanted: of any shape."""
    if not len(runs):
        return np.zeros(wanted.shape, np.int64)
    place = np.minimum(np.searchsorted(runs, wanted), len(runs) - 1)
    found: _Numbers = np.where(runs[place] == wanted, numbers[place], 0)
    return found
