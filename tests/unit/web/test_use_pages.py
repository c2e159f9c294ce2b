"""A page per use says what it is, and no page of a member says "not used" while something that was made holds them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from journeys.harbours import make_quay
from journeys.job_board import BOAT, make_board
from journeys.networks import AUTUMN, Clock, make_network, member, post
from journeys.site import Browser, site
from licet.app import Workspace
from licet.app.member.holdings import is_held

USE = "/data/uses/generative_ai_training/self"
PAGES = (
    "/",
    "/settings",
    "/data",
    "/data/past",
    "/data/lists",
    "/features",
    "/notices",
    "/receipts",
    "/forgetting",
)
#: What is never said of whom something that was made holds.
NOT_USED = re.compile(r"(is|are) not used|[Nn]othing of yours is (used|held)|No record here is about you")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    rows = {
        "members": [member("ann"), member("ben"), member("cleo", "US")],
        "posts": [
            post("1", "ann", "one of hers"),
            post("2", "ann", "quite another"),
            post("3", "ben", "his own"),
        ],
    }
    with make_network(tmp_path / "w", rows, clock=Clock(AUTUMN)) as made:
        yield made


def test_a_use_is_told_whole(workspace: Workspace) -> None:
    workspace.corpus_build()
    use = workspace.member("ann").use("generative_ai_training", "self")
    assert use is not None and use.setting == "ai" and use.since == AUTUMN
    assert [(one.name, one.held, size) for one, size in use.made] == [("corpus-1", 2, 3)]
    assert {one.rule for one in use.rules} == {"profiles", "summaries", "names", "posts", "comments"}
    assert workspace.member("ann").use("generative_ai_training", "nobody") is None


def test_its_page_answers_and_follows_a_switch(workspace: Workspace) -> None:
    workspace.corpus_build()
    with site(workspace.layout.root) as browser:
        browser.sign_in("ann")
        page = browser.get(USE).text
        assert "2 of your records may be used" in page and "That is 2 of 3 things in it." in page
        assert browser.get("/data").text.count(f'href="{USE}"') == 1
        browser.submit("/settings/ai", value="off")
        page = browser.get(USE).text
        assert "what was made still holds some" in page and "corpus-1 still holds 2 of yours" in page
        list(workspace.update())
        workspace.purge()
        page = browser.get(USE).text
        assert "Nothing of yours may go into" in page and "still holds" not in page
        (proof,) = re.findall(r'href="(/forgetting/proofs/[^"]+)"', page)
        assert browser.get(proof).status_code == 200
        assert browser.get("/data/uses/nothing/self").status_code == 404


def made_board(root: Path) -> tuple[Workspace, str]:
    return make_board(root), BOAT[1]


def made_quay(root: Path) -> tuple[Workspace, str]:
    workspace = make_quay(root)
    workspace.uses.search.build()
    workspace.uses.people.build()
    return workspace, "q004"


@pytest.mark.parametrize("make", [made_board, made_quay])
def test_no_page_says_not_used_while_something_holds_them(
    tmp_path: Path, make: Callable[[Path], tuple[Workspace, str]]
) -> None:
    workspace, subject = make(tmp_path / "w")
    with workspace, site(workspace.layout.root) as browser:
        workspace.choices.object_to_every_use(subject)
        assert is_held(workspace, subject), "something holds them, or nothing is shown here"
        browser.sign_in(subject)
        _assert_claims_nothing(workspace, browser)


def _assert_claims_nothing(workspace: Workspace, browser: Browser) -> None:
    pack = workspace.policy().pack
    uses = [f"/data/uses/{use.purpose}/{use.recipient}" for use in pack.uses()]
    for path in (*PAGES, *(f"/settings/{setting}" for setting in pack.settings), *uses):
        answer = browser.get(path)
        assert answer.status_code == 200, path
        words = re.sub(r"<[^>]+>", " ", answer.text)
        found = NOT_USED.search(words)
        assert found is None, (path, words[max(0, found.start() - 80) : found.end() + 80])
