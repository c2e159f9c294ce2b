"""The same rules in Rego, through regopy (rego-cpp), compiled to a bundle before the clock starts.

The rules are data, looked up by purpose and kind of data (written out, so that nothing has to look upwards);
countries and audiences are objects, so that a test is a look-up. Inputs are `regopy.Input` objects already.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.machine import peer
from benchmarks.peers.plain import PlainQuestion, PlainRule, leaves

_MODULE = """
package bench

covers(rule) if { not rule.countries }
covers(rule) if { rule.countries[input.country] }
shown(rule) if { not rule.audiences }
shown(rule) if { rule.audiences[input.audience] }
stands(rule) if { not rule.setting }
stands(rule) if { rule.asked; input.on[rule.setting] }
stands(rule) if { rule.setting; not rule.asked; not input.off[rule.setting] }
applies(rule) if { input.at >= rule.starts; covers(rule); shown(rule); stands(rule) }

permits contains rule.id if {
  some rule in data.permits[input.purpose][input.category][input.recipient]
  applies(rule)
}
forbids contains rule.id if {
  some rule in data.forbids[input.purpose][input.category][input.recipient]
  applies(rule)
}

answer := {"permits": permits, "forbids": forbids}
"""
_ENTRY = "bench/answer"


class Rego:
    """Answers questions by number."""

    def __init__(self, rules: list[PlainRule], asked: list[PlainQuestion]) -> None:
        regopy = peer("regopy")
        told = regopy.Interpreter()
        told.add_module("bench", _MODULE)
        told.add_data({"permits": _index(rules, asked, True), "forbids": _index(rules, asked, False)})
        self._bundle = told.build(None, [_ENTRY])
        self._interpreter = regopy.Interpreter()
        self._inputs = [regopy.Input(_input(question)) for question in asked]

    def ask(self, number: int) -> bool:
        self._interpreter.set_input(self._inputs[number])
        answer = self._interpreter.query_bundle_entrypoint(self._bundle, _ENTRY).results[0].expressions[0]
        return bool(answer["permits"]) and not answer["forbids"]

    def asker(self, numbers: list[int]) -> Callable[[], None]:
        """Asks these questions one after the other."""

        def ask() -> None:
            for number in numbers:
                self.ask(number)

        return ask


def _index(rules: list[PlainRule], asked: list[PlainQuestion], permits: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for rule in rules:
        if rule.permits is not permits:
            continue
        said: dict[str, Any] = {"id": rule.id, "starts": rule.starts, "asked": rule.asked}
        if rule.countries is not None:
            said["countries"] = dict.fromkeys(sorted(rule.countries), True)
        if rule.audiences is not None:
            said["audiences"] = dict.fromkeys(sorted(rule.audiences), True)
        if rule.setting is not None:
            said["setting"] = rule.setting
        for kind in leaves(rule, asked):
            for purpose in rule.purposes:
                for recipient in rule.recipients:
                    at = found.setdefault(purpose, {}).setdefault(kind, {})
                    at.setdefault(recipient, []).append(said)
    return found


def _input(question: PlainQuestion) -> dict[str, Any]:
    said: dict[str, Any] = {
        "purpose": question.purpose,
        "category": question.category,
        "recipient": question.recipient,
        "at": question.at,
        "on": dict.fromkeys(sorted(question.on), True),
        "off": dict.fromkeys(sorted(question.off), True),
    }
    if question.country is not None:
        said["country"] = question.country
    if question.audience is not None:
        said["audience"] = question.audience
    return said
