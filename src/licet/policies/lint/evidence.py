"""Facts that nobody can look up: no citation, an unsure one, one surer than its source, an entry that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator

from licet.decide.explain import status_told
from licet.packs.model import Pack, Status
from licet.packs.pack_problems import Path, Problem
from licet.packs.pack_references import citations
from licet.packs.pack_regions import region_lists


def check_evidence(pack: Pack) -> Iterator[Problem]:
    yield from _uncited(pack)
    yield from _unsure(pack)
    yield from _surer_than_their_source(pack)
    yield from _unused(pack)


def _uncited(pack: Pack) -> Iterator[Problem]:
    """PACK-114: a notice, setting or rule without a quotation."""
    parts: list[tuple[Path, str, bool]] = []
    parts += [
        (("notices", id_), f'the notice "{id_}"', entry.cite is None) for id_, entry in pack.notices.items()
    ]
    parts += [
        (("settings", id_), f'the setting "{id_}"', entry.cite is None)
        for id_, entry in pack.settings.items()
    ]
    parts += [(("rules", n), f'the rule "{rule.id}"', rule.cite is None) for n, rule in enumerate(pack.rules)]
    for path, name, uncited in parts:
        if uncited:
            yield Problem("PACK-114", path, f"{name} cites nothing", "add cite: with a source and a quote")


def _unsure(pack: Pack) -> Iterator[Problem]:
    """PACK-113: a notice, setting, statement or rule that rests on a fact nobody has simply stated."""
    for path, cite in citations(pack):
        is_doubted = cite.status is not Status.STATED or cite.limited_in is not None
        if is_doubted and path[0] in ("rules", "settings", "notices", "statements"):
            name = f'"{pack.rules[path[1]].id}"' if isinstance(path[1], int) else f'"{path[1]}"'
            what = f"{name} rests on a fact that is {status_told(pack, cite).replace('_', ' ')}"
            where = (*path, "status" if cite.status is not Status.STATED else "limited_in")
            yield Problem("PACK-113", where, what, "look for a text that states it")


def _surer_than_their_source(pack: Pack) -> Iterator[Problem]:
    """PACK-143: a fact that only a page about the platform tells, and that is not marked so."""
    for path, cite in citations(pack):
        source = pack.sources[cite.source]
        if source.kind == "secondary" and cite.status not in (Status.UNVERIFIED, Status.DISPUTED):
            told = status_told(pack, cite).replace("_", " ")
            what = f'"{cite.source}" is a page about the platform, and a fact of it is {told}'
            fix = "write status: unverified, or disputed where the platform's own text says otherwise"
            yield Problem("PACK-143", (*path, "status"), what, fix)


def _unused(pack: Pack) -> Iterator[Problem]:
    """PACK-115: an entry that nothing refers to."""
    regions = {region for _, regions in region_lists(pack) for region in regions}
    limits = {region for _, cite in citations(pack) for region in cite.limited_in or ()}
    stood_in = {source for version in pack.versions.values() for source in version.sources}
    used: dict[str, set[str | None]] = {
        "sources": {*(cite.source for _, cite in citations(pack)), *stood_in},
        "notices": {rule.notice for rule in pack.rules},
        "region_groups": {*regions, *limits},
        "recipients": {recipient for rule in pack.rules for recipient in rule.recipients},
    }
    for part, names in used.items():
        for id_ in getattr(pack, part):
            if id_ not in names:
                what = f'nothing refers to "{id_}" under {part}'
                yield Problem("PACK-115", (part, id_), what, "use it or remove it", at_key=True)
