"""Rules that do less than they say: they never apply, a forbid swallows them, or they start before their notice."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta

from licet.packs.model import CONSENT_BASES, Pack, Rule, State
from licet.packs.pack_problems import Path, Problem
from licet.packs.pack_regions import places_of
from licet.policies.lint.legal_bases import not_in_force
from licet.terms.moments import midnight
from licet.terms.regions import WORLD
from licet.terms.vocabulary import ADVERTISING, ancestors, is_closed


def check_rules(pack: Pack) -> Iterator[Problem]:
    forbids = _forbids(pack)
    yield from _terms(pack)
    for number, rule in enumerate(pack.rules):
        path: Path = ("rules", number)
        yield from _never(pack, rule, path)
        yield from _before_notice(pack, rule, path)
        yield from _says_twice(rule, path)
        yield from _no_law(rule, path)
        if rule.effect == "permit":
            yield from _shadowed(pack, rule, path, forbids)
            yield from _basis(pack, rule, path)
            yield from _retention(rule, path)
            yield from _closed(pack, rule, path)


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


def _retention(rule: Rule, path: Path) -> Iterator[Problem]:
    """PACK-142: nobody knows who says how long something is kept."""
    is_sourced = rule.retention_cite is not None or rule.retention_house_rule
    if rule.retention_days is not None and not is_sourced:
        what = f'the rule "{rule.id}" keeps what is made for {rule.retention_days} days, and cites nobody'
        yield Problem("PACK-142", (*path, "retention_days"), what,
                      "add retention_cite:, or retention_house_rule: true where no text states it")  # fmt: skip


def _terms(pack: Pack) -> Iterator[Problem]:
    """PACK-142: the same of what a recipient keeps; and a source that is of nothing."""
    for id_, one in pack.recipients.items():
        days = [one.retention_days, one.lease_days, one.removal_days]
        is_said, is_sourced = any(days), one.terms_cite is not None or bool(one.terms_house_rule)
        if is_said is not is_sourced:
            why = (
                "has days, and cites nobody for them"
                if is_said
                else "cites somebody for days that it has not"
            )
            fix = "write retention_days:, lease_days: or removal_days: with terms_cite:, or terms_house_rule: true"
            yield Problem("PACK-142", ("recipients", id_), f'the recipient "{id_}" {why}', fix)


def _closed(pack: Pack, rule: Rule, path: Path) -> Iterator[Problem]:
    """PACK-145: what the vocabulary closes, so that no use is permitted by it here."""
    purposes = {word for purpose in {*rule.purposes} for word in pack.purpose_line(purpose)}
    line = tuple(purposes & ADVERTISING)
    closed = [category for category in dict.fromkeys(rule.categories) if line and is_closed(line, category)]
    if closed:
        kinds = ", ".join(closed)
        what = f'the permit "{rule.id}" lets {kinds} choose advertisements, which no use here may'
        fix = "remove it from a policy of your own; leave it where it says what somebody else does"
        yield Problem("PACK-145", (*path, "categories"), what, fix)


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
    first = {kind: at for at, kind in reversed([*enumerate(rule.categories)])}
    for at, category in enumerate(rule.categories):
        above = [
            kind for kind in ancestors(category) if kind in first and (kind != category or first[kind] < at)
        ]
        if above:
            what = f'the rule "{rule.id}" names {category}, which {min(above, key=first.__getitem__)} already covers'
            yield Problem("PACK-120", (*path, "categories", at), what, "keep one of the two")
    for key in ("purposes", "recipients"):
        words: tuple[str, ...] = getattr(rule, key)
        seen: set[str] = set()
        for at, word in enumerate(words):
            if word in seen:
                what = f'the rule "{rule.id}" names {word} twice'
                yield Problem("PACK-120", (*path, key, at), what, "keep one of the two")
            seen.add(word)


#: Forbids that a permit is held against, and questions that it may answer to be held against them.
_MOST_COMPARED, _MOST_QUESTIONS = 100, 10_000

#: Forbids by what they speak of first.
Forbids = Mapping[tuple[str, str, str], Sequence[Rule]]


def _forbids(pack: Pack) -> Forbids:
    """Forbids by each purpose, kind of data and recipient they name."""
    found: dict[tuple[str, str, str], list[Rule]] = {}
    for rule in pack.rules:
        if rule.effect == "forbid":
            named = itertools.product(rule.purposes, rule.categories, rule.recipients)
            for words in itertools.islice(named, _MOST_QUESTIONS):
                found.setdefault(words, []).append(rule)
    return found


def _shadowed(pack: Pack, permit: Rule, path: Path, forbids: Forbids) -> Iterator[Problem]:
    """PACK-102: forbids take back everything that a permit gives.

    Only so many are compared, so that the work follows the rules and not their pairs; a permit of very many questions
    is left alone.
    """
    if len(permit.purposes) * len(permit.categories) * len(permit.recipients) > _MOST_QUESTIONS:
        return
    compared: dict[str, bool] = {}

    def holds(forbid: Rule) -> bool:
        if forbid.id not in compared:
            compared[forbid.id] = len(compared) < _MOST_COMPARED and _holds_wherever(pack, forbid, permit)
        return compared[forbid.id]

    by: list[str] = []
    for purpose, category, recipient in itertools.product(
        permit.purposes, permit.categories, permit.recipients
    ):
        asked = itertools.product(pack.purpose_line(purpose), ancestors(category), (recipient,))
        touching = itertools.chain.from_iterable(forbids.get(words, ()) for words in asked)
        over = next(filter(holds, itertools.islice(touching, _MOST_COMPARED)), None)
        if over is None:
            return
        by.append(over.id)
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
        if not all(place[:2] in outer for place in inner - outer):
            return False
    return True


def _no_law(rule: Rule, path: Path) -> Iterator[Problem]:
    """PACK-144: a legal basis that is not in force on the last day of the rule."""
    fault = None if rule.legal_basis is None else not_in_force(rule.legal_basis)
    if fault is not None and (fault.until is None or _last_day(rule) >= fault.until):
        said = "is only proposed" if fault.until is None else f"was repealed on {fault.until}"
        what = f'the rule "{rule.id}" rests on {fault.name}, which {said} ({fault.source})'
        fix = f"name a basis that is law, or read again what became of it since {fault.read}"
        yield Problem("PACK-144", (*path, "legal_basis"), what, fix)


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
