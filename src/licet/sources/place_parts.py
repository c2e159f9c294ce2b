"""The parts of an address and everything that each may mean: areas, provinces, cities, codes; and how places nest.

A part keeps all its readings; choosing among them is for `resolve_place`. A part that says something about a place,
rather than name one, is in doubt and puts the whole text in doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from licet.sources.place_names import PlaceNames, fold, has_subdivision
from licet.sources.place_wording import (
    FLAG,
    bare_name,
    has_doubtful_signs,
    holds_doubt,
    is_usual_in_names,
    is_written_as_name,
    names_a_year,
)
from licet.terms.regions import is_region

#: A city of that name elsewhere contradicts only when it is this large.
FAMOUS_PEOPLE = 50_000

#: Places with a country code of their own that people also write with the state they belong to.
PARENTS = {
    **dict.fromkeys(("HK", "MO"), "CN"),
    **dict.fromkeys(("PR", "GU", "VI", "AS", "MP", "UM"), "US"),
    **dict.fromkeys(("GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF"), "FR"),
    **dict.fromkeys(("AW", "CW", "SX", "BQ"), "NL"),
    **dict.fromkeys(("FO", "GL"), "DK"),
    **{"AX": "FI", "SJ": "NO"},
}
_LEADING = re.compile(
    r"(?:(?:currently |now )(?:(?:based |living |located )?in )?|(?:based |living |located )?in |the )"
)
_INNER_SIGNS = re.compile(r"[-./&]")
_DIRECTION = re.compile(
    r"(?:(?:north|south|east|west|central|mid)(?:ern)? ?(?:east|west)?(?:ern)?|[ns][ew]|upstate|metro|rural|downtown)\s"
)
_DIRECTION_CHANGES = frozenset(
    {"ireland", "samoa", "korea", "jersey", "congo", "guinea", "georgia", "cyprus", "yemen"}
)
_AROUND = re.compile(
    r"^(?:metropolregion |grossraum |stadt |kanton |comunidad de |ville de "
    r"|greater |metro |metropolitan |city of |state of |province of |region of |downtown |central )?(.+?)"
    r"(?: metropolitan area| metropolitan region| metro area| bay area| area| city| province| region| district"
    r"| department| oblast| prefecture| governorate| county)?$"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the text and everything it may mean."""

    text: str
    areas: frozenset[str] = frozenset()
    provinces: frozenset[str] = frozenset()
    cities: tuple[tuple[str, int], ...] = ()
    codes: frozenset[str] = frozenset()
    code: str = ""
    flag: bool = False
    says_nothing: bool = False
    is_in_doubt: bool = False

    @property
    def is_known(self) -> bool:
        return bool(self.areas or self.provinces or self.cities or self.codes or self.says_nothing)

    def supports(self, region: str) -> bool:
        """Whether some reading of this part agrees with `region`."""
        return (
            any(agree(area, region) for area in self.areas)
            or region[:2] in self.provinces
            or any(lies_in(place, region) for place, _ in self.cities)
            or any(agree(place, region) for place in self.codes)
            or (self.code != "" and len(region) == 2 and has_subdivision(region, self.code))
        )

    def bears_out(self, region: str, people: int) -> bool:
        """Whether this part agrees with `region` by a name, or by a city of at least `people` there."""
        if any(lies_in(place, region) and count >= people for place, count in self.cities):
            return True
        return not self.cities and self.supports(region)

    def allows(self, region: str, is_first: bool) -> bool:
        """Whether the areas that are named allow it: who names Hong Kong is not just anywhere in China.

        is_first: nothing narrower stands before it, as Arlon does before Luxembourg, a province of Belgium.
        """
        if not self.areas or any(
            area == region or area[:2] == region or lies_below(region, area) for area in self.areas
        ):
            return True
        if any(lies_below(area, region) for area in self.areas):
            return False
        # Lebanon is a town in Missouri, but who writes "Mexico, USA" or "China, Japan" names two countries
        return (region[:2] in self.provinces and not is_first) or any(
            lies_in(place, region)
            and (len(region) > 2 or (people >= FAMOUS_PEOPLE and region not in ("US", "CA")))
            for place, people in self.cities
        )

    def contradicts(self, region: str) -> bool:
        """Whether this part speaks of somewhere else, and clearly."""
        if self.supports(region):
            return False
        famous = any(people >= FAMOUS_PEOPLE or PARENTS.get(place) == region for place, people in self.cities)
        return bool(self.areas or self.codes) or famous


def read_parts(pieces: list[str], names: PlaceNames) -> list[Part]:
    """What the parts of one address may mean. A part in doubt puts all of them in doubt."""
    found = [(piece, list(_readings(piece, names))) for piece in pieces]
    named = {area[:2] for _, parts in found for part in parts for area in part.areas}
    return [
        Part(part.text, is_in_doubt=True) if _is_in_doubt(part, piece, named, names) else part
        for piece, parts in found
        for part in parts
    ]


