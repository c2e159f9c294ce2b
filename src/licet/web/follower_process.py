"""The follower beside the server: one process that brings what was made to members' choices while pages are served.

Started by the server's first process, however many workers answer, so there is one; where somebody else follows the
workspace already it waits for its turn. It ends with the server, however that ends: its standard input is a pipe that
the server holds open. If it ends by itself it is started again. Killed at any moment it leaves everything whole.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import licet
from licet.app.follower import follow
from licet.terms import LicetError

#: How often it looks at tables and days; a choice it hears of within a second.
EVERY_SECONDS = 5.0
#: How long it waits where somebody else follows or something failed, and before it is started again.
_AGAIN_SECONDS = 5.0
#: Pages are answered first.
_NICE = 5


@contextmanager
def followed(workspace: Path) -> Iterator[None]:
    """While the block runs, a process follows the workspace."""
    is_over, running = threading.Event(), list[subprocess.Popen[bytes]]()
    command = [sys.executable, "-m", "licet.web.follower_process", str(workspace)]

    def keep() -> None:
        while not is_over.is_set():
            running[:] = [subprocess.Popen(command, stdin=subprocess.PIPE)]
            running[0].wait()
            is_over.wait(_AGAIN_SECONDS)

    thread = threading.Thread(target=keep, name="licet-follower", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        for process in running:
            process.kill()
        thread.join(_AGAIN_SECONDS)


def main(workspace: Path) -> None:
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # the terminal's Ctrl-C is for the server, which then ends this
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    os.nice(_NICE)
    told = ""
    while True:
        try:
            with licet.open(workspace) as opened:
                for one in follow(opened, EVERY_SECONDS, lambda stage, done, total: None):
                    print(
                        f"{one.status.name}: {one.how}, {one.status.standing.upper()} {one.why or ''}",
                        flush=True,
                    )
        except LicetError as error:
            if error.line() != told:
                told = error.line()
                print(told, file=sys.stderr, flush=True)
        time.sleep(_AGAIN_SECONDS)


def _end_with_the_server() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
