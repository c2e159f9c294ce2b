"""The ledger: appending durably, proving and verifying, beside pymerkle's tree over SQLite.

licet's ledger does more for an entry: it salts and commits to it, stores who and when, keeps the tables that choices
are asked from, and signs a checkpoint a commit. Both sync to the disk before they say it is done.
"""

from __future__ import annotations

import functools
import itertools
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.machine import peer
from benchmarks.measure import Tell, in_turn, median, seconds_of, silent
from benchmarks.outcome import Curve, Outcome, require_same
from licet.ledger import EntryKind, Ledger, NewEntry, Signer


@dataclass(frozen=True)
class Sizes:
    """standing: entries there before anything is timed; large: in a second ledger. proofs: how many a round.

    toggles: single durable choices a round, in turn with as many syncs of the disk.
    """

    standing: int
    large: int
    proofs: int
    rounds: int
    toggles: int
    batches: tuple[int, ...] = (1, 100, 1_000)
    threads: int = 8


SMALL = Sizes(standing=5_000, large=20_000, proofs=200, rounds=7, toggles=10)
FULL = Sizes(standing=200_000, large=1_000_000, proofs=1_000, rounds=21, toggles=25)

_HOW = (
    "Each round appends calls of 1, 100 and 1,000 choices to a ledger that holds many already, and the same number "
    "of leaves to pymerkle's SqliteTree, in turn, each for 50 ms at least; members choose in the order of their ids, "
    "each call is of others. Files lie on the same disk, both in SQLite's durable mode. Processor time is that of the "
    "process, the system's share of it included; it is what the targets are about.",
    "A toggle is one call with one choice, durable when it returns; after each the disk is asked to write a page and "
    "sync it. Both by the wall clock, the middle one of a round counts.",
    "Threads: each appends single choices, twenty a round; those that wait share the next commit.",
    "Proofs are of entries drawn at random, for the whole tree as it stands when asked: whether something was added is "
    "looked up each time. Verification is of one such proof, roots and leaves at hand. Processor time, after a first "
    "round in which the tiles are read and held to the signed root; the first proofs after opening are told apart. "
    "pymerkle's cache of subtrees is on, as it is by default.",
)

_THREAD_CALLS = 20

#: Calls made up in advance; the same members choosing again and again would crowd a page of the table each.
_CALLS = 50

#: How long each contender is called again and again in a round.
_AT_LEAST_SECONDS = 0.05


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("ledger", "The ledger", _HOW)
    outcome.sizes = {
        "standing": sizes.standing,
        "large": sizes.large,
        "threads": sizes.threads,
        "proofs_a_round": sizes.proofs,
        "toggles_a_round": sizes.toggles,
    }
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as name:
        folder = Path(name)
        signer = Signer.create(folder / "ledger.key")
        with Ledger.create(folder / "ledger.sqlite", signer, lambda: datetime.now(UTC)) as ledger:
            tree = peer("pymerkle").SqliteTree(str(folder / "pymerkle.sqlite"))
            try:
                _fill(ledger, tree, sizes.standing, tell)
                _require_same(outcome, ledger, tree, seed)
                _proofs(outcome, ledger, tree, sizes, seed, tell)
                _appends(outcome, ledger, tree, sizes, tell)
                _toggles(outcome, ledger, sizes, tell)
                _threads(outcome, ledger, sizes, tell)
            finally:
                tree.close()
            tell("verifying the whole ledger", 0, None)
            require_same("the ledger after all this", ledger.verify().ok, True)
            outcome.checks.append(f"the ledger's {ledger.position:,} entries verify afterwards")
        _large(outcome, folder / "large.sqlite", signer, sizes, seed, tell)
    outcome.reached |= {
        "append": [f"append_{sizes.batches[-1]}_cpu", "append_large_cpu"],
        "prove": ["prove", "prove_large"],
        "verify": ["verify", "verify_large"],
        "toggle": "toggle_over_sync",
    }
    return outcome


