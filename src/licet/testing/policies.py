"""Made-up packs: small, valid (every reference check holds), and rich in edges; and packs that follow them.

A successor is what a platform might publish next: settings renamed, merged, dropped or loosened, words of its own
renamed, rules without the conditions they had. `Successor.words` says which word became which, so that a question
can be asked of both.
"""

from __future__ import annotations

import copy
from random import Random
from typing import Any, NamedTuple

from hypothesis import strategies as st

from licet.decide import Request
from licet.packs import Pack
from licet.terms import SELF
from licet.terms.vocabulary import PRIVATE_COMMUNICATION
from licet.testing.words import (
    AGES,
    BROAD,
    CATEGORIES,
    DAYS,
    GROUPS,
    OWN_CATEGORIES,
    OWN_PURPOSES,
    PLANS,
    PURPOSES,
    RECIPIENTS,
    REGIONS,
    RETIRED,
    SETTINGS,
    VISIBILITIES,
    chance,
    pick,
    some,
)


def packs(most_rules: int = 6) -> st.SearchStrategy[Pack]:
    """Valid packs of up to `most_rules` rules."""
    return st.randoms(use_true_random=False).map(lambda rng: make_pack(rng, most_rules))


def make_pack(rng: Random, most_rules: int = 6) -> Pack:
    return Pack.model_validate(make_pack_values(rng, most_rules))


def make_pack_values(rng: Random, most_rules: int = 6) -> dict[str, Any]:
    """A pack as the values of its file."""
    return {
        "licet_pack": 1,
        "id": "generated",
        "title": "Generated",
        "version": "1",
        "observed": "2026-01-01",
        "controller": {"name": "Acme"},
        "sources": {"page": {"title": "A page", "kind": "official"}},
        "notices": {f"n{number}": _notice(rng) for number in range(3)},
        "region_groups": {
            "north": {"label": "The north", "include": some(rng, ["IS", "GB", "CA-QC", "alps"], 3)},
            "alps": {"label": "The alps", "include": ["CH", "DE"]},
        },
        "categories": {id_: {} for id_ in (*CATEGORIES[:1], *OWN_CATEGORIES)},
        "purposes": {
            PURPOSES[0]: {},
            **{own: {"kind_of": shared} for own, shared in OWN_PURPOSES.items()},
        },
        "recipients": {id_: {"name": id_, "kind": "partner"} for id_ in RECIPIENTS},
        "settings": {id_: _setting(rng, id_) for id_ in SETTINGS},
        "rules": [_rule(rng, number) for number in range(2 + rng.randrange(most_rules - 1))],
    }


def _notice(rng: Random) -> dict[str, Any]:
    late = chance(rng, 15)
    return {
        "title": "A notice",
        "published": (pick(rng, DAYS) if late else DAYS[1]).isoformat(),
        "effective": (pick(rng, DAYS) if late else DAYS[1]).isoformat(),
        "period_days": pick(rng, [0, 1, 31]),
    }


def _setting(rng: Random, id_: str) -> dict[str, Any]:
    setting: dict[str, Any] = {
        "label": f"Use my data for {id_}",
        "path": ["Settings", id_],
        "observed": "2026-01-01",
        "default": {
            "state": pick(rng, ["on", "off"]),
            "exceptions": [_exception(rng) for _ in range(rng.randrange(3))],
        },
    }
    if chance(rng, 30):
        setting["honours"] = ["gpc"]
    if chance(rng, 30):
        setting["replaces"] = [word for word in some(rng, [*RETIRED, *SETTINGS], 2) if word != id_]
    return setting


def _exception(rng: Random) -> dict[str, Any]:
    found: dict[str, Any] = {"state": pick(rng, ["on", "off"])}
    if chance(rng, 60):
        found["regions"] = _regions(rng)
    if chance(rng, 25):
        found["plans"] = some(rng, PLANS, 2)
    if chance(rng, 35):
        found["below_age"] = pick(rng, AGES)
    return found


def _regions(rng: Random) -> list[str]:
    return some(rng, [*GROUPS, *REGIONS], 3)


