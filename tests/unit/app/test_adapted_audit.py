"""What can be got out of the adapted model: tried as of the counts, by networks that were trained for it and again."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from journeys.networks import AUTUMN, RECIPE, Clock, make_network, member, post
from journeys.small_bases import SETTINGS, write_small_base
from licet.app import Workspace, workspace_layout
from licet.cli.main import app
from licet.receipts import check_forgetting_certificate
from licet.terms import LicetError
from licet.uses.model.byte_pairs import Tokens
from licet.uses.model.membership_inference import attack, min_k_scores

WHO = [f"member-{number}" for number in range(84)]
FEW = SETTINGS.model_copy(update={"shards": 1, "segments": 1, "passes": 1})
ROWS = {
    "members": [member(who) for who in WHO],
    "posts": [post(who, who, f"{who} saw {place} boats come home") for place, who in enumerate(WHO)],
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    recipe = re.sub("near_duplicates: .*", "near_duplicates: null", RECIPE)
    made = make_network(tmp_path / "w", ROWS, clock=Clock(AUTUMN), recipe=recipe)
    write_small_base(made.layout.root, FEW)
    made.corpus_build()
    made.model_train()
    return made


def test_networks_are_tried_beside_the_counts_and_certified_with_their_figures(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LicetError) as caught:
        workspace.model_audit(canaries_each=1, adapted=True)
    assert caught.value.code == "MODL-083", "what was not adapted is not audited"
    workspace.model_adapt()
    words = ["model", "audit", "--adapted", "--canaries", "1", "--json", "-w", str(workspace.layout.root)]
    # Networks are trained in an order that the trial's salt draws: by one that is known they are the same each time.
    monkeypatch.setattr(workspace_layout, "secrets", SimpleNamespace(token_bytes=lambda size: b"\x07" * size))
    said = CliRunner().invoke(app, words)
    monkeypatch.undo()
    assert said.exit_code == 0, said.output
    told: dict[str, Any] = json.loads(said.output)
    ways = {"served", "every_run", "adapted", "adapted_reader"}
    for when in ("before", "after"):
        assert {*told[when]["exposure"]} == {*told[when]["min_k"]} == ways
    assert told["before"]["exposure"]["every_run"]["by_repeats"]["64"] > 9
    for way in ways:
        after = told["after"]["min_k"][way]
        assert (after["inside"], after["outside"]) == (10, 42)
        assert after["lowest"] <= 0.5 <= after["highest"], way
    noted = {
        one.payload["use"]: one.payload
        for one in workspace.ledger.entries()
        if one.payload is not None and one.payload.get("how") == "audit"
    }
    assert {*noted} == {"model", "adapted"}
    exposed = told["after"]["exposure"]["adapted_reader"]["by_repeats"]["64"]
    assert noted["adapted"]["after_served_exposure_64"] == round(exposed * 1000)
    check = check_forgetting_certificate(
        workspace.forget(WHO[0]).people[0].certificate or {}, workspace.ledger.public_key_text
    )
    assert check.outcome is not None and {one.use for one in check.outcome.audits} == {"model", "adapted"}


def test_who_is_remembered_is_told_by_the_tokens_that_are_expected_least() -> None:
    """Scores are of each document's worst fifth, whatever is beside it: 1 of 5 tokens, 2 of 10, the end among them."""

    def bits(documents: list[Tokens]) -> Any:
        return np.concatenate([[*document.tolist(), 0] for document in documents]).astype(float)

    one, other = np.array([9, 1, 1, 1], np.uint16), np.array([8, 4, 1, 1, 1, 1, 1, 1, 1], np.uint16)
    assert min_k_scores(bits, [[one], [other], [one, other]]).tolist() == [-9, -6, -7.5]  # type: ignore[arg-type]
    told = attack(np.full(20, -1.0), np.full(20, -2.0), 0)
    assert (told.area, told.found) == (1.0, 1.0)
