"""Prepared tables on Spark: what is found by a row's place in its file is what meeting people finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis.expr.operations as ops
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from enforce_samples import POSTS, make_gate, permit
from hypothesis import given
from hypothesis import strategies as st

from licet.enforce import Gate
from licet.enforce.rows import MASK
from licet.enforce.spark_bitmaps import FILE, bitmaps_of
from licet.enforce.spark_engine import SparkEngine
from licet.terms import GateError

_PLACES = st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 1 << 17))


@given(st.dictionaries(_PLACES, st.integers(1, 5)), st.sets(_PLACES, max_size=3))
def test_every_row_is_found_with_its_mask_and_one_told_twice_is_held_back(
    masks: dict[tuple[str, int], int], twice: set[tuple[str, int]]
) -> None:
    told = [*masks.items()] + [(place, 6) for place in twice]
    words: dict[tuple[str, int, int], int] = {}
    for (file, row), mask in told:
        key = file, row >> 6, mask
        words[key] = words.get(key, 0) | 1 << (row & 63)
    bits = np.array([*words.values()], np.uint64).view(np.int64)
    columns = [*zip(*words, strict=True)] or [(), (), ()]
    kinds = (pa.string(), pa.int64(), pa.int64())
    arrays = {
        name: pa.array(column, kind)
        for name, column, kind in zip((FILE, "word", MASK), columns, kinds, strict=True)
    }
    known, bitmaps = bitmaps_of(pa.table(arrays | {"bits": bits}))
    found = {}
    for file, chunk, *planes in zip(*(column.to_pylist() for column in bitmaps.columns), strict=True):
        for word, each in enumerate(zip(*planes, strict=True)):
            for bit in range(64) if any(each) else ():
                number = sum((value >> bit & 1) << place for place, value in enumerate(each))
                if number:
                    found[file, chunk << 15 | word << 6 | bit] = known[number - 1]
    once = {place: mask for place, mask in masks.items() if place not in twice}
    assert found == once | dict.fromkeys(twice - masks.keys(), 6)


#: Two kinds of data, of which not everybody permits both.
RULES = permit(), permit("all", categories=["profile"], regions=["CH"])


def gate_on(session: Any, folder: Path, *parts: pa.Table, rules: Any = ()) -> Gate:
    """A gate on Spark whose posts lie in `folder`, one file a part."""
    folder.mkdir(exist_ok=True)
    for number, part in enumerate(parts):
        pq.write_table(part, folder / f"part {number}.parquet", row_group_size=20_000)
    labels = {"id": "content.posts", "text": "content.posts", "title": "profile.headline"}
    table = {"location": {"parquet": folder.name}, "columns": labels}
    return make_gate(*rules, base=folder.parent, engine=SparkEngine(session), table=table)


def test_a_prepared_table_reads_as_it_did_whatever_files_its_rows_are_in(
    spark_session: Any, tmp_path: Path
) -> None:
    many = pa.concat_tables([POSTS] * 7_000)
    posts = many.set_column(0, "id", pa.array(range(len(many))))
    some = (POSTS, posts, POSTS.slice(0, 0), POSTS.slice(1))
    for name, parts in (("one", (POSTS,)), ("some", some)):
        gate = gate_on(spark_session, tmp_path / name, *parts, rules=RULES)
        shown = ("id", "text", "title")
        joined = gate.table("posts").select(shown).order_by(shown).to_pyarrow()
        assert gate.prepare(["posts"]) == ("posts",)
        prepared = gate.table("posts").select(shown).order_by(shown)
        assert "__licet_mask" in prepared.op().find(ops.DatabaseTable)[0].schema.names
        assert prepared.to_pyarrow() == joined
        assert len(joined) == sum(
            part["author"].to_pylist().count(who) for part in parts for who in ("ann", "ben")
        )


def test_files_that_changed_since_are_read_anew_and_nothing_is_handed_out_of_those_that_change_meanwhile(
    spark_session: Any, tmp_path: Path
) -> None:
    gate = gate_on(spark_session, tmp_path / "posts", POSTS)
    gate.prepare(["posts"])
    handed_out = gate.table("posts")
    pq.write_table(pa.concat_tables([POSTS.slice(3, 1), POSTS]), tmp_path / "posts" / "part 0.parquet")
    with pytest.raises(GateError, match="GATE-202"):
        handed_out.to_pyarrow()
    marked = gate._verdicts._marked["posts"]
    with pytest.raises(GateError, match="GATE-008"):
        marked.to_pyarrow()
    with pytest.raises(GateError, match="GATE-255"):
        marked.to_parquet(tmp_path / "out")
    compiled = gate._engine.backend.compile  # type: ignore[attr-defined]
    assert compiled(marked) != compiled(marked, at_once=True), "text that is kept meets people by their ids"


def test_a_table_with_a_name_that_stands_in_the_way_is_read_by_joining(
    spark_session: Any, tmp_path: Path
) -> None:
    odd = POSTS.append_column("_Metadata", pa.array([3, 1, 2, 5, 4]))
    gate = gate_on(spark_session, tmp_path / "posts", odd)
    assert gate.prepare(["posts"]) == ()
    assert sorted(gate.read("posts")["text"].to_pylist()) == ["a", "b"]
