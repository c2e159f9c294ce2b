"""Global Privacy Control and consent strings: what a browser sends, and what the platform promised for it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

import licet
from browser.serving import Site
from browser.visits import sign_in
from journeys.api import platform
from licet.app.point_decisions import Question

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


def test_sent_once_while_signed_in_it_holds_on_every_device_session_and_channel(
    official: Site, visit: Callable[..., Page]
) -> None:
    kind, microsoft = "profile.position", "microsoft"
    with licet.open(official.workspace) as workspace:
        people = [f"m{number:06d}" for number in range(10, 150)]
        answers = workspace.decide_many([Question(one, "ad_sharing", kind, microsoft) for one in people])
        subject = next(one for one, told in zip(people, answers, strict=True) if told.permitted)
    address = f"/settings/{SETTING}"
    page = visit(official, subject, address)
    expect(page.get_by_role("switch")).to_be_checked()
    page.set_extra_http_headers(SIGNAL)
    page.goto("/data")
    page.set_extra_http_headers({})
    page.goto(address)
    expect(page.get_by_role("switch")).not_to_be_checked()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, subject, address)
    for window in (page, visit(official, subject, address, phone=True, javascript=False)):
        expect(window.get_by_role("switch")).not_to_be_checked()
    page.goto("/data")  # and after all that nobody has taken it back
    with licet.open(official.workspace) as workspace:
        shared = workspace.gate("ad_sharing", recipient=microsoft).read("profiles")["member_id"].to_pylist()
        assert shared and subject not in shared
        assert not workspace.decide(subject, "ad_sharing", kind, recipient=microsoft).permitted
    asked = {"subject": subject, "purpose": "ad_sharing", "category": kind, "recipient": microsoft}
    with platform(official.workspace) as api:
        assert api.post("/decisions", json=asked).json()["code"] == "refused"


def test_a_dialogues_cookie_switches_off_on_every_device(harbour: Site, visit: Callable[..., Page]) -> None:
    page = visit(harbour, "ben", "/settings/ai")

    def answer(string: str) -> None:
        page.context.add_cookies([{"name": "__gpp", "value": string, "url": harbour.address}])
        page.reload()

    answer("DBABTA~1YNN")
    expect(page.get_by_role("switch")).to_be_checked()
    expect(page.get_by_text("Agreeing there switches nothing on.").first).to_be_visible()
    answer("DBABTA~1YYN")
    expect(page.get_by_role("switch")).not_to_be_checked()
    expect(page.locator("#stands")).to_contain_text("a consent string of your browser refuses it")
    answer("DBABTA~1YNN")  # who agrees later lifts nothing
    expect(page.get_by_role("switch")).not_to_be_checked()

    other = visit(harbour, "ben", "/settings/ai", phone=True)
    expect(other.get_by_role("switch")).not_to_be_checked()
    expect(other.get_by_text("this stays off on every device")).to_be_visible()
    other.get_by_role("button", name="Take the refusal back").click()
    other.goto("/settings/ai")
    expect(other.get_by_role("switch")).to_be_checked()
    answer("DBABTA~1Y")  # spoiled: nobody can tell what it says
    expect(page.get_by_role("switch")).not_to_be_checked()
    answer("DBABTA~1YNN")
    page.get_by_role("button", name="Take the refusal back").click()
