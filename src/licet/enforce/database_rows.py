"""Tables of databases named by URL, read through SQLAlchemy in batches, since DuckDB's own connectors are extensions
and none may be assumed installable.

Ids come as the driver has them: text byte for byte, whole numbers, UUIDs in lower case with hyphens; a CHAR(n) without
the spaces that pad it. Anything else in such a column is refused. Nothing is made where a file is missing.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from licet.sources.catalogue import Reading
from licet.sources.column_names import require_distinct
from licet.terms import SourceError

_BATCH_ROWS = 50_000


def database_table(url: str, table: str, base: Path, readings: Mapping[str, Reading]) -> pa.Table:
    """All rows of a table, `schema.table` where it is not in the database's own schema.

    Raises: SourceError SRC-033 when it cannot be read, SRC-034 when its file is missing, SRC-160 for such an id.
    """
    import sqlalchemy as sa
    from sqlalchemy.exc import SQLAlchemyError

    try:
        address = _located(sa.make_url(url), table, base)
        engine = sa.create_engine(address, poolclass=sa.pool.NullPool)  # no connection outlives the reading
        with engine.connect() as connection:
            reflected = _reflected(table, connection)
            names = [column.name for column in reflected.columns]
            require_distinct(names, table, _without_password(url))
            ids = {column for column in names if column in readings and readings[column].kind == "id"}
            kinds = {c.name: getattr(c.type, "item_type", c.type) for c in reflected.columns}
            padded = {column for column in ids if isinstance(kinds[column], sa.CHAR)}
            wanted = [
                sa.type_coerce(column, sa.types.NullType()).label(column.name)
                if column.name in ids
                else column
                for column in reflected.columns
            ]
            result = connection.execution_options(stream_results=True).execute(sa.select(*wanted))
            batches = []
            while rows := result.fetchmany(_BATCH_ROWS):
                values = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
                for column in ids:
                    values[column] = _id_texts(values[column], table, column, column in padded)
                batches.append(
                    pa.table({column: _array(told, table, column) for column, told in values.items()})
                )
    except (SQLAlchemyError, ImportError, ValueError, pa.ArrowException) as error:
        # what a driver says of one value would tell it
        is_of_value = isinstance(error, ValueError) and not isinstance(error, pa.ArrowException)
        told = "a value is not of the type that its column has" if is_of_value else str(error)
        first_line = (told.splitlines() or [type(error).__name__])[0]
        raise SourceError(
            "SRC-033",
            f"cannot read table {table!r} of a database: {first_line}",
            _without_password(url),
            "check the URL, the driver and the table's name",
        ) from error
    if not batches:
        return pa.table({column.name: pa.array([], _arrow_type(column.type)) for column in reflected.columns})
    return pa.concat_tables(batches, promote_options="permissive")


def database_keys(url: str) -> tuple[str, dict[str, tuple[tuple[str, ...], dict[str, str]]]]:
    """The address, with a file's whole path, and of each table the columns of its primary key, and to which table
    each column refers that refers to one.

    Raises: SourceError SRC-033 and SRC-034, as `database_table`; SRC-197 for an address with a password.
    """
    import sqlalchemy as sa
    from sqlalchemy.exc import SQLAlchemyError

    found: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {}
    try:
        address = _located(sa.make_url(url), url, Path())
        engine = sa.create_engine(address, poolclass=sa.pool.NullPool)
        with engine.connect() as connection:
            inspector = sa.inspect(connection)
            for table in inspector.get_table_names():
                keys = inspector.get_pk_constraint(table)["constrained_columns"]
                references = {
                    told["constrained_columns"][0]: told["referred_table"]
                    for told in inspector.get_foreign_keys(table)
                    if len(told["constrained_columns"]) == 1 and told["referred_schema"] is None
                }
                found[table] = tuple(keys), references
    except (SQLAlchemyError, ImportError, ValueError) as error:
        raise SourceError(
            "SRC-033",
            f"cannot read what tables there are: {next(iter(str(error).splitlines()), '')}",
            _without_password(url),
            "check the URL and the driver",
        ) from None
    if address.password is not None or "password" in address.query:
        raise SourceError(
            "SRC-197",
            "the address holds a password, and a draft of a catalogue would keep it",
            _without_password(url),
            "leave it out; PGPASSWORD or ~/.pgpass gives it to whoever connects",
        )
    return address.render_as_string(hide_password=False), found


def _reflected(table: str, connection: Any) -> Any:
    import sqlalchemy as sa
    from sqlalchemy.exc import NoSuchTableError

    try:
        return sa.Table(table, sa.MetaData(), autoload_with=connection)
    except NoSuchTableError:
        schema, _, inner = table.rpartition(".")
        if not schema:
            raise
        return sa.Table(inner, sa.MetaData(), schema=schema, autoload_with=connection)


def _located(url: Any, table: str, base: Path) -> Any:
    """The address; that of a SQLite file starts at the catalogue's folder, and the file must be there."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return url
    if url.database.startswith("file:"):
        return url
    path = base.absolute() / url.database
    if not path.is_file():
        raise SourceError(
            "SRC-034",
            f"table {table!r} is not where the catalogue says",
            str(path),
            "move it there, or correct its location in the catalogue",
        )
    return url.set(database=str(path))


