"""Small text files are held in memory in the order of their lines, and let go of with the files."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from enforce_samples import FACTS, make_gate

from licet.enforce import Gate, duckdb_rows
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.row_verdicts import ROW, RowsInOrder
from licet.sources.catalogue import Catalogue
from licet.terms import LicetError, SourceError

RULE = {
    "id": "posts", "effect": "permit", "purposes": ["recommendation"], "categories": ["content.posts"], "notice": "n"
}  # fmt: skip


def written(folder: Path, kind: str, rows: list[dict[str, str]], number: int = 0) -> None:
    path = folder / f"{number}.{kind}"
    if kind == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def rows_of(size: int, first: int = 0) -> list[dict[str, str]]:
    return [
        {"id": str(first + n), "who": "ann", "text": f"text {n}", "day": "2024-01-01"} for n in range(size)
    ]


def catalogue_of(kind: str, **table: Any) -> Catalogue:
    catalogued = {
        "location": {kind: f"*.{kind}"}, "key": "id", "subjects": ["who"], "created": None, "visibility": None,
        "columns": dict.fromkeys(("id", "text", "day"), "content.posts"),
    } | table  # fmt: skip
    return Catalogue.model_validate(
        {
            "licet_catalogue": 2,
            "facts": FACTS,
            "tables": {"members": {"location": {"arrow": "members"}, "columns": {}}, "posts": catalogued},
        }
    )


def ordered(folder: Path, kind: str, engine: DuckDBEngine) -> RowsInOrder | None:
    catalogue = catalogue_of(kind)
    return engine.in_order("posts", catalogue.tables["posts"], folder, {}, catalogue.readings("posts"))


def gate_over(folder: Path, kind: str, **table: Any) -> Gate:
    return make_gate(RULE, catalogue=catalogue_of(kind, **table), base=folder, engine=DuckDBEngine())


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_lines_keep_their_order_over_files_and_threads(kind: str, tmp_path: Path) -> None:
    parts = [rows_of(40_000), rows_of(1, 40_000), rows_of(30_000, 40_001)]
    for number, part in enumerate(parts):
        written(tmp_path, kind, part, number)
    found = ordered(tmp_path, kind, DuckDBEngine(threads=4))
    assert found is not None and found.size == 70_001
    table = found.rows.to_pyarrow()
    assert table["id"].to_pylist() == [row["id"] for part in parts for row in part]
    assert table[ROW].to_pylist() == [*range(70_001)]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_what_is_held_is_not_read_once_a_file_changed(kind: str, tmp_path: Path) -> None:
    written(tmp_path, kind, rows_of(3))
    gate = gate_over(tmp_path, kind)
    assert gate.prepare(["posts"]) == ("posts",)
    prepared = gate.table("posts")
    assert prepared.to_pyarrow()["text"].to_pylist() == ["text 0", "text 1", "text 2"]
    written(tmp_path, kind, [*rows_of(2), {"id": "9", "who": "ann", "text": "new", "day": "2024-01-01"}])
    with pytest.raises(LicetError):
        prepared.to_pyarrow()
    again = gate_over(tmp_path, kind)
    again.prepare(["posts"])
    assert again.read("posts")["text"].to_pylist() == ["text 0", "text 1", "new"]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
@pytest.mark.parametrize("most", ["_MOST_TEXT_BYTES", "_MOST_HELD_BYTES"])
def test_larger_files_are_read_where_they_lie(
    kind: str, most: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, kind, rows_of(3))
    monkeypatch.setattr(duckdb_rows, most, 10)
    assert ordered(tmp_path, kind, DuckDBEngine()) is None
    gate = gate_over(tmp_path, kind)
    assert gate.prepare(["posts"]) == () and len(gate.read("posts")) == 3


def test_a_value_that_nobody_asks_for_stops_nobody(tmp_path: Path) -> None:
    written(tmp_path, "csv", [*rows_of(2), {"id": "9", "who": "ann", "text": "x", "day": "someday"}])
    gate = gate_over(tmp_path, "csv", created="day")
    assert gate.prepare(["posts"]) == ()
    shown = gate.table("posts")
    assert shown.select("text").to_pyarrow()["text"].to_pylist() == ["text 0", "text 1", "x"]
    with pytest.raises(SourceError, match="SRC-"):
        shown.select("day").to_pyarrow()
