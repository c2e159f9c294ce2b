"""Being forgotten through the API and the pages: for oneself alone, once, and told as it is and no better."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import licet
from journeys.api import Platform, make_token, platform
from journeys.networks import AUTUMN, SAID, SHARED_PACK, THREE_POSTS, Clock, make_network
from journeys.site import ADDRESS, site
from licet.app import Workspace
from licet.app.feed_application import apply_to_copy
from licet.app.followed_copies import book
from licet.app.forgetting_queue import DueForgettings
from licet.app.removal import Removal
from licet.ledger import EntryKind, Signer
from licet.receipts import check_forgetting_certificate
from licet.receipts.membership_proof_file import check_proof_file
from licet.store import Store
from licet.terms import AppError
from licet.web.api.problem_details import MEDIA_TYPE
from licet.web.application import make_application
from licet.web.config import ServeConfig
from licet.web.security_middleware import MOST_BATCH_BYTES


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a corpus of three and two copies of it at a lab; copied by each test."""
    root = tmp_path_factory.mktemp("built")
    key = Signer.create(root / "lab.key", "lab.example").public_key_text
    with make_network(root / "w", THREE_POSTS, pack=SHARED_PACK, clock=lambda: AUTUMN) as workspace:
        workspace.layout.recipients.write_text(f"recipients: {{lab: {{key: '{key}', removal_days: 7}}}}")
        workspace.corpus_build()
    return root


@pytest.fixture
def clock() -> Clock:
    return Clock(AUTUMN)


@pytest.fixture
def workspace(built: Path, tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    shutil.copytree(built, tmp_path / "b")
    with licet.open(tmp_path / "b" / "w", clock=clock) as opened:
        yield opened


@pytest.fixture(scope="module")
def quiet(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Platform]]:
    """One for all that is asked in vain, or only reads."""
    root = tmp_path_factory.mktemp("quiet") / "w"
    shutil.copytree(built / "w", root)
    with licet.open(root, clock=lambda: AUTUMN) as opened, platform(root) as client:
        yield opened, client


@pytest.fixture
def api(workspace: Workspace, clock: Clock) -> Iterator[Platform]:
    application = make_application(ServeConfig(workspace.layout.root, ADDRESS), clock)
    sent = {"Authorization": f"Bearer {make_token(workspace.layout.root)}"}
    with Platform(application, base_url=ADDRESS, headers=sent) as client:
        yield client


