"""Whoever has no history is shown what speaks their words, in any language and however long it is."""

from __future__ import annotations

import pytest

from licet.uses.recommend.text_overlap import ItemText, TextOverlap, item_terms, own_terms
from licet.uses.recommend.text_terms import MOST_CHARACTERS, MOST_TERMS, phrase, terms

JOBS = {
    "cook": ItemText("Cook", ("sauces",), "A kitchen by the quay looks for somebody who likes heat."),
    "developer": ItemText("Developer", ("C++", "machine learning"), "You write programs with others."),
    "kangoshi": ItemText("看護師", ("救急",), "病院で看護師を募集しています。"),
    "nurse": ItemText("Nurse", ("ICU", "triage"), "You care for people at night."),
    "nursing": ItemText("Head of nursing", (), "You lead those who care for people."),
    "sluzba": ItemText("Zdravotní sestra", (), "Pracujete v noci na oddělení."),
}
OVERLAP = TextOverlap.of(JOBS, sorted(JOBS))


def best(skills: list[str], titles: list[str]) -> str | None:
    scores = OVERLAP.scores(own_terms(skills, titles))
    return OVERLAP.items[int(scores.argmax())] if scores.any() else None


@pytest.mark.parametrize(
    ("skills", "titles", "job"),
    [
        ([], ["Senior nurse, ICU"], "nurse"),
        (["Nursing"], [], "nursing"),
        (["c++"], [], "developer"),
        (["MACHINE  LEARNING"], [], "developer"),
        ([], ["看護師"], "kangoshi"),
        ([], ["zdravotni\u0301 sestra"], "sluzba"),
        (["\x00", "\u202e"], [""], None),
        ([], ["astronaut"], None),
    ],
)
def test_own_words_find_the_job_that_says_them(skills: list[str], titles: list[str], job: str | None) -> None:
    assert best(skills, titles) == job


def test_endings_of_a_word_are_held_together_and_weigh_less_than_the_word() -> None:
    scores = dict(zip(OVERLAP.items, OVERLAP.scores(own_terms([], ["Nurses"])).tolist(), strict=True))
    assert scores["nurse"] > 0 and scores["nursing"] > 0 and scores["cook"] == 0
    exact = OVERLAP.scores(own_terms([], ["Nurse"])).tolist()
    assert exact[OVERLAP.items.index("nurse")] > scores["nurse"]


def test_what_is_shared_is_named_by_whole_words_the_rarest_first() -> None:
    number = OVERLAP.items.index("developer")
    assert OVERLAP.shared(own_terms(["Machine learning"], ["Developer"]), number).words == (
        "developer", "machine learning", "learning",
    )  # fmt: skip
    assert OVERLAP.shared(own_terms([], ["Cook"]), number) == (0, ())


def test_a_short_word_is_told_where_it_is_a_whole_skill_alone() -> None:
    number = OVERLAP.items.index("nurse")
    assert OVERLAP.shared(own_terms([], ["You, at the ICU"]), number) == (0, ())
    assert OVERLAP.shared(own_terms(["ICU"], []), number).words == ("icu",)
    assert OVERLAP.shared(own_terms([], ["救急"]), OVERLAP.items.index("kangoshi")).words == ("救急",)


def test_items_that_a_member_took_up_ask_for_what_they_say() -> None:
    asked = OVERLAP.asked_by_items(["nurse", "no such job"])
    scores = OVERLAP.scores(asked)
    scores[OVERLAP.items.index("nurse")] = 0
    assert OVERLAP.items[int(scores.argmax())] == "nursing"
    assert OVERLAP.asked_by_items([]) == {}


def test_a_text_of_ten_megabytes_is_read_as_its_beginning() -> None:
    text = "night " * 2_000_000
    assert item_terms(ItemText(text=text)) == item_terms(ItemText(text=text[:MOST_CHARACTERS]))
    crowd = " ".join(f"w{number}" for number in range(100_000))
    long = item_terms(ItemText(crowd, (crowd,) * 300, crowd))
    assert len(long) == MOST_TERMS
    assert own_terms([crowd] * 3, [crowd]) == own_terms([crowd], [])
    assert len(phrase("word " * 1_000_000)) <= 201


def test_scripts_without_spaces_are_read_by_neighbouring_signs() -> None:
    assert terms("看護師") == ["看護", "護師"]
    assert terms("職") == ["職"]
    assert terms("พยาบาล")[:2] == ["พย", "ยา"]
    assert terms("हिन्दी") == ["हिन्दी", "हिन्*"]
    assert terms("간호사를") == ["간호사를", "간호*"]
    assert terms("Nurse看護") == ["nurse", "nurs*", "看護"]


def test_no_item_and_items_without_text_have_nothing_to_say() -> None:
    assert TextOverlap.of({}, []).scores({"nurse": 1}).tolist() == []
    empty = TextOverlap.of({"a": ItemText()}, ["a", "b"])
    assert empty.scores({"nurse": 1}).tolist() == [0, 0]
    assert empty.digest() == TextOverlap([]).digest()
