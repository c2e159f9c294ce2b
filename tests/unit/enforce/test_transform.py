"""`Engine.transform` on DuckDB: a function over rows, alone or with worker processes beside, always the same rows."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformed import HERE, ROWS, SCHEMA, Warmed, counted, killed, odd

from licet.enforce import process_pool
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.process_pool import cut_between_groups
from licet.terms import GateError, SourceError
from licet.testing.effort import examples


def table(engine: DuckDBEngine) -> ir.Table:
    return engine.hand_in(
        pa.table({"n": pa.array(range(ROWS)), "g": [f"g{n * 7919 % 4999}" for n in range(ROWS)]})
    )


def test_workers_make_the_same_rows_and_keep_groups_together(monkeypatch: pytest.MonkeyPatch) -> None:
    one = made_by(DuckDBEngine(workers=0))
    assert set(one["of_group"].to_pylist()) == {6, 7}, "every group whole"
    assert set(one["process"].to_pylist()) == {HERE}
    monkeypatch.setenv("LICET_TEST_SLOW", str(HERE))
    for _ in range(20):  # until the workers were ready in time
        other = made_by(DuckDBEngine(workers=2, alone_rows=1))
        assert one.drop_columns("process").equals(other.drop_columns("process"))
        assert not children()
        if len(set(other["process"].to_pylist())) == 3:
            break
    assert len(set(other["process"].to_pylist())) == 3, "this process and two beside it"


def made_by(engine: DuckDBEngine) -> pa.Table:
    parts = engine.transform(table(engine), counted, SCHEMA, together="g")
    return pa.concat_tables(parts).sort_by("n").combine_chunks()


def test_little_work_starts_no_process() -> None:
    engine = DuckDBEngine(workers=2)
    with closing(engine.transform(table(engine).limit(5000), counted, SCHEMA)) as made:
        next(made)
        assert not children()


def test_a_worker_says_that_it_is_ready_once_it_is_warm(
    tmp_path: Path,
) -> None:
    with process_pool._start() as started:
        told = process_pool._pickled(Warmed(str(tmp_path / "warm")), SCHEMA)
        assert process_pool._Worker(started).learn(told)
        assert (tmp_path / "warm").exists()
        started.kill()


def test_what_the_function_raises_is_raised_here() -> None:
    engine = DuckDBEngine(workers=2, alone_rows=1)
    with pytest.raises(ValueError, match="the last row is odd"):
        list(engine.transform(table(engine).order_by("n"), odd, SCHEMA))
    assert not children()
    assert engine.hand_in(pa.table({"n": [1]})).count().to_pyarrow().as_py() == 1, "and the engine goes on"


def test_a_killed_worker_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICET_TEST_SLOW", str(HERE))
    engine = DuckDBEngine(workers=1, alone_rows=1)
    with pytest.raises(GateError) as refused:
        for _ in range(20):  # until the worker has come to its first batch
            list(engine.transform(table(engine), killed, SCHEMA))
    assert refused.value.code == "GATE-007" and "-9" in refused.value.what
    assert not children()


def test_whoever_stops_early_leaves_no_process() -> None:
    engine = DuckDBEngine(workers=2, alone_rows=1)
    with closing(engine.transform(table(engine), counted, SCHEMA)) as made:
        next(made)
        next(made)
        assert len(children()) == 2
    assert not children()
    assert engine.hand_in(pa.table({"n": [1]})).count().to_pyarrow().as_py() == 1


def test_a_function_that_cannot_travel_is_used_here() -> None:
    engine = DuckDBEngine(workers=2, alone_rows=1)
    made = pa.concat_tables(engine.transform(table(engine), lambda rows: counted(rows), SCHEMA))
    assert len(made) == ROWS and set(made["process"].to_pylist()) == {HERE}


def test_rows_that_cannot_be_read_are_one_clear_error() -> None:
    engine = DuckDBEngine(workers=0)
    broken = engine.hand_in(pa.table({"g": ["1", "x"]})).select(n=ibis._.g.cast("int64"))
    with pytest.raises(SourceError) as refused:
        list(engine.transform(broken, counted, SCHEMA))
    assert refused.value.code == "SRC-030"


GROUPS = st.lists(st.sampled_from(["a", "b", "c", None]), max_size=12)


@given(GROUPS, st.lists(st.integers(1, 4), min_size=1, max_size=12))
@examples(200)
def test_sorted_rows_are_cut_between_groups_only(groups: list[str | None], lengths: list[int]) -> None:
    ordered = sorted(groups, key=lambda one: (one is None, one or ""))
    whole, batches, at = pa.table({"g": pa.array(ordered, pa.string())}), [], 0
    for length in [*lengths, len(ordered)]:
        batches += whole.slice(at, length).to_batches()
        at += length
    cut = list(cut_between_groups(iter(batches), "g"))
    seen = [batch.column("g").to_pylist() for batch in cut]
    assert [one for part in seen for one in part] == ordered
    assert all(set(part).isdisjoint(other) for n, part in enumerate(seen) for other in seen[:n])


def children() -> list[str]:
    """The workers of this process that are running."""
    listed = [_read(task / "children") for task in Path(f"/proc/{HERE}/task").iterdir()]
    return [
        child for child in b" ".join(listed).decode().split()
        if b"worker.py" in _read(Path(f"/proc/{child}/cmdline"))
    ]  # fmt: skip


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # a thread or process that has just ended
        return b""
