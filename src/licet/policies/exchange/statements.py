"""A pack's rules cut down to what a vocabulary can say, and the list of what it cannot.

Cutting never permits more: a permit that would lose a condition is left out, a prohibition that would lose one is kept
and so forbids more, and a control that switches itself off or carries earlier refusals is not traded for a plain one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal, NamedTuple

from licet.packs.model import CONSENT_BASES, NEVER, Pack, Rule, Scope, Setting, State
from licet.terms.moments import midnight
from licet.terms.regions import WORLD
from licet.terms.vocabulary import PURPOSES, ancestors


class Can(NamedTuple):
    """What a vocabulary has words for besides purpose, data, recipient, place and day."""

    opting_out: bool
    legal_basis: bool


class Said(NamedTuple):
    """One rule as it can be said. regions: None for everywhere. starts: first day; until: first day no longer.

    control: the setting that governs it, and `asks` how: by asking first, or by leaving it on until someone objects.
    """

    id: str
    effect: Literal["permit", "forbid"]
    purposes: tuple[str, ...]
    categories: tuple[str, ...]
    recipients: tuple[str, ...]
    regions: tuple[str, ...] | None
    starts: date | None
    until: date | None
    control: str | None
    asks: Literal["first", "after"] | None
    legal_basis: str | None


class Unsaid(NamedTuple):
    """One thing that was not said. of: the rule, setting or part; what: what it is; so: what became of it."""

    of: str
    what: str
    so: str


_CONDITIONS = {
    "minimum_age": "an age", "maximum_age": "an age", "visibility": "who could see a record",
    "plans": "a member's plan", "created_from": "when a record was made", "created_before": "when a record was made",
}  # fmt: skip


def statements_of(pack: Pack, can: Can) -> tuple[list[Said], list[Unsaid]]:
    """The rules that can be said, in the pack's order, and everything that cannot."""
    said: list[Said] = []
    unsaid: list[Unsaid] = []
    hidden = hidden_by(pack)
    for rule in pack.rules:
        if rule.id in hidden:
            what = f"that where rule {hidden[rule.id]} cannot be judged, this one permits nothing either"
            unsaid.append(Unsaid(f"rule {rule.id}", what, "the permission is left out"))
            continue
        found = _permit(pack, rule, can, unsaid) if rule.effect == "permit" else _forbid(pack, rule, unsaid)
        if found is not None:
            said.append(found)
            if rule.legal_basis is not None and not can.legal_basis:
                unsaid.append(
                    Unsaid(f"rule {rule.id}", "its legal basis", "not said; it decides nothing here")
                )
            if rule.no_opt_out:
                unsaid.append(
                    Unsaid(f"rule {rule.id}", "that no control stops it", "not said; it decides nothing")
                )
            if rule.retention_days is not None:
                unsaid.append(Unsaid(f"rule {rule.id}", "how long what is made is kept", "not said"))
        if rule.cite is not None:
            unsaid.append(Unsaid(f"rule {rule.id}", "its quotation and how sure it is", "not said"))
    unsaid += _beside_rules(pack)
    return said, unsaid


def _permit(pack: Pack, rule: Rule, can: Can, unsaid: list[Unsaid]) -> Said | None:
    def out(what: str) -> None:
        unsaid.append(Unsaid(f"rule {rule.id}", what, "the permission is left out"))

    lost: dict[str, None] = dict.fromkeys(
        what for key, what in _CONDITIONS.items() if getattr(rule, key) is not None
    )
    starts = pack.applies_from(rule)
    if starts is None or starts >= NEVER:
        out("a start on a day that was not named")
        return None
    for what in lost:
        out(f"a condition on {what}")
    if not is_read(pack, rule):
        lost |= {"scope": None}
        out("that nobody has read what applies to some of it")
    asks: Literal["first", "after"] | None = None
    if rule.setting is not None:
        setting = pack.settings[rule.setting]
        why = _special(setting)
        if why is not None:
            out(f"that “{setting.label}” {why}")
            return None
        asks = "after" if can.opting_out and _is_plainly_on(setting) else "first"
        if asks == "first" and State.ON in (
            setting.default.state,
            *(e.state for e in setting.default.exceptions),
        ):
            unsaid.append(
                Unsaid(
                    f"rule {rule.id}", f"that “{setting.label}” starts on, or does for some",
                    "it is said to need consent: who was never asked has not agreed",
                )
            )  # fmt: skip
    elif rule.legal_basis in CONSENT_BASES:
        out("consent that no control gives")
        return None
    return (
        None
        if lost
        else _said(rule, pack, starts.date(), asks, rule.legal_basis if can.legal_basis else None)
    )


def is_read(pack: Pack, permit: Rule) -> bool:
    """Whether one part of the pack's scope holds all that a permit permits: that is then as if there were no scope."""
    return pack.scope is None or any(_holds(part, permit, pack) for part in pack.scope)


def _holds(part: Scope, permit: Rule, pack: Pack) -> bool:
    starts = pack.applies_from(permit)
    regions = {*_flat(pack, part.regions or (WORLD,))}
    return (
        (part.from_ is None or (starts is not None and midnight(part.from_) <= starts))
        and (part.until is None or (permit.until is not None and permit.until <= part.until))
        and (part.recipients is None or {*part.recipients}.issuperset(permit.recipients))
        and (WORLD in regions or regions.issuperset(_flat(pack, permit.regions or (WORLD,))))
        and all(
            part.purposes is None or {*pack.purpose_line(one)} & {*part.purposes} for one in permit.purposes
        )
        and all(
            part.categories is None or {*ancestors(one)} & {*part.categories} for one in permit.categories
        )
    )


