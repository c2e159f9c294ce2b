"""A function over batches that the driver has, carried with them to Spark's executors.

A batch travels as bytes, and so does what is made of it: none of Spark's types meets either. They go in waves, each a
job, so that what is on its way is bounded: a task is told its batches in one message, and what comes back may be many
times as large as what went (`spark.driver.maxResultSize`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, NamedTuple

import pyarrow as pa

from licet.enforce.pool_worker import apply

#: Of one wave, as they travel.
WAVE_BYTES = 32 << 20
_SEALED = pa.schema([("batch", pa.binary())])


class CarriedBatches(NamedTuple):
    """What an executor does with the sealed batches of one partition."""

    function: Callable[[pa.Table], pa.Table]
    schema: pa.Schema

    def __call__(self, sealed: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for rows in sealed:
            for one in rows.column(0):
                with pa.ipc.open_stream(one.as_buffer()) as stream:
                    for batch in stream:
                        made = _bytes_of(apply(self.function, batch, self.schema))
                        yield pa.RecordBatch.from_arrays([pa.array([made], pa.binary())], schema=_SEALED)


def spread_over(
    session: Any,
    batches: Iterable[pa.RecordBatch],
    function: Callable[[pa.Table], pa.Table],
    schema: pa.Schema,
) -> Generator[pa.Table]:
    """What the function makes of each batch, as one table of `schema`."""
    carried = CarriedBatches(function, schema)
    for wave in _waves(batches):
        frame = session.createDataFrame(pa.table([pa.array(wave, pa.binary())], schema=_SEALED))
        made = frame.mapInArrow(carried, "batch binary").toArrow()
        for one in made.column(0):
            yield pa.ipc.open_stream(one.as_buffer()).read_all()


def _waves(batches: Iterable[pa.RecordBatch]) -> Iterator[list[bytes]]:
    wave, size = list[bytes](), 0
    for batch in batches:
        sealed = _bytes_of(batch)
        if wave and size + len(sealed) > WAVE_BYTES:
            yield wave
            wave, size = [], 0
        wave.append(sealed)
        size += len(sealed)
    if wave:
        yield wave


def _bytes_of(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    return bytes(sink.getvalue())
