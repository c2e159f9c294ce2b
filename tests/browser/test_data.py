"""How your data is used: a picture and the same in words, now and on a day to come, and the records themselves."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

import licet
from browser.serving import Site


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_where_it_goes_as_a_picture_and_in_words(
    phone: bool, reported: Site, visit: Callable[..., Page], somebody: str
) -> None:
    page = visit(reported, somebody, "/data", phone=phone, dark=phone)
    with licet.open(reported.workspace) as workspace:
        flows = workspace.member(somebody).flows()
    picture = page.locator("svg.picture:visible")
    expect(picture).to_have_count(1)
    box = picture.bounding_box()
    assert box is not None and box["width"] <= page.viewport_size["width"]  # type: ignore[index]
    smallest = picture.evaluate(_SMALLEST_LETTERS)
    assert smallest >= 9, f"the picture's letters are {smallest} pixels high"
    told = picture.locator("title").text_content() or ""
    expect(page.get_by_role("img", name="Where your records go.")).to_have_count(1)
    for flow in flows:
        assert f"{flow.label}, by {flow.to}: {flow.used} of your records" in told
        section = page.locator("section.flow", has_text=f"{flow.label[1:]}, by {flow.to}").first
        expect(section).to_contain_text(
            f"{flow.used} record" if flow.used else "Nothing of yours would be used"
        )

    section = page.locator("section.flow", has_text="Training AI that generates content").first
    section.locator("summary").click()
    expect(section.get_by_role("row", name=re.compile("^messages"))).to_contain_text(
        "this kind of data is never used for this, under any policy"
    )
    section.get_by_role("link", name="posts").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your posts")
    with licet.open(reported.workspace) as workspace:
        total = len(workspace.member(somebody).records.of("posts"))
    expect(page.get_by_text(f"{total} record{'' if total == 1 else 's'} about you.")).to_be_visible()


def test_what_would_flow_on_a_day_to_come(reported: Site, visit: Callable[..., Page], somebody: str) -> None:
    page = visit(reported, somebody, "/data")
    page.get_by_label("As of").fill("2025-11-02")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("under the policy as it applied on 2 November 2025")).to_be_visible()
    expect(page.locator("section.flow", has_text="Training AI").first).to_contain_text(
        "Nothing of yours would be used"
    )
    page.get_by_label("As of").fill("2031-01-01")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("What would flow on 1 January 2031 if nothing changes")).to_be_visible()
    expect(page.locator("section.flow", has_text="Training AI").first).to_contain_text(
        "of yours would be used"
    )


_SMALLEST_LETTERS = """picture => {
  const scale = picture.getBoundingClientRect().width / picture.viewBox.baseVal.width;
  const letters = [...picture.querySelectorAll("text, tspan")].map(e => parseFloat(getComputedStyle(e).fontSize));
  return Math.min(...letters) * scale;
}"""
