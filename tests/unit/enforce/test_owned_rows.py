"""Marks put anew for some rows are those that all rows would get; and those of before stay what they were."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pyarrow as pa
import pytest

from licet.decide.combination import Reason, SubjectAnswer, combine
from licet.enforce.gate_cache import Kept
from licet.enforce.member_facts import Chosen
from licet.enforce.owned_rows import MarkedRows, OwnedRows, RowOwners, Told, mark, mark_again
from licet.enforce.population import Roll, Subject, follow
from licet.enforce.row_verdicts import Verdict
from licet.enforce.subject_places import SubjectPlaces
from licet.terms import Code

PEOPLE, ROWS, KINDS = 40, 300, 3
REASONS = (None, *(Reason(code, None) for code in (Code.REFUSED, Code.REGION_UNKNOWN)))


def drawn_told(rng: random.Random, classes: int) -> tuple[Told, ...]:
    """What so many classes, and nobody, are told of each kind of row."""

    def verdict() -> Verdict:
        mask = rng.randrange(4)
        return Verdict(mask, None if mask else rng.choice(REASONS), rng.choice([None, "DE", "FR"]))

    return tuple(tuple(verdict() for _ in range(KINDS)) for _ in range(classes + 1))


def told(marked: MarkedRows) -> tuple[list[Verdict], list[int], dict[Verdict, int]]:
    marks = marked.marks
    return [marks.verdicts[n] for n in marks.numbers.tolist()], marks.masks().tolist(), marks.tally()


def told_by_all(rows: OwnedRows) -> list[Verdict]:
    """What `decide` says of each row: everybody in it asked, and what they permit put together."""
    starts = range(len(rows.owners) + 1) if rows.owners.starts is None else rows.owners.starts.tolist()
    found = []
    for row, (start, end) in enumerate(itertools.pairwise(starts)):
        kind = 0 if rows.kinds is None else int(rows.kinds[row])
        people = rows.owners.numbers[start:end].tolist()
        each = [rows.told[-1 if one < 0 else rows.class_of[one]][kind] for one in people]
        answer = combine([SubjectAnswer(verdict.mask, verdict.reason, None) for verdict in each])
        found.append(Verdict(answer.mask, answer.reason, each[answer.whose or 0].region))
    return found


def drawn_owners(chance: np.random.Generator, are_several: bool) -> RowOwners:
    """Of rows about one, or about one to four, somebody now and then twice, or known to nobody."""
    if not are_several:
        return RowOwners(chance.integers(-1, PEOPLE, ROWS).astype(np.int32), PEOPLE)
    starts = np.concatenate([[0], np.cumsum(chance.integers(1, 5, ROWS))]).astype(np.int32)
    return RowOwners(chance.integers(-1, PEOPLE, starts[-1]).astype(np.int32), PEOPLE, None, starts)


@pytest.fixture(autouse=True)
def however_many_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licet.enforce.owned_rows._MOST_SUBJECTS", 1)
    monkeypatch.setattr("licet.enforce.owned_rows._MOST_ROWS", 1)


@pytest.mark.parametrize("seed", range(8))
def test_marks_put_anew_for_some_are_those_of_all(seed: int) -> None:
    rng = random.Random(seed)
    chance = np.random.default_rng(seed)
    owners = drawn_owners(chance, seed >= 4)
    kinds = chance.integers(0, KINDS, ROWS).astype(np.uint16) if seed % 2 else None
    class_of = chance.integers(0, 5, PEOPLE).astype(np.int32)
    rows = OwnedRows(owners, kinds, class_of, drawn_told(rng, 5))
    marked, before = mark(rows), []
    for _ in range(12):
        before.append((marked, told(marked)))
        happens = rng.randrange(4)
        if happens == 0:  # some choose
            class_of = class_of.copy()
            class_of[rng.sample(range(PEOPLE), rng.randrange(1, 6))] = rng.randrange(5)
            rows = rows._replace(class_of=class_of)
        elif happens == 1:  # a class is answered otherwise
            told_now = list(rows.told)
            told_now[rng.randrange(5)] = drawn_told(rng, 1)[0]
            rows = rows._replace(told=tuple(told_now))
        elif happens == 2:  # classes are numbered otherwise
            order = rng.sample(range(5), 5)
            class_of = np.array(order, np.int32)[class_of]
            moved = [rows.told[order.index(n)] for n in range(5)]
            rows = rows._replace(class_of=class_of, told=(*moved, rows.told[-1]))
        elif rng.random() < 0.5:  # people nobody knows are answered otherwise
            rows = rows._replace(told=(*rows.told[:-1], drawn_told(rng, 1)[0]))
        elif kinds is not None:  # rows are of another kind
            rows = rows._replace(kinds=np.roll(kinds, rng.randrange(1, ROWS)))
        marked = mark_again(marked, rows)
        assert told(marked) == told(mark(rows))
        assert told(marked)[0] == told_by_all(rows)
    assert all(told(earlier) == as_it_was for earlier, as_it_was in before)


def test_many_verdicts_outgrow_the_numbers_they_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licet.enforce.owned_rows._MOST_STALE", 10_000)
    owners = RowOwners(np.arange(PEOPLE, dtype=np.int32), PEOPLE)
    nobody = (Verdict(0, None, None),)

    def rows_of(start: int) -> OwnedRows:
        each = tuple((Verdict(start + n, None, f"region {start + n}"),) for n in range(PEOPLE))
        return OwnedRows(owners, None, np.arange(PEOPLE, dtype=np.int32), (*each, nobody))

    marked = mark(rows_of(0))
    for start in range(0, 2000, 97):
        marked = mark_again(marked, rows_of(start))
        assert told(marked) == told(mark(rows_of(start)))
    assert marked.marks.numbers.dtype == np.uint16


def test_numbers_that_hold_the_same_are_the_array_of_before_and_others_are_not() -> None:
    kept, numbers = Kept(), np.array([0, 1, 0], np.uint16)
    assert kept.alike("posts", numbers) is numbers
    assert kept.alike("posts", numbers.copy()) is numbers
    assert kept.alike("likes", numbers.copy()) is not numbers
    assert kept.alike("posts", 1 - numbers).tolist() == [1, 0, 1]
    assert numbers.tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    "ids", [["a1", "b2", "c3"], ["a", "ab", "b", "é"], ["a", "a" * 400], ["a\x00", "b"], ["b", "a"], []]
)
def test_ids_are_found_where_they_stand(ids: list[str]) -> None:
    places = SubjectPlaces(pa.array(ids, pa.string()))
    for asked in ([*ids, "nobody"], ["a", "b", "zz", "b2"], []):
        found = places.of(pa.array(asked, pa.string())).tolist()
        assert found == [ids.index(one) if one in ids else -1 for one in asked]


def test_a_roll_that_is_followed_leaves_the_one_before_and_drops_classes_without_members() -> None:
    subjects = pa.array(["ann", "ben", "cy"])
    classes = (Subject("DE", 18, None, "", ""), Subject("FR", 16, "free", "s==refused", "gpc"))
    roll = Roll(subjects, None, np.array([0, 1, 0], np.int32), classes, SubjectPlaces(subjects))
    chosen = Chosen(pa.array(["ben", "stranger"]), np.array([0, 1]), [("s==given", ""), ("s==refused", "")])
    later = follow(roll, chosen)
    assert [later.classes[n] for n in later.class_of.tolist()] == [
        classes[0], classes[1]._replace(state="s==given", signals=""), classes[0],
    ]  # fmt: skip
    assert set(later.classes) == {later.classes[n] for n in later.class_of.tolist()}
    assert roll.class_of.tolist() == [0, 1, 0]
