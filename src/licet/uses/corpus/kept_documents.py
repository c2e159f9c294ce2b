"""What a corpus offers those that are derived from it: its kept documents, by part or by person, and whose changed.

The difference of two snapshots is that of their documents, whoever chose what: a thread that lost a member, a repeat
that came back and a document made anew are in it. Of two snapshots on one base only what their deltas name is looked
up; of others every candidate is. A document differs where its hash, its key or its people do.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.store import SnapshotRef, Store
from licet.terms import StoreError
from licet.uses.corpus import snapshot as files
from licet.uses.corpus.candidates import NOTHING, Mask, read_tails
from licet.uses.corpus.corpus_log import CorpusLog, Live, is_about
from licet.uses.corpus.deltas import Change
from licet.uses.corpus.document_maker import SHOWN
from licet.uses.manifest import DerivedFrom, contents_of


class KeptDocuments:
    """Those of one snapshot; `licet.uses.use.Documents`. change: what is supposed to have become of it."""

    def __init__(
        self, store: Store, snapshot: SnapshotRef, secret: bytes, change: Change | None = None
    ) -> None:
        self.snapshot = snapshot
        self._store, self._secret, self._change = store, secret, change
        self._earlier = dict[str, KeptDocuments]()

    def buckets(self) -> Sequence[int]:
        numbers = [self._everything.records["bucket"]]
        if self._change is not None:
            numbers.append(self._change.made["bucket"].to_numpy())
        return [int(number) for number in np.unique(np.concatenate(numbers))]

    def read(self, bucket: int) -> pa.Table:
        made = None if self._change is None else self._change.made
        mask = None if made is None else pc.equal(made["bucket"], bucket)
        return self._read(self._everything.where(self._everything.records["bucket"] == bucket), mask)

    def about(self, subjects: Collection[str]) -> pa.Table:
        mask = None if self._change is None else is_about(self._change.made["subjects"], frozenset(subjects))
        return self._read(self._kept(self._log.about(subjects, self._secret)), mask)

    def at(self, earlier: DerivedFrom) -> KeptDocuments | None:
        if earlier.snapshot in self._earlier:
            return self._earlier[earlier.snapshot]
        try:
            found = self._store.snapshot(earlier.use, earlier.snapshot)
        except StoreError as error:
            if error.code not in ("STOR-008", "STOR-020"):
                raise
            made = self._store.newest(earlier.use)
            same = next((one for one in made if contents_of(one) == earlier.contents), None)
            if same is None:
                return None
            found = same
        opened = self._earlier[earlier.snapshot] = KeptDocuments(self._store, found, self._secret)
        opened._log = CorpusLog(self._store, files.read_corpus(found), self._log)
        return opened

    def changed_since(self, earlier: DerivedFrom) -> frozenset[str] | None:
        before = self.at(earlier)
        if before is None or not (before._log.is_indexed and self._log.is_indexed):
            return None
        people = people_of_difference(before._log, self._log)
        if self._change is not None:
            tails = [*self._log.tails(self._change.leaving), *self._log.tails(self._change.renamed)]
            people |= {who for _, them in read_tails(tails) for who in them}
            people |= {who for them in self._change.made["subjects"].to_pylist() for who in them}
        return frozenset(people)

    # -- within --------------------------------------------------------------------------------------------------

    @functools.cached_property
    def _log(self) -> CorpusLog:
        return CorpusLog(self._store, files.read_corpus(self.snapshot))

    @functools.cached_property
    def _everything(self) -> Live:
        return self._kept(self._log.everything())

    def _kept(self, live: Live) -> Live:
        """Those of the snapshot that are kept, after what is supposed."""
        if self._change is not None:
            live = live.but(self._change.leaving.records["id"])
            now = dict(
                zip(self._change.renamed.records["id"].tolist(), self._change.now.tolist(), strict=True)
            )
            repeats = [now.get(id_, other) for id_, other in zip(live.records["id"].tolist(),
                       live.records["repeats"].tolist(), strict=True)]  # fmt: skip
            live.records["repeats"] = repeats
        return live.where(live.records["repeats"] == NOTHING)

    def _read(self, kept: Live, made: Mask | pa.Array | None) -> pa.Table:
        """Those documents, and of those that are supposed to come the ones of a mask that are kept; by id."""
        parts = [self._log.read(kept)]
        if made is not None and self._change is not None:
            came = self._change.made.filter(pc.and_(made, pc.is_null(self._change.made["duplicate_of"])))
            parts.append(came.select(SHOWN.names).cast(parts[0].schema))
        return files.by_id(pa.concat_tables(parts))


def people_of_difference(then: CorpusLog, now: CorpusLog) -> set[str]:
    """Everybody of whom a kept document is in one of two corpora and not, or otherwise, in the other."""
    segments = then.segments_beside(now) + now.segments_beside(then)
    read = [part.all()["id"] for one in segments for part in (one.records, one.changes) if part is not None]
    if not read:
        return set()
    ids = np.unique(np.concatenate(read))
    before, after = (_told(log, log.of_ids(ids)) for log in (then, now))
    return {who for _, them in read_tails([told[2] for told in before ^ after]) for who in them}


def _told(log: CorpusLog, live: Live) -> set[tuple[bytes, bytes, bytes]]:
    """Of each kept document its id, its hash, and its key and people."""
    kept = live.where(live.records["repeats"] == NOTHING)
    return set(zip(kept.records["id"].tolist(), kept.records["leaf"].tolist(), log.tails(kept), strict=True))
