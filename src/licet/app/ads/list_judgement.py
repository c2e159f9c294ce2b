"""Who may be on a list at this moment, for whom it is; and why nobody is, where that is so.

Asked at every delivery: of the recipient's artefact, brought to the present first, so that whoever is on the list
permits it as of the moment and ledger position that the delivery names.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from licet.app.ads.listed_audiences import bring, last_made, listed, load_layout, purpose_for
from licet.app.artefacts import use_payload
from licet.app.copy_entries import DELIVER
from licet.app.copy_removals import is_use_permitted
from licet.app.tenses import changes_since
from licet.deliveries import AsOf
from licet.enforce.absences import Absences
from licet.enforce.origin import LedgerRef
from licet.ledger.entries import SAID_BY_MEMBERS
from licet.store import SnapshotRef
from licet.terms import LicetError
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment
from licet.uses.ads.audience_use import KIND, AudienceManifest
from licet.uses.ads.listed_members import LISTED
from licet.uses.ads.segment import LEAST_LISTED
from licet.uses.manifest import read_manifest
from licet.uses.row_buckets import OWNER

if TYPE_CHECKING:
    from licet.app.core import Core
    from licet.uses.use import Progress


class Judged(NamedTuple):
    """Who may be on a list, as of `as_of`: of LISTED. least: fewer identifiers are delivered to nobody.

    label: of the audience. why: why nobody may be on it, whoever is in the artefact. made: that artefact.
    """

    as_of: AsOf
    rows: pa.Table
    least: int
    label: str
    why: str | None
    made: SnapshotRef | None

    def is_of_now(self, core: Core) -> bool:
        """Whether nothing was recorded since by which any of them may have to come off it."""
        for entry in changes_since(core, self.as_of.position):
            if entry.kind not in SAID_BY_MEMBERS or entry.subject is None:
                return False
            if pc.any(pc.equal(self.rows[OWNER], entry.subject)).as_py():
                return False
        return True


def judge(
    core: Core,
    audience: str,
    recipient: str,
    scheme: str,
    absences: Absences,
    progress: Progress,
    why: str | None,
) -> Judged:
    """why: why nobody may be on it, where that is known. Raises: as a build of the artefact, where nobody can tell."""
    as_of, purpose = AsOf(format_moment(core.now()), core.ledger.position), purpose_for(recipient)
    nobody = LISTED.empty_table()
    if why is not None:
        return Judged(as_of, nobody, LEAST_LISTED, audience, why, last_made(core, recipient))
    layout = load_layout(core)
    named = layout.audiences.get(audience)
    made = last_made(core, recipient)
    if named is None or (named.recipient, named.scheme) != (recipient, scheme):
        why = f"segments.yaml has no {audience} for {recipient} by {scheme} any more"
        return Judged(as_of, nobody, LEAST_LISTED, audience, why, made)
    label = layout.segments[named.segment].label
    if not is_use_permitted(core, purpose, recipient, for_training=False):
        return Judged(as_of, nobody, layout.least, label, "the policy permits nothing of it", made)
    made = bring(core, recipient, absences, progress)
    return Judged(as_of, listed(core, made, audience), layout.least, label, None, made)


def entry_of(
    judged: Judged, core: Core, recipient: str, counts: dict[str, int], **more: str | int
) -> JsonObject:
    """What the ledger is told of a delivery by it."""
    if judged.made is not None:
        said = read_manifest(AudienceManifest, judged.made)
        root = core.ledger.root(judged.as_of.position).hex()
        origin = dataclasses.replace(
            said.origin, at=judged.as_of.at, ledger=LedgerRef(judged.as_of.position, root)
        )
        return use_payload(KIND, DELIVER, said, origin, counts, judged.made.id, **more)
    return {
        "use": KIND, "how": DELIVER, "purpose": purpose_for(recipient), "recipient": recipient, "at": judged.as_of.at,
        "position": judged.as_of.position, "policy": _policy(core), "snapshot": "", "root": "", "members_root": "",
        **counts, **more,
    }  # fmt: skip


def _policy(core: Core) -> str:
    try:
        return core.policy().digest
    except LicetError:
        return ""
