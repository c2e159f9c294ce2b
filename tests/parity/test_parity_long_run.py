"""The long run itself: it counts honestly, can be cut off and resumed, and tells of a difference and of a gap."""

from __future__ import annotations

import functools
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from licet.testing import answer_comparison, parity
from licet.testing.drawn_shapes import make_worlds, shape_of
from licet.testing.memory_ledger import open_gate
from licet.testing.numbered_worlds import in_order
from licet.testing.reach import CODES, FEATURES, missing
from licet.testing.shrinker import shrink
from licet.testing.worlds import World


def first_small(seed: int) -> int:
    """The number of the first of three small worlds in a row."""
    return next(
        number for number in range(10_000) if {shape_of(seed, number + n) for n in range(3)} == {"small"}
    )


@pytest.fixture(scope="module")
def small() -> int:
    return first_small(3)


def test_a_run_that_was_cut_off_ends_as_one_that_was_not(small: int, tmp_path: Path) -> None:
    asked = ["--seed", "3", "--first", str(small), "--processes", "1"]
    first = answer_comparison.compare(3, small).cases
    assert parity.main([*asked, "--cases", str(first + 1), "--out", str(tmp_path / "whole.json")]) == 0
    assert parity.main([*asked, "--cases", "1", "--out", str(tmp_path / "cut.json")]) == 0
    rest = ["--cases", str(first + 1), "--out", str(tmp_path / "cut.json"), "--resume"]
    assert parity.main([*asked, *rest]) == 0
    whole, cut = (json.loads((tmp_path / name).read_text()) for name in ("whole.json", "cut.json"))
    assert whole["worlds"] == 2 and whole["cases"] > first
    assert whole | {"seconds": 0} == cut | {"seconds": 0}


def test_worlds_come_in_their_order_from_several_processes(small: int) -> None:
    found = in_order(answer_comparison.compare, 3, small, processes=2, ahead=2)
    outcomes = [next(found), next(found)]
    found.close()  # type: ignore[attr-defined]
    assert outcomes == [answer_comparison.compare(3, small), answer_comparison.compare(3, small + 1)]


def test_a_difference_is_told_with_its_seed_and_a_small_world(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def deaf(world: World, engine: Any = None) -> Any:
        """A gate that does not hear what members chose."""
        return open_gate(world._replace(choices=world.choices.slice(0, 0)), engine)

    monkeypatch.setattr(answer_comparison, "open_gate", deaf)
    monkeypatch.setattr(answer_comparison, "shrink", functools.partial(shrink, trials=20))
    number = next(n for n in range(1000) if shape_of(3, n) == "small" and _chooses(n))
    assert parity.main(["--seed", "3", "--first", str(number), "--processes", "1"]) == 1
    told = " ".join(capsys.readouterr().out.split())  # the terminal's width breaks lines anywhere
    assert f"--seed 3 --world {number}" in told
    assert "only decide says" in told and "World(" in told


def _chooses(number: int) -> bool:
    world = make_worlds(3, number)[1][0]
    return isinstance(answer_comparison.difference(world, columns_too=False), str)


def test_a_long_run_that_never_met_something_fails(
    small: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(parity, "LONG_CASES", 1)
    asked = ["--seed", "3", "--first", str(small), "--processes", "1", "--cases", "1"]
    assert parity.main(asked) == 3
    assert "never met" in capsys.readouterr().out


def test_one_world_can_be_compared_again(small: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert parity.main(["--seed", "3", "--world", str(small)]) == 0
    assert "no difference" in capsys.readouterr().out


def test_missing_names_what_was_never_met() -> None:
    assert missing(Counter(CODES), Counter(FEATURES)) == []
    assert missing(Counter(CODES[1:]), Counter(FEATURES[:-1])) == [CODES[0], FEATURES[-1]]