def _readings(piece: str, names: PlaceNames) -> Iterator[Part]:
    if FLAG.fullmatch(piece):
        country = "".join(chr(ord(letter) - 0x1F1E6 + ord("A")) for letter in piece)
        if is_region(country):  # the flag of the European Union says nothing
            yield Part(country, areas=frozenset({country}), flag=True)
        return
    name = bare_name(piece)
    found = list(_meanings(name, names)) if name else []
    is_dated = names_a_year(piece) and (not name or any(part.is_known for part in found))
    if is_dated or has_doubtful_signs(piece):
        yield Part(name, is_in_doubt=True)
    else:
        yield from found


def _is_in_doubt(part: Part, piece: str, named: set[str], names: PlaceNames) -> bool:
    """Whether a part says something about a place rather than name one.

    named: the countries that the address names.
    """
    words = _INNER_SIGNS.sub(" ", part.text).split()
    if part.is_known:
        return part.is_in_doubt or ((part.says_nothing or len(words) == 1) and holds_doubt(part.text))
    if part.is_in_doubt or not is_written_as_name(part.text):
        return True
    # "Früher Bern, Schweiz", in whatever language: a place that is known, and words about it or another place
    is_house = any(map(str.isdigit, piece)) and not names_a_year(piece)
    known: dict[int, str] = {}
    for length in (3, 2, 1):
        for start in range(len(words) - length + 1):
            run = words[start : start + length]
            is_last = start + length == len(words) and not is_house
            if not all(map(is_usual_in_names, run)) and _is_notable(run, named if is_last else set(), names):
                known = dict.fromkeys(range(start, start + length), " ".join(run)) | known
    runs = set(known.values())
    others = [word for number, word in enumerate(words) if number not in known]
    # a house, "Berlin-Kreuzberg", "North York"
    is_part_of_it = bool(others) and (is_house or "-" in part.text or all(map(is_usual_in_names, others)))
    return len(runs) > 1 or (bool(runs) and not is_part_of_it)


def _is_notable(words: list[str], countries: set[str], names: PlaceNames) -> bool:
    """Whether words name an area, a large city, or any city in these countries."""
    name = fold(" ".join(words))
    return (name in names.areas and (len(name) > 3 or not name.isascii())) or any(
        people >= FAMOUS_PEOPLE or region[:2] in countries for region, people in names.cities(name)
    )


def _meanings(piece: str, names: PlaceNames, depth: int = 0) -> Iterator[Part]:
    """The part that `piece` is, or the parts it is made of when only those are known."""
    whole = look_up(piece, names)
    if whole.is_known or depth > 3:
        yield whole
        return
    words = piece.split()
    for count in (3, 2, 1):
        head, tail = " ".join(words[:-count]), " ".join(words[-count:])
        last = look_up(tail, names) if head else None
        if last is not None and (last.areas or (last.codes and tail.isupper())):
            before = list(_meanings(head, names, depth + 1))
            # "Lagos Nigeria" is two parts, "Little Italy" is not: what comes before must lie in it
            if any(part.supports(region) for part in before for region in last.areas | last.codes):
                yield from before
                yield last
                return
    yield whole


def look_up(piece: str, names: PlaceNames) -> Part:
    if piece in names.capitals:
        return Part(piece, areas=names.capitals[piece])
    folded = fold(piece)
    code = piece.replace(".", "") if len(folded) <= 3 and folded.isascii() else ""
    forms = [folded]
    if (match := _LEADING.match(folded)) is not None:
        forms.append(folded[match.end() :])
    if " & " in folded:
        forms.append(folded.replace(" & ", " and "))
    for form in forms:
        if form in names.nothing:
            return Part(piece, says_nothing=True)
        found = Part(
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
            return Part(piece, areas=names.areas[rest])
        around = _AROUND.match(form)
        if around is not None and around[1] != form:
            areas = names.areas.get(around[1], frozenset())
            cities = names.cities(around[1])
            if areas:  # "Greater China" is not China, nor "Ontario area" a town near Los Angeles
                cities = tuple(city for city in cities if any(agree(city[0], area) for area in areas))
                is_area = form.startswith(("state of ", "province of "))
                return Part(piece, areas=areas if is_area else frozenset(), cities=cities)
            return Part(piece, provinces=names.provinces.get(around[1], frozenset()), cities=cities)
    return Part(piece)


def lies_in(place: str, region: str) -> bool:
    """Whether a city may be meant: Shenzhen lies in China and not in Hong Kong, Kowloon in Hong Kong."""
    return place == region or region == place[:2] or place == region[:2]


def agree(one: str, other: str) -> bool:
    """Whether two regions can both be true of one place: the same, or one within the other."""
    return one == other or lies_below(one, other) or lies_below(other, one)


def lies_below(inner: str, outer: str) -> bool:
    return inner != outer and outer in (inner[:2], PARENTS.get(inner))
