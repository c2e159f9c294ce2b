"""Another policy gives another platform's pages: its menu, its controls, its words, and nothing of anybody else's."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from browser.manners import Mouse
from browser.serving import Site
from licet.packs import open_pack


def test_the_platforms_own_notice_gives_its_menu_and_controls(
    official: Site, visit: Callable[..., Page]
) -> None:
    page = visit(official, "m000004")
    visitor = Mouse(page)
    paths = [setting.path for setting in open_pack("linkedin_official").settings.values()]
    assert _items(page) == [*dict.fromkeys(path[0] for path in paths)] and "Help" in _items(page)
    visitor.follow("Settings & Privacy", exact=True)
    below = dict.fromkeys(path[1] for path in paths if path[0] == "Settings & Privacy")
    assert _items(page) == [*below] and {"Data privacy", "Advertising data"} <= {*below}
    visitor.follow("Data privacy")
    assert _items(page) == ["Data for Generative AI Improvement"]
    page.goto("/settings")
    visitor.follow("Help")
    visitor.follow("Data Processing Objection Form")
    _assert_out_is_as_short_as_in(page, visitor)


def test_a_small_platform_has_pages_of_its_own(harbour: Site, visit: Callable[..., Page]) -> None:
    page = visit(harbour, "ann")
    visitor = Mouse(page)
    expect(page.get_by_role("link", name="Harbour privacy")).to_be_visible()
    assert _items(page) == ["AI", "Talk"]
    visitor.follow("AI")
    expect(page.get_by_role("heading", level=1)).to_have_text("Use my data for AI")
    expect(page.locator(".rules").first).to_contain_text("headline")
    _assert_out_is_as_short_as_in(page, visitor)
    for path in ("/", "/settings/talk", "/data", "/notices", "/receipts"):
        page.goto(path)
        assert "LinkedIn" not in page.content(), path
    page.goto("/public/ann")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ann Lee")
    assert page.title() != "broken into", "what members write is text"


def _items(page: Page) -> list[str]:
    return page.locator(".controls strong").all_inner_texts()


def _assert_out_is_as_short_as_in(page: Page, visitor: Mouse) -> None:
    """One press switches it off, and one switches it on."""
    switch = page.get_by_role("switch")
    expect(switch).to_be_checked()
    visitor.press(switch)
    expect(switch).not_to_be_checked()
    visitor.press(switch)
    expect(switch).to_be_checked()
