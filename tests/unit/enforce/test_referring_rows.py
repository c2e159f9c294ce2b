"""Rows that refer to others are told what `decide` says of them, from nothing and put anew where something changed."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pyarrow as pa
import pytest

from licet.decide.combination import DISAGREE, Reason, RowAnswer, with_references
from licet.enforce.owned_rows import OwnedRows, RowOwners, mark, mark_again
from licet.enforce.referring_rows import (
    MarkedReferring,
    Reference,
    ReferringRows,
    mark_referring,
    mark_referring_again,
    numbers_of_keys,
    passing,
    places_of_keys,
)
from licet.enforce.row_verdicts import Verdict
from licet.terms import Code

PEOPLE, ROWS, KEYS = 12, 120, 30
REFUSED = Reason(Code.REFUSED, None)
TOLD = tuple(
    (verdict,)
    for verdict in (
        Verdict(1, None, "DE"), Verdict(3, None, None), Verdict(0, REFUSED, "DE"), Verdict(0, DISAGREE, "FR"),
        Verdict(0, Reason(Code.SUBJECT_UNKNOWN, None), None),
    )
)  # fmt: skip


def told(marked: MarkedReferring) -> tuple[list[Verdict], list[int], dict[Verdict, int]]:
    marks = marked.marks
    return [marks.verdicts[n] for n in marks.numbers.tolist()], marks.masks().tolist(), marks.tally()


def told_by_all(rows: ReferringRows) -> list[Verdict]:
    """What `decide` says of each row, one after the other."""
    found = []
    for row, number in enumerate(rows.own.numbers.tolist()):
        own = rows.own.verdicts[number]
        places = [(int(places.numbers[row]), passes) for places, passes in rows.references]
        all_pass = all(place >= 0 and bool(passes[place]) for place, passes in places)
        answer = with_references(RowAnswer(own.mask, own.reason, None), all_pass)
        found.append(Verdict(answer.mask, answer.reason, own.region))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_referring_rows_put_anew_for_some_are_those_of_all(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("licet.enforce.owned_rows._MOST_SUBJECTS", 1)
    monkeypatch.setattr("licet.enforce.owned_rows._MOST_ROWS", 1)
    rng, chance = random.Random(seed), np.random.default_rng(seed)
    owners = RowOwners(chance.integers(-1, PEOPLE, ROWS).astype(np.int32), PEOPLE)
    own = OwnedRows(owners, None, chance.integers(0, 4, PEOPLE).astype(np.int32), TOLD)
    marked = mark(own)
    references = tuple(
        Reference(
            RowOwners(chance.integers(-1, KEYS, ROWS).astype(np.int32), KEYS), chance.random(KEYS) < 0.7
        )
        for _ in range(1 + seed % 2)
    )
    rows = ReferringRows(marked.marks, references)
    referring, before = mark_referring(rows), []
    for _ in range(12):
        before.append((referring, told(referring)))
        if rng.randrange(3):  # what is referred to passes no more, or does so now
            changed = rng.randrange(len(references))
            passes = references[changed].passes.copy()
            passes[rng.sample(range(KEYS), rng.randrange(4))] ^= True
            swapped = references[changed]._replace(passes=passes)
            references = (*references[:changed], swapped, *references[changed + 1 :])
        if rng.randrange(3):  # their own people choose
            class_of = own.class_of.copy()
            class_of[rng.sample(range(PEOPLE), 2)] = rng.randrange(4)
            own = own._replace(class_of=class_of)
            marked = mark_again(marked, own) if rng.randrange(3) else mark(own)
        rows = ReferringRows(marked.marks, references)
        referring = mark_referring_again(referring, rows)
        assert told(referring) == told(mark_referring(rows))
        assert told(referring)[0] == told_by_all(rows)
    assert all(told(earlier) == as_it_was for earlier, as_it_was in before)


def test_a_key_passes_with_all_of_its_rows_and_a_null_is_none() -> None:
    texts = pa.array(["b", "a", None, "b", "c"])
    keys = numbers_of_keys(texts)
    assert keys.tolist() == [0, 1, -1, 0, 2]
    for masks in itertools.product([0, 2], repeat=5):
        every = {key: all(m for t, m in zip("ba?bc", masks, strict=True) if t == key) for key in "bac"}
        assert passing(keys, np.array(masks)).tolist() == [*every.values()]
    named = pa.array(["c", "nowhere", None, "a", "b"])
    assert places_of_keys(named, texts).tolist() == [2, -1, -1, 1, 0]
