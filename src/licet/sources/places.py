"""Where a free-text location is: an ISO 3166 code, or unknown. What cannot be resolved is unknown, never guessed.

The text is cut into parts (``Toronto, ON, Canada``). Each part may name an area (a country, or a state of the US
or Canada), a province of another country, a city, or be a code; most names have several readings. A region is
given when every part allows it and exactly one such region is left:

- ``Georgia`` alone is unknown; ``Tbilisi, Georgia`` and ``Atlanta, Georgia`` are clear.
- A code (``CA``, ``DE``) counts only beside a city that lies there: ``Toronto, CA`` is Canada, ``San Jose, CA`` is
  California, ``Richmond, CA`` is in both and so unknown. Codes that only a US state has may follow any name.
- A city alone gives its country, and only when of all people living in cities of that name at least
  `DOMINANT_SHARE` live in that country, `DOMINANT_PEOPLE` or more.
- A famous city that lies elsewhere contradicts: ``Berlin, IT`` and ``London / Paris`` are unknown.
- Subdivisions are given for the US and Canada, when named; elsewhere the country.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from licet.sources.place_names import PlaceNames, fold, has_subdivision, place_names
from licet.terms.regions import is_region

Method = Literal["flag", "name", "code", "city", "unknown", "ambiguous", "contradictory"]

#: A city name alone speaks for a country only at ten to one, counted in people.
DOMINANT_SHARE = 10 / 11
DOMINANT_PEOPLE = 100_000
#: A city of that name elsewhere contradicts only when it is this large.
FAMOUS_PEOPLE = 50_000
LONGEST_TEXT = 300

#: Places with a country code of their own that people also write with the state they belong to.
_PARENTS = {
    **dict.fromkeys(("HK", "MO"), "CN"),
    **dict.fromkeys(("PR", "GU", "VI", "AS", "MP", "UM"), "US"),
    **dict.fromkeys(("GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF"), "FR"),
    **dict.fromkeys(("AW", "CW", "SX", "BQ"), "NL"),
    **dict.fromkeys(("FO", "GL"), "DK"),
    **{"AX": "FI", "SJ": "NO"},
}
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
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_TAG_FLAG = re.compile(
    "\U0001f3f4(?:\U000e0067\U000e0062)[\U000e0061-\U000e007a]+\U000e007f"
)  # England, Scotland, Wales
_SEPARATORS = re.compile(r"[,;/|•·→>()\[\]\n\t،，、&+]|\s[-–—~]+\s|--+|(?<=\w):\s")
_SEPARATING_WORDS = re.compile(r"\s(?:and|or|und|et|y|e)\s", re.IGNORECASE)
_WITH_DIGITS = re.compile(r"\S*\d\S*")
_KEPT = frozenset(" .'’ʼ`´&/-")
_LEADING = re.compile(r"(?:(?:currently |now )?(?:based |living |located )?in |the )")
_DIRECTION = re.compile(
    r"(?:(?:north|south|east|west|central|mid)(?:ern)? ?(?:east|west)?(?:ern)?|[ns][ew]|upstate|metro|rural|downtown)\s"
)
_DIRECTION_CHANGES = frozenset(
    {"ireland", "samoa", "korea", "jersey", "congo", "guinea", "georgia", "cyprus", "yemen"}
)
_AROUND = re.compile(
    r"^(?:greater |metro |metropolitan |city of |state of |province of |region of |downtown |central )?(.+?)"
    r"(?: metropolitan area| metropolitan region| metro area| bay area| area| city| province| region| district"
    r"| department| oblast| prefecture| governorate| county)?$"
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


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of the text and everything it may mean."""

    text: str
    areas: frozenset[str] = frozenset()
    provinces: frozenset[str] = frozenset()
    cities: tuple[tuple[str, int], ...] = ()
    codes: frozenset[str] = frozenset()
    code: str = ""
    flag: bool = False
    says_nothing: bool = False

    @property
    def is_known(self) -> bool:
        return bool(self.areas or self.provinces or self.cities or self.codes or self.says_nothing)

    def supports(self, region: str) -> bool:
        """Whether some reading of this part agrees with `region`."""
        return (
            any(_agree(area, region) for area in self.areas)
            or any(_agree(country, region) for country in self.provinces)
            or any(_agree(place, region) for place, _ in self.cities)
            or any(_agree(place, region) for place in self.codes)
            or (self.code != "" and len(region) == 2 and has_subdivision(region, self.code))
        )

    def bears_out(self, region: str, people: int) -> bool:
        """Whether this part agrees with `region` by a name, or by a city of at least `people` there."""
        if any(_agree(place, region) and count >= people for place, count in self.cities):
            return True
        return not self.cities and self.supports(region)

    def contradicts(self, region: str) -> bool:
        """Whether this part speaks of somewhere else, and clearly."""
        if self.supports(region):
            return False
        famous = any(people >= FAMOUS_PEOPLE for _, people in self.cities)
        return bool(self.areas or self.codes) or famous


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
    parts = [part for part in _parts(text, place_names()) if part.text]
    meant = [part for part in parts if not part.says_nothing]
    if not meant or not parts[-1].is_known:
        return Place(
            None, "unknown", "no place is recognised" if not meant else f"{parts[-1].text!r} is not known"
        )
    candidates = _candidates(meant, parts)
    if not candidates:
        return _by_cities(meant)
    left = {region for region in candidates if not any(part.contradicts(region) for part in meant)}
    if not left:
        return Place(None, "contradictory", f"its parts point to {_names(candidates)}")
    narrowest = {region for region in left if not any(_lies_below(other, region) for other in left)}
    if len(narrowest) > 1:
        # two states of one country: the country is certain
        countries = {region[:2] for region in narrowest}
        if len(countries) > 1:
            return Place(None, "ambiguous", f"it may be {_names(narrowest)}")
        narrowest = countries
    region = next(iter(narrowest))
    if not is_region(region):
        return Place(None, "unknown", f"{region} has no ISO 3166 code")
    if any(part.flag and part.supports(region) for part in meant):
        return Place(region, "flag", "its flag is shown")
    by_name = next((part for part in meant if region in part.areas), None)
    if by_name is not None:
        return Place(region, "name", f"{by_name.text!r} is named")
    return Place(region, "code", f"it is abbreviated beside a place that lies in {region}")


