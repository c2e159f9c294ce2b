"""A server: what members' pages, public pages and their headers show, mark by mark.

A page of a member's own shows rows about them and of no one else. A public page shows what is published and was shown
to everybody; its header says that training is welcome only where `decide` permits every kind of data on it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from random import Random
from urllib.parse import quote

from httpx2 import Response
from starlette.testclient import TestClient

import licet
from licet.decide import decide
from licet.terms import SELF
from licet.terms.vocabulary import GENERATIVE_AI_TRAINING
from licet.testing.marked_worlds import Mark, MarkedWorld, marks_in
from licet.testing.oracle.sightings import Judged, Leak, Sightings, nothing_seen, seen
from licet.testing.oracle.standpoint import Standpoint, request_about, standpoint
from licet.web.application import make_application
from licet.web.config import ServeConfig

_ADDRESS = "http://127.0.0.1:8000"
_PUBLISHED = ("profile", "content")
#: Pages that speak of nobody.
_FOR_ANYBODY = ("/", "/sign-in", "/compare", "/robots.txt", "/healthz", "/.well-known/gpc.json")


def through_pages(rng: Random, world: MarkedWorld, clock: Callable[[], datetime]) -> Sightings:
    """Public pages of every member, and the own pages of some. Raises: Leak."""
    with licet.open(world.root, clock=clock) as workspace:
        stand = standpoint(workspace, world, GENERATIVE_AI_TRAINING, SELF)
    found = nothing_seen()
    application = make_application(ServeConfig(world.root, _ADDRESS, True, None), clock)
    with TestClient(application, base_url=_ADDRESS, client=("127.0.0.1", 50000)) as visitor:
        ids = [member["id"] for member in world.members]
        public = {mark for subject_id in ids for mark in _published(stand, subject_id)}
        for path in _FOR_ANYBODY:
            # The sign-in of a made-up network introduces some of its people by what their public pages say.
            if shown := {*marks_in(visitor.get(path).text)} - (public if path == "/sign-in" else set()):
                raise Leak(f"{path} shows {stand.describe(min(shown))}")
        for subject_id in ids:
            found += _public(visitor, stand, subject_id)
        for subject_id in rng.sample(ids, min(2, len(ids))):
            found += _own(visitor, world, subject_id)
    return found


def _public(visitor: TestClient, stand: Standpoint, subject_id: str) -> Sightings:
    """The page about a member, and that of the first record on it."""
    path, expected = f"/public/{quote(subject_id, safe='')}", {*_published(stand, subject_id)}
    answer = visitor.get(path)
    if (answer.status_code == 200) < bool(expected):
        raise Leak(f"{path} is {answer.status_code}, and {stand.describe(min(expected))} is published")
    found = _judge_public(answer, stand, subject_id, expected)
    for further in re.findall(rf'href="({re.escape(path)}/[^"]+)"', answer.text)[:1]:
        found += _judge_public(visitor.get(further), stand, subject_id, expected)
    return found


def _published(stand: Standpoint, subject_id: str) -> Iterator[Mark]:
    """The cells that a public page may show: of kinds that people publish, shown to everybody, about this member."""
    for name, table in stand.world.tables.items():
        for number in range(len(table.rows)) if table.location != "arrow" else ():
            for column in ("key", "c0", "c1", "c2") if subject_id in table.people_of(number) else ():
                kind = table.kind_of(column)
                if kind is None or kind.partition(".")[0] not in _PUBLISHED:
                    continue
                if request_about(table, number, kind, stand).visibility == "public":
                    yield Mark(name, number, column)


def _judge_public(answer: Response, stand: Standpoint, subject_id: str, expected: set[Mark]) -> Sightings:
    is_welcome, out = answer.headers.get("Content-Usage") == "train-ai=y", {*marks_in(answer.text)}
    marks = Counter({Judged("header", "", "yes" if is_welcome else "no", is_welcome): 1})
    for mark in out | expected:
        if mark not in expected:
            raise Leak(f"the public page of {subject_id} shows {stand.describe(mark)}")
        table = stand.world.tables[mark.table]
        request = request_about(table, mark.row, table.kind_of(mark.column) or "", stand)
        told = decide(request, stand.facts.get(subject_id), stand.policy)
        if mark in out and is_welcome and not stand.permits(mark):
            raise Leak(f"the header of {subject_id} says yes, and it shows {stand.describe(mark)}")
        marks[Judged("public page", "", told.code.value, mark in out)] += 1
    return seen(marks)


def _record_pages(world: MarkedWorld) -> list[str]:
    return [f"/data/records/{name}" for name, table in world.on_disk.items() if table.subjects]


def _own(visitor: TestClient, world: MarkedWorld, subject_id: str) -> Sightings:
    token = re.search(r'name="token" value="([^"]+)"', visitor.get("/sign-in").text)
    assert token is not None
    visitor.post("/sign-in", data={"token": token[1], "subject": subject_id})
    marks = Counter[Judged]()
    for path in ("/settings", "/data", "/receipts", *_record_pages(world)):
        answer = visitor.get(path)
        if answer.status_code != 200:
            raise Leak(f"{path} of {subject_id} is {answer.status_code}")
        for mark in {*marks_in(answer.text)}:
            if subject_id not in world.tables[mark.table].people_of(mark.row):
                raise Leak(f"{path} of {subject_id} shows {mark}")
            marks[Judged("own pages", "", "one's own", True)] += 1
    return seen(marks)
