"""People, search and insights in a browser: chips that come off, ways out of nothing that are true, and a no that is
heard by the next page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from browser.manners import Finger, Keyboard, Mouse
from browser.serving import Site

SIZES = pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])


def searched(page: Page, sentence: str) -> None:
    page.get_by_label("What are you looking for?").fill(sentence)
    with page.expect_navigation():
        page.get_by_role("button", name="Search").click()


@SIZES
def test_a_sentence_becomes_chips_each_of_which_comes_off(
    phone: bool, quay: Site, visit: Callable[..., Page]
) -> None:
    page = visit(quay, "q010", phone=phone)
    visitor = (Finger if phone else Mouse)(page)
    visitor.follow("For you", within="header")
    searched(page, "senior welder in Hamburg, remote, no cranes")
    chips = page.locator("a.chip")
    expect(chips).to_contain_text(["senior", "Hamburg", "remote", "no cranes"])
    expect(page.locator(".recommended li").first.locator("h3")).to_contain_text("Senior Welder")
    for name in ("Hamburg", "no cranes"):
        visitor.press(page.get_by_role("link", name=re.compile(f"^{name}.*leave it out")))
        expect(page.get_by_role("link", name=re.compile(f"^{name}.*put it back"))).to_be_visible()
    expect(page.locator("a.chip:not(.off)")).to_have_count(2)
    visitor.press(page.get_by_role("link", name=re.compile("^Hamburg.*put it back")))
    for place in page.locator(".recommended li p.light:first-of-type").all_inner_texts():
        assert "Hamburg" in place


def test_what_finds_nothing_says_what_to_leave_out_and_that_is_true(
    quay: Site, visit: Callable[..., Page]
) -> None:
    page = visit(quay, "q011", "/search")
    searched(page, "remote juggler in Kiel")
    ways = page.locator("#none li")
    told = int(re.search(r"then (\d+)", ways.first.inner_text())[1])  # type: ignore[index]
    ways.first.get_by_role("link").click()
    expect(page.locator("#none")).to_have_count(0)
    assert page.locator(".recommended li").count() == min(told, 20)
    searched(page, "juggler")
    expect(page.locator("#none")).to_contain_text("Only words that stand there are found")


@SIZES
def test_why_a_person_and_a_no_that_the_next_page_hears(
    phone: bool, quay: Site, visit: Callable[..., Page]
) -> None:
    who = "q020" if phone else "q030"
    page = visit(quay, who, "/people", phone=phone)
    visitor = (Finger if phone else Keyboard)(page)
    first = page.locator(".recommended li").first
    first.locator("summary").click()
    expect(first.locator("details")).to_contain_text("whom you know and whose list you may read")
    assert first.locator(".told a").count() >= 1
    visitor.follow("Personalise")
    visitor.press(page.get_by_role("switch"))
    page.goto("/people")
    expect(page.get_by_text("Neither the policy in force nor the choices")).to_be_visible()
    expect(page.locator("#stands")).to_contain_text("You are among those whom others are suggested")


def test_a_release_is_pending_once_somebody_chose_and_stands(quay: Site, visit: Callable[..., Page]) -> None:
    page = visit(quay, "q040", "/insights")
    expect(page.get_by_role("img", name=re.compile("Skills to learn")).first).to_be_visible()
    before = page.locator("table").text_content()
    page.goto("/settings/learning")
    with page.expect_navigation():
        page.get_by_role("switch").click()
    page.goto("/insights")
    expect(page.locator("#pending")).to_contain_text("You said no since this was drawn")
    expect(page.locator("#pending")).to_contain_text("you leave with the next, from 1 ")
    assert page.locator("table").text_content() == before
