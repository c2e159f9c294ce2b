"""A platform's settings page under load: so many toggles a second, each with a key of its own, over a few connections.

A process of its own, so that the server is not measured by somebody who waits for the same interpreter. Toggles fall
due by the clock whether or not earlier ones were answered; how long one took counts from when it was due. One whose
answer is lost, or that is told to come back, is sent again with its key. Reads what to do as JSON from standard input
and writes what became of every toggle as JSON lines.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from dataclasses import asdict, dataclass
from random import Random
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True)
class Load:
    """rate: toggles a second. patience_seconds: how long one is tried after it was due. run: part of every key."""

    host: str
    port: int
    token: str
    setting: str
    subjects: tuple[str, ...]
    rate: float
    seconds: float
    connections: int
    patience_seconds: float
    seed: int
    run: str


@dataclass
class Toggle:
    """One toggle and what became of it. `entry` is where it was said to be recorded; None if it never was."""

    key: str
    subject: str
    value: str
    status: int = 0
    entry: int | None = None
    attempts: int = 0
    seconds: float = 0.0
    finished: float = 0.0


def toggles_of(load: Load) -> list[Toggle]:
    chance = Random(f"toggles/{load.seed}")
    return [
        Toggle(f"{load.run}-{number}", chance.choice(load.subjects), chance.choice(("on", "off")))
        for number in range(round(load.rate * load.seconds))
    ]


class _Connection:
    """HTTP/1.1 with keep-alive, as much of it as one known server speaks."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, key: str, body: bytes) -> tuple[int, bytes]:
        """Raises: OSError, EOFError or TimeoutError when the answer did not come; the connection is then let go."""
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection(self._load.host, self._load.port)
            reader, writer = self._streams
            writer.write(
                (
                    f"POST {path} HTTP/1.1\r\nHost: {self._load.host}:{self._load.port}\r\n"
                    f"Authorization: Bearer {self._load.token}\r\nIdempotency-Key: {key}\r\n"
                    f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                ).encode()
                + body
            )
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
            lines = head.decode("latin-1").split("\r\n")
            fields = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
            answer = await reader.readexactly(int(fields["content-length"]))
            if fields.get("connection") == "close":
                self.close()
            return int(lines[0].split(" ")[1]), answer
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def toggle_all(load: Load) -> list[Toggle]:
    """Send every toggle when it is due, and wait for what becomes of each."""
    toggles, start = toggles_of(load), time.monotonic()
    waiting = iter(enumerate(toggles))

    async def work() -> None:
        connection = _Connection(load)
        for number, toggle in waiting:
            due = start + number / load.rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await _carry_out(connection, toggle, load, due)
            toggle.finished = time.monotonic() - start
        connection.close()

    await asyncio.gather(*(work() for _ in range(load.connections)))
    return toggles


async def _carry_out(connection: _Connection, toggle: Toggle, load: Load, due: float) -> None:
    path = f"/api/v1/subjects/{quote(toggle.subject, safe='')}/choices"
    body = json.dumps({"setting": load.setting, "value": toggle.value, "via": "load"}).encode()
    while toggle.status != 200 and time.monotonic() - due < load.patience_seconds:
        if toggle.attempts:
            await asyncio.sleep(0.2)
        toggle.attempts += 1
        with contextlib.suppress(OSError, EOFError, TimeoutError, asyncio.IncompleteReadError):
            toggle.status, answer = await connection.post(path, toggle.key, body)
            if toggle.status == 200:
                toggle.entry = json.loads(answer)["entry"]
            elif toggle.status < 500 and toggle.status != 429:
                break  # asking again would change nothing
    toggle.seconds = time.monotonic() - due


def main() -> int:
    asked: dict[str, Any] = json.load(sys.stdin)
    load = Load(**{**asked, "subjects": tuple(asked["subjects"])})
    for toggle in asyncio.run(toggle_all(load)):
        sys.stdout.write(json.dumps(asdict(toggle)) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
