"""Packs that follow a made-up pack: what a platform might publish next.

Settings are renamed, merged, split, dropped or loosened; words of its own renamed, with the old word kept or not, moved
below another, or split in two; rules lose the conditions they had. `Successor.words` says which word became which, so
that a question can be asked of both.
"""

from __future__ import annotations

import copy
from random import Random
from typing import Any, NamedTuple

from licet.decide import Request
from licet.packs import Pack
from licet.terms.vocabulary import UNSAYABLE, ancestors
from licet.testing.drawn_words import PURPOSES, chance, pick


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
#: What they may be renamed to in a third pack.
RENAMINGS |= {new: f"{new}_2" for new in RENAMINGS.values()}
#: Which part of a pack each stands in.
_PARTS = ("purposes", "categories", "recipients")


def make_successor(rng: Random, pack: Pack) -> Successor:
    """A pack that could follow `pack`, always looser: what was denied by a rule may well be permitted now."""
    earlier = pack.as_json()
    words = {old: new for old, new in RENAMINGS.items() if chance(rng, 40) and _part(earlier, old)}
    words = {old: new for old, new in words.items() if not _part(earlier, new)}
    values = _renamed(earlier, words)
    for old, new in words.items():
        _become(rng, values, earlier, old, new)
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
    values["rules"] = [rule for rule in values["rules"] if _is_sayable(rule, values["purposes"])]
    values["version"] = str(int(pack.version) + 1)
    return Successor(Pack.model_validate(values), words)


def _is_sayable(rule: dict[str, Any], purposes: dict[str, Any]) -> bool:
    """Whether a pack in a file may say it: a purpose that became a kind of another brings its rules along."""
    if rule["effect"] != "permit":
        return True
    lines = [(word, purposes.get(word, {}).get("kind_of")) for word in rule["purposes"]]
    return not any(
        (word, kind) in UNSAYABLE
        for line in lines
        for word in line
        for category in rule["categories"]
        for kind in ancestors(category)
    )


def _part(values: dict[str, Any], word: str) -> str | None:
    return next((part for part in _PARTS if word in values.get(part, {})), None)


def _become(rng: Random, values: dict[str, Any], earlier: dict[str, Any], old: str, new: str) -> None:
    """What else becomes of a word of the pack's own that was renamed."""
    part = _part(earlier, old)
    assert part is not None
    entries = values[part]
    entries[new].pop("succeeds", None)  # what the old word succeeded is not what this one does
    if chance(rng, 40):
        entries[old] = dict(earlier[part][old])  # the old word is kept, and no rule speaks of it
    if chance(rng, 40):
        entries[new]["succeeds"] = [old]
        if part == "purposes" and chance(rng, 50):
            entries[new]["kind_of"] = pick(rng, PURPOSES)
    if chance(rng, 50):  # to another control, too
        for rule in values["rules"]:
            if new in rule.get(part, ()) and "setting" in rule:
                rule["setting"] = pick(rng, sorted(values["settings"]))
    if chance(rng, 15):
        twin = f"{new}_b"
        entries[twin] = dict(entries[new])
        for rule in values["rules"]:
            if new in rule.get(part, ()):
                rule[part] = [*rule[part], twin]


def _follow(rng: Random, values: dict[str, Any], id_: str) -> None:
    """One setting becomes something else: loosened, renamed, merged into another, or dropped."""
    settings, rules = values["settings"], [rule for rule in values["rules"] if rule.get("setting") == id_]
    fate = pick(rng, ["kept", "loosened", "renamed", "merged", "dropped", "split", "widened"])
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
    elif fate == "widened":
        for rule in values["rules"]:
            if rule["effect"] == "permit" and chance(rng, 50):
                rule["setting"] = id_
    elif fate == "split":
        settings[f"{id_}_b"] = settings[id_] | {"default": {"state": "on"}, "replaces": []}
        for rule in rules[::2]:
            rule["setting"] = f"{id_}_b"
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
