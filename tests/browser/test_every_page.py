"""Every page, in a wide window and on a phone, light and dark: nothing in the way of anybody, and a picture of each.

The pages run under their own Content-Security-Policy here; what is injected to look at them goes past it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

import licet
from browser.conftest import SCREENSHOTS
from browser.serving import Site
from browser.visits import DESKTOP, PHONE, Visits
from journeys.job_board import BOAT

AI, ADS = "data_for_generative_ai_improvement", "share_data_with_affiliates_and_partners"

#: By name: the address, who looks at it, and what is opened on it before it is looked at.
PAGES = {
    "welcome": ("/", "nobody"),
    "sign-in": ("/sign-in", "nobody"),
    "home": ("/", "member"),
    "menu": ("/settings", "member"),
    "submenu": ("/settings/menu/data-privacy", "member"),
    "setting-on": (f"/settings/{AI}", "member"),
    "setting-off": (f"/settings/{ADS}", "member"),
    "setting-confirmed": (f"/settings/{ADS}?done={{choice}}", "member"),
    "preview": (f"/settings/{AI}/preview", "member"),
    "data": ("/data", "member"),
    "data-to-come": ("/data?on=2031-01-01", "member"),
    "use": ("/data/uses/generative_ai_training/self", "member"),
    "past": ("/data/past", "member"),
    "past-use": ("/data/past/{use}", "member"),
    "records": ("/data/records/posts", "member"),
    "features": ("/features", "member"),
    "model-card": ("/features/model", "member"),
    "jobs": ("/recommendations", "seeker"),
    "jobs-new-here": ("/recommendations", "newcomer"),
    "jobs-both-ways": ("/recommendations/both-ways?setting=personal", "seeker"),
    "job-why": ("/recommendations/why?key=boat-3", "seeker"),
    "similar-jobs": ("/recommendations/similar?key=boat-3", "seeker"),
    "recommendation-effect": ("/recommendations/effect", "seeker"),
    "recommended-posts": ("/recommendations/posts", "seeker"),
    "notices": ("/notices", "member"),
    "notice": ("/notices/{notice}", "member"),
    "search": ("/search?q=senior+welder+in+Hamburg,+remote", "docker"),
    "search-none": ("/search?q=remote+juggler+in+Kiel&without=remote:yes", "docker"),
    "search-people": ("/search?among=people&q=nurse+in+Kiel", "docker"),
    "people": ("/people", "docker"),
    "people-nobody": ("/people", "loner"),
    "insights": ("/insights?region=DE", "docker"),
    "receipts": ("/receipts", "member"),
    "requests": ("/requests", "asker"),
    "request-region": ("/requests?about=region", "member"),
    "request-queue": ("/operator/requests", "officer"),
    "home-elsewhere": ("/", "elsewhere"),
    "public": ("/public/{subject}", "nobody"),
    "forgetting-ask": ("/forgetting", "member"),
    "forgetting-preview": ("/forgetting/preview", "member"),
    "forgetting-waiting": ("/forgetting", "waiting"),
    "forgetting-done": ("/forgetting", "forgotten"),
    "forgettings": ("/operator/forgettings", "officer"),
    "failure": ("/there/is/no/such/page", "nobody"),
    "operator": ("/operator", "operator"),
    "compare": ("/compare?region=CA", "nobody"),
    "compare-columns": ("/compare?column=since&column=default&column=control&region=CH", "nobody"),
    "guides": ("/guide?region=CH", "nobody"),
    "guide": ("/guide/linkedin_official?region=CH", "nobody"),
    "guide-letter": ("/guide/meta_ai?region=DE", "nobody"),
    "guide-stale": ("/guide/gmail_smart_features?region=CA&on=2029-01-01", "nobody"),
    "impact-form": ("/impact", "operator"),
    "impact": (
        "/impact?before=linkedin_as_reported&after=linkedin_official&from_date=2026-01-01",
        "operator",
    ),
}
#: In the dark only colours can be wrong; on a phone, sizes.
_COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"], "resultTypes": ["violations"]}
_SIZES = {"runOnly": ["target-size"], "resultTypes": ["violations"]}
_ALL: dict[str, Any] = {
    "resultTypes": ["violations"],
    "rules": {name: {"enabled": True} for name in ("target-size", "link-in-text-block", "color-contrast")},
}


class Windows(NamedTuple):
    """One window for each who looks, and what the addresses leave open."""

    pages: dict[str, Page]
    places: dict[str, str]
    visits: Visits


@pytest.fixture(scope="module")
def windows(
    chromium: Browser, reported: Site, covered: Iterator[str], forgetful: Site, jetty: Site, quay: Site
) -> Iterator[Windows]:
    subject = next(covered)
    with licet.open(reported.workspace) as workspace:
        choice = workspace.choose(subject, ADS, "off", via="web").entry
        for record in workspace.member(subject).records.of("posts")[:1]:
            workspace.choose(subject, record=("posts", str(record.key)), via="web")
        uses = [entry.index for entry in workspace.ledger_entries() if entry.kind == "use_run"]
        notice = workspace.announced()[0].digest
        outside = next(
            one
            for one in workspace.people().first(150)
            if (workspace.facts_now(one).region or "").startswith("US")
        )
    visits = Visits(chromium)
    pages = {
        "nobody": visits.open(reported), "member": visits.open(reported, subject),
        "operator": _as_officer(visits.open(reported)), "officer": _as_officer(visits.open(forgetful)),
        "forgotten": visits.open(forgetful, "anna"), "waiting": visits.open(forgetful, "benn"),
        "asker": visits.open(forgetful, "cleo"), "elsewhere": visits.open(reported, outside),
        "seeker": visits.open(jetty, BOAT[1]), "newcomer": visits.open(jetty, "blank"),
        "docker": visits.open(quay, "q004"), "loner": visits.open(quay, "q119"),
    }  # fmt: skip
    places = {"subject": subject, "choice": str(choice), "use": str(uses[0]), "notice": notice}
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    yield Windows(pages, places, visits)
    visits.close()


def _as_officer(page: Page) -> Page:
    page.goto("/sign-in")
    page.get_by_role("button", name="Look at it as the platform's privacy officer").click()
    page.wait_for_url("**/operator")
    return page


@pytest.mark.parametrize("name", PAGES)
def test_nothing_stands_in_anybodys_way(name: str, windows: Windows) -> None:
    address, who = PAGES[name]
    page = windows.pages[who]
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light")
    answer = page.goto(address.format(**windows.places))
    assert answer is not None and answer.status == (404 if name == "failure" else 200)
    page.screenshot(path=SCREENSHOTS / f"{name}-desktop-light.png", full_page=True)
    page.evaluate(_OPEN_ALL)
    _assert_clean(page, _ALL)
    page.emulate_media(color_scheme="dark")
    _assert_clean(page, _COLOURS)

    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"], f"{name} is {wide} wide on a phone"
    small = page.evaluate(_SMALL_TARGETS)
    assert not small, f"too small for a finger: {small}"
    _assert_clean(page, _SIZES)
    page.evaluate(_CLOSE_ALL)
    page.screenshot(path=SCREENSHOTS / f"{name}-phone-dark.png", full_page=True)
    assert not windows.visits.wrong, windows.visits.wrong


def _assert_clean(page: Page, options: dict[str, Any]) -> None:
    """axe finds nothing, and did look."""
    found = Axe().run(page, options=options)
    assert not found.violations_count, found.generate_report()
    assert found.response["passes"] or found.response["inapplicable"]


def test_the_first_stop_of_every_page_leads_past_the_header(
    reported: Site, visit: Callable[..., Page], somebody: str
) -> None:
    page = visit(reported, somebody)
    for address in ("/", "/settings", f"/settings/{AI}"):
        page.goto(address)
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to the content")
        box = skip.bounding_box()
        assert box is not None and box["x"] >= 0 and box["y"] >= 0, "it shows when one is at it"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)"), address


def test_one_stops_where_one_reads(reported: Site, visit: Callable[..., Page], somebody: str) -> None:
    """By keyboard, the stops of a page come in the order in which they stand on it."""
    page = visit(reported, somebody, f"/settings/{AI}")
    tops = []
    for _ in range(40):
        page.keyboard.press("Tab")
        at = page.evaluate(_HOW_FAR_DOWN)
        if at is not None:
            tops.append(at)
        elif tops:
            break
    assert len(tops) > 5
    # Side by side, one may stand a little higher than the one before.
    assert max(one - two for one, two in itertools.pairwise(tops)) < 24, tops


_OPEN_ALL = "for (const one of document.querySelectorAll('details')) one.open = true"
_CLOSE_ALL = "for (const one of document.querySelectorAll('details')) one.open = false"
#: Whatever is pressed and stands by itself; links within a sentence are as high as its line.
_SMALL_TARGETS = """() => [...document.querySelectorAll(
    "button, input:not([type=hidden]), summary, nav a, .button, .controls a")]
  .filter(e => e.checkVisibility())
  .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24)
  .map(([what, box]) => `${what} ${Math.round(box.width)}×${Math.round(box.height)}`)"""
#: How far down the page one is; null outside of its main part.
_HOW_FAR_DOWN = """() => {
  const at = document.activeElement;
  return at === document.body || !at.closest("main") ? null : at.getBoundingClientRect().top + scrollY;
}"""
