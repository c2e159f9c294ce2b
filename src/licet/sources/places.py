"""Where a free-text location is: an ISO 3166 code, or unknown. What cannot be resolved is unknown, never guessed.

The text is cut into parts (``Toronto, ON, Canada``). Each part may name an area (a country, or a state of the US
or Canada), a province of another country, a city, or be a code; most names have several readings. A region is
given when every part allows it and exactly one such region is left:

- ``Georgia`` alone is unknown; ``Tbilisi, Georgia`` and ``Atlanta, Georgia`` are clear.
- A code (``CA``, ``DE``) counts only beside a city that lies there: ``Toronto, CA`` is Canada, ``San Jose, CA`` is
  California, ``Richmond, CA`` is in both and so unknown. Codes that only a US state has may follow any name.
- A city alone gives its country, and only when of all people living in cities of that name at least
  `DOMINANT_SHARE` live in that country, `DOMINANT_PEOPLE` or more, and no province elsewhere is called so.
- A famous city that lies elsewhere contradicts: ``Berlin, IT`` and ``Shenzhen, Hong Kong`` are unknown.
- Places of which any may be meant (``China / Hong Kong``, ``Basel or Bern``) must all lie in one country, which is the
  answer; and a text that says more than where somebody is now (``was: Canada``) is unknown: see `place_wording`.
- Subdivisions are given for the US and Canada, when named; elsewhere the country.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Literal

from licet.sources.place_names import fold, has_subdivision, place_names
from licet.sources.place_parts import (
    FAMOUS_PEOPLE,
    PARENTS,
    Part,
    agree,
    lies_below,
    lies_in,
    look_up,
    read_parts,
)
from licet.sources.place_wording import read_wording
from licet.terms.regions import is_region

Method = Literal["flag", "name", "code", "city", "unknown", "ambiguous", "contradictory"]

#: A city name alone speaks for a country only at ten to one, counted in people.
DOMINANT_SHARE = 10 / 11
DOMINANT_PEOPLE = 100_000
LONGEST_TEXT = 300

_UNIQUE_STATE_CODES = frozenset(
    {
        "AK",
        "CT",
        "DC",
        "FL",
        "IA",
        "KS",
        "MI",
        "NH",
        "NJ",
        "NV",
        "NY",
        "RI",
        "TX",
        "UT",
        "VT",
        "WI",
        "WV",
        "WY",
    }
)
_TIME_ZONE = re.compile(
    r"(?:Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific)/(?:\w+/)?([^\W\d]+)"
)


@dataclass(frozen=True, slots=True)
class Place:
    """What a text says about where someone is.

    region: ISO 3166-1 country or a ``US-``/``CA-`` subdivision; None when it cannot be said.
    method: what it rests on, or why there is none.
    detail: one sentence for people.
    """

    region: str | None
    method: Method
    detail: str


def resolve_place(text: str | None) -> Place:
    """Say where a free-text location is. Pure and offline; the first call reads the names of places.

    Raises: nothing; what cannot be resolved has region None.
    """
    if text is None or not text.strip():
        return Place(None, "unknown", "nothing is written")
    if len(text) > LONGEST_TEXT:
        return Place(None, "unknown", "the text is too long to be a place")
    if "://" in text or "www." in text or "@" in text:
        return Place(None, "unknown", "an address on the internet is not a place")
    return _resolve(text)


@functools.lru_cache(maxsize=65536)
def _resolve(text: str) -> Place:
    names = place_names()
    if (areas := names.areas.get(fold(text))) is not None:  # "Korea, Republic of" is one name
        return _resolve_address([Part(text.strip(), areas=areas)])
    if (zone := _TIME_ZONE.fullmatch(text.strip())) is not None:
        city = zone[1].replace("_", " ")
        if city != zone[1] or fold(city) not in names.areas:  # "Europe/Berlin", but not "Europe/Canada"
            return _resolve_address(read_parts([city], names))
    listed = read_wording(text, lambda name: look_up(name, names).is_known)
    if listed is None:
        return Place(None, "ambiguous", "it is worded as more than where somebody is now")
    *others, last = [read_parts(pieces, names) for pieces in listed]
    if not others:
        return _resolve_address(last)
    # what follows the last place may be said of each ("Basel or Bern, Switzerland") or of the last alone
    places = [_resolve_address(last), *(_resolve_address([*parts, *last[1:]]) for parts in others)]
    alone = [place for parts in others if (place := _resolve_address(parts)).region is not None]
    regions = {place.region for place in places + alone}
    countries = {region and region[:2] for region in regions}
    if None in countries or len(countries) > 1:
        return Place(None, "ambiguous", "it names several places, and which one is meant nobody can say")
    region = regions.pop() if len(regions) == 1 else countries.pop()
    return Place(region, places[0].method, f"every place that it names lies in {region}")


def _resolve_address(parts: list[Part]) -> Place:
    """Where an address is, by its parts as they are written."""
    meant = [part for part in parts if not part.says_nothing]
    if any(part.is_in_doubt for part in parts):
        return Place(None, "ambiguous", "it is worded as more than where somebody is now")
    if not meant or not parts[-1].is_known:
        return Place(
            None, "unknown", "no place is recognised" if not meant else f"{parts[-1].text!r} is not known"
        )
    candidates = _candidates(meant, parts)
    if not candidates:
        return _by_cities(meant)
    left = {
        region
        for region in candidates
        if not any(part.contradicts(region) for part in meant)
        and not _is_a_hamlet(region, meant)
        and not _is_followed_by_another(region, meant)
    }
    if not left:
        return Place(None, "contradictory", f"its parts point to {_names(candidates)}")
    narrowest = {region for region in left if not any(lies_below(other, region) for other in left)}
    if len(narrowest) > 1:
        # two states of one country: the country is certain
        countries = {region[:2] for region in narrowest}
        if len(countries) > 1:
            return Place(None, "ambiguous", f"it may be {_names(narrowest)}")
        narrowest = countries
    region = next(iter(narrowest))
    if not is_region(region):
        return Place(None, "unknown", f"{region} has no ISO 3166 code")
    if not all(part.allows(region, is_first=part is meant[0]) for part in meant):
        return Place(None, "contradictory", f"its parts point to {_names(candidates)}")
    if _names_parent_first(region, meant):
        return Place(None, "ambiguous", f"it may be {region} or {PARENTS[region]}")
    if any(part.flag and part.supports(region) for part in meant):
        return Place(region, "flag", "its flag is shown")
    by_name = next((part for part in meant if region in part.areas), None)
    if by_name is not None:
        return Place(region, "name", f"{by_name.text!r} is named")
    return Place(region, "code", f"it is abbreviated beside a place that lies in {region}")


def _is_a_hamlet(region: str, meant: list[Part]) -> bool:
    """Whether a country is named only before a state's code: "Luxemburg, WI", but not "Milan, MI, Italia"."""
    for number, part in enumerate(meant):
        states = {state for state in part.codes if len(state) > 2}
        if (
            states
            and part.code not in (region, region[:2])
            and not any(agree(state, region) for state in states)
        ):
            named = [any(agree(area, region) for area in each.areas) for each in meant]
            if any(named[:number]) and not any(named[number:]):
                return True
    return False


