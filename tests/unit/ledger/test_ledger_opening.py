"""Making and opening: what is not a ledger, what may not be written, and disks that are full."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from licet.ledger import Ledger, Signer
from licet.terms import LedgerError


def test_new_ledger_is_empty_signed_and_verifies(ledger) -> None:
    assert ledger.position == 0
    assert ledger.checkpoint().size == 0
    assert ledger.verify().ok
    assert ledger.origin == ledger.checkpoint().origin


def test_ledger_takes_nobodys_place(ledger, home, signer) -> None:
    with pytest.raises(LedgerError, match="LEDG-002"):
        home.create(signer)
    ledger.checkpoint_path.unlink()
    with pytest.raises(LedgerError, match="LEDG-002"):
        home.create(signer)


def test_checkpoint_of_a_ledger_that_is_gone_keeps_its_place(sqlite_ledger, signer) -> None:
    sqlite_ledger.close()
    Path(sqlite_ledger.place).unlink()
    with pytest.raises(LedgerError, match=r"LEDG-002.*ledger\.checkpoint"):
        Ledger.create(sqlite_ledger.place, signer)


def test_ledger_may_be_called_like_a_checkpoint(signer, tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "a.checkpoint", signer) as ledger:
        assert ledger.checkpoint_path == tmp_path / "a.checkpoint.checkpoint"
        assert ledger.verify().ok


def test_ledger_in_no_folder_is_refused_and_leaves_nothing(signer, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="LEDG-010"):
        Ledger.create(tmp_path / "missing" / "ledger.sqlite", signer)
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.key"]


def test_missing_ledger_is_not_made_by_opening(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="LEDG-001"):
        Ledger.open(tmp_path / "ledger.sqlite")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"", b"hello", b"x" * 100_000])
def test_file_that_is_no_ledger_is_refused_and_left_alone(tmp_path: Path, signer, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    for key in (signer, None):
        with pytest.raises(LedgerError, match="LEDG-003"):
            Ledger.open(path, key)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE entries (idx INTEGER)"],
        ["CREATE TABLE licet_ledger (key TEXT, value TEXT)"],
        [
            "CREATE TABLE licet_ledger (key TEXT, value TEXT)",
            "INSERT INTO licet_ledger VALUES ('format_version', 'one')",
        ],
        [
            "CREATE TABLE licet_ledger (key TEXT, value TEXT)",
            "INSERT INTO licet_ledger VALUES ('format_version', '1'), ('public_key', 'nobody')",
        ],
    ],
)
def test_other_database_is_refused(tmp_path: Path, statements: list[str]) -> None:
    with sqlite3.connect(tmp_path / "a.sqlite") as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
    with pytest.raises(LedgerError, match="LEDG-003"):
        Ledger.open(tmp_path / "a.sqlite")


def test_ledger_of_a_later_format_is_refused(ledger, home, signer) -> None:
    ledger.close()
    with home.tampering() as connection:
        connection.execute("UPDATE licet_ledger SET value = '3' WHERE key = 'format_version'")
    with pytest.raises(LedgerError, match=r"LEDG-004.*update licet"):
        home.open(signer)


def test_path_with_odd_characters_opens(tmp_path: Path, signer, choice) -> None:
    folder = tmp_path / "50% off? #1 ü"
    folder.mkdir()
    with Ledger.create(folder / "l?mode=ro&x.sqlite", signer) as ledger:
        ledger.append([choice("ann", "off")])
    with Ledger.open(folder / "l?mode=ro&x.sqlite") as again:
        assert again.verify().size == 1


def test_copy_of_the_database_alone_verifies_and_says_what_it_was_held_against(ledger, home, choice) -> None:
    ledger.append([choice("ann", "off")])
    assert ledger.verify().held_against == (1,)
    ledger.close()
    with home.copy("copy").open() as copy:
        report = copy.verify()
        assert report.ok and report.held_against == ()


# What follows needs a process that permissions bind, which root is not; hence a child that gives root up where it
# has it. It goes through a whole ledger before, because afterwards it may not be able to import anything.
AS_NOBODY = """
import os, resource, signal, sys, tempfile
from licet.ledger import EntryKind, Ledger, NewEntry, Signer
from licet.terms import LedgerError
path, key = sys.argv[1:3]
new = NewEntry(EntryKind.CHOICE, "ann", {"setting": "s", "value": "off", "note": "n" * 200})
with tempfile.TemporaryDirectory() as folder:
    with Ledger.create(folder + "/l", Signer.create(folder + "/k")) as ledger:
        ledger.append([new])
        ledger.verify()
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
"""


def run_as_nobody(script: str, *arguments: object) -> str:
    command = [sys.executable, "-W", "error", "-c", AS_NOBODY + script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def open_folder() -> Path:  # type: ignore[misc]
    """A folder that a process without rights can reach and write to; pytest's own are closed to it."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder
        folder.chmod(0o777)


