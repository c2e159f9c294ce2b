"""What regions are called: every code has a name, and what people write for a country gives its code."""

from __future__ import annotations

import pycountry

from licet.terms.region_names import country_called, country_name
from licet.terms.regions import COUNTRIES, subdivisions


def test_every_region_has_a_name() -> None:
    assert not [code for code in COUNTRIES | subdivisions() if country_name(code) == code]
    assert country_name("CA-QC") == "Quebec, Canada" and country_name("US") == "United States"
    assert [country_name(code) for code in ("XX", "XX-1", "CH-XX", "WORLD")] == [
        "XX",
        "XX-1",
        "Switzerland",
        "WORLD",
    ]


def test_a_country_is_known_by_its_name_and_by_its_three_letters() -> None:
    for country in pycountry.countries:
        assert (
            country_called(country.alpha_3)
            == country_called(country_name(country.alpha_2))
            == country.alpha_2
        )
    assert country_called(" germany ") == "DE" and country_called("Atlantis") is None
