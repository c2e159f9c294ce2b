"""Parquet files with labels inside: how importers write them, and how the files of a table are found.

A label is Parquet field metadata (`licet.category`) and so travels with the data: a copied, moved or renamed
file still says what it holds. The same table and labels give the same bytes, given the same pyarrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from licet.sources.catalogue import STAMP, is_category
from licet.sources.file_replacement import replace_file
from licet.sources.table_files import table_files
from licet.terms import SourceError

#: Rows a row group; fixed, since it decides the bytes.
ROW_GROUP_ROWS = 128 * 1024


def stamp_schema(schema: pa.Schema, labels: Mapping[str, str | None]) -> pa.Schema:
    """`schema` with each labelled column stamped and all other metadata dropped.

    A column that arrives stamped keeps its stamp, and a label that says otherwise is refused.
    Raises: SourceError SRC-016 for a label on no column or of no known kind, SRC-013 for a relabelled column.
    """
    for name, category in labels.items():
        if schema.get_all_field_indices(name) == []:
            raise SourceError(
                "SRC-016",
                f"a label is given for column {name}, which the table does not have",
                "",
                "label only columns that are there",
            )
        if category is not None and not is_category(category):
            raise SourceError(
                "SRC-016", f"{category} is not a kind of data", name, "use a word of the vocabulary"
            )
    if len(set(schema.names)) != len(schema.names):
        raise SourceError("SRC-016", "two columns have the same name", "", "rename one: labels go by name")
    fields = []
    for field in schema:
        stamp = (field.metadata or {}).get(STAMP, b"").decode("utf-8", "replace") or None
        label = labels.get(field.name)
        if stamp is not None and label is not None and stamp != label:
            raise SourceError(
                "SRC-013",
                f"column {field.name} is stamped {stamp} and cannot be labelled {label}",
                "",
                "leave the label as it is: it travels with the data",
            )
        category = label or stamp
        fields.append(field.with_metadata({STAMP: category.encode()} if category else None))
    return pa.schema(fields)


def write_table(path: Path | str, table: pa.Table, labels: Mapping[str, str | None]) -> None:
    """Write one stamped Parquet file (zstd), atomically; an existing file is replaced.

    Raises: SourceError SRC-016 or SRC-013 as `stamp_schema`, SRC-017 when it cannot be written.
    """
    write_batches(path, table.schema, labels, table.to_batches(max_chunksize=ROW_GROUP_ROWS))


def write_batches(
    path: Path | str, schema: pa.Schema, labels: Mapping[str, str | None], batches: Iterable[pa.RecordBatch]
) -> int:
    """Write a stream of batches as `write_table` does, one row group in memory at a time; gives the rows.

    If reading the stream fails, nothing is written and its error passes through.
    """
    path, stamped = Path(path), stamp_schema(schema, labels)
    rows: int = 0
    try:
        with replace_file(path) as file, pq.ParquetWriter(file, stamped, compression="zstd") as writer:
            waiting: list[pa.RecordBatch] = []
            count: int = 0
            for batch in batches:
                waiting.append(batch)
                count += batch.num_rows
                if count >= ROW_GROUP_ROWS:
                    full = pa.Table.from_batches(waiting, schema=schema)
                    whole = count - count % ROW_GROUP_ROWS
                    writer.write_table(full.slice(0, whole).cast(stamped), row_group_size=ROW_GROUP_ROWS)
                    waiting = full.slice(whole).to_batches()
                    count, rows = count - whole, rows + whole
            rest = pa.Table.from_batches(waiting, schema=schema)
            writer.write_table(rest.cast(stamped), row_group_size=ROW_GROUP_ROWS)
            rows += rest.num_rows
    except (OSError, pa.ArrowException) as error:
        raise SourceError(
            "SRC-017",
            f"the table cannot be written: {error}",
            str(path),
            "choose a folder you may write to, with room",
        ) from None
    return int(rows)


def parquet_files(location: str, base_dir: Path | str) -> tuple[Path, ...]:
    """The Parquet files of a location (a file, a folder or a glob, relative to `base_dir`), in a fixed order.

    Raises: SourceError SRC-014 when there is none.
    """
    found = table_files(location, "parquet", base_dir)
    if not found:
        raise SourceError(
            "SRC-014",
            "there is no Parquet file here",
            str(Path(base_dir) / location),
            "mend the path, or import again",
        )
    return found