def _array(values: list[Any], table: str, column: str) -> pa.Array:
    """Raises: SourceError SRC-171 for a type that tables here have no place for, such as INET or a range."""
    some = next((value for value in values if value is not None), None)
    if isinstance(some, uuid.UUID) or (isinstance(some, list) and some and isinstance(some[0], uuid.UUID)):
        values = _id_texts(values, table, column, False)
    try:
        return pa.array(values)
    except (pa.ArrowException, OverflowError):
        kinds = sorted({type(value).__name__ for value in values if value is not None})
        raise SourceError(
            "SRC-171",
            f"column {column} of table {table!r} holds {' and '.join(kinds)}, which no column here can hold",
            fix=f'name a view of the table in the catalogue, which has it as text: "{column}"::text',
        ) from None


def _id_texts(values: list[Any], table: str, column: str, padded: bool) -> list[Any]:
    """Ids as text, lists of them as lists."""
    texts: list[Any] = []
    for value in values:
        if value is None:
            texts.append(None)
        elif isinstance(value, list) and not any(isinstance(inner, list) for inner in value):
            texts.append(_id_texts(value, table, column, padded))
        elif isinstance(value, str):
            texts.append(value.rstrip(" ") if padded else value)
        elif _is_exact(value):
            texts.append(str(value))
        else:
            raise SourceError(
                "SRC-160",
                f"column {column} of table {table!r} holds an id of type {type(value).__name__}, which has no one text",
                fix="write the ids as text or as whole numbers, as they were when the first choice was made",
            )
    return texts


def _is_exact(value: Any) -> bool:
    """Whether a value that is no text has one text: a whole number or a UUID."""
    if isinstance(value, Decimal):
        return value.as_tuple().exponent == 0
    return isinstance(value, int | uuid.UUID) and not isinstance(value, bool)


def _arrow_type(kind: Any) -> pa.DataType:
    """The Arrow type of a database column that no row shows; text where SQLAlchemy names no Python type."""
    try:
        return _ARROW_TYPES.get(kind.python_type, pa.string())
    except NotImplementedError:
        return pa.string()


_ARROW_TYPES: dict[type, pa.DataType] = {
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
    bytes: pa.binary(),
    date: pa.date32(),
    datetime: pa.timestamp("us"),
}


def _without_password(url: str) -> str:
    """A database URL as an error may show it; made by hand, since one that cannot be parsed is shown too."""
    return re.sub(r"(://[^:/@]*):.*@", r"\1:***@", url.partition("?")[0])
