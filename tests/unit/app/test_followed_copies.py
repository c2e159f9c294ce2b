"""A copy that left is told what is to go, its holder takes that out and says so, and what is said of it is no more than
is known."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from journeys.networks import AUTUMN, SAID, SHARED_PACK, THREE_POSTS, Clock, make_network
from licet.app import Workspace, copy_removals, corpora
from licet.app.corpora import EXPORTS
from licet.app.feed_application import apply_to_copy
from licet.app.removal import Removal
from licet.cli.main import app
from licet.deliveries import (
    AsOf,
    DeliveryBook,
    FeedMessage,
    delivery_book,
    read_acknowledgement,
    read_message,
    write_acknowledgement,
    write_message,
)
from licet.deliveries.delivered_root import in_order, leaves_of, root_of
from licet.ledger import EntryKind, Ledger, Signer
from licet.receipts import check_forgetting_certificate
from licet.terms import AppError, DeliveryError, LicetError
from licet.terms.moments import parse_moment
from licet.uses.corpus.exports.copy_reader import read_copy


@pytest.fixture
def clock() -> Clock:
    return Clock(AUTUMN)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "lab.key"


@pytest.fixture
def workspace(tmp_path: Path, clock: Clock, key_file: Path) -> Iterator[Workspace]:
    key = Signer.create(key_file, "lab.example").public_key_text
    with make_network(tmp_path / "w", THREE_POSTS, pack=SHARED_PACK, clock=clock) as made:
        (made.layout.recipients).write_text(f"recipients: {{lab: {{key: '{key}', removal_days: 7}}}}")
        made.corpus_build()
        yield made


def copy_of(workspace: Workspace, folder: Path, form: str = "jsonl") -> str:
    """Its id."""
    workspace.corpus_export(folder, form, recipient="lab")
    export = workspace.copies.left()[-1].export
    assert export is not None
    return export


def answers_to(workspace: Workspace, export: str, copy: Path, key_file: Path, out: Path) -> list[Path]:
    """The answers of a holder who applies everything that they are told."""
    told = apply_to_copy(workspace.copies.feed(export, out), copy, key_file, None, out)
    return [Path(one) for one in told.answers]


def texts_in(copy: Path) -> set[str]:
    return {row["text"] for table in read_copy(copy).documents() for row in table.to_pylist()}


def message_of(workspace: Workspace, export: str, out: Path) -> FeedMessage:
    """The only one that nobody confirmed."""
    (path,) = workspace.copies.feed(export, out)
    return read_message(path.read_text(), workspace.signer.public_key)


def state(workspace: Workspace) -> str | None:
    reach = workspace.copies.left()[-1].reach
    return None if reach is None else reach.value


@pytest.mark.parametrize("form", sorted(EXPORTS))
def test_what_is_refused_leaves_every_copy_and_the_holder_says_so(
    workspace: Workspace, tmp_path: Path, key_file: Path, form: str
) -> None:
    copy = tmp_path / "copy"
    export = copy_of(workspace, copy, form)
    assert (
        state(workspace) == "sent" and [one.standing.value for one in workspace.uses.status()][-1] == "exact"
    )
    assert [*workspace.copies.feed(export, tmp_path / "out")] == []
    workspace.choose("anna", "ai", "off")
    assert [one.standing.value for one in workspace.uses.status()][-1] == "pending"
    told = [one for one in workspace.uses.update() if one.how == "told"]
    assert [(one.status.standing.value, one.why[:9]) for one in told if one.why] == [("pending", "message 1")]
    assert [*workspace.uses.update()][-1].how != "told", "nothing is told twice"
    answers = answers_to(workspace, export, copy, key_file, tmp_path / "out")
    assert texts_in(copy) == {"quite another thing of ben's", "and a third that Cleo wrote about boats"}
    assert not any(SAID.encode() in path.read_bytes() for path in copy.rglob("*") if path.is_file())
    assert workspace.copies.acknowledge(answers[0]).reach == "applied"
    assert workspace.copies.acknowledge(answers[0]).reach == "applied", (
        "the same answer once more changes nothing"
    )
    assert [one.standing.value for one in workspace.uses.status()][-1] == "exact"
    assert [*workspace.copies.feed(export, tmp_path / "out")] == []
    # What the copy says of itself is what it holds: another export of the same form, made by the same code.
    account = read_copy(copy).account
    assert (account.documents, account.subjects) == (2, 2)
    held = in_order(leaves_of(table) for table in read_copy(copy).documents())
    sent = [*workspace.ledger.entries(0, workspace.ledger.position, EntryKind.REMOVAL_SENT)]
    assert [one.payload["root"] for one in sent if one.payload] == [root_of(held)]
    assert workspace.ledger.verify().ok


def test_messages_are_taken_in_their_order_and_one_that_is_missing_is_missed(
    workspace: Workspace, tmp_path: Path, key_file: Path
) -> None:
    copy, out = tmp_path / "copy", tmp_path / "out"
    export = copy_of(workspace, copy)
    for who in ("anna", "benn"):
        workspace.choose(who, "ai", "off")
        list(workspace.uses.update())
    first, second = workspace.copies.feed(export, out)
    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    with pytest.raises(DeliveryError) as caught:
        apply_to_copy([second], copy, key_file, None, out)
    assert caught.value.code == "DLVR-012"
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before
    told = apply_to_copy([second, first], copy, key_file, None, out)
    assert [(one.sequence, one.gone, one.documents) for one in told.applied] == [(1, 1, 2), (2, 1, 1)]
    with pytest.raises(DeliveryError) as caught:
        apply_to_copy([first], copy, key_file, None, out)
    assert caught.value.code == "DLVR-013", "what was applied before is not taken back in"
    (out / "file").write_text("in the way")
    with pytest.raises(DeliveryError) as caught:
        apply_to_copy([second], copy, key_file, None, out / "file")
    assert caught.value.code == "DLVR-015"
    again = apply_to_copy([second], copy, key_file, None, out)
    assert [(one.gone, one.documents) for one in again.applied] == [(0, 1)], (
        "the last one is answered once more"
    )
    assert workspace.copies.acknowledge(Path(again.answers[0])).applied == 2, (
        "which answers for all before it"
    )


def test_of_another_copy_or_forged_or_on_an_altered_one_nothing_is_applied(
    workspace: Workspace, tmp_path: Path, key_file: Path
) -> None:
    copy, other, out = tmp_path / "copy", tmp_path / "other", tmp_path / "out"
    export, another = copy_of(workspace, copy), copy_of(workspace, other)
    workspace.choose("anna", "ai", "off")
    list(workspace.uses.update())
    (message,), (foreign,) = workspace.copies.feed(export, out), workspace.copies.feed(another, out)

    def code_of(path: Path, target: Path, key: str | None = None) -> str:
        with pytest.raises(LicetError) as caught:
            apply_to_copy([path], target, key_file, key, out)
        return caught.value.code

    assert code_of(foreign, copy) == "DLVR-011"
    forged = tmp_path / "forged"
    forged.write_text(message.read_text().replace('"sequence":1', '"sequence":2'))
    assert code_of(forged, copy) == "DLVR-010"
    assert code_of(tmp_path / "nowhere", copy) == "DLVR-010"
    assert code_of(message, copy, Signer.create(tmp_path / "k", "lab.example").public_key_text) == "DLVR-010"
    assert code_of(message, tmp_path / "nowhere") == "DLVR-030"
    documents = other / "documents.jsonl"
    lines = documents.read_text().splitlines(keepends=True)
    documents.write_text("".join(lines).replace("boats", "ships").replace("another", "some other"))
    assert code_of(foreign, other) == "DLVR-013", "the first message follows the copy as it left"
    documents.write_text(lines[0][:-20])
    assert code_of(foreign, other) == "DLVR-031"
    said = read_message(message.read_text(), workspace.signer.public_key)
    forged.write_text(write_message(said.model_copy(update={"root": "0" * 64}), workspace.signer))
    assert code_of(forged, copy) == "DLVR-014", "what is left is computed, not believed"
    assert [one.gone for one in apply_to_copy([message], copy, key_file, None, out).applied] == [1]


def test_an_answer_counts_by_its_key_its_message_and_its_root(
    workspace: Workspace, tmp_path: Path, key_file: Path
) -> None:
    copy, out = tmp_path / "copy", tmp_path / "out"
    export = copy_of(workspace, copy)
    workspace.choose("anna", "ai", "off")
    list(workspace.uses.update())
    stranger = tmp_path / "stranger.key"
    Signer.create(stranger, "lab.example")
    shutil.copytree(copy, tmp_path / "second")

    def code_of(path: Path) -> str:
        with pytest.raises(DeliveryError) as caught:
            workspace.copies.acknowledge(path)
        return caught.value.code

    (by_stranger,) = answers_to(workspace, export, tmp_path / "second", stranger, tmp_path / "elsewhere")
    assert code_of(by_stranger) == "DLVR-010"
    (answer,) = answers_to(workspace, export, copy, key_file, out)
    changed = tmp_path / "changed"
    changed.write_text(answer.read_text().replace('"recipient":"lab"', '"recipient":"nobody"'))
    assert code_of(changed) == "DLVR-020"
    changed.write_text("nothing\n")
    assert code_of(changed) == "DLVR-020"
    signer = Signer.open(key_file)
    said = read_acknowledgement(answer.read_text(), signer.public_key)
    for update, code in (
        ({"message": "0" * 64}, "DLVR-021"), ({"sequence": 0}, "DLVR-021"), ({"root": "0" * 64}, "DLVR-022"),
        ({"documents": 3}, "DLVR-022"), ({"export": "0" * 16}, "DLVR-002"),
    ):  # fmt: skip
        changed.write_text(write_acknowledgement(said.model_copy(update=update), signer))
        assert code_of(changed) == code, update
    changed.write_text(write_acknowledgement(said.model_copy(update={"state": "received"}), signer))
    assert workspace.copies.acknowledge(changed).reach == "received", "which is not that it was done"
    assert workspace.copies.acknowledge(answer).reach == "applied"


def test_without_an_answer_it_is_overdue_and_without_a_key_nobody_knows(
    workspace: Workspace, clock: Clock, tmp_path: Path
) -> None:
    export = copy_of(workspace, tmp_path / "copy")
    workspace.choose("anna", "ai", "off")
    list(workspace.uses.update())
    assert state(workspace) == "sent" and workspace.copies.left(overdue=True) == []
    clock.at += timedelta(days=8)
    assert state(workspace) == "overdue"
    assert [one.export for one in workspace.copies.left(overdue=True)] == [export]
    assert workspace.uses.status()[-1].standing.value == "unreached"
    workspace.layout.recipients.write_text("recipients: {lab: {}}")
    assert state(workspace) == "unconfirmed"
    here = str(workspace.layout.root)
    told = CliRunner().invoke(app, ["exports", "--overdue", "-w", here])
    assert told.exit_code == 1 and export in told.output


def test_when_the_lease_is_over_everything_is_to_go_and_then_nothing_is_kept(
    workspace: Workspace, clock: Clock, tmp_path: Path, key_file: Path
) -> None:
    copy, out = tmp_path / "copy", tmp_path / "out"
    workspace.corpus_export(copy, "parquet", recipient="lab", lease_days=3)
    export = workspace.copies.left()[-1].export
    assert export is not None
    workspace.choose("anna", "ai", "off")
    list(workspace.uses.update())
    assert len(message_of(workspace, export, out).gone) == 1
    clock.at += timedelta(days=3)
    (stands,) = [one for one in workspace.uses.status() if "export" in one.name]
    assert stands.standing.value == "pending"
    told = [*workspace.uses.update()][-1]
    assert told.how == "told" and "asks all of it back (its lease is over)" in (told.why or "")
    message = message_of(workspace, export, out)
    assert (message.everything, message.gone, message.documents, message.sequence) == (True, (), 0, 2)
    assert [*workspace.uses.update()][-1].how != "told", "what is to go anyway is not named again"
    workspace.choose("benn", "ai", "off")
    assert [*workspace.uses.update()][-1].how != "told"
    (answer,) = answers_to(workspace, export, copy, key_file, out)
    assert texts_in(copy) == set()
    assert workspace.copies.acknowledge(answer).reach == "applied"
    assert [*workspace.layout.deliveries.iterdir()] == []
    workspace.choose("cleo", "ai", "off")
    assert workspace.uses.status()[-1].standing.value == "exact", "nothing can be in it that may not"
    assert [*workspace.uses.update()][-1].export is None
    with pytest.raises(DeliveryError) as caught:
        workspace.corpus_export(tmp_path / "again", "parquet", recipient="self", lease_days=3)
    assert caught.value.code == "DLVR-005"


@pytest.mark.parametrize(
    ("terms", "asked", "lease_days"),
    [
        ("lease_days: 5", None, 5), ("lease_days: 5", 90, 5), ("lease_days: 5", 3, 3), ("retention_days: 4", 90, 4),
        ("lease_days: 60", None, 30),
    ],
)  # fmt: skip
def test_a_policy_gives_a_recipient_no_more_days_than_it_says(
    workspace: Workspace, clock: Clock, tmp_path: Path, terms: str, asked: int | None, lease_days: int
) -> None:
    pack = re.sub(r"lab: \{", f"lab: {{{terms}, removal_days: 2, terms_house_rule: true, ", SHARED_PACK)
    assert pack != SHARED_PACK
    policy = tmp_path / "next.yaml"
    policy.write_text(pack.replace('version: "1"', 'version: "2"'))
    workspace.use_pack(str(policy))
    workspace.corpus_export(tmp_path / "copy", "jsonl", recipient="lab", lease_days=asked)
    (copy,) = workspace.copies.left()
    assert copy.lease is not None
    assert parse_moment(copy.lease) - clock.at == timedelta(days=lease_days)
    workspace.choose("anna", "ai", "off")
    list(workspace.uses.update())
    assert state(workspace) == "sent"
    clock.at += timedelta(days=2, hours=1)
    assert state(workspace) == "overdue"


ENDING = re.sub(r"notice: (\w+),(?! until)", r"notice: \1, until: 2025-11-20,", SHARED_PACK)
LIMITED = SHARED_PACK.replace("notice: spring,", "notice: spring, retention_days: 10,")
NOTHING = "the policy permits nothing of it"


@pytest.mark.parametrize(
    ("pack", "days", "why"),
    [
        (SHARED_PACK.replace("recipients: [self, lab],", ""), 0, NOTHING),
        (ENDING, 40, NOTHING),
        (LIMITED, 10, "it was to be kept until 2025-10-25"),
    ],
    ids=["replaced", "expired", "retention"],
)
def test_what_the_policy_permits_no_more_is_asked_back_whole(
    workspace: Workspace, clock: Clock, tmp_path: Path, key_file: Path, pack: str, days: int, why: str
) -> None:
    copy, out = tmp_path / "copy", tmp_path / "out"
    policy = tmp_path / "next.yaml"
    policy.write_text(pack.replace('version: "1"', 'version: "2"'))
    if days:
        workspace.use_pack(str(policy))
    workspace.corpus_export(copy, "jsonl", recipient="lab", lease_days=90)
    export = workspace.copies.left()[-1].export
    assert export is not None
    if not days:
        workspace.use_pack(str(policy))
    clock.at += timedelta(days=days)
    (stands,) = [one for one in workspace.uses.status() if "export" in one.name]
    assert stands.standing.value == "pending" and why in (stands.why or "")
    (told,) = [one for one in workspace.uses.update() if one.export]
    assert told.how == "told" and f"asks all of it back ({why})" in (told.why or "")
    message = message_of(workspace, export, out)
    assert (message.everything, message.gone, message.documents) == (True, (), 0)
    (answer,) = answers_to(workspace, export, copy, key_file, out)
    assert texts_in(copy) == set() and workspace.copies.acknowledge(answer).is_empty
    assert workspace.uses.status()[-1].standing.value == "exact"


def test_a_copy_that_fails_keeps_no_other_from_being_told(
    workspace: Workspace, tmp_path: Path, key_file: Path
) -> None:
    first, second, third = (copy_of(workspace, tmp_path / name) for name in ("one", "two", "three"))
    bent = workspace.layout.deliveries / f"{second}.held"
    whole = bent.read_bytes()
    bent.write_bytes(whole[:-1])
    workspace.choose("anna", "ai", "off")
    told = {one.export: one for one in workspace.uses.update() if one.export}
    assert [told[each].how for each in (first, second, third)] == ["told", "failed", "told"]
    assert "DLVR-003" in (told[second].why or "") and told[second].status.standing.value == "pending"
    forgetting = workspace.forget("anna")
    assert forgetting.standing.value == "pending"
    assert any(f"could not be told to take them out of copy {second}" in why for why in forgetting.pending)
    bent.write_bytes(whole)
    assert [one.export for one in workspace.uses.update() if one.how == "told"] == [second]
    (workspace.layout.deliveries / f"{third}.feed").unlink()
    workspace.choose("benn", "ai", "off")
    told = {one.export: one for one in workspace.uses.update() if one.export}
    assert [told[each].how for each in (first, second, third)] == ["told", "told", "failed"]
    (lost,) = [one for one in workspace.copies.left() if one.export == third]
    assert lost.reach is None and "DLVR-002" in (lost.fault or "")
    assert told[third].status.standing.value == "unreached"
    run = CliRunner().invoke(app, ["update", "-w", str(workspace.layout.root)])
    assert run.exit_code == 1 and "DLVR-002" in run.output


def test_what_is_said_of_a_copy_is_as_of_the_position_that_it_was_judged_at(
    workspace: Workspace, tmp_path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = copy_of(workspace, tmp_path / "copy")
    workspace.choose("anna", "ai", "off")
    judged = copy_removals.fallen

    def choosing_meanwhile(*tables: object) -> list[str]:
        workspace.choose("benn", "ai", "off")
        return judged(*tables)  # type: ignore[arg-type]

    before = workspace.ledger.position
    with monkeypatch.context() as late:
        late.setattr(copy_removals, "fallen", choosing_meanwhile)
        told = [one for one in workspace.uses.update() if one.export]
    message = message_of(workspace, export, tmp_path / "out")
    assert len(message.gone) == 1 and before <= message.position < workspace.ledger.position
    assert [one.status.standing.value for one in told] == ["pending"]
    (stands,) = workspace.copies.left()
    assert (stands.position, stands.as_of.position) == (message.position, workspace.ledger.position)
    assert (
        stands.as_of.at == "2025-10-15T00:00:00Z" and stands.as_json()["as_of"]["position"] > stands.position
    )
    (answer,) = answers_to(workspace, export, tmp_path / "copy", key_file, tmp_path / "out")
    workspace.copies.acknowledge(answer)
    assert workspace.uses.status()[-1].standing.value == "pending", (
        "of what was chosen meanwhile nobody told it"
    )
    list(workspace.uses.update())
    assert workspace.uses.status()[-1].standing.value == "pending"
    for answer in answers_to(workspace, export, tmp_path / "copy", key_file, tmp_path / "out"):
        workspace.copies.acknowledge(answer)
    assert workspace.uses.status()[-1].standing.value == "exact"
    workspace.choose("anna", "talk", "off")
    assert workspace.uses.status()[-1].standing.value == "pending"
    assert not [one for one in workspace.uses.update() if one.export], "which changes nothing of it"
    assert workspace.uses.status()[-1].standing.value == "exact"


def test_whoever_judged_it_earlier_tells_a_copy_nothing(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = copy_of(workspace, tmp_path / "copy")
    workspace.choose("anna", "ai", "off")
    kept = DeliveryBook(workspace.layout.deliveries, workspace.salt)
    kept.write(kept.read(export).judged(AsOf("2025-10-15T00:00:00Z", 1_000)))
    assert not [one for one in workspace.uses.update() if one.how == "told"]
    with kept.alone(), monkeypatch.context() as hasty:
        hasty.setattr(delivery_book, "_WAIT_SECONDS", 0.0)
        (told,) = [one for one in workspace.uses.update() if one.export]
    assert told.how == "failed" and "DLVR-007" in (told.why or "")


def test_forgetting_somebody_is_pending_until_their_copies_are_taken_back(
    workspace: Workspace, clock: Clock, tmp_path: Path, key_file: Path
) -> None:
    def certified(told: Removal) -> tuple[str, dict[str, int]]:
        check = check_forgetting_certificate(
            told.people[0].certificate or {}, workspace.ledger.public_key_text
        )
        assert check.ok and check.outcome is not None
        copies = check.outcome.copies.model_dump()
        return check.outcome.said, {state: count for state, count in copies.items() if count}

    copy, out = tmp_path / "copy", tmp_path / "out"
    export = copy_of(workspace, copy)
    told = workspace.forget("anna")
    assert told.standing.value == "pending" and [one.reach for one in told.people[0].copies] == ["sent"]
    assert certified(told) == ("PENDING", {"sent": 1})
    kept = b"".join(path.read_bytes() for path in workspace.layout.deliveries.iterdir())
    assert SAID.encode() not in kept and b"anna" not in kept
    clock.at += timedelta(days=8)
    late = workspace.forget("anna")
    assert (late.standing.value, certified(late)) == ("unreached", ("UNREACHED(1)", {"overdue": 1}))
    (answer,) = answers_to(workspace, export, copy, key_file, out)
    workspace.copies.acknowledge(answer)
    done = workspace.forget("anna")
    assert (done.standing.value, done.people[0].copies) == ("exact", ())
    assert certified(done) == ("EXACT", {"applied": 1})
    assert {one.people[0].number for one in (told, late, done)} == {told.people[0].number}, "one request"


@pytest.mark.parametrize("form", sorted(EXPORTS))
@pytest.mark.parametrize("recipient", ["lab", None])
def test_no_copy_is_left_of_whoever_asks_to_be_forgotten_while_it_is_written(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, recipient: str | None
) -> None:
    class ThenSomebodyAsks(corpora.CorpusLog):
        def documents(self, *arguments: Any, **more: Any) -> Iterator[Any]:
            yield from super().documents(*arguments, **more)
            workspace.forget("anna")

    monkeypatch.setattr(corpora, "CorpusLog", ThenSomebodyAsks)
    with pytest.raises(AppError) as caught:
        workspace.corpus_export(tmp_path / "copy", form, recipient=recipient)
    assert caught.value.code == "APP-311"
    assert [*tmp_path.glob("copy*")] == [] and workspace.copies.left() == []
    assert not workspace.layout.deliveries.is_dir() or not any(
        workspace.layout.deliveries.glob("*.delivery*")
    )
    assert workspace.uses.forgettings()[0].status == "EXACT"


def test_a_process_that_dies_between_two_steps_hands_out_the_same_message(
    workspace: Workspace, tmp_path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, out = tmp_path / "copy", tmp_path / "out"
    export = copy_of(workspace, copy)
    workspace.choose("anna", "ai", "off")

    list(workspace.uses.update())  # the corpus first, so that only the copy is left to be told
    workspace.choose("benn", "ai", "off")
    appended = Ledger.append

    def append(self: Ledger, entries: list[object]) -> object:
        if any(getattr(one, "kind", None) == "removal_sent" for one in entries):
            raise KeyboardInterrupt  # the process dies here
        return appended(self, entries)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(Ledger, "append", append)
        with pytest.raises(KeyboardInterrupt):
            list(workspace.uses.update())
    made = DeliveryBook(workspace.layout.deliveries, workspace.salt).read(export).waiting
    assert [one.sequence for one in made] == [1, 2]
    assert workspace.copies.left()[-1].sent == 1
    assert [path.read_text() for path in workspace.copies.feed(export, out)] == [one.note for one in made]
    assert workspace.copies.left()[-1].sent == 2
    answers = answers_to(workspace, export, copy, key_file, out)
    assert [workspace.copies.acknowledge(one).applied for one in answers] == [1, 2]


def test_the_commands_hand_over_and_take_back(workspace: Workspace, tmp_path: Path, key_file: Path) -> None:
    here, copy, out = str(workspace.layout.root), tmp_path / "copy", tmp_path / "out"
    export = copy_of(workspace, copy)
    workspace.choose("anna", "ai", "off")
    list(workspace.uses.update())
    run = CliRunner()
    told = run.invoke(app, ["exports", "-w", here])
    assert told.exit_code == 0 and export in told.output
    told = run.invoke(app, ["exports", "feed", export, "--out", str(out), "-w", here, "--json"])
    (message,) = json.loads(told.output)
    told = run.invoke(app, ["apply", message, str(copy), "--sign-with", str(key_file)])
    assert told.exit_code == 0 and "1 documents went, 2 are left" in told.output
    answer = tmp_path / f"{export}-000001.answer"
    told = run.invoke(app, ["exports", "acknowledge", str(answer), "-w", here])
    assert told.exit_code == 0 and "applied" in told.output
    (out / "file").write_text("in the way")
    with pytest.raises(DeliveryError) as caught:
        workspace.copies.feed(copy_of(workspace, tmp_path / "third"), out / "file")
        workspace.choose("benn", "ai", "off")
        list(workspace.uses.update())
        workspace.copies.feed(export, out / "file")
    assert caught.value.code == "DLVR-006"


@pytest.mark.parametrize("step", ["record", "note"])
def test_a_message_that_was_not_brought_to_its_end_says_nothing_of_its_copy_and_is_sent_once(
    workspace: Workspace, tmp_path: Path, key_file: Path, step: str
) -> None:
    """The ledger or the disk fails between the message and what is noted of it."""
    copy = tmp_path / "copy"
    export = copy_of(workspace, copy)

    def failing(*asked: Any) -> None:
        raise DeliveryError("DLVR-004", "no room")

    with pytest.MonkeyPatch.context() as broken:
        if step == "record":
            broken.setattr(copy_removals, "_record", failing)
        else:
            broken.setattr(DeliveryBook, "write_held", failing)
        told = workspace.uses.forget("anna")
        assert told.standing == "pending" and not any(
            one.status == "EXACT" for one in workspace.uses.forgettings()
        )
    assert workspace.uses.forget("anna").standing == "pending"
    answers = answers_to(workspace, export, copy, key_file, tmp_path / "out")
    assert [workspace.copies.acknowledge(answer).reach for answer in answers] == ["applied"]
    assert SAID not in texts_in(copy)
    assert workspace.uses.forget("anna").standing == "exact"
    assert workspace.copies.left()[-1].sent == 1, "named once"
