"""The one sentence that leads a member's pages: what is used now, or that nothing is, and what that hangs on.

Said of what `decide` answers of every record. "Nothing is used" is never said while something that was made holds them,
nor where copies have left (law 12).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from licet.app.ads.who_has import who_has
from licet.app.followed_copies import statuses
from licet.app.member.data_uses import Flow
from licet.app.member.holdings import Holding, is_held
from licet.app.member.member_sentences import parameters_of, say
from licet.decide import Facts
from licet.decide.explain import place_name
from licet.terms import Code
from licet.terms.vocabulary import GENERATIVE_AI_TRAINING

if TYPE_CHECKING:
    from licet.app.core import Core
    from licet.app.member.asked_member import AskedMember
    from licet.packs import Pack, Use


class Known(NamedTuple):
    """One fact that rules go by. about: ``region`` or ``age``; sentence: as what the member is taken for."""

    about: str
    sentence: str


class Lead(NamedTuple):
    """What leads a page.

    more:    a second sentence; empty where there is none. setting: the control that switches it off.
    hangs_on: the fact it hangs on, ``region`` or ``age``, for who says that this is wrong.
    """

    sentence: str
    more: str = ""
    setting: str | None = None
    hangs_on: str | None = None
    holdings: tuple[Holding, ...] = ()


#: By code what is said, and the fact that it hangs on.
_REASONS: dict[str, tuple[str, str | None]] = {
    Code.REGION_NOT_COVERED: ("lead.none.region", "region"),
    Code.REGION_UNKNOWN: ("lead.none.region_unknown", "region"),
    Code.UNDER_AGE: ("lead.none.age", "age"),
    Code.AGE_NOT_COVERED: ("lead.none.age", "age"),
    Code.AGE_UNKNOWN: ("lead.none.age_unknown", "age"),
    Code.REFUSED: ("lead.none.refused", None),
    Code.OFF_BY_DEFAULT: ("lead.none.off", None),
    Code.NOT_ASKED: ("lead.none.off", None),
    Code.DEFAULT_UNKNOWN: ("lead.none.off", None),
    Code.TOO_EARLY: ("lead.none.early", None),
    Code.NOT_READ: ("lead.none.not_read", "region"),
}


def lead(core: Core, member: AskedMember) -> Lead:
    """What leads the pages of a member. Raises: SourceError from their tables."""
    flows = member.flows()
    used = [flow for flow in flows if flow.used]
    if used:
        return _of_use(
            core, member, max(used, key=lambda flow: _weight(flow, member.policy.pack)), len(used) - 1
        )
    held = tuple(one for one in member.holdings() if one.held or one.why)
    pack = member.policy.pack
    if held and not any(one.why for one in held):
        most = max(held, key=lambda one: one.held)
        return Lead(say("lead.held", artefact=most.name, count=most.held), holdings=held)
    if held or is_held(core, member.subject):
        return Lead(say("lead.held_before"), holdings=held)
    if any(not one.is_empty for one in statuses(core)) or who_has(core, member.subject):
        return Lead(say("lead.left", controller=pack.controller.name))
    if not len(member.records):
        return Lead(say("lead.no_records"))
    return _of_nothing(member)


def known(facts: Facts, pack: Pack) -> tuple[Known, Known]:
    """Region and age, as what the member is taken for."""
    region, age = facts.region, facts.age
    return (
        Known(
            "region",
            say("known.region_unknown")
            if region is None
            else say("known.region", region=place_name(pack, region)),
        ),
        Known("age", say("known.age_unknown") if age is None else say("known.age", age=age)),
    )


def _weight(flow: Flow, pack: Pack) -> tuple[bool, int, int]:
    """What trains a model comes first, then what gets most, or would."""
    return GENERATIVE_AI_TRAINING in pack.purpose_line(flow.use.purpose), flow.used, flow.held_back


def _of_use(core: Core, member: AskedMember, flow: Flow, others: int) -> Lead:
    sentence = say(
        "lead.used_since",
        count=flow.used,
        purpose=flow.label,
        recipient=flow.to,
        since=used_since(core, member, flow),
    )
    more = say("lead.others", count=others) if others else ""
    # The control by which the records that are used are permitted, and not another of the same use.
    rules = {part.rule for part in flow.parts if part.code == Code.PERMITTED}
    settings = [
        rule.setting for rule in member.policy.pack.permits(*flow.use) if rule.id in rules and rule.setting
    ]
    return Lead(sentence, more, settings[0] if settings else None)


def used_since(core: Core, member: AskedMember, flow: Flow) -> datetime:
    """Since when what a use gets now may be used: since its rules apply, and a policy that has the use is in force."""
    pack = member.policy.pack
    rules = {part.rule for part in flow.parts if part.code == Code.PERMITTED}
    starts = [pack.applies_from(rule) for rule in pack.permits(*flow.use) if rule.id in rules]
    since = _in_force_with(core, member, flow.use)
    return max([since, *filter(None, [min(filter(None, starts), default=None)])])


def _in_force_with(core: Core, member: AskedMember, use: Use) -> datetime:
    """Since when the policies in force, one after the other, have had a permission for a use."""
    packs = core.policies_in_force.packs_before(member.position)
    entries = core.ledger.packs_in_force(member.position)
    since = entries[-1].recorded_at
    for pack, entry in zip(reversed(packs), reversed(entries), strict=True):
        if not pack.permits(*use):
            break
        since = entry.recorded_at
    return since


def _of_nothing(member: AskedMember) -> Lead:
    facts, pack = member.facts, member.policy.pack
    first = max(member.flows(), key=lambda flow: _weight(flow, pack), default=None)
    told = [] if first is None else [part for part in first.parts if part.code in _REASONS]
    if first is None or not told:
        return Lead(say("lead.none.other"))
    code, hangs_on = _REASONS[max(told, key=lambda part: part.records).code]
    if code == "lead.none.refused":
        stands = [member.standing(one) for one in first.settings]
        if {one.how for one in stands if not one.on} <= {"signal", "default", "unknown"}:
            code = "lead.none.signal"
    if code == "lead.none.not_read" and facts.region is not None:
        code = "lead.none.not_read_in"
    region = "" if facts.region is None else place_name(pack, facts.region)
    given = {"region": region, "age": facts.age}
    return Lead(say(code, **{name: given[name] for name in parameters_of(code)}), hangs_on=hangs_on)
