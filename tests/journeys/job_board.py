"""A small job board: members with tastes, jobs about nobody, what members looked at and applied to, and two toggles.

`learning` decides whether recommendations are learned from somebody, `personal` whether their own list is made of their
own data. Half of the members look at kitchens, half at boats; so what one group does says what the other is not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import licet
from licet.app import Workspace
from licet.terms.moments import parse_moment

AT = parse_moment("2026-06-30T12:00:00")
_TEXT, _TEXTS, _MOMENT, _DAY = pa.string(), pa.list_(pa.string()), pa.timestamp("us"), pa.date32()
MARKER = "zqmarker"

POLICY = """
licet_pack: 1
id: jetty
title: The jetty's policy
version: "1"
observed: 2026-01-01
controller: {name: Jetty}
sources: {page: {title: A page, kind: official}}
purposes: {recommender_training: {}, recommendation: {}}
categories: {profile: {}, activity: {}, content.posts: {}, connections: {}, organisation.job_postings: {}}
notices: {n: {title: A notice, published: 2025-01-01, effective: 2025-02-01}}
settings:
  learning: {label: Learn from what I do, path: [Settings, Learning], observed: 2026-01-01, default: {state: on}}
  personal: {label: Recommend by what I do, path: [Settings, Recommending], observed: 2026-01-01, default: {state: on}}
rules:
  - {id: learn, effect: permit, purposes: [recommender_training], categories: [profile, activity], minimum_age: 18,
     notice: n, setting: learning}
  - {id: recommend, effect: permit, purposes: [recommendation],
     categories: [profile, activity, content.posts, connections], notice: n, setting: personal}
  - {id: jobs, effect: permit, purposes: [recommender_training, recommendation],
     categories: [organisation.job_postings], notice: n}
"""
CATALOGUE = """
licet_catalogue: 2
facts: {table: members, subject: id, region: region, birth_date: born}
tables:
  members: {location: {parquet: data/members.parquet}, key: id, subjects: [id], columns: {born: demographic.age}}
  profiles:
    {location: {parquet: data/profiles.parquet}, key: id, subjects: [id], visibility_is: public,
     columns: {id: profile, position: profile.position, skills: profile.skills}}
  jobs:
    {location: {parquet: data/jobs.parquet}, about: nobody, key: job, created: made, visibility_is: public,
     columns: {job: organisation.job_postings, title: organisation.job_postings, text: organisation.job_postings,
               skills: organisation.job_postings, place: organisation.job_postings, made: organisation.job_postings,
               ends: organisation.job_postings}}
  views:
    {location: {parquet: data/views.parquet}, event: {actor: who, item: job, time: at}, references: {job: jobs},
     columns: {job: activity.views, at: activity.views}}
  applications:
    {location: {parquet: data/applications.parquet}, event: {actor: who, item: job, time: at}, references: {job: jobs},
     columns: {job: activity, at: activity}}
  unwanted:
    {location: {parquet: data/unwanted.parquet}, event: {actor: who, item: job, time: at}, references: {job: jobs},
     columns: {job: activity, at: activity}}
  posts:
    {location: {parquet: data/posts.parquet}, key: post, subjects: [author], created: made, visibility: seen_by,
     columns: {post: content.posts, author: content.posts, made: content.posts, seen_by: content.posts,
               title: content.posts, body: content.posts}}
  follows:
    {location: {parquet: data/follows.parquet}, event: {actor: who, item: whom, time: at},
     columns: {whom: activity.follows, at: activity.follows}}
