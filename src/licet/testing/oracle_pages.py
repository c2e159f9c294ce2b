"""The oracle's part for a server: what members' pages, public pages and their headers show, mark by mark.

A page of a member's own shows rows about them and of no one else. A public page shows what is published and was shown
to everybody; its header says that training is welcome only where `decide` permits every kind of data on it.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from random import Random
from urllib.parse import quote

from starlette.testclient import TestClient

import licet
from licet.decide import Request, decide
from licet.terms import SELF
from licet.terms.vocabulary import GENERATIVE_AI_TRAINING
from licet.testing.marked import MarkedWorld, marks_in
from licet.testing.oracle import Leak, Seen, nothing_seen, standpoint
from licet.web.application import make_application
from licet.web.config import ServeConfig

_ADDRESS = "http://127.0.0.1:8000"
_PUBLISHED = ("profile", "content")
#: Pages that speak of nobody.
_FOR_ANYBODY = ("/", "/sign-in", "/compare", "/robots.txt", "/healthz", "/.well-known/gpc.json")


def through_pages(rng: Random, world: MarkedWorld) -> Seen:
    """Public pages of every member, and the own pages of some. Raises: Leak."""
    seen = nothing_seen()
    application = make_application(ServeConfig(world.root, _ADDRESS, True, None))
    with TestClient(application, base_url=_ADDRESS, client=("127.0.0.1", 50000)) as visitor:
        for path in _FOR_ANYBODY:
            if any(marks_in(visitor.get(path).text)):
                raise Leak(f"{path} shows somebody's data")
        ids = [member["id"] for member in world.members]
        for subject_id in ids:
            seen += _public(visitor, world, subject_id)
        for subject_id in rng.sample(ids, min(2, len(ids))):
            seen += _own(visitor, world, subject_id)
    return seen


def _public(visitor: TestClient, world: MarkedWorld, subject_id: str) -> Seen:
    answer = visitor.get(f"/public/{quote(subject_id, safe='')}")
    shown = set(marks_in(answer.text)) if answer.status_code == 200 else set()
    welcome = answer.headers.get("Content-Usage") == "train-ai=y"
    for mark in shown:
        table = world.tables[mark.table]
        roles, row, kind = table.catalogued, table.rows[mark.row], table.kind_of(mark.column)
        seen_by = row["seen"] if roles.get("visibility") else roles.get("visibility_is")
        if kind is None or kind.partition(".")[0] not in _PUBLISHED or seen_by != "public":
            raise Leak(
                f"/public shows {mark.column} of row {mark.row} of {mark.table}: {kind}, seen by {seen_by}"
            )
        if subject_id not in table.people_of(mark.row):
            raise Leak(f"the public page of {subject_id} shows row {mark.row} of {mark.table}")
        if welcome:
            with licet.open(world.root) as workspace:
                stand = standpoint(workspace, world, GENERATIVE_AI_TRAINING, SELF, datetime.now(UTC))
            asked = Request(
                GENERATIVE_AI_TRAINING,
                kind,
                SELF,
                stand.at,
                seen_by,
                row["made"] if roles.get("created") else None,
            )
            if not decide(asked, stand.facts.get(subject_id), stand.policy).permitted:
                raise Leak(f"the header of {subject_id} says yes to training with {kind}, and decide says no")
    return Seen(Counter({"public page": 1 + len(shown)}), Counter({"public page": len(shown)}), Counter())


def _own(visitor: TestClient, world: MarkedWorld, subject_id: str) -> Seen:
    form = visitor.get("/sign-in").text
    token = re.search(r'name="token" value="([^"]+)"', form)
    assert token is not None
    visitor.post("/sign-in", data={"token": token[1], "subject": subject_id})
    cases = shown = 0
    for path in ("/settings", "/data", "/receipts", *(f"/data/records/{name}" for name in world.tables)):
        for mark in set(marks_in(visitor.get(path).text)):
            shown += 1
            if subject_id not in world.tables[mark.table].people_of(mark.row):
                raise Leak(f"{path} of {subject_id} shows {mark}")
        cases += 1
    return Seen(Counter({"own pages": cases + shown}), Counter({"own pages": shown}), Counter())
