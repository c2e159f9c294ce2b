"""A trade network's members and its advertisers, for the tests of advertisements: who permits what is one setting."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import licet
from licet.app import Workspace
from licet.terms.moments import parse_moment
from licet.uses.ad_choice.campaign import load_campaigns

TODAY = parse_moment("2026-03-10T12:00:00Z")
MARKER = "zzmarkerzz"
POLICY = """
licet_pack: 1
id: trade
title: The trade network's policy
version: "1"
observed: 2026-01-01
controller: {name: Trade}
sources: {page: {title: A page, kind: official}}
purposes: {ad_targeting: {}}
categories: {profile: {}}
notices: {n: {title: A notice, published: 2025-01-01, effective: 2025-02-01}}
settings:
  ads: {label: Ads by your data, path: [Settings, Ads], observed: 2026-01-01, default: {state: on},
    honours: [gpc, gpp, tcf]}
rules:
  - {id: target, effect: permit, purposes: [ad_targeting], categories: [profile], notice: n, setting: ads}
"""
CATALOGUE = """
licet_catalogue: 2
facts: {table: members, subject: id, region: region, age_is: 30}
tables:
  members: {location: {parquet: data/members.parquet}, key: id, subjects: [id], columns: {region: profile.location}}
  profiles:
    {location: {parquet: data/profiles.parquet}, key: id, subjects: [id], visibility_is: public,
     columns: {id: profile, name: profile.name, trade: profile.industry, skills: profile.skills}}
"""
CAMPAIGNS = """
licet_campaigns: 1
attributes:
  skill: {table: profiles, column: skills}
  trade: {table: profiles, column: trade}
campaigns:
  welding course:
    number: 1
    payer: Arc School
    political: false
    price_micros: 2000
    budget_micros: 50000000
    starts: 2026-03-01
    ends: 2026-04-01
    about: welding metal shipyard steel
    creative: {title: Learn to weld, text: Six weeks., link: "https://arc.example/course"}
  nurses wanted:
    number: 2
    payer: Ward Clinic
    on_behalf_of: Night Shift
    political: false
    price_micros: 2000
    budget_micros: 50000000
    starts: 2026-03-01
    ends: 2026-04-01
    about: nursing hospital ward care
    creative: {title: Nurses wanted, link: "https://ward.example/"}
  divers:
    number: 3
    payer: Deep Works
    political: false
    price_micros: 4000
    budget_micros: 50000000
    starts: 2026-03-01
    ends: 2026-04-01
    audience: {skill: [Diving, Underwater welding]}
    creative: {title: Work under water, link: "https://deep.example/"}
"""
SHAPES = {
    "members": pa.schema([("id", pa.string()), ("region", pa.string())]),
    "profiles": pa.schema(
        [
            ("id", pa.string()),
            ("name", pa.string()),
            ("trade", pa.string()),
            ("skills", pa.list_(pa.string())),
        ]
    ),
}
DIVER = {"id": "ann", "name": f"Ann {MARKER}", "trade": "Shipbuilding", "skills": ["Diving", MARKER]}


def make_trade(
    root: Path,
    profiles: Iterable[Mapping[str, Any]] = (DIVER,),
    *,
    campaigns: str = CAMPAIGNS,
    policy: str = POLICY,
    is_granted: bool = True,
    clock: Callable[[], datetime] = lambda: TODAY,
    **place: str,
) -> Workspace:
    """is_granted: whether every payer has the audiences of its campaigns, as if there were members enough. place: of
    the ledger, as `licet.create` has it."""
    licet.create(root, clock=clock, **place).close()
    people = [dict(one) for one in profiles]
    rows = {"members": [{"id": one["id"], "region": "DE"} for one in people], "profiles": people}
    for name, schema in SHAPES.items():
        table = pa.Table.from_pylist([{c: row.get(c) for c in schema.names} for row in rows[name]], schema)
        pq.write_table(table, root / "data" / f"{name}.parquet")
    for name, text in {
        "catalogue.yaml": CATALOGUE,
        "policy.yaml": policy,
        "campaigns.yaml": campaigns,
    }.items():
        (root / name).write_text(text)
    if is_granted:
        grant_all(root)
    workspace = licet.open(root, clock=clock)
    workspace.policies.use(str(root / "policy.yaml"))
    return workspace


def grant_all(root: Path) -> None:
    """Have every payer granted the audiences that its campaigns name."""
    live: dict[str, list[dict[str, list[str]]]] = {}
    for one in load_campaigns(root / "campaigns.yaml").campaigns.values():
        if one.audience:
            live.setdefault(one.payer, []).append(
                {name: sorted(one.values_of(name)) for name in one.audience}
            )
    told = {name: {"live": audiences, "asked": {}} for name, audiences in live.items()}
    (root / "ads").mkdir(mode=0o700, exist_ok=True)
    said = {"licet_audiences": 1, "figures": {}, "advertisers": told}
    (root / "ads" / "audiences.json").write_text(json.dumps(said))


def stored_bytes(root: Path) -> bytes:
    """Everything that serving advertisements keeps in a workspace, one file after the other."""
    return b"".join(path.read_bytes() for path in sorted((root / "ad_server").rglob("*")) if path.is_file())
