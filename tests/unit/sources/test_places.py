"""Places: never a wrong region. What is unclear stays unknown, and how much is resolved is reported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pycountry
import pytest

from licet.sources.place_names import fold, place_names
from licet.sources.places import LONGEST_TEXT, resolve_place
from licet.terms.regions import is_region

LABELLED = [
    tuple(line.split(" => "))
    for line in (Path(__file__).parent / "places_labelled.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def is_right(region: str, label: str) -> bool:
    """The label itself, or the country it lies in: coarser is not wrong."""
    return region == label or region == label[:2]


def test_no_text_gets_a_wrong_region() -> None:
    wrong = []
    for text, label in LABELLED:
        region = resolve_place(text).region
        wanted, _, doubt = label.partition(" or ")
        left_open = wanted == "-" or doubt == "-"
        if not (left_open if region is None else wanted != "-" and is_right(region, wanted)):
            wrong.append((text, label, region))
    assert wrong == []


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
        "Berlin or London": "ambiguous",
        "was: Canada": "ambiguous",
        "Narnia": "unknown",
        "": "unknown",
        "Kosovo": "unknown",
    }
    assert {text: resolve_place(text).method for text in methods} == methods
    assert all(resolve_place(text).detail for text in methods)


#: Georgia and San Marino are also in the US, Jersey said for New Jersey, Congo two countries, Samoa also American.
UNCLEAR = {"GE", "JE", "CG", "WS", "SM"}


def test_every_country_and_every_province_of_canada_is_known_by_its_name() -> None:
    named = {country.name: country.alpha_2 for country in pycountry.countries}
    named |= {country.official_name: country.alpha_2 for country in pycountry.countries if official(country)}
    named |= {f"{part.name}, Canada": part.code for part in pycountry.subdivisions.get(country_code="CA")}
    wrong = {name: place.region for name in named if (place := resolve_place(name)).region != named[name]}
    assert {name for name, region in wrong.items() if region is not None} == set()
    assert {named[name] for name in wrong} == UNCLEAR


def official(country: Any) -> bool:
    return getattr(country, "official_name", None) is not None


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
