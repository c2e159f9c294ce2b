"""An export is a use: a copy holds what is permitted when it is taken, says what it is, and is listed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from journeys.networks import Clock, comment, make_network, member, post, write_table
from licet.app import Workspace
from licet.terms import LicetError
from licet.terms.moments import parse_moment

NOW = parse_moment("2025-10-15")
ROWS = {
    "members": [member("ann"), member("ben", "CH"), member("cy")],
    "posts": [post("1", "ann", "one of ann"), post("2", "ben", "two of ben"), post("3", "cy", "three of cy")],
    "comments": [comment("1", "p", "ann", "ann agrees", 1), comment("2", "p", "ben", "ben does not", 2)],
}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_network(tmp_path / "w", ROWS, clock=Clock(NOW)) as made:
        yield made


def no(workspace: Workspace) -> None:
    workspace.choose("ann", "ai", "off")


def signal(workspace: Workspace) -> None:
    workspace.signal("ann", "gpc", True)


def hidden(workspace: Workspace) -> None:
    write_table(
        workspace.layout.root, "posts", [post("1", "ann", "one of ann", seen_by="few"), *ROWS["posts"][1:]]
    )


def moved(workspace: Workspace) -> None:
    write_table(workspace.layout.root, "members", [member("ann", "US"), *ROWS["members"][1:]])


def relabelled(workspace: Workspace) -> None:
    catalogue = workspace.layout.catalogue
    catalogue.write_text(catalogue.read_text().replace("body: content.posts", "body: content.articles"))


def another_policy(workspace: Workspace) -> None:
    policy = workspace.layout.root / "policy.yaml"
    text = policy.read_text().replace('version: "1"', 'version: "2"')
    policy.write_text(text.replace("regions: [EEA, CH], visibility", "regions: [CH], visibility"))
    workspace.use_pack(str(policy))


@pytest.mark.parametrize("change", [no, signal, hidden, moved, relabelled, another_policy])
def test_what_may_not_be_used_now_stops_the_export(
    workspace: Workspace, tmp_path: Path, change: Callable[[Workspace], None]
) -> None:
    built = workspace.corpus_build()
    workspace.corpus_export(tmp_path / "before", "jsonl")
    assert "one of ann" in documents(tmp_path / "before")
    change(workspace)
    entries = workspace.ledger.position
    for which in ("latest", built.name):
        with pytest.raises(LicetError) as caught:
            workspace.corpus_export(tmp_path / "out", "jsonl", snapshot=which)
        assert caught.value.code == "CORP-209" and "corpus update" in caught.value.fix
    assert not (tmp_path / "out").exists() and workspace.ledger.position == entries
    shown = [row["text"] for row in workspace.corpus_documents(built.name)]
    assert "one of ann" not in shown and 0 < len(shown) < built.documents, "nor is it shown"
    left = workspace.corpus_export(tmp_path / "out", "jsonl", leave_out=True)
    assert left.documents < built.documents and "one of ann" not in documents(tmp_path / "out")
    told = account(tmp_path / "out")
    assert told["copy"]["left_out"] == built.documents - left.documents
    updated = workspace.corpus_update()
    fresh = workspace.corpus_export(tmp_path / "fresh", "jsonl")
    assert fresh.documents == updated.documents and account(tmp_path / "fresh")["copy"]["left_out"] == 0
    assert refused(lambda: workspace.corpus_export(tmp_path / "old", snapshot=built.snapshot)) == "CORP-209"


def test_a_rule_that_ended_stops_the_export(tmp_path: Path) -> None:
    """Summaries may be used until September, of adults alone."""
    rows = {
        "members": [member("ann")],
        "profiles": [{"id": "ann", "name": "Ann", "headline": "Baker", "summary": "Bakes bread"}],
    }
    clock = Clock(parse_moment("2025-06-01"))
    with make_network(tmp_path / "w", rows, clock=clock) as workspace:
        workspace.corpus_build()
        clock.at = parse_moment("2025-06-02")
        assert workspace.corpus_export(tmp_path / "june").documents == 1
        clock.at = parse_moment("2025-09-01")
        assert refused(lambda: workspace.corpus_export(tmp_path / "september")) == "CORP-209"


def test_a_birthday_before_the_day_is_no_change_and_after_it_one(tmp_path: Path) -> None:
    rows = {
        "members": [member("kid", born=date(2007, 7, 1))],
        "profiles": [{"id": "kid", "name": "Kid", "headline": None, "summary": "Builds boats"}],
    }
    clock = Clock(parse_moment("2025-06-01"))
    with make_network(tmp_path / "w", rows, clock=clock) as workspace:
        assert workspace.corpus_build().documents == 0
        clock.at = parse_moment("2025-07-03")
        updated = workspace.corpus_update()
        assert (updated.how, updated.documents) == ("updated", 1)


def test_somebody_elses_choice_and_a_yes_stop_nothing(workspace: Workspace, tmp_path: Path) -> None:
    workspace.corpus_build()
    workspace.choose("ann", "ai", "on")
    workspace.choose("cy", "talk", "off")
    assert workspace.corpus_export(tmp_path / "out").documents == 4


def test_an_export_counts_what_its_file_has(tmp_path: Path) -> None:
    said = " ".join(f"word{n}" for n in range(60))
    rows = {"members": ROWS["members"], "posts": [post("1", "ann", said), post("2", "ben", said + " end")]}
    with make_network(tmp_path / "w", rows, clock=Clock(NOW)) as workspace:
        built = workspace.corpus_build()
        assert (built.documents, built.set_aside, built.subjects) == (1, 1, 2)
        workspace.corpus_export(tmp_path / "out", "jsonl")
        assert account(tmp_path / "out")["counts"] == {"documents": 1, "subjects": 1}
        (entry,) = (
            one for one in workspace.ledger_entries() if one.payload and one.payload.get("how") == "export"
        )
        assert entry.payload is not None
        assert (entry.payload["documents"], entry.payload["subjects"]) == (1, 1)


def test_every_copy_says_that_it_is_one_and_is_listed(workspace: Workspace, tmp_path: Path) -> None:
    built = workspace.corpus_build()
    assert workspace.corpus_exports() == []
    workspace.corpus_export(tmp_path / "one", "jsonl")
    workspace.corpus_export(tmp_path / "two", "parquet", recipient="self")
    copy = account(tmp_path / "one")["copy"]
    assert copy == {
        "at": "2025-10-15T00:00:00Z", "position": 2, "recipient": "self", "left_out": 0,
        "note": "This is a copy: it does not hear of later choices.",
    }  # fmt: skip
    first, second = workspace.corpus_exports()
    assert (first.snapshot, first.name, first.form, first.recipient, first.documents, first.position) == (
        built.snapshot, built.name, "jsonl", "self", 4, 2,
    )  # fmt: skip
    assert (first.folder, second.form, first.behind) == (str(tmp_path / "one"), "parquet", False)
    assert not workspace.corpus_is_behind()
    no(workspace)
    assert [one.behind for one in workspace.corpus_exports()] == [True, True] and workspace.corpus_is_behind()


def test_a_copy_for_somebody_else_is_decided_for_them(workspace: Workspace, tmp_path: Path) -> None:
    workspace.corpus_build()
    assert refused(lambda: workspace.corpus_export(tmp_path / "out", recipient="a stranger")) == "GATE-006"
    policy = workspace.layout.root / "policy.yaml"
    policy.write_text(
        policy.read_text().replace('version: "1"', 'version: "2"')
        + "recipients: {lab: {name: The lab, kind: affiliate}}\n"
    )
    workspace.use_pack(str(policy))
    workspace.corpus_update()
    assert workspace.corpus_export(tmp_path / "ours").documents == 4
    assert refused(lambda: workspace.corpus_export(tmp_path / "lab", recipient="lab")) == "CORP-209"
    assert workspace.corpus_export(tmp_path / "lab", recipient="lab", leave_out=True).documents == 0


def test_a_snapshot_of_another_recipe_is_exported_when_it_is_named(
    workspace: Workspace, tmp_path: Path
) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(workspace.layout.recipe.read_text().replace("buckets: 5", "buckets: 3"))
    workspace.corpus_build(recipe=other)
    assert refused(lambda: workspace.corpus_export(tmp_path / "out")) == "CORP-209"
    assert workspace.corpus_export(tmp_path / "out", recipe=other).documents == 4


def documents(folder: Path) -> str:
    return (folder / "documents.jsonl").read_text()


def account(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "_manifest").read_text())
    return told


def refused(job: Callable[[], object]) -> str:
    with pytest.raises(LicetError) as caught:
        job()
    return caught.value.code
