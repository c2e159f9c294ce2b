"""The server under toggles: four worker processes, two hundred choices a second over loopback, none lost, none doubled.

Asked straight, and through a proxy that keeps its connections and uses first the one that it used last.

With LICET_BENCH_POSTGRES the ledger lies in that database, in a schema of its own; without, in SQLite.
"""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import licet
from benchmarks.gdprbench.on_postgres import VARIABLE, describe
from benchmarks.measure import Tell, quantile, silent
from benchmarks.outcome import Outcome, require_same
from benchmarks.web_load import Load, Toggle
from benchmarks.web_server import Proxied, Server, find_faults, read_load, start_load

SETTING = "data_for_generative_ai_improvement"


@dataclass(frozen=True)
class Sizes:
    """rate: toggles a second, for so many seconds, over so many connections kept alive."""

    rate: float
    seconds: float
    members: int = 2_000
    workers: int = 4
    connections: int = 32


SMALL = Sizes(rate=200, seconds=20)
FULL = Sizes(rate=200, seconds=60)

_WARMING_SECONDS = 5.0

_HOW = (
    "The server is `licet serve` with its worker processes; the client is a process of its own on the same machine. "
    f"Before it, {_WARMING_SECONDS:g} seconds of twenty toggles a second let every worker start. "
    "Toggles fall due by the clock; how long one took counts from then, waiting included.",
    "Every toggle has a key and is looked up by it in the ledger afterwards: acknowledged is there, once, at the entry "
    "it was told; no entry is nobody's; the ledger verifies.",
)


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("web", "The server under toggles", _HOW)
    address = os.environ.get(VARIABLE)
    schema = f"licet_bench_web_{os.getpid()}"
    place = None if address is None else f"{address}{'&' if '?' in address else '?'}schema={schema}"
    outcome.configuration["ledger"] = (
        f"in SQLite: {VARIABLE} names no database" if address is None else f"PostgreSQL: {describe(address)}"
    )
    outcome.sizes = {
        "toggles_a_second": sizes.rate, "seconds": sizes.seconds, "workers": sizes.workers,
        "connections": sizes.connections, "members": sizes.members,
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as name:
        root = Path(name) / "workspace"
        try:
            _measure(outcome, root, place, sizes, seed, tell)
        finally:
            if address is not None:
                _drop(address, schema)
    return outcome


def _measure(outcome: Outcome, root: Path, place: str | None, sizes: Sizes, seed: int, tell: Tell) -> None:
    with licet.create(root, ledger=place) as workspace:
        tell("making the network", 0, None)
        workspace.make_demo_world(sizes.members, seed)
        workspace.use_pack("linkedin_as_reported")
        token, text = workspace.tokens.create("load", ["choices:write"])
        subjects = tuple(workspace.people().first(sizes.members))
        server = Server(root, sizes.workers)
        try:
            since = workspace.ledger.position
            load = Load(
                "127.0.0.1", server.port, text, SETTING, subjects, sizes.rate, sizes.seconds, sizes.connections,
                30.0, seed, "bench",
            )  # fmt: skip
            # The server answers as soon as one worker does; the others read and import for seconds more.
            tell("warming up", 0, None)
            early = replace(load, rate=20, seconds=_WARMING_SECONDS, run="warm")
            warm = read_load(start_load(early), 120)
            tell("toggling", 0, None)
            started = time.monotonic()
            toggles = read_load(start_load(load), sizes.seconds + 120)
            outcome.sizes["wall_seconds"] = round(time.monotonic() - started, 1)
            with Proxied(server.port) as port:
                tell("toggling through a proxy", 0, None)
                proxied = read_load(start_load(replace(load, port=port, run="proxied")), sizes.seconds + 120)
        finally:
            server.close()
        tell("looking every toggle up", 0, None)
        require_same(
            "what the ledger says otherwise",
            find_faults(workspace, token.id, [*warm, *toggles, *proxied], since),
            [],
        )
        recorded = workspace.ledger.position - since
    outcome.checks.append(
        f"{len(toggles):,} toggles straight and {len(proxied):,} through a proxy, each answered and found by its key, "
        f"once; {recorded:,} entries with those before; they verify"
    )
    _report(outcome, "web", "", toggles)
    _report(outcome, "web_proxied", ", through a proxy", proxied)
    outcome.reached["web_proxied"] = "web_proxied_p99"


def _report(outcome: Outcome, series: str, way: str, toggles: list[Toggle]) -> None:
    answered = [toggle for toggle in toggles if toggle.status == 200]
    require_same(f"toggles answered with 200{way}", len(answered), len(toggles))
    again = sum(toggle.attempts > 1 for toggle in toggles)
    outcome.notes.append(f"{again:,} of {len(toggles):,} toggles{way} were sent more than once.")
    seconds = max(toggle.finished for toggle in toggles)
    outcome.add(f"{series}_rate", f"toggles answered, a second{way}", "1/s", [len(answered) / seconds])
    taken = [toggle.seconds * 1e3 for toggle in answered]
    for share, name in ((0.5, "p50"), (0.99, "p99"), (1.0, "longest")):
        outcome.add(f"{series}_{name}", f"from due to answered{way}: {name}", "ms", [quantile(taken, share)])


def _drop(address: str, schema: str) -> None:
    import psycopg

    from licet.ledger.postgres_address import PostgresAddress

    with psycopg.connect(PostgresAddress.parse(address).conninfo) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
