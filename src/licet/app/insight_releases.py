"""Releases of insights: one a month, drawn of what is permitted on that day, and never again.

A release is a file that is written once, `insights/2026-03.json`; the ledger has its digest before it is there. Whoever
says no afterwards is out of the artefact with the next update and out of the next release; the one that stands, stands,
and until then they are told PENDING, with its day. A release whose file was changed, or is gone, is told as such and
not made again.
"""

from __future__ import annotations

import json
import os
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from licet.app import artefacts
from licet.app.artefact_status import ArtefactStatus, Standing
from licet.app.artefacts import note_use, present_access
from licet.app.layout_drafts import write_draft
from licet.app.tenses import first_change_since, stands_for_now
from licet.enforce.access import secret_of
from licet.enforce.origin import PurposeRef
from licet.ledger import Entry, EntryKind
from licet.store import SnapshotRef
from licet.terms import SELF, AppError, UseError
from licet.terms.canonical import JsonObject, canonical_json, digest
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.moments import format_moment
from licet.uses.insights.insights_layout import EVERYWHERE, FILE_NAME, InsightsLayout
from licet.uses.insights.insights_use import KIND, InsightsManifest, contributions_of
from licet.uses.insights.monthly_release import (
    EPSILON,
    LEAST_MEMBERS,
    Figures,
    ToLearn,
    draw,
    to_learn,
)
from licet.uses.manifest import read_manifest
from licet.uses.registry import open_use

if TYPE_CHECKING:
    from pathlib import Path

    from licet.app.core import Core
    from licet.uses.use import Progress

PURPOSE = "recommender_training"
_HEAD = (
    "# What insights are made of: what advertisements ask for, and what members have; see docs/insights.md."
)
#: How many members stand behind the figures is told in classes, upwards from these.
_CLASSES = (10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000)


class Release(NamedTuple):
    """A month's figures. next: the day on which the next may be made. digest: of its file, as the ledger has it.

    at, position: as of when it was drawn. members: the class of how many stand behind its figures, such as "100 to
    999". epsilon, least: as `monthly_release` has them. standing: PENDING once somebody chose since.
    """

    month: str
    next: str
    at: str
    position: int
    policy: str
    epsilon: str
    least: int
    members: str
    figures: Figures
    digest: str
    standing: Standing

    @property
    def regions(self) -> tuple[str, ...]:
        """Everywhere first."""
        return tuple(
            sorted({one.region for one in self.figures.asked}, key=lambda one: (one != EVERYWHERE, one))
        )

    def to_learn(self, region: str) -> list[ToLearn]:
        """Raises: AppError RCMD-126 for a region that it does not tell of."""
        if region not in self.regions:
            raise AppError(
                "RCMD-126",
                f"the release of {self.month} tells of no region {region!r}",
                fix=f"one of: {', '.join(self.regions[:20])}",
            )
        return to_learn(self.figures, region)

    def as_json(self) -> JsonObject:
        return {**self._asdict(), "figures": self.figures.as_json(), "regions": list(self.regions)}


def release(core: Core, progress: Progress) -> Release:
    """This month's: the one there is, or drawn now, of what is brought to the present first.

    Raises: UseError RCMD-121, RCMD-122, RCMD-123, RCMD-124; AppError RCMD-127; as a gate.
    """
    month = core.now().strftime("%Y-%m")
    if month in _noted(core):
        return show(core, month)
    _require_layout(core)
    snapshot = _brought(core, progress)
    said = read_manifest(InsightsManifest, snapshot)
    secret = secret_of(core.salt, KIND)
    figures = draw(said.layout, contributions_of(core.store, said, secret), secret, month)
    told: JsonObject = {
        "licet_insights": 1, "month": month, "next": day_of_next(month), "at": said.at,
        "position": said.ledger.position, "policy": said.policy.id, "epsilon": str(EPSILON),
        "least": LEAST_MEMBERS, "members": _size_class(figures), "snapshot": snapshot.id, "root": said.root,
        "figures": figures.as_json(),
    }  # fmt: skip
    _publish(core, month, canonical_json(told), said, snapshot)
    return show(core, month)


def months(core: Core) -> list[str]:
    """Of which there is a release, the latest first."""
    return sorted(_noted(core), reverse=True)


def releases(core: Core) -> list[Release]:
    """All of them, the latest first. Raises: as `show`."""
    return [show(core, month) for month in months(core)]


def show(core: Core, month: str = "latest") -> Release:
    """Raises: AppError RCMD-125 for a month without one, RCMD-127 where its file is not as it was published."""
    noted = _noted(core)
    if month == "latest":
        month = max(noted, default=month)
    if month not in noted:
        raise AppError(
            "RCMD-125",
            "there is no release yet" if month == "latest" else f"there is no release of {month[:20]!r}",
            fix="licet insights list shows which there are; licet insights release makes this month's",
        )
    path = _path(core, month)
    _finish(path, noted[month])
    try:
        data = path.read_bytes()
        told = json.loads(data)
        if digest(data) != noted[month]:
            raise ValueError("changed since")
        figures = Figures.of_json(told["figures"])
    except (OSError, ValueError, TypeError, KeyError):
        raise AppError(
            "RCMD-127",
            f"the file of the release of {month} is gone, or is not as it was published",
            str(path),
            "restore it from a copy; a release is never made again",
        ) from None
    standing = Standing.EXACT if stands_for_now(core, told["position"]) else Standing.PENDING
    return Release(
        month, told["next"], told["at"], told["position"], told["policy"], told["epsilon"], told["least"],
        told["members"], figures, noted[month], standing,
    )  # fmt: skip


