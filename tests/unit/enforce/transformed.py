"""Functions over rows for the tests of `Engine.transform`: in a light module of their own, since workers import it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pyarrow as pa

ROWS = 30_000
SCHEMA = pa.schema([("n", pa.int64()), ("of_group", pa.int64()), ("process", pa.int64())])
HERE = os.getpid()  # a worker that imports this module is somewhere else


def counted(rows: pa.Table) -> pa.Table:
    """Each row with how many of its group came along, and who did it."""
    if str(os.getpid()) == os.environ.get("LICET_TEST_SLOW"):
        time.sleep(0.3)  # enough for the others to get their share
    groups = rows["g"].to_pylist()
    sizes = _sizes(groups)
    return pa.table(
        {
            "n": rows["n"],
            "of_group": pa.array([sizes[group] for group in groups], pa.int64()),
            "process": pa.array([os.getpid()] * len(rows), pa.int64()),
        }
    )


def _sizes(groups: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for group in groups:
        found[group] = found.get(group, 0) + 1
    return found


def odd(rows: pa.Table) -> pa.Table:
    if ROWS - 1 in rows["n"].to_pylist():
        raise ValueError("the last row is odd")
    return counted(rows)


def killed(rows: pa.Table) -> pa.Table:
    if str(os.getppid()) == os.environ.get("LICET_TEST_SLOW"):
        os.kill(os.getpid(), 9)
    return counted(rows)


class Warmed:
    """`counted`, and a file where there was to be one before the first rows came."""

    def __init__(self, mark: str) -> None:
        self.mark = mark

    def warm_up(self) -> None:
        time.sleep(0.05)
        Path(self.mark).touch(exist_ok=False)

    def __call__(self, rows: pa.Table) -> pa.Table:
        return counted(rows)
