"""A server process of its own for a workspace, as `licet serve` starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

#: Seconds a server may take until it answers, on a busy machine.
_PATIENCE_SECONDS = 60


class Site(NamedTuple):
    """Where the pages are, and the workspace behind them."""

    address: str
    workspace: Path


@contextmanager
def serve(workspace: Path) -> Iterator[Site]:
    """The pages of a workspace, with the demo's sign-in, until the block ends."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
    told = workspace.parent / f"{workspace.name}-server.txt"
    command = [
        sys.executable, str(Path(__file__).with_name("one_address.py")), "--workspace", str(workspace),
        "--port", str(port), "--demo-sign-in",
    ]  # fmt: skip
    with told.open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=dict(os.environ))
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(server, address, told)
        yield Site(address, workspace)
    finally:
        server.terminate()
        server.wait(30)


def _wait(server: subprocess.Popen[bytes], address: str, told: Path) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
                assert answer.status == 200
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the server does not answer; it said:\n{told.read_text()}")
