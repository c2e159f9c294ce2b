"""Batches that a use has are worked on where the engine works: each whole, and each once, on either engine."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from licet.enforce import spark_spread
from licet.enforce.spark_engine import SparkEngine
from licet.terms import GateError

SIZES = pa.schema([("first", pa.uint64()), ("rows", pa.int32()), ("text", pa.large_string())])
BATCHES = [
    pa.record_batch(
        {"n": pa.array(range(first, first + size), pa.uint64()), "text": ["é"] * size, "a`b": [b"\0"] * size}
    )
    for first, size in ((0, 3), (2**63, 1), (7, 40), (50, 0), (60, 2))
]


def sizes() -> Any:
    def made(rows: pa.Table) -> pa.Table:  # within a function, since executors do not have the tests
        if not len(rows):
            return SIZES.empty_table()
        assert rows.column_names == ["n", "text", "a`b"]
        return pa.table([rows["n"].slice(0, 1), [len(rows)], rows["text"].slice(0, 1)], schema=SIZES)

    return made


def test_every_batch_is_worked_on_whole_and_once(any_engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for wave_bytes in (1, spark_spread.WAVE_BYTES):
        monkeypatch.setattr(spark_spread, "WAVE_BYTES", wave_bytes)
        parts = list(any_engine.spread(iter(BATCHES), sizes(), SIZES))
        assert len(parts) == len(BATCHES) and all(part.schema == SIZES for part in parts)
        made = pa.concat_tables(parts).sort_by("first").to_pylist()
        assert made == [
            {"first": first, "rows": rows, "text": "é"}
            for first, rows in ((0, 3), (7, 40), (60, 2), (2**63, 1))
        ]
    assert list(any_engine.spread([], sizes(), SIZES)) == []


def test_a_function_that_fails_where_batches_were_carried_says_how(spark_session: Any) -> None:
    engine = SparkEngine(spark_session)
    with pytest.raises(GateError, match=r"GATE-020.*KeyError.*missing"):
        list(engine.spread(BATCHES[:1], lambda rows: rows.select(["missing"]), SIZES))
