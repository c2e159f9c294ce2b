"""Rows into the tables of a ledger on PostgreSQL: few at once by one statement, many by COPY, in between by arrays."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy import Table

from licet.ledger.postgres_structure import type_name

#: Rows up to which a statement names each value; beyond, statements would be long and each another one.
_NAMED_ROWS = 64

#: Rows from which COPY is quicker than INSERT.
_COPIED_ROWS = 500


def insert_rows(
    driven: psycopg.Connection[tuple[Any, ...]], rows: Mapping[Table, Sequence[tuple[Any, ...]]]
) -> None:
    """Add rows within the transaction that is open, each in the order of its table's columns.

    Raises: psycopg.Error as the server or the connection gives it.
    """
    filled = {table: added for table, added in rows.items() if added}
    if sum(map(len, filled.values())) <= _NAMED_ROWS:
        # A fourth of what arrays cost the driver to write.
        statement = _insert_few(tuple((table, len(added)) for table, added in filled.items()))
        driven.execute(statement, [value for added in filled.values() for row in added for value in row])
        return
    with driven.pipeline():
        for table, added in filled.items():
            if len(added) < _COPIED_ROWS:
                # One statement whatever the number of rows: a column each, as an array.
                driven.execute(_insert_statement(table), tuple(map(list, zip(*added, strict=True))))
    for table, added in filled.items():
        if len(added) < _COPIED_ROWS:
            continue
        with driven.cursor() as cursor, cursor.copy(_copy_statement(table)) as copy:
            for row in added:
                copy.write_row(row)


@functools.cache
def _insert_statement(table: Table) -> str:
    names = ", ".join(table.c.keys())
    arrays = ", ".join(f"%s::{type_name(column)}[]" for column in table.c)
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays})"


@functools.lru_cache(256)
def _insert_few(counts: tuple[tuple[Table, int], ...]) -> str:
    """One statement that adds so many rows to each of some tables."""
    parts = []
    for table, count in counts:
        row = f"({', '.join(f'%s::{type_name(column)}' for column in table.c)})"
        names = ", ".join(table.c.keys())
        parts.append(f"INSERT INTO {table.name} ({names}) VALUES {', '.join([row] * count)}")
    before = ", ".join(f"part_{number} AS ({part})" for number, part in enumerate(parts[:-1]))
    return f"WITH {before} {parts[-1]}" if before else parts[-1]


@functools.cache
def _copy_statement(table: Table) -> str:
    return f"COPY {table.name} ({', '.join(table.c.keys())}) FROM STDIN"
