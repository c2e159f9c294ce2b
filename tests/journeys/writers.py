"""A few members with a profile and posts under the made-up network's own policy, one of them with hostile words."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import licet
from licet.app import Workspace
from licet.terms.moments import parse_moment

AT = parse_moment("2026-06-30T18:00:00")
CATALOGUE = """
licet_catalogue: 1
facts: {table: members, subject: id, region: region, birth_date: born}
tables:
  members:
    {location: {parquet: members.parquet}, key: id, subjects: [id], visibility_is: private,
     columns: {id: profile, region: profile.location, born: demographic.age}}
  profiles:
    {location: {parquet: profiles.parquet}, key: id, subjects: [id], visibility_is: public,
     columns: {id: profile, position: profile.position, organisation: profile.position, industry: profile.industry,
               location: profile.location, skills: profile.skills, salary: job_seeking.salary, note: null}}
  posts:
    {location: {parquet: posts.parquet}, key: post, subjects: [author], created: made, visibility: seen_by,
     columns: {post: content.posts, author: content.posts, seen_by: content.posts, made: content.posts,
               title: content.posts}}
  pairs:
    {location: {parquet: pairs.parquet}, key: id, subjects: [one, other], visibility_is: public,
     columns: {id: profile, one: profile, other: profile, project: profile.projects}}
"""
MEMBERS = [
    {"id": "ann", "region": "CA", "born": date(1990, 1, 1)}, {"id": "ben", "region": "CA", "born": date(1980, 1, 1)},
    {"id": "kid", "region": "CA", "born": date(2011, 1, 1)}, {"id": "new", "region": "CA", "born": date(1990, 1, 1)},
]  # fmt: skip
SECRET = "zq-secret"


def profile(who: str, **more: Any) -> dict[str, Any]:
    return {
        "id": who, "position": "Baker", "organisation": "Acme", "industry": "Food", "location": "Oxbow",
        "skills": ["bread"], "salary": SECRET, "note": SECRET, **more,
    }  # fmt: skip


ROWS: dict[str, list[dict[str, Any]]] = {
    "members": MEMBERS,
    "profiles": [
        profile("ann", skills=["bread", "{{7*7}}", "<script>alert(1)</script>"]),
        profile("ben", position="Zookeeper", skills=["zebras"]),
        profile("kid", position="Pupil"),
    ],
    "posts": [
        {"post": "1", "author": "ann", "seen_by": "public", "made": date(2026, 1, 1), "title": "On yeast"},
        {"post": "2", "author": "ann", "seen_by": "public", "made": date(2020, 1, 1), "title": "Long ago"},
        {"post": "3", "author": "ben", "seen_by": "public", "made": date(2026, 1, 1), "title": "On zebras"},
    ],
    "pairs": [{"id": "p", "one": "ann", "other": "ben", "project": "Shared oven"}],
}


def make_writers(root: Path) -> Workspace:
    with licet.create(root):
        pass
    for name, rows in ROWS.items():
        pq.write_table(pa.Table.from_pylist(rows), root / f"{name}.parquet")
    (root / "catalogue.yaml").write_text(CATALOGUE)
    made = licet.open(root, clock=lambda: AT)
    made.use_pack("exemplum")
    return made
