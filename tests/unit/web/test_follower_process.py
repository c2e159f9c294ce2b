"""Beside a server, however many workers answer, one process brings what was made to choices, and ends with it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import licet
from journeys.networks import make_network, member, post
from licet.app.follow_lock import reached_by
from licet.app.workspace import Workspace
from licet.terms.moments import parse_moment

ROWS = {
    "members": [member("ann"), member("ben")],
    "posts": [post("1", "ann", "hers"), post("2", "ben", "his")],
}


def _until(holds: Callable[[], object]) -> None:
    ends = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < ends, "it never came to that"
        time.sleep(0.1)


def _followers(root: Path) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"licet.web.follower_process" in words and str(root).encode() in words:
            found.append(int(path.parent.name))
    return found


def _is_followed(workspace: Workspace) -> bool:
    return reached_by(workspace, workspace.now()) is not None


def test_one_process_follows_and_ends_with_the_server_however_that_ends(tmp_path: Path) -> None:
    root = tmp_path / "w"
    make_network(root, ROWS, clock=lambda: parse_moment("2026-01-01")).close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "licet.web",
        "--workspace",
        str(root),
        "--port",
        str(port),
        "--workers",
        "2",
    ]
    with licet.open(root) as workspace:
        workspace.corpus_build()
        server = subprocess.Popen(
            [*command, "--follow"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            _until(lambda: _is_followed(workspace))
            workspace.choose("ann", "ai", "off")
            _until(lambda: workspace.status()[0].standing.value == "exact")
            (follower,) = _followers(root)
            os.kill(follower, signal.SIGKILL)
            _until(lambda: _followers(root) not in ([], [follower]) and _is_followed(workspace))
            workspace.choose("ben", "ai", "off")
            _until(lambda: workspace.status()[0].standing.value == "exact")
            assert len(_followers(root)) == 1 and workspace.store.verify() == []
            server.kill()
            _until(lambda: not _followers(root))
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
