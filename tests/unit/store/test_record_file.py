"""Records in pages: looking up a few finds what reading all finds, and a page that was changed is never read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from licet.store import KeptReaders, RecordFile, RecordReader, Records, Store, pack_records
from licet.terms import StoreError

PAIR = np.dtype([("key", "S16"), ("row", "<u4")])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True)


def kept(store: Store, records: Records, key: str | None = None) -> RecordFile:
    """Written and published: `build` removes what nothing refers to."""
    data, refer = pack_records(records, key)
    with store.build("control") as build:
        file = refer(build.put(data, ".records"))
        build.publish({"licet": "control", "file": {"sha256": file.sha256, "bytes": file.bytes}})
    return file


def pairs(count: int, keys: int) -> Records:
    """In the order of their keys, runs of equal ones over the edges of pages among them."""
    made = np.empty(count, PAIR)
    chosen = np.sort(np.random.default_rng(5).integers(0, keys, count))
    made["key"] = [int(key).to_bytes(16, "big") for key in chosen]
    made["row"] = np.arange(count)
    return made


@pytest.mark.parametrize(("count", "keys"), [(0, 1), (1, 1), (819, 5), (5_000, 1), (5_000, 3_000)])
def test_looking_up_finds_what_reading_all_finds(store: Store, count: int, keys: int) -> None:
    records = pairs(count, keys)
    file = kept(store, records, "key")
    asked = np.sort(
        np.array([int(key).to_bytes(16, "big") for key in range(0, keys + 2, 1 + keys // 40)], "S16")
    )
    which, places = RecordReader(store, file, PAIR, "key").find(asked)
    found = {(asked[n], int(place)) for n, place in zip(which, places, strict=True)}
    assert found == {(key, n) for n, key in enumerate(records["key"]) if key in set(asked)}
    reader = RecordReader(store, file, PAIR, "key")
    low, high = asked[::3], asked[::3]
    which, places = reader.find_between(low[:1], high[-1:])
    between = (records["key"] >= low[0]) & (records["key"] <= high[-1])
    assert places.tolist() == np.flatnonzero(between).tolist()
    some = np.random.default_rng(6).integers(0, count, min(count, 50)) if count else np.empty(0, np.int64)
    assert reader.take(some).tolist() == records[some].tolist()
    assert reader.all().tolist() == records.tolist()


@pytest.mark.parametrize("keys", [1, 40, 3_000])
def test_looking_up_page_by_page_finds_the_same(store: Store, keys: int) -> None:
    records = pairs(5_000, keys)
    file = kept(store, records, "key")
    reader = RecordReader(store, file, PAIR, "key")
    for key in np.unique(records["key"])[:: 1 + keys // 10]:
        which, places = reader.find(np.array([key], "S16"))
        assert places.tolist() == np.flatnonzero(records["key"] == key).tolist()
        assert reader.values("row", places).tolist() == places.tolist() and not which.any()
    assert (reader.held_bytes < file.bytes) == (keys > 1), "of many keys a few pages are read"
    low, high = np.array([3], "<u4"), np.array([70], "<u4")
    assert (reader.count_between("row", low, high) is None) == (keys > 1), "of all, or of none"
    reader.all()
    counted = reader.count_between("row", low, high)
    assert counted is not None and counted.tolist() == [68]


def test_what_was_read_stays_until_it_is_too_much_or_gone(store: Store) -> None:
    one, other = (kept(store, pairs(count, 5), "key") for count in (5_000, 4_000))
    readers = KeptReaders(most_bytes=110_000)
    held = readers.of(store, one, PAIR, "key")
    assert len(held.all()) == 5_000 and readers.of(store, one, PAIR, "key") is held
    beside = readers.of(store, other, PAIR, "key")
    assert readers.of(store, one, PAIR, "key") is held and beside is not held
    beside.all()
    readers.of(store, other, PAIR, "key")
    assert readers.of(store, one, PAIR, "key") is not held, "the one that was asked for last stays"
    readers.drop([other.sha256])
    assert readers.of(store, other, PAIR, "key") is not beside
    now = readers.of(store, one, PAIR, "key")
    now.all()
    Path(store.path(one.sha256)).unlink()
    with pytest.raises(StoreError, match="STOR-007"):
        readers.of(store, one, PAIR, "key").all()


def test_what_a_purge_removes_is_read_no_more(store: Store) -> None:
    file = kept(store, pairs(5_000, 5), "key")
    assert len(store.records(file, PAIR, "key").all()) == 5_000
    store.purge([store.snapshot("control").id])
    with pytest.raises(StoreError, match="STOR-007"):
        store.records(file, PAIR, "key").all()


def test_stretches_of_bytes_are_those_that_were_written(store: Store) -> None:
    data = np.random.default_rng(7).integers(0, 256, 50_000).astype("u1")
    reader = RecordReader(store, kept(store, data), np.dtype("u1"))
    starts = np.array([0, 16_380, 49_999, 20_000, 50_000, 5])
    sizes = np.array([10, 20, 1, 30_000, 0, 0])
    expected = [data[start : start + size].tobytes() for start, size in zip(starts, sizes, strict=True)]
    assert reader.spans(starts, sizes) == expected


def test_a_changed_page_is_refused_and_others_are_read(store: Store) -> None:
    records = pairs(5_000, 3_000)
    file = kept(store, records, "key")
    path = Path(store.path(file.sha256))
    whole = path.read_bytes()
    path.chmod(0o640)
    for place in (16 + 20 * 3_000, len(whole) - 1):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(StoreError) as refused:
            RecordReader(store, file, PAIR, "key").take(np.array([3_000]))
        assert refused.value.code == "STOR-006"
    path.write_bytes(whole[: 16 + 20 * 3_000])
    with pytest.raises(StoreError) as refused:
        RecordReader(store, file, PAIR, "key").take(np.array([1]))
    assert refused.value.code == "STOR-006", "one that was cut, too"
    path.write_bytes(whole[:16] + bytes([whole[16] ^ 1]) + whole[17:])
    assert (
        RecordReader(store, file, PAIR, "key").take(np.array([3_000])).tolist() == records[[3_000]].tolist()
    )
    path.unlink()
    with pytest.raises(StoreError) as refused:
        RecordReader(store, file, PAIR, "key").take(np.array([1]))
    assert refused.value.code == "STOR-007"


def test_a_reference_to_another_end_is_refused(store: Store) -> None:
    file = kept(store, pairs(5_000, 3_000), "key")
    with pytest.raises(StoreError):
        RecordReader(store, replace(file, checks="00" * 32), PAIR, "key").take(np.array([1]))
