"""docs/pages.md: its commands run, its server answers to its name, and what it says of addresses is so."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.command_line import run_licet
from journeys.networks import make_network, member, post
from journeys.site import site

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "pages.md").read_text()
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.replace("\\\n", " ").strip().splitlines()
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the workspace that the page speaks of."""
    root = tmp_path_factory.mktemp("pages")
    rows = {"members": [member("ann")], "posts": [post("1", "ann", "the harbour opens")]}
    make_network(root / "work", rows).close()
    yield root


def test_every_command_of_the_page_is_one_of_those_below() -> None:
    assert {line.split()[0] for line in COMMANDS} == {"make", "export", "licet"}
    assert [line.split()[1] for line in COMMANDS if line.startswith("make")] == ["demo", "serve"]
    assert len(COMMANDS) == 12


@pytest.mark.parametrize(
    "command", [line for line in COMMANDS if line.startswith("licet") and "serve" not in line]
)
def test_a_command_of_the_page_runs(folder: Path, command: str) -> None:
    words = shlex.split(command, comments=True)[1:]
    answer = run_licet(*words, cwd=folder)
    assert answer.status == 0, answer.all
    if "--html" in words:
        page = folder / words[words.index("--html") + 1]
        assert page.read_text().startswith("<!doctype html>")


def test_make_serve_is_what_the_page_says() -> None:
    told = subprocess.run(
        ["make", "-n", "serve"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "serve --workspace demo-network" in told and "--demo-sign-in" in told
    (address,) = re.findall(r"make serve +# (http://\S+)", PAGE)
    assert address == "http://127.0.0.1:8000"


def test_the_server_of_the_page_answers_to_its_public_name_alone(folder: Path) -> None:
    (command,) = (line for line in COMMANDS if "serve" in line and line.startswith("licet"))
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
    # Fewer processes than the page has, since they take their time to start.
    words = shlex.split(command.replace("--workers 4", "--workers 1"))[1:]
    server = subprocess.Popen(
        [sys.executable, "-m", "licet", *words, "--port", str(port)], cwd=folder, stdout=subprocess.DEVNULL,
        env={**os.environ, "LICET_OIDC_SECRET": "…"},
    )  # fmt: skip
    try:
        assert _status(port, "privacy.example.org") == 200
        assert _status(port, "127.0.0.1") == 421
    finally:
        server.terminate()
        server.wait(30)


def test_the_addresses_of_the_page_are_there(folder: Path) -> None:
    named = set(re.findall(r"`(/[\w./-]*)`", PAGE))
    assert named >= {"/compare", "/guide", "/impact", "/.well-known/gpc.json"}
    with site(folder / "work") as browser:
        browser.post("/sign-in/operator", data={"token": browser.token()})
        for path in named:
            assert browser.get(path.replace("MEMBER", "ann")).status_code == 200, path


def _status(port: int, host: str) -> int:
    """The answer's status, once the server answers at all."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": host})
    until = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.1)
