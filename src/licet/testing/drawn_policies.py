"""Made-up packs: small or of hundreds of rules, valid (every reference check holds), and rich in edges."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from hypothesis import strategies as st

from licet.packs import Pack
from licet.terms.signals import GPP, TCF
from licet.testing.drawn_rules import make_one_of_many, make_regions, make_rule
from licet.testing.drawn_words import (
    AGES,
    CATEGORIES,
    DAYS,
    DEEP_CATEGORIES,
    OWN_CATEGORIES,
    OWN_PURPOSES,
    PLANS,
    PURPOSES,
    RECIPIENTS,
    RETIRED,
    SETTINGS,
    chance,
    pick,
    some,
)

#: A pack of more rules than this is one of many: another mixture, since hundreds of the usual would forbid all.
MANY = 20


def packs(most_rules: int = 6) -> st.SearchStrategy[Pack]:
    """Valid packs of up to `most_rules` rules."""
    return st.randoms(use_true_random=False).map(lambda rng: make_pack(rng, most_rules))


def make_pack(rng: Random, most_rules: int = 6) -> Pack:
    return Pack.model_validate(make_pack_values(rng, most_rules))


def make_crowded_pack(rng: Random, rules: int) -> Pack:
    """A pack of which every rule speaks of one and the same question."""
    values = make_pack_values(rng, 2 * rules)
    for rule in values["rules"]:
        rule |= {"purposes": [PURPOSES[0]], "categories": [CATEGORIES[0]], "recipients": ["self"]}
    return Pack.model_validate(values)


def make_pack_values(rng: Random, most_rules: int = 6) -> dict[str, Any]:
    """A pack as the values of its file; one of many rules has at least half of `most_rules`."""
    many = most_rules > MANY
    deep = DEEP_CATEGORIES if many or chance(rng, 50) else ()
    count = most_rules // 2 + rng.randrange(most_rules // 2) if many else 2 + rng.randrange(most_rules - 1)
    rule_maker = make_one_of_many if many else make_rule
    values = {
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
            "union": {"label": "The union and some", "include": [pick(rng, ["EU", "EEA"]), "CA-QC"]},
        },
        "categories": {
            id_: {"organisation_may_refuse": True} if id_ == OWN_CATEGORIES[0] and count % 2 else {}
            for id_ in (*CATEGORIES[:1], *OWN_CATEGORIES, *deep)
        },
        "purposes": {
            PURPOSES[0]: {},
            **{own: {"kind_of": shared} for own, shared in OWN_PURPOSES.items()},
        },
        "recipients": {id_: {"name": id_, "kind": "partner"} for id_ in RECIPIENTS},
        "settings": {id_: _setting(rng, id_) for id_ in SETTINGS},
        "rules": [rule_maker(rng, number, (*CATEGORIES, *OWN_CATEGORIES, *deep)) for number in range(count)],
    }
    rest = Random(repr(values["rules"]))
    return values | (
        {"scope": [_scope(rest) for _ in range(pick(rest, [1, 1, 2]))]} if chance(rest, 15) else {}
    )


def _scope(rng: Random) -> dict[str, Any]:
    """What the pack speaks for: mostly nearly everything, so that something is left to look at."""
    scope: dict[str, Any] = {}
    if chance(rng, 50):
        scope["regions"] = ["WORLD"] if chance(rng, 30) else [*make_regions(rng), "EEA", "CH"]
    if chance(rng, 30):
        scope["purposes"] = some(rng, [*PURPOSES, *OWN_PURPOSES], 4)
    if chance(rng, 20):
        scope["from"] = pick(rng, DAYS[:-1]).isoformat()
    if chance(rng, 20):
        scope["until"] = pick(rng, [date(2026, 1, 1), date(2031, 1, 1)]).isoformat()
    if chance(rng, 20):
        scope["categories"] = some(rng, [*CATEGORIES, *OWN_CATEGORIES], 6)
    if chance(rng, 10):
        scope["recipients"] = ["self", *some(rng, [*RECIPIENTS], 2)]
    return scope


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
    if chance(Random(repr(setting)), 40):
        setting["organisation_may_refuse"] = True
    more = Random(f"strings {setting}")
    if strings := [signal for signal in (GPP, TCF) if chance(more, 20)]:
        setting["honours"] = [*setting.get("honours", []), *strings]
    if chance(rng, 30):
        setting["replaces"] = [word for word in some(rng, [*RETIRED, *SETTINGS], 2) if word != id_]
    return setting


def _exception(rng: Random) -> dict[str, Any]:
    found: dict[str, Any] = {"state": pick(rng, ["on", "off"])}
    if chance(rng, 60):
        found["regions"] = make_regions(rng)
    if chance(rng, 25):
        found["plans"] = some(rng, PLANS, 2)
    if chance(rng, 35):
        found["below_age"] = pick(rng, AGES)
    return found
