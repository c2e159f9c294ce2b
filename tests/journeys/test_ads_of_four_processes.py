"""Four processes choose advertisements for one member without a pause; a no governs each one's very next choice."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from journeys.ad_workers import choose_for_ever, processes
from journeys.ad_worlds import CAMPAIGNS, DIVER, MARKER, make_trade, stored_bytes
from licet.app.clock import system_clock

LASTING = CAMPAIGNS.replace("starts: 2026-03-01", "starts: 2020-01-01").replace(
    "ends: 2026-04-01", "ends: 2100-01-01"
)
RICH = LASTING.replace("budget_micros: 50000000", "budget_micros: 5000000000000\n    paced: false")
SUBJECT = f"ann-{MARKER}"


@pytest.mark.parametrize("ledger", ["sqlite", "postgres"])
def test_a_no_governs_the_very_next_ad_in_each(
    ledger: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    place = {} if ledger == "sqlite" else {"ledger": str(request.getfixturevalue("postgres_home").place)}
    people = [DIVER | {"id": SUBJECT}]
    with make_trade(tmp_path / "w", people, campaigns=RICH, clock=system_clock, **place) as workspace:
        root = workspace.layout.root
        with processes(choose_for_ever, [(root, "welding in the shipyard", SUBJECT)] * 4) as started:
            for _, connection in started:
                assert connection.recv() == "choosing"
            workspace.choices.choose(SUBJECT, "ads", "off")
            durable_ns, position = time.monotonic_ns(), workspace.ledger.position
            for _, connection in started:
                connection.send("stop")
            told = [connection.recv() for _, connection in started]
    for made in told:
        assert any(matched for _, _, matched, _ in made), "before, they were found by what they permitted"
        after = [one for one in made if one[0] > durable_ns]
        assert len(after) >= 10
        assert {(by, matched) for _, by, matched, _ in after} == {("contextual", False)}
        assert all(at >= position for _, _, _, at in after)
        assert all(by == "contextual" for _, by, _, at in made if at >= position)
    stored = stored_bytes(root)
    assert stored and MARKER.encode() not in stored


def test_how_old_permission_may_be_is_bounded_and_told(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    home = request.getfixturevalue("postgres_home")
    stale = RICH.replace("licet_campaigns: 1", "licet_campaigns: 1\nmost_stale_ms: 300")
    with make_trade(tmp_path / "w", campaigns=stale, clock=system_clock, ledger=str(home.place)) as workspace:
        ads = workspace.uses.ad_choices
        assert ads.choose("welding", subject="ann").stale_ms == 300
        workspace.choices.choose("ann", "ads", "off")
        time.sleep(0.3)
        made = ads.choose("welding", subject="ann")
        assert (made.by.value, made.code, made.position) == (
            "contextual",
            "refused",
            workspace.ledger.position,
        )
    with make_trade(tmp_path / "file", campaigns=stale, clock=system_clock) as workspace:
        assert workspace.uses.ad_choices.choose("welding").stale_ms == 0, "a file is read for every choice"
