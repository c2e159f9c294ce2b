"""Which tables a place holds that nobody has catalogued yet: a folder of files, a DuckDB file, a database by URL.

For drafting a catalogue. It says where each table lies, and what a database itself says of keys; it reads no row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from licet.enforce.database_rows import database_keys
from licet.enforce.listed_table import ListedTable
from licet.sources.catalogue import Location
from licet.sources.database_address import VARIABLE
from licet.terms import SourceError
from licet.terms.ids import is_id

_SUFFIXES = {
    "parquet": (".parquet",),
    "csv": (".csv", ".csv.gz"),
    "jsonl": (".jsonl", ".jsonl.gz", ".ndjson"),
}


def tables_at(place: str) -> dict[str, ListedTable]:
    """By the name it may have in a catalogue each table of a place, in the order of names.

    Raises: SourceError SRC-196 where there is none, SRC-033 where a database cannot be read.
    """
    is_database = "://" in place or place.startswith(VARIABLE)
    found = _of_database(place) if is_database else _of_path(Path(place).absolute())
    if not found:
        raise SourceError(
            "SRC-196",
            "there are no tables here: no Parquet, CSV or JSON lines, no DuckDB file, no database",
            place,
            "give a folder of such files, a .duckdb file, or a database's address, such as sqlite:///chat.db",
        )
    named: dict[str, ListedTable] = {}
    for written, table in sorted(found.items()):
        name = _name_for(written, named)
        named[name] = table
    names = dict(zip(sorted(found), named, strict=True))
    return {
        name: table._replace(
            references={column: names[to] for column, to in table.references.items() if to in names}
        )
        for name, table in named.items()
    }


def _of_path(path: Path) -> dict[str, ListedTable]:
    if path.is_file() and path.suffix.lower() in (".duckdb", ".ddb"):
        return _of_duckdb(path)
    if path.is_file() and path.suffix.lower() in (".db", ".sqlite", ".sqlite3"):
        return _of_database(f"sqlite:///{path}")
    found: dict[str, ListedTable] = {}
    entries = [path] if path.is_file() else sorted(path.iterdir()) if path.is_dir() else []
    for entry in entries:
        if entry.name.startswith((".", "_")):
            continue
        kinds = {_kind(file) for file in _files(entry)} - {None}
        for kind in sorted(str(kind) for kind in kinds):
            written = entry.name.partition(".")[0] if entry.is_file() else entry.name
            where = str(entry) if entry.is_file() or len(kinds) == 1 else f"{entry}/**/*{_SUFFIXES[kind][0]}"
            found[f"{written}_{kind}" if written in found else written] = ListedTable(
                Location.model_validate({kind: where})
            )
    return found


def _files(entry: Path) -> list[Path]:
    return [entry] if entry.is_file() else [file for file in entry.rglob("*") if file.is_file()]


def _kind(file: Path) -> str | None:
    name = file.name.lower()
    return next((kind for kind, endings in _SUFFIXES.items() if name.endswith(endings)), None)


def _of_duckdb(path: Path) -> dict[str, ListedTable]:
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = connection.sql(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary"
            ).fetchall()
            told = connection.sql(
                "SELECT schema_name, table_name, constraint_column_names FROM duckdb_constraints() "
                "WHERE constraint_type = 'PRIMARY KEY'"
            ).fetchall()
    except duckdb.Error as error:
        raise SourceError(
            "SRC-033",
            f"cannot read what tables there are: {next(iter(str(error).splitlines()), '')}",
            str(path),
            "check that it is a DuckDB file and that nobody has it open for writing",
        ) from None
    keys = {(schema, table): tuple(columns) for schema, table, columns in told}
    return {
        (table if schema == "main" else f"{schema}_{table}"): ListedTable(
            Location(duckdb=str(path), table=table if schema == "main" else f"{schema}.{table}"),
            keys.get((schema, table), ()),
        )
        for schema, table in tables
    }


def _of_database(url: str) -> dict[str, ListedTable]:
    plain = re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url)
    if plain.startswith(("postgresql://", VARIABLE)):
        from licet.enforce.postgres_listing import tables_in_postgres  # late: psycopg is an extra

        return tables_in_postgres(plain)
    address, told = database_keys(url)
    return {
        table: ListedTable(Location(sql=address, table=table), keys, references)
        for table, (keys, references) in told.items()
    }


def _name_for(written: str, taken: Mapping[str, Any]) -> str:
    """A name that a table can have in a catalogue, like the one it has where it lies."""
    name = re.sub(r"[^a-z0-9_.-]+", "_", written.lower()).strip("_.-") or "table"
    name = name if is_id(name) else f"t_{name}"
    number, free = 2, name
    while free in taken:
        number, free = number + 1, f"{name}_{number}"
    return free
