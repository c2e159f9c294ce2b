"""Which kinds of data a policy uses where: asked of `decide`, for an adult who lets every control stand.

Asked once for all countries that no rule of either policy tells apart, at a moment when everything that either
names a day for has begun. What a default or a choice changes is not in here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from licet.decide import Facts, Policy, Request, decide
from licet.packs import Pack
from licet.packs.model import NEVER
from licet.terms import ChoiceState
from licet.terms.moments import midnight
from licet.terms.regions import COUNTRIES, lies_in
from licet.terms.vocabulary import CATEGORIES, ancestors

_AGE = 30

#: Countries and provinces that fare alike under both policies.
Alike = frozenset[str]


def common_moment(*packs: Pack) -> datetime:
    """The first moment when every rule of these packs that names a day has begun."""
    starts = [pack.applies_from(rule) for pack in packs for rule in pack.rules]
    dated = [start for start in starts if start is not None and start < NEVER]
    return max([*dated, *(midnight(pack.observed) for pack in packs if not dated)])


def places_alike(policies: Iterable[Policy], at: datetime) -> list[Alike]:
    """Every country, and every province that a rule or a scope names, in groups that neither tells apart."""
    asked = list(policies)
    clauses = (policy.clause(rule.id) for policy in asked for rule in policy.pack.rules)
    named = [clause.places.at(at) for clause in clauses if clause.places is not None]
    named += [
        policy.pack.places(part.regions, at.date())
        for policy in asked
        for part in policy.pack.scope or ()
        if part.regions is not None
    ]
    lists = list(dict.fromkeys(named))
    provinces = {place for places in lists for place in places if "-" in place}
    found: dict[tuple[bool | None, ...], set[str]] = {}
    for place in sorted(COUNTRIES | provinces):
        found.setdefault(tuple(lies_in(place, places) for places in lists), set()).add(place)
    return [frozenset(group) for group in found.values()]


def kinds_known(*packs: Pack) -> tuple[str, ...]:
    """Every kind of data that the vocabulary or one of the packs has a word for."""
    own = (
        kind for pack in packs for kind in (*pack.categories, *(k for r in pack.rules for k in r.categories))
    )
    return tuple(dict.fromkeys((*CATEGORIES, *own)))


def kinds_used(
    policy: Policy, purpose: str, recipient: str, place: str, kinds: Iterable[str], at: datetime
) -> frozenset[str]:
    """The kinds of which some record of somebody in `place` is used."""
    people = list(_people(policy.pack, place))
    made = list(_days(policy.pack, at))
    shown = dict.fromkeys(("public", *(v for rule in policy.pack.rules for v in rule.visibility or ())))

    def is_used(kind: str) -> bool:
        return policy.cell(purpose, kind, recipient).permits != () and any(
            decide(Request(purpose, kind, recipient, at, audience, created), facts, policy).permitted
            for facts in people
            for created in made
            for audience in shown
        )

    return frozenset(kind for kind in kinds if is_used(kind))


def kinds_unread(
    policy: Policy, purpose: str, recipient: str, place: str, kinds: Iterable[str], at: datetime
) -> frozenset[str]:
    """The kinds of data of which nobody here has read what applies to a use in a place."""
    pack, line = policy.pack, policy.pack.purpose_line(purpose)

    def is_unread(kind: str) -> bool:
        regions = pack.regions_read(line, ancestors(kind), recipient, at)
        return regions is not None and lies_in(place, pack.places(regions, at.date())) is not True

    return frozenset(filter(is_unread, kinds))


def topmost(kinds: frozenset[str], known: Iterable[str]) -> list[str]:
    """The fewest words for a set of kinds: a branch for all that lies below it, else what of it there is."""
    below: dict[str, list[str]] = {}
    for kind in known:
        below.setdefault(kind.rpartition(".")[0], []).append(kind)

    def words(kind: str) -> Iterator[str]:
        inner = [word for child in below.get(kind, ()) for word in words(child)]
        whole = kind in kinds and all(child in kinds for child in _all_below(kind, below))
        if whole or (kind in kinds and not inner):
            yield kind
        else:
            yield from inner

    return [word for root in below.get("", ()) for word in words(root)]


def _all_below(kind: str, below: dict[str, list[str]]) -> Iterator[str]:
    for child in below.get(kind, ()):
        yield child
        yield from _all_below(child, below)


def _people(pack: Pack, place: str) -> Iterator[Facts]:
    given = dict.fromkeys(pack.settings, ChoiceState.GIVEN)
    named = dict.fromkeys(plan for rule in pack.rules for plan in rule.plans or ())
    plans = [pack.other_plan, *named]
    for plan in plans:
        yield Facts(place, _AGE, plan, given, bound=dict.fromkeys(pack.settings, pack.digest))


def _days(pack: Pack, at: datetime) -> Iterator[datetime]:
    yield at
    for rule in pack.rules:
        if rule.created_from is not None:
            yield midnight(rule.created_from)
        if rule.created_before is not None and rule.created_before > date.min:
            yield midnight(rule.created_before) - timedelta(days=1)
