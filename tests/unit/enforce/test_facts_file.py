"""Facts read out of a Parquet file without an engine are those that the engine reads, or are left to it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.facts_file import rows_in_file
from licet.enforce.people import People
from licet.sources.catalogue import Catalogue

IDS = ["ann", "Ann", "bob", "ann", "", "a\0b", None, "é"]
REGIONS = ["DE", None, "FR", "DE", "US", "CH", "SE", " de"]
BORN = [date(1990, 1, 2), None, date(1, 1, 1), date(1991, 1, 2), None, None, None, date(9999, 12, 31)]
PLANS = ["gold", "free", None, "gold", "x", "x", "x", "basic"]


def catalogue(**more: Any) -> Catalogue:
    facts = {"table": "members", "subject": "who", "region": "region"} | more
    tables = {"members": {"location": {"parquet": "members.parquet"}, "columns": {}}}
    return Catalogue.model_validate({"licet_catalogue": 1, "facts": facts, "tables": tables})


@pytest.mark.parametrize(
    "columns",
    [
        {"who": pa.array(IDS), "region": pa.array(REGIONS)},
        {"who": pa.array(IDS), "region": pa.array(REGIONS), "born": pa.array(BORN, pa.date32()),
         "plan": pa.array(PLANS)},
        {"who": pa.array([7, 0, -3, None], pa.int16()), "region": pa.array(REGIONS[:4]),
         "age": pa.array([7, None, 200, -1])},
        {"who": pa.array([2**64 - 1, 0], pa.uint64()), "region": pa.array(REGIONS[:2])},
    ],
    ids=["text", "all facts", "whole numbers", "large numbers"],
)  # fmt: skip
def test_what_is_read_at_once_is_what_the_engine_reads(columns: dict[str, pa.Array], tmp_path: Path) -> None:
    pq.write_table(pa.table(columns), tmp_path / "members.parquet")
    more: dict[str, Any] = {"birth_date": "born"} if "born" in columns else {}
    more |= {"age": "age"} if "age" in columns else {}
    more |= {"plan": "plan", "plans": {"gold": "premium"}} if "plan" in columns else {"plan_is": "free"}
    told = catalogue(**more)
    by_engine = People(told, lambda: DuckDBEngine(threads=1), tmp_path)
    by_engine._asked = 1  # as after the first question: all ids are read, through the engine
    for subject in {*map(str, columns["who"].to_pylist()), "nobody", "ANN", "07"} - {"", "a\0b"}:
        rows = rows_in_file(told, tmp_path, subject)
        assert rows is not None and len(rows) == len(by_engine._rows(subject))
        for ours, theirs in zip(rows, by_engine._rows(subject), strict=True):
            assert ours == theirs
        assert People(told, DuckDBEngine, tmp_path).knows(subject) == bool(rows)


@pytest.mark.parametrize(
    "columns",
    [
        {"who": pa.array([7.0])},
        {"who": pa.array(["ann"]).dictionary_encode(), "region": pa.array(["DE"])},
        {"who": pa.array(["ann"]), "region": pa.array([5])},
        {"who": pa.array(["ann"]), "born": pa.array([datetime(2000, 1, 1)]), "region": pa.array(["DE"])},  # noqa: DTZ001
        {"who": pa.array(["ann"])},
    ],
    ids=["floats", "a dictionary", "regions that are numbers", "born at a moment", "no such column"],
)
def test_what_means_not_the_same_to_everybody_is_left_to_the_engine(
    columns: dict[str, pa.Array], tmp_path: Path
) -> None:
    pq.write_table(pa.table(columns), tmp_path / "members.parquet")
    more = {"birth_date": "born"} if "born" in columns else {}
    assert rows_in_file(catalogue(**more), tmp_path, "ann") is None


def test_a_file_that_cannot_be_read_is_left_to_the_engine_to_complain_of(tmp_path: Path) -> None:
    assert rows_in_file(catalogue(), tmp_path, "ann") is None
    (tmp_path / "members.parquet").write_bytes(b"PAR1 no")
    assert rows_in_file(catalogue(), tmp_path, "ann") is None
