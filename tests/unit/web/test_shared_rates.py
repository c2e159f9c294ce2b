"""A limit that all processes of a server share: what one lets through, another has counted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from licet.web import shared_rates
from licet.web.rate_limits import Rate
from licet.web.shared_rates import SharedLimiter

_SLOW = Rate(burst=3, per_second=0.001)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rates"


def test_what_two_processes_let_through_is_counted_once(file: Path) -> None:
    elsewhere = (
        "import sys; from licet.web.rate_limits import Rate; from licet.web.shared_rates import SharedLimiter\n"
        f"limiter = SharedLimiter(Rate(3, 0.001), {str(file)!r})\n"
        "print(limiter.wait_seconds('a'), limiter.wait_seconds('a'))"
    )
    here = SharedLimiter(_SLOW, file)
    assert here.wait_seconds("a") == 0
    said = subprocess.run(
        [sys.executable, "-c", elsewhere], capture_output=True, text=True, check=True
    ).stdout
    assert said.split() == ["0.0", "0.0"]
    assert 999 < here.wait_seconds("a") <= 1000 and here.wait_seconds("b") == 0
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_is_used_comes_back_with_time(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(shared_rates.time, "monotonic", lambda: now)
    limiter = SharedLimiter(Rate(burst=2, per_second=10), file)
    seen = []
    for now in (1000.0, 1000.0, 1000.0, 1000.1, 1000.1, 1009.0, 1009.0, 1009.0):  # noqa: B007 - the clock reads it
        seen.append(round(limiter.wait_seconds("a"), 6))
    assert seen == [0, 0, 0.1, 0, 0.1, 0, 0, 0.1]


def test_who_owes_waits_and_never_for_more_than_the_most(file: Path) -> None:
    limiter = SharedLimiter(Rate(burst=3, per_second=1), file)
    limiter.owe("a", 10)
    assert 7 < limiter.wait_seconds("a") <= 8
    limiter.owe("a", 10**9)
    assert 1000 < limiter.wait_seconds("a") <= 1001


def test_a_moment_that_the_clock_cannot_have_made_counts_as_none(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after the machine was started anew, or in a file that somebody filled with anything."""
    monkeypatch.setattr(shared_rates.time, "monotonic", lambda: 1000.0)
    limiter = SharedLimiter(Rate(burst=3, per_second=10), file)
    assert [limiter.wait_seconds("a") == 0 for _ in range(4)] == [True, True, True, False]
    monkeypatch.setattr(shared_rates.time, "monotonic", lambda: 1.0)
    assert limiter.wait_seconds("a") == 0
    file.write_bytes(b"\xff" * 70_000)  # moments that are no numbers
    assert SharedLimiter(_SLOW, file).wait_seconds("a") == 0


def test_any_number_of_askers_fit_in_the_file(file: Path) -> None:
    limiter = SharedLimiter(_SLOW, file)
    assert {limiter.wait_seconds(str(number)) for number in range(10_000)} == {0.0}
    assert file.stat().st_size <= 4096 * 16
