"""The keys of a use: the same however many are made at once, another for each use, and told while they are made."""

from __future__ import annotations

from pathlib import Path

import pytest

from licet.enforce.kept_keys import KeptKeys
from licet.terms.ecvrf import verify
from licet.terms.membership_proof import subject_key
from licet.uses import subject_keys
from licet.uses.subject_keys import SubjectKeys

SECRET = b"\x07" * 32
PEOPLE = [f"member {number}" for number in range(40)]


def test_a_key_is_the_one_that_its_proof_shows() -> None:
    keys = SubjectKeys(SECRET)
    for who in ("ann", "ü 1", ""):
        output = verify(bytes.fromhex(keys.index.key), who.encode(), keys.prove(who))
        assert output is not None and keys.of_one(who) == subject_key(output)


def test_many_at_once_are_those_that_are_made_one_by_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(subject_keys, "_AT_A_TIME", 7)
    monkeypatch.setattr(subject_keys, "FEWEST_MEMBERS", 3)
    monkeypatch.setattr(subject_keys, "FEWEST_CHANGED", 3)
    told: list[tuple[int, int]] = []
    alone = [SubjectKeys(SECRET).of_one(who) for who in PEOPLE]
    assert SubjectKeys(SECRET).of_all(PEOPLE, lambda *done: told.append(done)) == alone
    assert told[-1] == (40, 40) and [done for done, _ in told] == sorted(done for done, _ in told)
    kept = KeptKeys(tmp_path / "cache" / "keys", SECRET)
    for _ in range(2):
        assert SubjectKeys(SECRET, kept).of_all(PEOPLE) == alone
        assert SubjectKeys(b"\x08" * 32, kept).of_all(PEOPLE) != alone, "another use, other keys"
        assert SubjectKeys(SECRET, kept).of_who_left(PEOPLE) == alone


def test_who_interrupts_is_not_waited_for_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject_keys, "_AT_A_TIME", 1)
    told: list[int] = []

    def stop(done: int, total: int) -> None:
        told.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        SubjectKeys(SECRET).of_all(PEOPLE, stop)
    assert told == [1]
