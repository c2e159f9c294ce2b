"""The pages of a member with many records, in a small network and in a large one, and the operator's page of impact.

Asked of the server within its process; processor time of all its threads. Where something was built, the page that says
what a switch would change asks the code that would then change it: that is told beside the others, and counts.
"""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
from starlette.testclient import TestClient

import licet
from benchmarks.measure import Tell, in_turn
from benchmarks.network import SETTINGS
from benchmarks.outcome import Outcome, require_same
from licet.app import impact
from licet.web.application import make_application
from licet.web.config import ServeConfig

#: Where a member goes; the slowest of them is what the target speaks of.
_PREVIEW = f"/settings/{SETTINGS[0]}/preview?value=off"
_PAGES = ("/", "/data", "/data/records/posts", "/notices", _PREVIEW, "/public/MEMBER")
#: Those that ask what was built.
_BUILT = (_PREVIEW, "/data/past")
_ADDRESS = "http://127.0.0.1:8000"
_TOKEN = re.compile(r'name="token" value="([^"]+)"')
_POLICIES = ("linkedin_as_reported", "linkedin_official")


def measure_pages(
    outcome: Outcome, root: Path, members: int, own_records: int, rounds: int, seed: int, tell: Tell
) -> list[str]:
    """Into `outcome` the pages of one member of a demo network to whom so many posts are given; the names of the
    figures that the target speaks of."""
    with licet.open(root, make=True) as workspace:
        tell(f"making a network of {members:,}", 0, None)
        workspace.make_demo_world(members, seed)
        workspace.use_pack("linkedin_as_reported")
        (member,) = workspace.people().first(1)
        _give_posts(next(workspace.layout.data.rglob("posts.parquet")), member, own_records, seed)
    said = f"{members:,} members, {own_records:,} own records more"
    with _signed_in(root, member) as browser:
        pages = [page.replace("MEMBER", member) for page in _PAGES]
        slowest = _measure(outcome, browser, pages, f"{members}", said, rounds, tell)
    with licet.open(root) as workspace:
        tell("building a corpus", 0, None)
        workspace.uses["corpus"].build()
        _measure_impact(outcome, workspace, members, rounds, tell)
    with _signed_in(root, member) as browser:
        built = _measure(
            outcome, browser, _BUILT, f"{members}_built", f"{said}, a corpus built", rounds, tell
        )
    return [slowest, built]


@contextmanager
def _signed_in(root: Path, member: str) -> Iterator[TestClient]:
    served = make_application(ServeConfig(root, demo_sign_in=True))
    with TestClient(served, base_url=_ADDRESS, client=("127.0.0.1", 1)) as browser:
        found = _TOKEN.search(browser.get("/sign-in").text)
        data = {"token": found[1] if found else "", "subject": member}
        browser.post("/sign-in", data=data, headers={"Origin": _ADDRESS})
        yield browser


def _measure(
    outcome: Outcome,
    browser: TestClient,
    pages: list[str] | tuple[str, ...],
    series: str,
    said: str,
    rounds: int,
    tell: Tell,
) -> str:
    start = time.process_time()
    require_same(f"the pages' status, {said}", {browser.get(page).status_code for page in pages}, {200})
    outcome.add(
        f"pages_{series}_first", f"all pages for the first time, {said}", "s", [time.process_time() - start]
    )
    jobs = {page: functools.partial(browser.get, page) for page in pages}
    taken = in_turn(jobs, rounds, tell=tell, stage=f"pages of {said}", clock=time.process_time)
    for page in pages:
        name = page.partition("?")[0].strip("/").replace("/", "_") or "start"
        outcome.add(f"page_{series}_{name}", f"{page}, {said}", "ms", [1e3 * one for one in taken[page]])
    slowest = [1e3 * max(each) for each in zip(*taken.values(), strict=True)]
    outcome.add(f"page_{series}", f"the slowest of these pages, round by round, {said}", "ms", slowest)
    return f"page_{series}"


def _measure_impact(
    outcome: Outcome, workspace: licet.Workspace, members: int, rounds: int, tell: Tell
) -> None:
    def count() -> None:
        now = workspace.now()
        impact.content(impact.impact_of(workspace, *_POLICIES, now, now, threads=1))

    taken = in_turn({"impact": count}, rounds, tell=tell, stage="impact", clock=time.process_time)
    outcome.add(
        f"page_{members}_impact", f"/impact of {' and '.join(_POLICIES)}, {members:,} members", "s", taken["impact"]
    )  # fmt: skip


def _give_posts(file: Path, member: str, many: int, seed: int) -> None:
    """Put posts beside those that are there, like them in all but author and key."""
    posts, chance = pq.read_table(file), Random(seed)
    more = posts.take(pa.array([chance.randrange(len(posts)) for _ in range(many)]))
    new = {"author": [member] * many, "post_id": [f"more-{number}" for number in range(many)]}
    for name, values in new.items():
        place = posts.schema.get_field_index(name)
        field = posts.schema.field(place)
        more = more.set_column(place, field, pa.array(values, field.type))
    pq.write_table(pa.concat_tables([posts, more]), file)
