"""`licet recommend tune` and `effect` on events as they were imported, in words and in JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeys.command_line import run_licet
from journeys.listeners import build_recommender, make_listeners
from licet.uses.recommend.chosen_recipe import FILE


@pytest.fixture(scope="module")
def radio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("radio")
    with make_listeners(root, 150) as workspace:
        build_recommender(workspace)
    return root


def test_tuning_says_what_it_chose_and_with_how_many(radio: Path) -> None:
    told = run_licet("recommend", "tune", "-w", radio, "--most", "50", "--json")
    assert told.status == 0 and told.json["tuned"]["panel"] == 50 and (radio / FILE).exists()
    assert [price["min_support"] for price in told.json["min_support_prices"]] == [1, 2, 3, 5]
    assert "5 bits chosen with" in told.json["said"] and len(told.json["ndcg_thousandths"]) == 32
    assert run_licet("recommend", "update", "-w", radio).status == 0
    words = run_licet("recommend", "tune", "-w", radio, "--most", "50")
    assert (
        words.status == 0
        and ", as before" in words.out
        and "min_support 2: " in words.out
        and told.json["said"].split(",")[0] in words.out
    )


def test_an_effect_is_written_where_it_was_asked_for(radio: Path, tmp_path: Path) -> None:
    run_licet("recommend", "update", "-w", radio)
    page, picture = tmp_path / "effect.html", tmp_path / "effect.svg"
    told = run_licet(
        "recommend",
        "effect",
        "-w",
        radio,
        "--seeds",
        "1",
        "--most",
        "50",
        "--html",
        page,
        "--svg",
        picture,
        "--json",
    )
    assert told.status == 0 and told.json["least_members"] == 50
    assert "<svg" in page.read_text() and picture.read_text().startswith("<svg")
    assert run_licet("recommend", "effect", "-w", radio, "--seeds", "0").status == 2


def test_what_was_never_built_is_told_so(tmp_path: Path) -> None:
    make_listeners(tmp_path, 60).close()
    for command in ("tune", "effect"):
        told = run_licet("recommend", command, "-w", tmp_path, "--json")
        assert told.status == 2 and told.json["error"]["code"].startswith("STOR-")
