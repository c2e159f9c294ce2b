"""Made-up worlds whose tables lie in a PostgreSQL database, so that an engine there can be held to what is expected.

What PostgreSQL has no type for is left out of the tables and of the catalogue: columns with parts within parts. Times
lose what is below a microsecond. No answer may change by either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from licet.sources.catalogue import Location, PostgresPlace, Reading, Table
from licet.sources.paths import parse_path
from licet.testing.worlds import World

#: What a column without a single value is, where it is read as something; a text elsewhere.
_UNTOLD = {"time": pa.timestamp("us"), "date": pa.date32(), "age": pa.int64()}
_TYPES: tuple[tuple[Callable[[pa.DataType], bool], str], ...] = (
    (pa.types.is_boolean, "boolean"),
    (pa.types.is_uint64, "numeric(20, 0)"),
    (pa.types.is_integer, "bigint"),
    (pa.types.is_floating, "double precision"),
    (pa.types.is_date, "date"),
    (pa.types.is_timestamp, "timestamp"),
    (pa.types.is_binary, "bytea"),
)


def in_postgres(world: World, connection: Any, url: str, schema: str) -> World:
    """The world with its tables in a schema that is made for them. url: as the catalogue has it."""
    connection.execute(f'CREATE SCHEMA "{schema}"')
    tables, data = dict(world.catalogue.tables), dict(world.tables)
    for name, table in tables.items():
        rows = _flat(data[name], world.catalogue.readings(name))
        load(connection, rows, schema, name)
        place = PostgresPlace(url=url, schema_=schema, table=name)
        tables[name] = _without_parts(table, set(rows.column_names), Location(postgres=place))
        data[name] = rows
    return world._replace(catalogue=world.catalogue.model_copy(update={"tables": tables}), tables=data)


def load(connection: Any, rows: pa.Table, schema: str, name: str) -> None:
    """Make a table of these rows."""
    columns = ", ".join(f"{_quoted(field.name)} {type_of(field.type)}" for field in rows.schema)
    connection.execute(f"CREATE TABLE {_quoted(schema)}.{_quoted(name)} ({columns})")
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {_quoted(schema)}.{_quoted(name)} FROM STDIN") as copy,
    ):
        for row in zip(*(column.to_pylist() for column in rows.columns), strict=True):
            copy.write_row(row)


def type_of(kind: pa.DataType) -> str:
    """The type of PostgreSQL that holds what this one of Arrow holds; text where there is none."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return f"{type_of(kind.value_type)}[]"
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        return "timestamptz"
    if pa.types.is_decimal(kind):
        return f"numeric({kind.precision}, {kind.scale})"
    if pa.types.is_dictionary(kind):
        return type_of(kind.value_type)
    return next((name for is_one, name in _TYPES if is_one(kind)), "text")


def _flat(rows: pa.Table, readings: Mapping[str, Reading]) -> pa.Table:
    kept = [field.name for field in rows.schema if not _has_parts(field.type)]
    told = rows.select(kept)
    for place, field in enumerate(told.schema):
        if pa.types.is_timestamp(field.type):
            coarse = told[place].cast(pa.timestamp("us", field.type.tz), safe=False)
            told = told.set_column(place, field.name, coarse)
        elif pa.types.is_null(field.type):
            reading = readings.get(field.name, Reading("text"))
            told = told.set_column(
                place, field.name, told[place].cast(_UNTOLD.get(reading.kind, pa.string()))
            )
    return told


def _has_parts(kind: pa.DataType) -> bool:
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        kind = kind.value_type
    return bool(pa.types.is_nested(kind))


def _without_parts(table: Table, columns: set[str], location: Location) -> Table:
    def is_there(text: str) -> bool:
        path = parse_path(text)
        return text in columns or bool(path is not None and path.column in columns)

    return table.model_copy(
        update={
            "location": location,
            "columns": {text: kind for text, kind in table.columns.items() if is_there(text)},
            "element_subjects": (),
        }
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