def hidden_by(pack: Pack) -> dict[str, str]:
    """Permits that may not be said because of another one that is not said whole, and which.

    A permit that cannot be judged, because an age or a plan is not known, denies what others would permit. Without it
    they would permit more.
    """
    reach = {rule.id: _reach(pack, rule) for rule in pack.rules if rule.effect == "permit"}
    waiting = [id_ for id_ in reach if _may_be_undecided_unseen(pack, pack.rules_by_id[id_])]
    met, found = set(waiting), dict[str, str]()
    while waiting:
        one = waiting.pop()
        for other in reach:
            if other != one and other not in found and _overlap(reach[one], reach[other]):
                found[other] = one
                if other not in met:
                    met.add(other)
                    waiting.append(other)
    return found


def _may_be_undecided_unseen(pack: Pack, rule: Rule) -> bool:
    """Whether what a vocabulary says of a permit can be judged where the permit itself cannot."""
    starts = pack.applies_from(rule)
    if starts is None or starts >= NEVER:
        return False  # it never applies, whatever is known
    setting = None if rule.setting is None else pack.settings[rule.setting]
    return (
        any(getattr(rule, key) is not None for key in _CONDITIONS)
        or (rule.regions is not None and not is_read(pack, rule))
        or (setting is None and rule.legal_basis in CONSENT_BASES)
        or (setting is not None and (_special(setting) is not None or bool(setting.default.exceptions)))
    )


class _Reach(NamedTuple):
    purposes: frozenset[str]
    categories: tuple[str, ...]
    recipients: frozenset[str]


def _reach(pack: Pack, rule: Rule) -> _Reach:
    known = (
        word
        for word in {*pack.purposes, *PURPOSES}
        if not {*pack.purpose_line(word)}.isdisjoint(rule.purposes)
    )
    return _Reach(frozenset(known), rule.categories, frozenset(rule.recipients))


def _overlap(one: _Reach, other: _Reach) -> bool:
    return (
        not one.purposes.isdisjoint(other.purposes)
        and not one.recipients.isdisjoint(other.recipients)
        and any(a in ancestors(b) or b in ancestors(a) for a in one.categories for b in other.categories)
    )


def _forbid(pack: Pack, rule: Rule, unsaid: list[Unsaid]) -> Said | None:
    starts = pack.applies_from(rule)
    if starts is not None and starts >= NEVER:
        unsaid.append(
            Unsaid(f"rule {rule.id}", "a start on a day that was not named", "left out: it never applies")
        )
        return None
    for what in dict.fromkeys(what for key, what in _CONDITIONS.items() if getattr(rule, key) is not None):
        unsaid.append(
            Unsaid(f"rule {rule.id}", f"a condition on {what}", "said without it, and so it forbids more")
        )
    return _said(rule, pack, None if starts is None else starts.date(), None, None)


def _said(
    rule: Rule, pack: Pack, starts: date | None, asks: Literal["first", "after"] | None, basis: str | None
) -> Said:
    regions = None if rule.regions is None else tuple(dict.fromkeys(_flat(pack, rule.regions)))
    return Said(
        rule.id, rule.effect, rule.purposes, rule.categories, rule.recipients,
        None if regions is None or WORLD in regions else regions, starts, rule.until, rule.setting, asks, basis,
    )  # fmt: skip


def _flat(pack: Pack, regions: tuple[str, ...]) -> Iterator[str]:
    """Codes alone: EU and EEA stay, since who is in them changes with the day."""
    for region in regions:
        if region in pack.region_groups:
            yield from _flat(pack, pack.region_groups[region].include)
        else:
            yield region


def _special(setting: Setting) -> str | None:
    """What a control does that a plain one does not, if it can make a no."""
    if setting.honours:
        return "is switched off by a privacy signal"
    if setting.replaces:
        return "keeps refusals of earlier controls"
    return None


def _is_plainly_on(setting: Setting) -> bool:
    return setting.default.state is State.ON and not setting.default.exceptions


def _beside_rules(pack: Pack) -> Iterator[Unsaid]:
    for id_, setting in pack.settings.items():
        told = ["its menu path"]
        told += ["where it starts for whom"] if setting.default.exceptions else []
        told += ["its side effects"] if setting.side_effects or setting.unchanged else []
        told += ["whether it reaches what was built before"] if setting.retroactive is not None else []
        told += ["that organisations may refuse it"] if setting.organisation_may_refuse else []
        yield Unsaid(f"setting {id_}", ", ".join(told), "not said")
    for id_, category in pack.categories.items():
        if category.organisation_may_refuse:
            yield Unsaid(f"kind of data {id_}", "that organisations may refuse it", "not said")
    for id_ in pack.notices:
        yield Unsaid(
            f"notice {id_}", "its title and when it was published", "not said; the first day is, by rule"
        )
    for id_ in pack.region_groups:
        yield Unsaid(f"region group {id_}", "its name", "its places are said one by one")
    for id_ in pack.statements:
        yield Unsaid(f"statement {id_}", "a fact that no rule carries", "not said")
    if pack.scope is not None:
        yield Unsaid(
            "the pack", "what it speaks for", "not said; elsewhere it says nothing, and nothing is permitted"
        )
    if pack.versions:
        yield Unsaid("the pack", "its versions, and what each changed", "not said; the days of the rules are")
    yield Unsaid("the pack", "its sources, and when it is to be checked again", "not said")
