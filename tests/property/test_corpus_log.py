"""A log of any history is the corpus that its documents are: looked up, read through, and put together (law 8).

Candidates are made up here, without a gate: each step says which ids come, leave and repeat others. What the log says
is held to a dictionary that says the same, and what it is put together to, to a base written at once.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from datetime import datetime
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from journeys.dying_files import Died, DyingFiles
from licet.store import Records, SnapshotRef, Store
from licet.terms import StoreError
from licet.testing.effort import examples
from licet.uses.corpus import deltas, document_tree
from licet.uses.corpus import snapshot as files
from licet.uses.corpus.candidates import NOTHING, Candidates, candidates_of, ids_of, texts_of
from licet.uses.corpus.corpus_log import CorpusLog, Live
from licet.uses.corpus.duplicates import NAMED, with_repeats
from licet.uses.corpus.kept_documents import people_of_difference
from licet.uses.corpus.snapshot import Bucket, CorpusHeading, Delta, Index
from licet.uses.use import Files

SECRET = bytes(32)
PEOPLE = ("ann", "ben", "cy")
NUMBERS = st.integers(0, 11)
#: Per id: the version of its words, whom it is about, and the one that it repeats (None: it is kept).
Model = dict[str, tuple[int, tuple[str, ...], str | None]]

#: What one update does: ids that leave, ids that come or come back with other words, and who now repeats whom.
STEP = st.tuples(
    st.sets(NUMBERS, max_size=4),
    st.dictionaries(
        NUMBERS,
        st.tuples(st.integers(0, 2), st.sets(st.sampled_from(PEOPLE)), st.none() | NUMBERS),
        max_size=5,
    ),
    st.dictionaries(NUMBERS, st.none() | NUMBERS, max_size=3),
)


def id_of(number: int) -> str:
    return hashlib.sha256(b"%d" % number).hexdigest()[:32]


def table_of(model: Model) -> pa.Table:
    """Documents with `duplicate_of`, as they are made; by id, so that words and marks say the id and the version."""
    rows: list[dict[str, Any]] = [
        {
            "document_id": id_, "kind": "post", "key": f"key-{id_[:4]}", "subjects": list(people),
            "created": datetime(2025, 1, 1 + version), "language": "en", "text": f"words {version} of {id_}",  # noqa: DTZ001
            "bucket": int(id_[:2], 16) % 3, "leaf": hashlib.sha256(f"{id_}{version}".encode()).digest(),
            "signature": hashlib.sha256(f"{version}".encode()).digest()[:16], "duplicate_of": repeats,
        }
        for id_, (version, people, repeats) in model.items()
    ]  # fmt: skip
    schema = pa.schema(
        [
            ("document_id", pa.string()), ("kind", pa.string()), ("key", pa.string()),
            ("subjects", pa.list_(pa.string())), ("created", pa.timestamp("us")), ("language", pa.string()),
            ("text", pa.string()), ("bucket", pa.int32()), ("leaf", pa.binary(32)), ("signature", pa.binary(16)),
            ("duplicate_of", pa.string()),
        ]
    )  # fmt: skip
    return pa.Table.from_pylist(rows, schema)


def candidates(table: pa.Table) -> Candidates:
    signed = table["signature"].to_pylist()
    bands = np.array([[int.from_bytes(one[n : n + 4], "big") for one in signed] for n in (0, 4)], np.uint64)
    return candidates_of(table, ["post"], SECRET, bands.reshape(2, len(table)))


class CorpusParts(BaseModel):
    """What `Log` publishes."""

    format: int
    buckets: tuple[Bucket, ...]
    index: Index
    deltas: tuple[Delta, ...]

    def parts(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("format", "buckets", "index", "deltas")}


class Log:
    """A corpus as `Corpus` keeps it, and beside it what it must be."""

    def __init__(self, store: Store, model: Model) -> None:
        self.store, self.model = store, model
        #: What was held by the number of what was published.
        self.held, self.written = dict[int, Model](), 0
        with store.build("control") as build:
            self.index, self.buckets, self.slots = self._base(Files(build), model)
            self.deltas: tuple[Delta, ...] = ()
            self._publish(build)

    @staticmethod
    def _base(target: Files, model: Model) -> tuple[Index, tuple[Bucket, ...], Records]:
        table = table_of(model)
        rows = candidates(table)
        numbers = sorted({*table["bucket"].to_pylist()})
        buckets = [
            files.write_bucket(target, n, table.filter(pa.compute.equal(table["bucket"], n))) for n in numbers
        ]
        kept = rows.records[rows.records["repeats"] == NOTHING]
        index = files.write_index(target, rows)
        return index, tuple(one for one in buckets if one is not None), document_tree.fill_slots(kept)

    def _publish(self, build: Any) -> None:
        self.said = CorpusHeading.model_construct(
            format=5, buckets=self.buckets, index=self.index, deltas=self.deltas
        )
        self.written += 1
        written = self.said.model_dump(mode="json", exclude={"recipe"})
        self.held[self.written] = dict(self.model)
        build.publish({"licet": "control", "said": written, "n": self.written})

    def compact(self, store: Store | None = None) -> None:
        """Put together, and published as the latest."""
        store = store or self.store
        with store.build("control") as build:
            self.buckets, self.index = deltas.compact(store, Files(build), self.said)
            self.deltas = ()
            self._publish(build)

    def step(self, leaving: set[int], coming: dict[int, Any], renaming: dict[int, int | None]) -> None:
        log = CorpusLog(self.store, self.said)
        there = {id_of(number) for number in leaving | coming.keys()} & self.model.keys()
        came: Model = {
            id_of(number): (version, tuple(sorted(people)), None if other is None else id_of(other))
            for number, (version, people, other) in coming.items()
        }
        renamed = {
            id_of(number): None if other is None else id_of(other)
            for number, other in renaming.items()
            if id_of(number) in self.model.keys() - there
        }
        table = table_of(came)
        stays = log.of_ids(_sorted(renamed))
        now = ids_of(pa.chunked_array([pa.array([renamed[id_] for id_ in _texts(stays)], pa.string())]))
        change = deltas.Change(log.of_ids(_sorted(there)), table, candidates(table), stays, now)
        assert set(_texts(change.leaving)) == there and set(_texts(stays)) == renamed.keys()
        if not change.size:
            return
        self.model = {id_: row for id_, row in self.model.items() if id_ not in there} | came
        for id_, other in renamed.items():
            self.model[id_] = (*self.model[id_][:2], other)
        with self.store.build("control") as build:
            self.slots = deltas.follow_slots(log, self.slots, change)
            self.deltas = deltas.extend(self.store, Files(build), log, self.deltas, change)
            self._publish(build)

    def check(self) -> None:
        log, model = CorpusLog(self.store, self.said), self.model
        everyone = log.everything()
        told = zip(_texts(everyone), texts_of(everyone.records["repeats"]).to_pylist(), strict=True)
        assert dict(told) == {id_: repeats for id_, (_, _, repeats) in model.items()}
        assert len(everyone) == len(model), "each once"
        kept = {
            id_: f"words {version} of {id_}"
            for id_, (version, _, repeats) in model.items()
            if repeats is None
        }
        rows = [row for part in log.documents() for row in part.to_pylist()]
        assert {row["document_id"]: row["text"] for row in rows} == kept and len(rows) == len(kept)
        assert {row["document_id"] for row in log.read(everyone).to_pylist()} == model.keys()
        for who in PEOPLE:
            assert set(_texts(log.about([who], SECRET))) == {
                id_ for id_, row in model.items() if who in row[1]
            }
        for other in {row[2] for row in model.values()} - {None}:
            found = set(_texts(log.repeating(_sorted([other]))))
            assert found == {id_ for id_, row in model.items() if row[2] == other}
        fresh = candidates(table_of(model))
        assert (
            self.slots.tolist()
            == document_tree.fill_slots(fresh.records[fresh.records["repeats"] == NOTHING]).tolist()
        )
        with self.store.build("control") as build:
            assert (
                deltas.compact(self.store, Files(build), self.said) == self._base(Files(build), model)[1::-1]
            )
        sizes = [deltas.size_of(delta) for delta in self.deltas]
        assert sizes == sorted(sizes, reverse=True) and len(set(sizes)) == len(sizes), (
            "each smaller than the one before"
        )


def _texts(live: Live) -> list[str]:
    found: list[str] = texts_of(live.records["id"]).to_pylist()
    return found


def _sorted(ids: Any) -> Records:
    return ids_of(pa.chunked_array([pa.array(sorted(ids), pa.string())]))


@given(
    st.dictionaries(
        NUMBERS, st.tuples(st.integers(0, 2), st.sets(st.sampled_from(PEOPLE)), st.none() | NUMBERS)
    ),
    st.lists(STEP, min_size=1, max_size=6),
)
@examples(10)
def test_a_log_of_any_history_is_the_corpus_of_its_documents(base: dict[int, Any], steps: list[Any]) -> None:
    model: Model = {
        id_of(number): (version, tuple(sorted(people)), None if other is None else id_of(other))
        for number, (version, people, other) in base.items()
    }
    with tempfile.TemporaryDirectory() as folder:
        log = Log(Store.open(Path(folder, "store"), create=True), model)
        log.check()
        earlier = [(log.said, kept_of(log.model))]
        for step in steps:
            log.step(*step)
            log.check()
            earlier.append((log.said, kept_of(log.model)))
        log.compact()
        for place, (said, held) in enumerate(earlier):
            for other, after in (*earlier[place:], (log.said, kept_of(log.model))):
                people = {who for row in held ^ after for who in row[2]}
                assert people_of_difference(CorpusLog(log.store, said), CorpusLog(log.store, other)) == people


def kept_of(model: Model) -> set[tuple[str, int, tuple[str, ...]]]:
    return {(id_, version, people) for id_, (version, people, repeats) in model.items() if repeats is None}


def steps_of(rng: Random, count: int) -> Iterator[tuple[set[int], dict[int, Any], dict[int, int | None]]]:
    numbers = range(40)
    for _ in range(count):
        yield (
            set(rng.sample(numbers, 6)),
            {
                n: (rng.randrange(3), set(rng.sample(PEOPLE, rng.randrange(3))), None)
                for n in rng.sample(numbers, 9)
            },
            {n: rng.choice([None, *numbers]) for n in rng.sample(numbers, 2)},
        )


def read_whole(store: Store, snapshot: SnapshotRef) -> tuple[int, dict[str, str]]:
    """The number of what was published, and all words that it holds."""
    said = CorpusHeading.model_construct(**CorpusParts.model_validate(snapshot.manifest["said"]).parts())
    rows = [row for part in CorpusLog(store, said).documents() for row in part.to_pylist()]
    assert len({row["document_id"] for row in rows}) == len(rows)
    return snapshot.manifest["n"], {row["document_id"]: row["text"] for row in rows}


def test_who_reads_sees_one_whole_snapshot_while_others_are_made_and_purged(tmp_path: Path) -> None:
    """Readers of whatever is listed, from before the first update to after the last purge."""
    rng = Random(13)
    log = Log(Store.open(tmp_path / "store", create=True), {id_of(n): (0, ("ann",), None) for n in range(30)})
    done, seen, gone = Event(), list[tuple[int, dict[str, str]]](), list[str]()

    def read() -> None:
        store = Store.open(tmp_path / "store", read_only=True)
        while not done.is_set():
            for name in ("control-1", "latest"):
                try:
                    seen.append(read_whole(store, store.snapshot("control", name)))
                except StoreError as error:
                    gone.append(error.code)

    with ThreadPoolExecutor(3) as readers:
        reading = [readers.submit(read) for _ in range(3)]
        for turn, step in enumerate(steps_of(rng, 16)):
            log.step(*step)
            if turn % 5 == 4:
                log.compact()
            if turn % 8 == 7:
                log.store.purge([one.id for one in log.store.snapshots("control")[:-1]])
        done.set()
        for one in reading:
            one.result()
    for number, words in seen:
        held = log.held[number].items()
        assert words == {id_: f"words {row[0]} of {id_}" for id_, row in held if row[2] is None}
    assert len({number for number, _ in seen}) > 3, "readers were there throughout"
    assert {*gone} <= {"STOR-007", "STOR-008", "STOR-020"}, "what is purged under its reader is told as gone"
    log.check()
    assert log.store.verify() == []


def test_who_dies_while_adding_or_putting_together_leaves_what_was_published_whole(tmp_path: Path) -> None:
    rng = Random(17)
    log = Log(Store.open(tmp_path / "start", create=True), {id_of(n): (0, ("ann",), None) for n in range(20)})
    for step in steps_of(rng, 3):
        log.step(*step)
    (last,) = steps_of(rng, 1)
    for act in (lambda one: one.compact(), lambda one: one.step(*last)):
        steps, died = 0, True
        while died:
            place = tmp_path / f"died at {steps}"
            shutil.copytree(tmp_path / "start", place)
            dying = copy(log)
            dying.held, dying.store = dict(log.held), Store(DyingFiles(place, steps), read_only=False)
            try:
                act(dying)
                died = False
            except Died:
                pass
            after = Store.open(place)
            assert after.verify() == []
            number, words = read_whole(after, after.snapshot("control"))
            held = dying.held[number].items()
            assert words == {id_: f"words {row[0]} of {id_}" for id_, row in held if row[2] is None}
            assert number == log.written or not died or number == log.written + 1
            shutil.rmtree(place)
            steps += 7
        assert steps > 7


def test_documents_that_nothing_names_repeat_none() -> None:
    table = table_of({id_of(1): (0, ("ann",), None)}).drop_columns(["duplicate_of"])
    assert with_repeats(table, NAMED.empty_table())["duplicate_of"].to_pylist() == [None]
