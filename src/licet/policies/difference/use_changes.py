"""How each use differs between two policies, in sentences: with what, where, from when, on what condition.

With what and where is asked of `decide` (see `reach_changes`), so a list of regions under another name, or a branch of
data spelt out word by word, is no difference. The rest is read off the rules that permit the use.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from licet.decide import Policy
from licet.decide.explain import recipient_name
from licet.packs import Pack, Rule, Use
from licet.packs.model import NEVER
from licet.policies.comparison.comparison_columns import conditions
from licet.policies.comparison.comparison_table import standing
from licet.policies.difference.audience import Voice, listed
from licet.policies.difference.place_changes import name_places
from licet.policies.difference.reach_changes import (
    common_moment,
    kinds_known,
    kinds_unread,
    kinds_used,
    places_alike,
    topmost,
)
from licet.terms import SELF
from licet.terms.canonical import JsonObject


class Shift(NamedTuple):
    """In some places: the kinds of data that a use gains, and those that it loses.

    unread: ``before`` or ``after`` where nobody here has read what that policy says of the use there; else empty.
    """

    places: tuple[str, ...]
    gains: tuple[str, ...]
    loses: tuple[str, ...]
    unread: str = ""


_HEADINGS = {
    "new": "New: ", "gone": "No longer done: ", "changed": "", "newly_read": "Read of for the first time: ",
    "unread": "Nobody here has read of it from then on: ",
}  # fmt: skip


class UseDifference(NamedTuple):
    """One use that differs.

    kind: ``new``, ``gone`` or ``changed``; ``newly_read`` or ``unread`` where only one policy was read for the use, so
          that nobody knows whether it is new or gone.
    """

    purpose: str
    recipient: str
    kind: str
    label: str
    shifts: tuple[Shift, ...]
    sentences: tuple[str, ...]

    @property
    def heading(self) -> str:
        return f"{_HEADINGS[self.kind]}{self.label}"

    def as_json(self) -> JsonObject:
        return {
            "purpose": self.purpose, "recipient": self.recipient, "kind": self.kind, "label": self.label,
            "shifts": [
                {
                    "places": list(one.places), "gains": list(one.gains), "loses": list(one.loses),
                    "unread": one.unread,
                }
                for one in self.shifts
            ],
            "sentences": list(self.sentences),
        }  # fmt: skip


def uses_that_differ(before: Pack, after: Pack, voice: Voice) -> list[UseDifference]:
    """Every use that either policy permits to somebody and that is not the same under both, in their order."""
    both = _Both(before, after, voice)
    return [found for use in both.uses() if (found := both.of(*use)) is not None]


class _Both:
    """Two policies asked the same questions."""

    def __init__(self, before: Pack, after: Pack, voice: Voice) -> None:
        self.packs, self.voice = (before, after), voice
        self.policies = (Policy(before, as_written=True), Policy(after, as_written=True))
        self.at = common_moment(before, after)
        self.alike = places_alike(self.policies, self.at)
        self.kinds = kinds_known(before, after)

    def uses(self) -> list[Use]:
        return list(dict.fromkeys(use for pack in self.packs for use in pack.uses()))

    def of(self, purpose: str, recipient: str) -> UseDifference | None:
        permits = [standing(pack.permits(purpose, recipient), self.at.date()) for pack in self.packs]
        kind = "new" if not permits[0] else "gone" if not permits[1] else "changed"
        pack = self.packs[0] if kind == "gone" else self.packs[1]
        shifts = self._shifts(purpose, recipient)
        sentences = [self._told(shift, kind) for shift in shifts]
        if kind == "changed":
            sentences += self._conditions(purpose, recipient, permits)
        if kind != "gone":
            sentences += _told_apart(permits, self.packs)
        if kind == "changed" and not sentences:
            return None
        to = "" if recipient == SELF else f", by {recipient_name(pack, recipient)}"
        if kind != "changed" and shifts and all(shift.unread for shift in shifts):
            kind = "newly_read" if kind == "new" else "unread"
        label = f"{self.voice.purpose(pack, purpose)}{to or f', by {pack.controller.name}'}"
        return UseDifference(
            purpose, recipient, kind, label[:1].upper() + label[1:], tuple(shifts), tuple(sentences)
        )

    def _shifts(self, purpose: str, recipient: str) -> list[Shift]:
        found: dict[tuple[tuple[str, ...], tuple[str, ...], str], set[str]] = {}
        for places in self.alike:
            place = min(places)
            old, new = (
                kinds_used(policy, purpose, recipient, place, self.kinds, self.at) for policy in self.policies
            )
            come, gone = new - old, old - new
            before, after = (
                kinds_unread(policy, purpose, recipient, place, kinds, self.at)
                for policy, kinds in zip(self.policies, (come, gone), strict=True)
            )
            for gains, loses, side in (
                (come - before, gone - after, ""), (before, frozenset[str](), "before"),
                (frozenset[str](), after, "after"),
            ):  # fmt: skip
                if gains or loses:
                    words = (tuple(topmost(gains, self.kinds)), tuple(topmost(loses, self.kinds)), side)
                    found.setdefault(words, set()).update(places)
        return [Shift(tuple(sorted(places)), *words) for words, places in found.items()]

    def _told(self, shift: Shift, kind: str) -> str:
        where = name_places(frozenset(shift.places), self.packs, self.at.date())
        there = where[:1].upper() + where[1:] if where.startswith("everywhere") else f"In {where}"
        said = []
        if shift.unread == "after":
            lost = self.voice.data(self.packs[0], shift.loses)
            return (
                f"{there}: nobody here has read what applies from then on; before, it was done with {lost}."
            )
        if shift.gains:
            how = "with" if kind == "new" or shift.unread else "now with"
            said.append(f"{how} {self.voice.data(self.packs[1], shift.gains)}")
        if shift.loses:
            said.append(f"no longer with {self.voice.data(self.packs[0], shift.loses)}")
        known = "; before, nobody here had read what applied" if shift.unread == "before" else ""
        return f"{there}: {'; '.join(said)}{known}."

    def _conditions(self, purpose: str, recipient: str, permits: list[list[Rule]]) -> Iterator[str]:
        """Which kinds of data are asked about on another condition, such as an audience or an age."""
        found: dict[tuple[str, ...], list[str]] = {}
        for kind in self.kinds:
            told = [
                frozenset(
                    conditions(rule)
                    for rule in rules
                    if any(kind == one or kind.startswith(f"{one}.") for one in rule.categories)
                )
                for rules in permits
            ]
            if all(told) and told[0] != told[1]:
                words = (
                    " or ".join(sorted(c.removeprefix(", ") or "on no condition" for c in one))
                    for one in told
                )
                found.setdefault(tuple(words), []).append(kind)
        for (old, new), kinds in found.items():
            data = self.voice.data(self.packs[1], topmost(frozenset(kinds), self.kinds))
            yield f"On {data}: {new}, where it was {old}."


def _told_apart(permits: list[list[Rule]], packs: tuple[Pack, Pack]) -> Iterator[str]:
    """The first day, the controls and the legal basis, where they differ or the use is new."""
    sides = list(zip(permits, packs, strict=True))
    starts, named = ([of(*side) for side in sides] for of in (_start, _controls))
    bases = [" or ".join(sorted({rule.legal_basis or "none named" for rule in rules})) for rules in permits]
    for what, (old, new) in (
        ("It starts on ", starts),
        ("What stops it: ", named),
        ("Its legal basis: ", bases),
    ):
        if not permits[0]:
            yield f"{what}{new}."
        elif old != new:
            yield f"{what}{new}, where it was {old}."


def _start(rules: list[Rule], pack: Pack) -> str:
    starts = [start for rule in rules if (start := pack.applies_from(rule)) is not None]
    return _day(min(starts)) if starts else ""  # a permit has a notice, and so a start


def _day(start: datetime) -> str:
    return "a day that was not named" if start >= NEVER else str(start.date())


def _controls(rules: list[Rule], pack: Pack) -> str:
    named = [
        f"“{pack.settings[rule.setting].label}”"
        if rule.setting is not None
        else "no control, as it says itself"
        if rule.no_opt_out
        else "no control that it names"
        for rule in rules
    ]
    return listed(dict.fromkeys(named))
