"""How to opt out of what a platform does, step by step, for someone in a region: read off the pack, nothing added.

For each control: whether it matters there, the way to it, what it will change and what it will not. Where the control
is a form and the use rests on legitimate interest, or on no basis that anybody named, a letter of objection stands
ready. It is a text to fill in, not legal advice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from licet.decide import Policy
from licet.decide.explain import place_name, purpose_term, recipient_name
from licet.packs import Pack, Rule, open_pack
from licet.policies.comparison.comparison_cells import Line, mark_changed
from licet.policies.comparison.comparison_columns import ALL_OF_IT, Use, data, data_words, default, steps
from licet.policies.comparison.comparison_table import require_region
from licet.policies.control_pages import source_of
from licet.policies.pack_staleness import NONE, Changes, Staleness, changes_in, staleness
from licet.policies.rule_reach import STATES, Reach, reach
from licet.policies.scope_sentences import scope_parts, version_told
from licet.terms import Code
from licet.terms.canonical import JsonObject
from licet.terms.moments import midnight
from licet.terms.regions import members_of
from licet.terms.vocabulary import CATEGORIES, ORGANISATION, is_published_by_organisations

#: Under these the letter may object (GDPR Art. 21(1)); a rule without any basis is met the same way.
OBJECTABLE = frozenset({None, "eu-gdpr:A6-1-f"})

_WHEN = {
    "yes": "It matters to you: your data is used unless you act.",
    "unstated": "No source says whether this starts on. Look, and switch it off if you want it off.",
    "depends": "Whether it matters turns on which part of it you are in: ask with that, such as US-CA.",
    "if_on": "Your data is not used unless you switch this on.",
    "later": "It will matter to you: the use has not begun.",
    "announced": "The use was announced, and no day is named.",
    "not_read": "Nobody here has read what applies where you are.",
    "no": "It does not matter where you are: the policy does not use your data for this there.",
}
#: Why a control does not matter, where that is no matter of place.
_ENDED = "What it governed has ended."
_UNSPOKEN = "No use that was read turns on it alone."
#: So many kinds of data are named with a use for which nothing else is told.
_FEW = 3
#: In these a control does something, now or later.
_MATTERS = ("yes", "unstated", "depends", "if_on", "later", "announced")
#: In these data is used, or will be, and nobody need switch anything on.
_GOES_ON = ("yes", "unstated", "depends", "later")
#: How the controls are counted in the answer; those that do not matter are not.
_ANSWER = {
    "yes": "Your data is used unless you act: {} to use.",
    "unstated": "No source says whether your data is used unless you act: {} to look at.",
    "depends": "Where there you are decides about {}.",
    "if_on": "Off unless you switch it on: {}.",
    "later": "To come: {} to use before the first day.",
    "announced": "Announced without a day: {}.",
}
_UNREAD = "Nobody here has read what applies where you are"


class ControlGuide(NamedTuple):
    """One control. state: as in `rule_reach.Reach`. steps: what to do, in order.

    letter: a text to send where there is only a form; None where it would not apply.
    """

    id: str
    label: str
    kind: str
    state: str
    when: str
    starts: tuple[Line, ...]
    steps: tuple[str, ...]
    deep_link: str | None
    way: tuple[Line, ...]
    will_change: tuple[Line, ...]
    will_not_change: tuple[Line, ...]
    letter: str | None

    def as_json(self) -> JsonObject:
        told = {
            name: [line.as_json() for line in getattr(self, name)]
            for name in ("starts", "way", "will_change", "will_not_change")
        }
        return {**self._asdict(), **told, "steps": list(self.steps)}


class Guide(NamedTuple):
    """controls: those of the policy, the ones that matter first. without: uses of members' data there that no control
    of it stops; what organisations publish is named with what a control does not change.

    stale:     why the pack is stale; empty where it is not.
    version:   in force on the day; empty where the pack holds no history.
    unread:    the uses of the policy of which nobody here has read what applies there. speaks_of: what was read, part
               by part; empty for everything.
    """

    pack: str
    platform: str
    title: str
    version: str
    region: str
    region_name: str
    observed: str
    stale: Staleness | None
    controls: tuple[ControlGuide, ...]
    without: tuple[Line, ...]
    unread: tuple[str, ...]
    speaks_of: tuple[str, ...]

    @property
    def is_quiet(self) -> bool:
        """Whether all was read that the policy does there, and none of it goes on unless somebody acts."""
        return not (self.unread or self.without or any(one.state in _MATTERS[:3] for one in self.controls))

    @property
    def answer(self) -> str:
        """What there is to do, in a sentence or two."""
        states = [one.state for one in self.controls]
        told = [
            said.format("1 control" if count == 1 else f"{count} controls")
            for state, said in _ANSWER.items()
            if (count := states.count(state))
        ]
        if self.without:
            uses = "1 use" if len(self.without) == 1 else f"{len(self.without)} uses"
            told.append(f"No control of this policy stops {uses}.")
        if self.unread and not told:
            return f"{_UNREAD}."
        if not states:
            told = ["The policy names no control.", *told]
        elif not any(state in _MATTERS for state in states):
            told = ["Of what was read, nothing can be switched off where you are.", *told]
        if self.unread:
            told.append(f"{_UNREAD} for {'; '.join(self.unread)}.")
        return " ".join(told)

    def as_json(self) -> JsonObject:
        return {
            **self._asdict(), "stale": None if self.stale is None else self.stale.as_json(), "answer": self.answer,
            "controls": [one.as_json() for one in self.controls],
            "without": [line.as_json() for line in self.without], "unread": list(self.unread),
            "speaks_of": list(self.speaks_of),
        }  # fmt: skip


def guide(name_or_path: str, region: str, *, day: date, texts: Path | None = None) -> Guide:
    """How to opt out under one policy. Raises: PackErrors; AppError APP-110 for a region that is not one.

    texts: the archives' texts, in which what changed makes a policy stale; None: nothing is looked at.
    """
    pack = open_pack(name_or_path)
    return guide_pack(pack, region, day=day, changes=changes_in(texts, [pack]))


def guide_pack(pack: Pack, region: str, *, day: date, changes: Mapping[str, Changes] = NONE) -> Guide:
    """The same, for a pack at hand."""
    require_region(region)
    policy = Policy(pack, as_written=True)
    permits = [rule for rule in pack.rules if rule.effect == "permit"]
    reached = {rule.id: reach(rule, policy, region, midnight(day)) for rule in permits}
    controls = [_control(pack, id_, permits, reached, region, day) for id_ in pack.settings]
    states = {id_: one.state for id_, one in reached.items()}
    stoppable = {
        word
        for rule in permits
        if rule.setting is not None and states[rule.id] in _MATTERS
        for word in rule.purposes
    }
    without = [
        Line(
            f"{_purposes(pack, rule)}, by {_recipients(pack, rule)}{_with(pack, rule, reached, stoppable)}"
            f"{_when(reached[rule.id])}{_said(rule)}",
            source_of(rule.cite, pack),
        )
        for rule in permits
        if rule.setting is None and states[rule.id] in _MATTERS and not _is_of_organisations(rule)
    ]
    known = {word for rule in permits if states[rule.id] != "not_read" for word in rule.purposes}
    unread = dict.fromkeys(
        purpose_term(pack, word).label + (", with other data" if word in known else "")
        for rule in permits
        if states[rule.id] == "not_read"
        for word in rule.purposes
    )
    found = Guide(
        pack.id, pack.controller.name, pack.title, version_told(pack, day), region, place_name(pack, region),
        pack.observed.isoformat(), staleness(pack, day, changes),
        tuple(sorted(controls, key=lambda one: STATES.index(one.state))), _once(without), tuple(unread),
        scope_parts(pack),
    )  # fmt: skip
    return mark_changed(found, changes[pack.id].quotes) if pack.id in changes else found


def _control(
    pack: Pack, id_: str, permits: list[Rule], reached: dict[str, Reach], region: str, day: date
) -> ControlGuide:
    setting = pack.settings[id_]
    own = [rule for rule in permits if rule.setting == id_]
    state = min((reached[rule.id].state for rule in own), key=STATES.index, default="no")
    there = [rule for rule in own if reached[rule.id].kinds] or own
    source = source_of(setting.cite, pack)
    kinds = {rule.id: reached[rule.id].kinds or rule.categories for rule in there}
    use = Use(pack, (), tuple(there), (), kinds, day)
    change = [
        Line(line.text if line.text.startswith(ALL_OF_IT) else f"no longer used: {line.text}", line.source)
        for line in data(use)
    ]
    change += [Line(f"besides: {effect}", source) for effect in setting.side_effects]
    stays = [Line(one, source) for one in setting.unchanged]
    mine = {word for rule in own for word in rule.purposes}
    stays += [
        Line(
            f"{_purposes(pack, rule)}, by {_recipients(pack, rule)}{_with(pack, rule, reached, mine)}{_of(rule)}",
            source_of(rule.cite, pack),
        )
        for rule in permits
        if rule.setting != id_ and reached[rule.id].state in _GOES_ON
    ]
    about = {rule.id for rule in own}
    more = [
        Line(one.says.rstrip("."), source_of(one.cite, pack))
        for one in pack.statements.values()
        if one.about in ("control", "steps") and (not one.rules or not about.isdisjoint(one.rules))
    ]
    for one in pack.statements.values():
        if one.about == "retroactive" and (not one.rules or not about.isdisjoint(one.rules)):
            stays.append(Line(one.says.rstrip("."), source_of(one.cite, pack)))
    if state not in _MATTERS:  # what it would change elsewhere is of no use there
        change, stays, more = [], [], []
    return ControlGuide(
        id_, setting.label, setting.kind, state, _matters(state, own, reached), tuple(default(use)), _steps(pack, id_),
        setting.deep_link, (*steps(use), *more), _once(change), _once(stays),
        _letter(pack, there, region, day) if setting.kind == "form" and state in _MATTERS else None,
    )  # fmt: skip


def _matters(state: str, own: list[Rule], reached: dict[str, Reach]) -> str:
    if state == "no" and not own:
        return _UNSPOKEN
    if state == "no" and all(reached[rule.id].code is Code.TOO_LATE for rule in own):
        return _ENDED
    return _WHEN[state]


def _with(pack: Pack, rule: Rule, reached: dict[str, Reach], told: set[str]) -> str:
    """The data of a rule, where it is little, or something else is told of the same purpose that it is not."""
    kinds = reached[rule.id].kinds or rule.categories
    if told.isdisjoint(rule.purposes) and len(kinds) > _FEW:
        return ""
    return f", with {data_words(Use(pack, (), (rule,), (), {rule.id: kinds}, date.min))}"


def _when(there: Reach) -> str:
    if there.state == "later" and there.starts is not None:
        return f", from {there.starts:%Y-%m-%d} on"
    return {"announced": ", announced without a day", "depends": ", in some places there"}.get(
        there.state, ""
    )


def _once(lines: list[Line]) -> tuple[Line, ...]:
    """Each thing once, with the first source it has."""
    found: dict[str, Line] = {}
    for line in lines:
        found.setdefault(line.text, line)
    return tuple(found.values())


def _steps(pack: Pack, id_: str) -> tuple[str, ...]:
    setting = pack.settings[id_]
    last = {
        "toggle": f"Switch “{setting.label}” off.",
        "form": f"Fill in “{setting.label}” and send it.",
        "privacy-signal": f"Switch on “{setting.label}” in your browser.",
        "delete-content": "Delete what is not to be used.",
        "avoid-feature": f"Do not use {setting.label}.",
    }[setting.kind]
    if setting.kind in ("delete-content", "avoid-feature"):
        return (last,)
    opened = setting.path[:-1] if setting.path[-1] == setting.label else setting.path
    return (f"Open {pack.controller.name} and sign in.", *(f"Choose “{step}”." for step in opened), last)


def _letter(pack: Pack, rules: list[Rule], region: str, day: date) -> str | None:
    """An objection under Art. 21 GDPR, where it may be one: in the EEA or the United Kingdom, and on these bases."""
    law = "GDPR" if region[:2] in members_of("EEA", day) else "UK GDPR" if region[:2] == "GB" else None
    objected = [rule for rule in rules if rule.legal_basis in OBJECTABLE]
    if law is None or not objected:
        return None
    named = [rule for rule in objected if rule.legal_basis is not None]
    basis = (
        "You say that this rests on legitimate interest (Art. 6(1)(f))."
        if len(named) == len(objected)
        else "I found no legal basis named for all of it. Where it rests on legitimate interest, I object to it."
    )
    uses = sorted({f"- {_purposes(pack, rule)}, by {_recipients(pack, rule)}" for rule in objected})
    return "\n".join(
        [
            f"To: {pack.controller.name}, data protection",
            f"Subject: Objection under Article 21 {law}",
            "",
            "I object, under Article 21 of the " + law + ", to the use of my personal data for:",
            "",
            *uses,
            "",
            basis,
            "Please stop using my data for it, and confirm in writing that you have, and from which day.",
            "",
            "Reasons relating to my particular situation (Art. 21(1)): [YOUR REASONS, IF YOU WANT TO GIVE ANY]",
            "",
            "Name: [YOUR NAME]",
            "Account: [THE ACCOUNT'S NAME OR E-MAIL ADDRESS]",
            "Date: [DATE]",
            "",
        ]
    )


def _purposes(pack: Pack, rule: Rule) -> str:
    return " and ".join(purpose_term(pack, purpose).label for purpose in rule.purposes)


def _recipients(pack: Pack, rule: Rule) -> str:
    return " and ".join(recipient_name(pack, recipient) for recipient in rule.recipients)


def _said(rule: Rule) -> str:
    return ": the policy says that there is no opt-out" if rule.no_opt_out else ": the pack names no control"


def _of(rule: Rule) -> str:
    return f", of {CATEGORIES[ORGANISATION].label}" if _is_of_organisations(rule) else ""


def _is_of_organisations(rule: Rule) -> bool:
    return all(map(is_published_by_organisations, rule.categories))
