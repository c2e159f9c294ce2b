"""Who is in an artefact, in a real store: proven both ways, changed page by page, and refused where it does not fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from licet.store import Store
from licet.terms import StoreError, UseError, prefix_tree
from licet.terms.membership_proof import Membership
from licet.uses.members import (
    Members,
    change_members,
    contains,
    read_members,
    write_members,
)
from licet.uses.subject_keys import SubjectKeys

SALT = b"\x07" * 32
PEOPLE = [f"member {number}" for number in range(200)]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(prefix_tree, "PAGE_KEYS", 16)
    return Store.open(tmp_path / "store", create=True)


def written(store: Store, people: Iterable[str], salt: bytes = SALT) -> Members:
    with store.build("toy") as build:
        build.publish({"members": write_members(build, SubjectKeys(salt), people).as_json()})
    return read_members(store.snapshot("toy").manifest["members"])


def test_presence_and_absence_are_proven_from_one_page(store: Store) -> None:
    members = written(store, PEOPLE)
    assert members.count == 200 and len(members.pages) > 8
    for who in (*PEOPLE[:20], "nobody", "member 200", "ü"):
        found = contains(store, members, SALT, who)
        assert found.membership is (Membership.PRESENT if who in PEOPLE else Membership.ABSENT)
        assert found.proof.verify(bytes.fromhex(members.root), members.key, who) is found.membership
    needed = [page for page in members.pages if needs(store, members, page.sha256, "nobody")]
    assert len(needed) == 1


def needs(store: Store, members: Members, sha256: str, who: str) -> bool:
    """Whether no proof is had without an object."""
    path = Path(store.path(sha256))
    held = path.rename(Path(store.where) / "away")
    try:
        contains(store, members, SALT, who)
    except StoreError as error:
        assert error.code == "STOR-007"
        return True
    finally:
        held.rename(path)
    return False


def test_an_empty_artefact_proves_that_anybody_is_out(store: Store) -> None:
    members = written(store, [])
    assert (members.count, members.pages) == (0, ())
    assert contains(store, members, SALT, "ann").membership is Membership.ABSENT


def test_changed_equals_written_anew_and_keeps_the_pages_of_others(store: Store) -> None:
    before = written(store, PEOPLE)
    with store.build("toy") as build:
        after = change_members(
            build, store, before, SubjectKeys(SALT), ["new", PEOPLE[3]], [PEOPLE[7], "never there"]
        )
        build.publish({"members": after.as_json()})
    anew = written(store, ["new", *PEOPLE[:7], *PEOPLE[8:]])
    assert after == anew and after.root != before.root
    assert len(set(after.pages) - set(before.pages)) <= 3
    for who, there in ((PEOPLE[7], False), ("new", True), (PEOPLE[3], True)):
        assert (contains(store, after, SALT, who).membership is Membership.PRESENT) == there
    assert contains(store, before, SALT, PEOPLE[7]).membership is Membership.PRESENT, (
        "the old root stays good"
    )


def test_another_salt_finds_nobody_and_says_so(store: Store) -> None:
    members = written(store, PEOPLE)
    with pytest.raises(UseError) as refused:
        contains(store, members, b"\x08" * 32, PEOPLE[0])
    assert refused.value.code == "CORP-211"
    with store.build("toy") as build, pytest.raises(UseError) as refused:
        change_members(build, store, members, SubjectKeys(b"\x08" * 32), ["new"], [])
    assert refused.value.code == "CORP-211"
    assert SubjectKeys(SALT).of_one("ann") != SubjectKeys(b"\x08" * 32).of_one("ann")


def test_pages_that_do_not_make_up_the_tree_prove_nothing(store: Store) -> None:
    """A manifest whose writer leaves a page out, repeats one, or puts another's in its place."""
    members = written(store, PEOPLE)
    other = written(store, PEOPLE[1:])
    first, second, *rest = members.pages
    theirs = other.pages[0] if other.pages[0] != first else other.pages[-1]
    bent: list[dict[str, Any]] = [
        {"pages": (second, *rest)},
        {"pages": (first, first, *rest)},
        {"pages": (second, first, *rest)},
        {"pages": (replace(first, hash=second.hash), second, *rest)},
        {"pages": (replace(first, count=first.count - 1), second, *rest)},
        {"pages": (replace(first, sha256=second.sha256), second, *rest)},
        {"pages": (replace(first, first="00" * 32), second, *rest)},
        {"pages": (theirs, second, *rest)},
        {"count": members.count - 1},
        {"root": other.root},
    ]
    for change in bent:
        fake = replace(members, **change)
        with pytest.raises(UseError) as refused:
            for who in PEOPLE:
                contains(store, fake, SALT, who)
        assert refused.value.code == "CORP-212", change


def test_a_damaged_page_is_told(store: Store) -> None:
    members = written(store, PEOPLE[:5])
    path = Path(store.path(members.pages[0].sha256))
    path.chmod(0o640)
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    with pytest.raises(StoreError) as refused:
        contains(store, members, SALT, PEOPLE[0])
    assert refused.value.code == "STOR-006"


def test_members_of_an_earlier_licet_prove_nothing_and_say_why() -> None:
    listed = {"count": 3, "root": "ab" * 32, "file": {"sha256": "cd" * 32, "bytes": 9}}
    chosen = {"index": "licet-subject-index/1", "salt": "cd" * 32, "count": 0, "root": "ab" * 32, "pages": []}
    for said, why in (
        (listed, "stand in a list"),
        (chosen, "stand under keys that whoever made it could choose"),
    ):
        with pytest.raises(UseError, match=why) as refused:
            read_members(said)
        assert refused.value.code == "CORP-210"


def test_pages_are_looked_into_by_a_scan(store: Store) -> None:
    written(store, PEOPLE)
    assert store.scan([b"member 17"]) == [] and store.verify() == []
    key = SubjectKeys(SALT).of_one("member 17")
    assert len(store.scan([key])) == 1, "and would be found, were it looked for"
