"""One use of a member's data, whole: what for, by whom, since when, of what, how long it is kept, and what was made."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from licet.app.artefacts import latest
from licet.app.member.data_uses import Flow
from licet.app.member.holdings import Holding, is_held
from licet.app.member.leading_sentence import used_since
from licet.app.member.member_sentences import say
from licet.app.retention import retention_days
from licet.decide.explain import category_term
from licet.ledger import EntryKind
from licet.policies.control_pages import Governed, rules_of_use
from licet.terms import Code

if TYPE_CHECKING:
    from licet.app.core import Core
    from licet.app.member.asked_member import AskedMember

#: So many uses that ran are looked through for how large what they made is.
_LOOKED_THROUGH = 100


class UseAccount(NamedTuple):
    """since: what is used now may be, None where nothing is. kinds: those used now, as the policy's words.

    retention_days: the fewest that a permit of it states. made: of each thing that was made, what it holds and, where
    the ledger says it, of how many in all.
    """

    flow: Flow
    sentence: str
    since: datetime | None
    kinds: tuple[str, ...]
    rules: tuple[Governed, ...]
    retention_days: int | None
    made: tuple[tuple[Holding, int | None], ...]
    is_held_before: bool

    @property
    def setting(self) -> str | None:
        return self.flow.settings[0] if self.flow.used and self.flow.settings else None


def use_account(core: Core, member: AskedMember, purpose: str, recipient: str) -> UseAccount | None:
    """None where the policy in force has no such use. Raises: SourceError from a table."""
    flow = next((one for one in member.flows() if one.use == (purpose, recipient)), None)
    if flow is None:
        return None
    sizes = _sizes(core, member.position)
    made = tuple(
        (one, sizes.get(one.name))
        for one in member.holdings()
        if (one.purpose, one.recipient) == (purpose, recipient)
    )
    is_before = is_held(core, member.subject, {purpose})
    pack = member.policy.pack
    kinds = dict.fromkeys(kind for part in flow.parts if part.code == Code.PERMITTED for kind in part.kinds)
    since = used_since(core, member, flow) if flow.used else None
    if since is not None:
        sentence = say("lead.used_since", count=flow.used, purpose=flow.label, recipient=flow.to, since=since)
    else:
        sentence = say("use.held" if is_before else "use.none", purpose=flow.label, recipient=flow.to)
    return UseAccount(
        flow, sentence, since, tuple(category_term(pack, kind).label for kind in kinds),
        rules_of_use(purpose, recipient, member.facts, member.policy, member.at),
        retention_days(pack, purpose, recipient), made, is_before,
    )  # fmt: skip


def _sizes(core: Core, position: int) -> dict[str, int]:
    """By name how many things the latest artefacts hold of everybody, as the ledger was told when they were made."""
    names = {snapshot.id: snapshot.name for snapshot in latest(core, position=position)}
    sizes: dict[str, int] = {}
    for entry in core.ledger.last_entries(EntryKind.USE_RUN, position, _LOOKED_THROUGH):
        said = entry.payload or {}
        name, size = names.get(str(said.get("snapshot"))), said.get("documents")
        if name is not None and type(size) is int and said.get("how") != "export":
            sizes.setdefault(name, size)
    return sizes
