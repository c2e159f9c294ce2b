"""The gate at the size of a large platform on one small machine: what opening it costs, from nothing, from disk and
after members changed their minds, and within what memory it works.

Networks of growing size: in each the ledger is filled, a gate opened, every row judged, an aggregate read; a second
one opened on what the first left on disk; then members change their minds, a share at a time, and one gate that is
kept open is brought forward, beside one that is opened from nothing at the same position.
"""

from __future__ import annotations

import functools
import tempfile
import time
from collections.abc import Callable, Sequence
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
from licet.enforce.absences import Absences
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.gate_cache import Kept
from licet.enforce.gate_files import GateFiles
from licet.ledger import EntryKind, Ledger, NewEntry, Signer
from licet.sources.catalogue import Catalogue
from licet.terms.moments import parse_moment

PURPOSE, AT = "generative_ai_training", parse_moment("2026-01-01")
_MEMORY, _SALT = "8GB", bytes(32)
_CHANGES_AT_ONCE = 100_000
#: What following may take: so much, and so much a member who changed.
_FIXED_SECONDS, _SECONDS_A_MEMBER = 0.010, 5e-6


@dataclass(frozen=True)
class Scale:
    """One network. shares: of all members, who change their minds before the gate is brought forward; in per cent.

    rounds: how often each share changes; from nothing is measured beside each of them.
    """

    members: int
    posts: int
    shares: tuple[float, ...]
    rounds: int


@dataclass(frozen=True)
class Sizes:
    """networks: by size, ascending. followed: the one by which following is judged."""

    networks: tuple[Scale, ...]
    followed: int


_SHARES = (0, 0.001, 0.1, 1, 10, 50)
SMALL = Sizes((Scale(20_000, 200_000, _SHARES, 3), Scale(100_000, 1_000_000, _SHARES, 3)), followed=1)
FULL = Sizes(
    (
        Scale(50_000, 500_000, _SHARES, 5),
        Scale(500_000, 5_000_000, _SHARES, 5),
        Scale(10_000_000, 100_000_000, (0, 0.001, 0.1, 1, 5), 1),
    ),
    followed=1,
)

_HOW = (
    "Members, posts and choices as in the gate's benchmark, ids as text, three members in ten having chosen; posts are "
    "one Parquet file. The ledger is filled member by member, 100,000 entries an append. DuckDB may use "
    f"{_MEMORY} and spills beyond it; licet's own arrays come on top.",
    "Seconds are of the clock, one pass each. What is compared is this process' processor time, all its threads.",
    "Following: that share of members, drawn at random, switch the setting; the gate that is kept open is brought to "
    "the new position, the table prepared and its rows counted by reason. From nothing: a new engine and gate that "
    "keep nothing, asked for the same at the same position. The first following of a network also sorts the rows by "
    "their subjects, once; that is told apart.",
    "A cold gate: a new engine and gate in a process that has the modules loaded, on what an earlier gate left on "
    "disk; opened until what each class of members permits is known. Its table is then prepared, which is told apart.",
)


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("scale", "A large platform on one machine", _HOW)
    found: list[_Found] = []
    for place, scale in enumerate(sizes.networks):
        with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
            found.append(_measure(outcome, place, scale, Path(folder), seed, tell))
    outcome.sizes["duckdb_memory"] = _MEMORY
    _conclude(outcome, sizes, found)
    return outcome


def _measure(outcome: Outcome, place: int, scale: Scale, folder: Path, seed: int, tell: Tell) -> _Found:
    name = _name(scale)
    network = _timed(
        outcome, f"made_{place}", f"{name}: making the tables",
        lambda: make_tables(
            folder, scale.members, scale.posts, 0, seed, tell, whole=False, chosen_percent=15
        ),
    )  # fmt: skip
    _timed(
        outcome, f"filled_{place}", f"{name}: filling the ledger with what members chose",
        lambda: fill_ledger(network, tell, by_subject=True),
    )  # fmt: skip
    with Ledger.open(network.ledger, Signer.open(network.folder / "ledger.key")) as ledger:
        outcome.sizes[name] = f"{scale.posts:,} rows, {ledger.position:,} choices"
        gates = _Gates(network, ledger, folder / "cache")
        _first(outcome, place, name, gates, scale, tell)
        _cold(outcome, place, name, gates, scale)
        return _follow(outcome, place, name, gates, scale, seed, tell)


