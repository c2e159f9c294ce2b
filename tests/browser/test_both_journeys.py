"""The article's two ways to a toggle, click by click from the front page, in four manners.

"Navigate to How LinkedIn uses your data → Data for Generative AI Improvement. Toggle it off." "Scroll to Off LinkedIn
data → Share data with affiliates and partners. Toggle it off."
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

import licet
from browser.manners import Finger, Keyboard, Mouse
from browser.serving import Site

JOURNEYS = {
    "data_for_generative_ai_improvement": (
        "Data Privacy", "How LinkedIn uses your data", "Data for Generative AI Improvement",
    ),
    "share_data_with_affiliates_and_partners": (
        "Advertising Data", "Off LinkedIn data", "Share data with affiliates and partners",
    ),
}  # fmt: skip
MANNERS = ["mouse", "no script", "keyboard", "phone"]


@pytest.mark.parametrize("manner", MANNERS)
def test_from_the_front_page_to_both_toggles(
    manner: str, reported: Site, visit: Callable[..., Page], somebody: str
) -> None:
    page = visit(reported, javascript=manner != "no script", phone=manner == "phone")
    visitor = {"keyboard": Keyboard, "phone": Finger}.get(manner, Mouse)(page)
    page.goto("/")
    visitor.follow("Sign in")
    visitor.write(page.get_by_label("Or another member, by id"), somebody)
    visitor.press(page.get_by_role("button", name="Sign in", exact=True))
    for setting, way in JOURNEYS.items():
        visitor.follow("Settings & Privacy", within="header")
        for step in way:
            _assert_fits(page)
            visitor.follow(step)
            expect(page.get_by_role("heading", level=1)).to_have_text(step)
        assert page.url == f"{reported.address}/settings/{setting}"
        toggle = page.get_by_role("switch", name=way[-1])
        expect(toggle).to_be_checked()
        expect(page.locator("#stands")).to_contain_text("It is on by default: nobody asked you")
        visitor.press(toggle)
        expect(toggle).not_to_be_checked()
        expect(page.get_by_role("status")).to_contain_text("it is off")
        expect(page.locator("#stands")).to_contain_text("You switched this off.")
        _assert_fits(page)
    with licet.open(reported.workspace) as workspace:
        chosen = {one.setting: one.value for one in workspace.ledger.choices_of(somebody)}
    assert chosen == dict.fromkeys(JOURNEYS, "off")


def test_opting_out_takes_no_more_steps_than_opting_in(
    reported: Site, visit: Callable[..., Page], somebody: str
) -> None:
    page = visit(reported, somebody)
    visitor = Mouse(page)
    for way in JOURNEYS.values():
        taken = {}
        for wanted in ("off", "on"):
            page.goto("/")
            visitor.steps = 0
            visitor.follow("Settings & Privacy", within="header")
            for step in way:
                visitor.follow(step)
            visitor.press(page.get_by_role("switch"))
            expect(page.get_by_role("status")).to_contain_text(f"it is {wanted}")
            taken[wanted] = visitor.steps
        assert taken["off"] <= taken["on"] <= 1 + len(way) + 1, taken


def _assert_fits(page: Page) -> None:
    wide, window = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= window, f"{page.url} is {wide} wide in a window of {window}"