def bearer(workspace: Workspace, **bound: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {workspace.tokens.create('t', [], **bound)[1]}"}  # type: ignore[arg-type]


def told(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == MEDIA_TYPE, answer.text
    return answer.status_code, answer.json()["code"]


def membership(proof: dict[str, Any], key: str) -> str:
    shown = check_proof_file(proof, key).shown
    assert shown is not None
    return shown.membership


def carried_out(workspace: Workspace) -> Removal | None:
    return DueForgettings(workspace).go_on(lambda stage, done, total: None)


def states(one: dict[str, Any]) -> dict[str, str]:
    return {step["step"]: step["state"] for step in one["steps"]}


# -- the API -----------------------------------------------------------------------------------------------------------


def test_a_member_asks_and_is_told_step_by_step_what_became_of_it(
    workspace: Workspace, api: Platform
) -> None:
    own, key = bearer(workspace, member="anna"), workspace.ledger.public_key_text
    asked = api.post("/forgettings", json={}, headers=own)
    assert asked.status_code == 200, asked.text
    number = asked.json()["number"]
    assert (asked.json()["status"], asked.json()["has_certificate"]) == ("PENDING", False)
    assert states(asked.json()) == {
        "asked": "done", "out_of_service": "done", "updated": "waiting", "purged": "waiting", "copies": "waiting",
        "certified": "waiting",
    }  # fmt: skip
    assert told(api.get(f"/forgettings/{number}/certificate", headers=own)) == (404, "APP-243")
    assert membership(api.get("/proofs", headers=own).json(), key) == "present"
    assert carried_out(workspace) is not None
    (done,) = api.get("/forgettings", headers=own).json()["forgettings"]
    assert done["status"] == "EXACT" and set(states(done).values()) == {"done"}
    certificate = check_forgetting_certificate(
        api.get(f"/forgettings/{number}/certificate", headers=own).json(), key
    )
    assert certificate.ok and certificate.subject == "anna"
    (artefact,) = done["artefacts"]
    assert membership(api.get(f"/proofs?of={artefact}", headers=own).json(), key) == "absent"
    assert carried_out(workspace) is None, "it is done once"


def test_what_is_anothers_is_answered_as_what_is_not_there(workspace: Workspace, api: Platform) -> None:
    number = api.post("/forgettings", json={"subject": "anna"}).json()["number"]
    carried_out(workspace)
    position, other = workspace.ledger.position, bearer(workspace, member="benn")
    for path in ("", "/certificate"):
        theirs = api.get(f"/forgettings/{number}{path}", headers=other)
        nobodys = api.get(f"/forgettings/1000{path}", headers=other)
        assert told(theirs) == (404, "APP-242") and theirs.content == nobodys.content
    assert api.get("/forgettings", headers=other).json()["forgettings"] == []
    for answer in (
        api.post("/forgettings", json={"subject": "anna"}, headers=other),
        api.get("/forgettings?subject=anna", headers=other),
        api.get("/proofs?subject=anna", headers=other),
    ):
        assert told(answer) == (403, "APP-092")
    for path in (
        "/subjects/benn/choices",
        "/packs",
        "/artefacts",
        "/subjects/benn/receipts/1",
        "/ledger/key",
    ):
        assert told(api.get(path, headers=other)) == (403, "APP-092"), "it is for nothing else"
    copy = bearer(workspace, export="0" * 16)
    for path in ("/forgettings", "/proofs?subject=anna", "/packs"):
        assert told(api.get(path, headers=copy)) == (403, "APP-092")
    assert workspace.ledger.position == position
    assert api.get(f"/forgettings/{number}").json()["subject"] == "anna", "an operator's program reads of all"
    workspace.ledger_erase("anna", compact=False)
    assert told(api.get(f"/forgettings/{number}")) == (404, "APP-242")
    assert not any(workspace.layout.certificates.iterdir()), "and the certificate goes with the erasure"


def test_a_request_that_is_sent_again_is_one(workspace: Workspace, api: Platform) -> None:
    sent = {"Idempotency-Key": "k1"}
    first = api.post("/forgettings", json={"subject": "anna"}, headers=sent)
    position = workspace.ledger.position
    assert (
        api.post("/forgettings", json={"subject": "anna"}, headers=sent).json()["number"]
        == first.json()["number"]
    )
    assert workspace.ledger.position == position
    assert told(api.post("/forgettings", json={"subject": "benn"}, headers=sent)) == (422, "APP-086")
    assert told(api.post("/subjects/anna/choices", json={"setting": "ai", "value": "off"}, headers=sent)) == (
        422,
        "APP-086",
    )
    assert workspace.ledger.position == position
    carried_out(workspace)
    workspace.choose("anna", "ai", "on")
    again = api.post("/forgettings", json={"subject": "anna"}, headers=sent)
    assert again.json()["number"] == first.json()["number"], (
        "the key answers for the request that it came with"
    )
    later = api.post("/forgettings", json={"subject": "anna"}, headers={"Idempotency-Key": "k2"})
    assert later.json()["number"] > first.json()["number"]
    workspace.ledger_erase("anna", compact=False)
    assert told(api.post("/forgettings", json={"subject": "anna"}, headers=sent)) == (410, "APP-087")
    assert workspace.ledger.verify().ok


def test_a_list_comes_in_pages_and_a_member_sees_their_own(workspace: Workspace, api: Platform) -> None:
    numbers = [
        api.post("/forgettings", json={"subject": name}).json()["number"] for name in ("anna", "benn", "anna")
    ]
    assert numbers[0] == numbers[2], "it is not done, so it goes on"
    first = api.get("/forgettings?limit=1").json()
    second = api.get(f"/forgettings?limit=1&cursor={first['next']}").json()
    assert [one["number"] for one in (*first["forgettings"], *second["forgettings"])] == numbers[1::-1]
    assert second["next"] is None
    own = api.get("/forgettings", headers=bearer(workspace, member="benn")).json()
    assert [one["subject"] for one in own["forgettings"]] == ["benn"]


def test_of_two_who_ask_at_once_the_second_goes_on_with_what_the_first_began(workspace: Workspace) -> None:
    workspace.choices.object_to_every_use("anna")  # so that only the request itself is new
    numbers = list[int]()

    def ask() -> None:
        with licet.open(workspace.layout.root) as opened:
            numbers.append(opened.uses.ask_to_be_forgotten("anna").number)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers) == 4 and len(set(numbers)) == 1


def test_who_chooses_anew_is_not_forgotten_after_all(workspace: Workspace, api: Platform) -> None:
    number = api.post("/forgettings", json={"subject": "anna"}).json()["number"]
    workspace.choose("anna", "ai", "on")
    assert DueForgettings(workspace).now() == [] and carried_out(workspace) is None
    said = api.get(f"/forgettings/{number}").json()
    assert said["has_chosen_since"] and "lifted" in states(said).values()
    assert [choice.value for choice in workspace.ledger.choices_of("anna") if choice.setting == "ai"] == [
        "on"
    ]
    assert api.post("/forgettings", json={"subject": "anna"}).json()["number"] == number
    assert [one.subject for one in DueForgettings(workspace).now()] == ["anna"], "asked again, it is done"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (422, "APP-090")), (b"{", (422, "APP-090")), (b"[" * 100_000, (400, "APP-098")),
        (b"{}", (403, "APP-092")), (b'{"subject": null}', (403, "APP-092")),
        (b'{"subject": "anna", "subject": "benn"}', (422, "APP-090")),
        (b'{"subject": "", "via": "x"}', (422, "APP-090")), (b'{"subject": 7}', (422, "APP-090")),
        (b'{"subject": "a\\u0000"}', (422, "APP-090")), (b'{"subject": "\\ud800"}', (422, "APP-090")),
        (b'{"subject": "anna", "number": 1}', (422, "APP-090")),
        (b'{"subject": "' + b"x" * 600 + b'"}', (422, "APP-090")),
        (b'{"subject": "' + b"x" * MOST_BATCH_BYTES + b'"}', (413, "APP-096")),
    ],
)  # fmt: skip
def test_a_body_that_is_not_as_described_asks_for_nothing(
    quiet: tuple[Workspace, Platform], body: bytes, expected: tuple[int, str]
) -> None:
    workspace, api = quiet
    position = workspace.ledger.position
    answer = api.post("/forgettings", content=body, headers={"Content-Type": "application/json"})
    assert told(answer) == expected and workspace.ledger.position == position


