"""The schema of a ledger on PostgreSQL held to what the ledger made: nothing may hide, change or add rows.

Catalogs only; rows are what verification reads. A trigger, a rule or row security can make a table show or keep
something else than what is written to it, so their mere presence is a fault.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Connection, LargeBinary, SmallInteger, Table, Text

from licet.ledger.ledger_schema import METADATA

_HERE = "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())"

_TABLES = f"""
    SELECT relname, relkind::text, relpersistence::text, relrowsecurity,
           EXISTS (SELECT FROM pg_rewrite WHERE ev_class = pg_class.oid),
           EXISTS (SELECT FROM pg_trigger WHERE tgrelid = pg_class.oid),
           EXISTS (SELECT FROM pg_inherits WHERE inhrelid = pg_class.oid OR inhparent = pg_class.oid)
    FROM pg_class WHERE relnamespace = {_HERE} AND relkind IN ('r', 'v', 'm', 'p', 'f')
"""
_COLUMNS = f"""
    SELECT relname, attname, format_type(atttypid, NULL), attnotnull
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = {_HERE} AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
"""
_KEYS = f"""
    SELECT relname, array_agg(attname::text ORDER BY place)
    FROM pg_index JOIN pg_class ON pg_class.oid = indrelid,
         unnest(indkey) WITH ORDINALITY AS part (number, place)
         JOIN pg_attribute ON attnum = number
    WHERE attrelid = indrelid AND indisprimary AND indisvalid AND indisready
          AND relnamespace = {_HERE}
    GROUP BY relname
"""

_TYPE_NAMES = ((LargeBinary, "bytea"), (BigInteger, "bigint"), (SmallInteger, "smallint"), (Text, "text"))


def find_faults(connection: Connection) -> list[str]:
    """What is not as it was made, a line each."""
    tables = {row[0]: tuple(row[1:]) for row in connection.exec_driver_sql(_TABLES)}
    keys = {row[0]: list(row[1]) for row in connection.exec_driver_sql(_KEYS)}
    columns: dict[str, dict[str, tuple[str, bool]]] = {}
    for table, column, kind, required in connection.exec_driver_sql(_COLUMNS):
        columns.setdefault(table, {})[column] = (kind, required)
    faults = []
    for made in METADATA.sorted_tables:
        name = made.name
        if name not in tables:
            faults.append(f"the table {name} is missing")
            continue
        for is_so, what in zip(
            (
                tables[name][0] != "r" or tables[name][1] != "p" or tables[name][5],
                *tables[name][2:5],
                columns.get(name, {}) != _columns_of(made),
                keys.get(name) != [column.name for column in made.primary_key],
            ),
            (
                "is not a plain table",
                "has row security, which can hide rows",
                "has rules, which can change what is written and read",
                "has triggers, which can change what is written",
                "has other columns than the ledger gave it",
                "has not the primary key that the ledger gave it",
            ),
            strict=True,
        ):
            if is_so:
                faults.append(f"the table {name} {what}")
    return faults


def type_name(column: Column[Any]) -> str:
    """What PostgreSQL calls the type of a column of the ledger."""
    for kind, name in _TYPE_NAMES:
        if isinstance(column.type, kind):
            return name
    raise AssertionError(column)


def _columns_of(table: Table) -> dict[str, tuple[str, bool]]:
    return {column.name: (type_name(column), not column.nullable) for column in table.c}
