"""Answers in words: how a policy's ids are said, why something is denied, and the nearest change that would turn it.

A pack's own label comes first, then the vocabulary's, then the id as it is. Every change offered is tried: it is
applied to the request and the facts and evaluated again, so what licet says would help does help. Off the hot path;
asked for only when someone wants to know. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from licet.decide.clauses import Clause, Control
from licet.decide.evaluator import covers, evaluate, judge, reaches, refusal, stands_on, yes_to
from licet.decide.policy import Cell, Policy
from licet.decide.question import Facts, Request
from licet.decide.succession import FOR_GOOD
from licet.packs import Pack
from licet.packs.model import NEVER, Citation
from licet.terms import EVERY_USE, SELF, SENTENCES, ChoiceState, Code
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment, is_age
from licet.terms.region_names import country_in_sentence, country_name
from licet.terms.regions import WORLD, lies_in
from licet.terms.vocabulary import CATEGORIES, PURPOSES, Term, ancestors

_NOES = (ChoiceState.REFUSED, ChoiceState.WITHDRAWN)
_EVERYWHERE = {"WORLD": "everywhere", "EU": "the European Union", "EEA": "the European Economic Area"}

#: Why nothing is used of somebody who objected to every use.
OBJECTED = "the member objected to every use of the member's data"


def reason_of(code: Code, rule: str | None, setting: str | None, pack: Pack) -> str:
    """Why something is permitted or denied, in one sentence for a person."""
    if setting == EVERY_USE:
        return OBJECTED
    known = pack.settings.get(setting) if setting else None
    label = f"“{known.label}”" if known else (setting or "a setting")
    return SENTENCES[code].format(rule=rule, setting=label)


def purpose_term(pack: Pack, purpose: str) -> Term:
    """The word for a purpose: the pack's own label and term, else those of the shared purpose it is a kind of."""
    own = pack.purposes.get(purpose)
    shared = next((PURPOSES[word] for word in pack.purpose_line(purpose) if word in PURPOSES), None)
    label = own.label if own is not None else None
    exact = PURPOSES.get(purpose)
    dpv = own.dpv if own is not None else None
    return Term(
        purpose, label or (exact.label if exact else purpose), dpv or (shared.dpv if shared else None)
    )


def purpose_to_you(pack: Pack, purpose: str) -> str:
    """A purpose, said to the member whose data it is about; a pack's own words stay as they are."""
    label = purpose_term(pack, purpose).label
    if label == getattr(pack.purposes.get(purpose), "label", None):
        return label
    for about, said in _SOMEONE:
        label = label.replace(about, said)
    return label


#: The shared words for purposes speak of "someone"; to the member that is "you".
_SOMEONE = (
    ("to someone from their own", "to you from your own"), ("someone's", "your"), ("for someone", "for you"),
)  # fmt: skip


def category_term(pack: Pack, category: str) -> Term:
    """The word for a kind of data; the nearest known one above it where it has none of its own."""
    found = pack.category_term(category)
    if found is not None and found.dpv is not None:
        return found
    above = next((CATEGORIES[kind] for kind in ancestors(category) if kind in CATEGORIES), None)
    label = found.label if found is not None else above.label if above is not None else category
    return Term(category, label, above.dpv if above is not None else None)


def recipient_name(pack: Pack, recipient: str) -> str:
    """What members know a recipient as; the platform itself goes by the controller's name."""
    if recipient == SELF:
        return pack.controller.name
    return pack.recipients[recipient].name if recipient in pack.recipients else recipient


def region_label(pack: Pack, region: str) -> str:
    """What people call a region: a group's label, or the code as it is."""
    group = pack.region_groups.get(region)
    return group.label if group is not None else _EVERYWHERE.get(region, region)


def region_name(pack: Pack, region: str) -> str:
    """The same, with a country's or a province's own name for its code."""
    label = region_label(pack, region)
    return country_name(region) if label == region else label