def test_what_is_named_wrongly_is_a_problem(quiet: tuple[Workspace, Platform]) -> None:
    workspace, api = quiet
    for path, expected in (
        ("/forgettings/x", (422, "APP-090")), ("/forgettings/-1", (422, "APP-090")),
        ("/forgettings/0", (404, "APP-242")), ("/forgettings/99999999999999999999", (422, "APP-090")),
        ("/forgettings?subjekt=anna", (422, "APP-090")), ("/forgettings?cursor=x", (400, "APP-097")),
        ("/proofs", (403, "APP-092")), ("/proofs?subject=anna&of=corpus-99", (404, "STOR-008")),
        ("/proofs?subject=anna&of=..%2F..%2Fkeys", (404, "STOR-016")), ("/proofs?subject=anna&of=", (422, "APP-090")),
        ("/exports/..%2F..%2Fkeys/feed", (404, "DLVR-002")), ("/exports/%FF/feed", (400, "APP-098")),
        ("/exports/0000000000000000/feed", (404, "DLVR-002")), ("/exports/0/feed?after=-1", (422, "APP-090")),
    ):  # fmt: skip
        assert told(api.get(path)) == expected, path
    unknown = api.get("/proofs?subject=nobody")
    assert membership(unknown.json(), workspace.ledger.public_key_text) == "absent"


def test_a_certificate_that_was_damaged_is_not_handed_out(workspace: Workspace, api: Platform) -> None:
    number = api.post("/forgettings", json={"subject": "anna"}).json()["number"]
    carried_out(workspace)
    (path,) = workspace.layout.certificates.iterdir()
    assert b"anna" not in path.read_bytes() and path.stat().st_mode & 0o077 == 0
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    assert told(api.get(f"/forgettings/{number}/certificate")) == (500, "APP-241")
    path.unlink()
    again = api.get(f"/forgettings/{number}/certificate").json()
    assert check_forgetting_certificate(again, workspace.ledger.public_key_text).ok, (
        "made anew while it can be"
    )


def test_bound_tokens_are_bound_to_one_thing(workspace: Workspace) -> None:
    for bound, scopes, code in (
        ({"export": "../keys"}, [], "APP-244"), ({"export": "0" * 15}, [], "APP-244"), ({"member": ""}, [], "APP-170"),
        ({"member": "anna", "export": "0" * 16}, [], "APP-233"), ({"member": "anna"}, ["packs:read"], "APP-233"),
    ):  # fmt: skip
        with pytest.raises(AppError) as caught:
            workspace.tokens.create("t", scopes, **bound)  # type: ignore[arg-type]
        assert caught.value.code == code, bound
    assert workspace.tokens.all() == []


