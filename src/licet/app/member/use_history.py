"""What was done with a member's data: each use the ledger tells of, and which of its documents are about them.

A use that ran is in the ledger whether or not what it made is still there. Where the snapshot was removed since, only
the use is known, and that is said; nothing is guessed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from licet.app.artefacts import parents_of
from licet.decide.explain import purpose_to_you, recipient_name
from licet.enforce.access import secret_of
from licet.ledger import Entry, EntryKind
from licet.store import SnapshotRef
from licet.terms import UseError
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment, parse_moment
from licet.uses.registry import open_use
from licet.uses.use import Shown, shown_parts

if TYPE_CHECKING:
    from licet.app.core import Core


class PastUse(NamedTuple):
    """One use that ran.

    at:        the moment it was decided for; `recorded_at` is when it ran, `position` the choices it knew.
    documents: those about the member, without text where they are about others too; None when what was made is no
               longer there to look into.
    """

    entry: int
    recorded_at: datetime
    use: str
    how: str
    purpose: str
    purpose_label: str
    recipient: str
    recipient_label: str
    at: datetime
    position: int
    policy: str
    policy_title: str
    snapshot: str
    snapshot_name: str | None
    documents: Sequence[Shown] | None

    def as_json(self) -> JsonObject:
        documents = None
        if self.documents is not None:
            documents = [shown_parts(row) for row in self.documents]
        return {
            **self._asdict(),
            "recorded_at": format_moment(self.recorded_at),
            "at": format_moment(self.at),
            "documents": documents,
        }


def past_uses(core: Core, subject: str, position: int, most: int | None = None) -> list[PastUse]:
    """The uses up to a ledger position, newest first; `most` of them, where it is given."""
    snapshots = {ref.id: ref for ref in core.store.snapshots()}
    entries = [one for one in core.ledger.entries(0, position, EntryKind.USE_RUN) if one.payload]
    return [past_use(core, entry, snapshots, subject) for entry in entries[::-1][:most]]


def past_use(core: Core, entry: Entry, snapshots: dict[str, SnapshotRef], subject: str) -> PastUse:
    """One use, from its entry. snapshots: those that are still there, by id."""
    said = entry.payload
    assert said is not None
    pack = core.policy(said["position"]).pack
    snapshot = snapshots.get(said["snapshot"])
    found = None
    if snapshot is not None:
        use = open_use(snapshot.kind, core.layout.root)
        with contextlib.suppress(UseError):  # of what it was made from
            derived = parents_of(core, use, snapshot)
            found = use.about(core.store, snapshot, secret_of(core.salt, use.name), subject, derived)
    return PastUse(
        entry.index, entry.recorded_at, said["use"], said["how"],
        said["purpose"], purpose_to_you(pack, said["purpose"]),
        said["recipient"], recipient_name(pack, said["recipient"]),
        parse_moment(said["at"]), said["position"], pack.digest, pack.title, said["snapshot"],
        None if snapshot is None else snapshot.name, found,
    )  # fmt: skip
