"""Prepared tables: marks beside the rows say what the join says, and never lie one row off."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from enforce_samples import POSTS, Told, as_written, make_gate

from licet.decide.combination import Reason
from licet.enforce import Gate, duckdb_rows
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.row_verdicts import ROW, gather, marks_of_judged, smallest
from licet.sources.catalogue import Table
from licet.terms import Code, GateError, SourceError
from licet.terms.moments import Tense


def gate_on(folder: Path, *parts: pa.Table, **more: Any) -> Gate:
    """A gate whose posts lie in `folder`, one file a part."""
    folder.mkdir(exist_ok=True)
    for number, part in enumerate(parts):
        pq.write_table(part, folder / f"part{number}.parquet")
    return make_gate(base=folder.parent, table={"location": {"parquet": folder.name}} | more)


def texts(gate: Gate) -> list[str]:
    found: list[str] = gate.read("posts")["text"].to_pylist()
    return sorted(found)


def test_a_prepared_table_reads_as_it_did(tmp_path: Path) -> None:
    gate = gate_on(tmp_path / "posts", POSTS)
    joined = gate.read("posts")
    assert gate.prepare(["posts"]) == ("posts",)
    assert gate.read("posts").sort_by("id") == joined.sort_by("id")
    assert texts(gate) == ["a", "b"]


def test_rows_of_several_files_keep_their_marks(tmp_path: Path) -> None:
    parts = [POSTS.slice(start, 1) for start in range(len(POSTS))]
    gate = gate_on(tmp_path / "posts", *parts, POSTS.slice(0, 0))
    gate.prepare(["posts"])
    assert texts(gate) == ["a", "b"]
    told = {row["key"]: row["code"] for row in as_written(gate.verdicts("posts"))}
    assert told == {
        1: None, 2: None, 3: "region_unknown", 4: "subject_unknown", 5: "subject_unknown",
    }  # fmt: skip


def test_a_table_with_names_that_stand_in_the_way_is_read_by_joining(tmp_path: Path) -> None:
    for name in ("file_row_number", "file_index"):
        odd = POSTS.append_column(name, pa.array([3, 1, 2, 5, 4]))
        gate = gate_on(tmp_path / name, odd)
        assert gate.prepare(["posts"]) == ()
        assert texts(gate) == ["a", "b"]
        assert gate.counts(["posts"]).by_reason() == {"subject_unknown": 2, "region_unknown": 1}


@pytest.mark.parametrize("later_ns", [0, 1_000_000, 1_000_000_000])
def test_files_changed_after_they_were_marked_let_nothing_out(tmp_path: Path, later_ns: int) -> None:
    """The same rows of the same size, by other people: the marks would speak of the wrong ones."""
    gate = gate_on(tmp_path / "posts", POSTS)
    gate.prepare(["posts"])
    prepared = gate.table("posts")
    file = tmp_path / "posts" / "part0.parquet"
    before = file.stat()
    pq.write_table(POSTS.set_column(2, "text", POSTS["text"].take([2, 4, 0, 3, 1])), file)
    assert file.stat().st_size == before.st_size
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + later_ns))
    with pytest.raises(GateError) as refused:
        prepared.to_pyarrow()
    assert refused.value.code == "GATE-202"
    assert texts(gate) == ["?", "c"], "judged as they are now"
    assert sum(row.records for row in gate.counts(["posts"]).passed) == 2
    assert gate.prepare(["posts"]) == ("posts",) and texts(gate) == ["?", "c"]


def test_an_opened_gate_does_not_hear_of_later_choices_but_the_next_does(tmp_path: Path) -> None:
    folder = tmp_path / "posts"
    gate = gate_on(folder, POSTS)
    gate.prepare(["posts"])
    later = make_gate(
        ledger=Told(("ann", "sharing", None, "refused")),
        base=tmp_path,
        table={"location": {"parquet": "posts"}},
    )
    later.prepare(["posts"])
    assert (texts(gate), texts(later)) == (["a", "b"], ["b"])


@pytest.mark.parametrize("numbers", [[1, 2, 3], [1, 2, 1_000_000_000], [-5, 0, 5]])
def test_whole_number_ids_near_and_far_apart(numbers: list[int]) -> None:
    members = pa.table(
        {"who": pa.array(numbers, pa.int64()), "region": ["DE", "CH", None], "plan": ["free"] * 3}
    )
    posts = pa.table(
        {
            "id": [1, 2, 3, 4, 5],
            "author": pa.array([numbers[0], numbers[1], numbers[2], numbers[2] + 1, None], pa.int32()),
            "text": ["a", "b", "c", "e", "?"],
            "title": ["A", "B", "C", "E", "?"],
        }
    )
    facts = {"table": "members", "subject": "who", "region": "region"}
    gate = make_gate(members=members, posts=posts, facts=facts)
    gate.prepare(["posts"])
    assert texts(gate) == ["a", "b"]
    assert gate.counts(["posts"]).by_reason() == {"subject_unknown": 2, "region_unknown": 1}


def test_a_table_that_loses_or_gains_rows_while_it_is_read_is_refused() -> None:
    def batch(places: list[int]) -> pa.RecordBatch:
        return pa.record_batch({"row": pa.array(places), "no": pa.array([7] * len(places))})

    assert gather([batch([2, 0]), batch([1])], 3, [np.int32])[0].tolist() == [7, 7, 7]
    for read in ([batch([0, 1])], [batch([0, 1, 2, 3])], [batch([5])]):
        with pytest.raises(GateError) as refused:
            gather(read, 3, [np.int32])
        assert refused.value.code == "GATE-008"


def test_empty_text_and_no_text_are_two_regions() -> None:
    batch = pa.record_batch(
        {
            "row": pa.array([1, 0, 2]), "mask": pa.array([0, 0, 1 << 61]),
            "reason": pa.array([3, 3, -1]), "region": pa.array(["", None, ""]),
        }
    )  # fmt: skip
    reason = Reason(Code.REFUSED, "share")
    marks = marks_of_judged([batch], 3, {3: reason, -1: None}.__getitem__)
    assert [marks.verdicts[place] for place in marks.numbers] == [
        (0, reason, None), (0, reason, ""), (1 << 61, None, ""),
    ]  # fmt: skip
    assert marks.masks().tolist() == [0, 0, 1 << 61]
    assert marks.masks().dtype == np.uint64


def test_the_smallest_type_that_holds() -> None:
    assert [smallest(n)(n) for n in (255, 256, 65_535, 65_536, 2**32)] == [255, 256, 65_535, 65_536, 2**32]
    assert [np.iinfo(smallest(n)).bits for n in (255, 256, 65_536, 2**32)] == [8, 16, 32, 64]


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("sizes", [[23], [9, 0, 14], [1, 1, 1, 20], [0, 0], [5, 5, 5, 5, 3]])
def test_rows_read_in_stretches_lie_beside_their_own_marks(
    tmp_path: Path, threads: int, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duckdb_rows, "_FEWEST_ROWS", 1)
    engine, ends = DuckDBEngine(threads=threads), [*itertools.accumulate(sizes)]
    for number, (size, end) in enumerate(zip(sizes, ends, strict=True)):
        part = pa.table({"row": pa.array(range(end - size, end), pa.int64()), "more": ["x"] * size})
        pq.write_table(part, tmp_path / f"{number}.parquet", row_group_size=4)
    size = ends[-1]
    whole = pa.table({"row": pa.array(range(size), pa.int64())})
    for location, handed_in in (({"parquet": "*.parquet"}, {}), ({"arrow": "rows"}, {"rows": whole})):
        table = Table.model_validate({"location": location, "subjects": ["row"], "columns": {}})
        ordered = engine.in_order("rows", table, tmp_path, handed_in, {})
        assert ordered is not None and ordered.size == size
        rows = ordered.rows.to_pyarrow()
        assert rows["row"].to_pylist() == rows[ROW].to_pylist() == [*range(size)]
        beside = ordered.beside({"mark": np.arange(size, dtype=np.uint16), "two": np.full(size, 2, np.uint8)})
        read = beside.to_pyarrow()
        assert sorted(read["row"].to_pylist()) == [*range(size)]
        assert read["row"].to_pylist() == read["mark"].to_pylist()
        some = beside.filter((beside.row > 3) & (beside.mark != 7)).order_by(beside.row.desc()).limit(2)
        assert [(row["row"], row["mark"]) for row in some.to_pyarrow().to_pylist()] == [
            (row, row) for row in sorted({*range(4, size)} - {7}, reverse=True)[:2]
        ]


@pytest.mark.parametrize("shift", [1, -1, 4])
def test_a_row_that_does_not_lie_beside_its_own_mark_ends_the_query(tmp_path: Path, shift: int) -> None:
    engine = DuckDBEngine(threads=1)
    pq.write_table(pa.table({"who": ["a", "b", "c", "d"] * 3}), tmp_path / "rows.parquet")
    handed: list[pa.Table] = []

    def shifted(data: pa.Table, require: Any = None) -> Any:
        """The marks as they would lie if DuckDB left rows out or gave them in another order."""
        handed.append(data)
        return engine.hand_in(
            pa.table([np.roll(column.to_numpy(), shift) for column in data.columns], data.column_names),
            require,
        )

    ordered = duckdb_rows.parquet_in_order(
        engine.backend, [tmp_path / "rows.parquet"], engine._names, shifted, engine.repeated
    )
    assert ordered is not None
    beside = ordered.beside({"mark": np.ones(12, np.uint8)})
    assert [column.type for column in handed[0].columns] == [pa.uint8(), pa.uint8()], (
        "no wider than they need be"
    )
    with pytest.raises(SourceError, match="out of step"):
        beside.to_pyarrow()
    with pytest.raises(SourceError, match="out of step"):
        beside.filter(beside.mark != 0).who.count().to_pyarrow()


def test_a_query_on_marks_or_on_a_copy_looks_at_the_files_itself(tmp_path: Path) -> None:
    """Below the gate, which looks as well: what changed after it looked is found out when DuckDB begins to read."""
    engine, file = DuckDBEngine(), tmp_path / "rows.parquet"
    pq.write_table(pa.table({"who": ["a", "b", "c"]}), file)
    ordered = duckdb_rows.parquet_in_order(
        engine.backend, [file], engine._names, engine.hand_in, engine.repeated
    )
    assert ordered is not None
    beside = ordered.beside({"mark": np.array([1, 0, 1], np.uint8)})
    copied = ordered.copied(beside.filter(beside.mark != 0).select("who"))
    assert copied is not None
    queries = [beside.filter(beside.mark != 0).who.count(), copied.rows.who.count()]
    assert [query.to_pyarrow().as_py() for query in queries] == [2, 2]
    planned = [engine.backend.con.sql(engine.backend.compile(query.as_table())) for query in queries]
    before = file.stat()
    pq.write_table(pa.table({"who": ["c", "b", "a"]}), file)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_size == before.st_size and file.stat().st_mtime_ns == before.st_mtime_ns
    for query in queries:
        with pytest.raises(SourceError, match="out of step"):
            query.to_pyarrow()
    for query in planned:
        with pytest.raises(duckdb.Error, match="out of step"):
            query.fetchall()


def test_an_expression_is_compiled_once_while_somebody_holds_it() -> None:
    engine = DuckDBEngine()
    backend, rows = engine.backend, engine.hand_in(pa.table({"who": ["a", "b"]}))
    some = rows.filter(rows.who == "a")
    assert backend.compile(some) is backend.compile(some) is backend.compile(rows.filter(rows.who == "a"))
    assert backend.compile(some, limit=0) != backend.compile(some) != backend.compile(some, limit=1)
    assert (some.to_pyarrow(limit=0).num_rows, some.to_pyarrow().num_rows) == (0, 1)
    assert len(backend._compiled) == 1
    del some
    assert len(backend._compiled) == 0


def test_no_file_of_marks_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    gate = gate_on(tmp_path / "posts", POSTS)
    gate.prepare(["posts"])
    assert texts(gate) == ["a", "b"] and [*temporary.iterdir()] == []


def test_what_passes_is_copied_without_a_name_and_dropped_with_the_files_it_was_made_of(
    tmp_path: Path,
) -> None:
    gate = gate_on(tmp_path / "posts", POSTS)
    gate.prepare(["posts"])
    marked, before = gate.read("posts"), {*tmp_path.rglob("*")}
    assert gate.prepare(["posts"], cluster=True) == ("posts",)
    copy = gate._verdicts._copies["posts"]
    assert (
        "(deleted)" in str(Path(f"/proc/self/fd/{copy.file.fileno()}").readlink())
        and {*tmp_path.rglob("*")} == before
    )
    assert os.fstat(copy.file.fileno()).st_mode & 0o777 == 0o600
    written = pq.read_table(copy.file)
    assert sorted(written["text"].to_pylist()) == ["a", "b"] and "draft" not in written.column_names
    assert gate.read("posts") == marked and texts(gate) == ["a", "b"]
    handed = gate.table("posts")
    assert handed.filter(handed.text == "b").to_pyarrow().num_rows == 1
    assert gate.read("posts", ["ann"])["text"].to_pylist() == ["a"], "by the ids themselves"

    pq.write_table(
        POSTS.set_column(2, "text", POSTS["text"].take([2, 4, 0, 3, 1])), tmp_path / "posts/part0.parquet"
    )
    with pytest.raises(GateError) as refused:
        handed.to_pyarrow()
    assert refused.value.code == "GATE-202"
    assert texts(gate) == ["?", "c"] and gate._verdicts._copies == {}
    assert os.fstat(copy.file.fileno()).st_size == 0, "nothing is left of it"


def test_a_copy_that_somebody_wrote_to_is_not_read(tmp_path: Path) -> None:
    gate = gate_on(tmp_path / "posts", POSTS)
    gate.prepare(["posts"], cluster=True)
    handed, file = gate.table("posts"), gate._verdicts._copies["posts"].file
    other = tmp_path / "other.parquet"
    pq.write_table(gate.read("posts").set_column(1, "text", pa.array(["c", "e"])), other)
    os.pwrite(file.fileno(), other.read_bytes(), 0)
    with pytest.raises(GateError) as refused:
        handed.to_pyarrow()
    assert refused.value.code == "GATE-202"
    assert texts(gate) == ["a", "b"]


def test_a_copy_is_of_now_and_where_parquet_has_no_word_for_a_type_there_is_none(tmp_path: Path) -> None:
    past = make_gate(base=tmp_path, tense=Tense.PAST)
    with pytest.raises(GateError) as refused:
        past.prepare(["posts"], cluster=True)
    assert refused.value.code == "GATE-201"
    times = pa.array([i * 10**9 for i in range(len(POSTS))], pa.timestamp("s"))
    gate = gate_on(tmp_path / "posts", POSTS)
    odd = make_gate(posts=POSTS.set_column(2, "text", times))
    for one, copied in ((gate, True), (odd, False)):
        joined = one.read("posts")
        assert one.prepare(["posts"], cluster=True) == ("posts",)
        assert ("posts" in one._verdicts._copies) is copied
        assert one.read("posts").sort_by("id") == joined.sort_by("id")
