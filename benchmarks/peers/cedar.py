"""The same rules in Cedar, through cedarpy, with everything parsed before the clock starts.

Policies are a `PolicySet`. Records, kinds of data and countries are `Entities`: a kind lies in the kinds above it,
a country in the groups that rules name, so that both tests are a look-up and no list is walked. What changes from
call to call, the moment, is a context that is JSON text already. Measured beside a context with everything in
it, and beside lists of countries in the policy: this is the fastest of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from benchmarks.machine import peer
from benchmarks.peers.plain import PlainQuestion, PlainRule
from licet.terms.vocabulary import ancestors


class Cedar:
    """Answers questions by number. `ask` gives the answer and the rules that made it."""

    def __init__(self, rules: list[PlainRule], asked: list[PlainQuestion]) -> None:
        self._cedarpy = peer("cedarpy")
        groups = _groups(rules)
        self._policies = self._cedarpy.PolicySet.from_str(
            "\n".join(text for rule in rules for text in _policies(rule, groups))
        )
        self._entities = self._cedarpy.Entities.from_json_str(json.dumps(_entities(asked, groups)))
        self._requests = [_request(number, question) for number, question in enumerate(asked)]

    def ask(self, number: int) -> tuple[bool, set[str]]:
        told = self._one(number)
        return told.allowed, set(told.diagnostics.id_annotations_by_reason.values())

    def asker(self, numbers: list[int]) -> Callable[[], None]:
        """Asks these questions one after the other."""
        is_authorized, policies, entities = self._cedarpy.is_authorized, self._policies, self._entities
        requests = [self._requests[number] for number in numbers]

        def ask() -> None:
            for request in requests:
                is_authorized(request, policies, entities)

        return ask

    def batch_asker(self, numbers: list[int]) -> Callable[[], None]:
        """Asks these questions in one call."""
        requests = [self._requests[number] for number in numbers]

        def ask() -> None:
            self._cedarpy.is_authorized_batch(requests, self._policies, self._entities)

        return ask

    def _one(self, number: int) -> Any:
        return self._cedarpy.is_authorized(self._requests[number], self._policies, self._entities)


def _groups(rules: list[PlainRule]) -> dict[frozenset[str], str]:
    named = {rule.countries for rule in rules if rule.countries is not None}
    return {countries: f"g{number}" for number, countries in enumerate(sorted(named, key=sorted))}


def _policies(rule: PlainRule, groups: dict[frozenset[str], str]) -> list[str]:
    purposes = ", ".join(_uid("Action", purpose) for purpose in rule.purposes)
    tests = [f"context.at >= {rule.starts}"] if rule.starts else []
    if rule.countries is not None:
        group = _uid("Group", groups[rule.countries])
        tests.append(f"resource has country && resource.country in {group}")
    if rule.audiences is not None:
        audiences = ", ".join(map(json.dumps, sorted(rule.audiences)))
        tests.append(f"resource has audience && [{audiences}].contains(resource.audience)")
    if rule.setting is not None:
        word = json.dumps(rule.setting)
        tests.append(
            f"resource.switched_on.contains({word})"
            if rule.asked
            else f"!resource.switched_off.contains({word})"
        )
    when = f" when {{ {' && '.join(tests)} }}" if tests else ""
    effect = "permit" if rule.permits else "forbid"
    return [
        f"@id({json.dumps(rule.id)}) {effect}(principal == {_uid('Recipient', recipient)}, "
        f"action in [{purposes}], resource in {_uid('Category', category)}){when};"
        for recipient in rule.recipients
        for category in rule.categories
    ]


def _entities(asked: list[PlainQuestion], groups: dict[frozenset[str], str]) -> list[dict[str, Any]]:
    made = []
    for kind in sorted({above for question in asked for above in ancestors(question.category)}):
        made.append(_entity("Category", kind, [("Category", above) for above in ancestors(kind)[1:2]]))
    for country in sorted({question.country for question in asked if question.country is not None}):
        inside = [("Group", group) for countries, group in groups.items() if country in countries]
        made.append(_entity("Country", country, inside))
    for number, question in enumerate(asked):
        facts: dict[str, Any] = {"switched_on": sorted(question.on), "switched_off": sorted(question.off)}
        if question.country is not None:
            facts["country"] = {"__entity": {"type": "Country", "id": question.country}}
        if question.audience is not None:
            facts["audience"] = question.audience
        made.append(_entity("Record", str(number), [("Category", question.category)], facts))
    return made


def _entity(
    kind: str, id_: str, inside: list[tuple[str, str]], facts: dict[str, Any] | None = None
) -> dict[str, Any]:
    parents = [{"type": above, "id": name} for above, name in inside]
    return {"uid": {"type": kind, "id": id_}, "attrs": facts or {}, "parents": parents}


def _request(number: int, question: PlainQuestion) -> dict[str, Any]:
    return {
        "principal": {"type": "Recipient", "id": question.recipient},
        "action": {"type": "Action", "id": question.purpose},
        "resource": {"type": "Record", "id": str(number)},
        "context": json.dumps({"at": question.at}),
    }


def _uid(kind: str, id_: str) -> str:
    return f"{kind}::{json.dumps(id_)}"
