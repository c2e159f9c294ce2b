"""Arrow's types as Spark takes them: it has no unsigned numbers, no nanoseconds and no time of day."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from licet.terms import SourceError


def fitting_schema(schema: pa.Schema) -> pa.Schema:
    """The schema in types Spark takes. Raises: SourceError SRC-064 where it has none."""
    return pa.schema([field.with_type(_fitting(field.type, field.name)) for field in schema])


def fitted(data: pa.Table) -> pa.Table:
    """The table in types Spark takes. Nanoseconds are cut off downwards: the last one of a day stays in it."""
    columns = {}
    for field, column in zip(data.schema, data.columns, strict=True):
        kind = _fitting(field.type, field.name)
        if pa.types.is_timestamp(field.type) and field.type.unit == "ns":
            column = pc.floor_temporal(column, unit="microsecond")
        columns[field.name] = column.cast(kind, safe="[ns" not in str(field.type))
    return pa.table(columns)


def _fitting(kind: pa.DataType, column: str) -> pa.DataType:
    """The type under which Spark takes a column: it has no unsigned numbers and no nanoseconds."""
    if kind in _WIDER:
        return _WIDER[kind]
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    if pa.types.is_dictionary(kind):
        return _fitting(kind.value_type, column)
    if pa.types.is_map(kind):
        return pa.map_(_fitting(kind.key_type, column), _fitting(kind.item_type, column))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return pa.list_(_fitting(kind.value_type, column))
    if pa.types.is_fixed_size_binary(kind):
        return pa.binary()
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_fitting(field.type, column)) for field in kind])
    if pa.types.is_time(kind) or pa.types.is_union(kind) or pa.types.is_interval(kind):
        raise SourceError(
            "SRC-064",
            f"column {column!r} is {kind}, for which Spark has no type",
            fix="convert it, or leave it out of the table",
        )
    return kind


_WIDER: dict[pa.DataType, pa.DataType] = {
    pa.uint8(): pa.int16(),
    pa.uint16(): pa.int32(),
    pa.uint32(): pa.int64(),
    pa.uint64(): pa.decimal128(20, 0),
    pa.float16(): pa.float32(),
    pa.large_string(): pa.string(),
    pa.string_view(): pa.string(),
    pa.large_binary(): pa.binary(),
    pa.binary_view(): pa.binary(),
    pa.date64(): pa.date32(),
}