def status_told(pack: Pack, cite: Citation) -> str:
    """How sure a fact is, and where alone a regulator has limited what it says."""
    if cite.limited_in is None:
        return cite.status.value
    places = "; ".join(region_name(pack, region) for region in cite.limited_in)
    return f"{cite.status.value}, limited by a regulator in {places}"


def place_name(pack: Pack, region: str) -> str:
    """The same as it stands in a sentence."""
    label = region_label(pack, region)
    return country_in_sentence(region) if label == region else label


class Step(NamedTuple):
    """One thing that would have to be otherwise. `kind` is moment, setting, record, organisation, signal, region, age,
    plan, visibility or created; `value` what it would have to be."""

    kind: str
    name: str | None
    value: str
    sentence: str


class Change(NamedTuple):
    """All that would have to be otherwise, and the question as it would then stand."""

    steps: tuple[Step, ...]
    request: Request
    facts: Facts

    @property
    def sentence(self) -> str:
        return "permitted " + " and ".join(step.sentence for step in self.steps)

    def as_json(self) -> JsonObject:
        return {
            "sentence": self.sentence,
            "steps": [{"kind": step.kind, "name": step.name, "value": step.value} for step in self.steps],
        }


#: What is easier to change comes first: time passes by itself, a switch is the member's own.
_EASE = (
    "moment",
    "setting",
    "record",
    "organisation",
    "signal",
    "visibility",
    "plan",
    "age",
    "region",
    "created",
)


def nearest_change(request: Request, facts: Facts | None, policy: Policy) -> Change | None:
    """The smallest set of changes that makes a permit apply to what is denied.

    facts: as `evaluator.readable` passes them. None when permitted, and when no permit could be made to apply: a forbid
    stands in the way, or a forbid that nobody can evaluate, which to know more about is not a change.
    """
    answer = evaluate(request, facts, policy)
    if answer.permitted or facts is None or answer.code is Code.MOMENT_UNKNOWN:
        return None
    cell = policy.cell(request.purpose, request.category, request.recipient)
    if cell.code is not None:
        return None
    ways = [way for clause in cell.permits for way in _towards(clause, request, facts, policy)]
    ways.sort(key=lambda way: (len(way[0].steps), [_EASE.index(step.kind) for step in way[0].steps]))
    for change, regions in ways:  # the nearest first, so that few are asked about
        for region in regions:
            there = change.facts if region == change.facts.region else change.facts._replace(region=region)
            if evaluate(change.request, there, policy).permitted:
                return Change(change.steps, change.request, there)
    return None


#: Steps, and the places in which the member could be for them, the one that is told first among them.
_Way = tuple[Change, Sequence[str | None]]


def _towards(clause: Clause, request: Request, facts: Facts, policy: Policy) -> Iterator[_Way]:
    """Change just what keeps this clause from applying, for each place that the member could be in."""
    assert request.at is not None
    steps: tuple[Step, ...] = ()
    starts = max((day for day in (clause.starts, policy.in_force_from) if day is not None), default=None)
    if starts is not None and starts >= NEVER:
        return
    if starts is not None and request.at < starts:
        request = request._replace(at=starts)
        day = format_moment(starts).removesuffix("T00:00:00Z")
        steps = (Step("moment", None, format_moment(starts), f"from {day}"),)
    at = request.at
    assert at is not None
    if clause.ends is not None and at >= clause.ends:
        return
    if clause.places is None or lies_in(facts.region, places := clause.places.at(at)) is True:
        change = _besides_place(clause, request, facts, policy, steps)
        if change is not None:
            yield change, (facts.region,)
        return
    regions = policy.pack.rules_by_id[clause.id].regions or (WORLD,)
    where = ", ".join(_region_label(entry, policy) for entry in regions)
    moved = Step("region", None, where, f"if the member were in {where}")
    known = ("AQ", "CH", "US") if WORLD in places else sorted(places)
    control = clause.control
    # Where no place has a start of its own, what else would have to be is the same in all of them.
    is_alike = control is None or all(start.places is None for start in control.starts)
    for alike in (known,) if is_alike else zip(known):
        there = facts._replace(region=alike[0])
        change = _besides_place(clause, request, there, policy, (*steps, moved))
        if change is not None:
            yield change, alike


