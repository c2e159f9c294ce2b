"""What gates keep on disk: read by the next process where it is of the same files and ledger, and else passed over."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from enforce_samples import AT, MEMBERS, POSTS
from test_kept import CATALOGUE, IN_FORCE, POLICY

from licet.enforce import Gate
from licet.enforce.absences import Absences
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.gate_cache import Kept
from licet.enforce.gate_files import GateFiles
from licet.enforce.owned_rows import RowOwners
from licet.ledger import EntryKind, Ledger, NewEntry, Signer
from licet.sources.file_state import Stand, look_at
from licet.terms import GateError

SALT, OTHER_SALT = b"s" * 32, b"o" * 32


class Machine:
    """Tables, a ledger and what is kept; each `texts` is another process."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self.folder, self.ledger, self.salt, self.called = folder, ledger, SALT, list[str]()
        ledger.append([NewEntry(EntryKind.PACK_IN_FORCE, None, IN_FORCE)])
        pq.write_table(MEMBERS, folder / "members.parquet")
        pq.write_table(POSTS, folder / "posts.parquet")
        time.sleep(0.15)  # a file that was just written is never taken for unchanged

    @property
    def files(self) -> GateFiles:
        return GateFiles(self.folder / "cache", self.salt)

    def texts(self, position: int | None = None) -> list[str]:
        absences = Absences(None, self.salt, self.files)
        gate = Gate(
            POLICY, "recommendation", AT, CATALOGUE, DuckDBEngine(threads=1), self.ledger, base=self.folder,
            kept=Kept(self.files), position=position, absences=absences, salt=self.salt,
        )  # fmt: skip
        gate.prepare(["posts"])
        rows = gate.read("posts")
        return sorted(rows["text"].to_pylist() if "text" in rows.column_names else [])

    def choose(self, subject: str, value: str) -> None:
        payload = {"setting": "sharing", "value": value, "pack": POLICY.pack.digest}
        self.ledger.append([NewEntry(EntryKind.CHOICE, subject, payload)])

    @property
    def kept(self) -> list[Path]:
        return sorted((self.folder / "cache").glob("*"))

    def is_called_anew(self, position: int | None = None) -> bool:
        """Whether another process has to read members and choices of everybody."""
        self.called.clear()
        self.texts(position)
        return bool(self.called)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    for name in ("gate_cache._FEWEST_MEMBERS", "gate_cache._FEWEST_ROWS", "absences._FEWEST_KEPT"):
        monkeypatch.setattr(f"licet.enforce.{name}", 0)
    with Ledger.create(tmp_path / "ledger", Signer.create(tmp_path / "key")) as ledger:
        machine = Machine(tmp_path, ledger)
        for name in ("member_classes.call_roll", "gate_verdicts.people_of_rows"):
            monkeypatch.setattr(f"licet.enforce.{name}", noted(name, machine.called))
        yield machine


def noted(name: str, called: list[str]) -> Callable[..., object]:
    module, _, function = name.partition(".")
    original = getattr(importlib.import_module(f"licet.enforce.{module}"), function)

    def call(*args: object) -> object:
        called.append(name)
        return original(*args)

    return call


def test_the_next_process_reads_neither_members_nor_choices_anew(machine: Machine) -> None:
    machine.choose("ben", "off")
    assert machine.texts() == ["a"]
    assert not machine.is_called_anew()
    machine.choose("ann", "off")
    assert machine.texts() == []
    machine.choose("ben", "on")
    assert machine.texts() == ["b"]
    assert machine.texts(position=1) == ["a", "b"]
    assert machine.texts(position=2) == ["a"]
    assert not machine.is_called_anew()


def test_only_the_owner_may_read_what_is_kept(machine: Machine) -> None:
    machine.texts()
    assert machine.kept
    assert {path.stat().st_mode & 0o777 for path in machine.kept} == {0o600}
    assert (machine.folder / "cache").stat().st_mode & 0o777 == 0o700
    assert not [path for path in machine.kept if b"sharing" in path.name.encode()]


def test_what_was_edited_torn_or_emptied_is_passed_over(machine: Machine) -> None:
    machine.choose("ann", "off")
    for spoilt in (
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: bytes(32) + data[32:],
        lambda data: data + b"\x00",
    ):
        assert machine.texts() == ["b"]
        for path in machine.kept:
            path.write_bytes(spoilt(path.read_bytes()))
        assert machine.is_called_anew()
        assert machine.texts() == ["b"]


def test_what_another_workspace_or_another_key_wrote_is_passed_over(machine: Machine) -> None:
    machine.texts()
    ours = {path.name: path.read_bytes() for path in machine.kept}
    machine.salt = OTHER_SALT
    assert machine.is_called_anew()
    theirs = [path for path in machine.kept if path.name not in ours]
    for path in theirs:  # of one size and place, and under the wrong name or the wrong key
        path.write_bytes(next(iter(ours.values())))
    assert machine.is_called_anew()
    names = sorted(ours)
    machine.salt = SALT
    for name, other in zip(names, names[1:] + names[:1], strict=True):
        (machine.folder / "cache" / name).write_bytes(ours[other])
    assert machine.is_called_anew()
    assert machine.texts() == ["a", "b"]


