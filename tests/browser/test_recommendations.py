"""For you, in a browser: both ways before choosing, a no, the next list is another, and what is said stays true."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

import licet
from browser.manners import Finger, Mouse
from browser.serving import Site
from journeys.job_board import BOAT


@pytest.mark.parametrize(("phone", "who"), [(False, BOAT[4]), (True, BOAT[6])], ids=["desktop", "phone"])
def test_seen_both_ways_and_switched_off_the_next_list_is_the_other(
    phone: bool, who: str, jetty: Site, visit: Callable[..., Page]
) -> None:
    page = visit(jetty, who, phone=phone)
    visitor = (Finger if phone else Mouse)(page)
    visitor.follow("For you", within="header")
    expect(page.locator("#stands")).to_contain_text("Your own data is read for this list.")
    first = page.locator(".recommended h2").all_inner_texts()
    visitor.follow("See it both ways before you choose")
    visitor.follow("Recommend by what I do")
    on, off = (
        page.locator(f"section[aria-labelledby=with-{which}] li").all_inner_texts() for which in ("on", "off")
    )
    titles = [[one.partition("\n")[0] for one in each] for each in (on, off)]
    assert titles[0] == first[:10] and titles[1] != titles[0]
    visitor.press(page.get_by_role("button", name="Switch it off"))
    expect(page.get_by_role("status")).to_contain_text("in effect from now on: it is off")
    visitor.follow("For you", within="header")
    assert page.locator(".recommended h2").all_inner_texts()[:10] == titles[1]
    expect(page.locator("#because")).to_contain_text("you switched “Recommend by what I do” off")
    expect(page.locator("#stands")).to_contain_text(
        "Nothing of yours is read for this list. What you did is among"
    )

    visitor.follow("See it both ways before you choose")
    visitor.press(page.get_by_role("button", name="Switch it off"))
    still = page.get_by_role("list", name="What was made")
    expect(still).to_contain_text(re.compile(r"still holds (\d+) of yours; \1 of yours leave"))
    visitor.follow("For you", within="header")
    expect(page.locator("#stands")).to_contain_text(
        "Nothing you did is among what everybody’s lists are learned from."
    )
    with licet.open(jetty.workspace) as workspace:
        assert [one.standing for one in workspace.uses.status()] == ["pending"]
        workspace.recommend.update()
        assert [one.standing for one in workspace.uses.status()] == ["exact"]
    page.goto("/data/past")
    expect(page.get_by_text("holds nothing of yours").first).to_be_visible()


def test_every_item_says_why_in_a_click(jetty: Site, visit: Callable[..., Page]) -> None:
    page = visit(jetty, BOAT[9], "/recommendations")
    title = page.locator(".recommended h2").first.inner_text()
    said = page.locator(".recommended li").first.locator("p").nth(1).inner_text()
    page.get_by_role("link", name="Why this").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_text("It is number 1 in your list.")).to_be_visible()
    expect(page.locator(".told li").first).to_have_text(said)


def test_what_opting_out_does_is_a_click_from_both_ways_and_so_are_jobs_like_one(
    jetty: Site, visit: Callable[..., Page]
) -> None:
    page = visit(jetty, BOAT[8], "/recommendations/both-ways")
    page.get_by_role("link", name="What opting out does to lists").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What opting out does to recommendations")
    expect(page.get_by_role("cell", name="too few").first).to_be_visible()
    expect(page.locator("figure svg").first).to_be_visible()
    page.goto("/recommendations")
    page.get_by_role("link", name="Why this").first.click()
    page.get_by_role("link", name="Jobs like this one").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Jobs like Boat hand")
    expect(page.locator(".recommended li").first).to_be_visible()
