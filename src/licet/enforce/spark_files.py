"""Files as Spark frames: the same list of files, the same texts and the same refusals as `duckdb_files`.

CSV is read per header, so that columns go by name; folders called name=value are columns where the catalogue asks for
them and in no other case. What lies on a file system that only the executors see is read as Spark finds it, and a file
there whose header is not that of the others ends the query.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    DataType,
    DoubleType,
    LongType,
    StringType,
    StructField,
    StructType,
    VariantType,
)

from licet.enforce.duckdb_files import (
    Structure,
    folder_columns,
    json_structure,
    located,
    parquet_of,
    require_apart,
)
from licet.enforce.text_columns import marked
from licet.sources.catalogue import Location, Reading
from licet.sources.column_names import require_distinct
from licet.sources.csv_files import CsvHead, csv_head
from licet.terms import SourceError

#: A plus sign is one, where a URI would have a space.
_PLUS = "replace({}, '+', '%2B')"

#: Whole numbers beyond 64 bits. Shorter ones of this kind were written with a fraction, as 7.0.
_LARGE = "^DECIMAL[(](19|2[0-9]|3[0-8]),0[)]$"


def parquet_frame(
    session: Any, name: str, location: Location, base: Path, readings: Mapping[str, Reading]
) -> Any:
    elsewhere = location.parquet if _is_elsewhere(location.parquet) else None
    files = () if elsewhere else parquet_of(name, location, base)
    read = session.read.option("recursiveFileLookup", "true")
    frame = read.parquet(elsewhere) if elsewhere else read.parquet(*map(_exact, files))
    return _with_folders(frame, () if elsewhere else folder_columns(name, location, base, files))


def csv_frame(session: Any, name: str, location: Location, base: Path) -> Any:
    delimiter = location.delimiter or ","
    read = session.read.options(
        header=True, sep=delimiter, quote='"', escape='"', multiLine=True, mode="FAILFAST", enforceSchema=False,
        columnPruning=False, recursiveFileLookup=True, nullValue="", emptyValue="", encoding="UTF-8",
    )  # fmt: skip
    if _is_elsewhere(location.csv):
        header = read.csv(location.csv).columns
        require_distinct(header, name, location.csv)
        return _without_empty(read.schema(_texts(header)).csv(location.csv))
    alike: dict[CsvHead, list[Path]] = {}
    everything = located(name, location, base)
    folders = folder_columns(name, location, base, everything)
    for path in everything:
        head = csv_head(path, delimiter)
        require_distinct(head.names, name, path)
        require_apart(name, folders, path, head.names)
        alike.setdefault(head, []).append(path)
    frames = [
        _with_folders(
            _without_empty(
                read.option("lineSep", head.line_end).schema(_texts(head.names)).csv([*map(_exact, files)])
            ),
            folders,
        )
        for head, files in alike.items()
    ]
    return functools.reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), frames)


def jsonl_frame(
    session: Any, name: str, location: Location, base: Path, readings: Mapping[str, Reading]
) -> Any:
    elsewhere = location.jsonl if _is_elsewhere(location.jsonl) else None
    files = () if elsewhere else located(name, location, base)
    places = [elsewhere] if elsewhere else [*map(_exact, files)]
    read = session.read.options(recursiveFileLookup=True, mode="FAILFAST", allowSingleQuotes=False)
    structure, folders = None, () if elsewhere else folder_columns(name, location, base, files)
    if not elsewhere:  # Spark passes over what follows an object in its line, and puts ? for half a character
        with duckdb.connect() as connection:
            structure = json_structure(connection, name, location, base, files)
    kinds = read.json(places).schema  # this is where Spark refuses a name that an object has twice
    require_distinct(kinds.names, name, location.jsonl)
    kinds = kinds if structure is None else _struct(structure)
    fields, shown = [], []
    for field in kinds.fields:
        reading, column = readings.get(field.name), _identifier(field.name)
        if reading is None:
            fields.append(field)
            shown.append(column)
        elif isinstance(field.dataType, ArrayType) and reading.kind == "id":
            fields.append(StructField(field.name, ArrayType(VariantType())))
            shown.append(f"transform({column}, e -> {_id_text('e', name, field.name)}) AS {column}")
        else:
            fields.append(StructField(field.name, VariantType()))
            text = _id_text(column, name, field.name) if reading.kind == "id" else _plain(column)
            shown.append(f"{text} AS {column}")
    return _with_folders(read.schema(StructType(fields)).json(places), folders, shown)


def _struct(structure: Mapping[str, Structure]) -> StructType:
    return StructType([StructField(name, _type(kind)) for name, kind in structure.items()])


def _type(kind: Structure) -> DataType:
    """As `duckdb_files` has it."""
    if isinstance(kind, list):
        return ArrayType(_type(kind[0]))
    if isinstance(kind, dict):
        return _struct(kind)
    if kind.endswith("INT"):
        return LongType()
    return {"DOUBLE": DoubleType(), "BOOLEAN": BooleanType()}.get(kind, StringType())


def _plain(value: str) -> str:
    return f"try_variant_get({value}, '$', 'string')"


def _id_text(value: str, name: str, column: str) -> str:
    """The text of an id, which is text or a whole number."""
    kind, text = f"schema_of_variant({value})", _plain(value)
    refused = f"cast(raise_error({_literal(marked('id', name, column, ''))}) AS string)"
    return (
        f"CASE WHEN {value} IS NULL OR is_variant_null({value}) THEN NULL WHEN {kind} = 'STRING' "
        f"OR {kind} = 'BIGINT' OR {kind} RLIKE '{_LARGE}' THEN {text} ELSE {refused} END"
    )


def _texts(header: Iterable[str]) -> StructType:
    return StructType([StructField(column, StringType()) for column in header])


def _without_empty(frame: Any) -> Any:
    """An empty value is null, in quotes or not."""
    columns = [*map(_identifier, frame.columns)]
    texts = frame.selectExpr(*(f"nullif({column}, '') AS {column}" for column in columns))
    return (
        texts.where(f"{columns[0]} IS NOT NULL") if len(columns) == 1 else texts
    )  # as `duckdb_files` has it


def _with_folders(frame: Any, folders: Iterable[str], shown: list[str] | None = None) -> Any:
    """The frame with a column of text for each name=value among the folders, where the catalogue asks for them.

    folders: their names. Values are as Hive writes them and DuckDB reads them: %20 a space, one name for null.
    """
    columns = [*map(_identifier, frame.columns)] if shown is None else shown
    path = f"url_decode({_PLUS})".format("input_file_name()")  # which Spark writes as a URI
    for name in folders:
        # the last of that name: one above the catalogue's folder says nothing
        value = f"regexp_extract({path}, {_literal(f'(?s)^.*/{re.escape(name)}=([^/]*)/')}, 1)"
        read = f"coalesce(try_url_decode({_PLUS.format(value)}), {value})"
        columns.append(f"nullif({read}, '__HIVE_DEFAULT_PARTITION__') AS {_identifier(name)}")
    return frame.selectExpr(*columns) if folders or shown is not None else frame


def _is_elsewhere(pattern: str | None) -> bool:
    """Whether it names a file system that only the executors see (s3a://, hdfs://)."""
    return pattern is not None and "://" in pattern


def _exact(path: Path) -> str:
    """The path as one that matches itself alone. Raises: SourceError SRC-068 for a name that Spark passes over."""
    if path.name.startswith(("_", ".")):
        raise SourceError(
            "SRC-068", "Spark reads no file whose name begins with _ or .", str(path), "rename the file"
        )
    return "file:" + re.sub(r"([\\{}\[\]*?])", r"\\\1", str(path.absolute()))


def _identifier(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
