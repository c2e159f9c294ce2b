"""Law 11: whatever dies at whatever step, published snapshots are whole and the next writer goes on.

First every step: a writer is stopped before its n-th change to the disk, for every n, with no chance to clean up.
Then the real thing: processes killed with SIGKILL at random moments.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from journeys.dying_files import Died, DyingFiles
from licet.store import Store
from licet.store.store import _check_marker


def publish(store: Store, contents: list[bytes], kind: str = "corpus") -> str:
    with store.build(kind) as build:
        return build.publish(
            {"files": [{"sha256": build.put(data), "bytes": len(data)} for data in contents]}
        )


def build_two(store: Store) -> None:
    with store.build("corpus") as build:
        for contents in ([b"shared", b"third"], [b"fourth"]):
            build.publish({"files": [{"sha256": build.put(data)} for data in contents]})
        build.put(b"wasted")


def publish_an_older_one_again(store: Store) -> None:
    publish(store, [b"shared", b"first"])


def purge_the_first(store: Store) -> None:
    store.purge(["corpus-1"])


def purge_everything(store: Store) -> None:
    store.purge(["corpus-1", "corpus-2"])


def remove_and_sweep(store: Store) -> None:
    store.remove("corpus-2")
    store.sweep()


def scan(store: Store) -> None:
    assert store.scan([b"first"]) != []


@pytest.mark.parametrize(
    "act", [build_two, publish_an_older_one_again, purge_the_first, purge_everything, remove_and_sweep, scan]
)
def test_a_crash_at_any_step_leaves_published_snapshots_whole(
    tmp_path: Path, act: Callable[[Store], None]
) -> None:
    start = tmp_path / "start"
    before = Store.open(start, create=True)
    old = {publish(before, [b"shared", b"first"]), publish(before, [b"shared", b"second"])}
    steps, died = 0, True
    while died:
        place = tmp_path / f"died at {steps}"
        shutil.copytree(start, place)
        dying = Store(DyingFiles(place, steps), read_only=False)
        try:
            act(dying)
            died = False
        except Died:
            pass
        after = Store.open(place)
        assert after.verify() == []
        listed = {snapshot.id for snapshot in after.snapshots()}
        if act in (build_two, publish_an_older_one_again, scan):
            assert old <= listed
        # The next writer goes on as if nothing had been, and leaves nothing unaccounted for.
        publish(after, [b"afterwards", b"shared"], "model")
        assert after.verify() == [] and list((place / "staging").iterdir()) == []
        referred = {f["sha256"] for snapshot in after.snapshots() for f in snapshot.manifest["files"]}
        held = {path.name for path in (place / "objects").rglob("*") if path.is_file()}
        if act is remove_and_sweep:
            assert referred <= held  # a removal alone leaves its objects to the sweep
        else:
            assert held == referred
        sequences = [snapshot.sequence for snapshot in after.snapshots()]
        assert sequences == sorted(set(sequences)) and sequences[-1] >= 3
        shutil.rmtree(place)
        steps += 1
    assert steps >= 5


def test_making_a_store_can_die_at_any_step(tmp_path: Path) -> None:
    steps, died = 0, True
    while died:
        place = tmp_path / f"died at {steps}"
        place.mkdir()
        try:
            from licet.store.store import _make

            _make(DyingFiles(place, steps))
            died = False
        except Died:
            pass
        store = Store.open(place, create=True)
        _check_marker(store._files, (place / "licet-store.json").read_bytes())
        publish(store, [b"x"])
        assert store.verify() == []
        steps += 1
    assert steps > 2


BUILD_FOR_EVER = """
import os, sys
from licet.store import Store
store, turn = Store.open(sys.argv[1]), 0
while True:
    turn += 1
    with store.build("corpus") as build:
        files = [build.put(b"%d %d %d " % (os.getpid(), turn, n) * 5000, ".txt") for n in range(6)]
        id_ = build.publish({"turn": [os.getpid(), turn], "files": [{"sha256": f} for f in files]})
    os.write(1, id_.encode() + b"\\n")
    if turn % 3 == 0:
        names = [s.id for s in store.snapshots("corpus")]
        for id_ in names[:-2]:
            os.write(1, b"-" + id_.encode() + b"\\n")
        store.purge(names[:-2])
"""


def test_published_snapshots_survive_kill_9_at_any_moment(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "s", create=True)
    moments = random.Random(11)
    acknowledged: set[str] = set()
    given_up: set[str] = set()
    for _ in range(18):
        process = subprocess.Popen(
            [sys.executable, "-c", BUILD_FOR_EVER, store.where], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        lines = [process.stdout.readline()]  # it is at work
        try:
            process.wait(timeout=moments.uniform(0, 0.12))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        assert process.returncode == -signal.SIGKILL
        for line in [*lines, *rest.splitlines()]:
            word = line.decode().strip()
            (given_up if word.startswith("-") else acknowledged).add(word.lstrip("-"))
        assert store.verify() == []
        assert acknowledged - given_up <= {snapshot.id for snapshot in store.snapshots("corpus")}
    own = publish(store, [b"the last word"])
    assert store.snapshot("corpus").id == own and store.verify() == []
    referred = {f["sha256"] for snapshot in store.snapshots() for f in snapshot.manifest["files"]}
    held = {path.name.split(".")[0] for path in (tmp_path / "s" / "objects").rglob("*") if path.is_file()}
    assert held == referred and hashlib.sha256(b"the last word").hexdigest() in held
    assert list((tmp_path / "s" / "staging").iterdir()) == []
