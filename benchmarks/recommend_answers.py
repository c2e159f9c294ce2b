"""What a list for one member costs, all in: the ledger's position, decisions, own rows, the walk, and reasons."""

from __future__ import annotations

import http.client
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import licet
from benchmarks.measure import Tell, median, quantile
from benchmarks.outcome import Outcome, require_same
from benchmarks.rest_decisions import _processor_seconds
from benchmarks.web_server import Server
from licet.app import Workspace
from licet.terms.moments import parse_moment
from licet.testing.drawn_interactions import draw_interactions
from licet.uses.recommend.interactions import Interactions

AT = parse_moment("2026-01-01")
_POLICY = """
licet_pack: 1
id: pier
title: The pier's policy
version: "1"
observed: 2025-06-01
controller: {name: Pier}
sources: {page: {title: A page, kind: official}}
purposes: {recommender_training: {}, recommendation: {}}
categories: {profile: {}, activity: {}, organisation.job_postings: {}}
notices: {n: {title: A notice, published: 2023-01-01, effective: 2023-02-01}}
settings:
  learning: {label: Learn from what I do, path: [Settings, Learning], observed: 2025-06-01, default: {state: on}}
  personal: {label: Recommend by what I do, path: [Settings, Lists], observed: 2025-06-01, default: {state: on}}
rules:
  - {id: learn, effect: permit, purposes: [recommender_training], categories: [profile, activity], notice: n,
     setting: learning}
  - {id: recommend, effect: permit, purposes: [recommendation], categories: [profile, activity], notice: n,
     setting: personal}
  - {id: jobs, effect: permit, purposes: [recommender_training, recommendation],
     categories: [organisation.job_postings], notice: n}
"""
_CATALOGUE = """
licet_catalogue: 2
facts: {table: members, subject: id, region: region}
tables:
  members: {location: {parquet: data/members.parquet}, key: id, subjects: [id], columns: {id: profile}}
  jobs:
    {location: {parquet: data/jobs.parquet}, about: nobody, key: job, created: made, visibility_is: public,
     columns: {job: organisation.job_postings, title: organisation.job_postings, made: organisation.job_postings}}
  views:
    {location: {parquet: data/views.parquet}, event: {actor: who, item: job, time: at}, references: {job: jobs},
     columns: {job: activity, at: activity}}
"""
#: Lists that are asked for and not timed.
_WARMING = 20
_LAYOUT = "{licet_recommend: 1, interactions: [{table: views}], items: {jobs: {title: title}}, buckets: 256}"


class Asked(NamedTuple):
    """members, items, rows: about, of the workspace. requests: in a round, of as many members; over_http: besides."""

    members: int
    items: int
    rows: int
    requests: int
    over_http: int
    rounds: int


def measure_answers(outcome: Outcome, asked: Asked, seed: int, tell: Tell) -> None:
    held = draw_interactions(asked.members, asked.items, asked.rows, seed)
    outcome.sizes |= {"asked_of_members": len(held.members), "asked_of_items": len(held.items)}
    with (
        tempfile.TemporaryDirectory(prefix="licet-bench-") as folder,
        licet.open(Path(folder) / "pier", make=True, clock=lambda: AT) as workspace,
    ):
        tell("making a workspace", 0, None)
        _fill(workspace, held)
        start = time.process_time()
        workspace.recommend.build()
        outcome.add(
            "artefact", "licet, permitted rows to the published artefact", "s", [time.process_time() - start]
        )
        chance = np.random.default_rng(seed)

        def somebody() -> str:
            return held.members[int(chance.integers(len(held.members)))]

        for _ in range(_WARMING):  # the first counts everybody; of the next some copy what they rest on
            workspace.recommend.jobs(somebody())
        same, after, p99, after_p99 = [], [], [], []
        for turn in range(asked.rounds):
            tell("asking", turn, asked.rounds)
            taken = [_spent(partial(workspace.recommend.jobs, somebody())) for _ in range(asked.requests)]
            same.append(median(taken))
            p99.append(quantile(taken, 0.99))
            told = [_after_a_no(workspace, somebody(), somebody()) for _ in range(asked.requests // 4)]
            after.append(median(told))
            after_p99.append(quantile(told, 0.99))
        outcome.add("answer", "licet, a list for a member, all in", "ms", same)
        outcome.add("answer_p99", "licet, a list for a member, all in, 99th percentile", "ms", p99)
        outcome.add("answer_after_a_no", "licet, the next list after somebody's no", "ms", after)
        outcome.add(
            "answer_after_a_no_p99",
            "licet, the next list after somebody's no, 99th percentile",
            "ms",
            after_p99,
        )
        tell("asking the server", 0, None)
        _over_http(outcome, workspace, [somebody() for _ in range(asked.over_http)])
    outcome.reached |= {
        "recommend_answer": "answer", "recommend_answer_p99": "answer_p99", "recommend_http": "answer_http"
    }  # fmt: skip


def _spent(job: Callable[[], object]) -> float:
    """Milliseconds of processor time."""
    start = time.process_time()
    job()
    return (time.process_time() - start) * 1e3


def _after_a_no(workspace: Workspace, leaving: str, asking: str) -> float:
    """Of the list that is asked for right after somebody said no to being learned from; they say yes again then."""
    workspace.choices.choose(leaving, "learning", "off")
    taken = _spent(lambda: workspace.recommend.jobs(asking))
    workspace.choices.choose(leaving, "learning", "on")
    workspace.recommend.jobs(asking)
    return taken


def _over_http(outcome: Outcome, workspace: Workspace, asking: list[str]) -> None:
    """Processor time of the server, a request; what it makes at the first ones is not counted."""
    _, token = workspace.tokens.create("benchmark", ["recommendations:read"])
    server = Server(workspace.layout.root, 1)
    try:
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        statuses = set[int]()

        def ask(who: str) -> None:
            path = f"/api/v1/recommendations/{who}/jobs"
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            answer.read()
            statuses.add(answer.status)

        for who in asking[:_WARMING]:
            ask(who)
        before = _processor_seconds(server.process.pid)
        for who in asking:
            ask(who)
        spent = _processor_seconds(server.process.pid) - before
    finally:
        server.close()
    require_same("the status of lists over HTTP", statuses, {200})
    outcome.add(
        "answer_http", "a list over HTTP, processor time of the server", "ms", [spent / len(asking) * 1e3]
    )


def _fill(workspace: Workspace, held: Interactions) -> None:
    root = workspace.layout.root
    data = root / "data"
    data.mkdir(exist_ok=True)
    moment = pa.timestamp("us")
    pq.write_table(
        pa.table({"id": held.members, "region": ["DE"] * len(held.members)}), data / "members.parquet"
    )
    pq.write_table(
        pa.table({
            "job": held.items, "title": [f"A position, number {item[1:]}" for item in held.items],
            "made": pa.array(range(len(held.items))).cast(moment),
        }),
        data / "jobs.parquet",
    )  # fmt: skip
    pq.write_table(
        pa.table({
            "who": pa.array(held.members).take(pa.array(held.member_numbers)),
            "job": pa.array(held.items).take(pa.array(held.item_numbers)),
            "at": pa.array(held.times).cast(moment),
        }),
        data / "views.parquet",
    )  # fmt: skip
    for name, text in (("catalogue", _CATALOGUE), ("recommend", _LAYOUT), ("policy", _POLICY)):
        (root / f"{name}.yaml").write_text(text)
    workspace.policies.use(str(root / "policy.yaml"))
