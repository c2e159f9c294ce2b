"""The controls a policy gives its members: the menu they lie in, and one page about each, for one member.

Everything said here stands in the pack in force, with its source, or is asked of `decide`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from licet.decide import Decision, Facts, Policy, decide
from licet.decide.evaluator import judge
from licet.decide.explain import (
    category_term,
    purpose_to_you,
    reason_of,
    recipient_name,
    region_name,
    status_told,
)
from licet.packs import Pack, Rule
from licet.packs.model import Citation
from licet.policies.choice_standing import Standing, reason_for
from licet.policies.rule_reach import such_a_record
from licet.terms import Code
from licet.terms.canonical import JsonObject
from licet.terms.decisions import to_you
from licet.terms.moments import format_moment
from licet.terms.regions import WORLD
from licet.terms.vocabulary import ADVERTISING_YEARS, ancestors, is_published_by_organisations, min_age

#: What only a switch changes.
_SWITCHES = (Code.REFUSED, Code.OFF_BY_DEFAULT, Code.NOT_ASKED)


class Source(NamedTuple):
    """Where a fact was read: the quotation, the text it stands in, and how sure it is."""

    quote: str
    title: str
    url: str | None
    kind: str
    status: str
    observed: str | None


class Governed(NamedTuple):
    """One rule in words, and whether it reaches this member.

    permits: a permission; False is a prohibition, which holds whatever the member switches.
    reaches: ``yes`` (data is used now), ``if_on`` (it would be, were the control on), ``later`` (from a day to come),
             ``not_read`` (nobody here has read what applies) or ``no``, with the reason in `because`.
    """

    rule: str
    permits: bool
    purposes: tuple[str, ...]
    categories: tuple[str, ...]
    recipients: tuple[str, ...]
    regions: tuple[str, ...]
    since: str | None
    until: str | None
    conditions: tuple[str, ...]
    legal_basis: str | None
    reaches: str
    because: str
    source: Source | None


class SettingPage(NamedTuple):
    """One control as its page shows it. `applies`: whether anything it governs reaches this member."""

    id: str
    label: str
    kind: str
    path: tuple[str, ...]
    deep_link: str | None
    steps_in: int
    steps_out: int
    standing: Standing
    applies: bool
    applies_because: str
    governs: tuple[Governed, ...]
    does_not_govern: tuple[Governed, ...]
    never: tuple[Governed, ...]
    side_effects: tuple[str, ...]
    unchanged: tuple[str, ...]
    retroactive: bool | None
    honours: tuple[str, ...]
    observed: str
    source: Source | None
    controller: str

    @property
    def purposes(self) -> tuple[str, ...]:
        """What it decides about, in words, each once."""
        return tuple(dict.fromkeys(purpose for one in self.governs for purpose in one.purposes))

    @property
    def steps_told(self) -> str:
        """How far the way off is and how far the way back on, as the pack says it of the platform's own pages."""
        off, on = (f"{count} step{'' if count == 1 else 's'}" for count in (self.steps_out, self.steps_in))
        if self.steps_out == self.steps_in:
            return f"Switching it off takes {off} on {self.controller}, and switching it on as many."
        return f"Switching it off takes {off} on {self.controller}, and switching it on {on}."

    def as_json(self) -> JsonObject:
        parts = {
            name: [{**one._asdict(), "source": _json(one.source)} for one in getattr(self, name)]
            for name in ("governs", "does_not_govern", "never")
        }
        return {**self._asdict(), **parts, "standing": self.standing.as_json(), "source": _json(self.source)}


class MenuItem(NamedTuple):
    """A step of the settings menu. `setting` is set on the last one, the control itself."""

    label: str
    slug: str
    setting: str | None
    items: tuple[MenuItem, ...]


def menu(pack: Pack) -> tuple[MenuItem, ...]:
    """The pack's controls as the menu they lie in, in the pack's order; equal steps are one."""
    return _branch([(setting.path, id_) for id_, setting in pack.settings.items()])


