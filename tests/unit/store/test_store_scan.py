"""The residue scan: it finds what is there however it is wrapped, and is refused when it cannot."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from licet.store import Store, marker_search, parquet_bytes
from licet.store.decoys import make_decoys
from licet.store.marker_search import Wanted, look
from licet.store.packed_numbers import PackedNumbers, number_marker, packed
from licet.terms import StoreError

NAME = "Zoë Marchetti-Ødegård"
MARKER = NAME.encode()
#: Holds the name only in pieces and then again and again, so that a compressed copy is made of back references.
OUT_OF_SIGHT = f"{NAME[14:]} {NAME[7:14]} {NAME[:7]} " + NAME * 60


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "s", create=True)


def keep(store: Store, data: bytes, suffix: str = "") -> str:
    with store.build("corpus") as build:
        digest = build.put(data, suffix=suffix)
        build.publish({"files": [{"sha256": digest}]})
    return digest


def zipped(data: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner", data)
    return sink.getvalue()


def arrays(text: str) -> bytes:
    sink = io.BytesIO()
    np.savez_compressed(sink, names=np.array(["someone", text]))
    return sink.getvalue()


def arrow(text: str) -> bytes:
    table, sink = pa.table({"t": [text]}), io.BytesIO()
    with pa.ipc.new_file(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_table(table)
    return sink.getvalue()


MAP_OF_LISTS = pa.map_(pa.string(), pa.list_(pa.struct({"deep": pa.string()})))
WRAPPED: dict[str, bytes] = {
    "plain": b"x" * 1000 + MARKER,
    "json, escaped": json.dumps({"name": NAME}).encode(),
    "json, canonical, quoted": json.dumps({"name": NAME}, ensure_ascii=False).encode(),
    "utf-16": NAME.encode("utf-16"),
    "gzip": gzip.compress(MARKER * 3),
    "zstd": pa.Codec("zstd").compress(MARKER * 3, asbytes=True),
    "bzip2": bz2.compress(MARKER * 3),
    "xz": lzma.compress(MARKER * 3),
    "zip": zipped(MARKER * 3),
    "gzip in zip in xz": lzma.compress(zipped(gzip.compress(MARKER))),
    "numpy": arrays(NAME),
    "arrow": arrow(NAME),
    "parquet": parquet_bytes(pa.table({"t": ["someone", NAME]})),
    "parquet, large": parquet_bytes(pa.table({"t": pa.array([NAME], pa.large_string())})),
    "parquet, view": parquet_bytes(pa.table({"t": pa.array([NAME], pa.string_view())})),
    "parquet, binary": parquet_bytes(pa.table({"t": pa.array([MARKER], pa.binary())})),
    "parquet, fixed binary": parquet_bytes(pa.table({"t": pa.array([MARKER], pa.binary(len(MARKER)))})),
    "parquet, map": parquet_bytes(pa.table({"t": pa.array([[("k", [{"deep": NAME}])]], MAP_OF_LISTS)})),
    "parquet, column name": parquet_bytes(pa.table({NAME: [1]})),
    "parquet, file metadata": parquet_bytes(pa.table({"n": [1]}).replace_schema_metadata({"note": NAME})),
    "parquet in gzip": gzip.compress(parquet_bytes(pa.table({"t": [NAME] * 9}))),
}


@pytest.mark.parametrize("wrapping", WRAPPED)
def test_a_person_is_found_in_every_wrapping(store: Store, wrapping: str) -> None:
    assert store.scan([MARKER]) == []
    digest = keep(store, WRAPPED[wrapping], ".bin")
    found = store.scan([b"nobody at all", MARKER])
    assert found and {residue.file for residue in found} == {f"objects/{digest[:2]}/{digest}.bin"}
    assert {residue.marker for residue in found} == {MARKER}
    assert store.purge(["corpus-1"]) == [digest] and store.scan([MARKER]) == []


def test_a_find_says_where(store: Store) -> None:
    keep(store, b"abc" + MARKER)
    (residue,) = store.scan([MARKER])
    assert (residue.offset, residue.place) == (3, "bytes")
    store.purge(["corpus-1"])
    keep(store, parquet_bytes(pa.table({"n": [1, 2], "t": ["someone", OUT_OF_SIGHT]})))
    (residue,) = store.scan([MARKER])
    assert (residue.offset, residue.place) == (1, "bytes › row group 0, column t")


def test_values_of_a_dictionary_that_no_row_has_are_found(store: Store) -> None:
    unused = pa.DictionaryArray.from_arrays(pa.array([0]), pa.array(["kept", OUT_OF_SIGHT]))
    sink = io.BytesIO()
    pq.write_table(pa.table({"t": unused}), sink, compression="zstd", write_statistics=False)
    assert MARKER not in sink.getvalue()
    keep(store, sink.getvalue())
    assert [residue.place for residue in store.scan([MARKER])] == ["bytes › row group 0, column t"]


def test_a_whole_number_is_compared_as_a_whole(store: Store) -> None:
    keep(store, parquet_bytes(pa.table({"member": pa.array([None, 7_340_019_255], pa.int64())})))
    assert [residue.offset for residue in store.scan([b"7340019255"])] == [1]
    assert store.scan([b"7340019", b"40019255"]) == []


@pytest.mark.parametrize(
    "place", ["stray.txt", "staging/half.part", "snapshots/corpus/notes", "deep/er/file"]
)
def test_files_that_are_not_ours_are_read_too(store: Store, place: str) -> None:
    file = Path(store.where, place)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(MARKER)
    reader = Store.open(store.where, read_only=True)
    assert [residue.file for residue in reader.scan([MARKER])] == [place]


def test_a_marker_in_a_file_name_is_found(store: Store) -> None:
    Path(store.where, f"{NAME}.txt").write_bytes(b"")
    assert [(residue.file, residue.place) for residue in store.scan([MARKER])] == [(f"{NAME}.txt", "name")]


def test_a_manifest_is_read_too(store: Store) -> None:
    with store.build("corpus") as build:
        build.publish({"title": f'the words of "{NAME}"'})
    assert [residue.file.split("/")[0] for residue in store.scan([f'of "{NAME}"'.encode()])] == ["snapshots"]


def test_a_scan_leaves_nothing_behind(store: Store) -> None:
    keep(store, b"x")
    before = sorted(p for p in Path(store.where).rglob("*"))
    store.scan([MARKER])
    assert sorted(p for p in Path(store.where).rglob("*")) == before and store.verify() == []


@pytest.mark.parametrize(
    "data",
    [
        b"PAR1 but no Parquet",
        WRAPPED["parquet"][:-20],
        b"PARE" + WRAPPED["parquet"][4:-4] + b"PARE",
        b"ARROW1\0\0 cut short",
        gzip.compress(b"x" * 1000, mtime=0)[:-10],
        b"\x28\xb5\x2f\xfd nonsense",
        b"PK\x03\x04 nonsense",
        b"\xfd7zXZ\0 nonsense",
        b"BZh9 nonsense",
    ],
    ids=lambda data: repr(data[:6]),
)
def test_a_file_that_cannot_be_looked_into_is_not_passed_over(store: Store, data: bytes) -> None:
    digest = keep(store, data)
    with pytest.raises(StoreError, match="STOR-013") as caught:
        store.scan([MARKER])
    assert digest in caught.value.where


def test_a_file_packed_too_often_is_not_passed_over(store: Store) -> None:
    data = MARKER
    for _ in range(9):
        data = gzip.compress(data)
    keep(store, data)
    with pytest.raises(StoreError, match=r"STOR-013: .* packed more than 8 times"):
        store.scan([MARKER])


@pytest.mark.parametrize("marker", [b"", b"a", b"abc"])
def test_a_marker_that_would_mean_nothing_is_refused(store: Store, marker: bytes) -> None:
    with pytest.raises(StoreError, match="STOR-018"):
        store.scan([MARKER, marker])


NUMBER = number_marker(5 << 60 | 0x0123_4567_89AB_CDE)


@pytest.mark.parametrize(
    "data",
    [b"licet records 1\n" + packed(NUMBER) + b"1234", b"torn" + packed(NUMBER), gzip.compress(b"x" + packed(NUMBER))],
    ids=["records", "cut", "packed once more"],
)  # fmt: skip
def test_words_that_are_kept_as_numbers_are_found(store: Store, data: bytes) -> None:
    assert store.scan([NUMBER, MARKER]) == []
    digest = keep(store, data, ".counts")
    (residue,) = store.scan([NUMBER, MARKER, number_marker(7)])
    assert (residue.marker, residue.file) == (NUMBER, f"objects/{digest[:2]}/{digest}.counts")
    assert store.scan([MARKER, number_marker((5 << 60) + 1)]) == []


def nothing(*_: Any) -> Iterator[Any]:
    return iter(())


def only_raw(marker: bytes) -> list[marker_search.Needle]:
    return [marker_search.Needle(marker, marker)]


def without_dictionaries(
    array: Any, real: Callable[[Any], Iterator[Any]] = marker_search._leaves
) -> Iterator[Any]:
    yield from real(array.dictionary_decode() if pa.types.is_dictionary(array.type) else array)


def without_nesting(array: Any) -> Iterator[Any]:
    if not array.type.num_fields:
        yield getattr(array, "dictionary", array)


@pytest.mark.parametrize(
    ("skill", "broken", "missed"),
    [
        ("_look_in_parquet", nothing, "Parquet values in zstd"),
        ("_look_in_arrow", nothing, "an Arrow file"),
        ("_look_in_schema", nothing, "Parquet field metadata"),
        ("_look_in_array", nothing, "Parquet values in zstd"),
        ("_unpack", nothing, "gzip"),
        ("_leaves", without_dictionaries, "an unused value of a Parquet dictionary"),
        ("_leaves", without_nesting, "nested Parquet values"),
    ],
)
def test_a_scan_that_lost_a_skill_is_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch, skill: str, broken: Callable[..., Any], missed: str
) -> None:
    monkeypatch.setattr(marker_search, skill, broken)
    for each in (store, Store.open(store.where, read_only=True)):
        with pytest.raises(StoreError, match=f"STOR-012: the scan did not find the decoy it hid as {missed}"):
            each.scan([MARKER])


def test_a_scan_that_finds_no_numbers_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PackedNumbers, "look", nothing)
    with pytest.raises(StoreError, match=r"STOR-012: .* a number of records"):
        store.scan([MARKER])
    # One that finds the control and not what is looked for proves nothing either.
    monkeypatch.undo()
    monkeypatch.setattr(PackedNumbers, "look", but_for(NUMBER))
    with pytest.raises(StoreError, match=r"STOR-012: .* numbers that are looked for"):
        store.scan([NUMBER])


def but_for(marker: bytes) -> Callable[..., Any]:
    look = PackedNumbers.look
    return lambda self, content: (hit for hit in look(self, content) if hit[0] != marker)


def test_a_scan_that_knows_only_plain_spelling_is_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marker_search, "spell", only_raw)
    with pytest.raises(StoreError, match=r"STOR-012: .* a JSON escape"):
        store.scan([MARKER])


def test_a_scan_whose_walk_misses_files_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store._files, "walk", lambda: iter(["licet-store.json"]))
    with pytest.raises(StoreError, match=r"STOR-012: .* plain bytes"):
        store.scan([MARKER])
    assert list(Path(store.where, "staging").iterdir()) == []


def test_only_the_plain_decoy_is_in_plain_sight() -> None:
    for decoy in make_decoys():
        (marker,) = decoy.markers
        assert (marker in decoy.content) == (decoy.name == "plain bytes")
        assert any(hit.marker == marker for hit in look(decoy.content, Wanted.of([marker]), decoy.name))
