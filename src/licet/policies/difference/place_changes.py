"""A set of countries in few words: by what the packs call their groups, the EEA, the EU, and each country's name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from licet.decide.explain import region_label
from licet.packs import Pack
from licet.policies.difference.audience import listed
from licet.terms.region_names import country_in_sentence
from licet.terms.regions import ALSO_IN, COUNTRIES, members_of

#: So many names are read; beyond that what is left out may be the shorter list.
_MOST_NAMES = 12

_MEMBERS = {"EEA": "the European Economic Area", "EU": "the European Union"}


def name_places(places: frozenset[str], packs: Iterable[Pack], day: date) -> str:
    """``everywhere``, ``the European Economic Area and Canada``, or ``everywhere but …``.

    A province that a rule names stands beside its country: in ``CA, CA-QC`` the country covers the rest of it.
    """
    if places >= COUNTRIES:
        return "everywhere"
    named = _named(places, packs, day)
    if len(named) > _MOST_NAMES:
        missing = _named(COUNTRIES - places, packs, day)
        if len(missing) < len(named):
            return f"everywhere but {listed(missing)}"
    whole = [label for label in named if label.startswith("everywhere")]
    rest = [label for label in named if label not in whole]
    return f"{listed(whole)}; also {listed(rest)}" if whole and rest else listed(named)


def _named(places: frozenset[str], packs: Iterable[Pack], day: date) -> list[str]:
    groups = {
        region_label(pack, id_): pack.places((id_,), day) for pack in packs for id_ in pack.region_groups
    }
    groups |= {label: members_of(id_, day) for id_, label in _MEMBERS.items()}
    groups |= {
        f"the overseas parts of {id_} countries": frozenset(
            place for place, country in ALSO_IN.items() if country in members_of(id_, day)
        )
        for id_ in _MEMBERS
    }
    rest, named = places, []
    for label, members in sorted(groups.items(), key=lambda item: -len(item[1])):
        if len(members) > 1 and members <= rest:
            named.append(label)
            rest -= members
    # A province goes without saying beside its country.
    alone = {place for place in rest if "-" not in place or place[:2] not in rest}
    return [*named, *sorted(map(country_in_sentence, alone))]
