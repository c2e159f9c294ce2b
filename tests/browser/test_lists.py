"""Lists in a browser: taken off by the toggle, then by Global Privacy Control alone; and what a silent recipient is
called. What is kept of it verifies offline."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

import licet
from browser.conftest import SCREENSHOTS
from browser.serving import Site, serve
from journeys.lists import AUDIENCE, Affiliate, Clock, address_of, hashed, make_club
from licet.app.clock import system_clock
from licet.deliveries.list_delivery import change_root, list_root, read_delivery
from licet.ledger import PublicKey
from licet.receipts import check

SIGNAL = {"Sec-GPC": "1"}


class Club(NamedTuple):
    """A club that is served, and its affiliate."""

    site: Site
    affiliate: Affiliate
    folder: Path

    def deliver(self, *, answers: bool = True) -> str:
        """Make the next delivery and have it answered; its JWS."""
        out = self.folder / f"out-{len(list(self.folder.iterdir()))}"
        out.mkdir()
        with licet.open(self.site.workspace) as workspace:
            workspace.uses.ads.deliver(AUDIENCE, out)
            for answer in self.affiliate.take(out) if answers else ():
                workspace.uses.ads.hand_in(answer)
        return "".join(path.read_text() for path in sorted(out.glob("*/delivery.jws"))[-1:])


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Club]:
    folder, clock = tmp_path_factory.mktemp("lists"), Clock()
    clock.now = system_clock()
    affiliate = Affiliate(folder / "adco.key", "", system_clock)
    key = affiliate.signer.public_key_text
    with make_club(folder / "club", ("anna", "benn", "cleo"), key, clock, removal_days=7) as workspace:
        affiliate.trusts(workspace.ledger.public_key_text)
    with serve(folder / "club") as site:
        made = Club(site, affiliate, folder)
        made.deliver()
        yield made


def look_at(page: Page, name: str) -> None:
    """Nothing stands in anybody's way, and there is a picture of it."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert not found.violations_count, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def has(club: Club, who: str) -> bool:
    return hashed(address_of(who)) in club.affiliate.identifiers


def test_by_the_toggle_the_next_delivery_takes_them_off_and_the_page_empties_when_it_is_confirmed(
    club: Club, visit: Callable[..., Page]
) -> None:
    page = visit(club.site, "anna", "/data")
    page.get_by_role("link", name="Who has it").click()
    expect(page.get_by_role("heading", name="Adco: Welders")).to_be_visible()
    expect(page.get_by_text("Your industry is Welding.")).to_be_visible()
    look_at(page, "lists-on")
    page.get_by_role("button", name="Take me off").click()
    expect(page.get_by_role("status")).to_contain_text("in effect from now on")
    expect(page.get_by_text("the next delivery takes you off", exact=False).first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download your receipt").click()
    with licet.open(club.site.workspace) as workspace:
        key = workspace.ledger.public_key_text
    assert has(club, "anna")
    club.deliver(answers=False)
    page.goto("/data/lists")
    expect(page.get_by_text("Adco is to take you off the list")).to_be_visible()
    look_at(page, "lists-being-taken-off")
    officer = visit(club.site)
    officer.goto("/sign-in")
    officer.get_by_role("button", name="Look at it as the platform's privacy officer").click()
    officer.get_by_role("link", name="Lists that left, and who has them").click()
    expect(officer.get_by_role("region", name="Lists that left").get_by_text("sent")).to_be_visible()
    look_at(officer, "lists-officer")
    jws = club.deliver()
    page.goto("/data/lists")
    expect(page.get_by_text("No list that left Club has you on it")).to_be_visible()
    assert not has(club, "anna") and has(club, "benn")

    # Offline: with the ledger's public key and the files alone.
    receipt = json.loads(Path(download.value.path()).read_text())
    assert check(receipt, key).ok
    delivery = read_delivery(jws, PublicKey.parse(key))
    assert delivery.removed_root == change_root([hashed(address_of("anna"))], delivery.salt)
    assert delivery.listed_root == list_root(club.affiliate.identifiers, delivery.salt)


def test_by_global_privacy_control_alone_sent_once(club: Club, visit: Callable[..., Page]) -> None:
    page = visit(club.site, "benn", "/data/lists")
    expect(page.get_by_role("button", name="Take me off")).to_be_visible()
    page.set_extra_http_headers(SIGNAL)
    page.goto("/receipts")
    page.set_extra_http_headers({})
    phone = visit(club.site, "benn", "/data/lists", phone=True)
    expect(phone.get_by_role("button", name="Take me off")).to_have_count(0)
    expect(phone.get_by_text("not permitted any more")).to_be_visible()
    look_at(phone, "lists-phone")
    club.deliver()
    assert not has(club, "benn") and has(club, "cleo")
    for window in (page, phone):
        window.goto("/data/lists")
        expect(window.get_by_text("No list that left Club has you on it")).to_be_visible()
    club.deliver()  # and of those to come as well
    assert not has(club, "benn")


def test_what_nobody_did_in_time_is_overdue_on_both_pages(tmp_path: Path, visit: Callable[..., Page]) -> None:
    clock = Clock()
    clock.now = system_clock() - timedelta(days=10)
    affiliate = Affiliate(tmp_path / "adco.key", "", clock)
    key = affiliate.signer.public_key_text
    with make_club(tmp_path / "club", ("anna",), key, clock, removal_days=7) as workspace:
        affiliate.trusts(workspace.ledger.public_key_text)
        workspace.uses.ads.deliver(AUDIENCE, tmp_path / "one")
        for answer in affiliate.take(tmp_path / "one"):
            workspace.uses.ads.hand_in(answer)
        workspace.choices.choose("anna", "share", "off")
        workspace.uses.ads.deliver(AUDIENCE, tmp_path / "two")
    with serve(tmp_path / "club") as site:
        page = visit(site, "anna", "/data/lists")
        expect(page.get_by_text("did not confirm it")).to_be_visible()
        look_at(page, "lists-overdue")
        officer = visit(site)
        officer.goto("/sign-in")
        officer.get_by_role("button", name="Look at it as the platform's privacy officer").click()
        officer.goto("/operator/lists")
        late = officer.get_by_role("region", name="Overdue, or beyond anybody's knowledge")
        expect(late.get_by_text("overdue", exact=True)).to_be_visible()
        look_at(officer, "lists-officer-overdue")
