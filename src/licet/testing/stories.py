"""Packs one after another, and what one member says under each, as the ledger would have it; and what a no denied."""

from __future__ import annotations

from random import Random
from typing import Any

from licet.decide import Policy, Request
from licet.packs import Pack
from licet.terms import SELF, ChoiceState
from licet.terms.vocabulary import ancestors
from licet.testing.drawn_policies import make_pack
from licet.testing.drawn_questions import make_facts, make_request
from licet.testing.drawn_words import (
    CATEGORIES,
    OWN_CATEGORIES,
    OWN_PURPOSES,
    PURPOSES,
    RECIPIENTS,
    RETIRED,
    SETTINGS,
    chance,
    pick,
    some,
)
from licet.testing.plain_reading import speaks_of
from licet.testing.successors import make_successor


class Story:
    """Packs one after the other, and what one member says under each; the ledger's words for where they stand."""

    def __init__(self, rng: Random) -> None:
        self.rng, self.who = rng, make_facts(rng)._replace(choices={}, narrow={}, signals=frozenset())
        self.packs = [make_pack(rng)]
        self.asked = [[make_request(rng) for _ in range(12)]]
        #: By the place of a question: whether a no denied it and no yes that governs it came since.
        self.refused = [False] * len(self.asked[0])

    def say_something(self) -> None:
        """Up to three choices, each of the whole of a setting that is there or was, or of one kind of data under it."""
        for _ in range(self.rng.randint(0, 3)):
            settings = sorted({*self.policy.controls, *self.policy.earlier_settings})
            if settings:
                kind = self.rng.choice(ancestors(self.rng.choice(self.asked[-1]).category))
                setting, on = self.rng.choice(settings), self.rng.random() < 0.5
                self.say(setting, on, kind if self.rng.random() < 0.3 else None)

    def next_pack(self) -> None:
        if len(self.packs) > 1 and self.rng.random() < 0.15:  # an earlier one, put in force again
            self.packs.append(self.packs[-2])
            self.asked.append(self.asked[-2])
            return
        successor = make_successor(self.rng, self.packs[-1])
        self.packs.append(successor.pack)
        self.asked.append([successor.ask(request) for request in self.asked[-1]])

    @property
    def policy(self) -> Policy:
        return Policy(self.packs[-1], self.packs[:-1])

    def say(self, setting: str, on: bool, kind: str | None) -> None:
        """As `choose` records it: a yes is one to what the setting wholly took the place of, too."""
        policy = self.policy
        for one in (setting, *(policy.lifted_by(setting) if on and kind is None else ())):
            self.record(one, on, kind, policy.pack.digest)
        for place, request in enumerate(self.asked[-1]):
            if kind is not None and kind not in ancestors(request.category):
                continue
            if governs(setting, request, policy.pack) or self.governed_last(setting, place):
                self.refused[place] = not on

    def governed_last(self, setting: str, place: int) -> bool:
        """Whether a setting that is gone governed a question in the last pack that had it."""
        last = max((number for number, pack in enumerate(self.packs) if setting in pack.settings), default=0)
        return setting not in self.packs[-1].settings and governs(
            setting, self.asked[last][place], self.packs[last]
        )

    def record(self, setting: str, on: bool, kind: str | None, digest: str) -> None:
        who = self.who
        states = who.choices if kind is None else who.narrow.get(setting, {})
        name = setting if kind is None else kind
        before = states.get(name)
        if on:
            was_yes = before in (None, ChoiceState.GIVEN)
            state = ChoiceState.GIVEN if was_yes else ChoiceState.GIVEN_AGAIN
        else:
            was_no = before in (None, ChoiceState.REFUSED)
            state = ChoiceState.REFUSED if was_no else ChoiceState.WITHDRAWN
        if kind is None:
            self.who = who._replace(choices={**states, name: state}, bound={**who.bound, name: digest})
            return
        bound = {**who.narrow_bound.get(setting, {}), kind: digest}
        self.who = who._replace(
            narrow={**who.narrow, setting: {**states, name: state}},
            narrow_bound={**who.narrow_bound, setting: bound},
        )


def governs(setting: str, request: Request, pack: Pack) -> bool:
    return any(
        rule.effect == "permit" and rule.setting == setting and speaks_of(rule, request, pack)
        for rule in pack.rules
    )


def make_turned(rng: Random, pack: Pack) -> Pack:
    """A valid pack that could follow `pack`, with its words and settings turned about as no platform would.

    Words succeed any others, shared ones among them, lie below others, go and come back; settings too; a recipient is
    somebody else; rules name other words and are governed by other settings.
    """
    values = pack.as_json()
    for part, words, all_words in (
        ("purposes", OWN_PURPOSES, (*OWN_PURPOSES, *PURPOSES, "acme_stream", "personalisation")),
        ("categories", OWN_CATEGORIES, (*OWN_CATEGORIES, *CATEGORIES[:4], "content.posts.clips")),
        ("recipients", RECIPIENTS, (*RECIPIENTS, "adco_ltd")),
    ):
        entries: dict[str, Any] = values.setdefault(part, {})
        for word in all_words:
            if chance(rng, 25) and word not in words and word not in entries:
                entries[word] = {}
            elif chance(rng, 20) and (word in words or word in entries):
                entries.pop(word, None)
        for word in words:
            if chance(rng, 10):
                entries.setdefault(word, {})
        for word, entry in entries.items():
            if chance(rng, 30):
                entry["succeeds"] = [old for old in some(rng, list(all_words), 2) if old != word]
            is_own = part == "purposes" and word not in (*PURPOSES, "personalisation")
            if is_own and ("kind_of" not in entry or chance(rng, 25)):
                entry["kind_of"] = pick(rng, PURPOSES)
            if part == "recipients":
                entry.setdefault("kind", pick(rng, ["affiliate", "partner"]))
                entry["name"] = f"{word}, new" if chance(rng, 10) else entry.get("name", word)
    settings: dict[str, Any] = values.setdefault("settings", {})
    for id_ in (*SETTINGS, *RETIRED):
        if chance(rng, 20) and len(settings) > 1:
            settings.pop(id_, None)
        elif chance(rng, 20) or not settings:
            made = {"label": id_, "path": [id_], "observed": "2026-01-01", "default": {"state": "on"}}
            settings.setdefault(id_, made)
    for id_, setting in settings.items():
        if chance(rng, 20):
            setting["honours"] = ["gpc"] if chance(rng, 50) else []
        if chance(rng, 25):
            setting["replaces"] = [old for old in some(rng, [*RETIRED, *SETTINGS], 2) if old != id_]
    known = {
        "purposes": [*PURPOSES, *(word for word in values["purposes"] if word not in PURPOSES)],
        "categories": [*CATEGORIES[:4], *(word for word in values["categories"] if word not in CATEGORIES)],
        "recipients": [SELF, *values["recipients"]],
    }
    for rule in values["rules"]:
        for part, stock in known.items():
            kept = [word for word in rule.get(part, [SELF]) if word in stock and not chance(rng, 20)]
            rule[part] = kept or some(rng, stock, 3)
        if rule["effect"] == "permit" and (chance(rng, 40) or rule.get("setting") not in settings):
            rule["setting"] = pick(rng, sorted(settings))
        for condition in (
            "regions",
            "minimum_age",
            "maximum_age",
            "plans",
            "visibility",
            "until",
            "created_from",
        ):
            if chance(rng, 60):
                rule.pop(condition, None)
    values["version"] = str(int(pack.version) + 1)
    return Pack.model_validate(values)
