"""A pier where people apply for jobs and look at them: a small workspace with two tables of events."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

import licet
from licet.app import Workspace, artefacts
from licet.enforce import Access
from licet.store import SnapshotRef
from licet.terms import SELF
from licet.terms.moments import parse_moment
from licet.uses.manifest import read_manifest
from licet.uses.recommend.kept_interactions import read_interactions
from licet.uses.recommend.recommend_manifest import RecommendManifest
from licet.uses.recommend.recommend_use import Recommend, open_recommend
from licet.uses.use import silent

NOW = parse_moment("2026-03-01")
DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - as tables have them
PURPOSE = "recommender_training"
POLICY = """
licet_pack: 1
id: pier
title: The pier's policy
version: "1"
observed: 2026-01-01
controller: {name: Pier}
sources: {page: {title: A page, kind: official}}
purposes: {recommender_training: {}, recommendation: {}}
categories: {profile: {}, activity: {}, organisation: {}}
notices: {n: {title: A notice, published: 2025-01-01, effective: 2025-02-01}}
settings:
  learn: {label: Learn from me, path: [Settings, Learn], observed: 2026-01-01, default: {state: on}}
rules:
  - {id: people, effect: permit, purposes: [recommender_training, recommendation],
     categories: [profile, activity], regions: [EEA], notice: n, setting: learn}
"""
CATALOGUE = """
licet_catalogue: 2
facts: {table: members, subject: id, region: region}
tables:
  members: {location: {parquet: data/members.parquet}, key: id, subjects: [id], columns: {id: profile}}
  applications: {location: {parquet: data/applications.parquet}, event: {actor: who, item: job, time: at},
                 columns: {job: activity, at: activity}}
  views: {location: {parquet: data/views.parquet}, event: {actor: who, item: job, time: at},
          columns: {job: activity, at: activity}}
"""
LAYOUT = "{licet_recommend: 1, interactions: [{table: applications}, {table: views}], buckets: 8}"
Row: TypeAlias = tuple[str | None, Any, datetime | None]


class Pier:
    """A workspace of who applied for and viewed what."""

    def __init__(self, root: Path, applications: list[Row], views: list[Row]) -> None:
        licet.create(root, clock=lambda: NOW).close()
        (root / "data").mkdir(exist_ok=True)
        people = sorted({who for who, _, _ in (*applications, *views) if who})
        pq.write_table(
            pa.table({"id": people, "region": ["DE"] * len(people)}), root / "data" / "members.parquet"
        )
        for name, rows in (("applications", applications), ("views", views)):
            who, job, at = ([row[place] for row in rows] for place in range(3))
            items = pa.array(job, None if rows else pa.string())
            table = pa.table(
                [pa.array(who, pa.string()), items, pa.array(at, pa.timestamp("us"))], ["who", "job", "at"]
            )
            pq.write_table(table, root / "data" / f"{name}.parquet")
        for file, text in (
            ("policy.yaml", POLICY),
            ("catalogue.yaml", CATALOGUE),
            ("recommend.yaml", LAYOUT),
        ):
            (root / file).write_text(text)
        self.workspace: Workspace = licet.open(root, clock=lambda: NOW)
        self.workspace.policies.use(str(root / "policy.yaml"))
        self.root = root

    @classmethod
    def at(cls, root: Path, workspace: Workspace) -> Pier:
        """One that is there, opened otherwise."""
        made = cls.__new__(cls)
        made.root, made.workspace = root, workspace
        return made

    def newest(self) -> SnapshotRef:
        return artefacts.latest(self.workspace, "recommend")[0]

    def access(self, use: Recommend) -> Access:
        position = self.workspace.ledger.position
        return artefacts.open_access(
            self.workspace, use, PURPOSE, SELF, None, position, self.workspace.absences
        )

    def build(self) -> SnapshotRef:
        use = open_recommend(self.root)
        return artefacts.build(self.workspace, use, self.access(use), silent).snapshot

    def said(self, snapshot: SnapshotRef) -> RecommendManifest:
        return read_manifest(RecommendManifest, snapshot)

    def held(self, snapshot: SnapshotRef) -> dict[str, list[str]]:
        held = read_interactions(self.workspace.store, self.said(snapshot))
        return {who: held.items_of(who) for who in held.members}
