"""The policies that a workspace's officer may compare: those its ledger names, and those that licet ships."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from licet.app.policies_in_force import named
from licet.policies.pack_descriptions import shipped_packs

if TYPE_CHECKING:
    from licet.app.core import Core

_STATUS = {"in_force": "in force", "announced": "announced", "replaced": "in force before"}
_ORDER = {"in_force": 0, "announced": 1, "replaced": 2}


class Offered(NamedTuple):
    """label: what the list calls it. place: what `impact_of` opens."""

    label: str
    place: str


def offered(core: Core) -> dict[str, Offered]:
    """What may be named: shipped policies by name, others that the ledger names by digest; the one in force first."""
    shipped = {pack.digest: name for name, pack in shipped_packs().items()}
    found: dict[str, Offered] = {}
    for one in sorted(named(core.ledger), key=lambda one: _ORDER[one["status"]]):
        digest = one["digest"]
        title = core.policies_in_force.pack(digest).title
        label = f"{title}, version {one['version']} ({_STATUS[one['status']]})"
        place = str(core.layout.packs / f"{digest}.yaml")
        found.setdefault(shipped.get(digest, digest), Offered(label, place))
    return found | {
        name: Offered(pack.title, name) for name, pack in shipped_packs().items() if name not in found
    }
