"""The policies that a workspace's officer may compare: those its ledger names, and those that licet ships."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from licet.app.library import shipped_packs

if TYPE_CHECKING:
    from licet.app.workspace import Workspace

_STATUS = {"in_force": "in force", "announced": "announced", "replaced": "in force before"}


class Offered(NamedTuple):
    """label: what the list calls it. place: what `impact_of` opens."""

    label: str
    place: str


def offered(workspace: Workspace) -> dict[str, Offered]:
    """By digest what the ledger names, the one in force first; by name what is shipped."""
    named = workspace.named_packs()
    order = {"in_force": 0, "announced": 1, "replaced": 2}
    found = {
        one["digest"]: Offered(
            f"{workspace.show_pack(one['digest'])['title']}, version {one['version']} ({_STATUS[one['status']]})",
            str(workspace.layout.packs / f"{one['digest']}.yaml"),
        )
        for one in sorted(named, key=lambda one: order[one["status"]])
    }
    return found | {
        name: Offered(pack.title, name) for name, pack in shipped_packs().items() if pack.digest not in found
    }
