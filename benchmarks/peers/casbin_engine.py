"""The same rules in casbin, twice: as its manual would have it, and as fast as its API lets it be.

`plain` is an `Enforcer` whose matcher compares attributes, with functions for what an expression cannot say.
`fast` is a `FastEnforcer`, which first narrows the rules to those of the question's purpose and kind of data (kinds
of data written out, so that nothing has to look upwards), with all other conditions in one Python function. Both
refuse by a rule's effect (`deny` beats `allow`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.machine import peer
from benchmarks.peers.plain import PlainQuestion, PlainRule, leaves

_EFFECT = "e = some(where (p.eft == allow)) && !some(where (p.eft == deny))"

_PLAIN = f"""
[request_definition]
r = purpose, category, recipient, facts
[policy_definition]
p = purpose, category, recipient, rule, eft
[policy_effect]
{_EFFECT}
[matchers]
m = r.purpose == p.purpose && r.recipient == p.recipient && under(r.category, p.category) \
&& r.facts.at >= starts(p.rule) && covers(p.rule, r.facts.country) && shown(p.rule, r.facts.audience) \
&& stands(p.rule, r.facts)
"""

_FAST = f"""
[request_definition]
r = purpose, category, recipient, facts
[policy_definition]
p = purpose, category, recipient, rule, eft
[policy_effect]
{_EFFECT}
[matchers]
m = r.recipient == p.recipient && applies(p.rule, r.facts)
"""


class Casbin:
    """Answers questions by number, by one of the two enforcers."""

    def __init__(self, rules: list[PlainRule], asked: list[PlainQuestion], *, fast: bool) -> None:
        self._enforcer = _fast(rules, asked) if fast else _plain(rules)
        self._requests = [(one.purpose, one.category, one.recipient, one) for one in asked]

    def ask(self, number: int) -> bool:
        return bool(self._enforcer.enforce(*self._requests[number]))

    def asker(self, numbers: list[int]) -> Callable[[], None]:
        """Asks these questions one after the other."""
        enforce = self._enforcer.enforce
        requests = [self._requests[number] for number in numbers]

        def ask() -> None:
            for request in requests:
                enforce(*request)

        return ask


def _plain(rules: list[PlainRule]) -> Any:
    by_id = {rule.id: rule for rule in rules}
    casbin = peer("casbin")
    enforcer = casbin.Enforcer(_model(casbin.Model(), _PLAIN))
    enforcer.add_function("under", lambda kind, above: kind == above or kind.startswith(above + "."))
    enforcer.add_function("starts", lambda rule: by_id[rule].starts)
    enforcer.add_function("covers", lambda rule, country: _covers(by_id[rule], country))
    enforcer.add_function("shown", lambda rule, audience: _shown(by_id[rule], audience))
    enforcer.add_function("stands", lambda rule, facts: _stands(by_id[rule], facts))
    _add(enforcer, [(rule, kind) for rule in rules for kind in rule.categories])
    return enforcer


def _fast(rules: list[PlainRule], asked: list[PlainQuestion]) -> Any:
    by_id = {rule.id: rule for rule in rules}
    casbin = peer("casbin")
    narrowed_by = [0, 1]  # purpose and kind of data
    enforcer = casbin.FastEnforcer(_model(casbin.FastModel(narrowed_by), _FAST), cache_key_order=narrowed_by)
    enforcer.add_function("applies", lambda rule, facts: _applies(by_id[rule], facts))
    _add(enforcer, [(rule, kind) for rule in rules for kind in leaves(rule, asked)])
    return enforcer


def _model(model: Any, text: str) -> Any:
    model.load_model_from_text(text)
    return model


def _add(enforcer: Any, told: list[tuple[PlainRule, str]]) -> None:
    for rule, kind in told:
        for purpose in rule.purposes:
            for recipient in rule.recipients:
                effect = "allow" if rule.permits else "deny"
                enforcer.model.add_policy("p", "p", [purpose, kind, recipient, rule.id, effect])


def _applies(rule: PlainRule, facts: PlainQuestion) -> bool:
    return (
        facts.at >= rule.starts
        and _covers(rule, facts.country)
        and _shown(rule, facts.audience)
        and _stands(rule, facts)
    )


def _covers(rule: PlainRule, country: str | None) -> bool:
    return rule.countries is None or country in rule.countries


def _shown(rule: PlainRule, audience: str | None) -> bool:
    return rule.audiences is None or audience in rule.audiences


def _stands(rule: PlainRule, facts: PlainQuestion) -> bool:
    if rule.setting is None:
        return True
    return rule.setting in facts.on if rule.asked else rule.setting not in facts.off
