"""Adding to a corpus what changed, and putting base and deltas together again.

`extend` writes what came and what became of the rest. It takes in the deltas before it that are no larger than itself:
each candidate that came is so written anew a number of times that grows with the logarithm of what changed, and there
are as few deltas. `compact` writes the files that a build of the same documents writes, byte for byte; of what is gone
they hold nothing.
"""

from __future__ import annotations

from contextlib import closing
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.store import Records, Store
from licet.uses.corpus import snapshot as files
from licet.uses.corpus.candidates import NOTHING, Candidates, Mask, joined, texts_of
from licet.uses.corpus.corpus_log import CHANGE, GONE, CorpusLog, Live, read_base
from licet.uses.corpus.document_maker import SHOWN
from licet.uses.corpus.document_tree import SLOT, Slots, fill_slots, slots_of
from licet.uses.corpus.snapshot import Bucket, CorpusManifest, Delta, Index
from licet.uses.use import Files

#: What is about so few candidates is quick in every way.
FEW = 1_000


class Change(NamedTuple):
    """What becomes of a corpus.

    leaving: who goes. made: who comes, as a table with `duplicate_of` and as candidates. renamed: who stays and repeats
    another now, and `now`: whom.
    """

    leaving: Live
    made: pa.Table
    came: Candidates
    renamed: Live
    now: Records

    @property
    def size(self) -> int:
        return len(self.leaving) + len(self.came.records) + len(self.now)


def extend(
    store: Store, target: Files, log: CorpusLog, deltas: tuple[Delta, ...], change: Change
) -> tuple[Delta, ...]:
    """The deltas with one more, or with one in the place of the last few."""
    first, size = len(deltas), change.size
    while first and size_of(deltas[first - 1]) <= size:
        first -= 1
        size += size_of(deltas[first])
    parts: list[tuple[Candidates, Mask]] = [(change.came, np.ones(len(change.came.records), bool))]
    tables = [change.made.select(SHOWN.names)]
    became: dict[bytes, bytes] = {}
    renamed = dict(zip(change.renamed.records["id"].tolist(), change.now.tolist(), strict=True))
    for number, delta in enumerate(deltas[first:], start=first + 1):
        segment = log.segments[number]
        for id_, now in () if segment.changes is None else segment.changes.all().tolist():
            if became.get(id_) != GONE:
                became[id_] = now
        if delta.documents is not None:
            held, stays = standing(log, number, change, renamed)
            parts.append((held, stays))
            rows = files.read_table(store, delta.documents).filter(pa.array(stays))
            tables.append(rows.cast(tables[0].schema))
    is_older = change.renamed.segments <= first
    for id_, now in zip(
        change.renamed.records["id"][is_older].tolist(), change.now[is_older].tolist(), strict=True
    ):
        became[id_] = now
    became |= dict.fromkeys(change.leaving.records["id"][change.leaving.segments <= first].tolist(), GONE)
    return (*deltas[:first], _write(target, joined(parts), pa.concat_tables(tables), became))


def standing(
    log: CorpusLog, number: int, change: Change | None = None, renamed: dict[bytes, bytes] | None = None
) -> tuple[Candidates, Mask]:
    """The candidates of a segment as they are, and which of them stay; after a change, where one is given."""
    held, live = log.segments[number].candidates(), log.of_segment(number)
    stays = np.zeros(len(held.records), bool)
    stays[live.rows] = True
    records = held.records.copy()
    records["repeats"][live.rows] = live.records["repeats"]
    if change is not None:
        stays[change.leaving.rows[change.leaving.segments == number]] = False
        here = change.renamed.segments == number
        records["repeats"][change.renamed.rows[here]] = change.now[here]
    return held._replace(records=records), stays


def follow_slots(log: CorpusLog, before: Slots, change: Change) -> Slots:
    """The slots of the tree after a change: those that it falls in are hashed anew."""
    came = change.came.records
    touched = np.concatenate([change.leaving.records["id"], came["id"], change.renamed.records["id"]])
    only = np.unique(slots_of(touched))
    there = log.in_slots(only).but(change.leaving.records["id"])
    records = there.records.copy()
    order = np.argsort(change.renamed.records["id"])
    ids = change.renamed.records["id"][order]
    if len(ids):
        place = np.minimum(np.searchsorted(ids, records["id"]), len(ids) - 1)
        hit = ids[place] == records["id"]
        records["repeats"][hit] = change.now[order][place[hit]]
    everyone = np.concatenate([records, came])
    kept = everyone[everyone["repeats"] == NOTHING]
    return fill_slots(kept[np.argsort(kept["id"])], before, only)


def compact(store: Store, target: Files, said: CorpusManifest) -> tuple[tuple[Bucket, ...], Index]:
    """The buckets and the index that a build of the same documents writes."""
    log = CorpusLog(store, said)
    parts = [standing(log, number) for number, one in enumerate(log.segments) if one.records is not None]
    whole = joined(parts)
    base, stays = parts[0]
    was = log.segments[0].candidates().records
    touched = {*was["bucket"][~stays | (was["repeats"] != base.records["repeats"])].tolist()}
    came = [
        files.read_table(store, delta.documents).filter(pa.array(mask))
        for delta, (_, mask) in zip(
            (one for one in said.deltas if one.documents is not None), parts[1:], strict=True
        )
        if delta.documents is not None
    ]
    fresh = pa.concat_tables(came) if came else None
    here = np.concatenate(
        [part.records["bucket"][mask] for part, mask in parts[1:]] or [np.empty(0, np.int32)]
    )
    touched |= {*here.tolist()}
    old = {entry.bucket: entry for entry in said.buckets}
    gone = texts_of(was["id"][~stays])

    def write(number: int) -> Bucket | None:
        tables = []
        if number in old:
            rows = read_base(store, old[number])
            tables.append(rows.filter(pc.invert(pc.is_in(rows["document_id"], value_set=gone))))
        if fresh is not None:
            rows = fresh.filter(pa.array(here == number))
            tables.append(rows.cast(tables[0].schema) if tables else rows)
        rows = files.by_id(pa.concat_tables(tables))
        repeats = texts_of(whole.records["repeats"][whole.records["bucket"] == number])
        return files.write_bucket(target, number, rows.append_column("duplicate_of", repeats))

    entries = {**old}
    with closing(files.side_by_side(write, sorted(touched))) as written:
        for number, entry in zip(sorted(touched), written, strict=True):
            if entry is None:
                del entries[number]
            else:
                entries[number] = entry
    return tuple(entries[number] for number in sorted(entries)), files.write_index(target, whole)


def read_slots(store: Store, said: CorpusManifest) -> Slots:
    return np.frombuffer(store.get(said.slots.sha256), SLOT)


def _write(target: Files, came: Candidates, rows: pa.Table, became: dict[bytes, bytes]) -> Delta:
    changes = np.array(sorted(became.items()), CHANGE)
    renamed = changes[(changes["now"] != GONE) & (changes["now"] != NOTHING)]
    by_now = renamed[np.lexsort((renamed["id"], renamed["now"]))]
    return Delta(
        len(came.records),
        files.write_documents(target, files.by_id(rows)) if len(rows) else None,
        files.write_index(target, came) if len(rows) else None,
        files.write_records(target, changes, "id") if len(changes) else None,
        files.write_records(target, by_now, "now") if len(by_now) else None,
    )


def size_of(delta: Delta) -> int:
    """How much it adds: candidates that came, and what became of others."""
    return delta.candidates + (0 if delta.changes is None else delta.changes.records)
