"""Packs that follow a made-up pack: what a platform might publish next.

Settings are renamed, merged, dropped or loosened, words of its own renamed, rules lose the conditions they had.
`Successor.words` says which word became which, so that a question can be asked of both.
"""

from __future__ import annotations

import copy
from random import Random
from typing import Any, NamedTuple

from licet.decide import Request
from licet.packs import Pack
from licet.testing.words import chance, pick


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
    values["version"] = str(int(pack.version) + 1)
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
