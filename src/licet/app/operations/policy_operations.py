"""What is put in force, announced, shown and weighed: policies, as a workspace has them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from licet.app import policies_in_force
from licet.app.argument_types import names_wrong_types
from licet.app.core import Core
from licet.app.results import PackInForce
from licet.terms import AppError
from licet.terms.canonical import JsonObject
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.moments import format_moment

if TYPE_CHECKING:
    from licet.app.impact import PolicyImpact
    from licet.app.policy_projection import WhatIf
    from licet.policies.pack_descriptions import PackDescription


@names_wrong_types
class PolicyOperations:
    """What is put in force, announced, shown and weighed: policies, as a workspace has them."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def use(self, name_or_path: str) -> PackInForce:
        """Put a pack in force from now on. Refusals under earlier packs stay refusals."""
        with clear_disk_errors("putting a policy in force"):
            _, changed = policies_in_force.put_in_force(
                name_or_path, self._core.ledger, self._core.layout.packs
            )
        return PackInForce.of(self._core.policy(), changed, self._core.ledger)

    def announce(self, name_or_path: str) -> PackInForce:
        """Announce a pack that is to come; nothing is permitted by it until it is put in force and its day comes."""
        with clear_disk_errors("announcing a policy"):
            pack, changed = policies_in_force.announce(
                name_or_path, self._core.ledger, self._core.layout.packs
            )
        return PackInForce.of(self._core.policy_of(pack.digest), changed, self._core.ledger)

    def history(self) -> list[JsonObject]:
        """Every policy that was put in force here, in order; the last one is in force."""
        return [
            {
                "entry": entry.index, "since": format_moment(entry.recorded_at), "digest": entry.digest,
                "file": entry.file, "pack": entry.pack, "version": entry.version,
            }
            for entry in self._core.ledger.packs_in_force()
        ]  # fmt: skip

    def named(self) -> list[policies_in_force.NamedPolicy]:
        """Every policy that the ledger names, in its order: in force, replaced or announced."""
        return policies_in_force.named(self._core.ledger)

    def show(self, digest: str) -> PackDescription:
        """One that the ledger names, in plain values. Raises: AppError APP-016 when it names none such, APP-006."""
        from licet.policies import pack_descriptions

        if all(one["digest"] != digest for one in self.named()):
            raise AppError(
                "APP-016", "no policy of this digest was put in force or announced", digest,
                "see the list of policies for those that were",
            )  # fmt: skip
        return pack_descriptions.describe(self._core.policies_in_force.pack(digest))

    def announced(self, position: int | None = None) -> list[policies_in_force.Announced]:
        """The policies announced and not yet in force, the latest first."""
        return policies_in_force.announced(self._core.ledger, self._core.position(position))

    def impact(
        self, before: str, after: str, from_at: datetime | None = None, to_at: datetime | None = None
    ) -> PolicyImpact:
        """What changes on this workspace's data between two policies, or two moments; see `licet.app.impact`."""
        from licet.app.impact import impact_of

        moment = self._core.now()
        return impact_of(self._core, before, after, from_at or moment, to_at or from_at or moment)

    def what_if(self, *packs: str, member: str | None = None, at: datetime | None = None) -> WhatIf:
        """What each of these policies would use of this workspace's data; see `licet.app.policy_projection`."""
        from licet.app.policy_projection import what_if

        return what_if(self._core, packs, at or self._core.now(), member)
