"""Made-up rules: a handful that meet each other at every edge, or hundreds that each speak of little."""

from __future__ import annotations

from random import Random
from typing import Any

from licet.terms import SELF
from licet.terms.vocabulary import PRIVATE_COMMUNICATION
from licet.testing.drawn_words import (
    AGES,
    BROAD,
    DAYS,
    GROUPS,
    LAST_AGES,
    LAST_DAYS,
    MORE_VISIBILITIES,
    OWN_PURPOSES,
    PLANS,
    PURPOSES,
    RECIPIENTS,
    REGIONS,
    SETTINGS,
    VISIBILITIES,
    chance,
    pick,
    some,
)


def make_regions(rng: Random) -> list[str]:
    return some(rng, [*GROUPS, *REGIONS], 3)


def make_rule(rng: Random, number: int, kinds: tuple[str, ...]) -> dict[str, Any]:
    """One rule; the first two speak of nearly everything, so that most questions meet a rule at all."""
    broad = number < len(BROAD)
    permits = broad or not chance(rng, 30)
    condition = 26 if permits else 40  # a forbid that asks little would leave nothing to look at
    rule: dict[str, Any] = {
        "id": _rule_id(number),
        "effect": "permit" if permits else "forbid",
        "purposes": list(PURPOSES) if broad else some(rng, [*PURPOSES, *OWN_PURPOSES], 4),
        "categories": [BROAD[number]] if broad else some(rng, kinds, 4),
        "recipients": [SELF] if chance(rng, 70) else some(rng, [SELF, *RECIPIENTS], 2),
    }
    if permits or chance(rng, 30):
        rule["notice"] = f"n{rng.randrange(3)}"
    if chance(rng, condition):
        rule["regions"] = make_regions(rng)
    for name, percent in (("from", 10), ("until", 8), ("created_from", 15), ("created_before", 12)):
        if chance(rng, percent):
            rule[name] = pick(rng, LAST_DAYS if chance(rng, 10) else DAYS).isoformat()
    if chance(rng, condition):
        rule["minimum_age"] = pick(rng, LAST_AGES if chance(rng, 5) else AGES)
    if chance(rng, 10):
        rule["maximum_age"] = pick(rng, (0, *LAST_AGES) if chance(rng, 10) else AGES)
    if chance(rng, condition):
        rule["visibility"] = some(rng, VISIBILITIES, 2)
    if chance(rng, condition):
        rule["plans"] = some(rng, PLANS, 2)
    if permits and chance(rng, 65):
        rule["setting"] = pick(rng, SETTINGS)
    if chance(rng, 25):
        rule["legal_basis"] = pick(rng, ["eu-gdpr:A6-1-a", "eu-gdpr:A6-1-f"])
    return _opened(rule)


def make_one_of_many(rng: Random, number: int, kinds: tuple[str, ...]) -> dict[str, Any]:
    """One rule of hundreds: each speaks of little and asks two things or three, or nothing would be left to permit."""
    permits = number < len(BROAD) or not chance(rng, 8)
    rule: dict[str, Any] = {
        "id": _rule_id(number),
        "effect": "permit" if permits else "forbid",
        "purposes": some(rng, [*PURPOSES, *OWN_PURPOSES], 2),
        "categories": some(rng, kinds, 2),
        "recipients": [SELF] if chance(rng, 70) else some(rng, [SELF, *RECIPIENTS], 2),
    }
    if permits:
        rule["notice"] = f"n{rng.randrange(3)}"
    last = chance(rng, 5)
    conditions: dict[str, Any] = {
        "regions": lambda: [pick(rng, REGIONS)] if chance(rng, 50) else make_regions(rng),
        "created_from": lambda: pick(rng, (*DAYS[-3:], *LAST_DAYS) if last else DAYS[-3:]).isoformat(),
        "created_before": lambda: pick(rng, (*DAYS[-3:], *LAST_DAYS) if last else DAYS[-3:]).isoformat(),
        "minimum_age": lambda: pick(rng, AGES),
        "maximum_age": lambda: pick(rng, AGES),
        "visibility": lambda: some(rng, MORE_VISIBILITIES, 2),
        "plans": lambda: [pick(rng, PLANS)],
        "from": lambda: pick(rng, DAYS).isoformat(),
        "until": lambda: pick(rng, DAYS).isoformat(),
    }
    for name in some(rng, list(conditions), 3 if permits else 1) + (["regions"] if not permits else []):
        rule[name] = conditions[name]()
    if permits and chance(rng, 80):
        rule["setting"] = pick(rng, SETTINGS)
    if chance(rng, 25):
        rule["legal_basis"] = pick(rng, ["eu-gdpr:A6-1-a", "eu-gdpr:A6-1-f"])
    return _opened(rule)


def _rule_id(number: int) -> str:
    """Ids whose order is not the order in the file, nor that of their numbers."""
    return f"r{(number * 7 + 3) % 1009}"


def _opened(rule: dict[str, Any]) -> dict[str, Any]:
    """The rule without what the vocabulary closes, which no valid pack permits."""
    if rule["effect"] == "permit" and any(
        word.startswith(PRIVATE_COMMUNICATION) for word in rule["categories"]
    ):
        rule["purposes"] = [word for word in rule["purposes"] if "training" not in word] or [PURPOSES[0]]
    return rule
