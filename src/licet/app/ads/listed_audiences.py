"""Audiences as they stand: their artefacts, brought to the present, and how many each would deliver.

A list is made for the recipient that it is for, and for nobody else: of what is permitted to that one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from licet.app import artefacts
from licet.app.artefact_status import is_exact
from licet.app.artefacts import latest, present_access
from licet.enforce.absences import Absences
from licet.enforce.access import secret_of
from licet.enforce.origin import PurposeRef
from licet.store import SnapshotRef
from licet.terms import SELF, LicetError, UseError
from licet.terms.canonical import JsonObject
from licet.terms.vocabulary import AD_SHARING, AD_TARGETING
from licet.uses.ads.audience_use import KIND, AudienceManifest, listed_in
from licet.uses.ads.listed_members import unfit_table
from licet.uses.ads.segment import FILE_NAME, SegmentLayout, load_segments
from licet.uses.manifest import read_heading, read_manifest
from licet.uses.registry import open_use

if TYPE_CHECKING:
    from licet.app.core import Core
    from licet.uses.use import Progress


class AudienceBuilt(NamedTuple):
    """What making the audiences of one recipient came to. sizes: by audience, how many identifiers."""

    snapshot: str
    name: str
    root: str
    how: str
    recipient: str
    sizes: dict[str, int]
    subjects: int
    position: int

    def as_json(self) -> JsonObject:
        return self._asdict()


class AudienceStanding(NamedTuple):
    """One audience, for who keeps the platform: an advertiser is told no exact size.

    definition: what a list of it discloses of everybody on it. size: identifiers as of the last build; None before one.
    is_enough:  whether so many are delivered. why: why nothing is, in words; None where it is.
    """

    audience: str
    label: str
    recipient: str
    scheme: str
    definition: JsonObject
    size: int | None
    least: int
    is_enough: bool
    why: str | None

    def as_json(self) -> JsonObject:
        return self._asdict()


def load_layout(core: Core) -> SegmentLayout:
    """Raises: UseError ADS-001, ADS-002, ADS-004 for a table that the catalogue does not have."""
    layout = load_segments(core.layout.root / FILE_NAME)
    for table in (layout.identifiers.table, *(value.table for value in layout.values.values())):
        if table not in core.catalogue.tables:
            raise unfit_table(table)
    return layout


def purpose_for(recipient: str) -> str:
    """What a list for a recipient is made for."""
    return AD_TARGETING if recipient == SELF else AD_SHARING


def unknown_audience(layout: SegmentLayout, name: str) -> UseError:
    return UseError(
        "ADS-006",
        f"there is no audience called {name[:60]!r}",
        FILE_NAME,
        f"one of: {', '.join(sorted(layout.audiences))}",
    )


def build(core: Core, audience: str | None, progress: Progress) -> list[AudienceBuilt]:
    """The audiences of every recipient, or of that of one audience, made anew. Raises: UseError ADS-001 to ADS-006."""
    layout = load_layout(core)
    if audience is not None and audience not in layout.audiences:
        raise unknown_audience(layout, audience)
    wanted = layout.recipients() if audience is None else (layout.audiences[audience].recipient,)
    use, made = open_use(KIND, core.layout.root), []
    with core.absences.once_done() as absences:
        for recipient in wanted:
            asked, position = PurposeRef(purpose_for(recipient), recipient), core.ledger.position
            with present_access(core, use, asked, None, position, absences) as access:
                built = artefacts.build(core, use, access, progress)
            said = read_manifest(AudienceManifest, built.snapshot)
            made.append(
                AudienceBuilt(
                    built.snapshot.id, built.snapshot.name, said.root, built.how, recipient,
                    _sizes(core, said), said.counts["subjects"], said.ledger.position,
                )
            )  # fmt: skip
    return made


def bring(core: Core, recipient: str, absences: Absences, progress: Progress) -> SnapshotRef:
    """The artefact of a recipient, of now: made where there is none, brought to the present where it is not.

    Raises: as a build of it.
    """
    use, asked = open_use(KIND, core.layout.root), PurposeRef(purpose_for(recipient), recipient)
    made = _latest_of(core, asked)
    if made is not None and is_exact(core, made, absences):
        return made
    with present_access(core, use, asked, None, core.ledger.position, absences) as access:
        if made is None:
            return artefacts.build(core, use, access, progress).snapshot
        return artefacts.update(core, use, access, made, progress).snapshot


def last_made(core: Core, recipient: str) -> SnapshotRef | None:
    """The artefact of a recipient as it stands."""
    return _latest_of(core, PurposeRef(purpose_for(recipient), recipient))


def _latest_of(core: Core, asked: PurposeRef) -> SnapshotRef | None:
    return next((one for one in latest(core, KIND) if read_heading(one).purpose == asked), None)


def listed(core: Core, snapshot: SnapshotRef, audience: str) -> pa.Table:
    """Who is in one audience of an artefact, by which identifier; of LISTED."""
    rows = listed_in(core.store, read_manifest(AudienceManifest, snapshot), secret_of(core.salt, KIND))
    return rows.filter(pc.equal(rows["audience"], audience))


def _sizes(core: Core, said: AudienceManifest) -> dict[str, int]:
    rows = listed_in(core.store, said, secret_of(core.salt, KIND))
    counted = rows.group_by("audience").aggregate([("identifier", "count_distinct")])
    found = dict(
        zip(counted["audience"].to_pylist(), counted["identifier_count_distinct"].to_pylist(), strict=True)
    )
    return {name: found.get(name, 0) for name in said.layout.audiences_of(said.purpose.recipient)}


def audiences(core: Core) -> list[AudienceStanding]:
    """Every audience that the file names, in its order. Raises: UseError ADS-001, ADS-002."""
    layout, sizes = load_layout(core), dict[str, int]()
    for recipient in layout.recipients():
        made = last_made(core, recipient)
        if made is not None:
            sizes |= _sizes(core, read_manifest(AudienceManifest, made))
    return [_standing(core, layout, name, sizes.get(name)) for name in layout.audiences]


def _standing(core: Core, layout: SegmentLayout, name: str, size: int | None) -> AudienceStanding:
    audience = layout.audiences[name]
    why = None
    if not _is_known(core, audience.recipient):
        why = f"the policy does not know {audience.recipient}"
    elif size is None:
        why = "it was not made yet"
    elif size < layout.least:
        why = f"fewer than {layout.least} may be on it, and so few are delivered to nobody"
    return AudienceStanding(
        name, layout.segments[audience.segment].label, audience.recipient, audience.scheme,
        layout.definition(name), size, layout.least, size is not None and size >= layout.least, why,
    )  # fmt: skip


def _is_known(core: Core, recipient: str) -> bool:
    try:
        return core.policy().pack.knows_recipient(recipient)
    except LicetError:
        return False
