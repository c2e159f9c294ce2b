"""Files as DuckDB scans: Parquet, CSV and JSON lines, from the list that `table_files` gives and as nothing guesses.

Folders called name=value are columns where the catalogue asks for them and in no other case. CSV is text throughout;
of JSON lines, columns with a role keep the text that stands in the file and strings stay strings.
"""

from __future__ import annotations

import glob
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from licet.enforce.text_columns import marked
from licet.sources.catalogue import Location, Reading
from licet.sources.column_names import require_distinct
from licet.sources.csv_files import csv_head
from licet.sources.table_files import folder_names, table_files
from licet.terms import SourceError

_HIVE = "hive_partitioning=true, hive_types_autocast=false"
_CSV = "auto_detect=false, header=true, quote='\"', escape='\"', nullstr='', strict_mode=true, parallel=false"
_JSONL = "format='newline_delimited'"

#: What a value in JSON lines is: the name of a type, a list of one, or the fields of an object.
Structure = str | list["Structure"] | dict[str, "Structure"]
_WHOLE = "-?[0-9]+"


def located(name: str, location: Location, base: Path) -> tuple[Path, ...]:
    """The files a table is read from. Raises: SourceError SRC-034 when there is none."""
    pattern = getattr(location, location.kind)
    files = table_files(pattern, location.kind, base)
    if not files:
        raise SourceError(
            "SRC-034",
            f"table {name!r} is not where the catalogue says",
            str(base / pattern),
            "move it there, or correct its location in the catalogue",
        )
    return files


def parquet_of(name: str, location: Location, base: Path) -> tuple[Path, ...]:
    """The Parquet files of a table, columns of one type in all of them.

    Engines take the types of the first file and cast the others to them: 2.5 to 2, or any text to nothing.
    Raises: SourceError SRC-161, SRC-166 and SRC-167 of names, SRC-169 of types.
    """
    files = located(name, location, base)
    folders = folder_columns(name, location, base, files)
    schemas: list[pa.Schema] = []
    for path in files:
        try:
            schema = pq.read_schema(path)
        except (OSError, pa.ArrowException):
            continue  # the engine says what is wrong with it
        if schemas and schema.equals(schemas[0]):
            continue
        schemas.append(schema)
        require_distinct(schema.names, name, path)
        require_apart(name, folders, path, schema.names)
        for field in schema:
            place = schemas[0].get_field_index(field.name)
            if place >= 0 and not _fits(field.type, schemas[0].types[place]):
                raise SourceError(
                    "SRC-169",
                    f"column {field.name} of table {name!r} is {schemas[0].types[place]} in {files[0].name} "
                    f"and {field.type} here",
                    str(path),
                    "write the files of a table with the same types",
                )
    return files


def parquet_scan(connection: Any, name: str, files: Sequence[Path], hive: bool) -> str:
    """A query that ends where the labels inside the files are no more those they had when it was made."""
    return (
        f"SELECT * FROM read_parquet({path_list(files)}, {_HIVE if hive else 'hive_partitioning=false'}) "
        f"WHERE {same_labels(connection, name, files)}"
    )


def same_labels(connection: Any, name: str, files: Sequence[Path]) -> str:
    """A condition, looked at once a query: what the files' footers say beside their columns is what it is now.

    Labels stand there. Whoever makes it holds them against the catalogue afterwards: then what was there before is
    checked, and what comes later is not read.
    """
    return _unchanged(connection, name, _footers(files))


def sizes_and_times(files: Iterable[Path]) -> str:
    """The files' sizes and times of change, in whole seconds, at the time of the query; their content is not read."""
    told = "list((filename, size, last_modified) ORDER BY filename)::VARCHAR"
    return f"(SELECT {told} FROM read_blob({path_list(files)}))"


def _unchanged(connection: Any, name: str, looked_at: str) -> str:
    (told,) = connection.execute(f"SELECT {looked_at}").fetchone()
    changed = f"error({text_literal(marked('stamps', name, '', ''))})"
    return f"(SELECT CASE WHEN {looked_at} = {text_literal(told)} THEN true ELSE {changed} END)"


def _footers(files: Iterable[Path]) -> str:
    told = "md5(coalesce(list((file_name, key, value) ORDER BY file_name, key)::VARCHAR, ''))"
    return f"(SELECT {told} FROM parquet_kv_metadata({path_list(files)}))"


