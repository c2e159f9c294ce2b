"""Somebody asks to be forgotten on a phone, without JavaScript: it is recorded, and nobody says that it is done."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

import licet
from browser.manners import Finger, Keyboard, Mouse
from browser.serving import Site


@pytest.mark.parametrize(("manner", "phone", "subject"), [(Finger, True, "cleo"), (Keyboard, False, "dora")])
def test_somebody_asks_without_javascript(
    manner: type[Mouse], phone: bool, subject: str, forgetful: Site, visit: Callable[..., Page]
) -> None:
    page = visit(forgetful, subject, "/", javascript=False, phone=phone)
    hand = manner(page)
    hand.follow("Be forgotten")
    hand.follow("What would change?")
    expect(page.get_by_text("Nothing is asked yet.")).to_be_visible()
    hand.follow("Back")
    sure = page.get_by_role("checkbox", name="I mean it")
    if manner is Keyboard:
        hand._reach(sure)
        page.keyboard.press("Space")
    else:
        sure.tap()
    hand.press(page.get_by_role("button", name="Ask to be forgotten"))
    expect(page.get_by_role("status")).to_contain_text("is recorded and holds from now on")
    expect(page.get_by_text("Under way")).to_be_visible()
    expect(page.get_by_role("link", name="Download the certificate")).to_have_count(0)
    with licet.open(forgetful.workspace) as workspace:
        assert [one.status for one in workspace.uses.forgettings() if one.subject == subject] == ["PENDING"]
