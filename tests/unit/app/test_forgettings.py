"""A forgetting is noted before anything is done and goes on wherever it died, and no certificate says more than
happened."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import licet
from journeys.networks import AUTUMN, SAID, THREE_POSTS, make_network
from licet.app import Workspace, artefacts, removal
from licet.app.kept_certificates import KeptCertificates
from licet.app.kept_marks import KeptMarks
from licet.app.removal import Removal
from licet.app.results import silent
from licet.app.trial_workspace import trial_workspace
from licet.cli.main import app
from licet.ledger import EntryKind, Ledger
from licet.receipts import ForgettingCheck, check_forgetting_certificate
from licet.receipts.forgetting_outcome import ForgettingOutcome
from licet.store import Store
from licet.terms import EVERY_USE, AppError, LicetError, StoreError
from licet.uses.manifest import read_heading
from licet.uses.registry import open_use


class Died(BaseException):
    """What no part of licet catches: as if the process had been killed there."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a corpus of three; copied by each test."""
    root = tmp_path_factory.mktemp("built") / "w"
    with make_network(root, THREE_POSTS) as workspace:
        workspace.corpus_build()
    return root


def copied(built: Path, to: Path) -> Workspace:
    shutil.copytree(built, to)
    return licet.open(to, clock=lambda: AUTUMN)


@pytest.fixture
def workspace(built: Path, tmp_path: Path) -> Iterator[Workspace]:
    with copied(built, tmp_path / "w") as opened:
        yield opened


def checked(workspace: Workspace, told: Removal, number: int = 0) -> ForgettingCheck:
    made = told.people[number].certificate
    assert made is not None
    return check_forgetting_certificate(made, workspace.ledger.public_key_text)


def outcome(workspace: Workspace, told: Removal, number: int = 0) -> ForgettingOutcome:
    check = checked(workspace, told, number)
    assert check.ok and check.outcome is not None, check.problems
    return check.outcome


