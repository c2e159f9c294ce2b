"""Reading a corpus: its base, less what deltas say is gone or set aside, and what they add. The one reader of both.

A candidate is in one segment; what became of it since stands in the changes of later ones, which are looked up and not
read through. What is gone stays gone for its segment: what comes back is a candidate of a later one. A look costs what
it finds and the number of segments, which grows with the logarithm of what changed (see `deltas`). Snapshots never
change: whoever reads one sees one moment, whatever is published meanwhile, and one purged under its reader is an error.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.store import RecordFile, RecordReader, Records, Store
from licet.uses.corpus import snapshot as files
from licet.uses.corpus.candidates import (
    BAND,
    CANDIDATE,
    NOTHING,
    PERSON,
    REPEAT,
    TAIL,
    UNDATED,
    Candidates,
    Mask,
    Rows,
    are_among,
    hash_people,
    ids_of,
    texts_of,
)
from licet.uses.corpus.document_maker import SHOWN
from licet.uses.corpus.document_tree import bounds_of
from licet.uses.corpus.snapshot import Bucket, CorpusHeading, CorpusManifest, Delta, Index

#: What became of a candidate of an earlier segment: gone, or it now repeats another, or none.
CHANGE = np.dtype([("id", "S16"), ("now", "S16")])
GONE = b"\xff" * 16


@dataclass(frozen=True, slots=True)
class Live:
    """Candidates as they stand: the number of their segment, their place in it, and what it says of them, with the one
    that each repeats now."""

    segments: Rows
    rows: Rows
    records: Records

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, mask: Mask | Rows) -> Live:
        # As bytes: NumPy picks records field by field, which takes five times as long.
        kind = self.records.dtype
        records = self.records.view(f"V{kind.itemsize}")[mask].view(kind)
        return Live(self.segments[mask], self.rows[mask], records)

    def but(self, ids: Records) -> Live:
        """Those of other ids."""
        return self.where(~are_among(self.records["id"], ids))

    def beside(self, other: Live) -> Live:
        return Live(
            np.concatenate([self.segments, other.segments]),
            np.concatenate([self.rows, other.rows]),
            np.concatenate([self.records, other.records]),
        )

    def by_id(self) -> Live:
        return self.where(np.argsort(self.records["id"]))

    def newest_first(self) -> Live:
        """By date and id, the last one first; the undated come last."""
        dates = self.records["order"]
        dated = np.where(dates == UNDATED, np.iinfo(np.int64).min, dates)
        return self.where(np.lexsort((self.records["id"], dated))[::-1])


class Segment:
    """The base or a delta, opened. documents: the file of a delta's candidates, in the order of its records."""

    def __init__(self, store: Store, index: Index | None, delta: Delta | None = None) -> None:
        def opened(file: RecordFile | None, dtype: object, key: str | None = None) -> RecordReader | None:
            return None if file is None else store.records(file, dtype, key)

        self.documents = None if delta is None else delta.documents
        self.changes = None if delta is None else opened(delta.changes, CHANGE, "id")
        self.renamed = None if delta is None else opened(delta.renamed, CHANGE, "now")
        self.records = self.tails = self.people = self.signatures = self.bands = self.repeats = None
        self.width = 0
        if index is not None:
            self.records = opened(index.records, CANDIDATE, "id")
            # Not kept open: people stand in it by their names.
            self.tails = RecordReader(store, index.tails, TAIL)
            self.people = opened(index.people, PERSON, "person")
            self.bands = opened(index.bands, BAND, "band")
            self.repeats = opened(index.repeats, REPEAT, "repeats")
            if index.signatures is not None:
                self.width = index.signatures.width
                self.signatures = opened(index.signatures, f"V{self.width}")

    def __len__(self) -> int:
        return 0 if self.records is None else len(self.records)

    def candidates(self) -> Candidates:
        """All of them, as they were written."""
        assert self.records is not None and self.tails is not None
        records, tails = self.records.all(), self.tails.all()
        ends = pa.py_buffer(np.append(records["tail"], np.uint64(len(tails))).astype(np.int64))
        return Candidates(
            records,
            pa.Array.from_buffers(pa.large_binary(), len(records), [None, ends, pa.py_buffer(tails)]),
            np.empty((len(records), 0), np.uint8)
            if self.signatures is None
            else self.signatures.all().view(np.uint8).reshape(len(records), self.width),
            np.empty(0, PERSON) if self.people is None else self.people.all(),
            np.empty(0, BAND) if self.bands is None else self.bands.all(),
        )