def csv_scan(connection: Any, name: str, location: Location, base: Path) -> str:
    """`csv_rows`, of files that are what they were. Columns are taken by the places that they had in the headers when
    the query was made: it ends where a file changed."""
    unchanged = _unchanged(connection, name, sizes_and_times(located(name, location, base)))
    return f"SELECT * FROM ({csv_rows(name, location, base)}) WHERE {unchanged}"


def csv_rows(name: str, location: Location, base: Path) -> str:
    """Every column as text, by its name in each file; one that a file lacks is null there."""
    alike: dict[tuple[str, ...], list[Path]] = {}
    delimiter = location.delimiter or ","
    everything = located(name, location, base)
    folders = folder_columns(name, location, base, everything)
    for path in everything:
        header = csv_head(path, delimiter).names
        require_distinct(header, name, path)
        require_apart(name, folders, path, header)
        alike.setdefault(header, []).append(path)
    scans = []
    for header, files in alike.items():
        columns = ", ".join(f"{text_literal(column)}: 'VARCHAR'" for column in header)
        hive = _HIVE if location.hive else "hive_partitioning=false"
        # where a row is one value an empty line could be a row or none; it says nothing either way
        rows = f" WHERE {_identifier(header[0])} IS NOT NULL" if len(header) == 1 else ""
        scans.append(
            f"SELECT * FROM read_csv({path_list(files)}, columns={{{columns}}}, "
            f"delim={text_literal(delimiter)}, {_CSV}, {hive}){rows}"
        )
    return " UNION ALL BY NAME ".join(scans)


def jsonl_scan(
    connection: Any, name: str, location: Location, base: Path, readings: Mapping[str, Reading]
) -> str:
    """Columns as JSON has them; those with a reading as their text, ids only where they are text or whole numbers."""
    files = located(name, location, base)
    structure = json_structure(connection, name, location, base, files)
    types, shown = [], []
    for column, kind in structure.items():
        named, reading = _identifier(column), readings.get(column)
        if reading is None:
            types.append(f"{text_literal(column)}: {text_literal(_type(kind))}")
            shown.append(named)
        elif isinstance(kind, list) and reading.kind == "id":
            types.append(f"{text_literal(column)}: 'JSON[]'")
            shown.append(f"list_transform({named}, lambda e: {_id_text('e', name, column)}) AS {named}")
        else:
            types.append(f"{text_literal(column)}: 'JSON'")
            text = _id_text(named, name, column) if reading.kind == "id" else f"{named} ->> '$'"
            shown.append(f"{text} AS {named}")
    shown += map(_identifier, folder_columns(name, location, base, files))
    hive = _HIVE if location.hive else "hive_partitioning=false"
    return (
        f"SELECT {', '.join(shown)} FROM read_json({path_list(files)}, {_JSONL}, records=true, {hive}, "
        f"columns={{{', '.join(types)}}})"
    )


def json_structure(
    connection: Any, name: str, location: Location, base: Path, files: Sequence[Path]
) -> dict[str, Structure]:
    """Column to what it holds in any of the lines, each of which is an object; all of them are looked at, once.

    Raises: SourceError SRC-161, SRC-166 and SRC-167 of names, SRC-170 for what is not JSON lines.
    """
    lines = f"read_json_objects({path_list(files)}, {_JSONL})"
    try:
        ((told,),) = connection.execute(f"SELECT json_group_structure(json) FROM {lines}").fetchall()
    except duckdb.Error as error:
        raise _no_lines(str(error).splitlines()[0], location, base) from None
    structure = None if told is None else json.loads(told)
    if not isinstance(structure, dict):
        why = "there is none to say what the columns are" if told is None else "one of them is no object"
        raise _no_lines(why, location, base)
    if "" in structure:
        raise _no_lines("a name in one of them is empty", location, base)
    require_distinct(structure, name, location.jsonl)
    require_apart(name, folder_columns(name, location, base, files), base / str(location.jsonl), structure)
    return structure


def _no_lines(why: str, location: Location, base: Path) -> SourceError:
    return SourceError(
        "SRC-170",
        f"these are not lines of JSON as they are read here: {why}",
        str(base / str(location.jsonl)),
        "write one object a line, in UTF-8 without a byte order mark, each name in it once",
    )


