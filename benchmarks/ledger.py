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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.machine import peer
from benchmarks.measure import Tell, in_turn, silent
from benchmarks.outcome import Curve, Outcome, require_same
from licet.ledger import EntryKind, Ledger, NewEntry, Signer


@dataclass(frozen=True)
class Sizes:
    """standing: entries there before anything is timed. proofs: how many a round."""

    standing: int
    proofs: int
    rounds: int
    batches: tuple[int, ...] = (1, 100, 1_000)
    threads: int = 8


SMALL = Sizes(standing=5_000, proofs=200, rounds=7)
FULL = Sizes(standing=200_000, proofs=1_000, rounds=21)

_HOW = (
    "Each round appends one call of 1, 100 and 1,000 choices to a ledger that holds many already, and the same number "
    "of leaves to pymerkle's SqliteTree, in turn; files lie on the same disk, both in SQLite's durable mode.",
    "Threads: each appends single choices, twenty a round; those that wait share the next commit.",
    "Proofs are of entries drawn at random, for the whole tree; verification is of one such proof, roots and leaves "
    "at hand. pymerkle's cache of subtrees is on, as it is by default.",
)

_THREAD_CALLS = 20


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("ledger", "The ledger", _HOW)
    outcome.sizes = {"standing": sizes.standing, "threads": sizes.threads, "proofs_a_round": sizes.proofs}
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
                _threads(outcome, ledger, sizes, tell)
            finally:
                tree.close()
            tell("verifying the whole ledger", 0, None)
            require_same("the ledger after all this", ledger.verify().ok, True)
            outcome.checks.append(f"the ledger's {ledger.position:,} entries verify afterwards")
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

    def over(job: Callable[[Any, Any], object], *columns: Any) -> Callable[[], None]:
        def each() -> None:
            for row in zip(*columns, strict=True):
                job(*row)

        return each

    taken = in_turn(
        {
            "prove": over(lambda index, _: ledger.inclusion_proof(index), asked, asked),
            "prove_pymerkle": over(lambda index, _: tree.prove_inclusion(index + 1), asked, asked),
            "verify": over(lambda proof, leaf: proof.verify(leaf, root), mine, leaves),
            "verify_pymerkle": over(
                lambda proof, leaf: pymerkle.verify_inclusion(leaf, root, proof), theirs, leaves
            ),
        },
        sizes.rounds,
        tell=tell,
        stage="proving and verifying",
    )
    for name, what in (
        ("prove", "licet, one inclusion proof"),
        ("prove_pymerkle", "pymerkle, one inclusion proof"),
        ("verify", "licet, verify one proof"),
        ("verify_pymerkle", "pymerkle, verify one proof"),
    ):
        outcome.add(name, what, "µs", [seconds / sizes.proofs * 1e6 for seconds in taken[name]])
    outcome.compare(
        "prove_pymerkle_over_licet", "proof, pymerkle over licet", taken["prove_pymerkle"], taken["prove"]
    )
    outcome.compare(
        "verify_pymerkle_over_licet", "verify, pymerkle over licet", taken["verify_pymerkle"], taken["verify"]
    )
    outcome.reached |= {"prove": "prove", "verify": "verify"}
    outcome.others |= {"prove_pymerkle", "verify_pymerkle", "append_single_pymerkle", "sync"}
    outcome.configuration["pymerkle"] = "SqliteTree, SHA-256, its cache of subtrees on, SQLite's durable mode"


def _appends(outcome: Outcome, ledger: Ledger, tree: Any, sizes: Sizes, tell: Tell) -> None:
    entries, leaf = _choices(), ledger.entry(0).leaf
    contenders: dict[str, Callable[[], object]] = {}
    for count in sizes.batches:
        new = list(itertools.islice(entries, count))
        contenders[f"append_{count}"] = functools.partial(ledger.append, new)
        contenders[f"append_{count}_pymerkle"] = functools.partial(tree.append_entries, [leaf] * count)
    contenders["append_single_pymerkle"] = functools.partial(tree.append_entry, leaf)
    contenders["sync"] = functools.partial(_sync, Path(ledger.place).with_name("sync"))
    taken = in_turn(contenders, sizes.rounds, tell=tell, stage="appending")
    for count in sizes.batches:
        for name, who in ((f"append_{count}", "licet"), (f"append_{count}_pymerkle", "pymerkle")):
            what = f"{who}, durable append, {count:,} a call, an entry"
            outcome.add(name, what, "µs", [seconds / count * 1e6 for seconds in taken[name]])
        outcome.compare(
            f"append_{count}_pymerkle_over_licet",
            f"append, {count:,} a call, pymerkle over licet",
            taken[f"append_{count}_pymerkle"],
            taken[f"append_{count}"],
        )
    single = [seconds * 1e6 for seconds in taken["append_single_pymerkle"]]
    outcome.add("append_single_pymerkle", "pymerkle, durable append, its call for one", "µs", single)
    outcome.add(
        "sync", "this disk: write a page and sync it", "µs", [seconds * 1e6 for seconds in taken["sync"]]
    )
    outcome.reached["append"] = f"append_{sizes.batches[-1]}"
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
