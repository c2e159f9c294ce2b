"""Regions: the kept codes are those of ISO 3166, a place of two codes is one, and what cannot be said is not said."""

from __future__ import annotations

import pycountry
import pytest

from licet.terms.regions import (
    COUNTRIES,
    ONE_PLACE,
    is_region,
    lies_in,
    one_place,
    region_meant,
    subdivisions,
)


def test_the_kept_codes_are_those_of_iso_3166() -> None:
    assert {country.alpha_2 for country in pycountry.countries} == COUNTRIES
    assert {part.code for part in pycountry.subdivisions} == subdivisions()


def test_every_place_of_two_codes_is_coded_so() -> None:
    assert set(ONE_PLACE) <= subdivisions()
    assert all(is_region(place) for place in ONE_PLACE.values())
    outlying = {part.code for part in pycountry.subdivisions if part.type == "Outlying area"}
    overseas = {part.code for part in pycountry.subdivisions.get(country_code="FR") if "verseas" in part.type}
    assert outlying | overseas <= set(ONE_PLACE)


@pytest.mark.parametrize(("code", "place"), sorted(ONE_PLACE.items()))
def test_either_code_of_a_place_meets_a_rule_about_the_other(code: str, place: str) -> None:
    places = frozenset({one_place(code)})
    assert lies_in(code, places) is lies_in(place, places) is True
    assert lies_in(code, frozenset({"CH"})) is lies_in(place, frozenset({"CH"})) is False


@pytest.mark.parametrize(
    ("region", "country"), [("HK", "CN"), ("CN-HK", "CN"), ("PR", "US"), ("NO-21", "NO")]
)
def test_whether_such_a_place_lies_in_the_other_country_nobody_says(region: str, country: str) -> None:
    assert lies_in(region, frozenset({country})) is None
    assert lies_in(country, frozenset({one_place(region)})) is None


@pytest.mark.parametrize("code", ["DE-XX", "ch", "UK", "EL", "CH-", "-", "EU", "FR-A", ""])
def test_what_iso_does_not_code_is_no_region(code: str) -> None:
    assert not is_region(code) and lies_in(code, frozenset({"DE", "WORLD"})) is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("UK", "GB"),
        ("uk-eng", "GB-ENG"),
        ("EL", "GR"),
        ("ch", "CH"),
        (" ca-qc ", "CA-QC"),
        ("XX", None),
        ("CH", None),
    ],
)
def test_the_region_that_was_meant_is_said_where_it_is_plain(written: str, meant: str | None) -> None:
    assert region_meant(written) == meant
