"""Policies of any size, and questions to ask of them: the same for the same seed.

A platform's policy grows by speaking of more purposes and more kinds of data, not by saying more about one of
them: in the shipped packs a question meets few rules (`rules_in_question` counts them). `spread_pack` grows the
same way; `crowded_pack` and `varied_pack` are the opposite, every rule about one question: a few sorts of rules again
and again, and no two alike.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from licet.decide import Facts, Policy, Request
from licet.packs import Pack
from licet.packs.pack_library import open_pack
from licet.terms import SELF, ChoiceState
from licet.terms.vocabulary import CATEGORIES

#: Rules that speak of one question of a spread pack: two permits that cover different places, and a forbid.
PER_QUESTION = 3

_REGIONS = (
    "AT",
    "BE",
    "CA",
    "CA-QC",
    "CH",
    "CH-ZH",
    "DE",
    "ES",
    "FR",
    "GB",
    "HK",
    "IN",
    "IT",
    "NL",
    "SE",
    "US",
)
_SHARED_PURPOSES = ("recommender_training", "recommendation", "ai_assistance", "ad_targeting")
_NOTICE_DAY = datetime(2025, 11, 3, tzinfo=UTC)


class Question(NamedTuple):
    """What is asked and about whom, in the form `decide` takes."""

    request: Request
    facts: Facts


def article_policy() -> Policy:
    """The policy the demo runs on."""
    return Policy(open_pack("linkedin_as_reported"))


def spread_pack(rules: int) -> Pack:
    """`rules` rules, `PER_QUESTION` to a question; as many purposes as kinds of data, within one."""
    cells = max(1, math.ceil(rules / PER_QUESTION))
    across = math.ceil(math.sqrt(cells))
    made = []
    for number in range(rules):
        cell, part = divmod(number, PER_QUESTION)
        purpose, category = f"use_{cell // across}", f"content.posts.kind_{cell % across}"
        made.append(_spread_rule(number, part, purpose, category))
    return _pack(made, across, math.ceil(cells / across))


def crowded_pack(rules: int) -> Pack:
    """`rules` permits about one and the same question, each for one place; the worst a policy can look like."""
    made = [
        {
            "id": f"r{number}", "effect": "permit", "purposes": ["use_0"],
            "categories": ["content.posts.kind_0"], "regions": [_REGIONS[number % len(_REGIONS)][:2]],
            "visibility": ["public"], "notice": "n", "setting": f"s{number % 4}",
        }
        for number in range(rules)
    ]  # fmt: skip
    return _pack(made, 1, 1)


def varied_pack(rules: int) -> Pack:
    """`rules` rules about one and the same question, no two of which ask the same; one in ten forbids."""
    chance = Random(f"varied/{rules}")
    made = []
    for number in range(rules):
        begun = _FIRST_DAY + timedelta(days=chance.randrange(16_000))
        rule: dict[str, Any] = {
            "id": f"r{number}",
            "purposes": ["use_0"],
            "categories": ["content.posts.kind_0"],
            "regions": sorted({chance.choice(_REGIONS)[:2] for _ in range(chance.randrange(1, 4))}),
            "created_from": begun.isoformat(),
            "created_before": (begun + timedelta(days=chance.randrange(9_000, 30_000))).isoformat(),
            "minimum_age": chance.randrange(13, 40),
            "visibility": sorted({"public", chance.choice(["public", "connections"])}),
        }
        if number % 10 == 9:
            made.append(rule | {"effect": "forbid", "maximum_age": rule["minimum_age"]})
        else:
            made.append(rule | {"effect": "permit", "notice": "n", "setting": f"s{chance.randrange(4)}"})
    return _pack(made, 1, 1)


#: The first day from which on a rule of `varied_pack` takes records.
_FIRST_DAY = date(1975, 1, 1)


def _spread_rule(number: int, part: int, purpose: str, category: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": f"r{number}", "purposes": [purpose], "categories": [category]}
    if part == 0:
        return rule | {
            "effect": "permit",
            "regions": ["EEA", "CH"],
            "notice": "n",
            "setting": f"s{number % 4}",
        }
    if part == 1:
        return rule | {"effect": "permit", "regions": ["CA", "HK"], "visibility": ["public"], "notice": "n"}
    return rule | {"effect": "forbid", "regions": ["NL", "SE"]}


def _pack(rules: list[dict[str, Any]], categories: int, purposes: int) -> Pack:
    return Pack.model_validate(
        {
            "licet_pack": 1,
            "id": "generated",
            "title": "Generated",
            "version": "1",
            "observed": "2026-01-01",
            "controller": {"name": "Generated"},
            "sources": {"page": {"title": "A page", "kind": "official"}},
            "notices": {"n": {"title": "A notice", "published": "2025-09-20", "effective": "2025-11-03"}},
            "categories": {f"content.posts.kind_{n}": {} for n in range(categories)},
            "purposes": {
                f"use_{n}": {"kind_of": _SHARED_PURPOSES[n % len(_SHARED_PURPOSES)]} for n in range(purposes)
            },
            "settings": {
                f"s{n}": {
                    "label": f"Setting {n}", "path": ["Settings", str(n)], "observed": "2026-01-01",
                    "default": {"state": "on" if n % 2 == 0 else "off"},
                }
                for n in range(4)
            },
            "rules": rules,
        }
    )  # fmt: skip


def questions(policy: Policy, count: int, seed: int) -> list[Question]:
    """Three in four are about what some rule speaks of, the others about anything the policy names.

    One moment in twelve lies before the policy takes effect; one choice in three was made. Regions and audiences
    are known, save that a shipped pack is also asked about members whose region is not.
    """
    chance = Random(f"questions/{seed}")
    pack = policy.pack
    purposes, categories = sorted(pack.purposes), sorted(pack.categories)
    recipients, settings = [SELF, *sorted(pack.recipients)], sorted(pack.settings)
    regions = [*_REGIONS] if pack.id == "generated" else [*_REGIONS, None]
    made = []
    for _ in range(count):
        rule = chance.choice(pack.rules)
        spoken_of = chance.random() < 3 / 4
        below = [kind for kind in CATEGORIES if kind.startswith(f"{rule.categories[0]}.")]
        request = Request(
            chance.choice(rule.purposes if spoken_of else purposes),
            chance.choice([*rule.categories, *below] if spoken_of else categories),
            chance.choice(rule.recipients if spoken_of else recipients),
            _NOTICE_DAY + timedelta(days=chance.randrange(1, 300) * (1 if chance.random() < 11 / 12 else -1)),
            "public" if chance.random() < 0.8 else "connections",
            _NOTICE_DAY - timedelta(days=chance.randrange(2000)),
        )
        choices = {setting: _state(chance) for setting in settings if chance.random() < 1 / 3}
        bound = dict.fromkeys(choices, pack.digest)
        facts = Facts(chance.choice(regions), chance.randrange(16, 80), None, choices, bound=bound)
        made.append(Question(request, facts))
    return made


def _state(chance: Random) -> ChoiceState:
    return chance.choice([ChoiceState.GIVEN, ChoiceState.REFUSED, ChoiceState.WITHDRAWN])


def rules_in_question(policy: Policy, asked: list[Question]) -> float:
    """How many rules speak of a question, on average over those asked."""
    cells = (policy.cell(one.request.purpose, one.request.category, one.request.recipient) for one in asked)
    return sum(len(cell.permits) + len(cell.forbids) for cell in cells) / len(asked)
