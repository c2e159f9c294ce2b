"""Whoever objects to every use is used for nothing, whatever comes, until they choose anew: by that choice alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from journeys.networks import PACK, make_network, member, post
from licet.app.workspace import Workspace
from licet.receipts.receipt_check import check
from licet.terms import EVERY_USE, AppError, GateError

#: The next policy has a setting more, which starts on, and posts that no setting governs.
LATER = PACK.replace('version: "1"', 'version: "2"').replace(
    "rules:",
    "  more:\n    label: Something new\n    path: [Settings, More]\n    observed: 2025-01-01\n"
    "    default: {state: on}\nrules:\n"
    "  - {id: open, effect: permit, purposes: [generative_ai_training], categories: [content.posts],\n"
    "     regions: [EEA], notice: spring}\n"
    "  - {id: anew, effect: permit, purposes: [generative_ai_training], categories: [profile.headline],\n"
    "     regions: [EEA], notice: spring, setting: more}",
)
POSTS, TRAINING = "content.posts", "generative_ai_training"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    rows = {
        "members": [member("ann"), member("ben")],
        "posts": [post("1", "ann", "a"), post("2", "ben", "b")],
    }
    with make_network(tmp_path / "w", rows) as made:
        yield made


def use_later(workspace: Workspace) -> None:
    path = workspace.layout.root / "later.yaml"
    path.write_text(LATER)
    workspace.use_pack(str(path))


def test_it_is_one_transaction_and_said_again_records_nothing(workspace: Workspace) -> None:
    told = workspace.object_to_every_use("ann")
    assert told.is_new and told.position == workspace.ledger.position
    stands = {one.setting: one.value for one in workspace.ledger.choices_of("ann")}
    assert stands == {EVERY_USE: "off", "ai": "off", "talk": "off"}
    again = workspace.object_to_every_use("ann")
    assert (again.entry, again.is_new, again.position) == (told.entry, False, told.position)


def test_it_stands_under_later_policies_in_every_answer(workspace: Workspace) -> None:
    workspace.object_to_every_use("ann")
    use_later(workspace)
    for category in (POSTS, "profile.headline"):
        assert workspace.decide("ann", TRAINING, category, visibility="public").code == "refused"
    assert workspace.gate(TRAINING).read("posts")["author"].to_pylist() == ["ben"]
    standing = workspace.member("ann").standing("more")
    assert (standing.on, standing.how) == (False, "objection") and "every use" in standing.sentence


def test_only_a_choice_of_theirs_since_lifts_it_and_only_for_what_it_speaks_for(workspace: Workspace) -> None:
    workspace.choose("ann", "talk", "on")
    workspace.object_to_every_use("ann")
    assert workspace.decide("ann", TRAINING, "content.comments", visibility="public").code == "refused"
    workspace.choose("ann", "ai", "on")
    assert workspace.decide("ann", TRAINING, POSTS, visibility="public").permitted
    assert workspace.decide("ann", TRAINING, "content.comments", visibility="public").code == "refused"
    use_later(workspace)
    assert workspace.decide("ann", TRAINING, "content.comments", visibility="public").code == "refused"
    workspace.object_to_every_use("ann")
    assert workspace.decide("ann", TRAINING, POSTS, visibility="public").code == "refused"


def test_a_yes_to_a_setting_that_is_gone_and_comes_back_is_ended_too(workspace: Workspace) -> None:
    workspace.choose("ann", "ai", "on")
    bare = workspace.layout.root / "bare.yaml"
    use_later(workspace)
    workspace.choose("ann", "more", "on")
    bare.write_text(PACK.replace('version: "1"', 'version: "3"'))
    workspace.use_pack(str(bare))
    workspace.object_to_every_use("ann")
    use_later(workspace)
    assert workspace.decide("ann", TRAINING, "profile.headline", visibility="public").code == "refused"


def test_it_outlives_an_erasure_and_a_change_of_id_and_no_older_yes_that_is_imported_lifts_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.object_to_every_use("ann")
    workspace.choose("ben", "ai", "on")
    workspace.rename_subject("ann", "ben")
    assert workspace.decide("ben", TRAINING, POSTS, visibility="public").code == "refused"
    file = tmp_path / "old.csv"
    file.write_text("subject,setting,state,when\nann,ai,given,2025-06-01T00:00:00Z\n")
    assert workspace.import_choices(file).superseded == 1
    workspace.ledger_erase("ann")
    use_later(workspace)
    assert workspace.decide("ann", TRAINING, POSTS, visibility="public").code == "refused"
    assert workspace.ledger_verify().ok


def test_it_is_recorded_whatever_state_the_data_and_the_policy_are_in(tmp_path: Path) -> None:
    import licet

    with licet.create(tmp_path / "bare") as bare:
        assert bare.object_to_every_use("ann").is_new
    with pytest.raises(AppError) as caught, licet.open(tmp_path / "bare") as bare:
        bare.object_to_every_use("")
    assert caught.value.code == "APP-170"


def test_its_receipt_says_what_it_reaches(workspace: Workspace) -> None:
    receipt = workspace.receipt(workspace.object_to_every_use("ann").entry, subject="ann")
    assert receipt["licet:says"][0].startswith("ann objected to every use of your data; recorded on")
    assert {one["dct:identifier"] for one in receipt["dpv:hasProcess"]} >= {"posts", "comments", "profiles"}
    assert receipt["licet:notGoverned"] == []
    assert check(receipt, workspace.ledger.public_key_text).ok


def test_who_chooses_meanwhile_again_and_again_is_asked_to_say_it_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(workspace.ledger), "append_unless_changed", lambda *_: None)
    with pytest.raises(AppError) as caught:
        workspace.object_to_every_use("ann")
    assert caught.value.code == "APP-224"


def test_a_batch_that_does_not_tell_of_objections_is_refused_once_there_is_one(workspace: Workspace) -> None:
    told = {
        "region": ["DE"],
        "visibility": ["public"],
        "choice.ai": pa.array([None], pa.string()),
        "signal.gpc": [False],
    }
    records = pa.table(told)
    assert workspace.decide_batch(records, TRAINING, POSTS)["permitted"].to_pylist() == [True]
    workspace.object_to_every_use("ben")
    with pytest.raises(GateError) as caught:
        workspace.decide_batch(records, TRAINING, POSTS)
    assert caught.value.code == "GATE-009"
    records = records.append_column("choice.*", pa.array(["refused"]))
    (row,) = workspace.decide_batch(records, TRAINING, POSTS).to_pylist()
    assert (row["code"], row["setting"]) == ("refused", EVERY_USE)
