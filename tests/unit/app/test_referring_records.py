"""Records that refer to others, in a workspace: the gate, the member's page, a preview and a corpus say one thing."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeys.networks import assert_update_equals_rebuild, comment, make_network, member, post, texts_of
from licet.app import Workspace
from licet.terms.moments import parse_moment

DAY = parse_moment("2025-10-15")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    rows = {
        "members": [member("ann"), member("ben"), member("cy")],
        "posts": [post("p1", "ann", "Bread wants time")],
        "comments": [comment("c1", "p1", "ben", "and salt"), comment("c2", "p9", "cy", "gone long since")],
    }
    made = make_network(tmp_path / "w", rows)
    path = tmp_path / "w" / "catalogue.yaml"
    text = path.read_text().replace("licet_catalogue: 1", "licet_catalogue: 2")
    path.write_text(text.replace("    key: comment\n", "    key: comment\n    references: {post: posts}\n"))
    return made


def fates(workspace: Workspace, subject: str) -> dict[str, int]:
    (flow,) = workspace.member(subject, DAY).flows()
    return {part.code: part.records for part in flow.parts if part.table == "comments"}


def test_a_members_page_gives_the_gates_reason_for_what_goes_with_another_record(
    workspace: Workspace,
) -> None:
    assert fates(workspace, "ben") == {"permitted": 1}
    assert fates(workspace, "cy") == {"reference_withheld": 1}
    workspace.choose("ann", "ai", "off")
    assert fates(workspace, "ben") == {"reference_withheld": 1}
    told = workspace.gate("generative_ai_training", at=DAY).verdicts("comments")
    assert told["code"].to_pylist() == ["reference_withheld", "reference_withheld"]


def test_a_comment_leaves_a_corpus_with_the_post_and_comes_back_with_it(workspace: Workspace) -> None:
    first = workspace.corpus_build()
    assert texts_of(workspace) == {"Bread wants time", "and salt"}
    (change,) = workspace.member("ann").preview("ai", "off").artefacts
    assert {row["text"] for row in change.leaving} >= {"Bread wants time"}
    assert len(change.leaving) == 2
    workspace.choose("ann", "ai", "off")
    updated = workspace.corpus_update()
    assert texts_of(workspace) == set()
    assert_update_equals_rebuild(workspace, updated.snapshot)
    workspace.choose("ann", "ai", "on")
    assert workspace.corpus_update(snapshot=updated.snapshot).root == first.root
