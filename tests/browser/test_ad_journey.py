"""A member switches advertising by their data off, by the toggle, then by GPC alone: ads still come, by the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

import licet
from browser.serving import Site, serve
from journeys.ad_worlds import CAMPAIGNS, DIVER, MARKER, make_trade, stored_bytes
from licet.app.clock import system_clock

LASTING = CAMPAIGNS.replace("starts: 2026-03-01", "starts: 2020-01-01").replace(
    "ends: 2026-04-01", "ends: 2100-01-01"
)
SLOT = "/ads/slot?words=welding+in+the+shipyard"
BY_DATA = "Work under water"


@pytest.fixture(scope="module")
def trade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = tmp_path_factory.mktemp("trade") / "trade"
    people = [DIVER | {"id": name, "skills": ["Diving", MARKER]} for name in ("ann", "ben")]
    make_trade(root, people, campaigns=LASTING, clock=system_clock).close()
    with serve(root) as site:
        yield site


def slots(page: Page, times: int = 25) -> list[str]:
    """What is sent to the browser for a slot, so many times over."""
    answers = [page.request.get(SLOT) for _ in range(times)]
    assert all(one.ok and "Advertisement" in one.text() for one in answers), "an ad appears each time"
    told = [one.text() + str(one.headers) for one in answers]
    assert not any(MARKER in one for one in told)
    return told


def kept(site: Site) -> bytes:
    found = stored_bytes(site.workspace)
    assert found and MARKER.encode() not in found
    return found


def test_by_the_toggle(trade: Site, visit: Callable[..., Page]) -> None:
    page = visit(trade, "ann", "/ads")
    expect(page.get_by_label("Advertisement")).to_have_count(3)
    assert not [found["id"] for found in Axe().run(page).response["violations"]]
    assert any(BY_DATA in one for one in slots(page))
    page.goto("/settings/ads")
    with page.expect_navigation():
        page.get_by_role("switch").click()
    expect(page.get_by_role("switch")).not_to_be_checked()
    assert not any(BY_DATA in one for one in slots(page))
    page.goto("/ads")
    expect(page.get_by_label("Advertisement")).to_have_count(3)
    page.get_by_role("link", name="Why this ad").first.click()
    expect(page.get_by_text("Nothing of yours was used.")).to_be_visible()
    assert not [found["id"] for found in Axe().run(page).response["violations"]]
    page.get_by_role("button", name="Less like this").click()
    expect(page.get_by_text("This browser is not shown this campaign any more")).to_be_visible()
    assert not any(
        MARKER in cookie["value"] for cookie in page.context.cookies() if cookie["name"].startswith("ads_")
    )
    kept(trade)


def test_by_global_privacy_control_alone(trade: Site, visit: Callable[..., Page]) -> None:
    assert any(BY_DATA in one for one in slots(visit(trade, "ben", "/ads")))
    page = visit(trade, "ben", "/ads", headers={"Sec-GPC": "1"})
    assert not any(BY_DATA in one for one in slots(page))
    expect(page.get_by_label("Advertisement")).to_have_count(3)
    with licet.open(trade.workspace) as workspace:
        assert workspace.ledger.signals_of("ben") == {"gpc"}, "seen on a page while signed in, it is theirs"
    assert not any(BY_DATA in one for one in slots(visit(trade, "ben", "/ads"))), "and holds in any browser"
    kept(trade)