def setting_page(
    id_: str, facts: Facts, policy: Policy, at: datetime, stands: Standing, is_held: bool = False
) -> SettingPage:
    """The page of one control for one member. is_held: something made for what it governs holds them still."""
    pack = policy.pack
    setting = pack.settings[id_]
    permits = [rule for rule in pack.rules if rule.effect == "permit"]
    own = [rule for rule in permits if rule.setting == id_]
    governs = [_governed(rule, facts, policy, at) for rule in own]
    others = [_governed(rule, facts, policy, at) for rule in permits if rule.setting != id_]
    never = [_governed(rule, facts, policy, at) for rule in pack.rules if rule.effect == "forbid"]
    reached = [one for one in governs if one.reaches in ("yes", "if_on", "later")]
    steps = len(setting.path)
    return SettingPage(
        id_, setting.label, setting.kind, setting.path, setting.deep_link,
        setting.steps_in or steps, setting.steps_out or steps, stands, bool(reached),
        _applies_because(governs, pack, is_held), tuple(governs), tuple(others), tuple(never),
        setting.side_effects, setting.unchanged, setting.retroactive, setting.honours,
        setting.observed.isoformat(), source_of(setting.cite, pack), pack.controller.name,
    )  # fmt: skip


def rules_of_use(
    purpose: str, recipient: str, facts: Facts, policy: Policy, at: datetime
) -> tuple[Governed, ...]:
    """Every permission of one use in words, and whether it reaches a member."""
    return tuple(_governed(rule, facts, policy, at) for rule in policy.pack.permits(purpose, recipient))


def source_of(cite: Citation | None, pack: Pack) -> Source | None:
    if cite is None:
        return None
    source = pack.sources[cite.source]
    observed = None if source.observed is None else source.observed.isoformat()
    return Source(cite.quote, source.title, source.url, source.kind, status_told(pack, cite), observed)


def _governed(rule: Rule, facts: Facts, policy: Policy, at: datetime) -> Governed:
    pack = policy.pack
    reaches, because = _reach(rule, facts, policy, at)
    starts = pack.applies_from(rule)
    return Governed(
        rule.id,
        rule.effect == "permit",
        tuple(purpose_to_you(pack, purpose) for purpose in rule.purposes),
        tuple(category_term(pack, category).label for category in rule.categories),
        tuple(recipient_name(pack, recipient) for recipient in rule.recipients),
        tuple(region_name(pack, region) for region in rule.regions or (WORLD,)),
        None if starts is None else format_moment(starts)[:10],
        None if rule.until is None else rule.until.isoformat(),
        tuple(_conditions(rule, pack)),
        rule.legal_basis,
        reaches,
        because,
        source_of(rule.cite, pack),
    )


def _reach(rule: Rule, facts: Facts, policy: Policy, at: datetime) -> tuple[str, str]:
    """Whether a rule reaches the member: asked of `decide`, and of the rule, about a record such as the rule wants.

    What another rule permits of the same data is told of that one.
    """
    if rule.effect == "forbid":
        return "no", "This is never done, whatever you switch."
    best: Decision | None = None
    by_others: Code | None = None
    for purpose in rule.purposes:
        for category in rule.categories:
            for recipient in rule.recipients:
                request = such_a_record(rule, purpose, category, recipient, at, policy)
                answer = decide(request, facts, policy)
                if not answer.permitted:
                    best = best or answer
                    continue
                cell = policy.cell(purpose, category, recipient)
                own = judge(policy.clause(rule.id), request, facts, policy, cell)
                if own.applies:
                    return "yes", _of_organisations(rule) or "Your data is used for this."
                by_others = by_others or own.code
    if by_others is not None:
        why = _sentence(reason_of(by_others, rule.id, rule.setting, policy.pack))
        if by_others is Code.TOO_EARLY:
            return "later", f"Not yet: it starts on {(_starts(rule, policy) or '')}."
        return ("if_on" if by_others in _SWITCHES else "no"), why
    assert best is not None  # a rule names at least one of each
    if best.code is Code.NOT_READ:
        return "not_read", _sentence(best.reason)
    change = best.would_change
    steps = () if change is None else change.steps
    kinds = {step.kind for step in steps}
    if kinds and kinds <= {"setting", "signal", "moment"}:
        if "moment" in kinds:
            return "later", f"Not yet: it starts on {(_starts(rule, policy) or '')}."
        return "if_on", _sentence(reason_for(best))
    return "no", _sentence(reason_for(best))