def release_statuses(core: Core) -> list[ArtefactStatus]:
    """The latest release, where there is one: PENDING, with the day of the next, once somebody chose since."""
    if not _path(core, "any").parent.is_dir() or not _noted(core):
        return []
    told = show(core)
    changed = first_change_since(core, told.position)
    why = f"a release is never made again; whoever said no since leaves with that of {told.next}"
    return [
        ArtefactStatus(
            f"insights of {told.month}", KIND, PURPOSE, SELF, told.at, told.position,
            Standing.EXACT if changed is None else Standing.PENDING,
            None if changed is None else format_moment(changed.recorded_at), None,
            None if changed is None else why,
        )
    ]  # fmt: skip


def _brought(core: Core, progress: Progress) -> SnapshotRef:
    """The artefact as of now."""
    use, position, asked = open_use(KIND, core.layout.root), core.ledger.position, PurposeRef(PURPOSE, SELF)
    earlier = [
        one
        for one in artefacts.latest(core, KIND)
        if read_manifest(InsightsManifest, one).purpose == asked
    ]  # fmt: skip
    with (
        core.absences.once_done() as absences,
        present_access(core, use, asked, None, position, absences) as access,
    ):
        if earlier:
            return artefacts.update(core, use, access, earlier[-1], progress).snapshot
        return artefacts.build(core, use, access, progress).snapshot


def last_noted(core: Core) -> Entry | None:
    """The entry of the latest release, as the ledger has it."""
    entries = {entry.payload["month"]: entry for entry in reversed(_entries(core)) if entry.payload}
    return entries[max(entries)] if entries else None


def _noted(core: Core) -> dict[str, str]:
    """By month the digest of its release, as the ledger has it: of two of a month, the one that was noted first."""
    return {
        entry.payload["month"]: entry.payload["release"]
        for entry in reversed(_entries(core))
        if entry.payload
    }


def _entries(core: Core) -> list[Entry]:
    return [
        entry
        for entry in core.ledger.entries(0, core.ledger.position, EntryKind.USE_RUN)
        if entry.payload is not None and (entry.payload["use"], entry.payload["how"]) == (KIND, "release")
    ]


def _publish(core: Core, month: str, data: bytes, said: InsightsManifest, snapshot: SnapshotRef) -> None:
    """Written aside, noted, and then in its place. If the process dies before the note, there is no release; if it dies
    after, `_finish` puts it in its place."""
    path, made = _path(core, month), digest(data)
    with clear_disk_errors("publishing a release"):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(
            os.open(_aside(path, made), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
        ) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    counts = {"postings": said.counts["postings"], "subjects": said.counts["subjects"]}
    note_use(core, KIND, "release", said, said.origin, counts, snapshot.id, month=month, release=made)
    for noted, first in _noted(core).items():  # of two that release at once, the one that was noted first
        _finish(_path(core, noted), first)
    for aside in path.parent.glob(".*.part"):
        # Never noted. Its noise is the release's own, so that beside it its figures would tell who left since; of a
        # month that is over, none will be made. Of a month to come, another process is about to note it.
        if aside.name[1:] < f"{month}~":
            with clear_disk_errors("publishing a release"):
                aside.unlink(missing_ok=True)


def _finish(path: Path, made: str) -> None:
    aside = _aside(path, made)
    if aside.exists() and not path.exists():
        with clear_disk_errors("publishing a release"):
            aside.replace(path)


def _aside(path: Path, made: str) -> Path:
    return path.with_name(f".{path.stem}-{made}.part")


def _path(core: Core, month: str) -> Path:
    return core.layout.root / "insights" / f"{month}.json"


def day_of_next(month: str) -> str:
    """From which on the release after that of a month may be made."""
    first = date.fromisoformat(f"{month}-01")
    return (first + timedelta(days=32)).replace(day=1).isoformat()


def _size_class(figures: Figures) -> str:
    """Of how many members the figures tell everywhere, or else in all regions; of what is released alone."""
    everywhere = [one.members for one in figures.held if one.region == EVERYWHERE]
    members = sum(everywhere or [one.members for one in figures.held])
    reached = [least for least in _CLASSES if least <= members]
    return f"{reached[-1]:,} to {reached[-1] * 10 - 1:,}" if reached else f"fewer than {_CLASSES[0]}"


def _require_layout(core: Core) -> None:
    """See to it that there is a file. Raises: UseError RCMD-124 where the catalogue has not what they are made of."""
    path = core.layout.root / FILE_NAME
    if path.exists():
        return
    tables = core.catalogue.tables
    asked = next(
        (
            (name, table) for name, table in tables.items()
            if table.is_about_nobody and table.columns.get("skills") == "organisation.job_postings"
        ),
        None,
    )  # fmt: skip
    held = _labelled(core, "profile.skills")
    if asked is None or held is None:
        raise UseError(
            "RCMD-124",
            "the catalogue has no skills of job postings about nobody, or none of members, to draft insights of",
            str(path),
            "write the file by hand, as docs/insights.md shows",
        )
    name, table = asked
    region = next((one for one in ("region", "country", "location") if one in table.columns), None)
    facts = core.catalogue.facts
    where = None if facts is None or facts.region is None else (facts.table, facts.region)
    layout = InsightsLayout.model_validate(
        {
            "demand": {"table": name, "skill": "skills", "region": region, "created": table.created},
            "held": {
                "table": held[0], "skill": held[1],
                "region": None if where is None else {"table": where[0], "column": where[1]},
            },
        }
    )  # fmt: skip
    write_draft(path, _HEAD, layout, "what insights are made of")


def _labelled(core: Core, label: str) -> tuple[str, str] | None:
    return next(
        (
            (name, column)
            for name, table in core.catalogue.tables.items()
            for column, kind in table.columns.items()
            if kind == label and len(table.subjects) == 1
        ),
        None,
    )
