"""A no to one record, said on the page that shows it: by its own member, in a plain form, and taken back there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.networks import comment, make_network, member, message, post
from journeys.site import Browser, site
from licet.app import Workspace

#: An id is the id, whatever a browser makes of the ends of its lines.
ODD = "p/2?\n“é” +&<"
POSTS = "/data/records/posts"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    rows = {
        "members": [member("ann"), member("ben")],
        "posts": [post("p1", "ann", "Bread"), post(ODD, "ann", "Wine"), post("p3", "ben", "Salt")],
        "comments": [comment("c1", "p1", "ben", "and salt")],
        "messages": [message("m", "ann", ["ben"], "psst")],
    }
    root: Path = tmp_path_factory.mktemp("noes") / "w"
    with make_network(root, rows) as made:
        path = root / "catalogue.yaml"
        text = path.read_text().replace("licet_catalogue: 1", "licet_catalogue: 2")
        text = text.replace("    key: message\n", "")
        path.write_text(
            text.replace("    key: comment\n", "    key: comment\n    references: {post: posts}\n")
        )
        yield made


@pytest.fixture
def ann(workspace: Workspace) -> Iterator[Browser]:
    with site(workspace.layout.root) as browser:
        yield browser.sign_in("ann")


def noes(workspace: Workspace) -> set[tuple[str, str, str]]:
    found = workspace.ledger.record_noes().to_pylist()
    return {(no["subject"], no["key"], no["setting"]) for no in found}


def test_a_no_stands_on_the_page_until_it_is_taken_back_there(workspace: Workspace, ann: Browser) -> None:
    before = ann.get(POSTS).text
    assert "goes with it, whoever it is by: comments." in before and "You said no" not in before
    assert before.count(">Not this one<") == 2
    shown = ann.submit(POSTS, key="p1", value="off").text
    assert "Saved on" in shown and "you said no to every use of record p1" in shown
    assert shown.count("You said no to every use of it.") == 1 and "Since <time" in shown
    assert shown.count(">Not this one<") == 1 and noes(workspace) == {("ann", "p1", "*")}
    assert "said no to this use of it" in ann.get("/data").text
    listed = ann.get("/receipts").text
    assert "Every use: <strong>no</strong> for record p1 of posts" in listed
    shown = ann.submit(POSTS, key="p1", value="on").text
    assert "you took back your no to every use of record p1" in shown and "You said no" not in shown
    assert noes(workspace) == set() and "no taken back" in ann.get("/receipts").text


def test_a_no_for_one_setting_is_shown_beside_and_taken_back_by_itself(
    workspace: Workspace, ann: Browser
) -> None:
    workspace.choose("ann", "ai", record=("posts", "p1"))
    shown = ann.get(POSTS).text
    assert "You said no to what “Use my data for AI” governs of it." in shown
    assert shown.count(">Not this one<") == 2, "the no to every use can still be said"
    ann.submit(POSTS, key="p1", value="off")
    ann.submit(POSTS, key="p1", value="on", setting="ai")
    assert noes(workspace) == {("ann", "p1", "*")}
    ann.submit(POSTS, key="p1", value="on")


def test_a_key_comes_back_as_it_is(workspace: Workspace, ann: Browser) -> None:
    written = "p/2%3F%0A%E2%80%9C%C3%A9%E2%80%9D%20%2B%26%3C"
    assert f'name="key" value="{written}"' in ann.get(POSTS).text
    assert "Saved on" in ann.submit(POSTS, key=written, value="off").text
    assert noes(workspace) == {("ann", ODD, "*")}
    ann.submit(POSTS, key=written, value="on")


def test_nobody_says_no_for_others_nor_without_a_form_of_ours(workspace: Workspace, ann: Browser) -> None:
    position = workspace.ledger.position
    answers = [
        ann.submit(POSTS, key="p3", value="off"),
        ann.submit(POSTS, "/data/records/nowhere", key="p1", value="off"),
        ann.submit(POSTS, key="p1", value="perhaps"),
        ann.submit(POSTS, key="%ff", value="off"),
        ann.submit(POSTS, value="off"),
        ann.submit(POSTS, key="p1", value="off", setting="nothing"),
        ann.post(POSTS, data={"key": "p1", "value": "off"}),
        ann.post(POSTS, data={"key": "p1", "value": "off", "token": "x"}),
    ]
    assert [answer.status_code for answer in answers] == [403, 404, 422, 400, 400, 404, 403, 403]
    with site(workspace.layout.root) as nobody:
        data = {"key": "p1", "value": "off", "token": nobody.token()}
        assert nobody.post(POSTS, data=data, follow_redirects=False).status_code == 303
    assert workspace.ledger.position == position
    assert "Saved on" not in ann.get(f"{POSTS}?done={position}").text, "nothing is confirmed that is not so"


def test_records_without_a_key_have_no_button_and_the_page_says_why(ann: Browser) -> None:
    shown = ann.get("/data/records/messages").text
    assert "psst" in shown and "no key by which a single one could be named" in shown
    assert "Not this one" not in shown
