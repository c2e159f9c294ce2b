"""Connections to PostgreSQL that are refused, die and come back; and what is known of a commit whose answer is lost."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from ledger_homes import PostgresHome
from licet.ledger import Ledger
from licet.terms import LedgerError
from postgres_server import PostgresServer


class Proxy:
    """Stands between a client and the server, and breaks the line when a commit goes over it.

    at_commit: "question" loses the commit on its way, "answer" lets it through and loses what the server says to
    it, "late" lets it through only a second after the client saw the line break.
    """

    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self.at_commit: str | None = None
        self.folder, self._server = folder, server
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / ".s.PGSQL.5432"))
        self._listening.listen(50)
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, schema: str) -> str:
        return self._server.url(schema).replace(quote(str(self._server.folder)), quote(str(self.folder)))

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server.folder / ".s.PGSQL.5432"))
                for way in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._pass_on, args=way, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, to_server: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if to_server and self.at_commit and b"COMMIT\x00" in data:
                    how, self.at_commit = self.at_commit, None
                    if how != "question":
                        source.shutdown(socket.SHUT_RDWR)  # the client hears nothing from here on
                        time.sleep(1 if how == "late" else 0)
                        target.sendall(data)
                        time.sleep(0.3)
                    break
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@pytest.fixture
def proxy(postgres_server: PostgresServer) -> Iterator[Proxy]:
    with tempfile.TemporaryDirectory(prefix="licet-proxy-", dir="/tmp") as folder:
        made = Proxy(postgres_server, Path(folder))
        yield made
        made.close()


@pytest.fixture
def through(postgres_home: PostgresHome, proxy: Proxy, signer, clock) -> Iterator[Ledger]:
    """A ledger reached through the proxy."""
    postgres_home.create(signer, clock).close()
    url = proxy.url(postgres_home.schema)
    with Ledger.open(url, signer, clock, checkpoint_path=postgres_home.checkpoint_path) as opened:
        yield opened


def end_connections(home: PostgresHome) -> None:
    """What an administrator, a failover or a restart does to whoever is connected."""
    with home.server.connect(user="postgres") as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )


def test_server_that_is_not_there_is_an_error(tmp_path: Path, signer) -> None:
    url = f"postgresql://ann:hunter2@/licet?host={quote(str(tmp_path))}"
    for act in (lambda: Ledger.open(url), lambda: Ledger.create(url, signer)):
        with pytest.raises(LedgerError, match=r"LEDG-023.*cannot be reached") as caught:
            act()
        assert "hunter2" not in caught.value.line()


@pytest.mark.parametrize(
    ("database", "user"), [("no_such_database", "licet_owner"), ("licet", "no_such_role")]
)
def test_database_or_role_that_is_not_there_is_an_error(
    postgres_server: PostgresServer, database: str, user: str
) -> None:
    with pytest.raises(LedgerError, match=r"LEDG-023.*no_such"):
        Ledger.open(postgres_server.url("any", user, database))


def test_driver_that_is_not_installed_is_an_error_only_where_it_is_needed(tmp_path: Path) -> None:
    script = f"""
import sys
sys.modules["psycopg"] = None
from licet.ledger import Ledger, Signer
from licet.terms import LedgerError
Ledger.create("{tmp_path}/l.sqlite", Signer.create("{tmp_path}/k")).close()
try:
    Ledger.open("postgresql://h/d")
except LedgerError as error:
    print(error.line())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("LEDG-026: ") and "pip install 'licet[postgres]'" in done.stdout


def test_connections_that_died_in_the_pool_are_replaced_and_nobody_notices(
    postgres_ledger, postgres_home, choice
) -> None:
    postgres_ledger.append([choice("ann", "on")])
    for number in range(1, 4):
        end_connections(postgres_home)
        assert postgres_ledger.position == number
        end_connections(postgres_home)
        assert postgres_ledger.append([choice("ann", "off")])[0].index == number
        end_connections(postgres_home)
        assert postgres_ledger.choices_table().num_rows == 1
    assert postgres_ledger.verify().ok