# -- copies ------------------------------------------------------------------------------------------------------------


def test_a_copys_holder_is_told_and_answers_for_that_copy_alone(
    workspace: Workspace, api: Platform, tmp_path: Path, clock: Clock
) -> None:
    copies, exports = [tmp_path / "one", tmp_path / "two"], list[str]()
    for copy in copies:
        workspace.corpus_export(copy, "jsonl", recipient="lab")
        exports.append(str(workspace.copies.left()[-1].export))
    number = api.post("/forgettings", json={"subject": "anna"}).json()["number"]
    carried_out(workspace)
    said = api.get(f"/forgettings/{number}").json()
    assert said["status"] == "PENDING" and states(said)["copies"] == "waiting"
    assert {one["recipient"] for one in said["copies"]} == {"lab"} and len(said["copies"]) == 2
    own = [bearer(workspace, export=export) for export in exports]
    assert told(api.get(f"/exports/{exports[1]}/feed", headers=own[0])) == (403, "APP-092")
    answers = []
    for copy, export, sent in zip(copies, exports, own, strict=True):
        feed = api.get(f"/exports/{export}/feed", headers=sent).json()
        assert feed["last"] == 1 and [one["sequence"] for one in feed["messages"]] == [1]
        assert api.get(f"/exports/{export}/feed?after=1", headers=sent).json()["messages"] == []
        message = tmp_path / f"{export}.feed"
        message.write_text(feed["messages"][0]["note"])
        key = workspace.layout.root.parent / "lab.key"
        applied = apply_to_copy([message], copy, key, None, tmp_path / "answers")
        answers.append(Path(applied.answers[0]).read_text())
    position = workspace.ledger.position

    def hand_in(export: int, answer: str, sent: int | None = None) -> Any:
        return api.post(
            f"/exports/{exports[export]}/ack",
            json={"answer": answer},
            headers=own[export if sent is None else sent],
        )

    assert told(hand_in(0, answers[1])) == (422, "APP-245")
    assert told(hand_in(1, answers[1], sent=0)) == (403, "APP-092")
    forged = answers[0].replace('"documents":2', '"documents":0')
    assert forged != answers[0] and told(hand_in(0, forged)) == (422, "DLVR-010")
    assert told(hand_in(0, "nonsense")) == (403, "DLVR-020")
    twice = b'{"answer": "a", "answer": "b"}'
    sent = {**own[0], "Content-Type": "application/json"}
    assert told(api.post(f"/exports/{exports[0]}/ack", content=twice, headers=sent)) == (422, "APP-090")
    assert workspace.ledger.position == position, "nothing of it was recorded"
    assert hand_in(0, answers[0]).json()["state"] == "applied"
    position = workspace.ledger.position
    assert hand_in(0, answers[0]).json()["state"] == "applied" and workspace.ledger.position == position
    workspace.choose("benn", "ai", "off")
    list(workspace.uses.update())
    message = tmp_path / "second.feed"
    message.write_text(api.get(f"/exports/{exports[0]}/feed", headers=own[0]).json()["messages"][0]["note"])
    key = workspace.layout.root.parent / "lab.key"
    second = Path(apply_to_copy([message], copies[0], key, None, tmp_path / "more").answers[0]).read_text()
    assert hand_in(0, second).json()["applied"] == 2
    position = workspace.ledger.position
    assert told(hand_in(0, answers[0])) == (409, "APP-246") and workspace.ledger.position == position
    clock.at += timedelta(days=8)
    carried_out(workspace)
    said = api.get(f"/forgettings/{number}").json()
    assert said["status"] == "UNREACHED(1)" and states(said)["copies"] == "unknown"
    assert carried_out(workspace) is None, "what nobody can do anything about fills no ledger"


# -- pages -------------------------------------------------------------------------------------------------------------