"""
LAYOUT = """
licet_recommend: 1
interactions: [{table: applications, weight: 4}, {table: views}]
items: {jobs: {title: title, text: text, skills: skills, place: place, expires: ends}}
not_interested: unwanted
attributes: {profiles: [position, skills]}
posts: {table: posts, author: author, title: title, text: body, created: made}
buckets: 4
"""
_SHAPES: dict[str, dict[str, pa.DataType]] = {
    "members": {"id": _TEXT, "region": _TEXT, "born": _DAY},
    "profiles": {"id": _TEXT, "position": _TEXT, "skills": _TEXTS},
    "jobs": {
        "job": _TEXT, "title": _TEXT, "text": _TEXT, "skills": _TEXTS, "place": _TEXT, "made": _MOMENT, "ends": _MOMENT,
    },
    "views": {"who": _TEXT, "job": _TEXT, "at": _MOMENT},
    "applications": {"who": _TEXT, "job": _TEXT, "at": _MOMENT},
    "unwanted": {"who": _TEXT, "job": _TEXT, "at": _MOMENT},
    "posts": {"post": _TEXT, "author": _TEXT, "made": _MOMENT, "seen_by": _TEXT, "title": _TEXT, "body": _TEXT},
    "follows": {"who": _TEXT, "whom": _TEXT, "at": _MOMENT},
}  # fmt: skip
#: So many of each group: enough for what is told of at least ten.
EACH = 14
KITCHEN, BOAT = (tuple(f"{group}{n:02}" for n in range(EACH)) for group in ("cook", "sail"))
_START = datetime(2026, 6, 1, 9)  # noqa: DTZ001 - a plain timestamp, as tables have them
Rows = dict[str, list[dict[str, Any]]]


def board_rows() -> Rows:
    """Twenty jobs, ten of each kind, of which the last is over; each member looked at a few and applied to one."""
    rows: Rows = {name: [] for name in _SHAPES}
    for kind, word in (("kitchen", "cooking"), ("boat", "sailing")):
        for n in range(10):
            ends = _START + timedelta(days=5 if n == 9 else 200 + n)
            rows["jobs"].append(
                {"job": f"{kind}-{n}", "title": f"{kind.title()} hand {n}", "text": f"A {kind} wants {word}, part {n}",
                 "skills": [word], "place": "Quayside", "made": _START - timedelta(days=n), "ends": ends}
            )  # fmt: skip
    for group, kind, word in ((KITCHEN, "kitchen", "cooking"), (BOAT, "boat", "sailing")):
        for place, who in enumerate(group):
            rows["members"].append({"id": who, "region": "DE", "born": date(1990, 1, 1)})
            rows["profiles"].append(
                {"id": who, "position": f"{kind} hand", "skills": [word, MARKER] if place == 1 else [word]}
            )
            at = _START + timedelta(hours=place)
            for step in range(3):
                seen = f"{kind}-{(place * (step + 1) + step) % 9}"
                rows["views"].append({"who": who, "job": seen, "at": at + timedelta(minutes=step)})
            rows["applications"].append(
                {"who": who, "job": f"{kind}-{place % 9}", "at": at + timedelta(hours=1)}
            )
            rows["posts"].append(
                {"post": f"p-{who}", "author": who, "made": at, "seen_by": "connections" if place == 3 else "public",
                 "title": f"On {word}", "body": f"{who} likes {word}"}
            )  # fmt: skip
    rows["members"] += [
        {"id": who, "region": "DE", "born": date(year, 1, 1)}
        for who, year in (("fresh", 1990), ("blank", 1990), ("kid", 2012))
    ]
    rows["profiles"].append({"id": "fresh", "position": "boat hand", "skills": ["sailing"]})
    rows["views"].append({"who": "kid", "job": "boat-1", "at": _START})
    rows["unwanted"].append({"who": KITCHEN[0], "job": "kitchen-7", "at": _START})
    rows["follows"].append({"who": KITCHEN[0], "whom": BOAT[2], "at": _START})
    return rows


def write_board(root: Path, rows: Mapping[str, list[dict[str, Any]]]) -> None:
    for name, each in rows.items():
        path = root / "data" / f"{name}.parquet"
        path.parent.mkdir(exist_ok=True)
        pq.write_table(pa.Table.from_pylist(each, pa.schema(list(_SHAPES[name].items()))), path)


def make_board(
    root: Path,
    rows: Rows | None = None,
    *,
    policy: str = POLICY,
    catalogue: str = CATALOGUE,
    clock: Callable[[], datetime] = lambda: AT,
    built: bool = True,
) -> Workspace:
    with licet.create(root):
        pass
    write_board(root, board_rows() if rows is None else rows)
    for name, text in (("catalogue", catalogue), ("recommend", LAYOUT), ("policy", policy)):
        (root / f"{name}.yaml").write_text(text)
    made = licet.open(root, clock=clock)
    made.use_pack(str(root / "policy.yaml"))
    if built:
        made.recommend.build()
    return made