def _rule(rng: Random, number: int) -> dict[str, Any]:
    """One rule; the first two speak of nearly everything, so that most questions meet a rule at all."""
    broad = number < len(BROAD)
    permits = broad or not chance(rng, 30)
    condition = 26 if permits else 40  # a forbid that asks little would leave nothing to look at
    rule: dict[str, Any] = {
        "id": f"r{(number * 7 + 3) % 10}",  # the order of ids is not the order in the file
        "effect": "permit" if permits else "forbid",
        "purposes": list(PURPOSES) if broad else some(rng, [*PURPOSES, *OWN_PURPOSES], 4),
        "categories": [BROAD[number]] if broad else some(rng, [*CATEGORIES, *OWN_CATEGORIES], 4),
        "recipients": [SELF] if chance(rng, 70) else some(rng, [SELF, *RECIPIENTS], 2),
    }
    if permits or chance(rng, 30):
        rule["notice"] = f"n{rng.randrange(3)}"
    if chance(rng, condition):
        rule["regions"] = _regions(rng)
    for name, percent in (("from", 10), ("until", 8), ("created_from", 15), ("created_before", 12)):
        if chance(rng, percent):
            rule[name] = pick(rng, DAYS).isoformat()
    if chance(rng, condition):
        rule["minimum_age"] = pick(rng, AGES)
    if chance(rng, 10):
        rule["maximum_age"] = pick(rng, AGES)
    if chance(rng, condition):
        rule["visibility"] = some(rng, VISIBILITIES, 2)
    if chance(rng, condition):
        rule["plans"] = some(rng, PLANS, 2)
    if permits and chance(rng, 65):
        rule["setting"] = pick(rng, SETTINGS)
    if chance(rng, 25):
        rule["legal_basis"] = pick(rng, ["eu-gdpr:A6-1-a", "eu-gdpr:A6-1-f"])
    return _opened(rule)


def _opened(rule: dict[str, Any]) -> dict[str, Any]:
    """The rule without what the vocabulary closes, which no valid pack permits."""
    if rule["effect"] == "permit" and any(
        word.startswith(PRIVATE_COMMUNICATION) for word in rule["categories"]
    ):
        rule["purposes"] = [word for word in rule["purposes"] if "training" not in word] or [PURPOSES[0]]
    return rule


class Successor(NamedTuple):
    """The next pack, and which of the old words became which."""

    pack: Pack
    words: dict[str, str]

    def ask(self, request: Request) -> Request:
        """The same question in the words of the new pack."""
        return request._replace(
            purpose=self.words.get(request.purpose, request.purpose),
            category=self.words.get(request.category, request.category),
            recipient=self.words.get(request.recipient, request.recipient),
        )


#: What a word of the pack's own may be renamed to; a kind of data keeps its place in the tree.
RENAMINGS = {
    "acme_feed": "acme_stream",
    "acme_training": "acme_learning",
    "content.posts.video": "content.posts.clips",
    "profile.headline.badge": "profile.headline.mark",
    "adco": "adco_ltd",
    "sisterco": "sisterco_ltd",
}


def make_successor(rng: Random, pack: Pack) -> Successor:
    """A pack that could follow `pack`, always looser: what was denied by a rule may well be permitted now."""
    words = {old: new for old, new in RENAMINGS.items() if chance(rng, 40)}
    values = _renamed(pack.as_json(), words)
    for rule in values["rules"]:
        for condition in (
            "regions",
            "minimum_age",
            "maximum_age",
            "plans",
            "visibility",
            "until",
            "legal_basis",
        ):
            if chance(rng, 50):
                rule.pop(condition, None)
    values["rules"] = [rule for rule in values["rules"] if rule["effect"] == "permit" or not chance(rng, 60)]
    for id_ in list(values.setdefault("settings", {})):
        _follow(rng, values, id_)
    values["version"] = "2"
    return Successor(Pack.model_validate(values), words)


def _follow(rng: Random, values: dict[str, Any], id_: str) -> None:
    """One setting becomes something else: loosened, renamed, merged into another, or dropped."""
    settings, rules = values["settings"], [rule for rule in values["rules"] if rule.get("setting") == id_]
    fate = pick(rng, ["kept", "loosened", "renamed", "merged", "dropped"])
    if fate == "loosened":
        settings[id_]["default"] = {"state": "on"}
        settings[id_].pop("honours", None)
        settings[id_].pop("replaces", None)
    elif fate == "renamed":
        new = f"{id_}_2"
        settings[new] = settings.pop(id_) | {"default": {"state": "on"}}
        settings[new]["replaces"] = [id_] if chance(rng, 60) else []
        for rule in rules:
            rule["setting"] = new
    elif fate == "merged" and len(settings) > 1:
        into = pick(rng, [other for other in settings if other != id_])
        settings.pop(id_)
        if chance(rng, 70):
            settings[into]["replaces"] = [*settings[into].get("replaces", ()), id_]
        for rule in rules:
            rule["setting"] = into
    elif fate == "dropped":
        settings.pop(id_)
        for rule in rules:
            del rule["setting"]


def _renamed(value: Any, words: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {words.get(key, key): _renamed(item, words) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, words) for item in value]
    return words.get(value, value) if isinstance(value, str) else copy.copy(value)
