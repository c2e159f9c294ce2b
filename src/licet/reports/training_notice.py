"""What a privacy notice is to say by Connecticut's Public Act 25-113, as far as a policy file says it.

Whether personal data is collected, used or sold to train large language models: asked of `decide`, rule by rule, for an
adult in Connecticut who never chose anything. A policy file has a word for AI that generates content, of which large
language models are a kind, and none for these alone; it does not say what is paid. What nobody has read is no "no".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import NamedTuple

from licet.decide import Policy
from licet.decide.explain import category_term, recipient_name, status_told
from licet.packs import Pack, Rule, open_pack
from licet.policies.rule_reach import Reach, reach
from licet.policies.scope_sentences import listed_names, scope_parts, scope_sentence
from licet.reports.disclosure import Drawn, Item, Report, Section, Statement, Subject, not_recorded
from licet.reports.disclosure_laws import PA_25_113
from licet.terms import SELF
from licet.terms.moments import midnight
from licet.terms.regions import lies_in
from licet.terms.vocabulary import (
    CATEGORIES,
    GENERATIVE_AI_TRAINING,
    ancestors,
    is_never_learnt,
    is_published_by_organisations,
)

FORM = "notice"
_CONNECTICUT = "US-CT"
#: A recipient that no policy names.
_SOMEBODY_ELSE = "somebody else"
_AI = "AI that generates content, which large language models are a kind of"
#: The ways in which a rule can fare that come to a use, now or unless the member acts.
_USES = ("yes", "unstated", "if_on")
_OPEN = ("depends", "later", "announced")


class _Found(NamedTuple):
    """A rule that permits training, by one recipient, and how it fares there."""

    rule: Rule
    recipient: str
    fares: Reach


def notice_of(name_or_path: str, day: date | None = None) -> Report:
    """The notice of a shipped policy or a file, on a day; today, by default. Raises: PackErrors."""
    return training_notice(open_pack(name_or_path), day or datetime.now(UTC).date())


def training_notice(pack: Pack, day: date) -> Report:
    """What the policy says on a day."""
    found = list(_trainings(pack, midnight(day)))
    own, others = ([one for one in found if (one.recipient == SELF) is is_own] for is_own in (True, False))
    unread, unread_of_others = (_unread(pack, one, midnight(day)) for one in (SELF, _SOMEBODY_ELSE))
    used = _used(pack, own, unread)
    sold = _sold(pack, others, unread_of_others)
    sentence = _sentence(pack, own, others, unread, unread_of_others)
    rests_on = (
        Item(
            "collects",
            "Whether personal data is collected to train large language models",
            (_collected(own),),
        ),
        Item("uses", "Whether it is used for that", used),
        Item("sells", "Whether it is sold for that", sold),
        Item(
            "scope",
            "What the policy file speaks for",
            (Statement(scope_sentence(scope_parts(pack)), Drawn.POLICY),),
        ),
    )
    return Report(
        FORM,
        f"Training on personal data: {pack.title}",
        PA_25_113,
        Subject(f"{pack.id} {pack.version}", pack.digest, None, str(day), None),
        not_recorded("whether the act binds this controller: how many people of Connecticut it knows"),
        (
            Section("The statement", (Item("sentence", "For the privacy notice", (sentence,)),)),
            Section("What it rests on", rests_on),
        ),
    )


def _trainings(pack: Pack, at: datetime) -> Iterator[_Found]:
    """Every permit of such training, by each of its recipients, as it fares in Connecticut."""
    policy = Policy(pack)
    for rule in pack.rules:
        purposes = tuple(one for one in rule.purposes if GENERATIVE_AI_TRAINING in pack.purpose_line(one))
        kinds = tuple(kind for kind in rule.categories if not is_published_by_organisations(kind))
        if rule.effect != "permit" or not purposes or not kinds:
            continue
        for recipient in rule.recipients:
            alone = rule.model_copy(
                update={"purposes": purposes, "recipients": (recipient,), "categories": kinds}
            )
            yield _Found(rule, recipient, reach(alone, policy, _CONNECTICUT, at))


def _unread(pack: Pack, recipient: str, at: datetime) -> bool:
    """Whether there is a kind of data of which nobody has read what applies to its training there, by a recipient."""
    line = pack.purpose_line(GENERATIVE_AI_TRAINING)
    for kind in CATEGORIES:
        regions = pack.regions_read(line, ancestors(kind), recipient, at)
        is_open = not is_never_learnt(kind) and not is_published_by_organisations(kind)
        if is_open and regions is not None and not lies_in(_CONNECTICUT, pack.places(regions, at.date())):
            return True
    return False


def _within(pack: Pack) -> str:
    """The products that the policy file speaks for, to begin a sentence with; empty where it names none."""
    line = pack.purpose_line(GENERATIVE_AI_TRAINING)
    parts = [
        part for part in pack.scope or () if part.purposes is None or not {*line}.isdisjoint(part.purposes)
    ]
    products = dict.fromkeys(product for part in parts for product in part.products or ())
    return f"In {listed_names([*products])}: " if products else ""


def _no(pack: Pack, why: str) -> str:
    within = _within(pack)
    return f"{within}no. {why}" if within else f"No. {why}"


def _kinds(pack: Pack, found: list[_Found]) -> str:
    kinds = dict.fromkeys(kind for one in found for kind in one.fares.kinds)
    return listed_names([category_term(pack, kind).label for kind in kinds])


def _sentence(
    pack: Pack, own: list[_Found], others: list[_Found], unread: bool, unread_of_others: bool
) -> Statement:
    """The one sentence; a plain no only where everything was read."""
    name = f"{_within(pack)}{pack.controller.name}"
    used = [one for one in own if one.fares.state in _USES]
    given = [one for one in others if one.fares.state in _USES]
    still_open = [one for one in (*own, *others) if one.fares.state in _OPEN]
    if used:
        only = all(one.fares.state == "if_on" for one in used)
        told = (
            f"{name} collects and uses personal data to train {_AI}: {_kinds(pack, used)}"
            f"{', of members who switch that on' if only else ''}."
        )
    elif still_open or unread or given:
        told = (
            f"{_within(pack)}whether {pack.controller.name} itself uses personal data to train large language models "
            "this policy file does not settle."
        )
        told = told[:1].upper() + told[1:]
    else:
        told = f"{name} does not use personal data to train large language models, as far as this policy file says."
    if given:
        told += f" It discloses personal data for such training to {_names(pack, given)}."
    elif used and not still_open and not unread_of_others:
        told += " It discloses it to nobody else for that, as far as this policy file says."
    is_settled = bool(used) or not (still_open or unread or given)
    return Statement(told, Drawn.POLICY if is_settled else Drawn.NOWHERE)


def _names(pack: Pack, found: list[_Found]) -> str:
    return listed_names([*dict.fromkeys(recipient_name(pack, one.recipient) for one in found)])


def _collected(own: list[_Found]) -> Statement:
    if any(one.fares.state in _USES for one in own):
        return Statement(
            "Yes, in that what is collected is used for it; whether any is collected for that alone a policy file does "
            "not say.",
            Drawn.POLICY,
        )
    return not_recorded("whether anything is collected for that: a policy file says what data is used for")


def _used(pack: Pack, own: list[_Found], unread: bool) -> tuple[Statement, ...]:
    told = [
        Statement(_rule_told(pack, one), Drawn.POLICY) for one in own if one.fares.state in (*_USES, *_OPEN)
    ]
    if unread or any(one.fares.state == "not_read" for one in own):
        told.append(not_recorded("what applies in Connecticut to what this policy file does not speak of"))
    elif not told:
        told.append(
            Statement(_no(pack, "No rule permits it, and what no rule permits is denied."), Drawn.POLICY)
        )
    return tuple(told)


_FARES = {
    "yes": "Yes",
    "unstated": "Yes where its control is on; no source says where that starts",
    "if_on": "Only of members who switch it on",
    "depends": "That depends on where in Connecticut somebody is",
    "later": "Not yet",
    "announced": "Announced, without a day",
}


def _rule_told(pack: Pack, found: _Found) -> str:
    rule, fares = found.rule, found.fares
    kinds = listed_names([category_term(pack, kind).label for kind in fares.kinds or rule.categories])
    begins = f", from {fares.starts.date()} on" if fares.state == "later" and fares.starts else ""
    control = " The policy file names no control that stops it."
    if rule.setting is not None:
        control = f" Its control: {' → '.join(pack.settings[rule.setting].path)}."
    source = ""
    if rule.cite is not None:
        title = pack.sources[rule.cite.source].title
        source = f" “{rule.cite.quote}” ({title}; {status_told(pack, rule.cite)})"
    return f"{_FARES[fares.state]}{begins}: {kinds} ({rule.id}).{control}{source}"


def _sold(pack: Pack, others: list[_Found], unread: bool) -> tuple[Statement, ...]:
    """What is disclosed; whether it is paid for no policy file says, and to an affiliate it is no sale by the act."""
    reached = [one for one in others if one.fares.state in (*_USES, *_OPEN)]
    told = []
    for one in reached:
        kind = pack.recipients[one.recipient].kind
        sale = (
            "Disclosure to an affiliate is no sale by the act."
            if kind == "affiliate"
            else "Whether that is a sale, for money or something else of value, is not recorded."
        )
        told.append(
            Statement(
                f"To {recipient_name(pack, one.recipient)}: {_rule_told(pack, one)} {sale}",
                Drawn.POLICY if kind == "affiliate" else Drawn.NOWHERE,
            )
        )
    if unread:
        told.append(not_recorded("what is disclosed of what this policy file does not speak of"))
    elif not told:
        told.append(
            Statement(
                _no(pack, "No rule lets anybody else receive it for that, and so it is not sold for it."),
                Drawn.POLICY,
            )
        )
    return tuple(told)