def _of_organisations(rule: Rule) -> str | None:
    """What is said of a rule about nothing that is a member's own."""
    if all(map(is_published_by_organisations, rule.categories)):
        return "This is what organisations publish; it is yours only where you publish it for one."
    return None


def _starts(rule: Rule, policy: Policy) -> str | None:
    starts = policy.pack.applies_from(rule)
    return None if starts is None else format_moment(starts)[:10]


def _applies_because(governs: list[Governed], pack: Pack, is_held: bool) -> str:
    if not governs:
        return "Nothing in the policy in force is governed by this control."
    using = [one for one in governs if one.reaches == "yes"]
    if using:
        return f"{pack.controller.name}'s policy reaches you: your data is used for what stands below."
    waiting = [one for one in governs if one.reaches == "later"]
    if waiting:
        return f"The policy will reach you from {waiting[0].since}."
    off = [one for one in governs if one.reaches == "if_on"]
    if off and is_held:
        return "The policy reaches you. This is off, and what was made before holds some of your data still."
    if off:
        return "The policy reaches you, and your data may not be used for this, because it is off."
    unread = [one.because for one in governs if one.reaches == "not_read"]
    if unread:
        return f"Whether the policy reaches you is not known, and so it permits nothing: {_within(unread[0])}"
    return f"The policy does not reach you: {_within(governs[0].because)}"


def _within(sentence: str) -> str:
    return f"{sentence[:1].lower()}{sentence[1:]}"


def _conditions(rule: Rule, pack: Pack) -> Iterable[str]:
    if rule.visibility is not None:
        yield f"what is visible to: {', '.join(rule.visibility)}"
    yield from _least_age(rule, pack)
    if rule.maximum_age is not None:
        yield f"up to the age of {rule.maximum_age}"
    if rule.plans is not None:
        yield f"on the plans: {', '.join(rule.plans)}"
    if rule.created_from is not None:
        yield f"made on or after {rule.created_from.isoformat()}"
    if rule.retention_days is not None:
        yield f"kept for at most {rule.retention_days} days"
    if rule.created_before is not None:
        yield f"made before {rule.created_before.isoformat()}"


def _least_age(rule: Rule, pack: Pack) -> Iterable[str]:
    """From which age the rule is applied: what advertising asks for counts, whatever the policy says."""
    ages = {
        min_age(rule, pack.purpose_line(purpose), ancestors(kind))
        for purpose in rule.purposes
        for kind in rule.categories
    }
    if len(ages) > 1:
        rest = "" if rule.minimum_age is None else f", of {rule.minimum_age} for the rest"
        yield f"from the age of {ADVERTISING_YEARS} for advertising by personal data{rest}"
    elif ages != {None}:
        yield f"from the age of {ages.pop()}"


def _branch(paths: list[tuple[tuple[str, ...], str]]) -> tuple[MenuItem, ...]:
    steps: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for path, id_ in paths:
        steps.setdefault(path[0], []).append((path[1:], id_))
    items = []
    for label, below in steps.items():
        here = next((id_ for rest, id_ in below if not rest), None)
        deeper = [(rest, id_) for rest, id_ in below if rest]
        items.append(MenuItem(label, slug(label), here, _branch(deeper)))
    return tuple(items)


def slug(label: str) -> str:
    """A label as part of an address: lower-case letters and digits, joined by dashes."""
    plain = "".join(c if c.isalnum() and c.isascii() else " " for c in label.lower())
    return "-".join(plain.split()) or "item"


def _sentence(text: str) -> str:
    text = to_you(text)
    return text[:1].upper() + text[1:] + "."


def _json(source: Source | None) -> JsonObject | None:
    return None if source is None else source._asdict()
