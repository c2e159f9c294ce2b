"""Keys that are kept: each made once, those of who is gone let go of, nothing believed that was not written here."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from licet.enforce.kept_keys import KeptKeys

SALT, USE = b"s" * 32, "ab" * 32
PEOPLE = [f"member {number}" for number in range(300)]


def key_of(subject: str) -> bytes:
    """One in eight ends in a zero byte, which numpy's text would lose."""
    digest = sha256(subject.encode()).digest()
    return digest[:-1] + bytes(1) if digest[0] % 8 == 0 else digest


class Maker:
    """Makes keys, and counts for whom."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self, subjects: list[str]) -> list[bytes]:
        self.made += subjects
        return [key_of(subject) for subject in subjects]


def made_for(folder: Path, subjects: list[str], *, keep: bool = True, salt: bytes = SALT) -> list[str]:
    """For whom keys had to be made; every key is right, and in order."""
    make = Maker()
    found = KeptKeys(folder / "cache" / "keys", salt).complete(USE, subjects, make, keep=keep)
    assert found == [key_of(subject) for subject in subjects]
    return make.made


def test_a_key_is_made_once(tmp_path: Path) -> None:
    assert made_for(tmp_path, PEOPLE[:200]) == PEOPLE[:200]
    assert made_for(tmp_path, PEOPLE[:200][::-1]) == []
    assert made_for(tmp_path, PEOPLE[100:]) == PEOPLE[200:]
    assert made_for(tmp_path, PEOPLE) == [], "those of other artefacts stay"
    assert made_for(tmp_path, []) == []
    assert made_for(tmp_path, ["new", *PEOPLE[:3], "new"]) == ["new", "new"], "one who is named twice is one"
    assert made_for(tmp_path, [*PEOPLE, "new"]) == []


def test_nothing_is_kept_of_who_left(tmp_path: Path) -> None:
    made_for(tmp_path, PEOPLE[:20])
    assert made_for(tmp_path, PEOPLE[:30], keep=False) == PEOPLE[20:30]
    assert made_for(tmp_path, PEOPLE[:30], keep=False) == PEOPLE[20:30]


def test_what_is_kept_is_the_owners_alone_and_names_nobody(tmp_path: Path) -> None:
    made_for(tmp_path, PEOPLE)
    (file,) = (tmp_path / "cache" / "keys").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert {path.stat().st_mode & 0o777 for path in (file.parent, file.parent.parent)} == {0o700}
    assert not [subject for subject in PEOPLE if subject.encode() in file.read_bytes()]
    assert made_for(tmp_path, PEOPLE[:9], salt=b"o" * 32) == PEOPLE[:9], (
        "nor can it be read under another salt"
    )


@pytest.mark.parametrize("place", [0, 40, -1])
def test_what_was_edited_or_torn_is_made_anew(tmp_path: Path, place: int) -> None:
    made_for(tmp_path, PEOPLE)
    (file,) = (tmp_path / "cache" / "keys").iterdir()
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)
    assert made_for(tmp_path, PEOPLE[:9]) == PEOPLE[:9]
    file.write_bytes(data[: len(data) // 2])
    assert made_for(tmp_path, PEOPLE[:9]) == PEOPLE[:9]


def test_those_who_stand_nowhere_are_let_go_of_and_looked_for(tmp_path: Path) -> None:
    kept, make = KeptKeys(tmp_path / "cache" / "keys", SALT), Maker()
    for use in (USE, "cd" * 32):
        kept.complete(use, PEOPLE, make, keep=True)
    assert len(kept.holding(PEOPLE[:1])) == 2 and kept.holding(["nobody"]) == []
    stand = np.frombuffer(b"".join(map(key_of, PEOPLE[10:])), "S32")
    kept.keep_only({USE: stand})
    assert kept.holding(PEOPLE[:10]) == [] and len(kept.holding(PEOPLE[10:11])) == 1
    assert made_for(tmp_path, PEOPLE) == PEOPLE[:10]
    kept.keep_only({})
    assert [*(tmp_path / "cache" / "keys").iterdir()] == []


def test_who_went_while_keys_were_made_does_not_come_back(tmp_path: Path) -> None:
    """A purge between the reading of the file and its writing."""
    kept = KeptKeys(tmp_path / "cache" / "keys", SALT)
    kept.complete(USE, PEOPLE[:20], Maker(), keep=True)

    def purging(subjects: list[str]) -> list[bytes]:
        kept.keep_only({USE: np.frombuffer(b"".join(map(key_of, PEOPLE[5:20])), "S32")})
        return [key_of(subject) for subject in subjects]

    kept.complete(USE, PEOPLE[10:30], purging, keep=True)
    assert kept.holding(PEOPLE[:5]) == [] and len(kept.holding(PEOPLE[7:8])) == 1


def test_what_cannot_be_kept_is_made_every_time(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder")
    for _ in range(2):
        assert made_for(tmp_path, PEOPLE[:9]) == PEOPLE[:9]
