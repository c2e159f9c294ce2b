"""Advertisements on pages: a slot of ours alone, caps that only the browser knows, why one is shown, and less of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from journeys.ad_worlds import CAMPAIGNS, DIVER, MARKER, make_trade, stored_bytes
from journeys.site import Browser, site
from licet.app.clock import system_clock

LASTING = CAMPAIGNS.replace("starts: 2026-03-01", "starts: 2020-01-01").replace(
    "ends: 2026-04-01", "ends: 2100-01-01"
)
CAPPED = LASTING.replace("    about: welding", "    cap_a_day: 2\n    about: welding").replace(
    "title: Learn to weld", "title: Learn & weld, image: arc.png"
)
SLOT = "/ads/slot?words=welding+in+the+shipyard"
SUBJECT = f"ann-{MARKER}"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with make_trade(tmp_path / "w", [DIVER | {"id": SUBJECT}], campaigns=CAPPED, clock=system_clock) as made:
        made.layout.ad_images.mkdir(exist_ok=True)
        (made.layout.ad_images / "arc.png").write_bytes(b"\x89PNG\r\n\x1a\nrest")
        (made.layout.ad_images / "page.png").write_bytes(b"<html><script>")
    with site(tmp_path / "w") as first:
        yield first


def shown(browser: Browser, **more: Any) -> str:
    answer = browser.get(SLOT, **more)
    assert answer.status_code == 200
    return answer.text


def test_a_slot_loads_and_runs_nothing_and_begins_no_session(browser: Browser) -> None:
    answer = browser.get(SLOT)
    assert "<script" not in answer.text and "http" not in re.sub(r'lang="en"', "", answer.text)
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert {one.name for one in browser.cookies.jar} <= {"ads_seen"}
    assert "Advertisement" in shown(browser, params={"words": "welding", "country": "DE"})
    assert browser.get("/ads/slot?country=Germany").status_code == 400


def test_a_browser_counts_its_own_and_keeps_numbers_alone(browser: Browser) -> None:
    titles = [shown(browser) for _ in range(40)]
    assert sum("Learn &amp; weld" in one for one in titles) == 2, "a cap of two a day"
    assert browser.cookies["ads_seen"] == "1-1"
    browser.cookies.clear()
    assert any("Learn &amp; weld" in shown(browser) for _ in range(40))
    for cookie in ("x", "1;2", "1-" * 5000, "9" * 40, "1--1", "<script>"):
        browser.cookies.clear()
        browser.cookies.set("ads_seen", cookie, path="/ads")
        shown(browser)


def test_by_toggle_and_by_gpc_alone_an_ad_still_appears_and_tells_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    browser.sign_in(SUBJECT)
    assert any("Work under water" in shown(browser) for _ in range(60))
    without = [shown(browser, headers={"Sec-GPC": "1"}) for _ in range(30)]
    assert all(
        "Advertisement" in one and "Work under water" not in one and MARKER not in one for one in without
    )
    assert any("Work under water" in shown(browser) for _ in range(60)), "the slot recorded nothing"
    browser.submit("/settings/ads", value="off")
    without = [shown(browser) for _ in range(30)]
    assert all(
        "Advertisement" in one and "Work under water" not in one and MARKER not in one for one in without
    )
    assert MARKER.encode() not in stored_bytes(tmp_path / "w")


def test_why_and_less_like_it(browser: Browser) -> None:
    id_ = None
    while id_ is None:
        text = shown(browser)
        id_ = re.search(r"/ads/why/(\w+)", text) if "Nurses wanted" in text else None
    address = f"/ads/why/{id_[1]}"
    why = browser.get(address)
    assert (
        "Ward Clinic paid for it, on behalf of Night Shift" in why.text
        and "Nothing of yours was used." in why.text
    )
    assert "Less like this" in why.text
    browser.submit(address, f"/ads/less/{id_[1]}")
    assert browser.cookies["ads_unwanted"] == "2" and "Less like this" not in browser.get(address).text
    assert not any("Nurses wanted" in shown(browser) for _ in range(30))
    assert browser.post(f"/ads/less/{id_[1]}").status_code == 403, "only by the page's own form"
    click = browser.get(f"/ads/click/{id_[1]}", follow_redirects=False)
    assert (click.status_code, click.headers["location"]) == (303, "https://ward.example/")
    assert click.headers["referrer-policy"] == "no-referrer"
    for path in ("/ads/why/x", "/ads/click/x", f"/ads/why/{'0' * 40}"):
        assert browser.get(path).status_code == 404


def test_images_are_the_operators_and_are_images(browser: Browser) -> None:
    answer = browser.get("/ads/images/arc.png")
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/png"
    for name in ("page.png", "none.png", "..%2Fkeys%2Fsalt", "%2e%2e%2fkeys%2fsalt", "arc.PNG", "arc.svg"):
        assert browser.get(f"/ads/images/{name}").status_code == 404, name


def test_an_officer_sees_what_was_spent_and_nobody_else_does(browser: Browser) -> None:
    shown(browser)
    assert browser.get("/operator/campaigns").status_code == 404
    browser.post("/sign-in/operator", data={"token": browser.token()})
    text = browser.get("/operator/campaigns").text
    assert "Arc School" in text and "1 showing" in text and MARKER not in text
    assert "is not told: the log has 1 choices" in text
    for _ in range(100):
        shown(browser)
    text = browser.get("/operator/campaigns").text
    assert (
        "would bring more clicks cannot be told" in text
        and "personalised" in text
        and "guaranteed 95 %" in text
    )
    assert "contextual" in text and "fewer than 10" in text and MARKER not in text


def test_samples_show_what_a_member_sees_now(browser: Browser) -> None:
    browser.sign_in(SUBJECT)
    text = browser.get("/ads").text
    assert text.count('aria-label="Advertisement"') == 3 and "Learning a trade" in text
