"""A pure function over batches of rows: in this process while there is little to do, in others beside it when
there is much.

Workers are processes started afresh (see `worker`), never forks: this process has DuckDB's and Arrow's threads,
and a fork that comes at the wrong moment hangs. Nothing is asked of `__main__`, so a script, a notebook, a test and
`python -c` all may do it. Until they are ready this process does the work, and it goes on beside them. They end
with the call, and when this process dies they read the end of their input and end as well.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import numpy as np
import pyarrow as pa

from licet.enforce import pool_worker
from licet.terms import GateError

Function = Callable[[pa.Table], pa.Table]

#: Rows that this process does alone before it starts others. To load what texts need costs a process 1.2 s, and to make
#: so many documents 1.3 s: whoever has fewer would pay for workers that come when the work is done.
ALONE_ROWS = 32_768
MOST_WORKERS = 15
_AT_HAND = 2  # batches per worker: one being worked on, one to go on with
_ENDING_SECONDS = 10


def workers_for_this_machine() -> int:
    """One per core besides this process."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores - 1, MOST_WORKERS)


def spread(
    batches: Iterable[pa.RecordBatch],
    function: Function,
    schema: pa.Schema,
    *,
    workers: int,
    alone_rows: int = ALONE_ROWS,
) -> Generator[pa.Table]:
    """What the function makes of every batch, in no particular order.

    Close it (`contextlib.closing`) when you may stop early: that is when the workers end.
    Raises: what the function raises; GateError GATE-007 when a worker is killed.
    """
    rest, seen = iter(batches), 0
    for batch in rest:
        yield _here(function, batch, schema)
        seen += batch.num_rows
        if workers and seen >= alone_rows:
            break
    else:
        return
    crew = _Crew(function, schema, workers)
    try:
        yield from crew.work(rest)
    finally:
        crew.end()


def _here(function: Function, batch: pa.RecordBatch, schema: pa.Schema) -> pa.Table:
    return pa.Table.from_batches([pool_worker.apply(function, batch, schema)])


def cut_between_groups(batches: Iterable[pa.RecordBatch], column: str) -> Iterator[pa.RecordBatch]:
    """Sorted batches cut anew, so that rows equal in `column` are in one."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        if not batch.num_rows:
            continue
        values = batch.column(column).dictionary_encode("encode").indices.to_numpy()
        last = int(np.argmax(values == values[-1]))  # where the group begins that may go on in the next batch
        if held and (last or not _goes_on(held[-1].column(column), batch.column(column))):
            yield _one([*held, batch.slice(0, last)])
            held = []
        elif last:
            yield batch.slice(0, last)
        held.append(batch.slice(last))
    if held:
        yield _one(held)


def _goes_on(before: pa.Array, after: pa.Array) -> bool:
    return len(pa.concat_arrays([before.slice(len(before) - 1), after.slice(0, 1)]).unique()) == 1


def _one(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return pa.Table.from_batches(batches).combine_chunks().to_batches()[0]


class _Failed(Exception):
    """The function did not run in a worker; done again here, it says why."""


class _Crew:
    """Processes at work on one function, each spoken to by one thread at a time."""

    def __init__(self, function: Function, schema: pa.Schema, workers: int) -> None:
        self._function, self._schema = function, schema
        told = _pickled(function, schema)
        # A function that cannot travel, and an interpreter that cannot be started again, do without.
        wanted = workers if told and sys.executable else 0
        self._threads = ThreadPoolExecutor(max(1, wanted), "licet-worker")
        self._processes = [_start() for _ in range(wanted)]
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._ready = 0
        for process in self._processes:
            self._threads.submit(self._welcome, process, told)

    def work(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
        waiting: deque[tuple[pa.RecordBatch, Future[pa.RecordBatch]]] = deque()
        for batch in batches:
            if len(waiting) < _AT_HAND * self._ready:
                waiting.append((batch, self._threads.submit(self._ask, batch)))
            else:
                yield _here(self._function, batch, self._schema)
            while waiting and waiting[0][1].done():
                yield self._answer(*waiting.popleft())
        while waiting:
            yield self._answer(*waiting.popleft())

    def _answer(self, batch: pa.RecordBatch, asked: Future[pa.RecordBatch]) -> pa.Table:
        try:
            return pa.Table.from_batches([asked.result()])
        except _Failed:
            return _here(self._function, batch, self._schema)

    def _welcome(self, process: subprocess.Popen[bytes], told: bytes) -> None:
        """Hand the function over; a worker that cannot load it is done without."""
        joined = _Worker(process)
        if joined.learn(told):
            self._idle.put(joined)
            self._ready += 1

    def _ask(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        asked = self._idle.get()
        try:
            return asked.ask(batch)
        finally:
            self._idle.put(asked)

    def end(self) -> None:
        for process in self._processes:
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._processes:
            process.wait()
            for pipe in filter(None, (process.stdin, process.stdout)):
                with contextlib.suppress(OSError):  # what was still to be written to it
                    pipe.close()


class _Worker:
    """One process, asked one batch at a time."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None and process.stdout is not None
        self._process, self._asks, self._answers = process, process.stdin, process.stdout
        self._writer: pa.ipc.RecordBatchStreamWriter | None = None
        self._reader: pa.ipc.RecordBatchStreamReader | None = None

    def learn(self, told: bytes) -> bool:
        try:
            self._asks.write(len(told).to_bytes(8, "big") + told)
            self._asks.flush()
            return self._answers.read(1) == pool_worker.READY
        except OSError:
            return False

    def ask(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Raises: _Failed when the function raised, GateError GATE-007 when the process was killed."""
        try:
            if self._writer is None:
                self._writer = pa.ipc.new_stream(self._asks, batch.schema)
            self._writer.write_batch(batch)
            self._asks.flush()
            if self._reader is None:
                self._reader = pa.ipc.open_stream(self._answers)
            return self._reader.read_next_batch()
        except (OSError, StopIteration, pa.ArrowException):
            status = self._process.wait(_ENDING_SECONDS)
            if status == 1:
                raise _Failed from None
            raise GateError(
                "GATE-007",
                f"a process that worked on the rows was ended from outside (status {status})",
                fix="most often memory ran out: free some, or let fewer processes work",
            ) from None


def _pickled(function: Function, schema: pa.Schema) -> bytes:
    try:
        return pickle.dumps((function, schema))
    except (pickle.PicklingError, AttributeError, TypeError):
        return b""


def _start() -> subprocess.Popen[bytes]:
    """A fresh interpreter that finds the same modules as this one and leaves the cores to its siblings."""
    one_thread = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "RAYON")}
    path = os.pathsep.join(place for place in sys.path if place)
    return subprocess.Popen(
        [sys.executable, "-P", str(Path(pool_worker.__file__))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **one_thread, "PYTHONPATH": path},
    )