def _name(scale: Scale) -> str:
    return f"{scale.members:,} members"


class _Gates:
    """Gates of one network: that keep nothing, that are opened on what lies on disk, and one that is kept open."""

    def __init__(self, network: Network, ledger: Ledger, cache: Path) -> None:
        self.ledger, self._files = ledger, GateFiles(cache, _SALT)
        self._catalogue: Catalogue = network.catalogue(whole=False)
        self._standing: Gate | None = None

    def from_nothing(self) -> Gate:
        return self._open(Kept(), Absences(salt=_SALT))

    def cold(self) -> Gate:
        """Opened as another process would open it."""
        return self._open(Kept(self._files), Absences(None, _SALT, self._files))

    def followed(self) -> Gate:
        """The gate that is kept open, as of now."""
        gate = self._standing
        if gate is not None:
            gate = gate._brought_to(_policy(), self._catalogue, AT, self.ledger.position)
        self._standing = gate or self.cold()
        return self._standing

    def _open(self, kept: Kept, absences: Absences) -> Gate:
        engine = DuckDBEngine(memory_limit=_MEMORY)
        return Gate(
            _policy(), PURPOSE, AT, self._catalogue, engine, self.ledger, kept=kept, absences=absences,
            salt=_SALT,
        )  # fmt: skip


def _first(outcome: Outcome, place: int, name: str, gates: _Gates, scale: Scale, tell: Tell) -> None:
    """From nothing to the first aggregate, joining and prepared; both must say the same."""
    tell(f"{name}: opening the gate", 0, None)
    gate = gates.from_nothing()
    steps: tuple[tuple[str, str, Callable[[], Any]], ...] = (
        ("opened", "opening the gate: choices, members and classes", lambda: gate.categories("posts")),
        ("joined", "count and sum through the gate, not prepared", lambda: _count_and_sum(gate)),
        ("prepared", "preparing the table: every row judged", lambda: gate.prepare(["posts"])),
        ("read", "count and sum through the gate, prepared", lambda: _count_and_sum(gate)),
        ("counted", "rows held back, by reason and region", lambda: gate.counts(["posts"])),
    )
    told = {}
    for step, what, job in steps:
        tell(f"{name}: {what}", 0, None)
        told[step] = _timed(outcome, f"{step}_{place}", f"{name}: {what}", job)
    require_same("joined and prepared", told["joined"], told["read"])
    counts = told["counted"]
    counted = sum(row.records for row in counts.passed) + sum(row.records for row in counts.held_back)
    require_same("the rows of the table and those that were counted", scale.posts, counted)
    outcome.checks.append(
        f"{name}: joined and prepared count the same {told['joined'][0]:,} rows; counts add up to the table"
    )


def _cold(outcome: Outcome, place: int, name: str, gates: _Gates, scale: Scale) -> None:
    _asked(gates.cold())  # leaves on disk what the next ones read
    opened, prepared = [], []
    for _ in range(scale.rounds):
        gate, seconds = _cpu(lambda: _opened(gates.cold()))
        opened.append(seconds)
        prepared.append(_cpu(functools.partial(_asked, gate))[1])
    millions = scale.members / 1e6
    outcome.add(
        f"cold_{place}", f"{name}: a cold gate opened (processor time)", "ms", [s * 1e3 for s in opened]
    )
    outcome.add(
        f"cold_million_{place}", f"{name}: the same, a million members", "ms",
        [s * 1e3 / millions for s in opened],
    )  # fmt: skip
    outcome.add(
        f"cold_prepared_{place}", f"{name}: and its table prepared and counted", "ms",
        [s * 1e3 for s in prepared],
    )  # fmt: skip


@dataclass(frozen=True)
class _Found:
    """Per share the names of ratios: over from nothing, and over what following may take."""

    over_nothing: dict[float, str]
    over_limit: dict[float, str]
    seconds: dict[float, str]


