"""Global Privacy Control: one header from the browser, and what the platform promised for it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

import licet
from browser.serving import Site

SETTING = "share_data_with_affiliates_and_partners"
SIGNAL = {"Sec-GPC": "1"}


def test_the_browsers_signal_switches_ad_sharing_off_and_survives_signing_in(
    official: Site, visit: Callable[..., Page]
) -> None:
    subject = "m000003"
    page = visit(official, headers=SIGNAL)
    assert page.request.get("/.well-known/gpc.json").json()["gpc"] is True
    page.goto("/")  # nobody yet; the signal is this visitor's all the same
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Or another member, by id").fill(subject)
    page.get_by_role("button", name="Sign in", exact=True).click()
    with licet.open(official.workspace) as workspace:
        assert workspace.ledger.signals_of(subject) == {"gpc"}
    page.goto(f"/settings/{SETTING}")
    expect(page.get_by_role("switch")).not_to_be_checked()
    expect(page.locator("#stands")).to_contain_text("because your browser sends a privacy signal")
    expect(page.get_by_text("Your browser sends Global Privacy Control now.")).to_be_visible()

    # Another browser of theirs, which sends nothing: it holds there too, until they take it back.
    other = visit(official, subject, f"/settings/{SETTING}")
    expect(other.get_by_role("switch")).not_to_be_checked()
    expect(other.get_by_text("this stays off on every device")).to_be_visible()
    other.goto("/receipts")
    expect(other.get_by_role("row", name="Signal gpc: seen")).to_be_visible()
    other.goto(f"/settings/{SETTING}")
    other.get_by_role("button", name="Take the signal back").click()
    other.goto(f"/settings/{SETTING}")
    expect(other.get_by_role("switch")).to_be_checked()


def test_a_policy_that_promises_nothing_for_the_signal_is_not_said_to_honour_it(
    reported: Site, visit: Callable[..., Page], somebody: str
) -> None:
    page = visit(reported, somebody, f"/settings/{SETTING}", headers=SIGNAL)
    assert page.request.get("/.well-known/gpc.json").json()["gpc"] is False
    expect(page.get_by_role("switch")).to_be_checked()
    expect(page.get_by_role("heading", name="Your browser's privacy signal")).to_have_count(0)
    with licet.open(reported.workspace) as workspace:
        assert workspace.ledger.signals_of(somebody) == frozenset()
