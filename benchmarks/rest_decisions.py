"""A decision through the REST API: processor time of the one process that answers, and how many it answers a second.

The server is `python -m licet.web` with one worker; the client is this process, with a connection a thread. What the
server spent is what the system counted for that process, over some thousand requests; connections are kept alive, and
made anew as often as the server ends them.
"""

from __future__ import annotations

import itertools
import json
import os
import socket
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from benchmarks.measure import Tell
from benchmarks.outcome import Outcome, require_same
from benchmarks.web_server import Server
from licet.app import Workspace

#: How many connections ask at once, beside one alone.
CONNECTIONS = 16
_QUESTION = {"purpose": "generative_ai_training", "category": "content.posts", "visibility": "public"}


class _Connection:
    """HTTP/1.1 with keep-alive, as much of it as one known server speaks."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self._socket: socket.socket | None = None

    def ask(self, path: str, body: bytes) -> int:
        """The status of the answer, which is read whole."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port))
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self._token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._socket.sendall(head.encode() + body)
        read = b""
        while b"\r\n\r\n" not in read:
            read += self._socket.recv(65536)
        told, _, answer = read.lower().partition(b"\r\n\r\n")
        length = int(told.split(b"content-length: ")[1].split(b"\r\n")[0])
        while len(answer) < length:
            answer += self._socket.recv(65536)
        if b"connection: close" in told:
            self.close()
        return int(told.split(b" ")[1])

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def measure_rest(
    outcome: Outcome, workspace: Workspace, asked: Sequence[str], requests: int, rounds: int, tell: Tell
) -> None:
    """Into `outcome`: one connection, and as many as `CONNECTIONS`."""
    _, token = workspace.tokens.create("benchmark", ["decisions:read"])
    server = Server(workspace.layout.root, 1)
    try:
        spent: dict[int, list[float]] = {1: [], CONNECTIONS: []}
        rates: list[float] = []
        _ask(server, token, asked, 200, 2)  # what is made at the first requests is not timed
        for turn, connections in itertools.product(range(rounds), spent):
            tell("asking the server", turn, rounds)
            before, start = _processor_seconds(server.process.pid), time.perf_counter()
            _ask(server, token, asked, requests, connections)
            taken = time.perf_counter() - start
            spent[connections].append((_processor_seconds(server.process.pid) - before) / requests * 1e3)
            if connections == CONNECTIONS:
                rates.append(requests / taken)
    finally:
        server.close()
    outcome.add("rest", "a decision over REST, processor time of the server, 1 connection", "ms", spent[1])
    outcome.add("rest_together", f"the same, {CONNECTIONS} connections", "ms", spent[CONNECTIONS])
    outcome.add("rest_rate", f"decisions over REST, one worker, {CONNECTIONS} connections", "1/s", rates)
    outcome.sizes["requests_a_round"] = requests
    outcome.reached |= {"rest_decide": ["rest", "rest_together"], "rest_rate": "rest_rate"}


def _ask(server: Server, token: str, asked: Sequence[str], requests: int, connections: int) -> None:
    numbers, lock, statuses = iter(range(requests)), threading.Lock(), set[int]()

    def work(which: int) -> None:
        connection, chance = _Connection(server.port, token), Random(which)
        while True:
            with lock:
                if next(numbers, None) is None:
                    break
            body = json.dumps({"subject": chance.choice(asked), **_QUESTION}).encode()
            statuses.add(connection.ask("/api/v1/decisions", body))
        connection.close()

    threads = [threading.Thread(target=work, args=(which,)) for which in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    require_same("the status of decisions over REST", statuses, {200})


def _processor_seconds(process: int) -> float:
    """What the system counted for a process and its threads. Linux only, in hundredths of a second."""
    told = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
