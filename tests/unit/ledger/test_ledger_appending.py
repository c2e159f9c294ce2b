"""Appending: moments, group commit, two writers on one file, and what is refused."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event

from licet.ledger import Checkpoint, CheckpointFileWarning, EntryKind, Ledger, NewEntry, Signer
from licet.ledger.checkpoints import CheckpointFile
from licet.terms import LedgerError


def test_entries_are_numbered_from_nought_without_gaps(ledger, choice) -> None:
    ledger.append([choice("ann", "on"), choice("bob", "off")])
    ledger.append([choice("ann", "off")])
    assert [entry.index for entry in ledger.entries()] == [0, 1, 2]
    assert ledger.position == 3


def test_nothing_to_append_is_no_commit(ledger) -> None:
    assert ledger.append([]) == []
    assert ledger.checkpoint().size == 0


def test_clock_that_runs_back_does_not_turn_time_back(ledger, clock, choice) -> None:
    ledger.append([choice("ann", "on")])
    late = clock.at
    clock.forward(days=-3)
    ledger.append([choice("ann", "off")])
    assert [entry.recorded_at for entry in ledger.entries()] == [late, late]


def test_reopened_ledger_does_not_turn_time_back(ledger, home, clock, signer, choice) -> None:
    ledger.append([choice("ann", "on")])
    late = clock.at
    clock.forward(hours=-1)
    with home.open(signer, clock) as again:
        again.append([choice("ann", "off")])
        assert again.entry(1).recorded_at == late


def test_moment_is_utc_whatever_the_clocks_zone(ledger, clock, choice) -> None:
    clock.at = datetime.fromisoformat("2026-05-01T14:00:00.000001+02:00")
    (entry,) = ledger.append([choice("ann", "on")])
    assert ledger.entry(0).recorded_at == entry.recorded_at == datetime(2026, 5, 1, 12, 0, 0, 1, tzinfo=UTC)
    assert ledger.entry(0).recorded_at.tzinfo is UTC


def test_clock_without_time_zone_is_refused(ledger, clock, choice) -> None:
    clock.at = clock.at.replace(tzinfo=None)
    with pytest.raises(LedgerError, match="LEDG-022"):
        ledger.append([choice("ann", "on")])
    assert ledger.position == 0


def test_position_at_counts_entries_up_to_and_including_the_moment(ledger, clock, choice) -> None:
    start = clock.at
    for _ in range(3):
        ledger.append([choice("ann", "on"), choice("bob", "on")])
        clock.forward(minutes=1)
    assert ledger.position_at(start - timedelta(microseconds=1)) == 0
    assert ledger.position_at(start) == 2
    assert ledger.position_at(start + timedelta(seconds=59)) == 2
    assert ledger.position_at(start + timedelta(minutes=1)) == 4
    assert ledger.position_at(clock.forward(days=9)) == 6
    with pytest.raises(LedgerError, match="LEDG-022"):
        ledger.position_at(start.replace(tzinfo=None))


def test_threads_that_append_at_once_share_commits_and_lose_nothing(ledger, choice) -> None:
    threads, each = 8, 40
    start, results = threading.Barrier(threads), {}

    def work(number: int) -> None:
        start.wait()
        pair = [choice(f"m{number}", "on"), choice(f"m{number}", "off")]
        results[number] = [ledger.append(pair) for _ in range(each)]

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert ledger.position == threads * each * 2
    for number, calls in results.items():
        for first, second in calls:
            assert second.index == first.index + 1
            assert ledger.entry(first.index) == first
            assert ledger.entry(second.index).subject == f"m{number}"
    assert ledger.verify().ok


def test_calls_that_wait_for_a_commit_are_written_by_one(ledger, choice) -> None:
    """While one commit is held open, others queue; the next commit takes them all."""
    commits, waiting, release = [], threading.Event(), threading.Event()
    engine = ledger._storage._engine

    @event.listens_for(engine, "commit")
    def hold(connection: object) -> None:
        commits.append(1)
        if len(commits) == 1:
            waiting.set()
            release.wait(30)

    workers = [threading.Thread(target=ledger.append, args=([choice("first", "on")],))]
    workers[0].start()
    assert waiting.wait(30)
    for number in range(6):
        workers.append(threading.Thread(target=ledger.append, args=([choice(f"m{number}", "on")],)))
        workers[-1].start()
    while len(ledger._appender._waiting) < 6 and all(worker.is_alive() for worker in workers):
        threading.Event().wait(0.001)
    release.set()
    for worker in workers:
        worker.join()
    assert ledger.position == 7
    assert len(commits) == 2


def test_calls_that_come_while_another_process_writes_go_with_the_one_that_waits(
    ledger, home, signer, choice
) -> None:
    with home.open(signer) as other:
        with other._storage.writing():
            workers = [
                threading.Thread(target=ledger.append, args=([choice(f"m{number}", "on")],))
                for number in range(5)
            ]
            for worker in workers:
                worker.start()
            while len(ledger._appender._waiting) < 5 and all(worker.is_alive() for worker in workers):
                threading.Event().wait(0.001)
        for worker in workers:
            worker.join()
    assert ledger.position == 5
    with ledger._storage.reading() as connection:
        sizes = connection.exec_driver_sql("SELECT size FROM checkpoints ORDER BY size").scalars().all()
    assert sizes == [0, 5]


def test_calls_that_wait_for_a_turn_that_never_comes_are_told_and_leave_nothing(
    ledger, home, signer, choice
) -> None:
    errors = []

    def work(waiting) -> None:
        with pytest.raises(LedgerError, match="LEDG-009") as caught:
            waiting.append([choice("bob", "on")])
        errors.append(caught.value)

    with home.open(signer, busy_timeout_seconds=0.2) as waiting:
        with ledger._storage.writing():
            workers = [threading.Thread(target=work, args=(waiting,)) for _ in range(4)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
        assert len(errors) == 4
        assert waiting._appender._waiting == []
        assert waiting.append([choice("ann", "on")])[0].index == 0


def test_checkpoint_file_speaks_of_a_commit_before_anyone_is_told_of_it(ledger, signer, choice) -> None:
    """However many wait to commit next."""
    behind = []

    def work(name: str) -> None:
        for number in range(12):
            (entry,) = ledger.append([choice(f"{name}{number}", "on")])
            kept = ledger._file.read()
            behind.append(kept is None or kept.size <= entry.index)

    workers = [threading.Thread(target=work, args=(f"t{number}-",)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(behind) == 48 and not any(behind)


def test_of_two_processes_that_write_the_checkpoint_file_the_later_commit_stays(
    ledger, signer, choice
) -> None:
    ledger.append([choice("ann", "on")])
    files = [CheckpointFile(ledger.checkpoint_path, signer.public_key) for _ in range(3)]
    checkpoints = [Checkpoint.sign(signer, size, bytes(32)) for size in range(90, 210)]

    def write(number: int) -> None:
        for checkpoint in checkpoints[number::3]:
            files[number].write(checkpoint)
            kept = files[number].read()
            behind.append(kept is None or kept.size < checkpoint.size)

    behind: list[bool] = []
    writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(behind) == 120 and not any(behind)
    for file in files:
        file.close()


def test_a_checkpoint_file_that_somebody_holds_holds_nobody_up(ledger, choice, monkeypatch) -> None:
    ledger.append([choice("ann", "on")])
    ledger.append([choice("ann", "on")])
    with ledger.checkpoint_path.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ledger.append([choice("ann", "off")])
        assert ledger.checkpoint_path.read_text() == ledger.checkpoint().text


def test_checkpoint_file_is_synced_soon_and_at_the_end(ledger, choice, monkeypatch) -> None:
    monkeypatch.setattr("licet.ledger.checkpoints.SYNC_LAG_SECONDS", 0.01)
    synced, sync = threading.Event(), os.fsync

    def note(file: int) -> None:
        sync(file)
        synced.set()

    monkeypatch.setattr("licet.ledger.checkpoints.os.fsync", note)
    ledger.append([choice("ann", "on")])
    ledger.append([choice("ann", "off")])
    assert synced.wait(30)
    monkeypatch.setattr("licet.ledger.checkpoints.SYNC_LAG_SECONDS", 600)
    ledger.append([choice("ann", "on")])
    ledger.append([choice("ann", "off")])
    synced.clear()
    ledger.close()
    assert synced.is_set()


def test_copy_that_shares_its_bytes_with_the_checkpoint_file_stays_as_it_is(ledger, choice) -> None:
    ledger.append([choice("ann", "on")])
    copy = ledger.checkpoint_path.with_name("kept")
    copy.hardlink_to(ledger.checkpoint_path)
    before = copy.read_text()
    ledger.append([choice("ann", "off")])
    assert copy.read_text() == before != ledger.checkpoint_path.read_text()
    link = ledger.checkpoint_path.with_name("link")
    ledger.checkpoint_path.rename(link)
    ledger.checkpoint_path.symlink_to(link)
    before = link.read_text()
    ledger.append([choice("ann", "off")])
    assert link.read_text() == before != ledger.checkpoint_path.read_text()
    assert not ledger.checkpoint_path.is_symlink()


def test_checkpoint_file_is_whole_to_whoever_reads_it_meanwhile(ledger, signer, choice) -> None:
    ledger.append([choice("ann", "on")])
    checkpoints = [Checkpoint.sign(signer, size, bytes(32)) for size in range(10, 99)]
    file, done = CheckpointFile(ledger.checkpoint_path, signer.public_key), threading.Event()

    def write() -> None:
        for _ in range(20):
            ledger.checkpoint_path.unlink()
            for checkpoint in checkpoints:
                ledger._file.write(checkpoint)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        kept = file.read()  # raises for what is no checkpoint
        assert kept is None or 1 <= kept.size < 99
    writer.join()


def test_every_caller_of_a_failed_commit_is_told(ledger, home, choice) -> None:
    engine, failing = ledger._storage._engine, threading.Event()
    of_driver = {"sqlite": sqlite3.OperationalError, "postgres": psycopg.OperationalError}[home.kind]

    @event.listens_for(engine, "commit")
    def fail(connection: object) -> None:
        if failing.is_set():
            raise of_driver("disk I/O error")

    ledger.append([choice("ann", "on")])
    failing.set()
    errors, start = [], threading.Barrier(5)

    def work() -> None:
        start.wait()
        with pytest.raises(LedgerError, match="LEDG-012") as caught:
            ledger.append([choice("bob", "on")])
        errors.append(caught.value)

    workers = [threading.Thread(target=work) for _ in range(5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(errors) == 5
    failing.clear()
    assert ledger.append([choice("cat", "on")])[0].index == 1
    assert ledger.verify().ok


def test_interrupted_commit_leaves_a_ledger_that_goes_on(ledger, choice) -> None:
    engine, interrupting = ledger._storage._engine, threading.Event()

    @event.listens_for(engine, "commit")
    def interrupt(connection: object) -> None:
        if interrupting.is_set():
            raise KeyboardInterrupt

    ledger.append([choice("ann", "on")])
    interrupting.set()
    with pytest.raises(KeyboardInterrupt):
        ledger.append([choice("bob", "on")])
    interrupting.clear()
    assert ledger.append([choice("cat", "on")])[0].index == 1
    assert ledger.verify().ok


def test_reader_sees_what_another_connection_appended(ledger, home, choice) -> None:
    with home.open() as reader:
        assert reader.position == 0
        ledger.append([choice("ann", "off")])
        assert reader.position == 1
        assert [found.value for found in reader.choices_of("ann")] == ["off"]
        assert reader.checkpoint() == ledger.checkpoint()


def test_two_open_writers_take_turns_on_one_tree(ledger, home, signer, choice) -> None:
    with home.open(signer) as other:
        for number in range(9):
            (ledger if number % 2 else other).append([choice(f"m{number}", "on")] * (number + 1))
        assert other.position == ledger.position == 45
        assert other.verify(against=[ledger.checkpoint().text]).ok


def test_reader_cannot_append(ledger, home, signer, choice) -> None:
    for reader in (home.open(), home.open(signer, read_only=True)):
        with reader:
            with pytest.raises(LedgerError, match="LEDG-008"):
                reader.append([choice("ann", "on")])
            with pytest.raises(LedgerError, match="LEDG-008"):
                reader.erase("ann")
            with pytest.raises(LedgerError, match="LEDG-008"):
                reader.compact()


def test_writer_that_finds_another_writing_gives_up_with_an_error(ledger, home, signer, choice) -> None:
    with home.open(signer, busy_timeout_seconds=0.05) as hasty:
        with ledger._storage.writing(), pytest.raises(LedgerError, match="LEDG-009"):
            hasty.append([choice("ann", "on")])
        assert hasty.append([choice("ann", "on")])[0].index == 0


def test_closed_ledger_answers_nothing(ledger, choice) -> None:
    ledger.close()
    ledger.close()
    for question in (
        lambda: ledger.position,
        lambda: ledger.choices_of("ann"),
        lambda: ledger.append([choice("ann", "on")]),
        lambda: ledger.verify(),
    ):
        with pytest.raises(LedgerError, match="LEDG-018"):
            question()


def test_checkpoint_file_follows_every_commit(ledger, signer, choice) -> None:
    for size in range(1, 4):
        ledger.append([choice("ann", "on")])
        kept = Checkpoint.parse(ledger.checkpoint_path.read_text(), signer.public_key_text)
        assert kept == ledger.checkpoint() and kept.size == size


def test_checkpoint_file_that_speaks_of_more_is_left_alone(ledger, signer, choice) -> None:
    ledger.append([choice("ann", "on")])
    later = Checkpoint.sign(signer, 99, bytes(32))
    ledger.checkpoint_path.write_text(later.text)
    ledger.append([choice("ann", "off")])
    assert ledger.checkpoint_path.read_text() == later.text


def test_checkpoint_file_that_cannot_be_written_is_a_warning_and_entries_stand(ledger, choice) -> None:
    ledger.checkpoint_path.unlink()
    ledger.checkpoint_path.mkdir()
    with pytest.warns(CheckpointFileWarning, match="the entries are recorded"):
        (entry,) = ledger.append([choice("ann", "on")])
    assert ledger.entry(0) == entry
    assert [path.name for path in ledger.checkpoint_path.parent.iterdir() if path.name.startswith(".")] == []


def test_proofs_hold_against_the_checkpoint_of_every_size(ledger, choice) -> None:
    for number in range(1, 6):
        ledger.append([choice(f"m{number}", "on")] * number)
    checkpoints = [ledger.checkpoint(size) for size in range(ledger.position + 1)]
    assert checkpoints[-1] == ledger.checkpoint()
    for checkpoint in checkpoints:
        assert Checkpoint.parse(checkpoint.text, ledger.public_key_text) == checkpoint
        for entry in ledger.entries(0, checkpoint.size):
            assert ledger.inclusion_proof(entry.index, checkpoint.size).verify(
                entry.leaf_hash, checkpoint.root
            )
        for earlier in checkpoints[: checkpoint.size + 1]:
            proof = ledger.consistency_proof(earlier.size, checkpoint.size)
            assert proof.verify(earlier.root, checkpoint.root)


def test_reader_gives_out_only_checkpoints_that_were_signed(ledger, home, choice) -> None:
    ledger.append([choice("ann", "on")] * 3)
    with home.open() as reader:
        assert reader.checkpoint(3) == ledger.checkpoint()
        with pytest.raises(LedgerError, match="LEDG-020"):
            reader.checkpoint(2)
        with pytest.raises(LedgerError, match="LEDG-014"):
            reader.checkpoint(4)


@pytest.mark.parametrize("position", [-1, 2])
def test_position_that_does_not_exist_is_refused(ledger, choice, position: int) -> None:
    ledger.append([choice("ann", "on")])
    for question in (
        lambda: ledger.choices_of("ann", position),
        lambda: ledger.signals_of("ann", position),
        lambda: ledger.choices_table(position),
        lambda: ledger.signals_table(position),
        lambda: ledger.packs_in_force(position),
        lambda: ledger.changed_subjects(0, position),
        lambda: ledger.inclusion_proof(0, position),
        lambda: ledger.consistency_proof(0, position),
        lambda: ledger.checkpoint(position),
        lambda: ledger.entry(position),
    ):
        with pytest.raises(LedgerError, match="LEDG-014"):
            question()
    with pytest.raises(LedgerError, match="LEDG-015"):
        ledger.inclusion_proof(1)


def test_entries_are_found_by_kind_subject_and_place_across_batches(ledger, choice, signal) -> None:
    pack = NewEntry(EntryKind.PACK_IN_FORCE, None, {"pack": "p", "version": "1", "digest": "d", "file": "f"})
    ledger.append([pack] + [choice(f"m{n % 7}", "on") for n in range(5000)] + [signal("m3", True), pack])
    assert [entry.index for entry in ledger.entries()] == list(range(5003))
    assert [entry.index for entry in ledger.entries(kind=EntryKind.PACK_IN_FORCE)] == [0, 5002]
    assert [entry.index for entry in ledger.packs_in_force(5002)] == [0]
    assert [entry.index for entry in ledger.entries(4990, 5003, subject="m3")] == [4995, 5001]
    assert [e.index for e in ledger.entries(10, kind=EntryKind.SIGNAL, subject="m3")] == [5001]
    assert list(ledger.entries(7, 7)) == []


def test_writer_refuses_to_build_on_a_tree_its_checkpoint_does_not_sign(ledger, home, choice) -> None:
    ledger.append([choice("ann", "on")] * 3)
    with home.tampering() as connection:
        connection.execute("DELETE FROM entries WHERE idx = 2")
    with pytest.raises(LedgerError, match=r"LEDG-017.*nothing was written"):
        ledger.append([choice("ann", "off")])


@pytest.mark.parametrize("damaged", ["tiles SET hashes", "checkpoints SET root", "checkpoints SET signature"])
def test_writer_just_opened_refuses_a_tree_that_is_not_signed(
    ledger, home, signer, choice, damaged: str
) -> None:
    ledger.append([choice("ann", "on")] * 3)
    ledger.close()
    with home.tampering() as connection:
        connection.execute(f"UPDATE {damaged} = zeroblob(64)")
    ledger.checkpoint_path.unlink()
    with home.open(signer) as again, pytest.raises(LedgerError, match="LEDG-017"):
        again.append([choice("ann", "off")])


def test_writer_refuses_a_fork_signed_by_its_own_key(ledger, home, signer, choice) -> None:
    """An older copy, written to elsewhere and put in place, is no continuation of what this one signed."""
    ledger.append([choice("ann", "on")])
    elsewhere = home.copy("elsewhere")
    ledger.append([choice("ann", "off")])
    with elsewhere.open(signer) as copy:
        copy.append([choice("ann", "on")] * 2)
    home.put_back(elsewhere)
    with pytest.raises(LedgerError, match="LEDG-017"):
        ledger.append([choice("ann", "on")])


def test_only_its_own_signer_opens_a_ledger(ledger, home, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="LEDG-007"):
        home.open(Signer.create(tmp_path / "other.key"))


@pytest.mark.parametrize("state", ["gone", "garbage", "a folder", "in a folder that is gone", "unreadable"])
def test_a_choice_is_durable_whatever_became_of_the_checkpoint_file(
    tmp_path: Path, signer, choice, state: str
) -> None:
    """The file is read and written after the commit; what is wrong with it is a warning at most, or mended."""
    folder = tmp_path / "beside"
    folder.mkdir()
    file = folder / "ledger.checkpoint"
    with Ledger.create(tmp_path / "ledger.sqlite", signer, checkpoint_path=file) as ledger:
        ledger.append([choice("ann", "on")])
        if state == "unreadable":
            file.chmod(0o000)
        elif state == "garbage":
            file.write_bytes(b"\xff not a checkpoint")
        else:
            file.unlink()
        if state == "a folder":
            file.mkdir()
        elif state == "in a folder that is gone":
            folder.rmdir()
        cannot = state in ("a folder", "in a folder that is gone")
        with pytest.warns(CheckpointFileWarning) if cannot else contextlib.nullcontext():
            (entry,) = ledger.append([choice("ann", "off")])
        assert ledger.choices_of("ann")[0].entry == entry.index
        if not cannot:
            assert file.read_text() == ledger.checkpoint().text
    with Ledger.open(tmp_path / "ledger.sqlite", signer, checkpoint_path=tmp_path / "none") as opened:
        assert opened.choices_of("ann")[0].value == "off" and opened.verify().ok
    if state == "a folder":
        with pytest.raises(
            LedgerError, match="LEDG-016"
        ):  # who asks next is told, before anything is recorded
            Ledger.open(tmp_path / "ledger.sqlite", signer, checkpoint_path=file)