def _besides_place(
    clause: Clause, request: Request, facts: Facts, policy: Policy, before: tuple[Step, ...]
) -> Change | None:
    """What else would have to be otherwise, once moment and place are settled."""
    cell = policy.cell(request.purpose, request.category, request.recipient)
    told = _told_of_both(clause, request, facts, policy, cell)
    if told is None:
        return None
    request, facts, of_both = told
    facts, of_choices = _choices_made(clause, request, facts, policy, cell)
    steps = [*before, *of_both, *of_choices]
    for code, (kind, said) in _LEVELS.items():
        noes = request.noes_in_order
        standing = {no for no in noes if no.code is code and covers(no, request.category, policy, cell)}
        if standing:
            request = request._replace(noes=frozenset(noes) - standing)
            steps.append(Step(kind, None, "withdrawn", said))
    return Change(tuple(steps), request, facts) if steps else None


def _told_of_both(
    clause: Clause, request: Request, facts: Facts, policy: Policy, cell: Cell
) -> tuple[Request, Facts, list[Step]] | None:
    """What would have to be told otherwise of the member, and of the record; None where no record can be so."""
    steps = []
    age = facts.age if is_age(facts.age) else None
    if clause.minimum_age is not None and (age is None or age < clause.minimum_age):
        facts = facts._replace(age=clause.minimum_age)
        steps.append(Step("age", None, str(clause.minimum_age), f"from the age of {clause.minimum_age}"))
    elif clause.maximum_age is not None and (age is None or age > clause.maximum_age):
        facts = facts._replace(age=clause.maximum_age)
        steps.append(Step("age", None, str(clause.maximum_age), f"up to the age of {clause.maximum_age}"))
    if clause.plans is not None and (not isinstance(facts.plan, str) or facts.plan not in clause.plans):
        plan = min(clause.plans)
        facts = facts._replace(plan=plan)
        steps.append(Step("plan", None, plan, f"on the {plan} plan"))
    if clause.visibility is not None and (
        not isinstance(request.visibility, str) or request.visibility not in clause.visibility
    ):
        shown = min(clause.visibility)
        request = request._replace(visibility=shown)
        steps.append(Step("visibility", None, shown, f"if it were {shown}"))
    if clause.created_from is not None or clause.created_before is not None:
        bare = clause._replace(
            starts=None,
            ends=None,
            places=None,
            minimum_age=None,
            maximum_age=None,
            plans=None,
            visibility=None,
            control=None,
        )
        if judge(bare, request, facts, policy, cell).applies is not True:
            if clause.created_from is None:
                return None  # an older record cannot be made
            request = request._replace(created=clause.created_from)
            day = clause.created_from.date().isoformat()
            steps.append(Step("created", None, day, f"if it were made on or after {day}"))
    return request, facts, steps


