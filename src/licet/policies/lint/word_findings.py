"""Words without use, words that look misspelt, terms DPV does not have, and places named twice."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterator

from licet.packs.dpv import is_term, nearest_term
from licet.packs.model import Pack
from licet.packs.pack_problems import MOST_PROBLEMS, Path, Problem
from licet.packs.pack_references import SUCCEEDING
from licet.packs.pack_regions import places_of, region_lists
from licet.policies.lint.legal_bases import not_in_force
from licet.terms import SELF
from licet.terms.ids import is_id
from licet.terms.vocabulary import CATEGORIES, ancestors


def check_words(pack: Pack) -> Iterator[Problem]:
    yield from _unmentioned(pack)
    yield from _misspelt(pack)
    yield from _terms(pack)
    yield from _overlaps(pack)
    yield from _succeeding_nothing(pack)


def _unmentioned(pack: Pack) -> Iterator[Problem]:
    """PACK-103 and PACK-104: declared, and no rule speaks of it."""
    kinds = {kind for rule in pack.rules for kind in rule.categories}
    above = {word for kind in kinds for word in ancestors(kind)}
    for id_ in pack.categories:
        if id_ not in above and not kinds.intersection(ancestors(id_)):
            what = f'no rule mentions "{id_}", so all of it is denied'
            fix = "add the rule that is missing, or keep the silence and remove the entry"
            yield Problem("PACK-103", ("categories", id_), what, fix, at_key=True)
    words = {word for rule in pack.rules for purpose in rule.purposes for word in pack.purpose_line(purpose)}
    for id_ in pack.purposes:
        if not words.intersection(pack.purpose_line(id_)):
            what = f'no rule mentions the purpose "{id_}", so it is always denied'
            fix = "add the rule that is missing, or keep the silence and remove the entry"
            yield Problem("PACK-104", ("purposes", id_), what, fix, at_key=True)


def _misspelt(pack: Pack) -> Iterator[Problem]:
    """PACK-116: a new branch so close to a shared word that it was probably meant to be that word."""
    for id_ in pack.categories:
        if id_ in CATEGORIES:
            continue
        parent, _, last = id_.rpartition(".")
        siblings = [word.rpartition(".")[2] for word in CATEGORIES if word.rpartition(".")[0] == parent]
        close = difflib.get_close_matches(last, siblings, n=1, cutoff=0.8)
        if close:
            what = f'"{id_}" is a new kind of data beside "{parent}.{close[0]}"'
            yield Problem(
                "PACK-116", ("categories", id_), what, f"write {parent}.{close[0]} if that is meant", True
            )


def _terms(pack: Pack) -> Iterator[Problem]:
    """PACK-109: a DPV term that licet's list does not have."""
    named: list[tuple[Path, str | None]] = []
    named += [(("categories", id_, "dpv"), category.dpv) for id_, category in pack.categories.items()]
    named += [(("purposes", id_, "dpv"), purpose.dpv) for id_, purpose in pack.purposes.items()]
    # What is not in force is no misspelt term: `check_rules` says what it is.
    bases = [(("rules", n, "legal_basis"), rule.legal_basis) for n, rule in enumerate(pack.rules)]
    named += [(path, basis) for path, basis in bases if basis is not None and not_in_force(basis) is None]
    unknown = [(path, term) for path, term in named if term is not None and not is_term(term)]
    for number, (path, term) in enumerate(unknown):
        meant = nearest_term(term) if number < MOST_PROBLEMS else None
        fix = f"write {meant}" if meant else "use a term of https://w3id.org/dpv, as pd:Salary"
        yield Problem("PACK-109", path, f'"{term}" is no known DPV term', fix)


def _overlaps(pack: Pack) -> Iterator[Problem]:
    """PACK-110: an entry of a list of regions that shares a place with an earlier one; the first such is named."""
    found = (problem for path, regions in region_lists(pack) for problem in _named_twice(pack, path, regions))
    yield from itertools.islice(found, MOST_PROBLEMS)


def _named_twice(pack: Pack, path: Path, regions: tuple[str, ...]) -> Iterator[Problem]:
    named: dict[str, int] = {}
    for later, region in enumerate(regions if len(regions) > 1 else ()):
        places = places_of(pack, (region,), pack.observed)
        # A country meets its subdivisions: `CA-` stands for whatever lies within `CA`.
        words = {word for place in places for word in (place, place[:2], f"{place}-")}
        earlier = min((named[word] for word in words if word in named), default=None)
        if earlier is not None:
            shared = _shared(places_of(pack, (regions[earlier],), pack.observed), places)
            few = ", ".join(shared[:3]) + (f" and {len(shared) - 3} more" if len(shared) > 3 else "")
            what = f"{regions[earlier]} and {region} both name {few}"
            yield Problem("PACK-110", (*path, later), what, "keep the wider of the two")
        for place in places:
            named.setdefault(place, later)
            if len(place) > 2:
                named.setdefault(f"{place[:2]}-", later)


def _succeeding_nothing(pack: Pack) -> Iterator[Problem]:
    """PACK-141: a word that says it succeeds what no policy can have spoken of."""
    for part in SUCCEEDING:
        for id_, entry in getattr(pack, part).items():
            for number, old in enumerate(entry.succeeds):
                could_be = is_id(old) and (
                    any(word in CATEGORIES for word in ancestors(old))
                    if part == "categories"
                    else old != SELF
                )
                if not could_be:
                    what = f'"{id_}" succeeds "{old}", which no earlier policy can have spoken of'
                    fix = "name the earlier word; without one the refusals of its siblings hold"
                    yield Problem("PACK-141", (part, id_, "succeeds", number), what, fix)


def _shared(one: frozenset[str], other: frozenset[str]) -> list[str]:
    """Places in both, a subdivision counting as part of its country."""
    return sorted(
        {place for place in one if place in other or place[:2] in other}
        | {place for place in other if place[:2] in one}
    )
