"""Who has a member: every list that ever had them and is not known to be without them, for their own pages.

Of what is held of each list, not of what may be on it: somebody is on a list until its recipient confirmed that they
are not. Where two accounts have one address, each is told of its own permission alone, and that the address stays.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from licet.app.ads.list_statuses import ListStatus, held_of, list_statuses
from licet.app.ads.listed_audiences import load_layout, purpose_for
from licet.app.ads.settled_lists import settled
from licet.app.followed_copies import book
from licet.decide import Request, decide
from licet.decide.explain import recipient_name
from licet.deliveries import Reach
from licet.deliveries.held_identifiers import Standing
from licet.enforce.settled_ids import names_now
from licet.terms import SELF, DeliveryError, LicetError
from licet.terms.canonical import JsonObject
from licet.terms.vocabulary import HASHED_ADDRESS, ancestors

if TYPE_CHECKING:
    from licet.app.core import Core


class HeldBy(NamedTuple):
    """One list that has a member, or may.

    definition: what it discloses of them; empty where the file has the audience no more. state: as `Standing`. since:
    when it first had them. sequence: of the delivery that takes them off. reach, due, is_overdue: what is known of
    it. lease: until when the list may be kept. rule, setting: by which they may be on it, or may not, now; reason: in
    words.
    """

    audience: str
    label: str
    recipient: str
    recipient_label: str
    export: str
    definition: JsonObject
    state: str
    since: str
    sequence: int
    reach: Reach | None
    due: str | None
    is_overdue: bool
    lease: str
    is_permitted: bool
    rule: str | None
    setting: str | None
    reason: str

    def as_json(self) -> JsonObject:
        return {**self._asdict(), "sentence": self.sentence}

    @property
    def sentence(self) -> str:
        """For the member; no more than is known."""
        who = self.recipient_label
        if self.state == "there":
            return f"{who} has your hashed address, on the list {self.label!r}, since {self.since[:10]}."
        if self.state == "shared":
            return (
                f"{who} has the hashed address on the list {self.label!r} because another account with the same "
                "address permits it, and not because of yours."
            )
        if self.state == "unknown":
            return (
                f"{who} has a list {self.label!r}. What was kept of it was lost or cannot be read, so nobody here can "
                "tell whether you are on it."
            )
        if self.state == "lapsed":
            over = f"{who} was to delete the list {self.label!r} when its lease ended"
            return f"{over}, and never confirmed that they did."
        told = f"{who} is to take you off the list {self.label!r}"
        if self.is_overdue:
            return f"{told}, was to do it by {(self.due or '')[:10]}, and did not confirm it."
        if self.reach is Reach.RECEIVED:
            return f"{told}: they say that they have the removal, and not yet that it is done."
        return f"{told} by {(self.due or '')[:10]}." if self.due else f"{told} with the next delivery."


def who_has(core: Core, subject: str) -> list[HeldBy]:
    """Every list that has a member, or may. Raises: AppError APP-013 for one whom nobody heard of; DLVR-035."""
    core.require_heard_of(subject)
    names, kept, found = names_now(core.ledger, subject), book(core), list[HeldBy]()
    for status in list_statuses(core):
        standing = list[Standing]()
        try:
            held, state = held_of(core, kept.read(status.export))
            standing = _one_each(held.standing(state, names))
        except DeliveryError as error:
            status = status._replace(fault=error.line())
        if not standing and status.fault is not None:
            standing = [Standing("unknown", status.first, 0, status.lease)]
        found += [_told(core, subject, status, one) for one in standing]
    return found


def can_have_lists(core: Core) -> bool:
    """Whether any rule of the policy in force permits anybody the hash of an address for advertising."""
    pack = core.policy().pack
    kinds = {*ancestors(HASHED_ADDRESS)}
    return any(
        not kinds.isdisjoint(rule.categories)
        for recipient in (SELF, *pack.recipients)
        for rule in pack.permits(purpose_for(recipient), recipient)
    )


def _one_each(found: list[Standing]) -> list[Standing]:
    """Of one list the standing that goes furthest: of two addresses one may be there and the other gone."""
    order = ("there", "removing", "lapsed", "shared")
    return sorted(found, key=lambda one: (order.index(one.state), one.since))[:1]


def _told(core: Core, subject: str, status: ListStatus, one: Standing) -> HeldBy:
    definition: JsonObject = {}
    label = status.audience
    try:
        layout = load_layout(core)
        definition = {} if one.state == "unknown" else layout.definition(status.audience)
        label = layout.segments[layout.audiences[status.audience].segment].label
    except (LicetError, KeyError):
        pass
    asked = Request(status.purpose, HASHED_ADDRESS, status.recipient, core.now())
    answer = decide(asked, core.facts_now(subject), core.policy())
    is_going = one.state in ("removing", "lapsed")
    return HeldBy(
        status.audience, label, status.recipient, recipient_name(core.policy().pack, status.recipient),
        status.export, definition, one.state, one.since, one.sequence, status.reach,
        status.due if is_going else None, is_going and status.is_late, one.until if is_going else status.lease,
        answer.permitted, answer.rule, answer.setting, answer.reason,
    )  # fmt: skip


def holding_lists(core: Core, names: Collection[str]) -> list[tuple[ListStatus, str | None]]:
    """Every list that holds somebody, or may, and how they stand on it; None where nobody can tell any more."""
    kept, found = book(core), list[tuple[ListStatus, str | None]]()
    for status in list_statuses(core):
        try:
            held, state = held_of(core, kept.read(status.export))
            stands = [one for one in held.standing(state, names) if one.state != "shared"]
            if status.fault is not None and not stands:
                found.append((status, None))
        except DeliveryError:
            found.append((status, None))
            continue
        found += [(status, one.state) for one in _one_each(stands)]
    return found


def cut_off(core: Core, names: Collection[str]) -> int:
    """Cut somebody off from the identifiers that are held of them, which stay until they are taken back."""
    kept, statuses, count = book(core), list_statuses(core), 0
    if not statuses:
        return 0
    with kept.alone():
        for status in statuses:
            try:
                held, state = held_of(core, settled(core, kept, kept.read(status.export)))
            except DeliveryError:
                continue
            count += held.cut(state, names)
    return count
