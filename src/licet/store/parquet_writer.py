"""Parquet as licet writes it: the same table gives the same bytes, and no copies of words outside the values.

Fixed: zstd, format 2.6, row groups counted from the first row whatever chunks the table came in, metadata sorted
by key, no pandas metadata. Dictionary-typed columns are written as their plain values: a dictionary may hold
values no row has any more, and those are just the ones that should be gone. Minimum and maximum statistics are
written for numbers, dates and booleans only: for text they would be a second copy of somebody's words.
The bytes depend on the version of pyarrow, so a manifest names it in its environment.
"""

from __future__ import annotations

import functools
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP_ROWS = 65_536
_PANDAS = b"pandas"
_TEXT = frozenset({"BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"})


def parquet_bytes(table: pa.Table, *, row_group_rows: int = ROW_GROUP_ROWS) -> bytes:
    """The Parquet file of `table`. Equal tables (schema, metadata, values) have equal bytes."""
    sink = pa.BufferOutputStream()
    schema = plain_schema(table.schema)
    with parquet_writer(sink, schema) as writer:
        writer.write_table(table.cast(schema).combine_chunks(), row_group_size=row_group_rows)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def parquet_writer(sink: Any, schema: pa.Schema) -> pq.ParquetWriter:
    """A writer with the fixed settings, for tables too large to hold. `schema` comes from `plain_schema`.

    The bytes then depend on how rows are divided over the calls of `write_table`: the caller keeps that fixed.
    """
    return pq.ParquetWriter(
        sink,
        schema,
        version="2.6",
        data_page_version="1.0",
        compression="zstd",
        compression_level=3,
        use_dictionary=True,
        write_statistics=_columns_with_statistics(schema),
        write_page_index=False,
        store_schema=True,
    )


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """`schema` without dictionary types and pandas metadata, and with all metadata sorted by key."""
    kept = {key: value for key, value in (schema.metadata or {}).items() if key != _PANDAS}
    return pa.schema([_plain_field(field) for field in schema], metadata=_sorted(kept))


def _plain_field(field: pa.Field) -> pa.Field:
    return pa.field(field.name, _plain_type(field.type), field.nullable, metadata=_sorted(field.metadata))


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _plain_type(kind.value_type)
    if pa.types.is_struct(kind):
        return pa.struct([_plain_field(kind.field(i)) for i in range(kind.num_fields)])
    if pa.types.is_map(kind):
        return pa.map_(
            _plain_field(kind.key_field), _plain_field(kind.item_field), keys_sorted=kind.keys_sorted
        )
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(_element(kind), kind.list_size)
    if pa.types.is_large_list(kind):
        return pa.large_list(_element(kind))
    if pa.types.is_list(kind):
        return pa.list_(_element(kind))
    return kind


def _element(kind: pa.DataType) -> pa.Field:
    """The field of a list's values under Parquet's own name, which is what reading gives back."""
    return _plain_field(kind.value_field).with_name("element")


def _sorted(metadata: dict[bytes, bytes] | None) -> dict[bytes, bytes] | None:
    return dict(sorted(metadata.items())) if metadata else None


@functools.lru_cache(maxsize=64)
def _columns_with_statistics(schema: pa.Schema) -> list[str] | bool:
    """The leaf columns that are no text, by the paths an empty file of this schema gives them."""
    sink = pa.BufferOutputStream()
    pq.ParquetWriter(sink, schema).close()
    columns = pq.read_metadata(pa.BufferReader(sink.getvalue())).schema
    leaves = [columns.column(i) for i in range(len(columns))]
    return [leaf.path for leaf in leaves if leaf.physical_type not in _TEXT] or False
