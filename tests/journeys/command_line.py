"""Running `licet` commands in processes of their own, without paying for the imports each time.

A server process imports the command once and forks for every command: a real process, with its own exit status,
limits and user, on its own files. What starts, stops or kills a process for good uses `subprocess` instead.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any, NamedTuple

_SERVER = r"""
import ctypes, importlib, json, os, resource, select, sys
import licet.cli.main, licet.app.corpora, licet.app.member.member_view, licet.app.demo_story
import licet.sources.stackexchange, licet.sources.linkedin, licet.sources.demo
from licet.cli.command_table import COMMANDS
for place, _ in COMMANDS.values():
    importlib.import_module("licet.cli." + place.partition(":")[0])
for line in sys.stdin:
    job = json.loads(line)
    pipes = [os.pipe(), os.pipe()]  # not files: those are what the limits are for
    child = os.fork()
    if child == 0:
        status = 70
        try:
            for number, (_, write) in zip((1, 2), pipes):
                os.dup2(write, number)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.chdir(job["cwd"])
            if job["file_bytes"] is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (job["file_bytes"],) * 2)
            if job["as_anybody"]:  # no capabilities: a read-only file is read-only even for root
                version_and_pid, nothing = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
                assert ctypes.CDLL(None).capset(version_and_pid, nothing) == 0
            sys.argv = ["licet", *job["args"]]
            try:
                licet.cli.main.run()
                status = 0
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
            except BaseException:
                import traceback
                traceback.print_exc()
                status = 1
            sys.stdout.flush(); sys.stderr.flush()
        finally:
            os._exit(status)
    said = {read: b"" for read, _ in pipes}
    for _, write in pipes:
        os.close(write)
    waiting = set(said)
    while waiting:
        for read in select.select(list(waiting), [], [])[0]:
            more = os.read(read, 65536)
            said[read] += more
            if not more:
                waiting.discard(read)
                os.close(read)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps([status, *(text.decode() for text in said.values())]), flush=True)
"""


class Answer(NamedTuple):
    """What a command said. `status` is its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)

    @property
    def all(self) -> str:
        return self.out + self.err


@functools.cache
def _server() -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
    )  # fmt: skip
    atexit.register(process.kill)
    return process


def run_licet(
    *args: str | Path, cwd: Path | None = None, file_bytes: int | None = None, as_anybody: bool = False
) -> Answer:
    """Run `licet ARGS`. `file_bytes`: no file may grow beyond this; `as_anybody`: without root's powers."""
    server = _server()
    assert server.stdin is not None and server.stdout is not None
    job = {
        "args": [str(arg) for arg in args],
        "cwd": str(cwd or "/"),
        "file_bytes": file_bytes,
        "as_anybody": as_anybody,
    }
    server.stdin.write(json.dumps(job) + "\n")
    server.stdin.flush()
    return Answer(*json.loads(server.stdout.readline()))


def serves(command: list[str], folder: Path) -> bool:
    """Whether a server that is started so answers; it is ended again."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "licet", *command, "--port", str(port), "--json"], cwd=folder,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        address = json.loads(process.stdout.readline())["address"]
        for _ in range(600):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/healthz") as answer:
                return bool(json.load(answer)["ok"])
            if process.poll() is not None:
                return False
            time.sleep(0.1)
        return False
    finally:
        process.terminate()
        process.communicate()
