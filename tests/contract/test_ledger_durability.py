"""Nothing is lost: real processes that append at once, and real processes that are killed while they do.

A child tells its parent of an entry only after `append` returned it, through a pipe; so what the parent read is
what was acknowledged, and all of it must be in the ledger whatever happened to the child.
"""

from __future__ import annotations

import os
import random
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ledger_homes import Home, SqliteHome
from licet.ledger import Checkpoint, EntryKind, Ledger, NewEntry, Signer
from licet.terms import LedgerError

WRITER = """
import sys, threading
from licet.ledger import Checkpoint, EntryKind, Ledger, NewEntry, Signer
place, checkpoint_path, key, name, calls, size, threads, erases = sys.argv[1:5] + [int(a) for a in sys.argv[5:9]]
ledger = Ledger.open(place, Signer.open(key), checkpoint_path=checkpoint_path, busy_timeout_seconds=120)
print("ready", flush=True)
sys.stdin.readline()
def work(thread):
    for call in range(calls):
        who = f"{name}-{thread}-{call}"
        payload = {"setting": "s", "category": None, "value": "off", "via": "test"}
        entries = ledger.append([NewEntry(EntryKind.CHOICE, who, payload) for _ in range(size)])
        sys.stdout.write(f"{who} {entries[0].index} {entries[-1].index}\\n")
        sys.stdout.flush()
        if erases and call % 5 == 4:
            ledger.erase(who)
            sys.stdout.write(f"erased {who} 0\\n")
            sys.stdout.flush()
workers = [threading.Thread(target=work, args=(n,)) for n in range(threads)]
[worker.start() for worker in workers]
[worker.join() for worker in workers]
ledger.close()
"""


@pytest.fixture
def key(home: Home, tmp_path: Path) -> Path:
    """The key of an empty ledger in its home."""
    home.create(Signer.create(tmp_path / "ledger.key")).close()
    return tmp_path / "ledger.key"


def start_writer(
    home: Home, key: Path, name: str, *, calls: int, size: int, threads: int, erases: bool = False
) -> subprocess.Popen[str]:
    numbers = [str(int(number)) for number in (calls, size, threads, erases)]
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, home.place, str(home.checkpoint_path), str(key), name, *numbers],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None and child.stdout.readline() == "ready\n"
    return child


def set_off(child: subprocess.Popen[str]) -> None:
    assert child.stdin is not None
    child.stdin.write("\n")
    child.stdin.flush()


def acknowledged(output: str) -> tuple[list[tuple[str, int, int]], set[str]]:
    """Whole lines only: a child that is killed may leave the beginning of one."""
    lines = [line.split() for line in output.split("\n")[:-1]]
    erased = {who for word, who, _ in lines if word == "erased"}
    return [(who, int(first), int(last)) for who, first, last in lines if who != "erased"], erased


def check(ledger: Ledger, calls: list[tuple[str, int, int]], erased: set[str]) -> None:
    report = ledger.verify()
    assert report.ok, report.problems
    for who, first, last in calls:
        entries = list(ledger.entries(first, last + 1))
        assert len(entries) == last - first + 1
        if who in erased:
            assert all(entry.erased for entry in entries)
        else:
            # An erasure that was carried out and not yet acknowledged may have taken them all, never some.
            assert {entry.subject for entry in entries} in ({who}, {None})


def test_processes_that_append_at_once_lose_nothing(home: Home, key: Path) -> None:
    children = [start_writer(home, key, f"p{n}", calls=15, size=3, threads=2) for n in range(3)]
    for child in children:
        set_off(child)
    calls = []
    for child in children:
        output, _ = child.communicate(timeout=180)
        assert child.returncode == 0
        calls += acknowledged(output)[0]
    assert len(calls) == 3 * 2 * 15
    with home.open() as ledger:
        assert ledger.position == len(calls) * 3
        assert sorted(index for _, first, last in calls for index in range(first, last + 1)) == list(
            range(270)
        )
        check(ledger, calls, set())
        assert ledger.choices_table().num_rows == len(calls)


@pytest.mark.parametrize("seed", range(4))
def test_writer_killed_at_any_moment_leaves_a_ledger_that_verifies(home: Home, key: Path, seed: int) -> None:
    """Five deaths in a row on one ledger, each at another moment, the last of them followed by an ordinary append."""
    rng, calls, erased = random.Random(seed), [], set()
    for death in range(5):
        child = start_writer(
            home,
            key,
            f"d{death}",
            calls=100_000,
            size=rng.choice([1, 3, 40]),
            threads=2,
            erases=rng.random() < 0.5,
        )
        set_off(child)
        assert child.stdout is not None
        # Wait for the first word, so that it dies at work, then for a moment drawn anew each time.
        select.select([child.stdout], [], [], 60)
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(rng.uniform(0, 0.12))
        os.kill(child.pid, signal.SIGKILL)
        output, _ = child.communicate(timeout=60)
        done, gone = acknowledged(output)
        assert done
        calls += done
        erased |= gone
        with home.open() as reader:
            check(reader, calls, erased)
    with home.open(Signer.open(key)) as ledger:
        before = ledger.position
        payload = {"setting": "s", "category": None, "value": "on"}
        (entry,) = ledger.append([NewEntry(EntryKind.CHOICE, "after", payload)])
        assert entry.index == before
        check(ledger, [*calls, ("after", before, before)], erased)


