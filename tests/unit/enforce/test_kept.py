"""What gates keep between them: found again while it holds, brought forward by what changed, dropped when it is old."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from enforce_samples import AT, FACTS, MEMBERS, PACK, POSTS, POSTS_TABLE

from licet.decide import Policy
from licet.enforce import Gate
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.gate_cache import Kept
from licet.enforce.population import Roll
from licet.ledger import EntryKind, Ledger, NewEntry, Signer
from licet.packs import Pack
from licet.sources.catalogue import Catalogue

CATALOGUE = Catalogue.model_validate(
    {
        "licet_catalogue": 1,
        "facts": FACTS,
        "tables": {
            "members": {"location": {"parquet": "members.parquet"}, "columns": {}},
            "posts": POSTS_TABLE | {"location": {"parquet": "posts.parquet"}},
        },
    }
)


POLICY = Policy(Pack.model_validate(PACK))
IN_FORCE = {"pack": "acme", "version": "1", "digest": POLICY.pack.digest, "file": "acme.yaml"}


class Place:
    """Tables and a ledger on disk, and what is kept of them."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self.folder, self.ledger, self.kept = folder, ledger, Kept()
        ledger.append([NewEntry(EntryKind.PACK_IN_FORCE, None, IN_FORCE)])
        pq.write_table(MEMBERS, folder / "members.parquet")
        pq.write_table(POSTS, folder / "posts.parquet")
        time.sleep(0.15)  # a file that was just written is never taken for unchanged

    def texts(self, position: int | None = None) -> list[str]:
        gate = Gate(
            POLICY, "recommendation", AT, CATALOGUE, DuckDBEngine(threads=1),
            self.ledger, base=self.folder, kept=self.kept, position=position,
        )  # fmt: skip
        gate.prepare(["posts"])
        rows = gate.read("posts")
        return sorted(rows["text"].to_pylist() if "text" in rows.column_names else [])

    def choose(self, subject: str, value: str) -> None:
        payload = {"setting": "sharing", "value": value, "pack": POLICY.pack.digest}
        self.ledger.append([NewEntry(EntryKind.CHOICE, subject, payload)])

    @property
    def roll(self) -> Roll:
        (called,) = self.kept._rolls.values()
        return called.roll


def standing(roll: Roll) -> dict[str, str]:
    """Where everybody on a roll stands."""
    return {
        one: roll.classes[own].state.strip("\x1f")
        for one, own in zip(roll.subjects.to_pylist(), roll.class_of.tolist(), strict=True)
    }


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with Ledger.create(tmp_path / "ledger", Signer.create(tmp_path / "key")) as ledger:
        yield Place(tmp_path, ledger)


def test_a_choice_moves_those_who_made_it_and_leaves_everybodys_number(place: Place) -> None:
    assert place.texts() == ["a", "b"]
    before, numbers = place.roll, dict(place.kept._owners)
    place.choose("ann", "off")
    assert place.texts() == ["b"]
    assert place.roll.subjects is before.subjects
    assert standing(place.roll) == standing(before) | {"ann": "sharing==refused"}
    assert all(place.kept._owners[key].owners is told.owners for key, told in numbers.items())
    place.choose("ann", "on")
    assert place.texts() == ["a", "b"]


def test_where_many_changed_the_roll_is_called_anew_and_rows_keep_their_numbers(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("licet.enforce.choices_as_of._ALWAYS_FOLLOWED", 0)
    monkeypatch.setattr("licet.enforce.choices_as_of._MOST_FOLLOWED", 0)
    assert place.texts() == ["a", "b"]
    before, numbers = place.roll, dict(place.kept._owners)
    monkeypatch.setattr("licet.enforce.member_classes.follow", None)  # nobody is followed
    for subject in ("ann", "ben"):
        place.choose(subject, "off")
    assert place.texts() == []
    assert place.roll.subjects is before.subjects
    assert all(place.kept._owners[key].owners is told.owners for key, told in numbers.items())
    place.choose("ben", "on")
    assert place.texts() == ["b"]


def test_an_earlier_position_is_answered_as_it_was(place: Place) -> None:
    place.choose("ben", "off")
    assert place.texts() == ["a"]
    assert place.texts(position=1) == ["a", "b"]
    assert place.texts() == ["a"]


def test_an_erasure_calls_the_roll_anew(place: Place) -> None:
    place.choose("ann", "off")
    place.choose("ben", "off")
    assert place.texts() == []
    place.ledger.erase("ann")
    assert place.texts() == []  # her no stands, though nobody knows any more who said it
    assert place.texts(position=1) == ["a", "b"]
    assert place.texts(position=2) == ["b"]
    place.choose("ann", "on")
    assert place.texts() == ["a"]
    place.ledger.erase("ben")
    place.ledger.erase("ann")
    assert place.texts() == []


def test_files_that_changed_are_read_again(place: Place) -> None:
    assert place.texts() == ["a", "b"]
    pq.write_table(MEMBERS.slice(1), place.folder / "members.parquet")
    assert place.texts() == ["b"]
    pq.write_table(POSTS.take([4, 3, 2, 1, 0]), place.folder / "posts.parquet")
    assert place.texts() == ["b"]
    pq.write_table(MEMBERS, place.folder / "members.parquet")
    assert place.texts() == ["a", "b"]


def test_people_who_are_nobodys_members_may_choose(place: Place) -> None:
    place.texts()
    place.choose("stranger", "off")
    assert place.texts() == ["a", "b"]
