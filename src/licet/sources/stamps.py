"""Stamps: the labels inside Parquet files, and the check that no catalogue says otherwise.

A label travels with the data. A catalogue may leave a stamped column unlabelled, which denies it, but may not
call it anything else; and every column it speaks of must be there. Both are checked in every file of a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from licet.sources.catalogue import STAMP, Catalogue, Table, is_category, nearest
from licet.sources.parquet_files import parquet_files
from licet.sources.paths import path_in
from licet.terms import SourceError


def stamped_labels(parquet_path: Path | str) -> dict[str, str]:
    """Column name to stamped kind of data, for the stamped columns of a file, a folder or a glob.

    A stamp on a field inside a nested column counts for the column.
    Raises: SourceError SRC-014 when a file is missing or is not Parquet, SRC-015 when stamps disagree
    with each other or are no known kind of data.
    """
    labels: dict[str, str] = {}
    for path in parquet_files(str(parquet_path), ""):
        for name, label in _labels_of(_schema(path), str(path)).items():
            if labels.setdefault(name, label) != label:
                raise SourceError(
                    "SRC-015",
                    f"column {name} is stamped {labels[name]} in one file and {label} in another",
                    str(path),
                    "keep files of different kinds in different tables",
                )
    return labels


def check_stamps(catalogue: Catalogue, base_dir: Path | str) -> None:
    """Hold a catalogue against its Parquet files.

    Raises: SourceError SRC-013 when it labels a stamped column as something else, SRC-010 when a column
    it names is not there, SRC-014 and SRC-015 as `stamped_labels`.
    """
    for name, table in catalogue.tables.items():
        if table.location.parquet is not None:
            named = table.named_columns
            if catalogue.facts is not None and catalogue.facts.table == name:
                named += catalogue.facts.named_columns
            for path in parquet_files(table.location.parquet, base_dir):
                _check_file(name, table, named, path)
            stamped_labels(Path(base_dir) / table.location.parquet)


def check_stamps_of(name: str, table: Table, base_dir: Path | str, handed_in: Mapping[str, Any]) -> None:
    """Hold what the catalogue says of one table against the labels in what is about to be read.

    handed_in: Arrow tables by the names under which the catalogue knows them; their fields may be labelled too.
    Raises: SourceError SRC-013 and SRC-015.
    """
    if table.location.arrow is not None:
        schema = getattr(handed_in.get(table.location.arrow), "schema", None)
        if isinstance(schema, pa.Schema):
            check_labels(name, table, schema, "an Arrow table")
    elif table.location.parquet is not None and "://" not in table.location.parquet:
        for path in parquet_files(table.location.parquet, base_dir):
            check_labels(name, table, _schema(path), str(path))


def _check_file(name: str, table: Table, named: tuple[str, ...], path: Path) -> None:
    schema = _schema(path)
    for told in named:
        within = path_in(told, schema.names)
        column = told if within is None else within.column
        if column not in schema.names:
            near = nearest(column, schema.names)
            raise SourceError(
                "SRC-010",
                f"table {name} names column {column}, which the data does not have",
                str(path),
                f"did you mean {near}?" if near else "mend the catalogue",
            )
    check_labels(name, table, schema, str(path))


def check_labels(name: str, table: Table, schema: pa.Schema, where: str) -> None:
    """Hold what the catalogue says of one table against the labels in one schema. Raises: SRC-013 and SRC-015."""
    # engines such as DuckDB do not tell upper from lower case in column names, so neither does this
    stamps = {column.casefold(): stamp for column, stamp in _labels_of(schema, where).items()}
    names = {column.casefold() for column in schema.names}
    for written, label in table.columns.items():
        # a stamp is of the whole column: no part of it is anything else
        within = path_in(written.casefold(), names)
        stamp = None if within is None else stamps.get(within.column)
        if stamp is not None and label is not None and label != stamp:
            raise SourceError(
                "SRC-013",
                f"table {name} labels {written} {label}, but the data is stamped {stamp}",
                where,
                f"write {written}: {stamp}, or null to leave it out",
            )


def _schema(path: Path) -> pa.Schema:
    try:
        return pq.read_schema(path)
    except (OSError, pa.ArrowException) as error:
        first_line = next(iter(str(error).splitlines()), "")
        raise SourceError(
            "SRC-014",
            f"this is not a Parquet file: {first_line}",
            str(path),
            "mend the path, or import again",
        ) from None


def _labels_of(schema: pa.Schema, where: str) -> dict[str, str]:
    labels: dict[str, str] = {}
    for field in schema:
        found = _stamps_in(field)
        if len(found) > 1:
            raise SourceError(
                "SRC-015",
                f"column {field.name} holds fields of several kinds: {', '.join(sorted(found))}",
                where,
                "give each kind a column of its own",
            )
        for label in found:
            if not is_category(label):
                raise SourceError(
                    "SRC-015",
                    f"column {field.name} is stamped {label!r}, which is no kind of data",
                    where,
                    "import again with this version",
                )
            labels[field.name] = label
    return labels


def _stamps_in(field: pa.Field) -> set[str]:
    """The stamps of a field and of everything nested in it."""
    own = (field.metadata or {}).get(STAMP)
    found = {own.decode("utf-8", "replace")} if own is not None else set()
    for n in range(field.type.num_fields):
        found |= _stamps_in(field.type.field(n))
    return found
