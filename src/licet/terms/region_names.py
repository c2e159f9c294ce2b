"""What regions are called in English sentences: ``CA-QC`` is Quebec, Canada.

The names stand in `region_names.tsv`, which `tools/place_table.py` makes; docs/places.md says whose they are. For
showing and for guessing what somebody meant, never for deciding: rules go by codes alone.
"""

from __future__ import annotations

import functools
import importlib.resources

from licet.terms.regions import COUNTRIES

_WITH_ARTICLE = frozenset(("BS", "GM", "KM", "MV", "NL", "PH", "SC"))


def country_name(code: str) -> str:
    """A country's own name, or a subdivision's with its country's; the code where it has none."""
    names, country = _names(), code.partition("-")[0]
    if country not in names:
        return code
    return ", ".join(names[each][0] for each in dict.fromkeys((code, country)) if each in names)


def country_in_sentence(code: str) -> str:
    """The same as it stands in a sentence: ``the United States``."""
    name = country_name(code)
    return f"the {name}" if name.startswith("United ") or code in _WITH_ARTICLE else name


def country_called(name: str) -> str | None:
    """The code of the country of that name or those three letters, whatever their case."""
    meant = name.strip().casefold()
    for code in sorted(COUNTRIES):
        if meant in (each.casefold() for each in _names()[code]):
            return code
    return None


def three_letters(code: str) -> str | None:
    """The three letters of ISO 3166-1 for a country's two; None for what is no country."""
    return next((name for name in _names().get(code, ())[1:] if len(name) == 3 and code in COUNTRIES), None)


@functools.cache
def _names() -> dict[str, tuple[str, ...]]:
    text = importlib.resources.files("licet.terms").joinpath("region_names.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {code: tuple(names) for code, *names in rows}
