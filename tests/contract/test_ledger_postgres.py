"""The ledger on a PostgreSQL server that is killed, backed up, restored: what was acknowledged is there, once.

The server here is durable as it comes: nothing of fsync or of the write-ahead log is turned off.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from ledger_homes import PostgresHome, codes
from licet.ledger import EntryKind, Ledger, NewEntry, Signer
from licet.terms import LedgerError
from postgres_server import OWNER, SERVER_ROLE, PostgresServer

pytestmark = pytest.mark.xdist_group("postgres")

#: A worker of a web server: a few threads, each choosing for other members, telling each answer it got.
WORKER = """
import sys, threading, time
from licet.ledger import EntryKind, Ledger, NewEntry, Signer
from licet.terms import LedgerError
place, checkpoint_path, key, name, threads = sys.argv[1:5] + [int(sys.argv[5])]
ledger = Ledger.open(place, Signer.open(key), checkpoint_path=checkpoint_path, busy_timeout_seconds=60)
stop = threading.Event()
def work(thread):
    call = 0
    while not stop.is_set():
        who, call = f"{name}-{thread}-{call}", call + 1
        try:
            said = ledger.append([NewEntry(EntryKind.CHOICE, who, {"setting": "s", "value": "off"})])[0].index
        except LedgerError as error:
            said = error.code
        sys.stdout.write(f"{who} {said}\\n")
        sys.stdout.flush()
        time.sleep(0.02)
