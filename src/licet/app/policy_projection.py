"""The same members under any platform's policy: how many of their records each would use, for what.

Counted by `enforce.impact` as the change from a policy that permits nothing, and for one member by the same `decide`
that their own page asks. Choices stand as the ledger has them: a refusal under a policy that was in force here is
carried into every other, as it would be were that put in force; a setting nobody chose on stands at its default.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from licet.app.impact.policy_impact import policy_as_in_force
from licet.app.member.data_uses import Flow
from licet.app.member.member_view import Member
from licet.decide import Policy
from licet.decide.explain import category_term, purpose_term, recipient_name
from licet.enforce.engine_choice import engine_for
from licet.enforce.gate_cache import Kept
from licet.enforce.impact import Impact, Side
from licet.packs import Pack, open_pack, shipped
from licet.policies.scope_sentences import scope_parts
from licet.terms import Code
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment
from licet.terms.region_names import country_name

if TYPE_CHECKING:
    from licet.app.core import Core


class KindUsed(NamedTuple):
    """Records and members of one kind of data; a record of several kinds counts once in each.

    None for one member, whose records are counted whole.
    """

    category: str
    kind: str
    records: int | None
    members: int | None


class UseSupposed(NamedTuple):
    """One use. records: those of which any kind of data would be used; members: whose they are."""

    purpose: str
    recipient: str
    label: str
    to: str
    records: int
    members: int
    kinds: tuple[KindUsed, ...]
    regions: dict[str, int]


class PolicySupposed(NamedTuple):
    """One policy. starts: the first moment it permits anything; members: those of whom anything is used at all."""

    pack: Pack
    starts: datetime | None
    members: int
    uses: tuple[UseSupposed, ...]

    def as_json(self) -> JsonObject:
        return {
            "pack": self.pack.id, "title": self.pack.title, "controller": self.pack.controller.name,
            "version": self.pack.version, "digest": self.pack.digest,
            "starts": None if self.starts is None else format_moment(self.starts),
            "members": self.members, "speaks_of": list(scope_parts(self.pack)),
            "uses": [one._asdict() | {"kinds": [kind._asdict() for kind in one.kinds]} for one in self.uses],
        }  # fmt: skip


class WhatIf(NamedTuple):
    """member: whose records are counted; None for everybody's. members: how many people there are."""

    at: datetime
    position: int
    member: str | None
    members: int
    policies: tuple[PolicySupposed, ...]

    def as_json(self) -> JsonObject:
        return {
            "at": format_moment(self.at), "position": self.position, "member": self.member, "members": self.members,
            "policies": [one.as_json() for one in self.policies],
        }  # fmt: skip


def what_if(core: Core, packs: Sequence[str], at: datetime, member: str | None = None) -> WhatIf:
    """What each policy would use of a workspace's data at `at`, were it in force.

    packs: names or files; all shipped ones by default. member: only this one's records.
    Raises: PackErrors for a policy that cannot be read; AppError APP-013 for an unknown member; SourceError.
    """
    opened = [open_pack(name) for name in packs or shipped()]
    in_force = core.packs_in_force()
    policies = [policy_as_in_force(pack, in_force) for pack in opened]
    position = core.ledger.position
    if member is not None:
        own = Member(core, member, at)
        told = [_of_member(policy, own.flows_under(policy)) for policy in policies]
        return WhatIf(at, position, member, 1, tuple(told))
    kept, found, members = Kept(), [], 0
    for policy in policies:
        impact = Impact(
            Side(nothing_permitted(policy.pack), at), Side(policy, at), core.catalogue, engine_for(core.catalogue),
            core.ledger, position=position, base=core.layout.root, kept=kept,
            absences=core.absences,
        )  # fmt: skip
        found.append(_of_everybody(policy, impact))
        members = impact.members
    return WhatIf(at, position, None, members, tuple(found))


def nothing_permitted(pack: Pack) -> Policy:
    """The policy that silence is: the words of a pack, and no rule."""
    return Policy(Pack.model_validate(pack.as_json() | {"rules": [], "statements": {}}))


def _of_everybody(policy: Policy, impact: Impact) -> PolicySupposed:
    pack, all_uses, uses = policy.pack, impact.all(), []
    for one in all_uses.uses:
        kinds: dict[str, list[int]] = {}
        for change in one.changes:
            sums = kinds.setdefault(change.category, [0, 0])
            sums[0] += change.records_gained
            sums[1] += change.members_gained
        uses.append(
            UseSupposed(
                one.purpose, one.recipient, purpose_term(pack, one.purpose).label,
                recipient_name(pack, one.recipient), one.records_gained, len(one.gaining),
                tuple(KindUsed(kind, category_term(pack, kind).label, *sums) for kind, sums in kinds.items()),
                {_place(region.region): region.members_gained for region in one.regions},
            )
        )  # fmt: skip
    together = all_uses.together
    return PolicySupposed(pack, policy.in_force_from, len(together.gaining), tuple(uses))


def _of_member(policy: Policy, flows: Sequence[Flow]) -> PolicySupposed:
    uses = []
    for flow in flows:
        kinds = sorted({kind for part in flow.parts if part.code == Code.PERMITTED for kind in part.kinds})
        if flow.used:
            named = tuple(
                KindUsed(kind, category_term(policy.pack, kind).label, None, None) for kind in kinds
            )
            uses.append(
                UseSupposed(
                    flow.use.purpose, flow.use.recipient, flow.label, flow.to, flow.used, 1, named, {}
                )
            )
    return PolicySupposed(policy.pack, policy.in_force_from, int(bool(uses)), tuple(uses))


def _place(region: str | None) -> str:
    """What people call a region; where it is not known, that."""
    return "not known" if region is None else country_name(region)
