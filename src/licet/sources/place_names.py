"""The names of places, read once: countries, subdivisions, cities, and codes.

They are in `place_table.xz`, which `tools/place_table.py` makes: countries in 44 languages and subdivisions as ISO 3166
has them, cities of 5,000 people and more as GeoNames does (docs/places.md says what is whose). What it misses stands in
`places_aliases.csv`, which beats it. A name keeps all its readings; choosing among them is for `resolve_place`.
"""

from __future__ import annotations

import csv
import functools
import importlib.resources
import lzma
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from licet.terms.regions import COUNTRIES, ONE_PLACE, subdivisions

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})
_DROPPED = str.maketrans(dict.fromkeys(".'’ʼʻ`´", "") | dict.fromkeys("-–—_", " "))
#: Countries whose subdivisions are abbreviated beside a city.
_ABBREVIATING = ("US", "CA", "AU", "BR")


@dataclass(frozen=True, slots=True)
class PlaceNames:
    """Folded names to their readings; a region is a country, or a subdivision of the US or Canada.

    areas:     countries and subdivisions of the US and Canada, by any name; several regions when ambiguous.
    provinces: subdivisions of other countries, to their countries.
    populations: names of cities, to what `cities` reads.
    codes:     two and three capitals, to what they may abbreviate.
    nothing:   words that say nothing about where someone is.
    capitals:  names that count only when written in capitals, to their regions.
    """

    areas: Mapping[str, frozenset[str]]
    provinces: Mapping[str, frozenset[str]]
    populations: Mapping[str, str]
    codes: Mapping[str, frozenset[str]]
    nothing: frozenset[str]
    capitals: Mapping[str, frozenset[str]]

    def cities(self, name: str) -> tuple[tuple[str, int], ...]:
        """The regions with cities of that folded name, each with the people who live in them."""
        found = (each.partition(":") for each in self.populations.get(name, "").split())
        return tuple((region, int(people)) for region, _, people in found)


def fold(text: str) -> str:
    """`text` in one form whatever its case, accents, hyphens, dots and spacing."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in decomposed if not "\u0300" <= letter <= "\u036f")
    return " ".join(unicodedata.normalize("NFC", bare).translate(_LETTERS).translate(_DROPPED).split())


def has_subdivision(country: str, code: str) -> bool:
    """Whether ISO 3166-2 knows ``country-code``, such as ``IT-MI``."""
    return f"{country}-{code}" in subdivisions()


@functools.cache
def place_names() -> PlaceNames:
    """The index, read on first use (about a third of a second) and kept."""
    aliases, nothing, capitals = _aliases()
    table = _table()
    areas = _regions(table["areas"]) | aliases
    return PlaceNames(
        areas={name: regions for name, regions in areas.items() if name not in nothing},
        provinces=_regions(table["provinces"]),
        populations=table["cities"],
        codes=_codes(),
        nothing=nothing,
        capitals=capitals,
    )


def _table() -> dict[str, dict[str, str]]:
    """The sections of the table, each from a name to what is written beside it."""
    packed = importlib.resources.files("licet.sources").joinpath("place_table.xz").read_bytes()
    _, *sections = lzma.decompress(packed).decode().rstrip("\n").split("\n\n")
    return {
        section: dict(row.split("\t") for row in rows.split("\n"))
        for section, _, rows in (each.partition("\n") for each in sections)
    }


def _regions(names: Mapping[str, str]) -> dict[str, frozenset[str]]:
    return {name: frozenset(regions.split()) for name, regions in names.items()}


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


def _codes() -> dict[str, frozenset[str]]:
    codes: dict[str, set[str]] = {code: {code} for code in COUNTRIES}
    codes["UK"] = {"GB"}
    for part in subdivisions() - set(ONE_PLACE):  # Puerto Rico has a country's code of its own
        country, _, code = part.partition("-")
        if country in _ABBREVIATING:
            codes.setdefault(code, set()).add(part if country in ("US", "CA") else country)
    return {code: frozenset(regions) for code, regions in codes.items()}