def _choices() -> Iterator[NewEntry]:
    for number in itertools.count():
        payload = {"setting": "data_for_generative_ai_improvement", "value": "off" if number % 2 else "on"}
        yield NewEntry(EntryKind.CHOICE, f"m{number % 100_000:08}", payload)


def _fill(ledger: Ledger, tree: Any, count: int, tell: Tell) -> None:
    entries = _choices()
    for done in range(0, count, 10_000):
        tell("filling both ledgers", done, count)
        recorded = ledger.append(list(itertools.islice(entries, min(10_000, count - done))))
        tree.append_entries([entry.leaf for entry in recorded])


def _require_same(outcome: Outcome, ledger: Ledger, tree: Any, seed: int) -> None:
    """The same leaves have the same root and the same proofs in both, and each side's proofs verify."""
    pymerkle, size, chance = peer("pymerkle"), ledger.position, Random(f"ledger/{seed}")
    root = ledger.checkpoint().root
    require_same("roots", root.hex(), tree.get_root().hex())
    for index in (chance.randrange(size) for _ in range(50)):
        leaf, proof = ledger.entry(index).leaf_hash, ledger.inclusion_proof(index)
        theirs = tree.prove_inclusion(index + 1)
        require_same("proofs", len(theirs.path) - 1, len(proof.path))
        require_same("whether the proof verifies", proof.verify(leaf, root), True)
        pymerkle.verify_inclusion(leaf, root, theirs)  # raises when it does not
    outcome.checks.append(
        f"both trees over the same {size:,} leaves have one root, and proofs of the same length verify"
    )


def _proofs(outcome: Outcome, ledger: Ledger, tree: Any, sizes: Sizes, seed: int, tell: Tell) -> None:
    chance, pymerkle = Random(f"proofs/{seed}"), peer("pymerkle")
    asked = [chance.randrange(ledger.position) for _ in range(sizes.proofs)]
    root = ledger.checkpoint().root
    leaves = [ledger.entry(index).leaf_hash for index in asked]
    mine = [ledger.inclusion_proof(index) for index in asked]
    theirs = [tree.prove_inclusion(index + 1) for index in asked]

    taken = in_turn(
        {
            "prove": _over(lambda index, _: ledger.inclusion_proof(index), asked, asked),
            "prove_pymerkle": _over(lambda index, _: tree.prove_inclusion(index + 1), asked, asked),
            "verify": _over(lambda proof, leaf: proof.verify(leaf, root), mine, leaves),
            "verify_pymerkle": _over(
                lambda proof, leaf: pymerkle.verify_inclusion(leaf, root, proof), theirs, leaves
            ),
        },
        sizes.rounds,
        tell=tell,
        stage="proving and verifying",
        at_least_seconds=_AT_LEAST_SECONDS,
        clock=time.process_time,
    )
    for name, what in (
        ("prove", "licet, one inclusion proof (processor time)"),
        ("prove_pymerkle", "pymerkle, one inclusion proof (processor time)"),
        ("verify", "licet, verify one proof (processor time)"),
        ("verify_pymerkle", "pymerkle, verify one proof (processor time)"),
    ):
        outcome.add(name, what, "µs", [seconds / sizes.proofs * 1e6 for seconds in taken[name]])
    outcome.compare(
        "prove_pymerkle_over_licet", "proof, pymerkle over licet", taken["prove_pymerkle"], taken["prove"]
    )
    outcome.compare(
        "verify_pymerkle_over_licet", "verify, pymerkle over licet", taken["verify_pymerkle"], taken["verify"]
    )
    outcome.others |= {"prove_pymerkle", "verify_pymerkle", "append_single_pymerkle", "sync"}
    outcome.configuration["pymerkle"] = "SqliteTree, SHA-256, its cache of subtrees on, SQLite's durable mode"


def _over(job: Callable[[Any, Any], object], *columns: Any) -> Callable[[], None]:
    def each() -> None:
        for row in zip(*columns, strict=True):
            job(*row)

    return each


