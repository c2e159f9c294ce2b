"""What can be got out of a model, tried in a workspace of its own: much before forgetting, and nothing after."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from journeys.networks import AUTUMN, RECIPE, Clock, make_network, member, post
from licet.app import Workspace, core, trial_workspace
from licet.app.ledger_place import VARIABLE
from licet.app.workspace_layout import ledger_place
from licet.cli.main import app
from licet.ledger import EntryKind
from licet.receipts import check_forgetting_certificate
from licet.terms import LicetError

WHO = [f"member-{number}" for number in range(90)]
WORDS = [
    "harbour",
    "ferry",
    "rope",
    "gull",
    "anchor",
    "tide",
    "lamp",
    "crane",
    "quay",
    "sail",
    "storm",
    "oar",
]
ROWS = {
    "members": [member(who) for who in WHO],
    "posts": [
        post(f"{who}-{n}", who, " ".join(WORDS[(place * step + n) % 12] for step in range(1, 9)) + f" {place}")
        for place, who in enumerate(WHO) for n in range(2)
    ],
}  # fmt: skip

EVERY = re.sub("near_duplicates: .*", "near_duplicates: null", RECIPE)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with make_network(
        tmp_path_factory.mktemp("audits") / "w", ROWS, clock=Clock(AUTUMN), recipe=EVERY
    ) as made:
        (made.layout.root / "model.yaml").write_text("buckets: 2")
        made.corpus_build()
        made.uses["model"].train()
        yield made


@pytest.fixture(scope="module")
def told(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """An audit by the command; beside it, that it wrote nothing but to the ledger and left nothing behind."""
    here, place = workspace.layout.root, tmp_path_factory.mktemp("trial")
    before = {path: path.read_bytes() for path in (here / "store").rglob("*") if path.is_file()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(place))
        patch.setenv(VARIABLE, "postgresql://nobody@nowhere.invalid/none")  # a trial has a ledger of its own
        with pytest.MonkeyPatch.context() as here_alone:
            own = str(workspace.layout.ledger)
            here_alone.setattr(
                core, "ledger_place", lambda layout: own if layout.root == here else ledger_place(layout)
            )
            said = CliRunner().invoke(app, ["model", "audit", "--canaries", "4", "--json", "-w", str(here)])
    assert said.exit_code == 0, said.output
    assert [*place.iterdir()] == []
    assert {path: path.read_bytes() for path in (here / "store").rglob("*") if path.is_file()} == before
    found: dict[str, Any] = json.loads(said.output)
    return found


def test_a_secret_is_exposed_before_and_no_more_than_any_other_after(told: dict[str, Any]) -> None:
    before, after = (told[when]["exposure"]["every_run"] for when in ("before", "after"))
    assert min(before["by_repeats"].values()) > 9 and before["chance"] < 1e-6
    assert max(after["by_repeats"].values()) < 6 and after["chance"] > 0.001


def test_repeating_it_exposes_it_no_further(told: dict[str, Any]) -> None:
    before = told["before"]["exposure"]["served"]["by_repeats"]
    assert list(before) == ["1", "4", "16", "64"]
    assert max(before.values()) < 10, "what one member alone wrote is not served"
    assert told["after"]["exposure"]["served"]["chance"] > 0.001


def test_who_left_cannot_be_told_from_who_never_was_there(told: dict[str, Any]) -> None:
    after = told["after"]["inference"]
    assert {*told["after"]["min_k"]} == {*told["after"]["exposure"]} == {"served", "every_run"}
    assert all(one["lowest"] <= 0.5 <= one["highest"] for one in told["after"]["min_k"].values())
    assert (told["members"], told["left"], told["never"]) == (45, 11, 45)
    assert after["lowest"] <= 0.5 <= after["highest"] and (after["inside"], after["outside"]) == (11, 45)


def test_their_runs_are_in_no_file_after_and_were_in_some_before(told: dict[str, Any]) -> None:
    assert told["before"]["planted_runs"] > 16 * 5 and told["after"]["planted_runs"] == 0


def test_it_is_noted_with_its_figures(workspace: Workspace, told: dict[str, Any]) -> None:
    (entry,) = workspace.ledger.entries_at([told["entry"]])
    assert entry.kind == EntryKind.USE_RUN and entry.payload is not None
    said = entry.payload
    assert (said["use"], said["how"], said["snapshot"]) == ("model", "audit", told["snapshot"])
    exposed = told["before"]["exposure"]["every_run"]["by_repeats"]["64"]
    assert said["before_every_run_exposure_64"] == round(exposed * 1000) and said["after_planted_runs"] == 0


def test_a_forgetting_after_it_is_certified_with_its_figures(
    workspace: Workspace, told: dict[str, Any]
) -> None:
    (person,) = workspace.forget(WHO[0]).people
    certificate, key = person.certificate or {}, workspace.ledger.public_key_text
    check = check_forgetting_certificate(certificate, key)
    assert check.ok and check.outcome is not None
    (audit,) = check.outcome.audits
    assert (audit.use, audit.entry, audit.snapshot) == ("model", told["entry"], told["snapshot"])
    exposed = told["after"]["exposure"]["served"]["by_repeats"]["64"]
    assert audit.exposure_after_thousandths == round(exposed * 1000) and audit.planted_runs_after == 0
    assert audit.area_after_thousandths == round(told["after"]["inference"]["area"] * 1000)
    assert any("was audited in entry" in said and f"{exposed:.3f}" in said for said in check.says)
    # One that speaks of no audit reads as those of before there were any.
    without = check.outcome.model_copy(update={"audits": ()})
    assert "audits" not in without.model_dump(mode="json") and "audits" in check.outcome.model_dump(
        mode="json"
    )


@pytest.mark.parametrize("wrong", [{"canaries_each": 0}, {"most_documents": 0}, {"seed": -1}])
def test_what_cannot_be_audited_is_refused(workspace: Workspace, wrong: dict[str, int]) -> None:
    with pytest.raises(LicetError) as caught:
        workspace.uses["model"].audit(**wrong)
    assert caught.value.code == "MODL-120"


def test_an_audit_whose_secrets_were_not_planted_is_none(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    nobody = trial_workspace._POLICY.replace("state: on", "state: off")
    monkeypatch.setattr(trial_workspace, "_POLICY", nobody)
    with pytest.raises(LicetError) as caught:
        workspace.uses["model"].audit(canaries_each=1)
    assert caught.value.code == "MODL-121" and [*tmp_path.iterdir()] == []
