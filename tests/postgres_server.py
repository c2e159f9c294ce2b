"""A real PostgreSQL server, started by the tests themselves: a folder of its own, a socket in it, no port.

Where the server's programs are missing, who asks for one fails and says what to install.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

#: PostgreSQL refuses to run as root; Debian's package brings this user.
SERVICE_USER = "postgres"

#: Everybody who connects is believed; the owner of every database and schema that tests make.
OWNER = "licet_owner"

#: Roles that a ledger may be granted to.
SERVER_ROLE, ERASER_ROLE = "licet_server", "licet_eraser"

#: Nothing here must survive the machine, unless a test is about surviving.
HASTY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def find_programs() -> Path:
    """The folder of initdb and postgres."""
    beside = shutil.which("initdb")
    folders = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    folders += [Path(beside).resolve().parent] if beside else []
    for folder in folders:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    pytest.fail("these tests start a PostgreSQL server: apt-get install postgresql, or run make setup-system")


class PostgresServer:
    """One server. `start` it, `kill` it, `start` it again, `close` it."""

    def __init__(self, *settings: str) -> None:
        self.programs = find_programs()
        self._as = {}
        if os.geteuid() == 0:
            try:
                pwd.getpwnam(SERVICE_USER)
            except KeyError:
                pytest.fail(f"root cannot run PostgreSQL and there is no user {SERVICE_USER}")
            self._as = {"user": SERVICE_USER, "group": SERVICE_USER, "extra_groups": []}
        self.folder = Path(tempfile.mkdtemp(prefix="licet-pg-", dir="/tmp"))
        if self._as:
            shutil.chown(self.folder, SERVICE_USER, SERVICE_USER)
        self.folder.chmod(0o755)
        self.data = self.folder / "data"
        self._settings, self._process = settings, None
        superuser = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        self.run("initdb", "-D", self.data, *superuser)
        self.start()
        with self.connect(user="postgres", database="postgres") as connection:
            for role in (OWNER, SERVER_ROLE, ERASER_ROLE):
                connection.execute(f"CREATE ROLE {role} LOGIN")
            connection.execute(f"CREATE DATABASE licet OWNER {OWNER}")

    def run(self, program: str, *arguments: Any, **options: Any) -> subprocess.CompletedProcess[bytes]:
        """Run one of the server's programs to its end."""
        command = [str(self.programs / program), *map(str, arguments)]
        done = subprocess.run(
            command, capture_output=True, cwd=self.folder, timeout=120, check=False, **self._as, **options
        )
        assert done.returncode == 0, done.stderr.decode()
        return done

    def start(self) -> None:
        """Start it and wait until it answers; after `kill`, that is after it has recovered."""
        command = [str(self.programs / "postgres"), "-D", str(self.data), "-k", str(self.folder)]
        settings = (
            "listen_addresses=",
            "max_connections=80",
            "jit=off",
            "shared_buffers=48MB",
            *self._settings,
        )
        for setting in settings:
            command += ["-c", setting]
        log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **self._as)
        log.close()
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(psycopg.OperationalError):
                self.connect(user="postgres", database="postgres").close()
                return
            said = (self.folder / "log").read_text("utf-8", "replace")[-2000:]
            assert self._process.poll() is None and time.monotonic() < deadline, said
            time.sleep(0.05)

    def stop(self) -> None:
        """Shut it down in good order; connections are closed on their users."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(60)
            self._process = None

    def kill(self) -> None:
        """kill -9 of every process of the server at once."""
        assert self._process is not None
        family = [self._process.pid, *children_of(self._process.pid)]
        for process in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._process.wait(60)
        while any(Path(f"/proc/{process}").exists() for process in family[1:]):
            time.sleep(0.01)
        self._process = None

    def close(self) -> None:
        """End it without ceremony: nothing in it is needed any more."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(60)
        shutil.rmtree(self.folder)

    def connect(self, user: str = OWNER, database: str = "licet") -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(
            host=str(self.folder), user=user, dbname=database, autocommit=True, connect_timeout=10
        )

    def address(self, user: str = OWNER, database: str = "licet") -> str:
        """What a catalogue calls the database."""
        return f"postgresql://{user}@/{database}?host={quote(str(self.folder))}"

    def url(self, schema: str, user: str = OWNER, database: str = "licet") -> str:
        return f"postgresql://{user}@/{database}?host={quote(str(self.folder))}&schema={schema}"


def children_of(parent: int) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                # The name stands in brackets and may hold anything; after it: state, parent.
                if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                    found.append(int(folder.name))
    return found
