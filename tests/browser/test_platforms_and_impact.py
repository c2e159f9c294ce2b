"""Policies side by side, how to opt out, what a policy would change: found, filtered, printed, and as one file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

import licet
from browser.conftest import SCREENSHOTS
from browser.serving import Site
from browser.visits import DESKTOP, PHONE
from licet.app.impact import write_page
from licet.terms.moments import parse_moment

REPORTED, OFFICIAL = "linkedin_as_reported", "linkedin_official"


def test_a_guide_is_found_without_signing_in_and_without_script(
    reported: Site, visit: Callable[..., Page]
) -> None:
    page = visit(reported, javascript=False)
    page.goto("/")
    page.get_by_role("link", name="How to opt out").click()
    page.get_by_label("For someone in").select_option("Germany")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Meta, AI, personalisation and ads").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Opting out of Meta, for someone in Germany")
    expect(page.get_by_role("region", name="The letter").first).to_contain_text("Article 21 GDPR")
    page.get_by_label("For someone in").select_option("United States")
    page.get_by_role("button", name="Show").click()
    assert page.url.endswith("/guide/meta_ai?region=US"), "what is shown is in the address"
    expect(page.get_by_text("Nobody here has read what applies where you are").first).to_be_visible()
    expect(page.get_by_text("There is nothing to switch off")).to_have_count(0)
    expect(page.get_by_role("region", name="The letter")).to_have_count(0)


def test_the_comparison_is_filtered_by_a_form_and_each_fact_leads_to_its_source(
    reported: Site, visit: Callable[..., Page]
) -> None:
    page = visit(reported, javascript=False)
    page.goto("/compare")
    page.get_by_text("Platforms: all").click()
    page.get_by_label("Gmail, smart features").check()
    page.get_by_text("Columns: all").click()
    page.get_by_label("Data used").check()
    page.get_by_label("For someone in").select_option("Canada")
    page.get_by_role("button", name="Show").click()
    assert "platform=gmail_smart_features" in page.url and "column=data" in page.url
    expect(page.get_by_role("table").locator("tbody tr")).to_have_count(3)
    expect(page.get_by_role("table").get_by_text("disputed").first).to_be_visible()
    note = page.get_by_role("table").get_by_role("link").first
    number = note.inner_text()
    note.click()
    assert page.url.endswith(f"#source-{number}")
    expect(page.locator(f"#source-{number}")).to_be_in_viewport()


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("compare", "/compare?region=CA&platform=meta_ai&platform=linkedin_official"),
        ("guide-letter", "/guide/meta_ai?region=DE"),
    ],
)
def test_what_is_printed_is_the_page_and_not_its_forms(
    name: str, address: str, reported: Site, visit: Callable[..., Page]
) -> None:
    page = visit(reported)
    page.goto(address)
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Show")).to_be_hidden()
    expect(page.get_by_role("heading", name="Sources")).to_be_visible()
    page.set_viewport_size({"width": 794, "height": 1123})  # a sheet of A4 at 96 to the inch
    assert page.evaluate("document.documentElement.scrollWidth") <= 794
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}-print.png", full_page=True)
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_the_officer_counts_from_the_operators_page(reported: Site, visit: Callable[..., Page]) -> None:
    page = visit(reported)
    page.goto("/sign-in")
    page.get_by_role("button", name="Look at it as the platform's privacy officer").click()
    page.get_by_role("link", name="What would another policy change?").click()
    page.get_by_label("Instead of").select_option(label=_in_force(page))
    page.get_by_label("Put in force").select_option(OFFICIAL)
    page.get_by_role("button", name="Count").click()
    expect(page.get_by_text("More would be done with the data of")).to_be_visible()
    expect(page.locator("svg.picture:visible")).to_have_count(1)
    with page.expect_download() as file:
        page.get_by_role("link", name="The same as one file").click()
    assert file.value.suggested_filename == "impact.html"
    assert "of 150 members" in file.value.path().read_text()


def _in_force(page: Page) -> str:
    (label,) = (one for one in page.locator("#before option").all_inner_texts() if "(in force)" in one)
    return label


def test_the_impact_opened_from_disk_asks_for_nothing(
    network: Path, tmp_path: Path, chromium: Browser
) -> None:
    at = parse_moment("2026-01-01")
    file = tmp_path / "impact.html"
    with licet.open(network) as workspace:
        write_page(workspace.impact(REPORTED, OFFICIAL, at, at), file)
    context = chromium.new_context(viewport=DESKTOP, reduced_motion="reduce")  # type: ignore[arg-type]
    asked: list[str] = []
    context.route("**/*", lambda route: (asked.append(route.request.url), route.continue_()))
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    try:
        page.goto(file.as_uri())
        page.wait_for_load_state("networkidle")
        assert page.evaluate("getComputedStyle(document.body).margin") == "0px", "its own style holds"
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / "impact-file-desktop-light.png", full_page=True)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        found = Axe().run(page, options={"resultTypes": ["violations"]})
        assert not found.violations_count, found.generate_report()
        page.emulate_media(color_scheme="dark")
        found = Axe().run(page, options={"runOnly": ["color-contrast"], "resultTypes": ["violations"]})
        assert not found.violations_count, found.generate_report()
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.screenshot(path=SCREENSHOTS / "impact-file-phone-dark.png", full_page=True)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = false")
        page.emulate_media(media="print", color_scheme="light")
        expect(page.locator("details:visible")).to_have_count(
            0
        )  # what is closed is not for the board's paper
        page.set_viewport_size({"width": 794, "height": 1123})
        assert page.evaluate("document.documentElement.scrollWidth") <= 794
        page.screenshot(path=SCREENSHOTS / "impact-file-print.png", full_page=True)
        assert asked == [file.as_uri()], "the file itself, and nothing else"
        assert not wrong, wrong
    finally:
        context.close()