def test_connection_that_dies_in_the_middle_of_a_write_is_an_error_and_nothing_is_written(
    postgres_ledger, postgres_home, choice, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres_ledger.append([choice("ann", "on")])
    storage = postgres_ledger._storage
    insert = type(storage).insert

    def insert_and_lose(self, connection, rows) -> None:
        insert(self, connection, rows)
        end_connections(postgres_home)

    monkeypatch.setattr(type(storage), "insert", insert_and_lose)
    with pytest.raises(LedgerError, match="LEDG-023"):
        postgres_ledger.append([choice("bob", "on")])
    monkeypatch.undo()
    assert postgres_ledger.position == 1
    assert postgres_ledger.append([choice("bob", "on")])[0].index == 1
    assert postgres_ledger.verify().ok


def test_commit_whose_answer_is_lost_is_found_and_reported_as_done(through, proxy, choice) -> None:
    through.append([choice("ann", "on")])
    proxy.at_commit = "answer"
    (entry,) = through.append([choice("bob", "off")])
    assert proxy.at_commit is None
    assert through.entry(1) == entry and through.position == 2
    assert through.append([choice("cat", "off")])[0].index == 2
    assert through.verify().ok


def test_commit_that_never_arrived_is_an_error_and_may_be_repeated(through, proxy, choice) -> None:
    through.append([choice("ann", "on")])
    proxy.at_commit = "question"
    with pytest.raises(LedgerError, match=r"LEDG-023.*nothing of this call was written"):
        through.append([choice("bob", "off")])
    assert through.position == 1
    assert through.append([choice("bob", "off")])[0].index == 1
    assert through.verify().ok


def test_commit_that_arrives_after_the_line_broke_is_waited_for(through, proxy, choice) -> None:
    through.append([choice("ann", "on")])
    proxy.at_commit = "late"
    (entry,) = through.append([choice("bob", "off")])
    assert through.entry(1) == entry and through.position == 2
    assert through.verify().ok


def test_erasure_whose_answer_is_lost_is_found_and_reported_as_done(through, proxy, choice) -> None:
    through.append([choice("ann", "on"), choice("bob", "on")])
    proxy.at_commit = "answer"
    erasure = through.erase("ann", compact=False)
    assert erasure is not None and erasure == through.entry(2)
    assert through.verify().ok and through.verify().erased == 1


def test_commit_in_doubt_while_the_server_stays_away_is_reported_as_such(
    through, proxy, choice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("licet.ledger.postgres._SETTLING_SECONDS", 0.5)
    through.append([choice("ann", "on")])
    proxy.at_commit = "answer"
    proxy._listening.close()
    (proxy.folder / ".s.PGSQL.5432").unlink()
    with pytest.raises(LedgerError, match=r"LEDG-012.*may or may not have taken place"):
        through.append([choice("bob", "off")])


def test_more_threads_than_connections_wait_for_one(postgres_ledger, choice) -> None:
    postgres_ledger.append([choice(f"m{number}", "on") for number in range(50)])
    wrong, start = [], threading.Barrier(40)

    def ask() -> None:
        start.wait()
        for number in range(10):
            if postgres_ledger.position != 50 or postgres_ledger.choices_of(f"m{number}")[0].value != "on":
                wrong.append(number)

    workers = [threading.Thread(target=ask) for _ in range(40)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not wrong
    with postgres_ledger._storage.reading() as connection:
        mine = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'licet'"
        assert connection.exec_driver_sql(mine).scalar_one() <= 16


def test_child_of_a_fork_leaves_its_parents_connections_alone(postgres_home, signer, choice) -> None:
    """In a process of its own, because pytest has threads and a fork of those warns."""
    script = f"""
import os, sys
from licet.ledger import EntryKind, Ledger, NewEntry, Signer
new = NewEntry(EntryKind.CHOICE, "ann", {{"setting": "s", "value": "off"}})
key = Signer.create({os.fspath(postgres_home.checkpoint_path) + ".key"!r})
ledger = Ledger.create({postgres_home.place!r}, key)
ledger.append([new])
for _ in range(3):
    child = os.fork()
    if child == 0:
        ok = ledger.position >= 1 and ledger.append([new])
        os._exit(0 if ok else 1)
    assert os.waitpid(child, 0)[1] == 0
    ledger.append([new])
report = ledger.verify()
print(report.ok, report.size)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["True", "7"], done.stderr


@pytest.mark.parametrize("long", ["subject", "setting", "category"])
def test_key_that_no_index_takes_is_refused_and_harms_nobody_else(postgres_ledger, long: str) -> None:
    from licet.ledger import EntryKind, NewEntry

    def choice(length: int) -> NewEntry:
        texts = {"subject": "ann", "setting": "s", "category": "c"}
        rest = sum(map(len, texts.values())) - len(texts[long])
        texts[long] = "".join(chr(33 + (n * 7919) % 90) for n in range(length - rest))
        return NewEntry(EntryKind.CHOICE, texts.pop("subject"), {**texts, "value": "off"})

    with pytest.raises(LedgerError, match=r"LEDG-013.*2560 bytes"):
        postgres_ledger.append([choice(20), choice(2561)])
    postgres_ledger.append([choice(2560)])
    assert postgres_ledger.position == 1 and postgres_ledger.verify().ok
