"""Two policies laid over each other: in sentences, and every part that differs, for `licet packs diff`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from licet.decide import Policy
from licet.packs import Pack, PackChange, difference, open_pack
from licet.policies import pack_descriptions
from licet.policies.difference.audience import ABOUT_MEMBERS
from licet.policies.difference.binding_changes import noes_that_travel, yeses_that_fall_silent
from licet.policies.difference.part_changes import (
    announcements,
    controls,
    evidence,
    never_done,
    places_and_recipients,
    quotes,
    versions,
    what_is_read,
)
from licet.policies.difference.use_changes import UseDifference, uses_that_differ
from licet.terms.canonical import JsonObject


class RuleChange(NamedTuple):
    """One rule that was added, removed or changed, in plain words. details: a sentence for each key that changed."""

    kind: str
    id: str
    effect: str
    before: str | None
    after: str | None
    details: tuple[str, ...]


class PolicyDifference(NamedTuple):
    """uses, and the sentences on everything else, by topic; rules: each by itself; changes: every part, keyed.

    Both texts say the same exactly when `changes` is empty.
    """

    before: Pack
    after: Pack
    uses: tuple[UseDifference, ...]
    topics: dict[str, tuple[str, ...]]
    rules: tuple[RuleChange, ...]
    changes: tuple[PackChange, ...]

    def as_json(self) -> JsonObject:
        return {
            "before": _named(self.before), "after": _named(self.after),
            "uses": [one.as_json() for one in self.uses],
            "topics": {topic: list(sentences) for topic, sentences in self.topics.items()},
            "rules": [one._asdict() | {"details": list(one.details)} for one in self.rules],
            "changes": [one.as_dict() for one in self.changes],
        }  # fmt: skip


def compare_policies(before: str, after: str) -> PolicyDifference:
    """What changed from one policy to another.

    before, after: shipped packs' names or files. Raises: PackErrors for one that cannot be read.
    """
    return difference_of(open_pack(before), open_pack(after))


def difference_of(before: Pack, after: Pack) -> PolicyDifference:
    """The same for packs at hand."""
    changes = difference(before, after)
    following = Policy(after, [before], as_written=True)
    topics = {
        "versions": versions(before, after),
        "what was read": what_is_read(before, after),
        "noes that travel": noes_that_travel(following, ABOUT_MEMBERS),
        "yeses that fall silent": yeses_that_fall_silent(before, following, ABOUT_MEMBERS),
        "what is never done": never_done(before, after, ABOUT_MEMBERS),
        "controls": controls(before, after),
        "days": announcements(before, after),
        "regions and recipients": places_and_recipients(before, after),
        "sources": evidence(before, after),
        "quotations": quotes(before, after),
    }
    return PolicyDifference(
        before, after, tuple(uses_that_differ(before, after, ABOUT_MEMBERS)),
        {topic: told for topic, said in topics.items() if (told := tuple(said))},
        tuple(_rules(changes, before, after)), tuple(changes),
    )  # fmt: skip


def _rules(changes: Iterable[PackChange], before: Pack, after: Pack) -> Iterable[RuleChange]:
    for change in changes:
        if change.part != "rule":
            continue
        pair = [pack.rules_by_id.get(change.id) for pack in (before, after)]
        told = [
            None if rule is None else pack_descriptions.sentence(rule, pack)
            for rule, pack in zip(pair, (before, after), strict=True)
        ]
        effect = next(rule.effect for rule in reversed(pair) if rule is not None)
        yield RuleChange(change.kind, change.id, effect, told[0], told[1], change.details)


def _named(pack: Pack) -> JsonObject:
    return {
        "pack": pack.id, "title": pack.title, "version": pack.version, "digest": pack.digest,
        "observed": pack.observed.isoformat(),
    }  # fmt: skip
