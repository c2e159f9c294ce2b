"""Stamps: the labels inside Parquet files, and the check that no catalogue says otherwise.

A label travels with the data; one on a field of a struct is of that field. A catalogue may leave what is stamped
unlabelled, which denies it, but may not call it anything else; and every column it speaks of must be there. Both are
checked in every file of a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from licet.sources.catalogue import STAMP, Catalogue, Table, is_category, nearest
from licet.sources.parquet_files import parquet_files
from licet.sources.paths import EACH, ENTRIES, Step, path_in
from licet.sources.paths import Path as ColumnPath
from licet.terms import SourceError


def stamped_labels(parquet_path: Path | str) -> dict[str, str]:
    """Column, or path of a part of one, to its stamped kind of data, over a file, a folder or a glob.

    A stamp on a field of a struct, or within a list or a map, is of that part alone; one on a column is of all of it.
    Raises: SourceError SRC-014 when a file is missing or is not Parquet, SRC-015 when stamps disagree
    with each other or are no known kind of data.
    """
    labels: dict[str, str] = {}
    for path in parquet_files(str(parquet_path), ""):
        for part, label in _parts_of(_schema(path), str(path)).items():
            name = str(part) if part.steps else part.column
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
    # engines such as DuckDB do not tell upper from lower case in names, so neither does this
    names = {column.casefold() for column in schema.names}
    labels = [
        (path_in(written.casefold(), names), written, label) for written, label in table.columns.items()
    ]
    for part, stamp in _parts_of(schema, where).items():
        stamped = _folded(part)
        for written, label in _speaking_of(stamped, labels):
            if label is not None and label != stamp:
                named = str(part) if part.steps else part.column
                raise SourceError(
                    "SRC-013",
                    f"table {name} labels {written} {label}, but the data is stamped {stamp}"
                    + (f" at {named}" if part.steps else ""),
                    where,
                    f"write {named}: {stamp}, or null to leave it out",
                )


def _speaking_of(
    stamped: ColumnPath, labels: list[tuple[ColumnPath | None, str, str | None]]
) -> Iterator[tuple[str, str | None]]:
    """The labels by which some of a stamped part goes: those within it, and the narrowest of those around it."""
    around: list[tuple[int, bool, str, str | None]] = []
    for path, written, label in labels:
        if path is None or path.column != stamped.column:
            continue
        if not _run_alike(path.steps, stamped.steps):
            continue
        if len(path.steps) >= len(stamped.steps):
            yield written, label
        # a label that names a key speaks of that entry alone, and takes nothing from what the others go by
        else:
            is_of_all = path.steps == stamped.steps[: len(path.steps)]
            around.append((len(path.steps), is_of_all, written, label))
    # what a narrower label covers does not go by a wider one
    covered = any(path is not None and path == stamped for path, _, _ in labels)
    narrowest = max((depth for depth, is_of_all, _, _ in around if is_of_all), default=-1)
    if not covered:
        yield from (
            (written, label)
            for depth, is_of_all, written, label in around
            if depth >= narrowest or not is_of_all
        )


def _run_alike(one: tuple[Step, ...], other: tuple[Step, ...]) -> bool:
    """Whether two ways lead the same way as far as both go; a key of a map is one of its entries."""
    return all(
        step == another or {step.kind, another.kind} == {"entries", "key"}
        for step, another in zip(one, other, strict=False)
    )


def _folded(path: ColumnPath) -> ColumnPath:
    return ColumnPath(
        path.column.casefold(), tuple(Step(step.kind, step.name.casefold()) for step in path.steps)
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


def _parts_of(schema: pa.Schema, where: str) -> dict[ColumnPath, str]:
    """Every stamped part of every column. Raises: SourceError SRC-015."""
    return {
        part: label
        for field in schema
        for part, label in _stamps_in(field, ColumnPath(field.name), None, where)
    }


def _stamps_in(
    field: pa.Field, part: ColumnPath, around: str | None, where: str
) -> Iterator[tuple[ColumnPath, str]]:
    """The stamps of a field and of everything nested in it; around: that of what it is a part of."""
    own = (field.metadata or {}).get(STAMP)
    label = None if own is None else own.decode("utf-8", "replace")
    if label is not None and not is_category(label):
        raise SourceError(
            "SRC-015",
            f"column {part} is stamped {label!r}, which is no kind of data",
            where,
            "import again with this version",
        )
    if around is not None and label not in (None, around):
        raise SourceError(
            "SRC-015",
            f"{part} is stamped {label}, and what it is a part of {around}",
            where,
            "stamp a column as a whole, or its parts",
        )
    if label is not None and around is None:
        yield part, label
    for step, child in _within(field.type):
        inner = part if step is None else ColumnPath(part.column, (*part.steps, step))
        yield from _stamps_in(child, inner, label or around, where)


def _within(kind: pa.DataType) -> Iterator[tuple[Step | None, pa.Field]]:
    """What a type is made of, with the step that leads there."""
    if pa.types.is_map(kind):
        yield ENTRIES, kind.key_field
        yield ENTRIES, kind.item_field
        return
    for n in range(kind.num_fields):
        child = kind.field(n)
        is_struct = pa.types.is_struct(kind)
        is_union = pa.types.is_union(kind)
        yield (Step("field", child.name) if is_struct else None if is_union else EACH), child
