"""A second, plain reading of a pack, straight off its rules: slow, without reasons, and apart from `decide`.

Each condition of a rule is true, false or open (None); so is their conjunction, by Kleene's tables. `decide` must
permit just what this permits. Packs that follow other packs are not read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, timedelta

from licet.decide import EVERYTHING, Facts, No, Request
from licet.packs import Pack, Rule, Setting
from licet.packs.model import CONSENT_BASES
from licet.terms import EVERY_USE, ChoiceState, Code
from licet.terms.moments import midnight
from licet.terms.regions import ONE_PLACE, WORLD, is_region
from licet.terms.vocabulary import ADVERTISING, ADVERTISING_YEARS, AUDIENCES, ORGANISATION, PLANS

YES = (ChoiceState.GIVEN, ChoiceState.GIVEN_AGAIN)
NO = (ChoiceState.REFUSED, ChoiceState.WITHDRAWN)


def reads_as_permitted(request: Request, facts: Facts, pack: Pack) -> bool:
    """For a question whose words the pack knows, whose pair is not closed, with a moment."""
    assert request.at is not None
    in_scope = [rule for rule in pack.rules if speaks_of(rule, request, pack)]
    truths = {
        effect: [applies(rule, request, facts, pack) for rule in in_scope if rule.effect == effect]
        for effect in ("permit", "forbid")
    }
    said_yes = any(
        _said_yes(rule.setting, facts, pack) and applies(rule, request, facts, pack)
        for rule in in_scope
        if rule.effect == "permit"
    )
    return (
        (facts.choices.get(EVERY_USE) not in NO or said_yes)
        and True in truths["permit"]
        and None not in truths["permit"]
        and True not in truths["forbid"]
        and None not in truths["forbid"]
        and not any(_covers(no, in_scope, request, pack) for no in request.noes)
        and _is_read(request, facts, pack)
    )


def _is_read(request: Request, facts: Facts, pack: Pack) -> bool:
    """Whether the pack speaks for the question: its moment, its words, and where the member is."""
    own, at = pack.purposes.get(request.purpose), request.at
    purposes = {request.purpose, own.kind_of if own is not None else None}
    return pack.scope is None or any(
        at is not None
        and (part.from_ is None or at >= midnight(part.from_))
        and (part.until is None or at < midnight(part.until))
        and (part.purposes is None or not purposes.isdisjoint(part.purposes))
        and (part.recipients is None or request.recipient in part.recipients)
        and (
            part.categories is None
            or any(f"{request.category}.".startswith(f"{kind}.") for kind in part.categories)
        )
        and (part.regions is None or is_in(facts.region, part.regions, request, pack) is True)
        for part in pack.scope
    )


def _covers(no: No, in_scope: list[Rule], request: Request, pack: Pack) -> bool:
    """Whether a no to one record is one to the question: by a permit's setting, or one whose place that took."""
    settings = [rule.setting for rule in in_scope if rule.setting is not None]
    for setting in settings:  # grows on the way
        settings += [
            old for old in pack.settings[setting].replaces if old in pack.settings and old not in settings
        ]
    replaced = {old for setting in settings for old in pack.settings[setting].replaces}
    known = no.category == EVERYTHING or pack.category_term(no.category) is not None
    kinds = {no.category} if known else {no.category, no.category.partition(".")[0]}
    settings_let = no.setting in pack.settings and pack.settings[no.setting].organisation_may_refuse
    may = (
        no.code is Code.RECORD_REFUSED
        or settings_let
        or any(
            entry.organisation_may_refuse and f"{no.category}.".startswith(f"{kind}.")
            for kind, entry in pack.categories.items()
        )
    )
    return (
        may
        and no.setting in {EVERYTHING, *settings, *replaced}
        and any(kind == EVERYTHING or f"{request.category}.".startswith(f"{kind}.") for kind in kinds)
    )


def speaks_of(rule: Rule, request: Request, pack: Pack) -> bool:
    """Whether a rule's words cover a question: its purpose or what that is a kind of, its kind or one above."""
    own = pack.purposes.get(request.purpose)
    purposes = {request.purpose, own.kind_of if own is not None else None}
    kinds = [kind for kind in rule.categories if (request.category + ".").startswith(kind + ".")]
    return bool(purposes & set(rule.purposes) and kinds and request.recipient in rule.recipients)


def conjunction(truths: Iterable[bool | None]) -> bool | None:
    told = list(truths)
    return False if False in told else None if None in told else True


def applies(rule: Rule, request: Request, facts: Facts, pack: Pack) -> bool | None:
    return conjunction(_conditions(rule, request, facts, pack))