def _appends(outcome: Outcome, ledger: Ledger, tree: Any, sizes: Sizes, tell: Tell) -> None:
    entries, leaf = _choices(), ledger.entry(0).leaf
    contenders: dict[str, Callable[[], object]] = {}
    for count in sizes.batches:
        calls = itertools.cycle([list(itertools.islice(entries, count)) for _ in range(_CALLS)])
        contenders[f"append_{count}"] = functools.partial(_append_next, ledger, calls)
        contenders[f"append_{count}_pymerkle"] = functools.partial(tree.append_entries, [leaf] * count)
    contenders["append_single_pymerkle"] = functools.partial(tree.append_entry, leaf)
    measured = functools.partial(
        in_turn, contenders, sizes.rounds, tell=tell, stage="appending", at_least_seconds=_AT_LEAST_SECONDS
    )
    taken, spent = measured(), measured(clock=time.process_time)
    for count in sizes.batches:
        for name, who in ((f"append_{count}", "licet"), (f"append_{count}_pymerkle", "pymerkle")):
            what = f"{who}, durable append, {count:,} a call, an entry"
            outcome.add(name, what, "µs", [seconds / count * 1e6 for seconds in taken[name]])
            spent_each = [seconds / count * 1e6 for seconds in spent[name]]
            outcome.add(f"{name}_cpu", f"{what} (processor time)", "µs", spent_each)
            outcome.others |= {name, f"{name}_cpu"} if who == "pymerkle" else set()
        outcome.compare(
            f"append_{count}_pymerkle_over_licet",
            f"append, {count:,} a call, pymerkle over licet",
            taken[f"append_{count}_pymerkle"],
            taken[f"append_{count}"],
        )
    single = [seconds * 1e6 for seconds in taken["append_single_pymerkle"]]
    outcome.add("append_single_pymerkle", "pymerkle, durable append, its call for one", "µs", single)
    outcome.curves.append(
        Curve(
            "append", "Durable append, by how many a call", "entries a call", "µs an entry",
            {
                who: {count: f"append_{count}{ending}" for count in sizes.batches}
                for who, ending in (("licet", ""), ("pymerkle", "_pymerkle"))
            },
            log_x=True, log_y=True,
        )
    )  # fmt: skip


def _append_next(ledger: Ledger, calls: Iterator[list[NewEntry]]) -> None:
    ledger.append(next(calls))


def _toggles(outcome: Outcome, ledger: Ledger, sizes: Sizes, tell: Tell) -> None:
    """One choice at a time, beside what one sync costs here: the floor under whatever is durable."""
    entries, file = _choices(), Path(ledger.place).with_name("sync")
    toggles: list[float] = []
    syncs: list[float] = []
    spent: list[float] = []
    for turn in range(sizes.rounds):
        tell("toggling", turn, sizes.rounds)
        of_toggles, of_syncs, start = list[float](), list[float](), 0.0
        for _ in range(sizes.toggles):
            new, start = [next(entries)], start - time.process_time()
            of_toggles.append(seconds_of(functools.partial(ledger.append, new)))
            start += time.process_time()
            of_syncs.append(seconds_of(functools.partial(_sync, file)))
        toggles.append(median(of_toggles))
        syncs.append(median(of_syncs))
        spent.append(start / sizes.toggles)
    outcome.add("toggle", "licet, one durable toggle", "µs", [seconds * 1e6 for seconds in toggles])
    outcome.add(
        "toggle_cpu", "licet, one durable toggle (processor time)", "µs", [seconds * 1e6 for seconds in spent]
    )
    outcome.add("sync", "this disk: write a page and sync it", "µs", [seconds * 1e6 for seconds in syncs])
    outcome.compare("toggle_over_sync", "one durable toggle over the disk's own sync", toggles, syncs)


