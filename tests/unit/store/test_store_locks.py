"""One writer at a time, and a clear word about who it is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from licet.store import Store
from licet.terms import StoreError

HOLD = """
import sys
from licet.store import Store
with Store.open(sys.argv[1]).build("corpus") as build:
    build.put(b"left by the dead")
    print("held", flush=True)
    sys.stdin.read()
"""


def hold_elsewhere(place: Path) -> subprocess.Popen[str]:
    """Another process, inside a build of the store."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str], *, kill: bool) -> None:
    if kill:
        process.send_signal(signal.SIGKILL)
    process.communicate()


def test_a_second_writer_in_another_process_is_refused_and_told_which(tmp_path: Path) -> None:
    store = Store.open(tmp_path, create=True)
    process = hold_elsewhere(tmp_path)
    try:
        for change in (
            lambda: store.build("corpus").__enter__(),
            store.sweep,
            lambda: store.scan([b"marker"]),
        ):
            with pytest.raises(
                StoreError, match=f"STOR-005: the store is being written by process {process.pid} on "
            ):
                change()
        assert store.snapshots() == [] and store.verify() == []  # readers need no lock
    finally:
        end(process, kill=False)
    with store.build("corpus"):
        pass


def test_the_lock_and_the_leftovers_of_a_killed_writer_are_gone_with_the_next(tmp_path: Path) -> None:
    store = Store.open(tmp_path, create=True)
    end(hold_elsewhere(tmp_path), kill=True)
    assert any(p.is_file() for p in (tmp_path / "objects").rglob("*"))
    with store.build("corpus"):
        assert not any(p.is_file() for p in (tmp_path / "objects").rglob("*"))
    assert list((tmp_path / "staging").iterdir()) == []


def test_a_second_writer_in_this_process_is_refused(tmp_path: Path) -> None:
    store = Store.open(tmp_path, create=True)
    with store.build("corpus") as build:
        with pytest.raises(StoreError, match=rf"STOR-005: .* process {os.getpid()} on .* \(this one\)"):
            Store.open(tmp_path).remove("corpus-1")
        build.publish({})
    assert len(store.snapshots()) == 1


def test_a_lock_left_on_a_remote_file_system_is_broken_by_hand() -> None:
    store = Store.open("memory://locks/broken", create=True)
    holder = store.build("corpus")
    holder.__enter__().put(b"left by the dead")
    with pytest.raises(StoreError, match=r"STOR-005: .* Store.break_lock\(\)"), store.build("corpus"):
        pass
    store.break_lock()
    with store.build("corpus") as build:
        build.publish({"files": [{"sha256": build.put(b"new")}]})
    assert store.sweep() == [] and store.verify() == []


def test_a_file_system_that_cannot_exclude_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from fsspec.implementations.memory import MemoryFileSystem

    store = Store.open("memory://locks/naive", create=True)
    real = MemoryFileSystem.pipe_file

    def without_modes(self: MemoryFileSystem, path: str, value: bytes) -> None:
        real(self, path, value)

    monkeypatch.setattr(MemoryFileSystem, "pipe_file", without_modes)
    with pytest.raises(StoreError, match="STOR-019"), store.build("corpus"):
        pass
