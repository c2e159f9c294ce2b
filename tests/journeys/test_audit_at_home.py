"""`licet audit` in a process of its own that may open no socket and write no file but the page: and it works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from journeys.archives import COMPLETE, SECRET, zipped

#: An audit hook cannot be taken off again: whatever the command does, this process hears of it.
_WATCHED = r"""
import json, os, sys
written = []
def hear(event, args):
    if event.startswith(("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "urllib")):
        raise RuntimeError("the network was asked: " + event)
    if event == "socket.__new__":
        raise RuntimeError("a socket was made")
    if event in ("subprocess.Popen", "os.exec", "os.posix_spawn"):
        raise RuntimeError("a program was started")
    if event == "open" and isinstance(args[0], (str, bytes)) and (args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
        written.append(os.fsdecode(args[0]))
    if event in ("os.mkdir", "tempfile.mkstemp", "tempfile.mkdtemp") and not os.path.exists(args[0]):
        written.append(str(args[0]))
import licet.cli.main
sys.addaudithook(hear)
sys.argv = ["licet", *sys.argv[1:]]
try:
    licet.cli.main.run()
finally:
    print(json.dumps(written), file=sys.stderr)
"""


def test_nothing_leaves_the_machine_and_nothing_is_kept_but_the_page(tmp_path: Path) -> None:
    archive, home = zipped(tmp_path / "a.zip", COMPLETE), tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-B", "-c", _WATCHED, "audit", str(archive), "--at", "2026-10-01", "--html", "report.html"],
        cwd=home, capture_output=True, text=True, env={**os.environ, "TMPDIR": str(home), "HOME": str(home)},
    )  # fmt: skip
    assert done.returncode == 3, done.stderr  # it holds files that nobody knows
    written = json.loads(done.stderr.splitlines()[-1])
    assert all(Path(path).name.startswith(".report.html.") for path in written if path != os.devnull), written
    assert [path.name for path in home.iterdir()] == ["report.html"]
    assert "Used to train AI: " in done.stdout and "A bridge opened today" in done.stdout
    assert SECRET not in done.stdout + (home / "report.html").read_text()


_INTERRUPTED = r"""
import os, signal, sys
event_that, name_that, *sys.argv[1:] = sys.argv[1:]
def hear(event, args):
    if event == event_that and isinstance(args[0], str) and name_that in args[0]:
        os.kill(os.getpid(), signal.SIGINT)
import licet.cli.main
sys.addaudithook(hear)
licet.cli.main.run()
"""


@pytest.mark.parametrize(("event", "name"), [("open", "a.zip"), ("os.rename", "report.html")])
def test_interrupted_it_leaves_nothing(tmp_path: Path, event: str, name: str) -> None:
    """Ctrl-C when the archive is opened, and when the page is whole but has not taken its name."""
    archive, home = zipped(tmp_path / "a.zip", COMPLETE), tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-B", "-c", _INTERRUPTED, event, name, "audit", str(archive), "--html", "report.html"],
        cwd=home, capture_output=True, text=True, env={**os.environ, "TMPDIR": str(home), "HOME": str(home)},
    )  # fmt: skip
    assert done.returncode != 0 and "Traceback" not in done.stderr, done.stderr
    assert "Used to train AI" not in done.stdout
    assert list(home.iterdir()) == []