def _is_followed_by_another(region: str, meant: list[Part]) -> bool:
    """Whether a city follows a country that it hardly is in: "Germany, Munich" is an address, "USA, London" a list."""
    named = [number for number, part in enumerate(meant) if any(agree(area, region) for area in part.areas)]
    for part in meant[named[-1] + 1 :] if named else []:
        people = sum(count for _, count in part.cities)
        there = sum(count for place, count in part.cities if lies_in(place, region))
        is_place = bool(part.cities or part.provinces) and not part.areas
        if is_place and region[:2] not in part.provinces and 2 * there <= people:
            return True
    return False


def _names_parent_first(region: str, meant: list[Part]) -> bool:
    """Whether a text that names Hong Kong names China before it and not behind, as a list would and no address."""
    parent = PARENTS.get(region)
    inner = [number for number, part in enumerate(meant) if region in part.areas | part.codes]
    outer = [number for number, part in enumerate(meant) if parent in part.areas | part.codes]
    return bool(inner and outer) and max(outer) < max(inner)


def _candidates(meant: list[Part], parts: list[Part]) -> set[str]:
    """Every region that is named, or abbreviated or a province's country with another part to bear it out."""
    areas = {region for part in meant for region in part.areas}
    clear = {region for region in areas if not any(part.contradicts(region) for part in meant)}
    found = set(areas)
    for part in meant:
        others = [other for other in meant if other is not part]
        states = {region for region in part.codes if len(region) > 2}
        for region in part.codes:
            # any name may be that of an American hamlet, so where a code is also a state's only a large city counts
            people = FAMOUS_PEOPLE if states and region not in states else 0
            if any(other.bears_out(region, people) for other in others) or _stands_alone(part, parts):
                found.add(region)
        if part.code:
            # "Milan, MI" may be in Michigan, or in Italy's province MI
            places = {place for other in others for place, people in other.cities if people >= FAMOUS_PEOPLE}
            countries = {place for place in places if len(place) == 2 and has_subdivision(place, part.code)}
            if not states or states & found:
                found |= countries
        for country in part.provinces:
            # a country's name may be that of a city elsewhere, as Armenia in Colombia, but of none so small
            borne_out = any(
                other.bears_out(country, FAMOUS_PEOPLE if other.areas else 0) and not other.code
                for other in others
            )
            if borne_out and (not clear or any(agree(country, area) for area in clear)):
                found.add(country)
            # Luxembourg is a country, but "Arlon, Luxembourg" is in the Belgian province
            if part.areas and any(place[:2] == country for other in others for place, _ in other.cities):
                found.add(country)
    return found


def _by_cities(parts: list[Part]) -> Place:
    """The country of texts that name only cities."""
    countries = set()
    if any(len(region) > 2 for part in parts for region in part.codes):
        return Place(None, "ambiguous", "it may be a small place in the state that is abbreviated")
    for part in parts:
        people: dict[str, int] = {}
        for region, count in part.cities:
            people[region[:2]] = people.get(region[:2], 0) + count
        if people:
            country = max(sorted(people), key=lambda each: people[each])
            elsewhere = part.provinces - {country}  # Surrey is a city in Canada, and a county
            if not elsewhere and people[country] >= max(
                DOMINANT_PEOPLE, DOMINANT_SHARE * sum(people.values())
            ):
                countries.add(country)
    if len(countries) > 1:
        return Place(None, "contradictory", f"its cities are in {_names(countries)}")
    for country in countries:
        if is_region(country) and all(part.supports(country) for part in parts if part.is_known):
            return Place(country, "city", f"by far the largest city of that name is in {country}")
    return Place(
        None,
        "ambiguous" if any(part.cities for part in parts) else "unknown",
        "no one place is clearly meant",
    )


def _stands_alone(part: Part, parts: list[Part]) -> bool:
    """Whether a code needs no known city: a US state's that nothing else has, after one unknown name."""
    only_states = part.text == part.code and part.code in _UNIQUE_STATE_CODES
    return only_states and (len(parts) == 1 or (not parts[0].is_known and parts[-1] is part))


def _names(regions: set[str]) -> str:
    return " or ".join(sorted(regions))
