"""What the pages tell a member, one sentence a code: a template with parameters, so that each can be translated whole.

No sentence is glued of parts here, and nothing is decided. Where a number changes the words, there is a template for
one and one for any other number of `count`.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from licet.terms.moments import parse_moment


class Counted(NamedTuple):
    """Templates by the number `count`."""

    one: str
    other: str


#: `{x:day}` is a day, `{x:moment}` a minute in UTC; whole numbers are written with a comma between thousands.
TEMPLATES: dict[str, str | Counted] = {
    # what leads a page
    "lead.used_since": Counted(
        "{count} of your records may be used for {purpose}, by {recipient}, since {since:day}.",
        "{count} of your records may be used for {purpose}, by {recipient}, since {since:day}.",
    ),
    "lead.others": Counted(
        "One other use may get some of yours, too.", "{count} other uses may get some of yours, too."
    ),
    "lead.held": Counted(
        "Nothing of yours may be used any more, but {artefact} still holds {count} of yours.",
        "Nothing of yours may be used any more, but {artefact} still holds {count} of yours.",
    ),
    "lead.held_before": (
        "Nothing of yours may be used any more, but something that was made before still holds some of it, or may."
    ),
    "lead.left": "Nothing of yours may be used now. Copies of what was made before have left {controller}.",
    "lead.no_records": "No record here is about you, so there is nothing of yours to use.",
    "lead.none.region": "Nothing of yours is used: we have you in {region}.",
    "lead.none.region_unknown": "Nothing of yours is used: we do not know where you live.",
    "lead.none.age": "Nothing of yours is used: we have you as {age} years old.",
    "lead.none.age_unknown": "Nothing of yours is used: we do not know how old you are.",
    "lead.none.refused": "Nothing of yours is used: you said no.",
    "lead.none.signal": "Nothing of yours is used: a privacy signal of your browser says no.",
    "lead.none.off": "Nothing of yours is used: that is off unless you switch it on.",
    "lead.none.early": "Nothing of yours is used yet.",
    "lead.none.not_read": "Nothing of yours is let through: nobody here has read what applies to you.",
    "lead.none.not_read_in": "Nothing of yours is let through: nobody here has read what applies to you in {region}.",
    "lead.none.other": "Nothing of yours is used: the policy in force permits none of it.",
    "lead.switch_off": "Switch it off",
    "lead.wrong": "Wrong?",
    # one use
    "use.held": "Nothing of yours may go into {purpose} by {recipient} any more; what was made still holds some.",
    "use.none": "Nothing of yours may go into {purpose}, by {recipient}, now.",
    "use.kept": Counted("At most {count} day.", "At most {count} days."),
    "use.kept_unsaid": "The policy does not say.",
    "use.no_control": "No control of yours governs it.",
    "use.share": Counted("That is {held} of {count} thing in it.", "That is {held} of {count} things in it."),
    "use.proof": "The proof",
    "use.nothing_made": "Nothing was made of members' data for this here.",
    "use.held_before": "An earlier version holds some of yours until it is purged.",
    # who the member is taken for
    "known.region": "We have you in {region}, and go by that.",
    "known.region_unknown": "We do not know where you live, and permit nothing that depends on it.",
    "known.age": "We have you as {age} years old, and go by that.",
    "known.age_unknown": "We do not know how old you are, and permit nothing that depends on it.",
    "known.contested": "You said on {at:day} that this is wrong. Nobody has answered yet.",
    # what was not done, and what was
    "session.nothing_changed": "You had been signed out before this came, so nothing was changed. You can do it now.",
    "session.sign_in_again": "You were signed out, so nothing was changed. Sign in, and you are back where you were.",
    "session.confirm_off": "You wanted to switch this off. Nothing is switched yet.",
    "session.confirm_on": "You wanted to switch this on. Nothing is switched yet.",
    "session.do_off": "Switch it off",
    "session.do_on": "Switch it on",
    "session.form_outdated": "The form was out of date, so nothing was changed.",
    "session.back": "Back to it",
    "failure.saved": "What you chose was saved, as entry {entry}, and is in effect. Only this page cannot be shown.",
    "failure.tables": "Your records cannot be read at the moment, so this page cannot be shown ({code}).",
    "failure.choices_hold": "Your choices hold, and can be changed.",
    "setting.made_unknown": "What was made so far cannot be looked at now, so nobody can tell what it holds of yours.",
    # the privacy signal
    "signal.account": "Your browser's privacy signal was honoured: for your account it switches off {controls}.",
    "signal.visit": (
        "Your browser's privacy signal is honoured: {controls} counts as off, and for your account once you have "
        "signed in."
    ),
    "signal.nothing": (
        "Your browser sends a privacy signal; no control of {controller} goes by it, so it switches off nothing."
    ),
    "signal.stands": "A privacy signal that a browser of yours sent still holds: it switches off {controls}.",
    "signal.none": "No privacy signal came with this page.",
    # requests
    "request.none": "You have asked for nothing here yet.",
    "request.recorded_correction": "Recorded as request {number}. It is to be answered by {due:day}.",
    "request.recorded_complaint": "Recorded as request {number}. You are to hear by {due:day} that it was received.",
    "request.ask_region": "Where do you live?",
    "request.ask_age": "How old are you, or when were you born?",
    "request.ask_complaint": "What went wrong?",
    "request.correction_clock": Counted(
        "It is to be answered within {count} day.", "It is to be answered within {count} days."
    ),
    "request.complaint_clock": Counted(
        "You are to hear within {count} day that it was received.",
        "You are to hear within {count} days that it was received.",
    ),
    "request.nothing_changes_yet": "Until then we go by what we have.",
    "request.switch_meanwhile": "What you do not want you can switch off meanwhile.",
    "request.not_needed": "To say no to a use you need not ask: a control holds at once, without any proof.",
    "request.named_region": "Where you live",
    "request.named_age": "How old you are",
    "request.named_complaint": "A complaint",
    "request.state_asked": "Waiting",
    "request.state_acknowledged": "Received",
    "request.state_answered": "Answered",
    "request.state_late": "Overdue",
    "request.made": "Request {number}, of {at:moment}.",
    "request.taken_as": "We had you then as: {value}.",
    "request.acknowledged": "Received on {at:day}.",
    "request.due_correction": "To be answered by {at:day}.",
    "request.due_complaint": "To be acknowledged by {at:day}.",
    "request.answered": "Answered on {at:day}:",
    "queue.waiting": Counted("One request waits.", "{count} requests wait."),
    "queue.taken_as": "The tables then had: {value}.",
    "queue.late": "It was due on {at:day}.",
    "queue.whose": "Whose each is, the keeper of this workspace sees by its number:",
    # what a control does
    "control.on_does": "While it is on, your data may be used for: {purposes}.",
    "control.off_does": "While it is off, your data may not be used for: {purposes}.",
    "control.reaches_nobody": "On or off, it lets nothing of yours be used now: the policy does not reach you.",
    "control.governs_nothing": "It decides about nothing in the policy in force.",
}


def say(code: str, /, **parameters: Any) -> str:
    """One sentence in English. Raises: KeyError for a code or a parameter that is not there."""
    template = TEMPLATES[code]
    if isinstance(template, Counted):
        template = template.one if parameters["count"] == 1 else template.other
    return _FORMATTER.vformat(template, (), parameters)


def parameters_of(code: str) -> frozenset[str]:
    """The names that a sentence's templates speak of."""
    template = TEMPLATES[code]
    texts = template if isinstance(template, Counted) else (template,)
    return frozenset(name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name)


class _Formatter(string.Formatter):
    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return kwargs[str(key)]

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec in ("day", "moment"):
            at: datetime = parse_moment(value) if isinstance(value, str) else value
            day = f"{at.day} {at:%B %Y}"
            return day if format_spec == "day" else f"{day}, {at:%H:%M} UTC"
        if type(value) is int:
            return f"{value:,}"
        if isinstance(value, (list, tuple)):
            return "; ".join(value)
        return str(value)


_FORMATTER = _Formatter()
