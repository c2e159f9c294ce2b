"""The Parquet licet writes: equal tables, equal bytes; no words outside the values."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from licet.store.parquet_writer import parquet_bytes, parquet_writer, plain_schema


def people(names: list[str]) -> pa.Table:
    return pa.table(
        {
            "name": names,
            "age": pa.array(range(len(names)), pa.int16()),
            "born": [date(1990, 1, 1)] * len(names),
            "seen": pa.array([datetime(2026, 1, 1, tzinfo=UTC)] * len(names), pa.timestamp("us", "UTC")),
            "skills": [[f"skill of {name}", None] for name in names],
        }
    )


def read(data: bytes) -> pa.Table:
    return pq.read_table(io.BytesIO(data))


def test_what_is_written_is_read_back() -> None:
    table = people(["Ada", "Grace"])
    again = read(parquet_bytes(table))
    assert again.equals(table) and again.schema.names == table.schema.names
    assert parquet_bytes(again) == parquet_bytes(table)


def test_the_same_rows_in_other_chunks_have_the_same_bytes() -> None:
    names = [f"person {n}" for n in range(1000)]
    whole = people(names)
    chunked = pa.concat_tables([whole.slice(0, 1), whole.slice(1, 700), whole.slice(701)])
    assert chunked.column("name").num_chunks == 3
    assert parquet_bytes(chunked) == parquet_bytes(whole) == parquet_bytes(whole)


def test_metadata_is_sorted_and_pandas_is_left_out() -> None:
    def table(order: list[str]) -> pa.Table:
        field = pa.field("n", pa.int64(), metadata={key: key for key in order})
        return pa.table(
            [[1, 2]], schema=pa.schema([field], metadata={key: key for key in [*order, "pandas"]})
        )

    first, second = parquet_bytes(table(["a", "b", "c"])), parquet_bytes(table(["c", "a", "b"]))
    assert first == second and b"pandas" not in first
    schema = read(first).schema
    assert schema.field("n").metadata[b"b"] == b"b" and list(schema.metadata) == [b"a", b"b", b"c"]


def test_words_have_no_statistics_and_numbers_do() -> None:
    group = pq.read_metadata(io.BytesIO(parquet_bytes(people(["Ada", "Grace"])))).row_group(0)
    columns = {group.column(i).path_in_schema: group.column(i).statistics for i in range(group.num_columns)}
    assert columns["name"] is None and columns["skills.list.element"] is None
    assert (columns["age"].min, columns["age"].max) == (0, 1) and columns["born"] is not None


def test_a_table_of_words_alone_has_no_statistics_at_all() -> None:
    group = pq.read_metadata(io.BytesIO(parquet_bytes(pa.table({"t": ["x"]})))).row_group(0)
    assert not group.column(0).is_stats_set


@pytest.mark.parametrize("wrap", ["flat", "list", "struct", "map"])
def test_values_of_a_dictionary_that_no_row_has_are_not_written(wrap: str) -> None:
    words = pa.DictionaryArray.from_arrays(
        pa.array([0, 1], pa.int8()), pa.array(["kept", "kept2", "LEFT-BEHIND"])
    )
    offsets = pa.array([0, 1, 2], pa.int32())
    column = {
        "flat": lambda: words,
        "list": lambda: pa.ListArray.from_arrays(offsets, words),
        "struct": lambda: pa.StructArray.from_arrays([words], names=["w"]),
        "map": lambda: pa.MapArray.from_arrays(offsets, pa.array(["k", "k"]), words),
    }[wrap]()
    data = parquet_bytes(pa.table({"c": column}))
    columns = pq.read_metadata(io.BytesIO(data)).schema
    leaves = [columns.column(i).path for i in range(len(columns))]
    as_dictionary = pq.ParquetFile(io.BytesIO(data), read_dictionary=leaves)
    assert "LEFT-BEHIND" not in str(as_dictionary.read()) and b"LEFT-BEHIND" not in data
    assert read(data).column("c").to_pylist() == column.to_pylist()


def test_what_lies_under_a_null_or_outside_a_slice_is_not_written() -> None:
    text = pa.array(["left of it", "inside", "hidden by null", "right of it"])
    mask = pa.array([False, False, True, False])
    masked = pa.StringArray.from_buffers(
        4, text.buffers()[1], text.buffers()[2], pa.array([not m for m in mask.to_pylist()]).buffers()[1]
    )
    data = parquet_bytes(pa.table({"t": masked}).slice(1, 2))
    assert read(data).column("t").to_pylist() == ["inside", None]
    assert not any(word in data for word in (b"left of it", b"hidden by null", b"right of it"))


def test_row_groups_are_counted_from_the_first_row() -> None:
    data = parquet_bytes(pa.table({"n": list(range(25))}), row_group_rows=10)
    metadata = pq.read_metadata(io.BytesIO(data))
    assert [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)] == [10, 10, 5]


def test_an_empty_table_is_written() -> None:
    table = people([])
    table = table.cast(plain_schema(people(["x"]).schema))
    assert read(parquet_bytes(table)).num_rows == 0


def test_a_streamed_file_has_the_same_settings() -> None:
    table, sink = people(["Ada", "Grace"]), io.BytesIO()
    with parquet_writer(sink, plain_schema(table.schema)) as writer:
        writer.write_table(table)
    assert sink.getvalue() == parquet_bytes(table)
