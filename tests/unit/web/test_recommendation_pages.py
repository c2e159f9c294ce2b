"""Recommendations at the doors: pages that the member alone sees, both ways before choosing, the API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.api import platform
from journeys.job_board import BOAT, KITCHEN, board_rows, make_board
from journeys.site import Browser, site
from licet.app import Workspace

HOSTILE = "<script>alert(1)</script>{{7*7}}"


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    rows = board_rows()
    rows["jobs"].append(rows["jobs"][11] | {"job": "boat/\u202e&\n?", "title": HOSTILE})
    with make_board(tmp_path_factory.mktemp("board") / "w", rows) as made:
        yield made


@pytest.fixture(scope="module")
def browser(board: Workspace) -> Iterator[Browser]:
    with site(board.layout.root) as made:
        made.sign_in(BOAT[0])
        yield made


def test_the_pages_say_what_is_recommended_by_what_and_where_it_is_switched(browser: Browser) -> None:
    shown = browser.get("/recommendations").text
    assert 'href="/recommendations" aria-current="page"' in shown and "Jobs for you" in shown
    assert (
        "Because you looked at or applied for Boat hand" in shown
        and "Your own data is read for this list." in shown
    )
    assert "What you did is among what everybody’s lists are learned from." in shown
    assert 'href="/settings/personal"' in shown and 'href="/recommendations/both-ways"' in shown
    assert 'href="/data/records/views"' in shown and "Only you see this list" in shown
    assert "&lt;script&gt;" in shown and "<script>alert" not in shown and "{{7*7}}" in shown
    why = browser.get("/recommendations/why", params={"key": "boat/\u202e&\n?"})
    assert (
        why.status_code == 200 and "Why it is there" in why.text and "never what one of them did" in why.text
    )
    assert browser.get("/recommendations/why?key=boat-9").text.count("It is not in your list") == 1
    assert browser.get("/recommendations/why?key=none").status_code == 404
    near = browser.get("/recommendations/similar?key=boat-3&table=jobs").text
    assert "Jobs like Boat hand 3" in near and "It is the same whoever looks." in near and "Boat hand" in near
    assert browser.get("/recommendations/similar?key=none").status_code == 404
    assert "Nobody measured it here yet" in browser.get("/recommendations/effect").text
    assert "Because your profile says sailing" in browser.get("/recommendations/posts").text
    assert "Posts for you" in browser.get("/recommendations/posts?order=newest").text


def test_nobody_sees_a_list_but_the_member_it_is_for(board: Workspace) -> None:
    with site(board.layout.root) as stranger:
        for page in ("", "/posts", "/both-ways", "/why?key=boat-1", "/similar?key=boat-1", "/effect"):
            answer = stranger.get(f"/recommendations{page}", follow_redirects=False)
            assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
        stranger.post("/sign-in/operator", data={"token": stranger.token()})
        assert stranger.get("/recommendations").status_code == 403
        stranger.sign_in(KITCHEN[0])
        assert "Because you looked at or applied for Boat hand" not in stranger.get("/recommendations").text


def test_both_ways_are_seen_before_a_choice_and_the_next_list_is_the_other(tmp_path: Path) -> None:
    make_board(tmp_path / "w").close()
    with site(tmp_path / "w") as browser:
        browser.sign_in(BOAT[0])
        shown = browser.get("/recommendations/both-ways?setting=personal").text
        assert (
            "would not be there with it off" in shown
            and "only with it on" in shown
            and "Switch it off" in shown
        )
        assert 'aria-current="page">Recommend by what I do' in shown
        before = browser.get("/recommendations").text
        saved = browser.submit("/recommendations/both-ways", "/settings/personal", value="off")
        assert "it is off" in saved.text
        after = browser.get("/recommendations").text
        assert after != before and "Nothing of yours is read for this list." in after
        assert (
            "you switched “Recommend by what I do” off" in after
            and "you switched" not in shown
            and "Because you looked at or applied for" not in after
        )
        assert "Switch it on" in browser.get("/recommendations/both-ways?setting=personal").text
        assert browser.get("/recommendations/both-ways?setting=none").status_code == 422


def test_where_nothing_says_what_to_recommend_by_there_is_no_such_page(tmp_path: Path) -> None:
    make_board(tmp_path / "w").close()
    (tmp_path / "w" / "recommend.yaml").unlink()
    with site(tmp_path / "w") as browser:
        browser.sign_in(BOAT[0])
        assert "For you" not in browser.get("/settings").text
        answer = browser.get("/recommendations")
        assert answer.status_code == 404 and "Nothing says what recommendations go by" in answer.text


def test_the_api_answers_of_one_member_for_its_scope_and_after_a_choice(board: Workspace) -> None:
    with platform(board.layout.root, ["recommendations:read", "choices:write"]) as api:
        made = api.get(f"/recommendations/{BOAT[1]}/jobs?most=3").json()
        assert len(made["items"]) == 3 and made["chosen_by"] == "history" and made["trains"]
        assert made["settings"] == ["learning", "personal"] and made["learned"] == "recommend-1"
        chosen = api.post(f"/subjects/{BOAT[1]}/choices", json={"setting": "personal", "value": "off"}).json()
        told = api.get(f"/recommendations/{BOAT[1]}/jobs?min_position={chosen['position']}").json()
        assert not told["personalises"] and told["position"] >= chosen["position"]
        both = api.get(f"/recommendations/{BOAT[1]}/both-ways?setting=personal&most=3").json()
        assert not both["is_on"] and both["off"]["items"] == told["items"][:3]
        assert api.get(f"/recommendations/{BOAT[1]}/posts?order=newest").json()["chosen_by"] == "newest"
        assert api.get(f"/recommendations/{BOAT[2]}/why?key=boat-9").json()["rank"] is None
        assert api.get(f"/recommendations/{BOAT[2]}/why?key=none").json()["code"] == "APP-282"
        assert api.get(f"/recommendations/{BOAT[2]}/both-ways?setting=none").json()["code"] == "APP-283"
        near = api.get("/recommendations/similar?key=boat-3&most=2").json()
        assert (near["table"], near["title"]) == ("jobs", "Boat hand 3") and len(near["items"]) == 2
        assert api.get("/recommendations/similar?key=none").json()["code"] == "APP-282"
        assert api.get("/recommendations/nobody/jobs").json()["code"] == "APP-013"
        assert api.get(f"/recommendations/{BOAT[1]}/jobs?most=101").status_code == 422
        assert api.get(f"/recommendations/{BOAT[1]}/jobs?min_position=99").json()["code"] == "APP-085"
    with platform(board.layout.root, ["choices:read"]) as api:
        assert api.get(f"/recommendations/{BOAT[1]}/jobs").status_code == 403