def files_of(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


# -- what is recorded ------------------------------------------------------------------------------------------------


def test_the_certificate_says_what_was_asked_what_it_reached_and_what_came_of_it(
    workspace: Workspace,
) -> None:
    first = workspace.corpus_list()[0]
    told = workspace.uses.forget("anna")
    said = outcome(workspace, told)
    (person,) = told.people
    request = workspace.ledger.entry(person.number)
    assert (request.kind, request.subject) == (EntryKind.FORGETTING, "anna")
    assert (said.request.entry, said.request.objection) == (person.number, person.objection.entry)
    assert said.policy is not None and said.policy.digest == workspace.policy().pack.digest
    assert said.closure is not None and said.closure.model_dump() == {
        "artefacts": 1, "snapshots": 1, "documents": 1
    }  # fmt: skip
    (artefact,) = said.artefacts
    last = workspace.corpus_list()[-1]
    assert artefact.before is not None and artefact.before.snapshot == first.id
    assert artefact.after is not None and artefact.after.snapshot == last.id
    assert (artefact.before.root, artefact.after.root) == (first.manifest["root"], last.manifest["root"])
    store, *others = said.purge or ()
    assert store.purged == 2 and store.found_before > 0 and store.marks >= 3
    assert all(one.found_after == 0 and one.failed is None for one in (store, *others))
    assert (said.status, said.unreached, said.pending, any(said.copies.model_dump().values())) == (
        "EXACT", 0, (), False
    )  # fmt: skip
    names = json.dumps(said.model_dump(mode="json"))
    assert not any(name in names for name in ("anna", "benn", "cleo")), "nobody is named in it"
    assert workspace.ledger.verify().ok


def test_a_request_is_one_while_it_is_not_done_and_another_after_a_choice_in_between(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Store, "purge", _raise(AppError("APP-020", "the disk is full")))
        told = workspace.uses.forget("anna")
    assert outcome(workspace, told).status == "PENDING" and "APP-020" in told.pending[0]
    number = told.people[0].number
    (pending,) = workspace.uses.forgettings()
    assert (pending.number, pending.status) == (number, "PENDING") and "APP-020" in pending.why[0]
    again = workspace.uses.forget("anna")
    assert (again.people[0].number, outcome(workspace, again).status) == (number, "EXACT")
    assert workspace.uses.forget("anna").people[0].number == number, "nothing was chosen since"
    workspace.choose("anna", "ai", "on")
    list(workspace.uses.update())
    later = workspace.uses.forget("anna")
    assert later.people[0].number > number and outcome(workspace, later).closure is not None
    assert [one.status for one in workspace.uses.forgettings()] == ["EXACT", "EXACT"]


def test_several_share_one_update_and_one_purge_and_each_has_a_certificate_of_their_own(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    for owner, name in ((removal, "catch_up"), (Store, "purge")):
        monkeypatch.setattr(owner, name, _counting(getattr(owner, name), calls))
    told = workspace.uses.forget("anna", "benn", "anna")
    assert [one.subject for one in told.people] == ["anna", "benn"] and sorted(calls) == ["catch_up", "purge"]
    for number, name in enumerate(("anna", "benn")):
        check = checked(workspace, told, number)
        assert (check.subject, check.outcome and check.outcome.status) == (name, "EXACT")
        assert check.outcome is not None and check.outcome.closure is not None
        assert check.outcome.closure.documents == 1
    assert [one["key"] for one in workspace.corpus_documents()] == ["cleo-1"]


def test_what_is_left_of_one_keeps_the_others_from_nothing(workspace: Workspace) -> None:
    (workspace.layout.store / "left-over.json").write_text(json.dumps({"said": SAID}))
    told = workspace.uses.forget("anna", "benn")
    assert [outcome(workspace, told, number).status for number in (0, 1)] == ["PENDING", "EXACT"]
    store = (outcome(workspace, told, 0).purge or ())[0]
    assert (store.found_after, len(KeptMarks(workspace.layout.forgettings, workspace.salt).numbers())) == (
        1,
        1,
    )
    assert SAID.encode() not in b"".join(files_of(workspace.layout.forgettings).values())
    assert all(path.stat().st_mode & 0o077 == 0 for path in workspace.layout.forgettings.iterdir())
    (workspace.layout.store / "left-over.json").unlink()
    assert outcome(workspace, workspace.uses.forget("anna")).status == "EXACT"
    assert files_of(workspace.layout.forgettings) == {}


def test_whoever_nobody_knows_is_certified_absent_and_whoever_is_no_text_is_refused(
    workspace: Workspace,
) -> None:
    said = outcome(workspace, workspace.uses.forget("nobody at all"))
    assert said.status == "EXACT" and said.closure is not None and said.closure.snapshots == 0
    for people, code in (((), "APP-271"), (("",), "APP-170"), (("anna", ""), "APP-170")):
        before = workspace.ledger.position
        with pytest.raises(LicetError) as caught:
            workspace.uses.forget(*people)
        assert (caught.value.code, workspace.ledger.position) == (code, before), "nobody of them was noted"


def test_an_erasure_takes_the_record_along_and_leaves_the_certificate_true(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Store, "purge", _raise(AppError("APP-020", "the disk is full")))
        told = workspace.uses.forget("anna")
    assert len(files_of(workspace.layout.forgettings)) == 1
    workspace.ledger_erase("anna", compact=False)
    assert workspace.uses.forgettings() == [] and checked(workspace, told).ok
    assert files_of(workspace.layout.forgettings) == {}, "and what was to be looked for"
    assert workspace.ledger.verify().ok


def test_what_was_kept_to_be_looked_for_and_was_damaged_is_told(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Store, "purge", _raise(AppError("APP-020", "the disk is full")))
        workspace.uses.forget("anna")
    (path,) = workspace.layout.forgettings.iterdir()
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    told = workspace.uses.forget("anna")
    assert outcome(workspace, told).status == "PENDING" and "APP-273" in told.pending[0]
    path.unlink()
    assert outcome(workspace, workspace.uses.forget("anna")).status == "EXACT"


def test_a_second_process_that_forgets_is_told_so_and_its_request_stands(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "_TRIES", 1)
    with removal._alone(workspace):
        told = workspace.uses.forget("anna")
    assert "APP-272" in told.pending[0] and outcome(workspace, told).closure is None
    assert outcome(workspace, workspace.uses.forget("anna")).status == "EXACT"


def test_what_was_begun_before_somebody_was_forgotten_is_not_published_after(workspace: Workspace) -> None:
    use, made = open_use("corpus", workspace.layout.root), workspace.store.snapshot("corpus")
    asked, position = read_heading(made).purpose, workspace.ledger.position
    with (
        workspace.absences.once_done() as absences,
        artefacts.present_access(workspace, use, asked, None, position, absences) as access,
    ):
        workspace.choose("benn", "talk", "on")  # nothing that keeps it from being published
        assert artefacts.build(workspace, use, access, silent).snapshot.name == "corpus-2"
        assert outcome(workspace, workspace.uses.forget("anna")).status == "EXACT"
        with pytest.raises(AppError) as caught:
            artefacts.build(workspace, use, access, silent)
    assert caught.value.code == "APP-311"
    assert_no_certificate_says_more_than_happened(workspace)
    workspace.corpus_build()
    assert_no_certificate_says_more_than_happened(workspace)


def test_a_forgetting_that_waits_keeps_nothing_from_being_published(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "_TRIES", 1)
    use, made = open_use("corpus", workspace.layout.root), workspace.store.snapshot("corpus")
    asked, position = read_heading(made).purpose, workspace.ledger.position
    with (
        workspace.absences.once_done() as absences,
        artefacts.present_access(workspace, use, asked, None, position, absences) as access,
    ):
        with removal._alone(workspace):
            assert outcome(workspace, workspace.uses.forget("anna")).status == "PENDING"
        artefacts.build(workspace, use, access, silent)
    assert outcome(workspace, workspace.uses.forget("anna")).status == "EXACT"
    assert_no_certificate_says_more_than_happened(workspace)


def test_what_is_tried_on_members_texts_keeps_a_forgetting_waiting_and_is_left_nowhere(
    workspace: Workspace,
) -> None:
    trials, texts = workspace.layout.trials, {"anna": [SAID]}
    child = os.fork()
    if child == 0:  # one that dies while it tries
        with trial_workspace(trials, texts, {}, workspace.now):
            os._exit(9)
    os.waitpid(child, 0)
    (left,) = trials.iterdir()
    assert left.stat().st_mode & 0o777 == 0o700
    assert any(SAID.encode() in data for data in files_of(left).values()), "its text is there to be found"
    with trial_workspace(trials, texts, {}, workspace.now):
        told = workspace.uses.forget("anna")
        assert outcome(workspace, told).status == "PENDING" and "APP-313" in told.pending[0]
    assert outcome(workspace, workspace.uses.forget("anna")).status == "EXACT"
    assert files_of(trials) == {}


def test_a_file_that_is_not_as_it_was_written_is_told_by_the_command(workspace: Workspace) -> None:
    def said() -> tuple[int, dict[str, Any]]:
        told = CliRunner().invoke(app, ["status", "--verify", "--json", "-w", str(workspace.layout.root)])
        return told.exit_code, json.loads(told.stdout)

    assert said() == (0, {"ok": True, "problems": []})
    (line,) = (workspace.layout.store / "lines" / "corpus").iterdir()
    line.rename(line.with_name(line.name[:-16] + "0" * 16))
    status, told = said()
    assert status == 1 and [one["code"] for one in told["problems"]] == ["STOR-021"]


# -- deaths ----------------------------------------------------------------------------------------------------------

#: Everything that leaves something on the disk, in whatever order it happens.
STEPS: tuple[tuple[Any, str], ...] = (
    (Ledger, "append_unless_changed"), (Ledger, "append"), (removal, "catch_up"), (removal, "put_together"),
    (KeptMarks, "write"), (Store, "purge"), (Store, "scan"), (KeptMarks, "drop"), (Ledger, "inclusion_proof"),
    (KeptCertificates, "keep"),
)  # fmt: skip


#: How many of them one that nobody disturbs takes.
MOST_STEPS = 16


def dying(
    monkeypatch: pytest.MonkeyPatch, at: int, after: bool, how: Callable[[str], BaseException] = Died
) -> list[str]:
    """Die at a step, by its number; before or after it is done. Returns what was begun, for who counts."""
    begun: list[str] = []

    def wrap(step: Callable[..., Any], name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            begun.append(name)
            mine = len(begun) - 1
            if mine == at and not after:
                raise how(name)
            made = step(*arguments, **more)
            if mine == at:
                raise how(name)
            return made

        return call

    for owner, name in STEPS:
        monkeypatch.setattr(owner, name, wrap(getattr(owner, name), name))
    return begun


def assert_no_certificate_says_more_than_happened(workspace: Workspace) -> None:
    choices = {one.setting: one.value for one in workspace.ledger.choices_of("anna")}
    noted = workspace.uses.forgettings()
    assert bool(noted) == (choices.get(EVERY_USE) == "off"), "request and objection are one"
    for one in noted:
        if one.outcome is not None and one.outcome.status == "EXACT":
            assert workspace.store.scan([SAID.encode(), b"anna"]) == []
            assert files_of(workspace.layout.forgettings) == {}
    assert workspace.ledger.verify().ok and workspace.store.verify() == []


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(MOST_STEPS))
def test_killed_at_any_step_it_goes_on_and_nothing_is_said_that_did_not_happen(
    built: Path, tmp_path: Path, at: int, after: bool
) -> None:
    with (
        copied(built, tmp_path / "w") as workspace,
        pytest.MonkeyPatch.context() as killed,
        pytest.raises(Died),
    ):
        dying(killed, at, after)
        workspace.uses.forget("anna")
    with licet.open(tmp_path / "w", clock=lambda: AUTUMN) as workspace:
        assert_no_certificate_says_more_than_happened(workspace)
        said = outcome(workspace, workspace.uses.forget("anna"))
        assert said.closure is not None and said.closure.model_dump() == {
            "artefacts": 1, "snapshots": 1, "documents": 1
        }  # fmt: skip
        store = (said.purge or ())[0]
        assert said.status == "EXACT" and store.purged == 2
        assert store.marks >= 3 and store.found_before > 0, "what was known is not lost"
        assert len(workspace.uses.forgettings()) == 1
        assert_no_certificate_says_more_than_happened(workspace)


@pytest.mark.parametrize("at", range(1, MOST_STEPS))
def test_a_step_that_fails_is_told_as_pending_and_done_the_next_time(workspace: Workspace, at: int) -> None:
    with pytest.MonkeyPatch.context() as broken:
        dying(broken, at, False, lambda name: StoreError("STOR-014", f"no room for {name}"))
        told = workspace.uses.forget("anna")
    assert told.standing == "pending" and "STOR-014" in str(told.pending)
    assert_no_certificate_says_more_than_happened(workspace)
    if (made := told.people[0].certificate) is not None:
        check = check_forgetting_certificate(made, workspace.ledger.public_key_text)
        assert check.ok and check.outcome is not None and check.outcome.status == "PENDING"
    again = outcome(workspace, workspace.uses.forget("anna"))
    assert (again.status, again.closure and again.closure.documents) == ("EXACT", 1)
    assert_no_certificate_says_more_than_happened(workspace)


def test_these_are_all_the_steps_there_are(built: Path, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as counted, copied(built, tmp_path / "w") as workspace:
        begun = dying(counted, -1, False)
        workspace.uses.forget("anna")
    assert ({name for _, name in STEPS}, len(begun)) == (set(begun), MOST_STEPS)


def test_somebody_else_who_purges_in_between_takes_nothing_of_what_is_looked_for(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `licet follow --purge` does: what held them is gone before the purge that was to search for it."""

    def purging(*arguments: Any, **more: Any) -> Any:
        made = list(catch_up(*arguments, **more))
        workspace.uses.purge()
        return made

    catch_up = removal.catch_up
    monkeypatch.setattr(removal, "catch_up", purging)
    store = (outcome(workspace, workspace.uses.forget("anna")).purge or ())[0]
    assert store.marks >= 3 and store.purged >= 1 and store.found_after == 0


# -- doors -----------------------------------------------------------------------------------------------------------


def test_a_dry_run_says_what_would_change_and_writes_nothing(built: Path, tmp_path: Path) -> None:
    with copied(built, tmp_path / "w") as workspace:
        workspace.corpus_export(tmp_path / "copy", "jsonl")
        before = files_of(workspace.layout.root)
        told = CliRunner().invoke(
            app, ["forget", "anna", "nobody", "--dry-run", "--json", "-w", str(tmp_path / "w")]
        )
        assert told.exit_code == 0, told.output
        anna, nobody = json.loads(told.output)
        assert (anna["documents"], anna["snapshots"], len(anna["copies"])) == (1, ["corpus-1"], 1)
        assert anna["artefacts"] == [{"name": "corpus-1", "leaving": 1, "coming": 0, "changing": 0}]
        assert (nobody["documents"], nobody["snapshots"], nobody["copies"]) == (0, [], [])
        told = CliRunner().invoke(app, ["forget", "anna", "--dry-run", "-w", str(tmp_path / "w")])
        assert "corpus-1: 1 documents would go" in told.output and "Nothing was written." in told.output
        mine = (
            "cache/",
            "ledger.sqlite-shm",
        )  # what is kept for who reads next, and where SQLite's readers are
        after = files_of(workspace.layout.root)
        differing = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        assert [name for name in differing if not name.startswith(mine)] == []
        assert workspace.uses.forgettings() == []


def test_the_commands_take_a_batch_and_list_what_is_pending(workspace: Workspace, tmp_path: Path) -> None:
    here, batch = str(workspace.layout.root), tmp_path / "ids.txt"
    batch.write_text("anna\r\nbenn\n\n")
    run = CliRunner().invoke
    assert "Nobody was to be forgotten yet" in run(app, ["forgettings", "-w", here]).output
    (workspace.layout.store / "left-over.json").write_text(json.dumps({"said": SAID}))
    told = run(app, ["forget", "--batch", str(batch), "-w", here, "--json"])
    assert told.exit_code == 1
    assert [one["standing"] for one in json.loads(told.output)["people"]] == ["pending", "exact"]
    listed = run(app, ["forgettings", "-w", here])
    assert "anna" in listed.output and "found after the purge" in listed.output
    shown = json.loads(run(app, ["forgettings", "--pending", "--json", "-w", here]).output)
    assert [(one["subject"], one["status"]) for one in shown] == [("anna", "PENDING")]
    (workspace.layout.store / "left-over.json").unlink()
    assert run(app, ["forget", "anna", "-w", here]).exit_code == 0
    assert "Nothing is pending." in run(app, ["forgettings", "--pending", "-w", here]).output
    batch.write_bytes(b"\xff")
    assert "APP-274" in run(app, ["forget", "--batch", str(batch), "-w", here]).output
    assert "APP-271" in run(app, ["forget", "-w", here]).output


def _raise(error: LicetError) -> Callable[..., Any]:
    def fail(*arguments: Any, **more: Any) -> Any:
        raise error

    return fail


def _counting(step: Callable[..., Any], calls: list[str]) -> Callable[..., Any]:
    def call(*arguments: Any, **more: Any) -> Any:
        calls.append(step.__name__)
        return step(*arguments, **more)

    return call
