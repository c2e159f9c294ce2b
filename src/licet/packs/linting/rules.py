"""Rules that do less than they say: they never apply, a forbid swallows them, or they start before their notice."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from licet.packs.model import CONSENT_BASES, Pack, Rule, State
from licet.packs.places import places_of
from licet.packs.problems import Path, Problem
from licet.terms.moments import midnight
from licet.terms.regions import WORLD
from licet.terms.vocabulary import ancestors


def check_rules(pack: Pack) -> Iterator[Problem]:
    for number, rule in enumerate(pack.rules):
        path: Path = ("rules", number)
        yield from _never(pack, rule, path)
        yield from _before_notice(pack, rule, path)
        yield from _says_twice(rule, path)
        if rule.effect == "permit":
            yield from _shadowed(pack, rule, path)
            yield from _basis(pack, rule, path)


def _never(pack: Pack, rule: Rule, path: Path) -> Iterator[Problem]:
    """PACK-101: a condition that nothing can meet."""
    name = f'the rule "{rule.id}" can never apply'
    starts = pack.applies_from(rule)
    if rule.until is not None and starts is not None and midnight(rule.until) <= starts:
        what = f"{name}: it ends on {rule.until}, and starts on {starts.date()} at the earliest"
        yield Problem("PACK-101", (*path, "until"), what, "give it a later until, or remove the rule")
    if None not in (rule.created_from, rule.created_before) and rule.created_before <= rule.created_from:  # type: ignore[operator]
        what = f"{name}: no record is made from {rule.created_from} on and before {rule.created_before}"
        yield Problem("PACK-101", (*path, "created_before"), what, "swap or widen the two days")
    if rule.minimum_age is not None and rule.maximum_age is not None and rule.minimum_age > rule.maximum_age:
        what = f"{name}: nobody is at least {rule.minimum_age} and at most {rule.maximum_age}"
        yield Problem("PACK-101", (*path, "maximum_age"), what, "swap or widen the two ages")
    if rule.regions is not None and not pack.places(rule.regions, _last_day(rule)):
        what = f"{name}: its regions hold no country before {rule.until}"
        yield Problem("PACK-101", (*path, "regions"), what, "name countries that belong to it")


def _last_day(rule: Rule) -> date:
    """The EU and the EEA once held nobody and never will again, so the last day of a rule is the one to ask."""
    return date.max if rule.until is None else max(date.min + timedelta(1), rule.until) - timedelta(1)


def _before_notice(pack: Pack, rule: Rule, path: Path) -> Iterator[Problem]:
    """PACK-108: a first day that the notice overrules."""
    starts = pack.applies_from(rule)
    if (
        rule.from_ is not None
        and rule.notice is not None
        and starts is not None
        and midnight(rule.from_) < starts
    ):
        what = f'the rule "{rule.id}" is from {rule.from_}, but its notice lets it start on {starts.date()}'
        yield Problem("PACK-108", (*path, "from"), what, f"write from: {starts.date()}, or leave it out")


def _says_twice(rule: Rule, path: Path) -> Iterator[Problem]:
    """PACK-120: a word that another word of the same list already covers."""
    for at, category in enumerate(rule.categories):
        others = (*rule.categories[:at], *(kind for kind in rule.categories[at + 1 :] if kind != category))
        above = [kind for kind in others if kind in ancestors(category)]
        if above:
            what = f'the rule "{rule.id}" names {category}, which {above[0]} already covers'
            yield Problem("PACK-120", (*path, "categories", at), what, "keep one of the two")
    for key in ("purposes", "recipients"):
        words: tuple[str, ...] = getattr(rule, key)
        for at, word in enumerate(words):
            if word in words[:at]:
                what = f'the rule "{rule.id}" names {word} twice'
                yield Problem("PACK-120", (*path, key, at), what, "keep one of the two")


def _shadowed(pack: Pack, permit: Rule, path: Path) -> Iterator[Problem]:
    """PACK-102: forbids take back everything that a permit gives."""
    wider = [rule for rule in pack.rules if rule.effect == "forbid" and _holds_wherever(pack, rule, permit)]
    by: list[str] = []
    for purpose in permit.purposes:
        for category in permit.categories:
            for recipient in permit.recipients:
                over = [
                    rule.id
                    for rule in wider
                    if recipient in rule.recipients
                    and any(word in rule.purposes for word in pack.purpose_line(purpose))
                    and any(kind in rule.categories for kind in ancestors(category))
                ]
                if not over:
                    return
                by += over[:1]
    names = ", ".join(f'"{id_}"' for id_ in dict.fromkeys(by))
    what = f'the permit "{permit.id}" permits nothing: {names} forbids all of it'
    yield Problem("PACK-102", path, what, "remove the permit, or narrow the forbid")


def _holds_wherever(pack: Pack, forbid: Rule, permit: Rule) -> bool:
    """Whether the forbid's conditions hold in every case in which the permit's do."""
    starts, permitted_from = pack.applies_from(forbid), pack.applies_from(permit)
    return (
        (starts is None or (permitted_from is not None and starts <= permitted_from))
        and (forbid.until is None or (permit.until is not None and permit.until <= forbid.until))
        and _at_least(permit.created_from, forbid.created_from)
        and _at_most(permit.created_before, forbid.created_before)
        and _at_least(permit.minimum_age, forbid.minimum_age)
        and _at_most(permit.maximum_age, forbid.maximum_age)
        and _within(permit.visibility, forbid.visibility)
        and _within(permit.plans, forbid.plans)
        and _regions_within(pack, permit, forbid)
    )


def _at_least(value: date | int | None, bound: date | int | None) -> bool:
    return bound is None or (value is not None and value >= bound)  # type: ignore[operator]


def _at_most(value: date | int | None, bound: date | int | None) -> bool:
    return bound is None or (value is not None and value <= bound)  # type: ignore[operator]


def _within(few: Collection[str] | None, many: Collection[str] | None) -> bool:
    return many is None or (few is not None and set(few) <= set(many))


def _regions_within(pack: Pack, permit: Rule, forbid: Rule) -> bool:
    if forbid.regions is None:
        return True
    starts = pack.applies_from(permit)
    for day in {starts.date() if starts is not None else pack.observed, _last_day(permit)}:
        inner = places_of(pack, permit.regions or (WORLD,), day)
        outer = places_of(pack, forbid.regions, day)
        if not all(place in outer or place[:2] in outer for place in inner):
            return False
    return True


def _basis(pack: Pack, rule: Rule, path: Path) -> Iterator[Problem]:
    """PACK-107 and PACK-119: no legal basis, or consent that nobody gave."""
    if rule.legal_basis is None:
        what = f'the permit "{rule.id}" names no legal basis'
        yield Problem("PACK-107", path, what, "add legal_basis: such as eu-gdpr:A6-1-f")
    elif rule.legal_basis in CONSENT_BASES:
        setting = None if rule.setting is None else pack.settings[rule.setting]
        if setting is None:
            what = f'the permit "{rule.id}" rests on consent, and no setting asks for it'
            yield Problem("PACK-119", (*path, "legal_basis"), what, "add the setting that asks")
        elif setting.default.state is State.ON:
            what = f'the permit "{rule.id}" rests on consent, but "{rule.setting}" starts on'
            fix = "let the setting start off; licet treats never asked as no"
            yield Problem("PACK-119", (*path, "legal_basis"), what, fix)
