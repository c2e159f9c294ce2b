"""Which rules a value lets stand, by their index: the same as by each rule's own bounds, words and places."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from licet.decide import Facts, Policy, decide, rule_index
from licet.decide.rule_index import Ranges, Words, day_number
from licet.testing.drawn_policies import make_crowded_pack
from licet.testing.drawn_questions import make_request


def bits(hold: list[bool]) -> int:
    return sum(1 << place for place, holds in enumerate(hold) if holds)


@pytest.mark.parametrize("most_bits", [1 << 26, 1 << 12, 1])
def test_the_rules_that_hold_at_a_value_are_those_within_whose_bounds_it_lies(
    most_bits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_index, "_MOST_BITS", most_bits)
    rng = random.Random(most_bits)
    for size in (1, 2, 9, 70):
        bounds = [
            (rng.choice([None, rng.randrange(40)]), rng.choice([None, rng.randrange(40)]))
            for _ in range(size)
        ]
        ranges = Ranges(bounds)
        assert ranges.asking == bits([bound != (None, None) for bound in bounds])
        for value in range(-1, 41):
            assert ranges.at(value) == bits(
                [(low is None or low <= value) and (high is None or value < high) for low, high in bounds]
            )


def test_the_rules_that_hold_for_a_word_are_those_that_name_it_or_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rule_index, "_MOST_WORDS", 1)
    words = Words([frozenset("ab"), None, frozenset("b"), frozenset("c")], frozenset("abcd"))
    for _ in range(2):
        assert [words.of(word) for word in "abcd"] == [0b0011, 0b0111, 0b1010, 0b0010]
        assert words.of("e") is None and words.of(3) is None and words.of(["a"]) is None
        assert len(words.sets) == 1
    assert words.asking == 0b1101


def test_a_day_is_that_in_utc_of_an_aware_moment_and_no_other() -> None:
    noon = datetime(1970, 1, 2, 12, tzinfo=UTC)
    assert day_number(noon) == 1
    assert day_number(noon.replace(tzinfo=timezone(timedelta(hours=13)))) == 0
    assert day_number(datetime(1969, 12, 31, 23, tzinfo=UTC)) == -1
    assert [day_number(one) for one in (None, "1970-01-02", date(1970, 1, 2), noon.replace(tzinfo=None))] == [
        None
    ] * 4


def test_what_is_remembered_of_moments_and_regions_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licet.decide.policy._MOST_VIEWS", 8)
    rng = random.Random(8)
    policy = Policy(make_crowded_pack(rng, 30))
    asked = make_request(rng)._replace(purpose="recommendation", category="content.posts", recipient="self")
    told = []
    for day in range(50):
        request = asked._replace(at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(day))
        for region in ("CH", "DE", "no region", None):
            told.append(decide(request, Facts(region, 30), policy))
            assert 0 < len(policy.views) <= 8
    assert told == [decide(one.request, one.facts, policy) for one in told]