def _follow(
    outcome: Outcome, place: int, name: str, gates: _Gates, scale: Scale, seed: int, tell: Tell
) -> _Found:
    chance, found = Random(f"scale/{seed}/{place}"), _Found({}, {}, {})
    _asked(gates.followed())
    _change_minds(gates.ledger, 1, scale.members, chance)
    _, once = _cpu(lambda: _asked(gates.followed()))
    outcome.add(f"first_{place}", f"{name}: the first time somebody changes", "ms", [once * 1e3])
    for nth, share in enumerate(scale.shares):
        tell(f"{name}: following changes", nth, len(scale.shares))
        many = round(scale.members * share / 100)
        followed, nothing = [], []
        for _ in range(scale.rounds):
            _change_minds(gates.ledger, many, scale.members, chance)
            gate, seconds = _cpu(lambda: _asked(gates.followed()))
            followed.append(seconds)
            anew, seconds = _cpu(lambda: _asked(gates.from_nothing()))
            nothing.append(seconds)
            require_same("followed and from nothing", gate.counts(["posts"]), anew.counts(["posts"]))
        key, limit = f"{place}_{share}", _FIXED_SECONDS + _SECONDS_A_MEMBER * many
        outcome.add(
            f"followed_{key}", f"{name}: followed after {share} % changed (processor time)", "ms",
            [s * 1e3 for s in followed],
        )  # fmt: skip
        outcome.add(
            f"nothing_{key}", f"{name}: from nothing after {share} % changed (processor time)", "ms",
            [s * 1e3 for s in nothing],
        )  # fmt: skip
        outcome.compare(
            f"over_nothing_{key}", f"{name}, {share} % changed: over from nothing", followed, nothing
        )
        outcome.compare(
            f"over_limit_{key}", f"{name}, {share} % changed: over 10 ms and 5 µs a changed member",
            followed, [limit] * len(followed),
        )  # fmt: skip
        found.over_nothing[share], found.over_limit[share] = f"over_nothing_{key}", f"over_limit_{key}"
        found.seconds[share] = f"followed_{key}"
    outcome.checks.append(f"{name}: after each change the counts are those of a gate opened from nothing")
    return found


def _conclude(outcome: Outcome, sizes: Sizes, found: Sequence[_Found]) -> None:
    names = [_name(scale) for scale in sizes.networks]
    shown = {
        name: {share: ratio for share, ratio in one.over_nothing.items() if share}
        for name, one in zip(names, found, strict=True)
    }
    outcome.curves.append(
        Curve(
            "refresh", "Following members who changed their minds", "% of members who changed",
            "over opening the gate from nothing", shown, log_x=True, log_y=True, limit=1,
        )
    )  # fmt: skip
    by_share: dict[str, dict[float, str]] = {}
    for scale, one in zip(sizes.networks, found, strict=True):
        for share, series in one.seconds.items():
            by_share.setdefault(f"{share} % changed", {})[scale.members] = series
    cold: dict[float, str] = {scale.members: f"cold_{n}" for n, scale in enumerate(sizes.networks)}
    lines = {**{what: line for what, line in by_share.items() if len(line) > 1}, "a cold gate opened": cold}
    outcome.curves.append(
        Curve(
            "refresh_size", "Following, and opening from disk, by size", "members", "ms of processor time",
            lines, log_x=True, log_y=True,
        )
    )  # fmt: skip
    outcome.reached["refresh"] = [*found[sizes.followed].over_limit.values()]
    outcome.reached["refresh_most"] = [name for one in found for name in one.over_nothing.values()]
    outcome.reached["cold_gate"] = f"cold_million_{len(sizes.networks) - 1}"


@functools.cache
def _policy() -> Policy:
    """Read once, as a platform that opens gates does; it is the same whatever members choose."""
    return article_policy()


def _opened(gate: Gate) -> Gate:
    gate.categories("posts")
    return gate


def _asked(gate: Gate) -> Gate:
    gate.prepare(["posts"])
    gate.counts(["posts"])
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


def _cpu(job: Callable[[], Any]) -> tuple[Any, float]:
    """What a job returns, and the seconds of processor time that this process spent on it."""
    start = time.process_time()
    result = job()
    return result, time.process_time() - start


def _timed(outcome: Outcome, name: str, what: str, job: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    result = job()
    outcome.add(name, what, "s", [time.perf_counter() - start])
    return result
