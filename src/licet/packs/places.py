"""Regions in a pack: each code is one, each group is there, and no group holds itself.

`NO` is Norway here, never a "no". Codes are those of ISO 3166: countries from `licet.terms.regions`, subdivisions
from pycountry, which also turns a country's name into the code that was meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from licet.packs.model import Pack
from licet.packs.problems import Path, Problem, nearest
from licet.terms.regions import COUNTRIES, MEMBERSHIPS, WORLD, is_region

_OTHER_NAMES = {"UK": "GB", "EL": "GR"}


def region_lists(pack: Pack) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Every list of regions in the pack, with the way to it."""
    for id_, group in pack.region_groups.items():
        yield ("region_groups", id_, "include"), group.include
    for id_, setting in pack.settings.items():
        for number, exception in enumerate(setting.default.exceptions):
            if exception.regions is not None:
                yield ("settings", id_, "default", "exceptions", number, "regions"), exception.regions
    for number, rule in enumerate(pack.rules):
        if rule.regions is not None:
            yield ("rules", number, "regions"), rule.regions


def check_regions(pack: Pack) -> Iterator[Problem]:
    for path, regions in region_lists(pack):
        for number, region in enumerate(regions):
            if not _is_known(pack, region):
                yield Problem(
                    "PACK-010", (*path, number), f'region "{region}" is not known', _meant(pack, region)
                )


def check_groups(pack: Pack) -> Iterator[Problem]:
    for id_ in pack.region_groups:
        circle = _circle(pack, id_)
        if circle:
            what = f"the region group holds itself: {' > '.join(circle)}"
            yield Problem("PACK-023", ("region_groups", id_), what, "break the circle", at_key=True)


def places_of(pack: Pack, regions: tuple[str, ...], day: date) -> frozenset[str]:
    """`Pack.places` with WORLD spelt out, so that lists can be compared."""
    places = pack.places(regions, day)
    return (places - {WORLD}) | COUNTRIES if WORLD in places else places


def _is_known(pack: Pack, region: str) -> bool:
    if region in pack.region_groups or region in MEMBERSHIPS or region == WORLD or region in COUNTRIES:
        return True
    return is_region(region) and _is_subdivision(region)


def _is_subdivision(code: str) -> bool:
    import pycountry  # late: its tables take a tenth of a second, and few policies name subdivisions

    found = pycountry.subdivisions.get(code=code)  # type: ignore[no-untyped-call]
    return found is not None


def _meant(pack: Pack, region: str) -> str:
    import pycountry

    if region.upper() in _OTHER_NAMES:
        return f"write {_OTHER_NAMES[region.upper()]}"
    if _is_known(pack, region.upper()):
        return f"write {region.upper()}"
    try:
        return f"write {pycountry.countries.lookup(region).alpha_2}"
    except LookupError:
        pass
    meant = nearest(region, (*pack.region_groups, *MEMBERSHIPS, WORLD))
    if meant:
        return f"write {meant}"
    return "use an ISO 3166 code such as CH or CA-QC, EU, EEA, WORLD, or an entry of region_groups:"


def _circle(pack: Pack, start: str) -> list[str]:
    """The groups from `start` back to `start`; empty when there is no such way."""
    trail: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while trail:
        way = trail.pop()
        for entry in pack.region_groups[way[-1]].include:
            if entry == start:
                return [*way, start]
            if entry in pack.region_groups and entry not in seen:
                seen.add(entry)
                trail.append((*way, entry))
    return []
