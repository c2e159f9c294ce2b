"""A signer and an empty ledger, on either database, under a clock that the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger_homes import Home, PostgresHome, SqliteHome
from licet.ledger import EntryKind, Ledger, NewEntry, Signer


class Clock:
    """A clock that stands still until it is told to move."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at


def make_choice(
    subject: str,
    value: str,
    setting: str = "ai_training",
    category: str | None = None,
    pack: str | None = None,
) -> NewEntry:
    payload = {"setting": setting, "category": category, "value": value, "via": "web"}
    payload |= {} if pack is None else {"pack": pack}
    return NewEntry(EntryKind.CHOICE, subject, payload)


def make_signal(subject: str, value: bool, signal: str = "gpc") -> NewEntry:
    return NewEntry(EntryKind.SIGNAL, subject, {"signal": signal, "value": value})


@pytest.fixture
def choice():  # type: ignore[no-untyped-def]
    return make_choice


@pytest.fixture
def signal():  # type: ignore[no-untyped-def]
    return make_signal


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer.create(tmp_path / "ledger.key")


@pytest.fixture
def ledger(home: Home, signer: Signer, clock: Clock) -> Iterator[Ledger]:
    with home.create(signer, clock) as opened:
        yield opened


@pytest.fixture
def sqlite_ledger(sqlite_home: SqliteHome, signer: Signer, clock: Clock) -> Iterator[Ledger]:
    with sqlite_home.create(signer, clock) as opened:
        yield opened


@pytest.fixture
def postgres_ledger(postgres_home: PostgresHome, signer: Signer, clock: Clock) -> Iterator[Ledger]:
    with postgres_home.create(signer, clock) as opened:
        yield opened


@pytest.fixture
def written(ledger: Ledger, clock, choice, signal) -> Iterator[Ledger]:
    """Twelve entries in four commits, one subject among them erased."""
    ledger.append([choice("ann", "on"), choice("bob", "off"), signal("bob", True)])
    clock.forward(minutes=1)
    ledger.append([choice("ann", "off", category="profile"), choice("cat", "on"), choice("dan", "on")])
    clock.forward(minutes=1)
    ledger.append(
        [choice("dan", "off"), NewEntry(EntryKind.USE_RUN, None, {"use": "corpus"}), choice("eve", "on")]
    )
    clock.forward(minutes=1)
    ledger.erase("cat")
    ledger.append([choice("fay", "off"), choice("gus", "off")])
    assert ledger.position == 12
    assert ledger.verify().ok
    yield ledger
