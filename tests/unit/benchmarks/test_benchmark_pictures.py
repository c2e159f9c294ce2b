"""Pictures: which there are, that each is drawn, and that the same results give the same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from benchmarks.memory import PeakMemory
from benchmarks.outcome import Outcome
from benchmarks.pictures import BarsPicture, CurvePicture, TargetsPicture, pictures
from benchmarks.plots import draw
from benchmarks.report import results_page
from benchmarks.writing import add_outcome, make_results


def _texts(path: Path) -> str:
    return " ".join(text for text in ElementTree.parse(path).getroot().itertext() if text.strip())


def test_series_are_bars_by_unit_unless_a_curve_shows_them(outcome: Outcome) -> None:
    for name, seconds in (("quick", 1.0), ("slow", 9.0)):
        outcome.add(name, f"{name} start", "s", [seconds])
        outcome.add(f"{name}_right", "all are right", "%", [100.0])
    results = make_results("small", 7, "2026-02-03")
    add_outcome(results, outcome, 1.0, None)
    targets, bars, curve = pictures(results)
    assert (
        isinstance(targets, TargetsPicture)
        and isinstance(bars, BarsPicture)
        and isinstance(curve, CurvePicture)
    )
    assert (targets.file, bars.file, curve.file) == ("targets.svg", "decisions_s.svg", "decisions_both.svg")
    assert [point.what for point in bars.points] == ["quick start", "slow start"]
    ((what, points),) = curve.lines
    assert what == "two" and [(point.x, point.median) for point in points] == [(3, 30.0), (30, 2.0)]


def test_others_are_told_apart(outcome: Outcome) -> None:
    outcome.curves.clear()
    results = make_results("small", 7, "2026-02-03")
    add_outcome(results, outcome, 1.0, None)
    (bars,) = [picture for picture in pictures(results) if isinstance(picture, BarsPicture)]
    assert [(point.what, point.other) for point in bars.points] == [
        ("one decision", False),
        ("another | engine", True),
    ]


def test_a_target_of_nothing_has_no_place_among_ratios(outcome: Outcome) -> None:
    outcome.add("none", "no fault", "faults", [0.0])
    outcome.reached = {"mutants": "none"}
    results = make_results("small", 7, "2026-02-03")
    add_outcome(results, outcome, 1.0, None)
    assert not [picture for picture in pictures(results) if isinstance(picture, TargetsPicture)]
    assert "that the suite did not find | at most 0 faults | 0 faults |  | yes |" in results_page(results)


def test_every_picture_is_drawn_and_shown_with_words(results: dict[str, Any], tmp_path: Path) -> None:
    drawn, page = draw(results, tmp_path), results_page(results)
    assert {path.name for path in drawn} == {path.name for path in (tmp_path / "plots").iterdir()}
    for picture in pictures(results):
        assert f"![{picture.alt}](plots/{picture.file})" in page
        assert picture.title in _texts(tmp_path / "plots" / picture.file)
    texts = _texts(tmp_path / "plots" / "targets.svg")
    assert "one decision: faster than casbin" in texts and "20×" in texts and "target" in texts
    assert "µs" in _texts(tmp_path / "plots" / "decisions_both.svg")


def test_the_same_results_give_the_same_bytes(results: dict[str, Any], tmp_path: Path) -> None:
    one, other = draw(results, tmp_path / "one"), draw(results, tmp_path / "other")
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]


def test_pictures_of_a_former_run_go(results: dict[str, Any], tmp_path: Path) -> None:
    draw(results, tmp_path)
    left = tmp_path / "plots" / "gone_us.svg"
    left.write_text("<svg/>", encoding="utf-8")
    draw(results, tmp_path)
    assert not left.exists()


@pytest.mark.parametrize("samples", [[1.0], [1.0, 1000.0]], ids=["one round", "far apart"])
def test_bars_hold_any_spread(samples: list[float], outcome: Outcome, tmp_path: Path) -> None:
    outcome.add("wide", "widely spread", "s", samples)
    outcome.add("narrow", "narrow", "s", [0.001])
    results = make_results("small", 7, "2026-02-03")
    add_outcome(results, outcome, 1.0, None)
    draw(results, tmp_path)
    assert "widely spread" in _texts(tmp_path / "plots" / "decisions_s.svg")


def test_memory_taken_and_given_back_is_seen() -> None:
    with PeakMemory() as memory:
        taken = bytearray(200 * 2**20)
        taken[:: 2**12] = b"x" * len(taken[:: 2**12])
        del taken
    with PeakMemory() as after:
        pass
    assert memory.peaks["own"] > after.peaks["own"] + 150
