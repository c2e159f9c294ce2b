"""What the workspace's own log of choices tells: by the page alone, alike, and to advertisers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from journeys.ad_worlds import DIVER, make_trade
from journeys.api import platform
from journeys.command_line import run_licet
from licet.terms import UseError


def test_the_own_log_tells_what_it_can(tmp_path: Path) -> None:
    with make_trade(tmp_path / "w", [DIVER | {"id": "ann"}]) as workspace:
        ask = workspace.uses.advertisers
        with pytest.raises(UseError) as told:
            ask.effect()
        assert told.value.code == "ADS-086"
        clicked = 0
        for number in range(240):
            made = workspace.uses.ad_choices.choose(
                "welding in the shipyard", country="DE", subject="ann" if number % 2 else None
            )
            assert made.id is not None
            if made.campaign is not None and made.campaign.number == 1 and number % 3 == 0:
                workspace.uses.ad_choices.click(made.id)
                clicked += 1
        found = ask.effect()
        value, (personalised, contextual) = found.value, found.revenue
        assert (value.choices, value.clicks, value.verdict) == (240, clicked, "cannot tell")
        assert value.largest_weight <= value.weight_bound and value.is_bound_known
        assert personalised.showings == contextual.showings == 120
        assert ask.effect("uniform").value.weight_bound == pytest.approx(50)
        with pytest.raises(UseError) as told:
            ask.effect("better")
        assert told.value.code == "ADS-095"
        counts = {one.campaign: one for one in ask.campaigns()}
        assert sum(one.showings or 0 for one in counts.values()) <= 240 and "welding course" in counts
        workspace.uses.ad_choices.close()
    where = ("--workspace", str(tmp_path / "w"))
    assert "cannot be told" in run_licet("ads", "effect", *where).out
    assert "welding course" in run_licet("ads", "report", *where).out
    with platform(tmp_path / "w", ["advertisers:write"]) as api:
        said = api.get("/advertisers/effect").json()
        assert (
            said["choices"] == 240
            and said["verdict"] == "cannot tell"
            and "ann" not in json.dumps(said).split('"')
        )
        assert {one["campaign"] for one in api.get("/advertisers/campaigns").json()} == {*counts}
    with platform(tmp_path / "w", ["ads:read"]) as api:
        assert {api.get(f"/advertisers/{path}").status_code for path in ("effect", "campaigns")} == {403}