def path_list(files: Iterable[Path]) -> str:
    """Files as DuckDB takes a list of them, none of them as a pattern."""
    return f"[{', '.join(text_literal(_exact(path)) for path in files)}]"


def text_literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _exact(path: Path) -> str:
    """The path as one that matches itself alone."""
    escaped = glob.escape(str(path))
    if "\\" in escaped and escaped != str(path):  # DuckDB has no way to write both
        raise SourceError(
            "SRC-034", "this name holds a backslash and one of * ? [ as well", str(path), "rename the file"
        )
    return escaped


def _id_text(value: str, name: str, column: str) -> str:
    refused = f"error({text_literal(marked('id', name, column, ''))})"
    return (
        f"CASE WHEN {value} IS NULL OR json_type({value}) = 'NULL' THEN NULL "
        f"WHEN json_type({value}) = 'VARCHAR' OR regexp_full_match({value}::VARCHAR, '{_WHOLE}') "
        f"THEN {value} ->> '$' ELSE {refused} END"
    )


def _type(kind: Structure) -> str:
    """The type of a column: whole numbers of 64 bits, and text where lines differ, as it stands there."""
    if isinstance(kind, list):
        return f"{_type(kind[0])}[]"
    if isinstance(kind, dict):
        return f"STRUCT({', '.join(f'{_identifier(field)} {_type(inner)}' for field, inner in kind.items())})"
    return "BIGINT" if kind.endswith("INT") else kind if kind in ("DOUBLE", "BOOLEAN") else "VARCHAR"


def _fits(kind: pa.DataType, first: pa.DataType) -> bool:
    """Whether every value of a type is kept as it is when it is read as the type that the first file has."""
    if pa.types.is_null(kind):
        return True
    if pa.types.is_dictionary(kind) or pa.types.is_dictionary(first):
        values = (each.value_type if pa.types.is_dictionary(each) else each for each in (kind, first))
        return _fits(*values)
    if any(is_one(kind) and is_one(first) for is_one in (pa.types.is_integer, _is_text, _is_time)):
        return not _is_time(kind) or (kind.tz is None) == (first.tz is None)
    if _is_list(kind) and _is_list(first):
        return _fits(kind.value_type, first.value_type)
    if pa.types.is_struct(kind) and pa.types.is_struct(first):
        inner = {field.name: field.type for field in first}
        return {field.name for field in kind} == inner.keys() and all(
            _fits(field.type, inner[field.name]) for field in kind
        )
    return bool(kind == first)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_time(kind: pa.DataType) -> bool:
    return bool(pa.types.is_timestamp(kind))


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def folder_columns(name: str, location: Location, base: Path, files: Sequence[Path]) -> tuple[str, ...]:
    """The columns that the names of folders give, where the catalogue asks for them: the same for every file.

    Raises: SourceError SRC-161 and SRC-167.
    """
    if not location.hive:
        return ()
    if above := [folder for folder in base.absolute().parts if "=" in folder]:
        raise SourceError(
            "SRC-167",
            f"the workspace lies below a folder called {above[0]}, which would be read as a column of table {name!r}",
            str(base),
            "move the workspace, or take hive: true out of the catalogue",
        )
    names = folder_names(files[0], base)
    require_distinct(names, name, files[0].parent)
    for path in files:
        if folder_names(path, base) != names:
            raise SourceError(
                "SRC-167",
                f"the folders of table {name!r} do not all say the same: {', '.join(names) or 'nothing'} in "
                f"{files[0].parent.name}, and not here",
                str(path),
                "lay every file below folders of the same names, or take hive: true out of the catalogue",
            )
    return names


def require_apart(name: str, folders: Iterable[str], path: Path, columns: Iterable[str]) -> None:
    """Raises: SourceError SRC-167 where a folder would speak for a column of the file, whatever its case."""
    own = {column.lower() for column in columns}
    if both := [folder for folder in folders if folder.lower() in own]:
        raise SourceError(
            "SRC-167",
            f"column {both[0]} of table {name!r} stands in the file and in the name of its folder",
            str(path),
            "take hive: true out of the catalogue, or the column out of the files",
        )


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
