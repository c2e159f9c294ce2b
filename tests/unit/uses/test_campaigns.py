"""The file of campaigns is read strictly: money that is none, words that run, names twice; none is half read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.ad_worlds import CAMPAIGNS
from licet.terms import UseError
from licet.testing.effort import examples
from licet.uses.ad_choice.ad_lottery import FLOOR_SHARE, draw, propensities
from licet.uses.ad_choice.campaign import load_campaigns
from licet.uses.ad_choice.hour_pacing import released_micros
from licet.uses.ad_choice.page_index import PageIndex
from licet.uses.ad_choice.page_words import page_digest, page_words

PRICE, LINK, TITLE = "price_micros: 2000", "https://arc.example/course", "title: Learn to weld"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (PRICE, "price_micros: 0"),
        (PRICE, "price_micros: -5"),
        (PRICE, "price_micros: .nan"),
        (PRICE, "price_micros: 2000.5"),
        (PRICE, "price_micros: true"),
        (PRICE, "price_micros: '2000'"),
        (PRICE, ""),
        ("budget_micros: 50000000", f"budget_micros: {2**63}"),
        ("budget_micros: 50000000", "budget_micros: .inf"),
        (PRICE, f"{PRICE}\n    {PRICE}"),
        (PRICE, f"{PRICE}\n    prize: 1"),
        ("number: 2", "number: 1"),
        ("ends: 2026-04-01", "ends: 2026-03-01"),
        ("payer: Arc School", "payer: ''"),
        ("political: false", "political: no idea"),
        (TITLE, "title: '<script>alert(1)</script>'"),
        (TITLE, "title: '<img src=x onerror=alert(1)>'"),
        (TITLE, "title: '&lt;script&gt;'"),
        (TITLE, 'title: "a\\u202Eb"'),
        (TITLE, 'title: "a\\u200Bb"'),
        (TITLE, 'title: "a\\u009Bb"'),
        (TITLE, 'title: "a\\uD800b"'),
        ("payer: Arc School", 'payer: "\\u2066"'),
        ("ends: 2026-04-01", "ends: '9999-12-31T23:59:59-14:00'"),
        ("starts: 2026-03-01", "starts: '0001-01-01T00:00:00+14:00'"),
        ("starts: 2026-03-01", "starts: .nan"),
        (LINK, "javascript:alert(1)"),
        (LINK, "data:text/html,x"),
        (LINK, "http://arc.example/"),
        (LINK, "https://user:word@arc.example/"),
        (LINK, "https://arc.example/'onx='"),
        (TITLE, f"{TITLE}, image: picture.svg"),
        (TITLE, f"{TITLE}, image: ../../keys/salt"),
        (TITLE, f"{TITLE}, image: 'https://tracker.example/x.png'"),
        ("audience: {skill", "audience: {town"),
        ("audience: {skill: [Diving, Underwater welding]}", "audience: {a: [x], b: [x], c: [x], d: [x]}"),
        ("    audience", "    political: true\n    audience"),
        ("    about: welding", "    countries: [XX]\n    about: welding"),
        ("campaigns:\n", "campaigns: &all\n  again: *all\n"),
        ("licet_campaigns: 1", "licet_campaigns: 2"),
        (CAMPAIGNS, "["),
        (CAMPAIGNS, "!!python/object/apply:os.system [true]"),
        (CAMPAIGNS, "[" * 5000),
        (CAMPAIGNS, "licet_campaigns: 1"),
    ],
)
def test_what_makes_no_sense_is_refused_whole(tmp_path: Path, old: str, new: str) -> None:
    assert CAMPAIGNS.count(old)
    path = tmp_path / "campaigns.yaml"
    path.write_text(CAMPAIGNS.replace(old, new, 1))
    with pytest.raises(UseError, match="ADS-041") as told:
        load_campaigns(path)
    assert told.value.fix and len(told.value.what) < 500


def test_where_there_is_none_and_what_is_read_of_one(tmp_path: Path) -> None:
    path = tmp_path / "campaigns.yaml"
    with pytest.raises(UseError, match="ADS-040"):
        load_campaigns(path)
    path.write_text(CAMPAIGNS)
    said = load_campaigns(path)
    first = said.campaigns["welding course"]
    assert first.starts == datetime(2026, 3, 1, tzinfo=UTC) and first.is_paced
    assert said.campaigns["divers"].values_of("skill") == {"diving", "underwater welding"}


@examples(100)
@given(st.lists(st.floats(1e-6, 1e15), min_size=1, max_size=60), st.floats(0, 1, exclude_max=True))
def test_each_candidate_has_its_floor_and_together_they_are_one(scores: list[float], point: float) -> None:
    chances = propensities(scores)
    assert abs(sum(chances) - 1) < 1e-9
    assert min(chances) >= FLOOR_SHARE / len(scores) * (1 - 1e-9)
    assert chances[scores.index(max(scores))] == max(chances)
    assert 0 <= draw(chances, point) < len(scores)


@examples(100)
@given(st.integers(1, 2**53), st.integers(1, 400_000), st.lists(st.integers(-10_000, 500_000), min_size=2))
def test_what_is_released_only_grows_and_never_exceeds_the_budget(
    budget: int, minutes: int, moments: list[int]
) -> None:
    starts = datetime(2026, 1, 1, tzinfo=UTC)
    ends = starts + timedelta(minutes=minutes)
    told = [
        released_micros(budget, starts, ends, starts + timedelta(minutes=moment))
        for moment in sorted(moments)
    ]
    assert told == sorted(told) and told[0] >= 0 and told[-1] <= budget
    assert released_micros(budget, starts, ends, ends) == budget
    assert released_micros(budget, starts, ends, starts - timedelta(minutes=1)) == 0


def test_the_index_of_few_or_of_empty_texts_answers() -> None:
    for texts in ([], [""], ["", "weld"], ["weld", "nurse"], ["weld steel", "nurse ward", "dive deep", ""]):
        index = PageIndex(texts)
        found = index.fitting("weld steel", page_digest("weld steel"))
        assert all(0 < one.relevance <= 1 for one in found) and all(texts[one.place] for one in found)
        assert index.fitting("", page_digest("")) == ()
        if "weld steel" in texts:
            assert found[0].place == 0 and found[0].relevance == 1


def test_words_are_the_same_however_they_are_written() -> None:
    assert page_words("WELDING, welded!  Ｗｅｌｄｓ") == ["weld"] * 3
    assert page_words("溶接工") == ["溶接", "接工"]
    assert len(page_words("ab " * 1_000_000)) <= 20_000
