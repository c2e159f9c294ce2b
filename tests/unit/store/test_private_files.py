"""A private file is replaced whole or not at all, and nobody but its owner reads it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from licet.store.private_files import PART, write_private


@pytest.mark.parametrize("part", [None, f"a{PART}"])
@pytest.mark.parametrize("refusing", ["open", "fdopen", "fsync"])
def test_a_disk_that_fails_leaves_what_was_there_and_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str | None, refusing: str
) -> None:
    path = tmp_path / "new" / "a"
    write_private(path, b"be", memoryview(b"fore"), part=part)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"before", 0o600)
    assert path.parent.stat().st_mode & 0o777 == 0o700

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, refusing, full)
        with pytest.raises(OSError, match="No space"):
            write_private(path, b"after", part=part)
    assert [one.read_bytes() for one in path.parent.iterdir()] == [b"before"]


def test_the_part_of_a_process_that_died_is_taken_along(tmp_path: Path) -> None:
    (tmp_path / f"a{PART}").write_bytes(b"half")
    write_private(tmp_path / "a", b"whole", part=f"a{PART}")
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"whole"]


def test_what_need_not_last_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = list[int]()
    monkeypatch.setattr(os, "fsync", synced.append)
    write_private(tmp_path / "a", b"whole", is_durable=False)
    assert synced == []
    write_private(tmp_path / "a", b"whole")
    assert len(synced) == 2, "the file, and its name"
