"""Whoever is forgotten objects first, is in nothing that is made, and is found nowhere by a search that can find."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from journeys.networks import SAID, make_network, member, post
from licet.app import Workspace
from licet.app.removal import Removal
from licet.cli.main import app
from licet.enforce.access import secret_of
from licet.enforce.kept_keys import KeptKeys
from licet.receipts import ForgettingCheck, check_forgetting_certificate
from licet.terms import EVERY_USE, LicetError, StoreError
from licet.terms.moments import parse_moment
from licet.uses import subject_keys
from licet.uses.subject_keys import index_secret

ROWS = {
    "members": [member("anna"), member("benn")],
    "posts": [post("anna-1", "anna", SAID), post("benn-1", "benn", "quite another thing of ben's")],
}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_network(tmp_path / "w", ROWS) as made:
        yield made


def checked(workspace: Workspace, told: Removal, number: int = 0) -> ForgettingCheck:
    made = told.people[number].certificate
    assert made is not None
    return check_forgetting_certificate(made, workspace.ledger.public_key_text)


def bytes_of_the_store(workspace: Workspace) -> bytes:
    return b"".join(path.read_bytes() for path in workspace.layout.store.rglob("*") if path.is_file())


def test_forgotten_is_gone_from_every_snapshot_and_proven_absent(workspace: Workspace) -> None:
    first = workspace.corpus_build()
    workspace.corpus_build(at=parse_moment("2025-06-01"))
    workspace.choose("benn", "talk", "off")
    told = workspace.forget("anna")
    assert (told.standing.value, told.pending, told.people[0].copies) == ("exact", (), ())
    assert [one.status.standing.value for one in told.artefacts] == ["exact"]
    assert told.purge is not None and {one.name for one in told.purge.purged} == {
        "corpus-1", "corpus-2", "corpus-3"
    }, "and the update as it was, whose files held her words beside what is read"  # fmt: skip
    search = told.purge.search
    assert search.found_before > 0 and search.found_after == () and search.marks >= 3 and search.shared == 0
    assert b"anna" not in bytes_of_the_store(workspace) and workspace.store.scan([SAID.encode()]) == []
    check = checked(workspace, told)
    assert (check.ok, check.subject, check.outcome and check.outcome.status) == (True, "anna", "EXACT")
    assert [one["text"] for one in workspace.corpus_documents()] == ["quite another thing of ben's"]
    # What it was can still be told, and nobody can read it.
    (kept,) = [one for one in workspace.store.purged() if one.name == "corpus-1"]
    assert (kept.id, kept.manifest["root"]) == (first.snapshot, first.root)
    for read in (workspace.corpus_show, workspace.corpus_documents, workspace.corpus_diff):
        with pytest.raises(StoreError) as caught:
            read("corpus-1")
        assert caught.value.code == "STOR-020"
    again = workspace.forget("anna")
    assert (again.standing.value, again.people[0].objection.is_new) == ("exact", False)


def test_what_stands_for_them_in_trees_is_kept_no_longer_and_that_of_others_is(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject_keys, "FEWEST_MEMBERS", 1)
    kept = KeptKeys(workspace.layout.kept_keys, workspace.salt)
    workspace.corpus_build()
    assert len(kept.holding(["anna"])) == len(kept.holding(["benn"])) == 1
    told = workspace.forget("anna")
    assert (told.standing.value, told.pending) == ("exact", ())
    assert kept.holding(["anna"]) == [] and len(kept.holding(["benn"])) == 1
    with monkeypatch.context() as broken:  # a removal that leaves them is found out by the search
        broken.setattr(KeptKeys, "keep_only", lambda *given: None)
        workspace.choose("benn", "ai", "off")
        told = workspace.forget("benn")
        assert told.standing.value == "pending" and "what stands for members in artefacts" in told.pending[0]
    workspace.ledger_erase("benn", compact=False)
    assert not [*workspace.layout.kept_keys.glob("*")]


def test_the_secret_that_keys_are_made_with_lies_nowhere_but_in_the_salt(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject_keys, "FEWEST_MEMBERS", 1)
    workspace.corpus_build()
    use = secret_of(workspace.salt, "corpus")
    secrets = [workspace.salt, use, index_secret(use)]
    root = workspace.layout.root
    files = [path for path in root.rglob("*") if path.is_file() and path != workspace.layout.salt]
    assert workspace.layout.kept_keys.is_dir() and len(files) > 5
    for data in (path.read_bytes() for path in files):
        assert not [secret for secret in secrets if secret in data or secret.hex().encode() in data]


def test_under_every_id_they_go_by(workspace: Workspace) -> None:
    workspace.corpus_build()
    workspace.rename_subject("anna", "anna-2")
    assert workspace.forget("anna-2").standing.value == "exact"
    assert b"anna" not in bytes_of_the_store(workspace)


def test_a_copy_that_left_is_unreached_and_one_without_them_is_not(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.corpus_build()
    workspace.corpus_export(tmp_path / "with", "jsonl")
    told = workspace.forget("anna")
    assert told.standing.value == "unreached"
    assert [(one.folder, one.holds) for one in told.people[0].copies] == [(str(tmp_path / "with"), True)]
    check = checked(workspace, told)
    assert check.outcome is not None and (check.outcome.said, check.outcome.copies.not_followed) == (
        "UNREACHED(1)",
        1,
    )
    workspace.corpus_export(tmp_path / "without", "jsonl")
    told = workspace.forget("anna")
    assert [(one.folder, one.holds) for one in told.people[0].copies] == [(str(tmp_path / "with"), True)]


def test_the_commands_say_what_came_of_it(workspace: Workspace, tmp_path: Path) -> None:
    workspace.corpus_build()
    here, shown = str(workspace.layout.root), tmp_path / "shown"
    told = CliRunner().invoke(app, ["forget", "anna", "-w", here, "--certificates", str(shown)])
    assert (
        told.exit_code == 0
        and "anna: EXACT" in told.output
        and "Afterwards nothing was found." in told.output
    )
    assert "Purged corpus-1" in told.output
    (certificate,) = shown.iterdir()
    (shown / "ledger.pub").write_text(workspace.ledger.public_key_text)
    verified = CliRunner().invoke(app, ["verify", str(certificate), "--key", str(shown / "ledger.pub")])
    assert verified.exit_code == 0 and "This certificate is valid." in verified.output
    assert "Forgetting anna" in verified.output and ": EXACT, as of" in verified.output
    told = CliRunner().invoke(app, ["purge", "-w", here, "--json"])
    assert told.exit_code == 0 and json.loads(told.output)["clean"] is True
    workspace.layout.recipe.unlink()
    told = CliRunner().invoke(app, ["forget", "benn", "-w", here, "--json"])
    assert (told.exit_code, json.loads(told.output)["standing"]) == (1, "pending")


def test_what_cannot_be_brought_to_the_present_leaves_the_objection_and_is_pending(
    workspace: Workspace,
) -> None:
    workspace.corpus_build()
    workspace.layout.recipe.rename(workspace.layout.root / "away")
    told = workspace.forget("anna")
    assert told.standing.value == "pending" and told.pending
    check = checked(workspace, told)
    assert check.ok and check.outcome is not None and "update" in {one.step for one in check.outcome.pending}
    assert {one.setting: one.value for one in workspace.ledger.choices_of("anna")}[EVERY_USE] == "off"
    (workspace.layout.root / "away").rename(workspace.layout.recipe)
    assert workspace.forget("anna").standing.value == "exact"


def test_what_lies_elsewhere_in_the_store_is_found_and_keeps_it_pending(workspace: Workspace) -> None:
    workspace.corpus_build()
    (workspace.layout.store / "left-over.json").write_text(json.dumps({"said": SAID}))
    told = workspace.forget("anna")
    assert told.standing.value == "pending" and "left-over.json" in told.pending[0]


def test_words_that_somebody_else_says_too_stay_with_them_and_are_told(tmp_path: Path) -> None:
    posts = [
        post("anna-1", "anna", SAID),
        post("benn-1", "benn", f"As somebody put it: {SAID}. I agree with all of it"),
    ]
    with make_network(tmp_path / "w", ROWS | {"posts": posts}) as workspace:
        workspace.corpus_build()
        told = workspace.forget("anna")
        assert told.purge is not None and (told.standing.value, told.purge.search.shared) == ("exact", 1)


@pytest.mark.parametrize("who", ["0001", "7"])
def test_digits_of_hashes_and_numbers_are_no_trace_of_whoever_has_them_for_an_id(
    tmp_path: Path, who: str
) -> None:
    rows = {"members": [member(who), member("benn")], "posts": [post("p-1", who, SAID), ROWS["posts"][1]]}
    with make_network(tmp_path / "w", rows) as workspace:
        workspace.corpus_build()
        for number in range(3):
            workspace.choose("benn", "ai", "off" if number % 2 else "on")
            list(workspace.update())
        told = workspace.forget(who)
        assert (told.standing.value, told.pending) == ("exact", ()), who
        assert told.purge is not None and told.purge.search.found_before > 0
        (workspace.layout.store / f"{who}.txt").write_text("left")
        (workspace.layout.store / "left.json").write_text(json.dumps([who]))
        assert (workspace.forget(who).standing.value == "pending") == (len(who) > 3)


def test_purge_takes_what_was_superseded_and_leaves_what_stands(workspace: Workspace) -> None:
    workspace.corpus_build()
    assert workspace.purge().purged == () and len(workspace.corpus_list()) == 1
    workspace.corpus_build(at=parse_moment("2025-06-01"))
    workspace.choose("anna", "ai", "off")
    list(workspace.update())
    told = workspace.purge()
    assert [one.name for one in told.purged] == ["corpus-1", "corpus-2", "corpus-3"], (
        "one of the past that she was in, too, and the update before it was put together"
    )
    assert told.is_clean and told.search.people == 1 and told.search.found_before > 0
    assert [one.name for one in workspace.corpus_list()] == ["corpus-4"] and workspace.store.verify() == []
    assert workspace.store.scan([SAID.encode()]) == []


def test_a_search_that_misses_what_it_is_looking_for_is_no_search(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.corpus_build()
    workspace.choose("anna", "ai", "off")
    list(workspace.update())
    monkeypatch.setattr("licet.store.marker_search.spell", lambda marker: [])
    with pytest.raises(LicetError) as caught:
        workspace.purge()
    assert caught.value.code == "STOR-012"
    assert [one.name for one in workspace.corpus_list()] == ["corpus-1", "corpus-2", "corpus-3"], "none went"


def test_whoever_writes_to_the_store_is_waited_for(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.corpus_build()
    held, waited = workspace.store.build("other"), list[float]()
    held.__enter__()

    def wait(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            held.__exit__(None, None, None)

    # Of that module alone: others wait in threads of their own.
    monkeypatch.setattr("licet.app.purge.time", SimpleNamespace(sleep=wait))
    assert workspace.purge().is_clean and len(waited) == 2