def test_a_member_asks_on_the_page_and_sees_what_became_of_it(workspace: Workspace) -> None:
    with site(workspace.layout.root) as browser:
        browser.sign_in("anna")
        position = workspace.ledger.position
        assert "proof-corpus-1.json" in browser.get("/forgetting").text, "who asked for nothing may know, too"
        assert "Nothing is asked yet" in browser.get("/forgetting/preview").text
        assert browser.submit("/forgetting").status_code == 422
        assert browser.post("/forgetting", data={"sure": "yes"}).status_code == 403
        assert workspace.ledger.position == position
        asked = browser.submit("/forgetting", sure="yes")
        assert asked.status_code == 200 and "Your request is recorded" in asked.text
        assert "Under way" in asked.text and 'name="sure"' not in asked.text
        carried_out(workspace)
        done = browser.get("/forgetting").text
        assert "Done" in done and "Download the certificate" in done and 'name="sure"' not in done
        (one,) = workspace.uses.forgettings()
        path = f"/forgetting/{one.number}/certificate.json"
        certificate = json.loads(browser.get(path).content)
        assert check_forgetting_certificate(certificate, workspace.ledger.public_key_text).ok
        (name,) = workspace.uses.timeline(one.number).artefacts
        proof = json.loads(browser.get(f"/forgetting/proofs/{name}.json").content)
        assert membership(proof, workspace.ledger.public_key_text) == "absent"
        assert browser.get("/forgetting/proofs/corpus-99.json").status_code == 404
        browser.cookies.clear()
        browser.sign_in("benn")
        assert browser.get(path).status_code == 404 and "anna" not in browser.get("/forgetting").text
        browser.cookies.clear()
        browser.post("/sign-in/operator", data={"token": browser.token()})
        queue = browser.get("/operator/forgettings").text
        assert "EXACT" in queue and "anna" not in queue
        assert browser.get(path).status_code == 403


def test_who_follows_carries_out_what_was_asked_together(workspace: Workspace) -> None:
    from licet.app.follower import follow

    for name in ("anna", "benn"):
        workspace.uses.ask_to_be_forgotten(name)
    brought = follow(workspace, 5.0, lambda stage, done, total: None, stopped=lambda seconds: True)
    assert [one.how for one in brought] != []
    assert [one.status for one in workspace.uses.forgettings()] == ["EXACT", "EXACT"]
    assert workspace.store.scan([SAID.encode()]) == []
    kinds = [entry.kind for entry in workspace.ledger_entries()]
    assert kinds.count(EntryKind.USE_RUN) <= 3, "one update for both"


def test_what_is_pending_is_tried_again_and_fills_no_ledger(
    workspace: Workspace, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    following = DueForgettings(workspace)
    workspace.uses.ask_to_be_forgotten("anna")
    with monkeypatch.context() as broken:
        broken.setattr(Store, "purge", _full)
        assert following.go_on(lambda stage, done, total: None) is not None
        for minutes in (0, 30, 29):
            clock.at += timedelta(minutes=minutes)
            assert following.now() == []
        clock.at += timedelta(minutes=1)
        assert following.go_on(lambda stage, done, total: None) is not None
        (pending,) = workspace.uses.forgettings()
        assert pending.status == "PENDING" and "APP-020" in pending.why[0]
    clock.at += timedelta(minutes=59)
    assert following.now() == []
    clock.at += timedelta(hours=1)
    assert following.go_on(lambda stage, done, total: None) is not None
    assert [one.status for one in workspace.uses.forgettings()] == ["EXACT"]


def _full(*arguments: object, **more: object) -> None:
    raise AppError("APP-020", "the disk is full")


def test_an_outcome_of_its_own_is_no_request_that_a_key_was_used_for(workspace: Workspace) -> None:
    """Both say `request`, and only one of them is a key."""
    workspace.uses.ask_to_be_forgotten("anna", idempotency_key="k")
    carried_out(workspace)
    assert workspace.ledger.verify().ok


def test_a_token_for_reading_asks_for_nothing(workspace: Workspace, api: Platform) -> None:
    reads = {"Authorization": f"Bearer {make_token(workspace.layout.root, 'forgettings:read')}"}
    answer = api.post("/forgettings", json={"subject": "anna"}, headers=reads)
    assert told(answer) == (403, "APP-092") and workspace.uses.forgettings() == []


def test_a_copy_that_somebody_writes_to_is_asked_for_again(
    workspace: Workspace, api: Platform, tmp_path: Path
) -> None:
    workspace.corpus_export(tmp_path / "copy", "jsonl", recipient="lab")
    export = str(workspace.copies.left()[-1].export)
    with pytest.MonkeyPatch.context() as hasty, book(workspace).alone():
        hasty.setattr("licet.deliveries.delivery_book._WAIT_SECONDS", 0.0)
        answer = api.get(f"/exports/{export}/feed")
    assert told(answer) == (503, "DLVR-007") and int(answer.headers["retry-after"]) >= 1
    assert api.get(f"/exports/{export}/feed").json()["messages"] == []
