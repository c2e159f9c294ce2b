"""The real server with several worker processes, started for a measurement or a test, and a load let loose on it."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from benchmarks.web_load import Load, Toggle
from licet.app import Workspace
from licet.app.choice_recording import name_request
from licet.ledger import EntryKind


class Server:
    """`python -m licet.web`, or another module in its place, over a workspace; `close` ends it with its workers."""

    def __init__(self, workspace: Path, workers: int, module: str = "licet.web") -> None:
        self.port = _free_port()
        self.log = workspace / "server.log"
        command = [sys.executable, "-m", module, "--workspace", str(workspace), "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--workers", str(workers)], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        self._wait()

    def _wait(self, seconds: float = 120) -> None:
        """Until it answers. Raises: RuntimeError with what it said where it does not."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError, urllib.error.URLError):
                url = f"http://127.0.0.1:{self.port}/api/v1/openapi.json"
                urllib.request.urlopen(url, timeout=30).close()
                return
            time.sleep(0.1)
        raise RuntimeError(f"the server did not start: {self.log.read_text('utf-8', 'replace')[-2000:]}")

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Proxied:
    """A keep-alive proxy before a server, in a process of its own; a context manager that gives the proxy's port."""

    def __init__(self, port: int) -> None:
        self._asked = json.dumps({"host": "127.0.0.1", "port": port})

    def __enter__(self) -> int:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.web_proxy"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1],
        )  # fmt: skip
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{self._asked}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=30)


def start_load(load: Load) -> subprocess.Popen[str]:
    """The client, in a process of its own; `read_load` waits for it."""
    client = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.web_load"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert client.stdin is not None
    client.stdin.write(json.dumps(asdict(load)))
    client.stdin.close()
    client.stdin = None
    return client


def read_load(client: subprocess.Popen[str], seconds: float) -> list[Toggle]:
    """What became of every toggle. Raises: RuntimeError when the client failed."""
    told, _ = client.communicate(timeout=seconds)
    if client.returncode:
        raise RuntimeError(f"the client ended with {client.returncode}")
    return [Toggle(**json.loads(line)) for line in told.splitlines()]


def find_faults(workspace: Workspace, token_id: str, toggles: list[Toggle], since: int) -> list[str]:
    """What the ledger says otherwise than the answers did: each toggle looked up by its key, every entry accounted for.

    since: the position before the load.
    """
    faults, known = [], Counter[str]()
    for toggle in toggles:
        request = name_request(workspace.salt, f"{token_id} {toggle.key}")
        known[request] += 1
        found = workspace.ledger.requested(request)
        asked = [one for one in found if one.payload and one.payload["value"] == toggle.value]
        if toggle.entry is not None and [one.index for one in found][:1] != [toggle.entry]:
            faults.append(f"{toggle.key} was acknowledged as entry {toggle.entry} and is {found}")
        if len(asked) != len(found) or any(one.subject != toggle.subject for one in found):
            faults.append(f"{toggle.key} was recorded as something else")
    recorded = Counter(
        (entry.payload or {}).get("request")
        for entry in workspace.ledger.entries(since, kind=EntryKind.CHOICE)
    )
    faults += [f"request {one} stands {times} times" for one, times in recorded.items() if times > 1]
    faults += [f"an entry of nobody's request {one}" for one in recorded if one not in known]
    if not (report := workspace.ledger_verify()).ok:
        faults += [problem.what for problem in report.problems]
    return faults


def _free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port
