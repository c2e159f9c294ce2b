"""What becomes of a download whose owner's place or age is not known: asked of everybody whom it may be.

Where all of them get one answer it is that; where they do not and some of it may be used, it turns on what is not
known. People whom a policy treats alike are asked about once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from licet.audit.inventory import Group
from licet.audit.judgement import Fate, Judge, rank
from licet.audit.topics import Topic
from licet.decide import Decision, Facts, Policy
from licet.packs import Pack, Use
from licet.packs.pack_references import citations
from licet.packs.pack_regions import region_lists
from licet.terms.moments import OLDEST_YEARS
from licet.terms.regions import COUNTRIES, lies_in, subdivisions


class OpenJudge(Judge):
    """One policy, one moment, and everybody whom the owner may be; of two or more, no fact is taken for known."""

    def __init__(self, policy: Policy, people: Sequence[Facts], at: datetime) -> None:
        """people: any that differ in region, in age, or in both."""
        regions, ages = {who.region for who in people}, {who.age for who in people}
        known = people[0]._replace(
            region=people[0].region if len(regions) == 1 else None,
            age=people[0].age if len(ages) == 1 else None,
        )
        super().__init__(policy, known, at)
        self._judges = {(who.region, who.age): Judge(policy, who, at) for who in people}

    def speaks_of(self, use: Use, kind: str) -> bool:
        return any(judge.speaks_of(use, kind) for judge in self._judges.values())

    def answer(self, topic: Topic, kind: str | None, group: Group) -> tuple[Fate, Decision | None]:
        answers = {who: judge.answer(topic, kind, group) for who, judge in self._judges.items()}
        fates = {who: fate for who, (fate, _) in answers.items()}
        first = min(answers.values(), key=lambda answer: rank((answer[0], "")))
        if len({*fates.values()}) == 1 or first[0] not in (Fate.USED, Fate.AMBIGUOUS, Fate.NOT_READ):
            return first
        if first[0] is Fate.NOT_READ:
            return Fate.NOT_READ, None
        by_age: dict[int | None, set[Fate]] = {}
        for (_, age), fate in fates.items():
            by_age.setdefault(age, set()).add(fate)
        is_place = any(len(found) > 1 for found in by_age.values())
        return Fate.BY_PLACE if is_place else Fate.BY_AGE, None


def places_told_apart(pack: Pack, at: datetime) -> tuple[str, ...]:
    """A region for each way in which a policy may treat one, the first by name; a country alone where it is whole."""
    lists = {regions for _, regions in region_lists(pack)}
    lists |= {cite.limited_in for _, cite in citations(pack) if cite.limited_in is not None}
    sets = [pack.places(regions, at.date()) for regions in sorted(lists)]
    divided = {place[:2] for places in sets for place in places if len(place) > 2 and place[2] == "-"}
    parts = (part for part in subdivisions() if part[:2] in divided)
    alike: dict[tuple[bool | None, ...], str] = {}
    for region in sorted((*(COUNTRIES - divided), *parts)):
        alike.setdefault(tuple(lies_in(region, places) for places in sets), region)
    return tuple(alike.values())


def ages_told_apart(pack: Pack) -> tuple[int, ...]:
    """An age, in whole years, for each way in which a policy may treat one."""
    edges: Iterable[int | None] = (
        *(rule.minimum_age for rule in pack.rules),
        *(None if rule.maximum_age is None else rule.maximum_age + 1 for rule in pack.rules),
        *(one.below_age for setting in pack.settings.values() for one in setting.default.exceptions),
    )
    return tuple(sorted({0, *(edge for edge in edges if edge is not None and edge <= OLDEST_YEARS)}))
