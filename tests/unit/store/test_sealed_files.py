"""Sealed files: read back by their salt and purpose under their own name alone, and written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.store.sealed_files import BrokenSealError, SealedFiles
from licet.testing.effort import examples


def test_what_was_written_is_read_back_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    files = SealedFiles(tmp_path / "kept", b"salt", b"this")
    assert files.names() == []
    files.write("a", b"words of somebody")
    files.write("a", b"other words")
    path = tmp_path / "kept" / "a"
    assert (files.read("a"), files.names(), path.stat().st_mode & 0o777) == (b"other words", ["a"], 0o600)
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o700 and b"words" not in path.read_bytes()
    for other in (
        SealedFiles(tmp_path / "kept", b"pepper", b"this"),
        SealedFiles(tmp_path / "kept", b"salt", b"that"),
    ):
        with pytest.raises(BrokenSealError):
            other.read("a")
    path.rename(path.with_name("b"))
    with pytest.raises(BrokenSealError):
        files.read("b")
    with pytest.raises(FileNotFoundError):
        files.read("a")


@examples(50)
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7), cut=st.booleans())
def test_no_byte_of_one_can_be_changed_or_left_out(
    tmp_path_factory: pytest.TempPathFactory, place: int, bit: int, cut: bool
) -> None:
    folder = tmp_path_factory.mktemp("sealed")
    files = SealedFiles(folder, b"salt", b"this")
    files.write("a", b"words")
    data = bytearray((folder / "a").read_bytes())
    place %= len(data)
    data[place] ^= 1 << bit
    (folder / "a").write_bytes(data[:place] if cut else data)
    with pytest.raises(BrokenSealError):
        files.read("a")


def test_who_dies_leaves_what_was_there_and_a_part_that_is_taken_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = SealedFiles(tmp_path, b"salt", b"this")
    files.write("a", b"before")

    def failing(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    def dying(descriptor: int) -> None:
        raise KeyboardInterrupt

    for refuse, kind in ((failing, OSError), (dying, KeyboardInterrupt)):
        with monkeypatch.context() as broken:
            broken.setattr(os, "fsync", refuse)
            if refuse is dying:  # and so removes nothing
                broken.setattr(Path, "unlink", lambda path, missing_ok=False: None)
            for name in ("a", "b"):
                with pytest.raises(kind):
                    files.write(name, b"after")
    assert (files.read("a"), files.names(), files.names(unfinished=True)) == (b"before", ["a"], ["a", "b"])
    files.write("a", b"after")
    files.remove("b")
    assert (files.read("a"), [path.name for path in tmp_path.iterdir()]) == (b"after", ["a"])