def _candidates(meant: list[_Part], parts: list[_Part]) -> set[str]:
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
            borne_out = any(other.supports(country) and not other.code for other in others)
            if borne_out and (not clear or any(_agree(country, area) for area in clear)):
                found.add(country)
            # Luxembourg is a country, but "Arlon, Luxembourg" is in the Belgian province
            if part.areas and any(place[:2] == country for other in others for place, _ in other.cities):
                found.add(country)
    return found


def _by_cities(parts: list[_Part]) -> Place:
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
            if people[country] >= max(DOMINANT_PEOPLE, DOMINANT_SHARE * sum(people.values())):
                countries.add(country)
    if len(countries) > 1:
        return Place(None, "contradictory", f"its cities are in {_names(countries)}")
    for country in countries:
        if is_region(country) and not any(part.contradicts(country) for part in parts):
            return Place(country, "city", f"by far the largest city of that name is in {country}")
    return Place(
        None,
        "ambiguous" if any(part.cities for part in parts) else "unknown",
        "no one place is clearly meant",
    )


def _stands_alone(part: _Part, parts: list[_Part]) -> bool:
    """Whether a code needs no known city: a US state's that nothing else has, after one unknown name."""
    only_states = part.text == part.code and part.code in _UNIQUE_STATE_CODES
    return only_states and (len(parts) == 1 or (not parts[0].is_known and parts[-1] is part))


def _parts(text: str, names: PlaceNames) -> Iterator[_Part]:
    if (areas := names.areas.get(fold(text))) is not None:  # "Korea, Republic of" is one name
        yield _Part(text.strip(), areas=areas)
        return
    for flag in _FLAG.findall(text):
        country = "".join(chr(ord(letter) - 0x1F1E6 + ord("A")) for letter in flag)
        if is_region(country):  # the flag of the European Union says nothing
            yield _Part(country, areas=frozenset({country}), flag=True)
    if _TAG_FLAG.search(text):
        yield _Part("GB", areas=frozenset({"GB"}), flag=True)
    text = _TAG_FLAG.sub(",", _FLAG.sub(",", text))
    for piece in _SEPARATORS.split(text):
        piece = " ".join(_letters(_WITH_DIGITS.sub(" ", piece)).split()).strip(" -&/")
        if piece:
            yield from _meanings(piece, names)


def _letters(text: str) -> str:
    """`text` with everything but letters, their marks and what belongs in a name made a space."""
    return "".join(each if each in _KEPT or unicodedata.category(each)[0] in "LM" else " " for each in text)


def _meanings(piece: str, names: PlaceNames, depth: int = 0) -> Iterator[_Part]:
    """The part that `piece` is, or the parts it is made of when only those are known."""
    whole = _look_up(piece, names)
    if whole.is_known or depth > 3:
        yield whole
        return
    halves = _SEPARATING_WORDS.split(piece)
    if len(halves) > 1:
        for half in halves:
            yield from _meanings(half, names, depth + 1)
        return
    words = piece.split()
    for count in (3, 2, 1):
        head, tail = " ".join(words[:-count]), " ".join(words[-count:])
        last = _look_up(tail, names) if head else None
        if last is not None and (last.areas or (last.codes and tail.isupper())):
            before = list(_meanings(head, names, depth + 1))
            # "Lagos Nigeria" is two parts, "Little Italy" is not: what comes before must lie in it
            if any(part.supports(region) for part in before for region in last.areas | last.codes):
                yield from before
                yield last
                return
    yield whole


def _look_up(piece: str, names: PlaceNames) -> _Part:
    if piece in names.capitals:
        return _Part(piece, areas=names.capitals[piece])
    folded = fold(piece)
    code = piece.replace(".", "") if len(folded) <= 3 and folded.isascii() else ""
    forms = [folded]
    if (match := _LEADING.match(folded)) is not None:
        forms.append(folded[match.end() :])
    for form in forms:
        if form in names.nothing:
            return _Part(piece, says_nothing=True)
        found = _Part(
            piece,
            areas=names.areas.get(form, frozenset()),
            provinces=names.provinces.get(form, frozenset()),
            cities=names.cities(form),
            codes=names.codes.get(code.upper(), frozenset()),
            code=code.upper(),
        )
        if found.is_known or code:
            return found
        towards = _DIRECTION.match(form)
        if (
            towards is not None
            and (rest := form[towards.end() :]) not in _DIRECTION_CHANGES
            and rest in names.areas
        ):
            return _Part(piece, areas=names.areas[rest])
        around = _AROUND.match(form)
        if around is not None and around[1] != form:
            return _Part(
                piece,
                provinces=names.provinces.get(around[1], frozenset()),
                cities=names.cities(around[1]),
            )
    return _Part(piece)


def _agree(one: str, other: str) -> bool:
    """Whether two regions can both be true of one place: the same, or one within the other."""
    return one == other or _lies_below(one, other) or _lies_below(other, one)


def _lies_below(inner: str, outer: str) -> bool:
    return inner != outer and outer in (inner[:2], _PARENTS.get(inner))


def _names(regions: set[str]) -> str:
    return " or ".join(sorted(regions))
