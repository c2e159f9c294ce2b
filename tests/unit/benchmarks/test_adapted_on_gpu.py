"""The benchmark for a graphics card runs at a size for a processor, and says so where there is no card."""

from __future__ import annotations

import json

import pytest
import torch
from benchmarks import adapted_on_gpu
from benchmarks.adapted_on_gpu import Training, main


def test_at_a_toy_size_it_forgets_one_member_to_the_byte(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--toy"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["same_bytes"] and 1 <= told["checkpoints_trained_again"] <= told["segments"]
    assert told["members"] > 10 and told["tokens"] > told["members"]
    assert 0 < told["bits_a_token_by_the_shards"] < told["bits_a_token_by_the_base"]


def test_what_comes_to_other_bytes_is_told_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fitted, turns = Training.fitted, iter(range(10_000))

    def drifting(self: Training, weights: dict[str, torch.Tensor], *rest: object) -> bytes:
        moved = {name: weight.float() + 1e-3 * next(turns) for name, weight in weights.items()}
        return fitted(self, moved, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Training, "fitted", drifting)
    assert main(["--toy"]) == 1
    said = capsys.readouterr()
    assert "other bytes" in said.err and said.out == ""


def test_without_a_card_it_refuses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(adapted_on_gpu, "run", lambda *asked: pytest.fail("it began"))
    assert main([]) == 2
    assert "--toy" in capsys.readouterr().err
