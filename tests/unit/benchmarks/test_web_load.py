"""The real server, four workers on a real PostgreSQL, killed under toggles: what was acknowledged is there, once.

Every toggle has a key and is looked up by it in the ledger. The long run of it is `python -m benchmarks --only web`.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.web_load import Load
from benchmarks.web_server import Server, find_faults, read_load, start_load

from journeys.networks import make_network, member
from ledger_homes import PostgresHome
from licet.app import Workspace
from postgres_server import SERVER_ROLE, PostgresServer, children_of

pytestmark = pytest.mark.xdist_group("postgres")

SUBJECTS = tuple(f"m{number}" for number in range(50))


@pytest.fixture(scope="module")
def durable_server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.close()


@pytest.fixture
def workspace(durable_server: PostgresServer, tmp_path: Path) -> Iterator[Workspace]:
    """Its server role reads and appends, and can do nothing else."""
    place = PostgresHome(durable_server, tmp_path).place
    rows = {"members": [member(subject) for subject in SUBJECTS]}
    made = make_network(tmp_path / "w", rows, ledger=place, ledger_role=SERVER_ROLE)
    yield made
    made.close()


@pytest.mark.nightly
def test_killed_worker_and_killed_database_lose_and_double_no_toggle(
    workspace: Workspace, durable_server: PostgresServer
) -> None:
    token, text = workspace.tokens.create("load", ["choices:write"])
    since = workspace.ledger.position
    server = Server(workspace.layout.root, workers=4)
    try:
        load = Load(
            "127.0.0.1", server.port, text, "ai", SUBJECTS, rate=30, seconds=5, connections=8,
            patience_seconds=90, seed=1, run="killed",
        )  # fmt: skip
        client = start_load(load)
        wait_for(workspace, since + 20)
        killed = workers_of(server.process.pid)[0]
        os.kill(killed, signal.SIGKILL)
        wait_for(workspace, since + 50)
        durable_server.kill()
        durable_server.start()
        toggles = read_load(client, 200)
    finally:
        server.close()
    assert find_faults(workspace, token.id, toggles, since) == []
    assert len(toggles) == 150 and {toggle.status for toggle in toggles} == {200}, (
        "each got its answer in the end"
    )
    assert any(toggle.attempts > 1 for toggle in toggles), "somebody was in the middle of it"


def wait_for(workspace: Workspace, position: int) -> None:
    deadline = time.monotonic() + 90
    while workspace.ledger.position < position:
        assert time.monotonic() < deadline, "the toggles do not come through"
        time.sleep(0.02)


def workers_of(server: int) -> list[int]:
    """The processes that answer: children of the server that run the interpreter on its behalf."""
    return [
        child for child in children_of(server) if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