def test_what_another_workspace_authenticated_is_passed_over_under_our_name(tmp_path: Path) -> None:
    stand, kept = Stand((), 0), []
    for salt in (SALT, OTHER_SALT):
        files = GateFiles(tmp_path / salt.hex(), salt)
        files.write("numbers", stand, {"numbers": np.arange(3)})
        assert files.read("numbers", stand) is not None
        kept.append(next((tmp_path / salt.hex()).iterdir()))
    ours, theirs = kept
    ours.write_bytes(theirs.read_bytes())
    assert GateFiles(ours.parent, SALT).read("numbers", stand) is None


def test_what_was_made_of_another_ledger_is_passed_over(machine: Machine, tmp_path: Path) -> None:
    machine.choose("ann", "off")
    assert machine.texts() == ["b"]
    assert not machine.is_called_anew()
    with Ledger.create(tmp_path / "other", Signer.create(tmp_path / "other.key")) as other:
        machine.ledger = other
        other.append([NewEntry(EntryKind.PACK_IN_FORCE, None, IN_FORCE)])
        machine.choose("ben", "off")  # as long as the first, and says something else
        assert machine.is_called_anew()
        assert machine.texts() == ["a"]


def test_files_that_were_replaced_are_read_anew(machine: Machine) -> None:
    assert machine.texts() == ["a", "b"]
    pq.write_table(MEMBERS.slice(1), machine.folder / "members.parquet")
    time.sleep(0.15)
    assert machine.is_called_anew()
    assert machine.texts() == ["b"]
    pq.write_table(POSTS.take([4, 3, 2, 1, 0]), machine.folder / "posts.parquet")
    time.sleep(0.15)
    assert machine.is_called_anew()
    assert machine.texts() == ["b"]


def test_a_file_whose_stand_lies_is_found_out_by_its_end(tmp_path: Path) -> None:
    data, files = tmp_path / "data", GateFiles(tmp_path / "cache", SALT)
    data.write_bytes(b"one")
    stand = Stand(look_at([data]).files, look_at([data]).looked_ns + 10**10)
    files.write("key", stand, {"numbers": np.arange(3)})
    assert files.read("key", stand) is not None
    data.write_bytes(b"two")  # and its inode, size and times are said to be those of before
    assert files.read("key", stand) is None


def test_after_an_erasure_everybody_is_called_anew_and_nothing_of_before_stays(machine: Machine) -> None:
    machine.choose("ann", "off")
    machine.choose("ben", "off")
    assert machine.texts() == []
    machine.ledger.erase("ann")
    assert machine.is_called_anew()
    assert machine.texts() == []
    machine.choose("ann", "on")
    assert machine.texts() == ["a"]


def test_a_disk_that_takes_nothing_fails_nobody(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    (machine.folder / "cache").write_text("a file where the folder should be")
    assert machine.texts() == ["a", "b"]
    assert machine.texts() == ["a", "b"]

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (machine.folder / "cache").unlink()
    monkeypatch.setattr("licet.enforce.gate_files.os.fdopen", full)
    assert machine.texts() == ["a", "b"]
    assert machine.kept == []


def test_the_oldest_go_and_what_is_asked_for_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licet.enforce.gate_files._MOST_FILES", 2)
    files, stand = GateFiles(tmp_path / "cache", SALT), look_at([])
    for number, key in enumerate(("first", "second", "third")):
        files.write(key, stand, {"numbers": np.arange(number)})
        time.sleep(0.01)
        assert files.read("first", stand) is not None  # read again, so not the oldest
    assert files.read("second", stand) is None
    assert files.read("third", stand) is not None


def test_clearing_leaves_nothing_to_be_found(machine: Machine) -> None:
    machine.choose("ann", "off")
    machine.texts()
    assert machine.files.holding([b"ann"])
    assert not machine.files.holding([b"nobody of that name"])
    machine.files.clear()
    assert machine.kept == []
    assert not machine.files.holding([b"ann"])


def test_what_cannot_be_removed_is_told(machine: Machine) -> None:
    (machine.folder / "cache" / "odd.gate").mkdir(parents=True)
    with pytest.raises(GateError, match="GATE-230"):
        machine.files.clear()


def test_rows_by_subject_are_those_of_the_numbers_and_are_kept() -> None:
    numbers = np.array([2, -1, 0, 2, 70_000, 0, -1], np.int32)
    owners = RowOwners(numbers, 70_001)
    asked = np.array([70_000, 0, 1, 2])
    assert owners.count_of(asked).tolist() == [1, 2, 0, 2]
    assert owners.rows_of(asked).tolist() == [4, 2, 5, 0, 3]


def test_a_roll_is_unpacked_as_it_was_packed(machine: Machine) -> None:
    kept = Kept()
    gate = Gate(
        POLICY, "recommendation", AT, CATALOGUE, DuckDBEngine(threads=1), machine.ledger,
        base=machine.folder, kept=kept,
    )  # fmt: skip
    gate.prepare(["posts"])
    ((_, _, roll),) = kept._rolls.values()
    again = type(roll).unpacked(*roll.packed())
    assert (again.subjects, again.classes) == (roll.subjects, roll.classes)
    assert again.class_of.tolist() == roll.class_of.tolist()
    assert (
        again.places.of(pa.array(["nobody", "ben"])).tolist()
        == roll.places.of(pa.array(["nobody", "ben"])).tolist()
    )
