"""What a policy would change: counted at once, beside two full scans through the gate and a comparison of their ids.

The scans are what an engineer with a gate would do: for each use, let every table through under one policy and under
the other, and find which rows only one of them lets through. They share what a gate may keep for the next one.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis

from benchmarks.measure import Tell, in_turn, silent
from benchmarks.network import Network, make_network
from benchmarks.outcome import Outcome, require_same
from licet.decide import Policy
from licet.enforce import Gate
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.gate_cache import Kept
from licet.enforce.impact import Impact, Side, uses_of
from licet.enforce.impact_counts import UseImpact
from licet.ledger import Ledger
from licet.packs.pack_library import open_pack
from licet.terms.moments import parse_moment

AT = parse_moment("2026-01-01")
#: The use that is also measured alone.
TRAINING = ("generative_ai_training", "self")
#: Per table the kind of data in it, the rows' key, and whose they are.
_TABLES = {
    "members": ("profile.location", "member_id", "member_id"),
    "posts": ("content.posts", "post_id", "author"),
    "texts": ("content.posts", "post_id", "author"),
}

Uses = list[tuple[str, str]]
#: Per use, kind of data and region: records gained and lost, members gained and lost.
Counts = dict[tuple[str, str, str, str | None], tuple[int, int, int, int]]


@dataclass(frozen=True)
class Sizes:
    members: int
    posts: int
    texts: int
    rounds: int


SMALL = Sizes(members=50_000, posts=500_000, texts=20_000, rounds=3)
FULL = Sizes(members=2_000_000, posts=20_000_000, texts=500_000, rounds=3)

_HOW = (
    "From LinkedIn's policy as the article reported it to the platform's own notice, on one day, over the gate's "
    "network; refusals under the first are carried into the second. A use is whatever either permits to anybody.",
    "Both sides begin with nothing known: reading the choices and putting members into classes is in every figure. The "
    "scans do that once, for all of their gates.",
    "The scans write the ids that pass into two tables a use, and count what stands in one of them alone, by kind of "
    "data and region. Both read the same Parquet files with DuckDB and all its threads.",
)


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("impact", "What a policy would change", _HOW)
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
        network = make_network(Path(folder), sizes.members, sizes.posts, sizes.texts, seed, tell, whole=False)
        with network.open_ledger() as ledger:
            sides = _sides()
            uses = uses_of(*(side.policy for side in sides))
            outcome.sizes = {
                "members": sizes.members, "rows": sizes.members + sizes.posts + sizes.texts, "uses": len(uses),
                "ledger_entries": ledger.position, "rounds": sizes.rounds,
            }  # fmt: skip
            _check(outcome, network, ledger, sides, uses, tell)
            for name, asked, what in (("all", uses, "all uses"), ("one", [TRAINING], "one use")):
                _measure(outcome, network, ledger, sides, (name, asked, what), sizes, tell)
    outcome.reached["impact"] = "all_over"
    return outcome


def _sides() -> tuple[Side, Side]:
    first = open_pack("linkedin_as_reported")
    return Side(Policy(first), AT), Side(Policy(open_pack("linkedin_official"), [first]), AT)


def _measure(
    outcome: Outcome,
    network: Network,
    ledger: Ledger,
    sides: tuple[Side, Side],
    part: tuple[str, Uses, str],
    sizes: Sizes,
    tell: Tell,
) -> None:
    name, uses, what = part
    contenders = {
        "impact": functools.partial(count_at_once, network, ledger, sides, uses),
        "scans": functools.partial(scan_twice, network, ledger, sides, uses),
    }
    taken = in_turn(contenders, sizes.rounds, tell=tell, stage=what)
    outcome.add(f"{name}_impact", f"impact, {what}", "s", taken["impact"])
    outcome.add(f"{name}_scans", f"two scans and a comparison of ids, {what}", "s", taken["scans"])
    outcome.compare(f"{name}_over", f"two scans over impact, {what}", taken["scans"], taken["impact"])
    outcome.others.add(f"{name}_scans")


def _check(
    outcome: Outcome, network: Network, ledger: Ledger, sides: tuple[Side, Side], uses: Uses, tell: Tell
) -> None:
    tell("comparing counts", 0, None)
    counted = as_counts(count_at_once(network, ledger, sides, uses))
    require_same("impact and two scans", counted, scan_twice(network, ledger, sides, uses))
    changed = len({key[:2] for key in counted})
    records = sum(gained + lost for gained, lost, _, _ in counted.values())
    outcome.checks.append(
        f"impact and two scans count the same {records:,} records that begin or end with a use, and the same members, "
        f"in {len(counted)} lines of use, kind of data and region; {changed} of {len(uses)} uses change"
    )


def count_at_once(network: Network, ledger: Ledger, sides: tuple[Side, Side], uses: Uses) -> list[UseImpact]:
    impact = Impact(*sides, network.catalogue(), DuckDBEngine(), ledger)
    return [impact.of(*use) for use in uses]


def as_counts(found: Iterable[UseImpact]) -> Counts:
    return {
        (use.purpose, use.recipient, one.category, one.region): (
            one.records_gained, one.records_lost, one.members_gained, one.members_lost,
        )
        for use in found
        for one in use.changes
    }  # fmt: skip


def scan_twice(network: Network, ledger: Ledger, sides: tuple[Side, Side], uses: Uses) -> Counts:
    engine, kept, catalogue = DuckDBEngine(), Kept(), network.catalogue()
    con: Any = engine.backend.con
    found: Counts = {}
    for purpose, recipient in uses:
        con.execute("CREATE OR REPLACE TEMP TABLE changed (kind VARCHAR, gains BOOLEAN, who VARCHAR)")
        for table, (kind, key, who) in _TABLES.items():
            for name, side in zip(("before", "after"), sides, strict=True):
                rows = f"SELECT {key} AS id, {who} AS who FROM '{network.file(table)}' LIMIT 0"
                if _names(side.policy, purpose, recipient):
                    gate = Gate(
                        side.policy, purpose, side.at, catalogue, engine, ledger, recipient=recipient, kept=kept
                    )  # fmt: skip
                    passed = gate.table(table)
                    rows = ibis.to_sql(passed.select(id=passed[key], who=passed[who]), dialect="duckdb")
                con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {rows}")
            for gains, mine, other in (("true", "after", "before"), ("false", "before", "after")):
                con.execute(
                    f"INSERT INTO changed SELECT '{kind}', {gains}, who FROM {mine} ANTI JOIN {other} USING (id)"
                )
        found |= {(purpose, recipient, *row[:2]): tuple(row[2:]) for row in _counted(con, network)}
    return found


def _names(policy: Policy, purpose: str, recipient: str) -> bool:
    """Whether a policy knows a use at all; a gate refuses to be asked about one that it does not."""
    return bool(policy.pack.purpose_line(purpose)) and policy.pack.knows_recipient(recipient)


def _counted(con: Any, network: Network) -> list[Any]:
    query = f"""
        SELECT kind, region, count(*) FILTER (gains), count(*) FILTER (NOT gains),
          count(DISTINCT who) FILTER (gains), count(DISTINCT who) FILTER (NOT gains)
        FROM changed JOIN '{network.file("members")}' ON who = member_id GROUP BY ALL"""
    found: list[Any] = con.execute(query).fetchall()
    return found
