"""GDPRbench's four workloads: which operations in which share, on keys drawn how.

Shares and distributions of controller, customer and processor are those of the repository's workload files (revision
94d399c), under the names of the paper (Shastri et al., VLDB 2020); the regulator's are the paper's, since no file
runs its log and deletion queries. Where a file has one operation and the paper several, its share is divided.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable
from itertools import accumulate
from random import Random
from typing import NamedTuple

#: YCSB's constant for its zipfian keys.
_THETA = 0.99

#: The longest stretch of a log that is asked for, as published.
_LONGEST_LOG = 1_000

_FIELDS = ("expires", "obj", "dec", "acl", "shr", "src", "cat")


class Operation(NamedTuple):
    """number: the record (or, for operations on a person, a record of theirs). field: what an update sets."""

    name: str
    number: int
    field: str = ""
    length: int = 0


class Workload(NamedTuple):
    """shares: operation to its share; they add up to 1. erased_share: persons erased before the clock starts."""

    title: str
    keys: str
    shares: dict[str, float]
    erased_share: float = 0.0


WORKLOADS = {
    "controller": Workload(
        "controller",
        "uniform",
        {
            "create-record": 0.25,
            "update-metadata-by-pur": 0.25,
            "update-metadata-by-usr": 0.25,
            "delete-record-by-key": 0.15,
            "delete-record-by-usr": 0.08,
            "delete-record-by-ttl": 0.01,
            "delete-record-by-pur": 0.01,
        },
    ),
    "customer": Workload(
        "customer",
        "zipf",
        {
            "read-data-by-usr": 0.2,
            "read-metadata-by-key": 0.2,
            "update-data-by-key": 0.2,
            "update-metadata-by-key": 0.2,
            "delete-record-by-key": 0.2,
        },
    ),
    "processor": Workload(
        "processor",
        "uniform",
        {
            "read-data-by-key": 0.2,
            "read-data-by-usr-for-use": 0.4,
            "read-data-by-pur": 0.2,
            "read-data-by-obj": 0.1,
            "read-data-by-dec": 0.1,
        },
    ),
    "regulator": Workload(
        "regulator",
        "zipf",
        {"read-metadata-by-usr": 0.46, "get-system-logs": 0.31, "verify-deletion": 0.23},
        erased_share=0.02,
    ),
}


def plan(workload: Workload, records: int, operations: int, seed: int) -> list[Operation]:
    """The operations in their order, the same for every contender. New records have the next numbers."""
    chance = Random(f"gdprbench/{workload.title}/{seed}")
    draw = _zipf(records, chance) if workload.keys == "zipf" else lambda: chance.randrange(records)
    names, weights = list(workload.shares), list(workload.shares.values())
    made, fresh = [], records
    for name in chance.choices(names, weights, k=operations):
        if name == "create-record":
            made.append(Operation(name, fresh))
            fresh += 1
        elif name == "verify-deletion":
            made.append(Operation(name, _perhaps_erased(workload, records, draw, chance)))
        else:
            field = chance.choice(_FIELDS) if "update-metadata" in name else ""
            length = chance.randint(1, min(_LONGEST_LOG, records)) if name == "get-system-logs" else 0
            made.append(Operation(name, draw(), field, length))
    return made


def erased_beforehand(workload: Workload, records: int) -> range:
    """The numbers of those erased before the clock starts."""
    return range(round(workload.erased_share * records))


def _perhaps_erased(workload: Workload, records: int, draw: Callable[[], int], chance: Random) -> int:
    """Every other question is about somebody who was erased."""
    erased = erased_beforehand(workload, records)
    return chance.choice(erased) if erased and chance.random() < 0.5 else draw()


def _zipf(count: int, chance: Random) -> Callable[[], int]:
    """Numbers below `count`, the nth most frequent n to the power of theta times rarer, spread over all numbers."""
    upto = list(accumulate(1 / rank**_THETA for rank in range(1, count + 1)))
    spread = list(range(count))
    chance.shuffle(spread)
    return lambda: spread[min(bisect(upto, chance.random() * upto[-1]), count - 1)]