def _choices_made(
    clause: Clause, request: Request, facts: Facts, policy: Policy, cell: Cell
) -> tuple[Facts, list[Step]]:
    """What the member would have to choose otherwise, and which signals would have to be gone."""
    steps, control = list[Step](), clause.control
    heard = facts.signals & control.honours if control is not None else frozenset[str]()
    facts = facts._replace(signals=facts.signals - heard)
    if control is not None:
        facts, switched = _switched_on(control, clause.needs_consent, request, facts, policy, cell)
        steps += switched
    for setting, carry in cell.carried.items():
        lifted_from = refusal(setting, carry.bar, request, facts, policy, cell)
        if lifted_from is not None:
            yes = -1 if control is None else yes_to(control, request, facts, policy, cell)
            if yes >= lifted_from:
                continue
            # What its setting does not govern any more, or never did, ends with a yes to what governs it now.
            is_liftable = control is not None and lifted_from <= policy.numbers[policy.pack.digest]
            named = control.id if control is not None and is_liftable else setting
            facts, step = _switch(named, request.category, facts, policy)
            steps.append(step)
    yes = -1 if control is None else yes_to(control, request, facts, policy, cell)
    if control is not None and yes < 0 and facts.choices.get(EVERY_USE) in _NOES:
        facts, step = _switch(control.id, request.category, facts, policy)
        steps.append(step)
        yes = yes_to(control, request, facts, policy, cell)
    silenced = heard | {
        signal for signal, bar in cell.signals.items() if signal in facts.signals and yes < bar
    }
    if silenced:
        facts = facts._replace(signals=facts.signals - silenced)
        names = ", ".join(sorted(silenced))
        steps.append(Step("signal", None, names, f"without the signal {names}"))
    return facts, steps


#: What would have to be otherwise where a no stands that nothing wider lifts.
_LEVELS = {
    Code.RECORD_REFUSED: ("record", "if the no to this record were withdrawn"),
    Code.ORGANISATION_REFUSED: ("organisation", "if the organisation withdrew its no"),
}


def _switched_on(
    control: Control, needs_consent: bool, request: Request, facts: Facts, policy: Policy, cell: Cell
) -> tuple[Facts, list[Step]]:
    """The facts as they would be were a control on for the question, and what the member would have to switch."""

    def is_on(who: Facts) -> bool:
        return stands_on(control, needs_consent, request, who, policy, cell).applies is True

    if is_on(facts):
        return facts, []
    after, step = _switch(control.id, request.category, facts, policy)
    if is_on(after):
        return after, [step]
    # A no to what it once took the place of may stand in the way, which only a yes to that ends.
    earlier = [
        old
        for old in control.answers_for[1:]
        if refusal(old, cell.bars.get(old, FOR_GOOD), request, facts, policy, cell) is not None
    ]
    steps = []
    for setting in (*earlier, control.id):
        if not is_on(facts):
            facts, step = _switch(setting, request.category, facts, policy)
            steps.append(step)
    return facts, steps


def _switch(setting: str, category: str, facts: Facts, policy: Policy) -> tuple[Facts, Step]:
    """The facts as they would be had the member switched a setting on, for this kind of data too."""
    above = ancestors(category)
    switched = {setting, *policy.lifted_by(setting)}
    digest = policy.pack.digest
    lifted = {
        id_: [kind for kind in facts.narrow.get(id_, ()) if reaches(kind, above, policy) is not None]
        for id_ in switched
    }
    after = facts._replace(
        choices={
            **facts.choices,
            **{id_: ChoiceState.after(facts.choices.get(id_), True) for id_ in switched},
        },
        bound={**_mapping(facts.bound), **dict.fromkeys(switched, digest)},
        narrow={
            **facts.narrow,
            **{
                id_: {
                    **facts.narrow[id_],
                    **{kind: ChoiceState.after(facts.narrow[id_][kind], True) for kind in kinds},
                }
                for id_, kinds in lifted.items()
                if kinds
            },
        },
        narrow_bound={
            **_mapping(facts.narrow_bound),
            **{
                id_: {**_mapping(_mapping(facts.narrow_bound).get(id_)), **dict.fromkeys(kinds, digest)}
                for id_, kinds in lifted.items()
                if kinds
            },
        },
    )
    known = policy.pack.settings.get(setting)
    label = known.label if known else setting
    return after, Step("setting", setting, "on", f"if “{label}” were on")


def _mapping(told: object) -> Mapping[Any, Any]:
    return told if isinstance(told, Mapping) else {}


def _region_label(entry: str, policy: Policy) -> str:
    group = policy.pack.region_groups.get(entry)
    return "a known region" if entry == WORLD else (group.label if group else entry)