def test_writers_whose_file_is_put_back_are_refused_and_what_they_were_told_is_in_the_file_they_wrote(
    sqlite_home: SqliteHome, tmp_path: Path
) -> None:
    """Killed, replaced, killed again: an older copy takes the place of the file while two processes append."""
    Signer.create(tmp_path / "ledger.key")
    key = tmp_path / "ledger.key"
    sqlite_home.create(Signer.open(key)).close()
    old = tmp_path / "old.sqlite"
    shutil.copy2(sqlite_home.path, old)
    children = [start_writer(sqlite_home, key, f"r{n}", calls=100_000, size=2, threads=2) for n in range(2)]
    for child in children:
        set_off(child)
        assert child.stdout is not None
        select.select([child.stdout], [], [], 60)
    away = SqliteHome(tmp_path / "away" / sqlite_home.path.name)
    away.path.parent.mkdir()
    for ending in ("", "-wal", "-shm"):
        name = sqlite_home.path.name + ending
        sqlite_home.path.with_name(name).rename(away.path.with_name(name))
    shutil.copy2(old, sqlite_home.path)
    calls = []
    for child in children:
        output, _ = child.communicate(timeout=120)  # every thread of theirs ends with an error
        calls += acknowledged(output)[0]
    assert calls
    with away.open() as reader:
        check(reader, calls, set())
    with pytest.raises(LedgerError, match="LEDG-017"):
        sqlite_home.open(Signer.open(key))


DIES = """
import os, sys
from licet.ledger import Checkpoint, EntryKind, Ledger, NewEntry, Signer
from licet.ledger.checkpoints import CheckpointFile
place, checkpoint_path, key, where = sys.argv[1:]
ledger = Ledger.open(place, Signer.open(key), checkpoint_path=checkpoint_path)
new = [NewEntry(EntryKind.CHOICE, "ann", {"setting": "s", "value": "off"})]
ledger.append(new)
if where == "before the file":
    CheckpointFile.write = lambda *_: os._exit(7)
if where == "in the file":
    CheckpointFile._sync_soon = lambda *_: os._exit(7)
ledger.append(new)
print("acknowledged", flush=True)
os._exit(7)  # before the file is synced
"""


@pytest.mark.parametrize("where", ["before the file", "in the file", "before the sync"])
def test_writer_that_dies_between_commit_and_checkpoint_file_loses_nothing(
    sqlite_home: SqliteHome, tmp_path: Path, where: str
) -> None:
    """What it acknowledged is in the file already: a copy from before it, put back at once, is refused."""
    signer, old = Signer.create(tmp_path / "ledger.key"), tmp_path / "old.sqlite"
    with sqlite_home.create(signer) as ledger:
        ledger.append([NewEntry(EntryKind.CHOICE, "bob", {"setting": "s", "value": "off"})])
    shutil.copy2(sqlite_home.path, old)
    words = [sqlite_home.place, str(sqlite_home.checkpoint_path), str(tmp_path / "ledger.key"), where]
    child = subprocess.run([sys.executable, "-c", DIES, *words], capture_output=True, text=True, timeout=60)
    assert child.returncode == 7, child.stderr
    kept = Checkpoint.parse(sqlite_home.checkpoint_path.read_text(), signer.public_key_text)
    assert kept.size == (2 if where == "before the file" else 3)
    assert (child.stdout == "acknowledged\n") == (where == "before the sync")
    with sqlite_home.open(signer) as ledger:
        assert ledger.position == 3 and ledger.verify().ok
    for ending in ("-wal", "-shm"):
        sqlite_home.path.with_name(sqlite_home.path.name + ending).unlink(missing_ok=True)
    current = sqlite_home.path.read_bytes()
    shutil.copy2(old, sqlite_home.path)
    with pytest.raises(LedgerError, match="LEDG-017"):
        sqlite_home.open(signer)
    sqlite_home.path.write_bytes(current)
    with sqlite_home.open(signer) as ledger:
        ledger.append([NewEntry(EntryKind.CHOICE, "bob", {"setting": "s", "value": "on"})])
        assert ledger.verify().held_against == (4,)
