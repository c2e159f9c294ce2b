"""The workspace's operations, where no door adds anything: choices, refusals that outlive policies, secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

import licet
from journeys.networks import PACK, make_network, member, post
from licet.terms import AppError
from licet.terms.moments import parse_moment

DAY = parse_moment("2025-10-15")
ROWS = {
    "members": [member("ann"), member("ben", "CH")],
    "posts": [post("1", "ann", "one"), post("2", "ben", "two")],
}


def test_a_choice_governs_every_decision_that_starts_after_it_returned(tmp_path: Path) -> None:
    with make_network(tmp_path / "w", ROWS) as workspace:

        def permitted(position: int | None = None) -> bool:
            return workspace.decide(
                "ann", "generative_ai_training", "content.posts", at=DAY, visibility="public", position=position
            ).permitted  # fmt: skip

        before = workspace.ledger.position
        assert permitted()
        chosen = workspace.choose("ann", "ai", "off")
        assert not permitted() and not permitted(chosen.position) and permitted(before)
        with licet.open(tmp_path / "w", clock=lambda: DAY) as other:
            assert other.gate("generative_ai_training").read("posts")["author"].to_pylist() == ["ben"]


def test_a_refusal_outlives_the_policy_it_was_given_under(tmp_path: Path) -> None:
    with make_network(tmp_path / "w", ROWS) as workspace:
        workspace.corpus_build(at=DAY)
        workspace.choose("ann", "ai", "off")
        later = PACK.replace("  ai:\n", "  machine_learning:\n", 1).replace(
            "setting: ai}", "setting: machine_learning}"
        )
        (tmp_path / "later.yaml").write_text(later.replace('version: "1"', 'version: "2"'))
        assert workspace.use_pack(str(tmp_path / "later.yaml")).changed
        updated = workspace.corpus_update()
        assert (updated.why, updated.documents) == ("the policy changed", 1)
        decision = workspace.decide(
            "ann", "generative_ai_training", "content.posts", at=DAY, visibility="public"
        )
        assert decision.code == "refused"


def test_keys_are_their_owners_alone(tmp_path: Path) -> None:
    with make_network(tmp_path / "w", {}) as workspace:
        keys = workspace.layout.salt.parent
        assert keys.stat().st_mode & 0o077 == 0
        assert all(path.stat().st_mode & 0o077 == 0 for path in keys.iterdir() if path.suffix != ".pub")


def test_two_workspaces_name_the_same_person_differently(tmp_path: Path) -> None:
    ids = []
    for name in ("one", "other"):
        with make_network(tmp_path / name, ROWS) as workspace:
            workspace.corpus_build(at=DAY)
            ids.append({document["document_id"] for document in workspace.corpus_documents()})
    assert len(ids[0]) == len(ids[1]) == 2 and ids[0].isdisjoint(ids[1])


def test_a_workspace_can_be_moved(tmp_path: Path) -> None:
    with make_network(tmp_path / "w", ROWS) as workspace:
        first = workspace.corpus_build(at=DAY)
    (tmp_path / "w").rename(tmp_path / "elsewhere")
    with licet.open(tmp_path / "elsewhere", clock=lambda: DAY) as moved:
        updated = moved.corpus_update()
        assert (updated.how, updated.root, updated.written) == ("updated", first.root, 0)


def test_an_import_that_lacks_a_file_gets_a_recipe_without_it(tmp_path: Path) -> None:
    dump, moment = tmp_path / "dump", "2021-05-01T10:00:00.000"
    dump.mkdir()
    (dump / "Users.xml").write_text(
        f'<users><row Id="4" DisplayName="ann" CreationDate="{moment}" AboutMe="Bakes." /></users>'
    )
    (dump / "Posts.xml").write_text(
        f'<posts><row Id="1" PostTypeId="1" CreationDate="{moment}" Body="Hello" OwnerUserId="4" /></posts>'
    )
    with licet.create(tmp_path / "w") as workspace:
        workspace.import_stackexchange(dump)
        workspace.use_pack("linkedin_as_reported")
        assert workspace.corpus_build(at=DAY).documents == 0
        with pytest.raises(AppError) as refused:
            workspace.import_stackexchange(dump)
        assert refused.value.code == "APP-031"
        assert workspace.import_stackexchange(dump, replace=True).rows["posts"] == 1
