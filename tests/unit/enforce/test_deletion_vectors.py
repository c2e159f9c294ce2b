"""What other engines must leave out: read back by the specifications of Puffin and Roaring, and by nothing of ours."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from enforce_samples import POSTS, make_gate

from licet.enforce.deletion_vectors import Vector, puffin
from licet.terms import GateError
from licet.terms.moments import Tense


def read_puffin(content: bytes) -> tuple[dict[str, Any], list[set[int]]]:
    """The footer, and the places in each vector."""
    assert content[:4] == content[-4:] == b"PFA1"
    size, flags = struct.unpack("<ii", content[-12:-4])
    assert flags == 0 and content[-16 - size : -12 - size] == b"PFA1"
    footer = json.loads(content[-12 - size : -12])
    return footer, [
        read_vector(content[blob["offset"] : blob["offset"] + blob["length"]]) for blob in footer["blobs"]
    ]


def read_vector(blob: bytes) -> set[int]:
    (size,) = struct.unpack(">i", blob[:4])
    inner, (checksum,) = blob[4 : 4 + size], struct.unpack(">I", blob[4 + size :])
    assert inner[:4].hex() == "d1d33964" and zlib.crc32(inner) == checksum
    found, at = set[int](), 12
    (bitmaps,) = struct.unpack("<Q", inner[4:12])
    for _ in range(bitmaps):
        (upper,) = struct.unpack_from("<I", inner, at)
        cookie, containers = struct.unpack_from("<II", inner, at + 4)
        assert cookie == 12346
        start, end = at + 4, at + 12
        for number in range(containers):
            key, fewer = struct.unpack_from("<HH", inner, start + 8 + 4 * number)
            (offset,) = struct.unpack_from("<I", inner, start + 8 + 4 * containers + 4 * number)
            base, body = (upper << 32) | (key << 16), inner[start + offset :]
            if fewer < 4096:
                low = struct.unpack_from(f"<{fewer + 1}H", body)
                end = start + offset + 2 * (fewer + 1)
            else:
                low = [bit for bit in range(65536) if body[bit >> 3] >> (bit & 7) & 1]
                end = start + offset + 8192
            assert len(low) == fewer + 1
            found |= {base | each for each in low}
        at = end if containers else start + 8
    assert at == len(inner)
    return found


@pytest.mark.parametrize(
    "places",
    [
        [],
        [0],
        [5, 65535, 65536, 70000],
        range(4096),
        range(4097),
        range(60000, 140000),
        [3, 2**32, 2**32 + 9, 2**40],
    ],
)
def test_any_set_of_places_is_read_back_as_it_was(places: Any) -> None:
    vector = Vector("a.parquet", 9, "ab", np.array(list(places), np.int64))
    footer, found = read_puffin(puffin([vector, vector], {"created-by": "licet"}))
    assert found == ([set(places)] * 2 if len(places) else []), (
        "none for a file of which nothing is held back"
    )
    files = [{"file": "a.parquet", "rows": 9, "sha256": "ab"}] * 2
    assert json.loads(footer["properties"].pop("licet.files")) == files
    assert footer["properties"] == {"created-by": "licet"}
    for blob in footer["blobs"]:
        assert blob["type"] == "deletion-vector-v1" and "compression-codec" not in blob
        assert (blob["snapshot-id"], blob["sequence-number"]) == (-1, -1)
        assert blob["properties"] == {"referenced-data-file": "a.parquet", "cardinality": str(len(places))}


def test_what_an_engine_leaves_is_what_passes_the_gate(tmp_path: Path) -> None:
    folder = tmp_path / "posts"
    folder.mkdir()
    for number, part in enumerate((POSTS.slice(0, 2), POSTS.slice(2, 0), POSTS.slice(2))):
        pq.write_table(part, folder / f"{number}.parquet")
    gate = make_gate(base=tmp_path, table={"location": {"parquet": "posts"}})
    written = gate.deletion_vectors("posts", tmp_path / "out.puffin")
    assert written == (("text",), 5, 3), "headlines are nobody's to permit here"
    assert (tmp_path / "out.puffin").stat().st_mode & 0o777 == 0o600
    footer, held_back = read_puffin((tmp_path / "out.puffin").read_bytes())
    told = footer["properties"]
    assert told["licet.policy"] == gate.policy.digest and told["licet.position"] == str(gate.position)
    assert json.loads(told["licet.columns"]) == ["text"] and told["licet.purpose"] == "recommendation"
    vectors = {
        blob["properties"]["referenced-data-file"]: held
        for blob, held in zip(footer["blobs"], held_back, strict=True)
    }
    left, files = [], json.loads(told["licet.files"])
    for about, print_of in zip(files, gate.inputs(["posts"])["posts"] or (), strict=True):
        assert about["sha256"] == print_of.content and about["file"] == str(tmp_path / print_of.file)
        text = pq.read_table(about["file"])["text"].to_pylist()
        assert len(text) == about["rows"]
        left += [word for place, word in enumerate(text) if place not in vectors.get(about["file"], ())]
    assert sorted(left) == sorted(gate.read("posts")["text"].to_pylist()) == ["a", "b"]


def test_a_row_of_which_one_column_may_not_be_read_is_held_back_whole(tmp_path: Path) -> None:
    """A vector cannot hide a cell: whoever permits posts and no headline passes where posts alone are wanted."""
    pq.write_table(POSTS, tmp_path / "posts.parquet")
    rules = [
        {"id": "all", "effect": "permit", "notice": "n", "purposes": ["recommendation"], "categories": ["content"]},
        {
            "id": "some", "effect": "permit", "notice": "n", "purposes": ["recommendation"],
            "categories": ["profile"], "regions": ["DE"],
        },
    ]  # fmt: skip
    location = {"location": {"parquet": "posts.parquet"}}
    both = make_gate(*rules, base=tmp_path, table=location)
    one = make_gate(*rules, base=tmp_path, table=location, columns={"posts": ["text"]})
    assert both.deletion_vectors("posts", tmp_path / "both") == (("text", "title"), 5, 4)
    assert one.deletion_vectors("posts", tmp_path / "one") == (("text",), 5, 3)


def test_there_is_none_of_another_moment_nor_of_what_lies_in_no_files(tmp_path: Path) -> None:
    pq.write_table(POSTS, tmp_path / "posts.parquet")
    location = {"location": {"parquet": "posts.parquet"}}
    for gate, code in (
        (make_gate(base=tmp_path, table=location, tense=Tense.PAST), "GATE-201"),
        (make_gate(base=tmp_path), "GATE-220"),
        (make_gate(base=tmp_path, table={**location, "columns": {}}), "GATE-220"),
    ):
        with pytest.raises(GateError) as refused:
            gate.deletion_vectors("posts", tmp_path / "out.puffin")
        assert refused.value.code == code and not (tmp_path / "out.puffin").exists()


def test_a_column_that_the_table_has_not_is_refused(tmp_path: Path) -> None:
    """Passed over, one letter too many would hold back every row, or ask for less than was meant."""
    pq.write_table(POSTS, tmp_path / "posts.parquet")
    for asked in (["texts"], ["text", "Title"]):
        gate = make_gate(
            base=tmp_path, table={"location": {"parquet": "posts.parquet"}}, columns={"posts": asked}
        )
        for use in (lambda: gate.deletion_vectors("posts", tmp_path / "out"), lambda: gate.read("posts")):  # noqa: B023
            with pytest.raises(GateError) as refused:
                use()
            assert refused.value.code == "GATE-240" and repr(asked[-1]) in refused.value.what
    assert not (tmp_path / "out").exists()


def test_files_that_change_meanwhile_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pq.write_table(POSTS, tmp_path / "posts.parquet")
    gate = make_gate(base=tmp_path, table={"location": {"parquet": "posts.parquet"}})
    read = pq.read_metadata

    def change(path: Path) -> Any:
        told = read(path)
        pq.write_table(POSTS.set_column(1, "author", pa.array(["eve"] * 5)), path)
        return told

    monkeypatch.setattr("licet.enforce.deletion_vectors.pq.read_metadata", change)
    with pytest.raises(GateError) as refused:
        gate.deletion_vectors("posts", tmp_path / "out.puffin")
    assert refused.value.code == "GATE-202" and not (tmp_path / "out.puffin").exists()
