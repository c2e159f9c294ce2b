"""Regions: ISO 3166-1 countries, ISO 3166-2 subdivisions, and the two memberships that laws speak of.

A member's region is ``CH`` or ``CA-QC``; a rule names countries, subdivisions or groups. Whether one lies in
the other has three answers, because a member known only as ``CA`` may or may not be in ``CA-QC``. Some places have two
codes, as ``HK`` and ``CN-HK``: they are one place each, and whether that is in ``CN`` nobody can say here.

Sources: ISO 3166-1 alpha-2 and ISO 3166-2 as of 2026 (kept here, checked against pycountry in a test); accession
treaties of the European Union and the EEA Agreement, with the day each membership began or ended.
"""

from __future__ import annotations

import functools
import importlib.resources
from collections.abc import Collection
from datetime import date

_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT
BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH
ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT
HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS
LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI
NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG
SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG
UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""

COUNTRIES: frozenset[str] = frozenset(_CODES.split())

#: Places that ISO 3166 codes twice: the code as a subdivision, and the one they go by.
ONE_PLACE: dict[str, str] = {
    "CN-HK": "HK", "CN-MO": "MO", "CN-TW": "TW", "FI-01": "AX",
    "FR-971": "GP", "FR-972": "MQ", "FR-973": "GF", "FR-974": "RE", "FR-976": "YT",
    "FR-BL": "BL", "FR-MF": "MF", "FR-NC": "NC", "FR-PF": "PF", "FR-PM": "PM", "FR-TF": "TF", "FR-WF": "WF",
    "NL-AW": "AW", "NL-CW": "CW", "NL-SX": "SX", "NL-BQ1": "BQ-BO", "NL-BQ2": "BQ-SA", "NL-BQ3": "BQ-SE",
    "NO-21": "SJ", "NO-22": "SJ",
    "US-AS": "AS", "US-GU": "GU", "US-MP": "MP", "US-PR": "PR", "US-UM": "UM", "US-VI": "VI",
}  # fmt: skip

#: Country to the one whose subdivision it also is.
ALSO_IN = {place[:2]: code[:2] for code, place in ONE_PLACE.items()}

#: What people write for a country, and its code.
_OTHER_NAMES = {"UK": "GB", "EL": "GR"}

_FOUNDING = date(1958, 1, 1)
_2004, _2007, _2013 = date(2004, 5, 1), date(2007, 1, 1), date(2013, 7, 1)

#: EU membership: country, first day, first day no longer a member (None while it lasts).
EU: tuple[tuple[str, date, date | None], ...] = (
    *((code, _FOUNDING, None) for code in ("BE", "DE", "FR", "IT", "LU", "NL")),
    ("DK", date(1973, 1, 1), None),
    ("IE", date(1973, 1, 1), None),
    ("GB", date(1973, 1, 1), date(2020, 2, 1)),
    ("GR", date(1981, 1, 1), None),
    ("ES", date(1986, 1, 1), None),
    ("PT", date(1986, 1, 1), None),
    *((code, date(1995, 1, 1), None) for code in ("AT", "FI", "SE")),
    *((code, _2004, None) for code in ("CY", "CZ", "EE", "HU", "LT", "LV", "MT", "PL", "SI", "SK")),
    *((code, _2007, None) for code in ("BG", "RO")),
    ("HR", _2013, None),
)

_EEA_START = date(1994, 1, 1)

#: EEA membership. The United Kingdom left with the EU; Croatia applied the agreement from 2014-04-12.
EEA: tuple[tuple[str, date, date | None], ...] = (
    *(
        (code, date(2014, 4, 12) if code == "HR" else max(since, _EEA_START), until)
        for code, since, until in EU
    ),
    ("IS", _EEA_START, None),
    ("NO", _EEA_START, None),
    ("LI", date(1995, 5, 1), None),
)

MEMBERSHIPS: dict[str, tuple[tuple[str, date, date | None], ...]] = {"EU": EU, "EEA": EEA}

#: The group of everywhere that is known. An unknown region is not in it.
WORLD = "WORLD"


@functools.cache
def subdivisions() -> frozenset[str]:
    """Every code of ISO 3166-2, as ``CA-QC``."""
    text = importlib.resources.files("licet.terms").joinpath("subdivisions.txt").read_text("utf-8")
    lines = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return frozenset(f"{country}-{part}" for country, *parts in lines for part in parts)


def is_region(code: object) -> bool:
    """Whether `code` is a country's or a subdivision's as ISO 3166 writes it; ``ch``, ``UK`` and ``DE-XX`` are not."""
    return isinstance(code, str) and (code in COUNTRIES or code in subdivisions())


def one_place(code: str) -> str:
    """The one code by which a place goes that has two; any other code as it is."""
    return ONE_PLACE.get(code, code)


def region_meant(code: str) -> str | None:
    """The region surely meant by what is none, ``GB`` by ``UK``, ``CH`` by ``ch``; None when nobody can say."""
    upper = code.strip().upper()
    meant = _OTHER_NAMES.get(upper[:2], upper[:2]) + upper[2:]
    return meant if meant != code and is_region(meant) else None


def members_of(group: str, day: date) -> frozenset[str]:
    """The countries in ``EU`` or ``EEA`` on `day`."""
    return frozenset(
        code for code, since, until in MEMBERSHIPS[group] if since <= day and (until is None or day < until)
    )


def lies_in(region: str | None, places: Collection[str]) -> bool | None:
    """Whether a member's region lies in any of `places` (countries, subdivisions or WORLD).

    places: by the code that `one_place` gives. None when it cannot be said: the region is missing or not a code, or
    only the country is known and the places name a part of it, or it is a country of its own and a part of one named.
    """
    if region is None or not is_region(region):
        return None
    place = ONE_PLACE.get(region, region)
    if place in places or WORLD in places or (len(place) > 2 and place[:2] in places):
        return True
    if ALSO_IN.get(place[:2]) in places:
        return None
    known_apart = _divided(places) if isinstance(places, frozenset) else _divided(frozenset(places))
    return None if place in known_apart else False


@functools.lru_cache(maxsize=4096)
def _divided(places: frozenset[str]) -> frozenset[str]:
    """The countries of which `places` names a part, by either of its codes."""
    also = (ALSO_IN.get(place[:2]) for place in places)
    return frozenset(place[:2] for place in places if place[2:3] == "-") | {place for place in also if place}
