"""What a policy would change before anyone puts it in force: on a workspace's own members, records and choices.

Refusals under the first policy, and under every one that was in force before it, are carried into the second, as they
would be were it put in force.
"""

from __future__ import annotations

import base64
import functools
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from licet.decide import Policy
from licet.decide.explain import category_term, purpose_term, recipient_name, region_name
from licet.enforce.engine_choice import engine_for
from licet.enforce.impact import Impact, Side
from licet.enforce.impact_counts import UseImpact
from licet.packs import Pack
from licet.packs.loading import parse_pack
from licet.packs.pack_library import read_policy
from licet.policies.scope_sentences import scope_parts
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment

if TYPE_CHECKING:
    from licet.app.core import Core


class PolicyImpact(NamedTuple):
    """uses: those in which anything changes, as `enforce.impact` counts it; together: all of them at once.

    position: the ledger's entries whose choices counted; root: the hash over them, as its checkpoints sign it.
    tables:   the tables that were counted; about_nobody: those of them whose rows are about nobody.
    members, members_changed: everybody there is, and those who gain or lose anything.
    """

    before: Pack
    after: Pack
    from_at: datetime
    to_at: datetime
    position: int
    root: str
    tables: tuple[str, ...]
    about_nobody: tuple[str, ...]
    members: int
    members_changed: int
    uses: tuple[UseImpact, ...]
    together: UseImpact

    def pack_of(self, use: UseImpact) -> Pack:
        """The pack in whose words a use is told: the later one that knows it."""
        knows = self.after.purpose_line(use.purpose) and self.after.knows_recipient(use.recipient)
        return self.after if knows else self.before

    def as_json(self, *, members: bool = False) -> JsonObject:
        """members: with the ids of those concerned; by default only how many they are."""
        return {
            "before": _named(self.before, self.from_at), "after": _named(self.after, self.to_at),
            "position": self.position, "root": self.root, "tables": list(self.tables),
            "about_nobody": list(self.about_nobody), "members": self.members,
            "members_changed": self.members_changed, "members_gained": len(self.together.gaining),
            "members_lost": len(self.together.losing),
            "uses": [self._use(use, members) for use in self.uses],
        }  # fmt: skip

    def _use(self, use: UseImpact, members: bool) -> JsonObject:
        pack = self.pack_of(use)
        ids = {"gaining": list(use.gaining), "losing": list(use.losing)} if members else {}
        return {
            "purpose": use.purpose, "recipient": use.recipient, "label": purpose_term(pack, use.purpose).label,
            "to": recipient_name(pack, use.recipient), "records_gained": use.records_gained,
            "records_lost": use.records_lost, "members_gained": len(use.gaining), "members_lost": len(use.losing),
            "regions": [one._asdict() | {"name": _region(pack, one.region)} for one in use.regions],
            "changes": [
                one._asdict() | {"kind": category_term(pack, one.category).label, "name": _region(pack, one.region)}
                for one in use.changes
            ],
            **ids,
        }  # fmt: skip


def impact_of(
    core: Core,
    before: str,
    after: str,
    from_at: datetime,
    to_at: datetime,
    *,
    threads: int | None = None,
) -> PolicyImpact:
    """What changes between one policy at one moment and another at another.

    before, after: a shipped pack's name or a file; the same one twice compares two moments.
    threads:       cores it may take; None for all of them.
    Raises: PackErrors for a policy that cannot be read; SourceError for a table that cannot.
    """
    old, new = (_parsed(*read_policy(name)) for name in (before, after))
    in_force = core.packs_in_force()
    first = policy_as_in_force(old, in_force)
    second = first if old.digest == new.digest else Policy(new, (*first.earlier, old))
    position = core.ledger.position
    impact = Impact(
        Side(first, from_at), Side(second, to_at), core.catalogue, engine_for(core.catalogue, threads),
        core.ledger,
        position=position, base=core.layout.root, kept=core.gate_cache, absences=core.absences,
    )  # fmt: skip
    overall = impact.all()
    tables = tuple(
        name for name, table in core.catalogue.tables.items() if table.subjects or table.is_about_nobody
    )
    return PolicyImpact(
        old, new, from_at, to_at, position, _root(core, position), tables,
        core.catalogue.about_nobody, impact.members,
        overall.members_changed, overall.uses, overall.together,
    )  # fmt: skip


#: Who compares a policy with others reads it once, as long as its text is the same.
_parsed = functools.lru_cache(maxsize=16)(parse_pack)


def _root(core: Core, position: int) -> str:
    """The hash over the ledger's first entries, as a checkpoint writes it."""
    return base64.b64encode(core.ledger.checkpoint(position).root).decode() if position else ""


def policy_as_in_force(pack: Pack, in_force: list[Pack]) -> Policy:
    """A pack with what it carries: as it is in force, or as it would be after those that were."""
    places = [place for place, one in enumerate(in_force) if one.digest == pack.digest]
    earlier = in_force[: places[-1]] if places else in_force
    return Policy(pack, earlier)


def _named(pack: Pack, at: datetime) -> JsonObject:
    return {
        "pack": pack.id, "title": pack.title, "version": pack.version, "digest": pack.digest,
        "at": format_moment(at), "speaks_of": list(scope_parts(pack)),
    }  # fmt: skip


def _region(pack: Pack, region: str | None) -> str:
    return "not known" if region is None else region_name(pack, region)
