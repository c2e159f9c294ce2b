"""Where a member stands on one control: on or off, since when, and what made it so.

Asked of `decide.evaluator` for everything that the control governs; what is added here are only the words for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from licet.decide import Decision, Facts, Policy, Request
from licet.decide.evaluator import refusal_carried, stands_on, starts_on
from licet.decide.explain import category_term
from licet.ledger import Ledger
from licet.packs import Pack
from licet.terms import EVERY_USE, SELF, ChoiceState, Code
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment
from licet.terms.signals import GPC


class Standing(NamedTuple):
    """on: whether it lets anything that it governs be used; None when nobody can say, and then nothing is.

    how:     ``chosen``, ``default``, ``signal``, ``earlier`` (another control that governed the same was switched off),
             ``objection`` (every use was objected to), ``erased`` (what was chosen is erased, and that it was a no
             still stands), or ``unknown``.
    since:   when it was chosen, and `entry` where the ledger says so; None where nobody chose.
    via:     how the choice reached the ledger, such as ``web`` or ``signal``.
    default: where it starts for this member; None when nobody can say.
    off_for: where it is on, the kinds of data for which it is off all the same.
    """

    on: bool | None
    how: str
    state: ChoiceState
    since: datetime | None
    entry: int | None
    via: str | None
    default: bool | None
    sentence: str
    off_for: tuple[str, ...] = ()

    def as_json(self) -> JsonObject:
        since = None if self.since is None else format_moment(self.since)
        return {**self._asdict(), "state": str(self.state), "since": since, "off_for": list(self.off_for)}


class _Answer(NamedTuple):
    """Whether a control lets one kind of data be used for one use; `earlier` says what was switched off before it."""

    category: str
    on: bool | None
    code: Code
    earlier: str | None


def standing(
    setting: str, subject: str, facts: Facts, policy: Policy, ledger: Ledger, at: datetime, position: int
) -> Standing:
    """Where `subject` stands on a setting of the pack in force."""
    control, pack = policy.controls[setting], policy.pack
    answers = list(_answers(setting, facts, policy, at))
    on = True if any(one.on for one in answers) else None if any(one.on is None for one in answers) else False
    used = {one.category for one in answers if one.on}
    off_for = tuple(dict.fromkeys(one.category for one in answers if one.category not in used)) if on else ()
    chosen = ledger.choices_of(subject, position)
    whole = {one.setting: one for one in chosen if one.category is None}
    state, is_asked_again = facts.choices.get(setting, ChoiceState.NEVER_ASKED), False
    if state.is_yes:
        unspoken, speaks = policy.unspoken(setting, facts.bound.get(setting))
        is_asked_again = bool(unspoken)
        if not speaks:  # given for something else: as if never asked
            state = ChoiceState.NEVER_ASKED
            whole.pop(setting, None)
    made, noes = whole.get(setting), () if on else tuple(one for one in chosen if one.value == "off")
    earlier = next((one.earlier for one in answers if one.earlier is not None), None)
    # A no to the whole of it comes first, then one to what it took the place of; one to some kinds of data last.
    refusals = [
        no for name in (*control.answers_for, earlier) for no in noes
        if no.setting == name and (no.category is None or name == earlier)
    ]  # fmt: skip
    refusals += [no for no in noes if no.setting in control.answers_for]
    if refusals and any(one.code is Code.REFUSED for one in answers):
        made = refusals[0]
        how = {setting: "chosen", EVERY_USE: "objection"}.get(made.setting, "earlier")
    elif not on and (control.honours & facts.signals or earlier is not None):
        how, made = "signal", None
    elif made is not None:
        how = "chosen"
    else:
        how = "unknown" if on is None else "default"
    sent = control.honours & facts.signals
    entry = None if made is None else ledger.entry(made.entry)
    if entry is not None and entry.erased:
        how = "erased"
    payload = {} if entry is None or entry.payload is None else entry.payload
    via = payload.get("via")
    start = starts_on(control, Request("", "", SELF, at), facts, policy).applies
    return Standing(
        on, how, state,
        None if made is None else made.at, None if made is None else made.entry,
        via if isinstance(via, str) else None, start, _sentence(on, how, is_asked_again, off_for, pack, sent),
        off_for,
    )  # fmt: skip


def _answers(setting: str, facts: Facts, policy: Policy, at: datetime) -> Iterator[_Answer]:
    """What `decide` makes of the control for each use and kind that it governs; alone where it governs nothing."""
    control, nothing = policy.controls[setting], Request("", "", SELF, at)
    governed = [
        (policy.clause(rule.id).needs_consent, Request(purpose, category, recipient, at))
        for rule in policy.pack.rules
        if rule.setting == setting
        for purpose in rule.purposes
        for category in rule.categories
        for recipient in rule.recipients
    ]
    for needs_consent, request in governed or [(False, nothing)]:
        cell = policy.cell(request.purpose, request.category, request.recipient)
        verdict, earlier = stands_on(control, needs_consent, request, facts, policy, cell), None
        if verdict.applies and request is not nothing:
            earlier = refusal_carried(cell, request, facts, policy)
        if earlier is None:
            yield _Answer(request.category, verdict.applies, verdict.code, None)
        else:
            yield _Answer(request.category, False, Code.REFUSED, earlier)


def _sentence(
    on: bool | None,
    how: str,
    is_asked_again: bool,
    off_for: tuple[str, ...],
    pack: Pack,
    signals: frozenset[str],
) -> str:
    said = _why(on, how, is_asked_again, signals)
    kinds = ", ".join(category_term(pack, category).label for category in off_for)
    return f"{said} It is off for: {kinds}." if kinds else said


def _why(on: bool | None, how: str, is_asked_again: bool, signals: frozenset[str]) -> str:
    word = "on" if on else "off"
    if on and how == "chosen" and is_asked_again:
        return "You switched this on. Since then it has come to govern more, and for that nobody has asked you yet."
    if how == "chosen":
        return f"You switched this {word}."
    if how == "erased":
        return "What you chose here was erased, and that it was a no still holds, until you switch it on."
    if how == "earlier":
        return "You switched off a control that governed the same before, and that no still holds."
    if how == "objection":
        return "You objected to every use of your data, and that holds here until you switch this on."
    if how == "signal" and signals and GPC not in signals:
        return "It is off because a consent string of your browser refuses it, or cannot be read."
    if how == "signal":
        return "It is off because your browser sends a privacy signal."
    if how == "unknown":
        return "Whether it starts on or off for you is not known, so it counts as off."
    return f"It is {word} by default: nobody asked you, and you have not chosen."


def reason_for(decision: Decision) -> str:
    """Why, as far as the member is concerned: what a browser's signal switched off, nobody switched."""
    facts, setting = decision.facts, decision.policy.pack.settings.get(decision.setting or "")
    if decision.code is Code.REFUSED and facts is not None and setting is not None:
        said_no = decision.choice in (ChoiceState.REFUSED, ChoiceState.WITHDRAWN)
        if not said_no and facts.signals.intersection(setting.honours):
            sent = "a privacy signal" if GPC in facts.signals else "a consent string that refuses"
            return f"the member's browser sent {sent}, and that switches “{setting.label}” off"
    return decision.reason
