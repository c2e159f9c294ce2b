"""A ledger's file taken away, replaced or put back under whoever uses it: noticed before anything is acknowledged.

Done from outside, as an operator or a backup does it, while the ledger is open; what was acknowledged before is in the
file that was there then, and of what comes after nothing is acknowledged until the right file is back.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger_homes import SqliteHome
from licet.ledger import EntryKind, Ledger, NewEntry, Signer
from licet.terms import LedgerError


def no(subject: str) -> NewEntry:
    return NewEntry(EntryKind.CHOICE, subject, {"setting": "ai", "value": "off"})


class Place:
    """An open ledger whose clock does something once, in the middle of a commit, and an older copy of its file."""

    def __init__(self, home: SqliteHome, folder: Path) -> None:
        self.home, self.signer = home, Signer.create(folder / "key")
        self.meanwhile: Callable[[], object] | None = None
        home.create(self.signer).close()
        with home.open(self.signer) as ledger:
            ledger.append([no("first"), no("second")])
        self.old = folder / "old.sqlite"
        shutil.copy2(home.path, self.old)
        self.ledger = home.open(self.signer, self.clock)
        self.ledger.append([no("third")])

    def clock(self) -> datetime:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return datetime.now(UTC)

    def path(self, ending: str = "") -> Path:
        return self.home.path.with_name(self.home.path.name + ending)

    def move_over(self) -> None:
        """An older copy in the place of the file, as `mv` puts it."""
        for ending in ("-wal", "-shm"):
            self.path(ending).unlink()
        shutil.copy2(self.old, self.path(".new"))
        self.path(".new").replace(self.path())

    def copy_over(self) -> None:
        """An older copy written into the very file, as `cp` does it, once the log was moved into the file."""
        with sqlite3.connect(self.path()) as other:
            other.execute("PRAGMA wal_checkpoint(PASSIVE)")
        other.close()
        subprocess.run(["cp", self.old, self.path()], check=True)

    def refused(self, code: str) -> None:
        for ask in (lambda: self.ledger.append([no("ben")]), lambda: self.ledger.erase("first")):
            with pytest.raises(LedgerError, match=code):
                ask()


@pytest.fixture
def place(sqlite_home: SqliteHome, tmp_path: Path) -> Iterator[Place]:
    place = Place(sqlite_home, tmp_path)
    yield place
    place.ledger.close()


def test_nothing_is_acknowledged_into_a_file_that_an_older_copy_took_the_place_of(place: Place) -> None:
    place.move_over()
    place.refused("LEDG-152")
    for ask in (lambda: place.ledger.position, place.ledger.verify):
        with pytest.raises(LedgerError, match="LEDG-152"):
            ask()
    place.ledger.close()
    with pytest.raises(LedgerError, match="LEDG-017"):  # the checkpoint file knows of the third
        place.home.open(place.signer)


def test_nothing_is_acknowledged_into_a_file_that_was_overwritten(place: Place) -> None:
    place.copy_over()
    place.refused("LEDG-017")
    with pytest.raises(LedgerError, match="LEDG-017"):
        _ = place.ledger.position


def test_who_looked_last_before_the_older_copy_was_made_builds_nothing_on_it(place: Place) -> None:
    """What this process knows is the beginning of the older copy too; the checkpoint file knows better."""
    with place.home.open(place.signer) as early:
        early.append([no("fourth")])
        place.ledger.append([no("fifth")])
        with sqlite3.connect(place.path()) as source, sqlite3.connect(place.old.with_name("five")) as copy:
            source.backup(copy)
        place.ledger.append([no("sixth")])
        with sqlite3.connect(place.old.with_name("five")) as source, sqlite3.connect(place.path()) as target:
            source.backup(target)
        for ledger in (early, place.ledger):
            with pytest.raises(LedgerError, match="LEDG-017"):
                ledger.append([no("ben")])


def test_who_only_proved_something_builds_nothing_on_an_older_copy_either(place: Place) -> None:
    """Ledger and checkpoint file, both put back to before; this process did not write what was proved to it."""
    beside = place.home.checkpoint_path
    with place.home.open(place.signer) as other:
        other.append([no("fourth")])
        with sqlite3.connect(place.path()) as source, sqlite3.connect(place.old.with_name("four")) as copy:
            source.backup(copy)
        kept = beside.read_text()
        place.ledger.append([no("fifth")])
        proof, root = other.inclusion_proof(4), place.ledger.checkpoint().root
        assert proof.verify(place.ledger.entry(4).leaf_hash, root)
        with sqlite3.connect(place.old.with_name("four")) as source, sqlite3.connect(place.path()) as target:
            source.backup(target)
        beside.write_text(kept)
        for ask in (lambda: other.append([no("ben")]), lambda: other.inclusion_proof(3)):
            with pytest.raises(LedgerError, match="LEDG-017"):
                ask()


def test_nothing_is_acknowledged_into_a_file_that_was_moved_away(place: Place) -> None:
    place.path().rename(place.path(".away"))
    place.refused("LEDG-152")
    place.path(".away").rename(place.path())
    assert place.ledger.append([no("ben")])[0].index == 3  # the right one is back
    assert place.ledger.verify().ok


@pytest.mark.parametrize("ending", ["-wal", "-shm"])
@pytest.mark.parametrize("again", [False, True])
def test_nothing_is_acknowledged_into_a_log_that_is_gone_or_another(
    place: Place, ending: str, again: bool
) -> None:
    content = place.path(ending).read_bytes()
    place.path(ending).rename(place.path(".away"))
    if again:
        place.path(ending).write_bytes(content)
    place.refused("LEDG-152")


@pytest.mark.parametrize("change", ["move_over", "away", "log"])
def test_what_is_replaced_in_the_middle_of_a_commit_is_not_acknowledged(place: Place, change: str) -> None:
    changes: dict[str, Callable[[], object]] = {
        "move_over": place.move_over,
        "away": lambda: place.path().rename(place.path(".away")),
        "log": lambda: place.path("-wal").unlink(),
    }
    place.meanwhile = changes[change]
    with pytest.raises(LedgerError, match="LEDG-152"):
        place.ledger.append([no("ben")])


def test_a_connection_opened_after_the_change_reads_nothing_of_the_other_file(place: Place) -> None:
    place.move_over()
    with pytest.raises(LedgerError, match="LEDG-152"):
        place.ledger.choices_table()


def test_moving_pages_into_the_file_by_another_process_disturbs_nobody(place: Place) -> None:
    with place.home.open(place.signer) as other:
        for number in range(5):
            other.append([no(f"o{number}")])
            other.compact() if number == 2 else None
            assert place.ledger.append([no(f"p{number}")])[0].index == 4 + 2 * number
            assert place.ledger.position == 5 + 2 * number
    assert place.ledger.verify().ok


def test_a_ledger_that_was_put_back_is_refused_to_who_asks_as_well(place: Place) -> None:
    place.ledger.close()
    shutil.copy2(place.old, place.path())
    with pytest.raises(LedgerError, match="LEDG-017"):
        place.home.open(place.signer)
    with place.home.open() as unsigned:  # to look at what is there
        assert not unsigned.verify().ok


def test_two_ledgers_of_one_process_are_not_taken_for_one_another(place: Place, tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "other.sqlite", place.signer) as other:
        other.append([no("ann")])
        assert (other.position, place.ledger.position) == (1, 3)
