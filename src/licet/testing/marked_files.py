"""The tables of a made-up platform, written as careless owners write them: files, databases, or handed in as Arrow.

Every kind of location holds the same rows; moments are UTC, and where a format has no type for them, ISO text.
"""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from licet.sources.catalogue import STAMP


def write_table(
    root: Path, name: str, location: str, rows: list[dict[str, Any]], stamps: dict[str, str]
) -> pa.Table | None:
    """Write rows where a table of this kind of location lies; the Arrow table where it is handed in instead.

    rows:   aware moments under `made`, whole numbers under `age`, text or None elsewhere; at least one.
    stamps: column to the kind of data that its file says it is; only where a file can say so.
    """
    path = root / "data" / f"{name}.{location}"
    if location == "csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(map(_plain, rows))
    elif location == "jsonl":
        lines = (json.dumps(_plain(row), ensure_ascii=False) + "\n" for row in rows)
        path.write_text("".join(lines), encoding="utf-8")
    elif location == "sql":
        _write_sqlite(root / "data" / f"{name}.db", name, rows)
    elif location == "parquet":
        pq.write_table(_arrow(rows, stamps), path)
    elif location == "duckdb":
        with closing(duckdb.connect(str(path))) as database:
            database.register("rows_of_it", _arrow(rows, stamps))
            database.execute(f"CREATE TABLE {name} AS SELECT * FROM rows_of_it")
    else:
        return _arrow(rows, stamps)
    return None


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {column: cell.isoformat() if isinstance(cell, datetime) else cell for column, cell in row.items()}


def _arrow(rows: list[dict[str, Any]], stamps: dict[str, str]) -> pa.Table:
    types = {"made": pa.timestamp("us", "UTC"), "age": pa.int64()}
    labels = {column: {STAMP: kind.encode()} for column, kind in stamps.items()}
    fields = [
        pa.field(column, types.get(column, pa.string()), metadata=labels.get(column)) for column in rows[0]
    ]
    return pa.Table.from_pylist(rows, pa.schema(fields))


def _write_sqlite(path: Path, name: str, rows: list[dict[str, Any]]) -> None:
    types = {"made": "DATETIME", "age": "INTEGER"}
    columns = ", ".join(f'"{column}" {types.get(column, "TEXT")}' for column in rows[0])
    with closing(sqlite3.connect(path)) as lite, lite:
        lite.execute(f"CREATE TABLE {name} ({columns})")
        values = [[_for_sqlite(cell) for cell in row.values()] for row in rows]
        lite.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", values)


def _for_sqlite(cell: Any) -> Any:
    """As SQLAlchemy writes a moment there: UTC, without saying so."""
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    return cell
