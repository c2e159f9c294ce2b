"""Running `licet` commands in processes of their own, without paying for the imports each time.

A server process imports the command once and forks for every command: a real process, with its own exit status,
limits and user, on its own files. What starts, stops or kills a process for good uses `subprocess` instead.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

_SERVER = r"""
import json, os, resource, sys
import licet.cli.main, licet.app.story, licet.sources.stackexchange, licet.sources.linkedin, licet.sources.demo
for line in sys.stdin:
    job = json.loads(line)
    child = os.fork()
    if child == 0:
        status = 70
        try:
            for number, name in ((1, "out"), (2, "err")):
                os.dup2(os.open(job[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.chdir(job["cwd"])
            if job["file_bytes"] is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (job["file_bytes"],) * 2)
            if job["user"] is not None:
                os.setgroups([]); os.setgid(job["user"]); os.setuid(job["user"])
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
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
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
    *args: str | Path, cwd: Path | None = None, file_bytes: int | None = None, user: int | None = None
) -> Answer:
    """Run `licet ARGS`. `file_bytes`: no file may grow beyond this; `user`: run as this user id (needs root)."""
    server = _server()
    assert server.stdin is not None and server.stdout is not None
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        job = {
            "args": [str(arg) for arg in args], "cwd": str(cwd or folder), "out": str(out), "err": str(err),
            "file_bytes": file_bytes, "user": user,
        }  # fmt: skip
        server.stdin.write(json.dumps(job) + "\n")
        server.stdin.flush()
        status = int(server.stdout.readline())
        return Answer(status, out.read_text(), err.read_text())
