"""The counts in the store: tables by bucket, those that are served, and deltas of what updates changed.

By bucket stands how many members wrote each run; of that nothing is served. Served are the sums, and under the
two-member rule only of runs that enough members wrote (`serving_rule`). A delta says how many more or fewer write a run
now: it is written without reading any table, as large as what the changed members wrote. `rising` are the runs that are
served now and were not when the tables were written. `put_together` writes the files of a build, byte for byte; of who
left they hold nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from licet.enforce.origin import Count
from licet.store import RecordFile, RecordReader, Records, Store, pack_records
from licet.uses.manifest import Manifest, StoredFile
from licet.uses.model.member_counts import (
    CHANGES,
    TABLE,
    added,
    as_table,
    changed,
    numbers_at,
    summed,
    together,
)
from licet.uses.model.model_recipe import PinnedRecipe
from licet.uses.model.serving_rule import ServingRule
from licet.uses.model.token_runs import Runs
from licet.uses.use import Files

#: Somebody of whom something was taken out, by a keyed hash.
WITHDRAWN = np.dtype([("person", "S16")])


@dataclass(frozen=True, slots=True)
class BucketTable:
    """The counts of the members of one bucket."""

    bucket: Count
    table: RecordFile


@dataclass(frozen=True, slots=True)
class CountsDelta:
    """What one or several updates changed, by run. withdrawn: of whom something was taken out, by keyed hashes."""

    changes: RecordFile
    withdrawn: RecordFile


class ModelManifest(Manifest):
    """vocabulary: of the base. tables: in the order of their buckets; deltas: the earliest first. counts: documents,
    tokens, and documents set aside, too."""

    recipe: PinnedRecipe
    vocabulary: StoredFile
    tables: tuple[BucketTable, ...]
    served: RecordFile
    deltas: tuple[CountsDelta, ...] = ()
    rising: RecordFile | None = None


def write_tables(target: Files, tables: Iterable[tuple[int, Records]], rule: ServingRule) -> dict[str, Any]:
    """The fields of a build. tables: by bucket, in order."""
    written, parts = [], []
    for bucket, table in tables:
        written.append(BucketTable(bucket, _write(target, table, "run")))
        parts.append(table)
    served = rule.served(summed(parts))
    return {"tables": tuple(written), "served": _write(target, served, "run")}


def served_table(store: Store, said: ModelManifest, rule: ServingRule) -> Records:
    """The runs that are served, and how many members wrote each."""
    base = RecordReader(store, said.served, TABLE, "run").all()
    if not said.deltas:
        return base
    changes = together(_read_changes(store, said.deltas))
    changes = changes[numbers_at(base["run"], changes["run"], base["members"]) > 0]
    now = rule.served(changed(base, changes))
    rising = _read_rising(store, said)
    return summed([now, rising]) if len(rising) else now


def whole_table(store: Store, said: ModelManifest) -> Records:
    """Every run, and how many members wrote it; what one alone wrote is served to nobody under the two-member rule."""
    base = summed(RecordReader(store, one.table, TABLE, "run").all() for one in said.tables)
    return changed(base, together(_read_changes(store, said.deltas)))


def extend(
    store: Store,
    target: Files,
    said: ModelManifest,
    changes: Records,
    withdrawn: Sequence[bytes],
    rule: ServingRule,
) -> dict[str, Any]:
    """The fields of an update that changes something: with one delta more, or one in the place of the last few."""
    first, size = len(said.deltas), len(changes)
    while first and said.deltas[first - 1].changes.records <= size:
        first -= 1
        size += said.deltas[first].changes.records
    merged = together([*_read_changes(store, said.deltas[first:]), changes])
    people = [RecordReader(store, one.withdrawn, WITHDRAWN, "person").all() for one in said.deltas[first:]]
    gone = np.unique(np.concatenate([np.array(withdrawn, "S16"), *(one["person"] for one in people)]))
    deltas = said.deltas[:first]
    if len(merged):
        delta = CountsDelta(
            _write(target, merged, "run"), _write(target, gone.view(WITHDRAWN).ravel(), "person")
        )
        deltas = (*deltas, delta)
    rising = _follow_rising(store, said, changes, rule)
    return {"deltas": deltas, "rising": _write(target, rising, "run") if len(rising) else None}


def put_together(store: Store, target: Files, said: ModelManifest, rule: ServingRule) -> dict[str, Any]:
    """The fields of a build of what the log holds. Raises: as `member_counts.changed`."""
    changes = together(_read_changes(store, said.deltas))
    tables = {one.bucket: one for one in said.tables}
    for bucket in np.unique(changes["bucket"]).tolist():
        base = tables.pop(bucket, None)
        held = np.empty(0, TABLE) if base is None else RecordReader(store, base.table, TABLE, "run").all()
        table = changed(held, changes[changes["bucket"] == bucket])
        if len(table):
            tables[bucket] = BucketTable(bucket, _write(target, table, "run"))
    return {
        "tables": tuple(tables[bucket] for bucket in sorted(tables)),
        "served": _write(target, served_table(store, said, rule), "run"),
        "deltas": (),
        "rising": None,
    }


def lingers(store: Store, said: ModelManifest, person: bytes) -> bool:
    """Whether something that was taken out of somebody stands in its files still."""
    wanted = np.array([person], "S16")
    return any(
        len(RecordReader(store, one.withdrawn, WITHDRAWN, "person").find(wanted)[0]) for one in said.deltas
    )


def log_share(said: ModelManifest) -> float:
    """How much was added since the tables were written, as a share of them."""
    held = sum(one.table.records for one in said.tables)
    return sum(one.changes.records for one in said.deltas) / max(held, 1)


def _follow_rising(store: Store, said: ModelManifest, changes: Records, rule: ServingRule) -> Records:
    """The runs that are served now and were not when the tables were written. changes: of this update."""
    rising = _read_rising(store, said)
    if not len(rising) and not (changes["change"] > 0).any():
        return rising
    runs, change = added(changes["run"], changes["change"].astype(np.int64))
    known = rising["members"].astype(np.int64) + numbers_at(runs, rising["run"], change)
    come = runs[(change > 0) & (numbers_at(rising["run"], runs, rising["members"]) == 0)]
    come = come[~_are_there(RecordReader(store, said.served, TABLE, "run"), come)]
    total = numbers_at(runs, come, change)
    if len(come) and rule.least > 1:  # else no table has them: what somebody wrote was served
        for one in said.tables:
            total += _found(RecordReader(store, one.table, TABLE, "run"), come, "members")
    for delta in said.deltas if len(come) else ():
        total += _found(RecordReader(store, delta.changes, CHANGES, "run"), come, "change")
    now = as_table(np.concatenate([rising["run"], come]), np.concatenate([known, total]))
    now = rule.served(now)
    return now[np.argsort(now["run"])]


def _are_there(table: RecordReader, runs: Runs) -> Any:
    found = np.zeros(len(runs), bool)
    found[table.find(runs)[0]] = True
    return found


def _found(table: RecordReader, runs: Runs, number: str) -> Any:
    """The sum beside each run of what a file says of it."""
    which, places = table.find(runs)
    sums = np.zeros(len(runs), np.int64)
    np.add.at(sums, which, table.take(places)[number].astype(np.int64))
    return sums


def _read_changes(store: Store, deltas: Sequence[CountsDelta]) -> list[Records]:
    return [RecordReader(store, one.changes, CHANGES, "run").all() for one in deltas]


def _read_rising(store: Store, said: ModelManifest) -> Records:
    return np.empty(0, TABLE) if said.rising is None else RecordReader(store, said.rising, TABLE, "run").all()


def _write(target: Files, records: Records, key: str) -> RecordFile:
    data, refer = pack_records(records, key)
    return refer(target.put(data, suffix=".counts"))
