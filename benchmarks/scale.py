"""The gate at the size of a large platform on one small machine: within what memory it works, and what a change costs.

One pass of everything, since a round takes minutes: the ledger filled, the gate opened, every row judged, an aggregate
read; then members change their minds, a share at a time, and the gate is opened anew on what it kept.
"""

from __future__ import annotations

import functools
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.measure import Tell, silent
from benchmarks.network import SETTINGS, Network, choice_of, fill_ledger, make_tables
from benchmarks.outcome import Curve, Outcome, require_same
from benchmarks.policies import article_policy
from licet.decide import Policy
from licet.enforce import Gate
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.gate_cache import Kept
from licet.ledger import EntryKind, Ledger, NewEntry, Signer
from licet.terms.moments import parse_moment

PURPOSE, AT = "generative_ai_training", parse_moment("2026-01-01")
_MEMORY = "8GB"
_CHANGES_AT_ONCE = 100_000


@dataclass(frozen=True)
class Sizes:
    """shares: of all members, who change their minds before the gate is opened again; in per cent."""

    members: int
    posts: int
    shares: tuple[float, ...]


SMALL = Sizes(members=50_000, posts=500_000, shares=(0.1, 1, 10))
FULL = Sizes(members=10_000_000, posts=100_000_000, shares=(0.01, 0.1, 1, 5))

_HOW = (
    "Members, posts and choices as in the gate's benchmark, ids as text, three members in ten having chosen; posts are "
    "one Parquet file. The ledger is filled member by member, 100,000 entries an append. DuckDB may use "
    f"{_MEMORY} and spills beyond it; licet's own arrays come on top.",
    "One pass, no rounds: each figure is one sample. Peak memory is that of the whole process.",
    "After a change: that share of members, drawn at random, switch the setting; a gate is opened at the new position "
    "with what the earlier gates kept, and the table is prepared for it. From nothing: the same without what was kept.",
)


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("scale", "A large platform on one machine", _HOW)
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
        network = _timed(
            outcome, "made", "making the tables",
            lambda: make_tables(
                Path(folder), sizes.members, sizes.posts, 0, seed, tell, whole=False, chosen_percent=15
            ),
        )  # fmt: skip
        _timed(
            outcome, "filled", "filling the ledger with what members chose",
            lambda: fill_ledger(network, tell, by_subject=True),
        )  # fmt: skip
        signer = Signer.open(network.folder / "ledger.key")
        with Ledger.open(network.ledger, signer) as ledger:
            outcome.sizes = {
                "members": sizes.members, "rows": sizes.posts, "choices": ledger.position, "duckdb_memory": _MEMORY,
            }  # fmt: skip
            _first(outcome, network, ledger, sizes, tell)
            _changes(outcome, network, ledger, sizes, seed, tell)
    return outcome


def _first(outcome: Outcome, network: Network, ledger: Ledger, sizes: Sizes, tell: Tell) -> None:
    """From nothing to the first aggregate, joining and prepared; both must say the same."""
    tell("opening the gate", 0, None)
    gate = _open(network, ledger, None)
    _timed(
        outcome, "opened", "opening the gate: choices, members and classes", lambda: gate.categories("posts")
    )
    tell("reading by joining", 0, None)
    joined = _timed(
        outcome, "joined", "count and sum through the gate, not prepared", lambda: _count_and_sum(gate)
    )
    tell("judging every row", 0, None)
    _timed(outcome, "prepared", "preparing the table: every row judged", lambda: gate.prepare(["posts"]))
    tell("reading the prepared table", 0, None)
    prepared = _timed(
        outcome, "read", "count and sum through the gate, prepared", lambda: _count_and_sum(gate)
    )
    require_same("joined and prepared", joined, prepared)
    counts = _timed(
        outcome, "counted", "rows held back, by reason and region", lambda: gate.counts(["posts"])
    )
    told = sum(row.records for row in counts.passed) + sum(row.records for row in counts.held_back)
    require_same("the rows of the table and those that were counted", sizes.posts, told)
    outcome.sizes["permitted_share"] = round(joined[0] / sizes.posts, 4)
    outcome.checks.append(
        f"joined and prepared count the same {joined[0]:,} rows; counts add up to the table"
    )


def _changes(outcome: Outcome, network: Network, ledger: Ledger, sizes: Sizes, seed: int, tell: Tell) -> None:
    chance, kept = Random(f"scale/{seed}"), Kept()
    tell("judging on what is kept", 0, None)
    _opened_and_prepared(network, ledger, kept)
    _timed(
        outcome, "nothing", "opened and prepared from nothing",
        lambda: _opened_and_prepared(network, ledger, None),
    )  # fmt: skip
    points: dict[float, str] = {}
    for nth, share in enumerate(sizes.shares):
        tell("following changes", nth, len(sizes.shares))
        _change_minds(ledger, max(1, round(sizes.members * share / 100)), sizes.members, chance)
        name = f"followed_{share}"
        _timed(
            outcome, name, f"opened and prepared after {share} % of members changed",
            lambda: _opened_and_prepared(network, ledger, kept),
        )  # fmt: skip
        outcome.compare(
            f"{name}_over_nothing", f"after {share} % changed, over from nothing",
            outcome.series[-1].samples, next(one for one in outcome.series if one.name == "nothing").samples,
        )  # fmt: skip
        points[share] = f"{name}_over_nothing"
    tell("checking", 0, None)
    told = _opened_and_prepared(network, ledger, kept).counts(["posts"])
    require_same(
        "followed and from nothing", told, _opened_and_prepared(network, ledger, None).counts(["posts"])
    )
    outcome.checks.append("after all changes the counts are those of a gate opened from nothing")
    outcome.curves.append(
        Curve(
            "refresh", "Opening the gate anew after members changed their minds", "% of members who changed",
            "over opening it from nothing", {"gate opened and table prepared": points}, log_x=True, limit=0.05,
        )
    )  # fmt: skip
    if 1 in sizes.shares:
        outcome.reached["refresh"] = "followed_1_over_nothing"


def _open(network: Network, ledger: Ledger, kept: Kept | None) -> Gate:
    engine = DuckDBEngine(memory_limit=_MEMORY)
    return Gate(_policy(), PURPOSE, AT, network.catalogue(whole=False), engine, ledger, kept=kept)


@functools.cache
def _policy() -> Policy:
    """Read once, as a platform that opens gates does; it is the same whatever members choose."""
    return article_policy()


def _opened_and_prepared(network: Network, ledger: Ledger, kept: Kept | None) -> Gate:
    gate = _open(network, ledger, kept)
    gate.prepare(["posts"])
    return gate


def _count_and_sum(gate: Gate) -> tuple[int, int]:
    posts = gate.table("posts")
    (row,) = posts.aggregate(records=posts.count(), reactions=posts.reactions.sum()).to_pyarrow().to_pylist()
    return row["records"], row["reactions"]


def _change_minds(ledger: Ledger, many: int, members: int, chance: Random) -> None:
    """So many members, drawn at random, switch the setting."""
    chosen = chance.sample(range(members), many)
    for start in range(0, many, _CHANGES_AT_ONCE):
        ledger.append(
            [
                NewEntry(
                    EntryKind.CHOICE,
                    str(100_000_000 + number),
                    choice_of(SETTINGS[0], "off" if chance.random() < 0.5 else "on"),
                )
                for number in chosen[start : start + _CHANGES_AT_ONCE]
            ]
        )


def _timed(outcome: Outcome, name: str, what: str, job: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    result = job()
    outcome.add(name, what, "s", [time.perf_counter() - start])
    return result
