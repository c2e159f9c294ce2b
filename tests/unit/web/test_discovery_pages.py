"""People, search and insights on pages: for the member alone, cold where nothing was made, and whatever is typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.harbours import make_harbour, make_quay
from journeys.site import Browser, site
from licet.app import Workspace


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with make_quay(tmp_path_factory.mktemp("town") / "w", 60) as made:
        made.uses.search.build()
        made.uses.people.build()
        made.uses.insights.release()
        yield made


@pytest.fixture(scope="module")
def browser(town: Workspace) -> Iterator[Browser]:
    with site(town.layout.root) as made:
        made.sign_in("q004")
        yield made


def test_the_pages_say_by_what_and_whose_they_are(town: Workspace, browser: Browser) -> None:
    people = browser.get("/people").text
    for one in town.uses.people.suggest("q004").suggested:
        assert f'href="/public/{one.subject}"' in people
    assert "Only you see this list" in people and 'href="/settings/learning"' in people
    assert 'href="/people" aria-current="page"' in people and '"/recommendations"' not in people
    found = browser.get("/search?q=welder in Hamburg").text
    assert "without=place%3Ahamburg" in found or "without=place:hamburg" in found
    insights = browser.get("/insights?region=NL").text
    assert "2026-03, drawn on 10 March 2026" in insights and "from 1 April 2026" in insights
    assert insights.count("<svg") >= 2 and 'id="pending"' not in insights


def test_nobody_sees_a_page_but_the_member_it_is_for(town: Workspace, browser: Browser) -> None:
    with site(town.layout.root) as stranger:
        for path in ("/people", "/search?q=welder", "/insights"):
            answer = stranger.get(path, follow_redirects=False)
            assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
        stranger.sign_in("q059")
        mine, other = browser.get("/people").text, stranger.get("/people").text
        assert mine != other and "You know nobody here yet" in other


@pytest.mark.parametrize(
    "sentence", ['"', "*", '" OR 1=1', "<script>alert(1)</script>", "{{7*7}}", "東京の看護師", "\x00", "no", "a" * 1000]
)  # fmt: skip
def test_whatever_is_typed_is_looked_for_and_is_no_markup(browser: Browser, sentence: str) -> None:
    shown = browser.get("/search", params={"q": sentence})
    assert shown.status_code == 200 and "<script>alert" not in shown.text


def test_what_is_not_there_is_told(browser: Browser) -> None:
    assert browser.get("/search", params={"q": "a" * 1001}).status_code == 422
    for path in ("/search?among=boats", "/insights?month=1999-01", "/insights?region=XX"):
        assert browser.get(path).status_code == 404, path


def test_where_nothing_was_made_yet_the_pages_say_so_and_where_nothing_is_offered_there_are_none(
    tmp_path: Path,
) -> None:
    with make_harbour(tmp_path / "w", [{"id": "ann"}]) as made, site(made.layout.root) as browser:
        browser.sign_in("ann")
        assert "For you" not in browser.get("/settings").text
        for path in ("/people", "/search", "/insights"):
            assert browser.get(path).status_code == 404
        for name, text in (
            ("people", "{edges: {table: knows, from: who, to: whom}, lists: connections}"),
            ("search", "kinds: {people: {table: profiles, title: headline}}"),
            ("insights", "{demand: {table: jobs, skill: skills}, held: {table: profiles, skill: skills}}"),
        ):
            (made.layout.root / f"{name}.yaml").write_text(text)
            answer = browser.get("/people" if name == "people" else f"/{name}")
            assert answer.status_code == 200 and "There is nothing here yet" in answer.text, name
        made.uses.people.build()
        (made.layout.root / "people.yaml").write_text(
            "{edges: {table: knows, from: who, to: whom}, lists: nobody}"
        )
        assert "Nothing is shown at this moment" in browser.get("/people").text
