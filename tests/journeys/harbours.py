"""A harbour town's small network: members with skills and places, whom they know, and jobs about nobody.

Two settings, as in "does not train" and "does not personalise". Shared by the tests of people, search and insights.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import licet
from licet.app import Workspace
from licet.terms.moments import parse_moment

TODAY = parse_moment("2026-03-10")
_TEXT, _TEXTS, _MOMENT = pa.string(), pa.list_(pa.string()), pa.timestamp("us")
_SCHEMAS = {
    "members": pa.schema([("id", _TEXT), ("region", _TEXT)]),
    "profiles": pa.schema(
        [
            ("id", _TEXT), ("headline", _TEXT), ("summary", _TEXT), ("place", _TEXT), ("skills", _TEXTS),
            ("list_for", _TEXT), ("name", _TEXT),
        ]
    ),
    "knows": pa.schema([("edge", _TEXT), ("who", _TEXT), ("whom", _TEXT)]),
    "jobs": pa.schema(
        [
            ("job", _TEXT), ("title", _TEXT), ("description", _TEXT), ("location", _TEXT), ("skills", _TEXTS),
            ("seniority", _TEXT), ("remote", pa.bool_()), ("created", _MOMENT), ("expires", _MOMENT),
        ]
    ),
}  # fmt: skip
POLICY = """
licet_pack: 1
id: harbour
title: The harbour's policy
version: "1"
observed: 2026-01-01
controller: {name: Harbour}
sources: {page: {title: A page, kind: official}}
purposes: {recommender_training: {}, recommendation: {}}
categories: {profile: {}, connections: {}, organisation: {}}
notices: {n: {title: A notice, published: 2025-01-01, effective: 2025-02-01}}
settings:
  learning: {label: Learn from my data, path: [Settings, Learn], observed: 2026-01-01, default: {state: on}}
  personal: {label: Personalise, path: [Settings, Personalise], observed: 2026-01-01, default: {state: on}}
rules:
  - {id: learn, effect: permit, purposes: [recommender_training], categories: [profile, connections], notice: n,
     setting: learning}
  - {id: recommend, effect: permit, purposes: [recommendation], categories: [profile, connections], notice: n,
     setting: personal}
  - {id: jobs, effect: permit, purposes: [recommender_training, recommendation], categories: [organisation], notice: n}
"""
CATALOGUE = """
licet_catalogue: 2
facts: {table: members, subject: id, region: region}
tables:
  members: {location: {parquet: data/members.parquet}, key: id, subjects: [id], columns: {region: profile.location}}
  profiles:
    {location: {parquet: data/profiles.parquet}, key: id, subjects: [id], visibility_is: public,
     columns: {id: profile, headline: profile.headline, summary: profile.summary, place: profile.location,
       skills: profile.skills, list_for: profile, name: profile.name}}
  knows:
    {location: {parquet: data/knows.parquet}, key: edge, edge: {from: who, to: whom}, visibility_is: connections,
     columns: {edge: connections, who: connections, whom: connections}}
  jobs:
    {location: {parquet: data/jobs.parquet}, about: nobody, key: job, created: created, visibility_is: public,
     columns: {job: organisation.job_postings, title: organisation.job_postings, description: organisation.job_postings,
       location: organisation.job_postings, skills: organisation.job_postings, seniority: organisation.job_postings,
       remote: organisation.job_postings, created: organisation.job_postings, expires: organisation.job_postings}}
"""


def make_harbour(
    root: Path,
    profiles: Iterable[Mapping[str, Any]],
    edges: Iterable[tuple[str, str]] = (),
    jobs: Sequence[Mapping[str, Any]] = (),
    salt: bytes = bytes(range(32)),
    files: Mapping[str, str] | None = None,
) -> Workspace:
    """profiles: each with an id; what is not said is null. salt: alike in workspaces that are compared."""
    licet.create(root, clock=lambda: TODAY).close()
    (root / "keys" / "salt").write_text(salt.hex())
    people = list(profiles)
    rows: dict[str, list[dict[str, Any]]] = {
        "members": [{"id": one["id"], "region": one.get("region", "DE")} for one in people],
        "profiles": [dict(one) for one in people],
        "knows": [{"edge": f"{who}~{whom}", "who": who, "whom": whom} for who, whom in edges],
        "jobs": [{"created": datetime(2026, 2, 1), **one} for one in jobs],  # noqa: DTZ001 - as tables have them
    }
    for name, schema in _SCHEMAS.items():
        table = pa.Table.from_pylist([{c: row.get(c) for c in schema.names} for row in rows[name]], schema)
        pq.write_table(table, root / "data" / f"{name}.parquet")
    for name, text in {"catalogue.yaml": CATALOGUE, "policy.yaml": POLICY, **(files or {})}.items():
        (root / name).write_text(text)
    workspace = licet.open(root, clock=lambda: TODAY)
    workspace.policies.use(str(root / "policy.yaml"))
    return workspace


#: Advertisements say a town, members a country.
_INSIGHTS = """
demand: {table: jobs, skill: skills, region: location, created: created}
held: {table: profiles, skill: skills, region: {table: members, column: region}}
parents: {"Hamburg, Germany": DE, "Kiel, Germany": DE, "Rotterdam, Netherlands": NL}
"""


def make_quay(root: Path, members: int = 120) -> Workspace:
    """A harbour with enough of everybody and everything for its pages to be worth looking at.

    Members q000, q001 …: the last knows nobody, the one before knows the first alone.
    """
    trades = (("Welder", "tig welding"), ("Crane operator", "cranes"), ("Harbour pilot", "piloting"),
              ("Rigger", "rigging"), ("Dock nurse", "first aid"))  # fmt: skip
    firsts, lasts = (
        ("Ada", "Bram", "Chiara", "Deniz", "Edda", "Finn"),
        ("Anker", "Boje", "Kaai", "Mast", "Tau"),
    )
    cities = (("Hamburg, Germany", "DE"), ("Kiel, Germany", "DE"), ("Rotterdam, Netherlands", "NL"))
    people: list[dict[str, Any]] = []
    for n in range(members):
        (title, skill), (place, region) = trades[n % 5], cities[n % 3]
        people.append(
            {"id": f"q{n:03}", "name": f"{firsts[n % 6]} {lasts[n % 5]} {n}", "headline": f"{title} by the water",
             "summary": f"{title} since {1990 + n % 30}.", "place": place, "region": region, "skills": [skill]}
        )  # fmt: skip
    edges = [
        (f"q{n:03}", f"q{(n * step + step) % (members - 2):03}")
        for n in range(members - 2)
        for step in (3, 7)
    ]
    jobs: list[dict[str, Any]] = []
    for n in range(90):
        (title, skill), (place, _) = trades[n * n % 5], cities[n % 3]
        month = 1 + (n * 5 + n // 7) % 9
        jobs.append(
            {"job": f"j{n:02}", "title": f"{('', 'Senior ')[n % 2]}{title}", "location": place, "remote": n % 4 == 1,
             "seniority": ("mid", "senior")[n % 2], "skills": [skill, trades[(n // 2 + 1) % 5][1]],
             "description": f"We look for a {title.lower()} who knows {skill}.",
             "created": datetime(2026, month, 1 + n % 27)}  # noqa: DTZ001 - as tables have them
        )  # fmt: skip
    edges.append((f"q{members - 2:03}", "q000"))
    return make_harbour(root, people, edges, jobs, files={"insights.yaml": _INSIGHTS})