workers = [threading.Thread(target=work, args=(n,)) for n in range(threads)]
[worker.start() for worker in workers]
sys.stdin.readline()
stop.set()
[worker.join() for worker in workers]
ledger.close()
"""


@pytest.fixture(scope="module")
def durable_server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.close()


@pytest.fixture
def home(durable_server: PostgresServer, tmp_path: Path) -> PostgresHome:
    return PostgresHome(durable_server, tmp_path)


@pytest.fixture
def key(home: PostgresHome, tmp_path: Path) -> Path:
    home.create(Signer.create(tmp_path / "ledger.key"), server_role=SERVER_ROLE).close()
    return tmp_path / "ledger.key"


def choose(who: str) -> NewEntry:
    return NewEntry(EntryKind.CHOICE, who, {"setting": "s", "value": "off"})


class Worker(NamedTuple):
    """One at work; its answers go to a file, since a pipe that nobody reads yet would fill and stop it."""

    process: subprocess.Popen[str]
    answers: Path


def start_worker(home: PostgresHome, key: Path, name: str, threads: int = 3) -> Worker:
    place = home.server.url(home.schema, SERVER_ROLE)
    command = [sys.executable, "-c", WORKER, place, str(home.checkpoint_path), str(key), name, str(threads)]
    answers = key.parent / f"{name}.answers"
    with answers.open("w") as file:
        return Worker(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=file, text=True), answers)


def check(home: PostgresHome, answers: list[list[str]]) -> Ledger:
    """Every choice that was acknowledged is there, once, at its place; what was refused for sure is not there."""
    ledger = home.open()
    report = ledger.verify()
    assert report.ok, report.problems
    entries = {entry.index: entry.subject for entry in ledger.entries()}
    assert sorted(entries) == list(range(report.size))
    times = Counter(entries.values())
    assert max(times.values(), default=1) == 1
    for who, said in answers:
        if said.isdigit():
            assert entries[int(said)] == who
        else:
            # LEDG-012 says that it may be there; every other error that it is not.
            assert said in ("LEDG-009", "LEDG-012", "LEDG-023"), said
            assert said == "LEDG-012" or who not in times
    return ledger


def finish(worker: Worker) -> list[list[str]]:
    worker.process.communicate("\n" if worker.process.poll() is None else None, timeout=120)
    return [line.split() for line in worker.answers.read_text().split("\n")[:-1]]


def wait_until_at_work(worker: Worker) -> None:
    deadline = time.monotonic() + 60
    while not worker.answers.stat().st_size:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def wait_until_recorded(reader: Ledger, start: int, workers: set[str]) -> None:
    """Until each of some workers has recorded something from entry `start` on."""
    deadline = time.monotonic() + 60
    while not workers <= {str(entry.subject).split("-")[0] for entry in reader.entries(start)}:
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize("seed", range(2))
def test_killed_worker_and_killed_database_lose_no_acknowledged_choice(
    home: PostgresHome, key: Path, seed: int
) -> None:
    """Four workers; one is killed, then the database with every process of it, then another worker."""
    rng = random.Random(seed)
    workers = [start_worker(home, key, f"w{number}") for number in range(4)]
    for worker in workers:
        wait_until_at_work(worker)
    time.sleep(rng.uniform(0, 0.5))
    os.kill(workers[0].process.pid, signal.SIGKILL)
    time.sleep(rng.uniform(0, 0.5))
    home.server.kill()
    time.sleep(rng.uniform(0, 0.3))
    home.server.start()
    with home.open() as reader:
        restarted = reader.position
        wait_until_recorded(reader, restarted, {"w2", "w3"})
    os.kill(workers[1].process.pid, signal.SIGKILL)
    answers = [answer for worker in workers for answer in finish(worker)]
    assert [worker.process.returncode for worker in workers] == [-9, -9, 0, 0]
    with check(home, answers) as ledger:
        # The two that were left went on by themselves once the database was back.
        late = {who.split("-")[0] for who, said in answers if said.isdigit() and int(said) >= restarted}
        assert {"w2", "w3"} <= late
        assert len([1 for _, said in answers if said.isdigit()]) <= ledger.position
        ledger.close()
    with home.open(Signer.open(key)) as writer:
        writer.append([choose("after")])
        assert writer.verify().ok


def test_database_killed_again_and_again_under_one_process_loses_nothing(
    home: PostgresHome, key: Path
) -> None:
    answers: list[list[str]] = []
    stop = threading.Event()
    place = home.server.url(home.schema, SERVER_ROLE)
    with Ledger.open(place, Signer.open(key), checkpoint_path=home.checkpoint_path) as ledger:

        def work(thread: int) -> None:
            call = 0
            while not stop.is_set():
                who, call = f"t{thread}-{call}", call + 1
                try:
                    answers.append([who, str(ledger.append([choose(who)])[0].index)])
                except LedgerError as error:
                    answers.append([who, error.code])
                    time.sleep(0.02)

        workers = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for worker in workers:
            worker.start()
        rng = random.Random(7)
        for _ in range(4):
            time.sleep(rng.uniform(0.1, 0.4))
            home.server.kill()
            home.server.start()
        time.sleep(0.3)
        stop.set()
        for worker in workers:
            worker.join()
        ledger.append([choose("last")])
    check(home, answers).close()
    assert any(said.isdigit() for _, said in answers) and any(not said.isdigit() for _, said in answers)


def test_dump_restores_to_a_ledger_that_verifies_and_goes_on(
    home: PostgresHome, key: Path, tmp_path: Path
) -> None:
    with home.open(Signer.open(key)) as ledger:
        ledger.append([choose(f"m{number}") for number in range(300)])
        ledger.erase("m7")
        before, published = ledger.checkpoint(), ledger.checkpoint().text
        dump = back_up(home)
        proof, leaf = ledger.inclusion_proof(3), ledger.entry(3).leaf_hash
    restore(home, dump)
    with home.open(Signer.open(key)) as restored:
        assert restored.verify(against=[published]).ok
        assert restored.checkpoint() == before and restored.entry(7).erased
        assert restored.inclusion_proof(3) == proof and proof.verify(leaf, before.root)
        assert restored.append([choose("more")])[0].index == 301
        assert restored.verify(against=[published]).ok
    # Grants travel with the dump.
    with Ledger.open(home.server.url(home.schema, SERVER_ROLE), Signer.open(key)) as server:
        server.append([choose("again")])
        with pytest.raises(LedgerError, match="LEDG-024"):
            server.erase("m8")


def test_older_copy_that_is_restored_shows_against_the_file_and_against_a_published_checkpoint(
    home: PostgresHome, key: Path
) -> None:
    with home.open(Signer.open(key)) as ledger:
        ledger.append([choose("ann"), choose("bob")])
        dump = back_up(home)
        ledger.append([choose("cat")])
        published = ledger.checkpoint().text
    restore(home, dump)
    with pytest.raises(LedgerError, match=r"LEDG-017.*it has 2 entries and .* signs 3"):
        home.open(Signer.open(key))
    with home.open() as reader:
        assert codes(reader.verify()) == {"truncated"}
        home.checkpoint_path.unlink()
        assert reader.verify().ok
        report = reader.verify(against=[published])
        assert codes(report) == {"truncated"} and "signs 3" in report.problems[0].what
    # Written to, it is a fork of what was published.
    with home.open(Signer.open(key)) as forked:
        forked.append([choose("dan")])
        assert codes(forked.verify(against=[published])) == {"forked"}


def test_process_that_is_running_while_an_older_copy_is_restored_refuses_to_build_on_it(
    home: PostgresHome, key: Path
) -> None:
    with home.open(Signer.open(key)) as ledger:
        ledger.append([choose("ann")])
        dump = back_up(home)
        ledger.append([choose("bob")])
        restore(home, dump)
        with pytest.raises(LedgerError, match="LEDG-017"):
            ledger.append([choose("cat")])
        with pytest.raises(LedgerError, match="LEDG-017"):
            _ = ledger.position  # nor is anything read by it, which would forget a no
    with home.open(read_only=True) as reader:
        assert reader.position == 1


def back_up(home: PostgresHome) -> Path:
    path = home.server.folder / f"{home.schema}.dump"
    home.server.run(
        "pg_dump", "-h", home.server.folder, "-U", OWNER, "-n", home.schema, "-Fc", "-f", path, "licet"
    )
    return path


def restore(home: PostgresHome, dump: Path) -> None:
    with home.server.connect() as connection:
        connection.execute(f"DROP SCHEMA {home.schema} CASCADE")
    home.server.run(
        "pg_restore", "-h", home.server.folder, "-U", OWNER, "-d", "licet", "--single-transaction", dump
    )
