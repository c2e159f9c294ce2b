"""Who asks for much slows themselves: every other page answers, and others' turns come."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import httpx2
import pytest

from journeys.networks import make_network, member, post
from journeys.site import serving
from licet.app.operations.member_operations import MemberOperations
from licet.web import application
from licet.web.rate_limits import NoTurn, Turns


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(application, "COSTLY_SECONDS", 60.0)
    rows = {"members": [member("ann")], "profiles": [], "posts": [post("p", "ann", "hello")], "messages": []}
    make_network(tmp_path / "w", rows).close()
    with serving(tmp_path / "w") as port:
        yield port


def visitor(port: int, address: str) -> httpx2.Client:
    return httpx2.Client(
        base_url=f"http://127.0.0.1:{port}", transport=httpx2.HTTPTransport(local_address=address), timeout=60
    )


def test_one_address_that_asks_for_many_pages_starves_nobody(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While twelve requests of one address stand at a page that takes its time, the sign-in page and others answer."""
    under_way, go_on, lock = [0, 0], threading.Event(), threading.Lock()
    make_page = MemberOperations.public_page

    def slowly(members: MemberOperations, *asked: Any) -> Any:
        with lock:
            under_way[0] += 1
            under_way[1] = max(under_way)
        go_on.wait(60)
        with lock:
            under_way[0] -= 1
        return make_page(members, *asked)

    monkeypatch.setattr(MemberOperations, "public_page", slowly)
    with (
        visitor(port, "127.0.0.5") as greedy,
        visitor(port, "127.0.0.6") as other,
        ThreadPoolExecutor(13) as pool,
    ):
        asked = [pool.submit(greedy.get, "/public/ann") for _ in range(12)]
        finished = as_completed(asked, timeout=60)
        refused = [next(finished).result() for _ in range(12 - application.COSTLY_EACH)]
        assert [answer.status_code for answer in refused] == [429] * (12 - application.COSTLY_EACH)
        assert all(answer.headers["retry-after"] == "1" for answer in refused)
        assert other.get("/sign-in").status_code == other.get("/").status_code == 200
        waiting = pool.submit(other.get, "/public/ann")
        go_on.set()
        assert waiting.result(60).status_code == 200
        answers = [future.result(60).status_code for future in asked]
    assert sorted(answers) == [200] * application.COSTLY_EACH + [429] * (12 - application.COSTLY_EACH)
    assert under_way == [0, application.COSTLY_AT_ONCE], "one at a time"


def test_a_turn_that_does_not_come_is_told_so() -> None:
    async def ask() -> None:
        turns = Turns(1, 2, 0.01)
        async with turns.of("ann"):
            with pytest.raises(NoTurn) as late:
                async with turns.of("ben"):
                    raise AssertionError
            assert not late.value.asker_waits
        async with turns.of("ben"):
            pass

    asyncio.run(ask())


def test_a_turn_is_given_back_however_it_ended(port: int) -> None:
    with visitor(port, "127.0.0.5") as browser:
        assert browser.get("/public/ann").status_code == browser.get("/guide").status_code == 200
        assert browser.get("/public/nobody").status_code == 404
        assert browser.get("/compare?platform=linkedin_official").status_code == 200
