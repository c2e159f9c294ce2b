"""Law 11 from outside: the disk fails at the n-th write, sync, rename or truncation, and nothing acknowledged is lost.

The failure is the kernel's, as far as SQLite and Python can tell: a small library (`faults.c`), compiled here, stands
before the system calls of a process of its own. With LICET_EFFORT above 1, every n is tried.
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from licet.testing.effort import EFFORT

HERE = Path(__file__).parent
MOST = 12 if EFFORT == 1 else 10_000

CASES = [
    ("ledger", "write", errno.EIO, 0),
    ("ledger", "write", errno.ENOSPC, 1),
    ("ledger", "sync", errno.EIO, 0),
    ("ledger", "rename", errno.EIO, 0),
    ("ledger", "truncate", errno.EIO, 0),
    ("ledger", "any", errno.EIO, 1),
    ("store", "write", errno.ENOSPC, 1),
    ("store", "sync", errno.EIO, 0),
    ("store", "rename", errno.EIO, 0),
]


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("faults") / "faults.so"
    command = ["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(HERE / "faults.c"), "-ldl"]
    subprocess.run(command, check=True, capture_output=True)
    return library


def run(shim: Path, folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(HERE / "under_faults.py"), str(folder), *map(str, arguments)]
    environment = {**os.environ, "LD_PRELOAD": str(shim)}
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=3600, check=False)


@pytest.mark.parametrize(("subject", "kind", "error", "lasting"), CASES)
def test_a_disk_that_fails_loses_nothing_that_was_acknowledged(
    shim: Path, tmp_path: Path, subject: str, kind: str, error: int, lasting: int
) -> None:
    done = run(shim, tmp_path, subject, kind, error, lasting, MOST)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split("fired ")[1]) >= 1


#: Some two hundred calls change the disk while somebody is forgotten; between 130 and 190 their copy is told.
@pytest.mark.parametrize(
    ("kind", "error", "lasting", "most", "stride", "first"),
    [("any", errno.EIO, 0, 2, 11, 151), ("write", errno.ENOSPC, 1, 1, 1, 75)]
    if EFFORT == 1
    else [("any", errno.EIO, 0, 10_000, 1, 1), ("write", errno.ENOSPC, 1, 10_000, 1, 1)],
)
def test_a_forgetting_on_a_disk_that_fails_certifies_what_happened_and_ends_well_on_another(
    shim: Path, tmp_path: Path, kind: str, error: int, lasting: int, most: int, stride: int, first: int
) -> None:
    done = run(shim, tmp_path, "forgetting", kind, error, lasting, most, stride, first)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split("fired ")[1]) >= 1


@pytest.mark.parametrize("number", [152] if EFFORT == 1 else range(1, 240, 3))
def test_a_forgetting_that_is_killed_goes_on_and_certifies_what_happened(
    shim: Path, tmp_path: Path, number: int
) -> None:
    from under_faults import ForgettingAtWork

    done = killed(shim, tmp_path / "start", "ForgettingAtWork", number)
    assert done.returncode in (-signal.SIGKILL, 0), done.stderr
    ForgettingAtWork(tmp_path / "start", print).check()


@pytest.mark.parametrize(
    ("kind", "error", "lasting", "most", "stride", "first"),
    [("write", errno.ENOSPC, 1, 2, 14, 16)]
    if EFFORT == 1
    else [("any", errno.EIO, 0, 10_000, 1, 1), ("write", errno.ENOSPC, 1, 10_000, 1, 1)],
)
def test_a_list_on_a_disk_that_fails_is_delivered_once_and_taken_back_on_another(
    shim: Path, tmp_path: Path, kind: str, error: int, lasting: int, most: int, stride: int, first: int
) -> None:
    done = run(shim, tmp_path, "list", kind, error, lasting, most, stride, first)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split("fired ")[1]) >= 1


@pytest.mark.parametrize("number", [60] if EFFORT == 1 else range(1, 120, 2))
def test_a_delivery_that_is_killed_goes_on_as_it_was_made(shim: Path, tmp_path: Path, number: int) -> None:
    from under_faults import ListAtWork

    done = killed(shim, tmp_path / "start", "ListAtWork", number)
    assert done.returncode in (-signal.SIGKILL, 0), done.stderr
    ListAtWork(tmp_path / "start", print).check()


@pytest.mark.parametrize("number", [3, 9, 14, 22] if EFFORT == 1 else range(1, 60))
def test_a_death_at_any_step_of_the_disk_loses_nothing_that_was_acknowledged(
    shim: Path, tmp_path: Path, number: int
) -> None:
    from under_faults import LedgerAtWork

    start = tmp_path / "start"
    done = killed(shim, start, "LedgerAtWork", number)
    assert done.returncode in (-signal.SIGKILL, 0), done.stderr
    at_work = LedgerAtWork(start, print)
    told = (line.rsplit(" ", 1) for line in done.stdout.splitlines())
    at_work.acknowledged = {name: int(index) for name, index in told}
    at_work.check()


def killed(shim: Path, place: Path, at_work: str, number: int) -> subprocess.CompletedProcess[str]:
    """Let one of `under_faults` work in a process that is killed at the n-th call that changes the disk."""
    script = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[2]); import under_faults as u; "
        "p = Path(sys.argv[1]); p.mkdir(); at_work = getattr(u, sys.argv[4]); at_work.make(p); "
        "u.DISK.fault_arm(15, int(sys.argv[3]), 0, 0, str(p).encode()); "
        "at_work(p, lambda told: print(told, flush=True)).work()"
    )
    command = [sys.executable, "-c", script, str(place), str(HERE), str(number), at_work]
    environment = {**os.environ, "LD_PRELOAD": str(shim)}
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300, check=False)