class CorpusLog:
    """A snapshot's candidates. Raises: StoreError STOR-006, STOR-007 where a file is damaged or gone."""

    def __init__(
        self, store: Store, said: CorpusManifest | CorpusHeading, beside: CorpusLog | None = None
    ) -> None:
        """beside: another that is open; segments that it has, too, are not opened again."""
        self._store, self._buckets = store, said.buckets
        self._parts = (said.index, *said.deltas)
        known = {} if beside is None else dict(zip(beside._parts, beside.segments, strict=True))
        self.segments: list[Segment] = [
            known.get(said.index) or Segment(store, said.index),
            *(known.get(one) or Segment(store, one.index, one) for one in said.deltas),
        ]
        self.is_indexed = said.index is not None

    # -- looking up ----------------------------------------------------------------------------------------------

    def of_ids(self, ids: Records) -> Live:
        """Those of some ids, which are in order."""
        return self._found([] if one.records is None else one.records.find(ids)[1] for one in self.segments)

    def about(self, subjects: Iterable[str], secret: bytes) -> Live:
        """Those that are about any of some people."""
        people = np.sort(np.array(hash_people(secret, subjects), "S16"))
        return self._found(_rows_of(one.people, people) for one in self.segments)

    def lingers(self, subject: str, secret: bytes) -> bool:
        """Whether its files hold anything about somebody that is gone from it."""
        person = np.array(hash_people(secret, [subject]), "S16")
        there = sum(len(np.unique(_rows_of(one.people, person))) for one in self.segments)
        return there > len(self.about([subject], secret))

    def sharing(self, bands: Records) -> Live:
        """Those that have one of some band keys, which are in order."""
        return self._found(_rows_of(one.bands, bands) for one in self.segments)

    def are_others_between(self, first: Rows, last: Rows) -> Mask:
        """Whether more than two candidates stand, or may stand, between places in time, both included."""
        counts = np.zeros(len(first), np.int64)
        for one in self.segments:
            if one.records is not None:
                there = one.records.count_between("order", first, last)
                counts += 3 if there is None else there
        return counts > 2

    def sharing_within(self, bands: Records, first: Rows, last: Rows, but: Live) -> Live:
        """Those that share one of some band keys, which are in order, with another of them.

        first, last: between which places in time, of each key. but: candidates that are passed over.
        """
        found = []
        for number, one in enumerate(self.segments):
            if one.bands is None or one.records is None:
                found.append((np.empty(0, np.int64), np.empty(0, np.int64)))
                continue
            which, places = one.bands.find(bands)
            rows = one.bands.values("row", places).astype(np.int64)
            order = one.records.values("order", rows)
            stays = (first[which] <= order) & (order <= last[which])
            stays[stays] = ~np.isin(rows[stays], but.rows[but.segments == number])
            found.append((which[stays], rows[stays]))
        counts = np.bincount(np.concatenate([which for which, _ in found]), minlength=len(bands))
        return self._found(rows[counts[which] > 1] for which, rows in found)

    def repeating(self, ids: Records) -> Live:
        """Those that repeat any of some documents, whose ids are in order."""
        known = self._found(_rows_of(one.repeats, ids) for one in self.segments)
        renamed = [one.renamed.take(one.renamed.find(ids)[1])["id"] for one in self.segments if one.renamed]
        if renamed:
            others = self.of_ids(np.unique(np.concatenate(renamed)))
            known = known.beside(others.but(known.records["id"]))
        return known.where(are_among(known.records["repeats"], ids))

    def in_slots(self, slots: Rows) -> Live:
        """Those that stand in some slots of the tree, which are in order."""
        bounds = bounds_of(slots)
        return self._found(
            [] if one.records is None else one.records.find_between(*bounds)[1] for one in self.segments
        )

    def everything(self) -> Live:
        return self._found(np.arange(len(one)) for one in self.segments)

    def of_segment(self, number: int) -> Live:
        return self._live(number, np.arange(len(self.segments[number])))

    def signatures(self, live: Live) -> pa.Array:
        """What near-duplicates are found by, as a column."""
        width = max(one.width for one in self.segments)
        made = np.zeros(len(live.rows), f"V{width}")
        for number, mask in _by_segment(live):
            held = self.segments[number].signatures
            assert held is not None
            made[mask] = held.take(live.rows[mask])
        return pa.Array.from_buffers(pa.binary(width), len(made), [None, pa.py_buffer(made.tobytes())])

    def tails(self, live: Live) -> list[bytes]:
        """Key and people of each, for `read_tails`."""
        made = np.empty(len(live.rows), object)
        for number, mask in _by_segment(live):
            held, records = self.segments[number].tails, live.records[mask]
            assert held is not None
            made[mask] = held.spans(records["tail"].astype(np.int64), records["size"].astype(np.int64))
        return made.tolist()

    def segments_beside(self, other: CorpusLog) -> list[Segment]:
        """The segments that another log does not have; all of them where that stands on another base."""
        shared = set[object](other._parts) if self._parts[0] == other._parts[0] else set()
        return [one for one, part in zip(self.segments, self._parts, strict=True) if part not in shared]

    # -- reading words -------------------------------------------------------------------------------------------

    def documents(self) -> Iterator[pa.Table]:
        """What the corpus holds, bucket by bucket and then delta by delta, as tables of `SHOWN`."""
        gone, now = self._changed_since(0)
        for bucket in self._buckets:
            kept = files.read_table(self._store, bucket.files.documents)
            if gone or now:
                aside = [id_ for id_, repeats in now.items() if repeats != NOTHING]
                kept = _without(kept, [*gone, *aside])
                back = [id_ for id_, repeats in now.items() if repeats == NOTHING and id_ not in gone]
                if back and bucket.files.waiting is not None:
                    waiting = files.read_table(self._store, bucket.files.waiting)
                    mask = pc.is_in(waiting["document_id"], value_set=_texts(back))
                    kept = pa.concat_tables([kept, waiting.filter(mask)])
            yield kept
        for number, one in enumerate(self.segments):
            if one.documents is not None:
                live = self.of_segment(number)
                rows = live.rows[live.records["repeats"] == NOTHING]
                yield files.read_table(self._store, one.documents).take(pa.array(rows))

    def read(self, live: Live) -> pa.Table:
        """The shown columns of some candidates, kept or set aside, in no particular order."""
        parts = []
        for number, mask in _by_segment(live):
            file = self.segments[number].documents
            if file is not None:
                parts.append(files.read_table(self._store, file).take(pa.array(live.rows[mask])))
                continue
            records = live.records[mask]
            there = {*records["bucket"].tolist()}
            for bucket in self._buckets:
                if bucket.bucket in there:
                    parts += self._read_bucket(bucket, records["id"][records["bucket"] == bucket.bucket])
        return pa.concat_tables(parts) if parts else SHOWN.empty_table()

    def _read_bucket(self, bucket: Bucket, ids: Records) -> Iterator[pa.Table]:
        """Those of some ids, each of which is there once; those set aside are read where not all of them were kept."""
        wanted, found = texts_of(ids), 0
        for file in (bucket.files.documents, bucket.files.waiting):
            if file is not None and found < len(ids):
                rows = files.read_table(self._store, file)
                rows = rows.filter(pc.is_in(rows["document_id"], value_set=wanted)).cast(SHOWN)
                found += len(rows)
                yield rows

    def held(self, by_rows: bool = False) -> dict[str, Hashable]:
        """By id something of each document that differs where the documents do. by_rows: as of any licet's."""
        if self.is_indexed and not by_rows:
            live = self.everything()
            live = live.where(live.records["repeats"] == NOTHING)
            ids = texts_of(live.records["id"]).to_pylist()
            return dict(
                zip(ids, zip(live.records["leaf"].tolist(), self.tails(live), strict=True), strict=True)
            )
        rows = (row for table in self.documents() for row in table.to_pylist())
        return {row["document_id"]: str(sorted(row.items())) for row in rows}

    def read_ids(self, ids: Collection[str]) -> pa.Table:
        """The documents with some ids."""
        if self.is_indexed:
            return self.read(self.of_ids(np.sort(ids_of(pa.chunked_array([pa.array(ids, pa.string())])))))
        wanted = pa.array(ids, pa.string())
        parts = [rows.filter(pc.is_in(rows["document_id"], value_set=wanted)) for rows in self.documents()]
        return pa.concat_tables([SHOWN.empty_table(), *parts], promote_options="permissive")

    def read_about(self, subject: str) -> pa.Table:
        """The documents that are about somebody, of an earlier licet's that has no index."""
        parts = [rows.filter(is_about(rows["subjects"], frozenset({subject}))) for rows in self.documents()]
        return pa.concat_tables([SHOWN.empty_table(), *parts], promote_options="permissive")

    # -- within --------------------------------------------------------------------------------------------------

    def _found(self, rows: Iterable[Rows | list[int]]) -> Live:
        """Those at some places of each segment that are not gone, each once."""
        parts = [self._live(number, _each_once(each)) for number, each in enumerate(rows) if len(each)]
        if not parts:
            return NOBODY
        return Live(
            np.concatenate([part.segments for part in parts]),
            np.concatenate([part.rows for part in parts]),
            np.concatenate([part.records for part in parts]),
        )

    def _live(self, number: int, rows: Rows) -> Live:
        held = self.segments[number].records
        if held is None or not len(rows):
            return NOBODY
        records = (held.all() if len(rows) == len(held) else held.take(rows)).copy()
        stays = np.ones(len(rows), bool)
        order = None
        for later in self.segments[number + 1 :]:
            if later.changes is not None:
                order = np.argsort(records["id"]) if order is None else order
                which, places = later.changes.find(records["id"][order])
                changed, now = order[which], later.changes.take(places)["now"]
                stays[changed[now == GONE]] = False
                records["repeats"][changed] = now
        return Live(np.full(len(rows), number), rows, records).where(stays)

    def _changed_since(self, number: int) -> tuple[set[bytes], dict[bytes, bytes]]:
        """What became of candidates of one segment: those that are gone, and whom others now repeat."""
        gone, now = set[bytes](), dict[bytes, bytes]()
        for later in self.segments[number + 1 :]:
            for id_, became in () if later.changes is None else _pairs_of(later.changes.all()):
                if became == GONE:
                    gone.add(id_)
                else:
                    now[id_] = became
        return gone, now


