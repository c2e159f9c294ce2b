"""Regions in a pack: each code is one, each group is there, and no group holds itself.

`NO` is Norway here, never a "no". Codes are those of ISO 3166 as `licet.terms.regions` has them; a country's name
gives the code that was meant.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date

from licet.packs.model import Pack
from licet.packs.pack_problems import MOST_PROBLEMS, Path, Problem, nearest
from licet.terms.region_names import country_called
from licet.terms.regions import COUNTRIES, MEMBERSHIPS, WORLD, is_region, region_meant

#: Groups of a circle that are named.
_MOST_SHOWN = 20


def region_lists(pack: Pack) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Every list of regions in the pack, with the way to it."""
    for id_, group in pack.region_groups.items():
        yield ("region_groups", id_, "include"), group.include
    for id_, setting in pack.settings.items():
        for number, exception in enumerate(setting.default.exceptions):
            if exception.regions is not None:
                yield ("settings", id_, "default", "exceptions", number, "regions"), exception.regions
    for number, part in enumerate(pack.scope or ()):
        if part.regions is not None:
            yield ("scope", number, "regions"), part.regions
    for number, rule in enumerate(pack.rules):
        if rule.regions is not None:
            yield ("rules", number, "regions"), rule.regions


def check_regions(pack: Pack) -> Iterator[Problem]:
    for path, regions in region_lists(pack):
        yield from check_codes(pack, path, regions)


def check_codes(pack: Pack, path: Path, regions: tuple[str, ...]) -> Iterator[Problem]:
    for number, region in enumerate(regions):
        if not _is_known(pack, region):
            yield Problem(
                "PACK-010", (*path, number), f'region "{region}" is not known', _meant(pack, region)
            )


def check_groups(pack: Pack) -> Iterator[Problem]:
    for id_ in itertools.islice(_unresolved(pack), MOST_PROBLEMS):
        circle = _circle(pack, id_)
        if circle:
            what = f"the region group holds itself: {' > '.join(circle)}"
            yield Problem("PACK-023", ("region_groups", id_), what, "break the circle", at_key=True)


def places_of(pack: Pack, regions: tuple[str, ...], day: date) -> frozenset[str]:
    """`Pack.places` with WORLD spelt out, so that lists can be compared."""
    places = pack.places(regions, day)
    return (places - {WORLD}) | COUNTRIES if WORLD in places else places


def _is_known(pack: Pack, region: str) -> bool:
    return region in pack.region_groups or region in MEMBERSHIPS or region == WORLD or is_region(region)


def _meant(pack: Pack, region: str) -> str:
    if (code := region_meant(region)) is not None:
        return f"write {code}"
    if _is_known(pack, region.upper()):
        return f"write {region.upper()}"
    if (called := country_called(region)) is not None:
        return f"write {called}"
    meant = nearest(region, (*pack.region_groups, *MEMBERSHIPS, WORLD))
    if meant:
        return f"write {meant}"
    return "use an ISO 3166 code such as CH or CA-QC, EU, EEA, WORLD, or an entry of region_groups:"


def _unresolved(pack: Pack) -> Iterator[str]:
    """The groups that are left when those that hold no group left are taken away, again and again: every circle.

    What leads into a circle is left, too, and what lies between two; `_circle` tells them apart.
    """
    groups = pack.region_groups
    inner = {id_: {name for name in group.include if name in groups} for id_, group in groups.items()}
    outer: dict[str, list[str]] = {id_: [] for id_ in groups}
    for id_, names in inner.items():
        for name in names:
            outer[name].append(id_)
    waiting = {id_: len(names) for id_, names in inner.items()}
    whole = [id_ for id_, count in waiting.items() if count == 0]
    while whole:
        for id_ in outer[whole.pop()]:
            waiting[id_] -= 1
            if waiting[id_] == 0:
                whole.append(id_)
    return (id_ for id_, count in waiting.items() if count)


def _circle(pack: Pack, start: str) -> list[str]:
    """The groups from `start` back to `start`; empty when there is no such way."""
    came_from: dict[str, str] = {}
    trail = [start]
    while trail:
        group = trail.pop()
        for entry in pack.region_groups[group].include:
            if entry == start:
                way = [group]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return [*reversed(way), start] if len(way) <= _MOST_SHOWN else [start, "…", start]
            if entry in pack.region_groups and entry not in came_from:
                came_from[entry] = group
                trail.append(entry)
    return []