@pytest.fixture
def shared(open_folder: Path, choice) -> Path:
    """A ledger of one entry and its key, owned by whoever the child becomes."""
    run_as_nobody(
        "Ledger.create(path, Signer.create(key)).append([new])",
        open_folder / "ledger.sqlite",
        open_folder / "a.key",
    )
    return open_folder


def test_read_only_file_is_refused_to_a_writer_and_open_to_a_reader(shared: Path) -> None:
    (shared / "ledger.sqlite").chmod(0o444)
    script = """
try:
    Ledger.open(path, Signer.open(key))
except LedgerError as error:
    print(error.code)
print(Ledger.open(path).verify().ok)
"""
    assert run_as_nobody(script, shared / "ledger.sqlite", shared / "a.key").split() == ["LEDG-010", "True"]


def test_folder_that_turns_read_only_refuses_appends_and_serves_readers(shared: Path) -> None:
    shared.chmod(0o555)
    script = """
try:
    Ledger.open(path, Signer.open(key)).append([new])
except LedgerError as error:
    print(error.code)
reader = Ledger.open(path)
print(reader.verify().ok, reader.position)
"""
    output = run_as_nobody(script, shared / "ledger.sqlite", shared / "a.key")
    assert output.split() == ["LEDG-010", "True", "1"]


def test_full_disk_is_an_error_and_what_was_acknowledged_stands(shared: Path) -> None:
    """A limit on the size of files stands in for the disk; SQLite meets it in the middle of its log."""
    script = """
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
ledger = Ledger.open(path, Signer.open(key))
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
done, codes = 1, set()
for _ in range(60):
    try:
        done += len(ledger.append([new] * 50))
    except LedgerError as error:
        codes.add(error.code)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert ledger.position == done, (ledger.position, done)
assert ledger.verify().ok
done += len(ledger.append([new]))
report = ledger.verify()
print(report.ok, report.size == done, done > 50, *sorted(codes))
"""
    ok, whole, some, *codes = run_as_nobody(script, shared / "ledger.sqlite", shared / "a.key").split()
    assert (ok, whole, some) == ("True", "True", "True")
    assert codes and set(codes) <= {"LEDG-011", "LEDG-012"}


def test_database_that_is_full_says_so(sqlite_ledger, choice) -> None:
    with sqlite_ledger._storage.reading() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(LedgerError, match=r"LEDG-011.*nothing of this call was written"):
        sqlite_ledger.append([choice(f"m{number}", "on") for number in range(2000)])
    assert sqlite_ledger.position == 0
    assert sqlite_ledger.append([choice("ann", "on")])[0].index == 0
    assert sqlite_ledger.verify().ok


def test_reading_and_proving_need_no_signing_key(ledger, home, choice, tmp_path: Path) -> None:
    ledger.append([choice("ann", "off")])
    (tmp_path / "ledger.key").unlink()
    with home.open() as reader:
        assert reader.inclusion_proof(0).verify(reader.entry(0).leaf_hash, reader.checkpoint().root)


def test_checkpoint_file_lies_beside_a_path_unless_another_is_named(tmp_path: Path, signer) -> None:
    with Ledger.create(tmp_path / "a.sqlite", signer) as ledger:
        assert ledger.checkpoint_path == tmp_path / "a.checkpoint"
        assert ledger.place == os.fspath(tmp_path / "a.sqlite")


def test_signer_of_a_ledger_is_the_key_in_its_file(tmp_path: Path) -> None:
    signer = Signer.create(tmp_path / "k", "example.org/members")
    with Ledger.create(tmp_path / "l.sqlite", signer) as ledger:
        assert ledger.public_key_text == signer.public_key_text
        assert ledger.checkpoint().text.startswith("example.org/members\n0\n")


def test_damage_that_the_database_cannot_even_put_in_words_is_told(sqlite_ledger, signer) -> None:
    sqlite_ledger.close()
    path = Path(sqlite_ledger.place)
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE", b"CREATE TAB\xb9E"))
    with (
        pytest.raises(LedgerError, match=r"LEDG-012.*verify the ledger"),
        Ledger.open(path, signer) as damaged,
    ):
        list(damaged.entries())