def _conditions(rule: Rule, request: Request, facts: Facts, pack: Pack) -> Iterator[bool | None]:
    at = request.at
    assert at is not None
    if rule.from_ is not None:
        yield at >= midnight(rule.from_)
    if rule.until is not None:
        yield at < midnight(rule.until)
    if rule.notice is not None:
        notice = pack.notices[rule.notice]
        yield notice.effective is not None and at >= midnight(notice.effective)
        yield at >= midnight(notice.published) + timedelta(days=notice.period_days)
    if rule.regions is not None:
        yield is_in(facts.region, rule.regions, request, pack)
    elif rule.effect == "permit":
        yield True if is_region(facts.region) else None
    age = facts.age if facts.age is not None and 0 <= facts.age <= 120 else None
    own = pack.purposes.get(request.purpose)
    is_theirs = request.category.split(".")[0] != ORGANISATION
    if (
        rule.effect == "permit"
        and is_theirs
        and {request.purpose, own.kind_of if own else None} & ADVERTISING
    ):
        yield None if age is None else age >= ADVERTISING_YEARS
    if rule.minimum_age is not None:
        yield None if age is None else age >= rule.minimum_age
    if rule.maximum_age is not None:
        yield None if age is None else age <= rule.maximum_age
    if rule.plans is not None:
        yield facts.plan in rule.plans if facts.plan in _plans(pack) else None
    if rule.visibility is not None:
        yield request.visibility in rule.visibility if request.visibility in _audiences(pack) else None
    if rule.created_from is not None:
        yield None if request.created is None else request.created >= midnight(rule.created_from)
    if rule.created_before is not None:
        yield None if request.created is None else request.created < midnight(rule.created_before)
    if rule.setting is not None:
        yield _lets(rule.setting, rule.legal_basis in CONSENT_BASES, request, facts, pack)


def _audiences(pack: Pack) -> set[str]:
    """Who could see a record, in words that anybody declared."""
    return {*AUDIENCES, *(word for rule in pack.rules for word in rule.visibility or ())}


def _plans(pack: Pack) -> set[str]:
    """Plans in words that anybody declared: the vocabulary, a rule, or a default."""
    told = [rule.plans for rule in pack.rules]
    told += [one.plans for setting in pack.settings.values() for one in setting.default.exceptions]
    return {*PLANS, *(word for plans in told for word in plans or ())}


def is_in(region: str | None, regions: tuple[str, ...], request: Request, pack: Pack) -> bool | None:
    assert request.at is not None
    places = pack.places(regions, request.at.astimezone(UTC).date())
    if region is None or not is_region(region):
        return None
    # a place of two codes is one, and neither surely within the other country nor surely without
    names = {region, *(code for pair in ONE_PLACE.items() for code in pair if region in pair)}
    own = {name for name in names if name not in ONE_PLACE}
    if WORLD in places or names & places or any(name[:2] in places for name in own):
        return True
    above = {code[:2] for code, place in ONE_PLACE.items() for name in own if place[:2] == name[:2]}
    if above & places:
        return None
    parts = {*places, *(code for code, place in ONE_PLACE.items() if place in places or place[:2] in places)}
    return None if any(part.startswith(f"{name}-") for part in parts for name in own) else False


def is_refused(setting: str, category: str, facts: Facts) -> bool:
    """Whether the member said no to a setting, wholly or for this kind of data or one above it.

    A yes after a no that is bound to nothing is none, so the no goes on.
    """
    kinds = facts.narrow_bound.get(setting, {})
    return _is_no(facts.choices.get(setting), facts.bound.get(setting)) or any(
        _is_no(state, kinds.get(kind)) and (category + ".").startswith(kind + ".")
        for kind, state in facts.narrow.get(setting, {}).items()
    )


def _is_no(state: ChoiceState | None, pack: str | None) -> bool:
    return state in NO or (state is ChoiceState.GIVEN_AGAIN and pack is None)


def _said_yes(setting: str | None, facts: Facts, pack: Pack) -> bool:
    return (
        setting is not None and facts.choices.get(setting) in YES and facts.bound.get(setting) == pack.digest
    )


def stands_for(setting: str, pack: Pack) -> set[str]:
    """A setting, those it replaces, those they replace, and so on."""
    found = {setting}
    while (
        more := {old for id_ in found & pack.settings.keys() for old in pack.settings[id_].replaces} - found
    ):
        found |= more
    return found


def _lets(id_: str, needs_consent: bool, request: Request, facts: Facts, pack: Pack) -> bool | None:
    setting = pack.settings[id_]
    if any(is_refused(one, request.category, facts) for one in stands_for(id_, pack)):
        return False
    if set(setting.honours) & facts.signals:
        return False
    if _said_yes(id_, facts, pack):
        return True
    return False if needs_consent else _starts_on(setting, request, facts, pack)


def _starts_on(setting: Setting, request: Request, facts: Facts, pack: Pack) -> bool | None:
    """Where a setting stands for someone never asked: off wherever an exception says so, else open, else on."""
    age = facts.age if facts.age is not None and 0 <= facts.age <= 120 else None
    states = {"on": [setting.default.state.value == "on"], "off": [False]}
    told: dict[str, list[bool | None]] = {name: list(found) for name, found in states.items()}
    for exception in setting.default.exceptions:
        told[exception.state.value].append(
            conjunction(
                [
                    *(
                        [is_in(facts.region, exception.regions, request, pack)]
                        if exception.regions is not None
                        else []
                    ),
                    *(
                        [facts.plan in exception.plans if facts.plan in _plans(pack) else None]
                        if exception.plans
                        else []
                    ),
                    *([None if age is None else age < exception.below_age] if exception.below_age else []),
                ]
            )
        )
    if True in told["off"]:
        return False
    return None if None in [*told["off"], *told["on"]] else True in told["on"]
