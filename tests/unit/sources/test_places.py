"""Places: never a wrong region. What is unclear stays unknown, and how much is resolved is reported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pycountry
import pytest

from licet.sources.place_names import fold, place_names
from licet.sources.places import LONGEST_TEXT, resolve_place
from licet.terms.regions import COUNTRIES, is_region

LABELLED = [
    tuple(line.split(" => "))
    for line in (Path(__file__).parent / "places_labelled.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def is_right(region: str, label: str) -> bool:
    """The label itself, or the country it lies in: coarser is not wrong."""
    return region == label or region == label[:2]


@pytest.mark.parametrize(("text", "label"), LABELLED)
def test_no_text_gets_a_wrong_region(text: str, label: str) -> None:
    place = resolve_place(text)
    wanted, _, doubt = label.partition(" or ")
    if wanted == "-":
        assert place.region is None, place
    elif place.region is None:
        assert doubt == "-", place
    else:
        assert is_right(place.region, wanted), place


def test_most_texts_that_a_person_can_place_are_placed(
    record_property: Callable[[str, object], None],
) -> None:
    placeable = [text for text, label in LABELLED if not label.startswith("-")]
    resolved = [text for text in placeable if resolve_place(text).region is not None]
    record_property("recall", round(len(resolved) / len(placeable), 3))
    assert len(LABELLED) >= 150
    assert len(resolved) >= 0.95 * len(placeable), sorted(set(placeable) - set(resolved))


def test_a_state_is_named_only_when_the_text_names_it() -> None:
    assert resolve_place("Boston").region == "US"
    assert resolve_place("Boston, MA").region == "US-MA"
    assert resolve_place("Toronto, CA").region == "CA"
    assert resolve_place("Toronto, Ontario").region == "CA-ON"
    assert resolve_place("Sydney, NSW").region == "AU"


def test_every_answer_says_what_it_rests_on() -> None:
    methods = {
        "🇨🇭": "flag",
        "Bern, Switzerland": "name",
        "Seattle, WA": "code",
        "Oslo": "city",
        "Georgia": "ambiguous",
        "Berlin, London": "contradictory",
        "Narnia": "unknown",
        "": "unknown",
        "Kosovo": "unknown",
    }
    assert {text: resolve_place(text).method for text in methods} == methods
    assert all(resolve_place(text).detail for text in methods)


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_every_country_is_known_by_its_name_or_is_left_open(country: str) -> None:
    named = pycountry.countries.get(alpha_2=country).name
    assert resolve_place(named).region in (country, None)


def test_almost_every_country_is_resolved_by_its_english_name() -> None:
    unresolved = {
        country
        for country in COUNTRIES
        if resolve_place(pycountry.countries.get(alpha_2=country).name).region is None
    }
    assert unresolved == UNCLEAR


#: Georgia is also a state, Jersey said for New Jersey, Congo two countries, Samoa also American.
UNCLEAR = {"GE", "JE", "CG", "WS"}


@pytest.mark.parametrize("code", sorted(each.code for each in pycountry.subdivisions.get(country_code="CA")))
def test_every_province_of_canada_is_known_by_its_name(code: str) -> None:
    named = pycountry.subdivisions.get(code=code).name
    assert resolve_place(f"{named}, Canada").region == code


@pytest.mark.parametrize("text", [None, "", "   ", ",", ",,;", "x" * (LONGEST_TEXT + 1), "Berlin " * 60])
def test_nothing_and_too_much_are_unknown(text: str | None) -> None:
    assert resolve_place(text).region is None


def test_case_accents_and_spacing_do_not_matter() -> None:
    for text in (
        "ZÜRICH,SWITZERLAND",
        "zurich , switzerland",
        "Zu\u0308rich, Switzerland",
        "  Zürich\t,Switzerland ",
    ):
        assert resolve_place(text).region == "CH"
    assert fold("Łódź-Północ") == "lodz polnoc"


def test_every_alias_leads_to_regions_that_exist_or_to_none_on_purpose() -> None:
    without_code = {"XK", "XN"}
    for name, regions in (*place_names().areas.items(), *place_names().capitals.items()):
        assert regions, name
        assert all(is_region(region) or region in without_code for region in regions), name
