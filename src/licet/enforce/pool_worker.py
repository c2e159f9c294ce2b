"""A worker process: applies one function to batches of rows that arrive on stdin and answers on stdout.

Run as a file of its own, so that it loads what the function needs and nothing else. First comes the function
(8 bytes of length, pickled), then the batches as one Arrow stream; the answer is a byte once the function is
loaded and, where it has a method `warm_up`, what it needs as well; then an Arrow stream with one batch for each.
When stdin ends, whyever, so does the process: it cannot outlive whom it works for. What the function raises ends
it too, with status 1.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Callable

import pyarrow as pa

READY = b"\x01"


def main() -> None:
    # An interrupt is for the process at the terminal, which then ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asks, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no part of the answer
    pa.set_cpu_count(1)
    function, schema = pickle.loads(asks.read(int.from_bytes(asks.read(8), "big")))
    if hasattr(function, "warm_up"):
        function.warm_up()  # whoever is told that we are ready will wait for our answers
    answers.write(READY)
    answers.flush()
    with pa.ipc.open_stream(asks) as batches, pa.ipc.new_stream(answers, schema) as stream:
        for batch in batches:
            stream.write_batch(apply(function, batch, schema))
            answers.flush()


def apply(
    function: Callable[[pa.Table], pa.Table], batch: pa.RecordBatch, schema: pa.Schema
) -> pa.RecordBatch:
    """What the function makes of a batch, as one batch of `schema`; empty where it makes nothing."""
    made = function(pa.Table.from_batches([batch])).select(schema.names).cast(schema)
    parts = made.combine_chunks().to_batches()
    return parts[0] if parts else pa.RecordBatch.from_pylist([], schema)


if __name__ == "__main__":
    main()
