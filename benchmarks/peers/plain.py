"""Rules without licet's own types, as any engine can be told them; and questions likewise.

Refuses a policy that says what not every contender can be told: then a benchmark would compare different work.
"""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from benchmarks.policies import Question
from licet.packs import Pack, Rule
from licet.packs.model import State
from licet.terms import ChoiceState
from licet.terms.vocabulary import ancestors

#: The moment at which country groups are resolved; no membership changes within the questions' dates.
_RESOLVED_AT = date(2026, 1, 1)


class PlainRule(NamedTuple):
    """starts: seconds since 1970 (0: always). None for countries, audiences and setting: the rule does not ask.

    asked: the setting must have been switched on; without it, not being switched off is enough.
    """

    id: str
    permits: bool
    purposes: tuple[str, ...]
    categories: tuple[str, ...]
    recipients: tuple[str, ...]
    starts: int
    countries: frozenset[str] | None
    audiences: frozenset[str] | None
    setting: str | None
    asked: bool


class PlainQuestion(NamedTuple):
    """at: seconds since 1970. on, off: the settings a member switched on or off."""

    purpose: str
    category: str
    recipient: str
    at: int
    country: str | None
    audience: str | None
    on: frozenset[str]
    off: frozenset[str]


def plain_rules(pack: Pack) -> list[PlainRule]:
    """Raises: ValueError when the pack says more than every contender understands."""
    return [_plain_rule(pack, rule) for rule in pack.rules]


def plain_question(question: Question) -> PlainQuestion:
    request, facts = question
    if request.at is None:
        raise ValueError("a question without a moment")
    on = {id_ for id_, state in facts.choices.items() if state is ChoiceState.GIVEN}
    off = set(facts.choices) - on
    country = None if facts.region is None else facts.region[:2]
    return PlainQuestion(
        request.purpose, request.category, request.recipient, int(request.at.timestamp()), country,
        request.visibility, frozenset(on), frozenset(off),
    )  # fmt: skip


def leaves(rule: PlainRule, asked: list[PlainQuestion]) -> list[str]:
    """The kinds of data asked about that the rule covers, itself or by a kind above."""
    known = sorted({question.category for question in asked})
    return [kind for kind in known if not set(ancestors(kind)).isdisjoint(rule.categories)]


def _plain_rule(pack: Pack, rule: Rule) -> PlainRule:
    _refuse_more(pack, rule)
    starts = pack.applies_from(rule)
    countries = None if rule.regions is None else pack.places(rule.regions, _RESOLVED_AT)
    if countries is not None and any(len(country) != 2 for country in countries):
        raise ValueError(f"rule {rule.id} names a subdivision")
    setting = None if rule.setting is None else pack.settings[rule.setting]
    return PlainRule(
        rule.id,
        rule.effect == "permit",
        rule.purposes,
        rule.categories,
        rule.recipients,
        0 if starts is None else int(starts.timestamp()),
        countries,
        None if rule.visibility is None else frozenset(rule.visibility),
        rule.setting,
        setting is not None and setting.default.state is State.OFF,
    )


def _refuse_more(pack: Pack, rule: Rule) -> None:
    said: list[Any] = [
        rule.until, rule.created_from, rule.created_before, rule.minimum_age, rule.maximum_age, rule.plans,
        rule.legal_basis,
    ]  # fmt: skip
    if rule.setting is not None:
        setting = pack.settings[rule.setting]
        said += [*setting.default.exceptions, *setting.honours, *setting.replaces]
    if any(part is not None for part in said):
        raise ValueError(f"rule {rule.id} says more than every contender understands")
