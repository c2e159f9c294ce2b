"""A workspace of made-up people who listened to made-up songs, and may be learned from unless they said no."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import licet
from licet.app import Workspace, artefacts
from licet.store import SnapshotRef
from licet.terms import SELF
from licet.terms.moments import parse_moment
from licet.testing.drawn_interactions import draw_interactions
from licet.uses.registry import open_use
from licet.uses.use import silent

NOW = parse_moment("2026-03-01")
PURPOSE = "recommender_training"
_POLICY = """
licet_pack: 1
id: harbour_radio
title: The harbour radio's policy
version: "1"
observed: 2026-01-01
controller: {name: Harbour radio}
sources: {page: {title: A page, kind: official}}
purposes: {recommender_training: {}, recommendation: {}}
categories: {profile: {}, activity: {}}
notices: {n: {title: A notice, published: 2023-01-01, effective: 2023-02-01}}
settings:
  learn: {label: Learn from what I do, path: [Settings, Learn], observed: 2026-01-01, default: {state: on}}
rules:
  - {id: all, effect: permit, purposes: [recommender_training, recommendation], categories: [profile, activity],
     notice: n, setting: learn}
"""
_CATALOGUE = """
licet_catalogue: 2
facts: {table: members, subject: id, region: region}
tables:
  members:
    {location: {parquet: data/members.parquet}, key: id, subjects: [id],
     columns: {id: profile, trade: profile, tongues: profile}}
  heard:
    {location: {parquet: data/heard.parquet}, event: {actor: who, item: song, time: at},
     columns: {song: activity, at: activity}}
"""
_LAYOUT = "{licet_recommend: 1, interactions: [{table: heard}], attributes: {members: [trade, tongues]}, buckets: 4}"


def make_listeners(root: Path, members: int = 300, seed: int = 4) -> Workspace:
    """Of whom three fifths are in Germany and the others in France; nobody has the trade of a smith but a few."""
    workspace = licet.open(root, make=True, clock=lambda: NOW)
    held = draw_interactions(members, members * 4 // 5, members * 6, seed, topics=10)
    places = range(len(held.members))
    pq.write_table(
        pa.table({
            "id": held.members,
            "region": ["DE" if place % 5 < 3 else "FR" for place in places],
            "tongues": pa.array(
                [["de"] if place % 2 else ["de", "fr"] for place in places], pa.list_(pa.string())
            ),
            "trade": ["smith" if place % 30 == 0 else "cook" if place % 2 else "baker" for place in places],
        }),
        _data(root) / "members.parquet",
    )  # fmt: skip
    pq.write_table(
        pa.table({
            "who": pa.array(held.members).take(pa.array(held.member_numbers)),
            "song": pa.array(held.items).take(pa.array(held.item_numbers)),
            "at": pa.array(held.times).cast(pa.timestamp("us")),
        }),
        _data(root) / "heard.parquet",
    )  # fmt: skip
    (root / "catalogue.yaml").write_text(_CATALOGUE)
    (root / "recommend.yaml").write_text(_LAYOUT)
    (root / "policy.yaml").write_text(_POLICY)
    workspace.policies.use(str(root / "policy.yaml"))
    return workspace


def build_recommender(workspace: Workspace) -> SnapshotRef:
    use, position = open_use("recommend", workspace.layout.root), workspace.ledger.position
    access = artefacts.open_access(workspace, use, PURPOSE, SELF, None, position, workspace.absences)
    return artefacts.build(workspace, use, access, silent).snapshot


def _data(root: Path) -> Path:
    (root / "data").mkdir(exist_ok=True)
    return root / "data"
