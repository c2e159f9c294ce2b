"""`licet ads choose`, `why` and `campaigns`: in words and in JSON, and what is asked amiss."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeys.ad_worlds import CAMPAIGNS, make_trade
from journeys.command_line import run_licet
from licet.app.clock import system_clock

LASTING = CAMPAIGNS.replace("starts: 2026-03-01", "starts: 2020-01-01").replace(
    "ends: 2026-04-01", "ends: 2100-01-01"
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with make_trade(tmp_path_factory.mktemp("ads") / "w", campaigns=LASTING, clock=system_clock) as made:
        return made.layout.root


def test_an_ad_is_chosen_and_why_is_told(root: Path, tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("welding in the shipyard")
    words = run_licet("ads", "choose", f"@{tmp_path / 'page.txt'}", "-w", root, "--subject", "ann", "--gpc")
    assert (
        words.status == 0
        and "chosen by the page alone" in words.out
        and "read at most 0 ms before" in words.out
    )
    made = run_licet(
        "ads", "choose", "welding", "-w", root, "--country", "DE", "--seen", "1:3", "--json"
    ).json
    assert made["by"] == "contextual" and made["ad"]["campaign"] in (1, 2)
    told = run_licet("ads", "why", made["id"], "-w", root)
    assert (
        told.status == 0
        and "Nothing of yours was used." in told.out
        and "A click tells the advertiser" in told.out
    )
    assert run_licet("ads", "why", made["id"], "-w", root, "--json").json["payer"] == made["ad"]["payer"]
    stood = run_licet("ads", "campaigns", "-w", root, "--json").json
    assert sum(one["shown_by_page"] for one in stood) == 2
    assert all(one["reserved_micros"] == one["logged_micros"] for one in stood), "what was leased went back"
    assert "Arc School" in run_licet("ads", "campaigns", "-w", root).out


def test_what_is_asked_amiss_is_told(root: Path, tmp_path: Path) -> None:
    for words, code in (
        (("choose", "welding", "--seen", "x"), "ADS-051"),
        (("choose", "@nowhere.txt"), "APP-022"),
        (("choose", "welding", "--subject", ""), "APP-170"),
        (("why", "x"), "ADS-050"),
    ):
        answer = run_licet("ads", *words, "-w", root)
        assert answer.status == 2 and code in answer.err, words
    run_licet("init", "-w", tmp_path / "empty")
    assert "ADS-040" in run_licet("ads", "campaigns", "-w", tmp_path / "empty").err
