"""Where a member stands on one control: on or off, since when, and what made it so.

Asked of `decide.reference`, which decides the same way; what is added here are only the words for it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from licet.decide import Facts, Policy, Request
from licet.decide.reference import YES, stands_on, starts_on
from licet.ledger import Ledger
from licet.terms import SELF, ChoiceState, Code
from licet.terms.moments import format_moment


class Standing(NamedTuple):
    """on: None when nobody can say, and then nothing that it governs is permitted.

    how:     ``chosen``, ``default``, ``signal``, ``earlier`` (a control this one replaces was switched off),
             ``erased`` (what was chosen is erased, and that it was a no still stands), or ``unknown``.
    since:   when it was chosen, and `entry` where the ledger says so; None where nobody chose.
    via:     how the choice reached the ledger, such as ``web`` or ``signal``.
    default: where it starts for this member; None when nobody can say.
    """

    on: bool | None
    how: str
    state: ChoiceState
    since: datetime | None
    entry: int | None
    via: str | None
    default: bool | None
    sentence: str

    def as_json(self) -> dict[str, Any]:
        since = None if self.since is None else format_moment(self.since)
        return {**self._asdict(), "state": str(self.state), "since": since}


def standing(
    setting: str, subject: str, facts: Facts, policy: Policy, ledger: Ledger, at: datetime, position: int
) -> Standing:
    """Where `subject` stands on a setting of the pack in force."""
    control = policy.controls[setting]
    request = Request("", "", SELF, at)
    verdict = stands_on(control, False, request, facts._replace(narrow={}), policy)
    start = starts_on(control, request, facts).applies
    choices = {one.setting: one for one in ledger.choices_of(subject, position) if one.category is None}
    state = facts.choices.get(setting, ChoiceState.NEVER_ASKED)
    unspoken: list[tuple[str, str, str]] = []
    if state is ChoiceState.GIVEN:
        unspoken, speaks = policy.unspoken(setting, facts.bound.get(setting))
        if not speaks:  # given for something else: as if never asked
            state = ChoiceState.NEVER_ASKED
            del choices[setting]
        elif verdict.code is not Code.REFUSED:
            verdict = YES
    signals = control.honours & facts.signals
    refusals = [one for one in control.answers_for if one in choices and choices[one].value == "off"]
    made = choices.get(setting)
    if made is not None and made.value == "off":
        refusals = [setting]
    if refusals:
        made, how = choices[refusals[0]], "chosen" if refusals[0] == setting else "earlier"
    elif signals and verdict.code is Code.REFUSED:
        how, made = "signal", None
    elif made is not None:
        how = "chosen"
    else:
        how = "unknown" if verdict.applies is None else "default"
    entry = None if made is None else ledger.entry(made.entry)
    if entry is not None and entry.erased:
        how = "erased"
    payload = {} if entry is None or entry.payload is None else entry.payload
    via = payload.get("via")
    return Standing(
        verdict.applies, how, state, None if made is None else made.at, None if made is None else made.entry,
        via if isinstance(via, str) else None, start, _sentence(verdict.applies, how, start, bool(unspoken)),
    )  # fmt: skip


def _sentence(on: bool | None, how: str, start: bool | None, is_asked_again: bool) -> str:
    word = "on" if on else "off"
    if how == "chosen" and is_asked_again:
        return "You switched this on. Since then it has come to govern more, and for that nobody has asked you yet."
    if how == "chosen":
        return f"You switched this {word}."
    if how == "erased":
        return "What you chose here was erased, and that it was a no still holds, until you switch it on."
    if how == "earlier":
        return "You switched off the control that this one took the place of, and that no still holds."
    if how == "signal":
        return "It is off because your browser sends a privacy signal."
    if how == "unknown":
        return "Whether it starts on or off for you is not known, so it counts as off."
    return f"It is {word} by default: nobody asked you, and you have not chosen."
