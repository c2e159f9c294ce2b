"""The report of one's own archive: from disk it asks for nothing; by upload it is the same and can run nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from browser.conftest import SCREENSHOTS
from browser.serving import Site
from browser.visits import DESKTOP, PHONE
from journeys.archives import COMPLETE, zipped
from journeys.downloads import CHATGPT, META
from licet.audit import audit_archive, write_page
from licet.terms.moments import parse_moment

_AT = parse_moment("2026-12-01")
_EVIL = "<script>document.title='broken into'</script><img src=https://evil.example/x onerror=alert(1)>"
_HOSTILE = COMPLETE | {
    "Shares_1234567.csv": "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\r\n"
    f"2019-06-01 08:00:00,javascript:alert(1),{_EVIL},,,PUBLIC\r\n",
}  # fmt: skip
_OPEN_ALL = "for (const one of document.querySelectorAll('details')) one.open = true"


def _clean(page: Page) -> None:
    """axe finds nothing, and did look. What it needs to look is put in past the page's own policy."""
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert not found.violations_count, found.generate_report()
    assert found.response["passes"]


@pytest.mark.parametrize("name", ["linkedin", "chatgpt", "meta"])
def test_opened_from_disk_it_makes_no_request(chromium: Browser, tmp_path: Path, name: str) -> None:
    files = {"linkedin": _HOSTILE, "chatgpt": CHATGPT, "meta": META}[name]
    place = tmp_path / "report.html"
    write_page(audit_archive(zipped(tmp_path / "a.zip", files), _AT, region="DE"), place)
    asked: list[str] = []
    dialogs: list[str] = []

    def count(route: Route) -> None:
        asked.append(route.request.url)
        if route.request.url == place.as_uri():
            route.continue_()
        else:
            route.abort()

    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    context = chromium.new_context(viewport=DESKTOP, bypass_csp=False)  # type: ignore[arg-type]
    context.route("**/*", count)
    page = context.new_page()
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))  # type: ignore[func-returns-value]
    page.goto(place.as_uri())
    lead = page.locator(".lead")
    expect(lead).to_contain_text("may train AI")
    for wide in (DESKTOP, PHONE):
        page.set_viewport_size(wide)  # type: ignore[arg-type]
        page.evaluate("scrollTo(0, 0)")
        # the first screen is the answer: what is used, and what to do
        assert lead.bounding_box()["y"] < wide["height"] / 2  # type: ignore[index]
        first = page.locator(".notice.good").bounding_box()
        assert first is not None and first["y"] + first["height"] < wide["height"]
        assert page.evaluate("document.documentElement.scrollWidth") <= wide["width"]
        size = "desktop" if wide is DESKTOP else "phone"
        page.screenshot(path=SCREENSHOTS / f"audit-{name}-{size}.png", full_page=True)
        page.screenshot(path=SCREENSHOTS / f"audit-{name}-{size}-first.png")
        _clean(page)
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    page.evaluate(_OPEN_ALL)
    _clean(page)
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=SCREENSHOTS / f"audit-{name}-dark.png", full_page=True)
    _clean(page)
    page.emulate_media(media="print", color_scheme="light")
    page.screenshot(path=SCREENSHOTS / f"audit-{name}-print.png", full_page=True)
    page.pdf(path=SCREENSHOTS / f"audit-{name}.pdf", format="A4")
    assert asked == [place.as_uri()] and not dialogs and page.title() != "broken into"
    context.close()


@pytest.mark.parametrize("javascript", [True, False])
def test_by_upload_it_is_the_same_and_runs_nothing(
    harbour: Site, visit: Callable[..., Page], tmp_path: Path, javascript: bool
) -> None:
    page = visit(harbour, javascript=javascript)
    page.goto("/audit")
    if javascript:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / "audit-upload-form.png", full_page=True)
        _clean(page)
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.screenshot(path=SCREENSHOTS / "audit-upload-form-phone.png", full_page=True)
        page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    page.get_by_label("The ZIP as the platform sent it").set_input_files(zipped(tmp_path / "a.zip", _HOSTILE))
    page.get_by_label("Where you live").select_option("CH")
    page.get_by_role("button", name="Show me").click(timeout=60_000)
    lead = page.locator(".lead")
    expect(lead).to_contain_text("may train AI", timeout=60_000)
    assert page.title().startswith("Your LinkedIn archive")
    expect(page.get_by_text("document.title='broken into'").first).to_be_visible()
    if javascript:
        page.screenshot(path=SCREENSHOTS / "audit-upload-report.png", full_page=True)
    page.get_by_role("link", name="the guide").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "/guide/linkedin_official?region=CH" in page.url
    # what is wrong with a file is told where it was chosen
    page.goto("/audit")
    broken = tmp_path / "b.zip"
    broken.write_bytes(b"nothing")
    page.get_by_label("The ZIP as the platform sent it").set_input_files(broken)
    page.get_by_role("button", name="Show me").click(timeout=60_000)
    expect(page.get_by_role("alert")).to_contain_text("This is not a ZIP archive")