def _large(outcome: Outcome, path: Path, signer: Signer, sizes: Sizes, seed: int, tell: Tell) -> None:
    """The same of a ledger of which neither tables nor tiles fit the caches that they are kept in."""
    entries, chance, count = _choices(), Random(f"large/{seed}"), sizes.batches[-1]
    with Ledger.create(path, signer, lambda: datetime.now(UTC)) as ledger:
        for done in range(0, sizes.large, 10_000):
            tell("filling a large ledger", done, sizes.large)
            ledger.append(list(itertools.islice(entries, min(10_000, sizes.large - done))))
        asked = [chance.randrange(sizes.large) for _ in range(sizes.proofs)]
        leaves, root = [ledger.entry(index).leaf_hash for index in asked], ledger.checkpoint().root
        first = [_spent(functools.partial(ledger.inclusion_proof, index)) * 1e6 for index in asked[:100]]
        proofs = [ledger.inclusion_proof(index) for index in asked]
        taken = in_turn(
            {
                "prove": _over(lambda index, _: ledger.inclusion_proof(index), asked, asked),
                "verify": _over(lambda proof, leaf: proof.verify(leaf, root), proofs, leaves),
            },
            sizes.rounds,
            tell=tell,
            stage="proving in a large ledger",
            at_least_seconds=_AT_LEAST_SECONDS,
            clock=time.process_time,
        )
        spent = [
            _spent(functools.partial(ledger.append, list(itertools.islice(entries, count)))) / count * 1e6
            for _ in range(sizes.rounds)
        ]
        tell("verifying a large ledger", 0, None)
        start = time.process_time()
        require_same("the large ledger", ledger.verify().ok, True)
        whole, verified = time.process_time() - start, ledger.position
    each = [seconds / sizes.proofs * 1e6 for seconds in taken["prove"]]
    large = f"{sizes.large:,} entries"
    outcome.add("prove_large", f"licet, one inclusion proof, {large} (processor time)", "µs", each)
    outcome.add(
        "prove_first", f"licet, the first proofs after opening, {large} (processor time)", "µs", first
    )
    each = [seconds / sizes.proofs * 1e6 for seconds in taken["verify"]]
    outcome.add("verify_large", f"licet, verify one proof, {large} (processor time)", "µs", each)
    what = f"licet, durable append to {large}, {count:,} a call, an entry (processor time)"
    outcome.add("append_large_cpu", what, "µs", spent)
    outcome.add("verify_whole", f"licet, verify a whole ledger of {large} (processor time)", "s", [whole])
    outcome.notes.append(
        f"Of a ledger of {verified:,} entries verification takes {whole / verified * 1e6:.1f} µs an entry; it has "
        f"{path.stat().st_size / verified:.0f} bytes an entry in its file."
    )


def _spent(job: Callable[[], object]) -> float:
    start = time.process_time()
    job()
    return time.process_time() - start


def _sync(path: Path) -> None:
    """What one sync costs here: the floor under every durable append."""
    with path.open("ab") as file:
        file.write(bytes(4096))
        file.flush()
        os.fsync(file.fileno())


def _threads(outcome: Outcome, ledger: Ledger, sizes: Sizes, tell: Tell) -> None:
    new = next(_choices())

    def append_singly() -> None:
        for _ in range(_THREAD_CALLS):
            ledger.append([new])

    def together() -> None:
        threads = [threading.Thread(target=append_singly) for _ in range(sizes.threads)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    before = ledger.position
    taken = in_turn(
        {"alone": append_singly, "together": together},
        sizes.rounds,
        tell=tell,
        stage="appending from threads",
    )
    done = (sizes.rounds + 1) * _THREAD_CALLS * (sizes.threads + 1)
    require_same("entries appended", ledger.position - before, done)
    alone = [seconds / _THREAD_CALLS * 1e6 for seconds in taken["alone"]]
    shared = [seconds / (_THREAD_CALLS * sizes.threads) * 1e6 for seconds in taken["together"]]
    outcome.add("append_alone", "licet, one thread, one a call, an entry", "µs", alone)
    outcome.add("append_together", f"licet, {sizes.threads} threads, one a call, an entry", "µs", shared)
    outcome.compare("alone_over_together", "one thread over several, an entry", alone, shared)
