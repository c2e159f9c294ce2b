"""Suggestions for a member: of their own permitted rows alone, by the choices of now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from journeys.command_line import run_licet
from journeys.networks import PACK
from journeys.writers import SECRET, make_writers
from licet.app import Workspace
from licet.app.suggestions import Suggestions
from licet.terms import LicetError


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_writers(tmp_path / "w") as made:
        yield made


def texts(made: Suggestions) -> str:
    return "\n".join(one.text for one in made.suggestions)


def every(workspace: Workspace, subject: str = "ann") -> str:
    return "\n".join(texts(one) for one in workspace.members.suggest_each(subject, most=12))


def refused(workspace: Workspace, *asked: Any, **more: Any) -> str:
    with pytest.raises(LicetError) as caught:
        workspace.suggest(*asked, **more)
    return caught.value.code


def test_what_is_suggested_is_made_of_own_permitted_rows_about_nobody_else(workspace: Workspace) -> None:
    first = workspace.suggest("ann", "headline")
    assert first.suggestions[0].text == "Baker at Acme | Bread, {{7*7}} and <script>alert(1)</script>"
    assert (
        first.suggestions[0].fields == ("position", "organisation", "skills") and len(first.suggestions) == 3
    )
    said = every(workspace)
    assert "Baker" in said and "On yeast" in said and "Oxbow" in said
    for other in ("Zookeeper", "ebras", "Shared oven", SECRET, "Long ago"):
        assert other not in said
    used = {(one.table, one.kind, one.rule) for one in first.used}
    assert used == {("profiles", f"profile.{kind}", "suggest_from_own_data") for kind in
                    ("position", "location", "industry", "skills")}  # fmt: skip
    assert "Zookeeper" in every(workspace, "ben") and "Baker" not in every(workspace, "ben")


def test_a_no_is_heard_by_the_very_next_call_and_told(workspace: Workspace) -> None:
    assert every(workspace)
    said = workspace.choose("ann", "writing", "off")
    made = workspace.suggest("ann", "headline", at_least=said.position)
    assert made.suggestions == () == made.used and made.position == said.position
    assert {one.code for one in made.left_out} == {"refused"} and dict(made.settings).keys() == {"writing"}
    assert every(workspace, "ben"), "others are not asked less"
    workspace.choose("ann", "writing", "on")
    assert workspace.suggest("ann", "headline").suggestions
    assert refused(workspace, "ann", "headline", at_least=99) == "APP-085"


def test_without_one_record_it_does_without_that(workspace: Workspace) -> None:
    workspace.choose("ann", record=("posts", "1"), via="web")
    said = every(workspace)
    assert "On yeast" not in said and "Long ago" in said and "Baker" in said
    workspace.choose("ann", category="profile.skills", setting="writing", value="off")
    assert "bread" not in every(workspace).casefold() and "Baker" in every(workspace)
    assert "profile.skills" in {one.kind for one in workspace.suggest("ann", "post").left_out}


def test_silence_is_no(workspace: Workspace) -> None:
    """A policy that says nothing of it, an age below the rule's, a member with nothing written."""
    young = workspace.suggest("kid", "headline")
    assert young.suggestions == () and {one.code for one in young.left_out} == {"under_age"}
    assert workspace.suggest("new", "headline").suggestions == ()
    assert refused(workspace, "nobody", "headline") == "APP-013"
    silent = workspace.layout.root / "silent.yaml"
    silent.write_text(PACK)
    workspace.use_pack(str(silent))
    made = workspace.suggest("ann", "headline")
    assert made.suggestions == () == made.used and made.left_out and not made.settings


def test_what_is_asked_amiss_has_its_code(workspace: Workspace) -> None:
    assert refused(workspace, "ann", "poem") == "APP-250"
    assert (
        refused(workspace, "ann", "headline", most=0)
        == refused(workspace, "ann", "post", most=13)
        == "APP-251"
    )


def test_nothing_is_noted_or_kept(workspace: Workspace) -> None:
    before, files = workspace.ledger.position, [*workspace.layout.store.rglob("*")]
    every(workspace)
    assert workspace.ledger.position == before and [*workspace.layout.store.rglob("*")] == files


def test_the_command_says_the_same(workspace: Workspace) -> None:
    root = str(workspace.layout.root)
    told = run_licet("model", "suggest", "--subject", "ann", "headline", "--json", "--workspace", root)
    made = json.loads(told.out)
    assert told.status == 0 and made["suggestions"][0]["text"].startswith("Baker at Acme")
    assert (made["ranked_by"], made["purpose"]) == ("order", "ai_assistance")
    told = run_licet("model", "suggest", "--subject", "ann", "post", "--workspace", root)
    assert "bread" in told.out and "permitted by rule suggest_from_own_data" in told.out
    workspace.choose("ann", "writing", "off")
    told = run_licet("model", "suggest", "--subject", "ann", "headline", "--workspace", root)
    assert told.status == 0 and "Nothing is suggested to ann" in told.out and "without profiles" in told.out
