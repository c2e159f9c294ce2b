"""Generation by its door: from a model of now alone, the same from the same, and nothing of whoever left."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from journeys.networks import AUTUMN, RECIPE, Clock, make_network, member, post
from licet.app import Workspace
from licet.cli.main import app
from licet.terms import LicetError

WHO = ("ann", "ben", "cy", "dot", "eve", "fay")
ROWS = {
    "members": [member(who) for who in WHO],
    "posts": [post(f"{who}-{n}", who, f"{who} saw {n} boats come home to the quay") for who in WHO for n in (2, 7)],
}  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Any) -> Iterator[Workspace]:
    recipe = re.sub("near_duplicates: .*", "near_duplicates: null", RECIPE)
    with make_network(tmp_path / "w", ROWS, clock=Clock(AUTUMN), recipe=recipe) as made:
        (made.layout.root / "keys" / "salt").write_text("0a" * 32)  # by which members are held out
        made.corpus_build()
        made.uses["model"].train()
        yield made


def asked(workspace: Workspace, *words: str) -> Any:
    told = CliRunner().invoke(app, ["model", *words, "--json", "--workspace", str(workspace.layout.root)])
    assert told.exit_code == 0, told.output
    return json.loads(told.output)


def test_a_model_of_now_writes_on_and_one_that_has_not_heard_of_a_no_writes_nothing(
    workspace: Workspace,
) -> None:
    model = workspace.uses["model"]
    told = asked(workspace, "generate", "ann saw 2", "--seed", "3", "--tokens", "12")
    assert told["text"] == model.generate("ann saw 2", seed=3, most_tokens=12) != ""
    likeliest = model.generate("ann saw 2 boats come home", temperature=0, most_tokens=8)
    assert "quay" in likeliest, "two members wrote it"
    by_counts = asked(
        workspace, "generate", "ann saw 2 boats come", "--temperature", "0", "--tokens", "8", "--by-counts"
    )
    assert by_counts["text"].startswith(" home to the quay"), "the counts alone know what all six wrote"
    tried = model.evaluate(held_out_percent=50)
    assert tried.by_reader is not None and 0 < tried.by_reader < 2

    workspace.choose("ann", "ai", "off")
    with pytest.raises(LicetError) as caught:
        model.generate("ann saw 2")
    assert caught.value.code == "APP-234"
    asked(workspace, "update")
    after = model.generate("ann saw 2", seed=3, most_tokens=12)
    for who in WHO[1:]:
        workspace.choose(who, "ai", "off")
    asked(workspace, "update")
    nobody = model.generate("ann saw 2 boats come home", temperature=0, most_tokens=8)
    assert "quay" not in nobody and isinstance(after, str)