def read_base(store: Store, bucket: Bucket) -> pa.Table:
    """Every candidate of a bucket of the base, as it was written."""
    kept = files.read_table(store, bucket.files.documents)
    if bucket.files.waiting is None:
        return kept
    return pa.concat_tables([kept, files.read_table(store, bucket.files.waiting).cast(kept.schema)])


def is_about(subjects: pa.ChunkedArray, touched: frozenset[str]) -> pa.Array:
    """Which rows are about any of these people."""
    lists = subjects.combine_chunks()
    wanted = pc.is_in(lists.flatten(), value_set=pa.array(sorted(touched), pa.string()))
    found = np.zeros(len(lists), dtype=np.bool_)
    found[pc.list_parent_indices(lists).filter(wanted).to_numpy(zero_copy_only=False)] = True
    return pa.array(found)


def _rows_of(pairs: RecordReader | None, keys: Records) -> Rows:
    if pairs is None:
        return np.empty(0, np.int64)
    rows: Rows = pairs.values("row", pairs.find(keys)[1]).astype(np.int64)
    return rows


def _each_once(rows: Rows | list[int]) -> Rows:
    """In order; those of one person are."""
    found: Rows = np.asarray(rows, np.int64)
    return found if (found[1:] > found[:-1]).all() else np.unique(found)


def _by_segment(live: Live) -> Iterator[tuple[int, Mask]]:
    for number in np.unique(live.segments).tolist():
        yield number, live.segments == number


def _pairs_of(changes: Records) -> Iterator[tuple[bytes, bytes]]:
    return zip(changes["id"].tolist(), changes["now"].tolist(), strict=True)


def _texts(ids: list[bytes]) -> pa.Array:
    return texts_of(np.array(ids, "S16"))


def _without(rows: pa.Table, ids: list[bytes]) -> pa.Table:
    return rows.filter(pc.invert(pc.is_in(rows["document_id"], value_set=_texts(ids))))


NOBODY = Live(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, CANDIDATE))
