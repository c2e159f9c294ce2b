"""Choices over the API: recorded durably, read back, decided by, and recorded once for each key."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from journeys.api import Platform, platform
from journeys.networks import make_network, member, post
from licet.app import Workspace
from licet.terms.moments import parse_moment
from licet.web.api.decisions_api import FullAnswer, ManyAnswers
from licet.web.security_middleware import MOST_CHOICES_BYTES

#: Ids that break naive routes, and none of which is another's.
ODD_IDS = ["a/b", "..", ".", "a%2Fb", "ü ñ 漢", "'; DROP TABLE entries; --", "?x=1#y", "a\nb", "+", "é" * 500]

QUESTION = {"purpose": "generative_ai_training", "category": "content.posts", "visibility": "public"}
WHEN = {"at": "2026-01-01"}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    rows = {
        "members": [member("ann"), member("ben", "US"), *(member(one) for one in ODD_IDS)],
        "posts": [post("p1", "ann", "Bread wants time")],
    }
    made = make_network(tmp_path / "w", rows)
    yield made
    made.close()


@pytest.fixture
def api(workspace: Workspace) -> Iterator[Platform]:
    with platform(workspace.layout.root) as client:
        yield client


def test_a_choice_answered_is_durable_and_governs(workspace: Workspace, api: Platform) -> None:
    asked = {"subject": "ann", **QUESTION, **WHEN}
    assert api.post("/decisions", json=asked).json()["permitted"]
    answer = api.post("/subjects/ann/choices", json={"setting": "ai", "value": "off", "via": "our page"})
    assert answer.status_code == 200, answer.text
    said = answer.json()
    (choice,) = workspace.ledger.choices_of("ann")
    assert (choice.value, choice.entry) == ("off", said["entry"]) and said[
        "position"
    ] == workspace.ledger.position
    denied = api.post("/decisions", json={**asked, "min_position": said["position"]}).json()
    assert (denied["permitted"], denied["code"]) == (False, "refused")
    assert denied["position"] == said["position"]


def test_a_decision_waits_for_no_ledger_that_is_behind(workspace: Workspace, api: Platform) -> None:
    position = workspace.ledger.position
    one = {"subject": "ann", **QUESTION}
    for path, body in (("/decisions", one), ("/decisions/batch", {"questions": [one]})):
        answer = api.post(path, json={**body, "min_position": position + 1})
        assert (answer.status_code, answer.json()["code"]) == (409, "APP-085")
        assert api.post(path, json={**body, "min_position": position}).status_code == 200
        assert api.post(path, json={**body, "position": position + 1}).json()["code"] == "APP-015"


def test_a_decision_is_told_as_described_and_as_the_workspace_tells_it(
    workspace: Workspace, api: Platform
) -> None:
    """Written without a model of the answer, so it is held to that here; each way of asking gives the same."""
    record = {"record": {"table": "posts", "key": "p1"}}
    for subject, more in (("ann", {}), ("ben", {}), ("nobody", {}), ("ann", record)):
        asked = {"subject": subject, **QUESTION, **WHEN, **more}
        told = api.post("/decisions", json=asked).json()
        assert FullAnswer.model_validate(told, strict=True).model_dump() == told
        then = api.post("/decisions", json={**asked, "position": told["position"]}).json()
        assert then == told and told["at"] == "2026-01-01T00:00:00Z"
        if subject != "nobody" and not more:
            at = parse_moment(WHEN["at"])
            known = workspace.decide(subject, *list(QUESTION.values())[:2], at=at, visibility="public")
            assert known.as_json() == {name: told[name] for name in known.as_json()}
    batch = api.post("/decisions/batch", json={"questions": [{"subject": "ann", **QUESTION}]}).json()
    assert ManyAnswers.model_validate(batch, strict=True).model_dump() == batch


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"", 422, "application/json"), (b"{", 422, "application/json"), (b"\xff", 400, "application/json"),
        (b"[" * 100_000, 400, "application/json"), (b"[]", 422, "application/json"),
        (b'{"subject": "a", "subject": "b", "purpose": "p", "category": "c"}', 422, "application/json"),
        (b'{"subject": "\\ud800", "purpose": "p", "category": "c"}', 422, "application/json"),
        (b'{"subject": "a", "purpose": "p", "category": "c", "more": 1}', 422, "application/json"),
        (b'{"subject": "a", "purpose": "p", "category": "c", "at": 1}', 422, "application/json"),
        (b'{"subject": "a", "purpose": "p", "category": "c"}', 422, "text/plain"),
        (b'{"subject": "a", "purpose": "p", "category": "c"}', 200, "application/problem+json; charset=utf-8"),
    ],
)  # fmt: skip
def test_a_question_that_is_not_as_described_is_refused(
    api: Platform, body: bytes, status: int, kind: str
) -> None:
    answer = api.post("/decisions", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    assert status == 200 or answer.json()["code"] == {422: "APP-090", 400: "APP-098"}[status]
    assert api.post("/decisions?subject=ann", json={}).json()["code"] == "APP-090"


@pytest.mark.parametrize("subject", ODD_IDS)
def test_any_text_can_be_somebody(api: Platform, subject: str) -> None:
    path = f"/subjects/{quote(subject, safe='')}/choices".replace("/../", "/%2E%2E/").replace("/./", "/%2E/")
    assert api.post(path, json={"setting": "ai", "value": "off"}).json()["subject"] == subject
    (found,) = api.get(path).json()["choices"]
    assert found["value"] == "off"
    questions = [{"subject": one, **QUESTION} for one in ODD_IDS]
    answers = api.post("/decisions/batch", json={"questions": questions, **WHEN})
    refused = [one["code"] == "refused" for one in answers.json()["decisions"]]
    assert refused == [one == subject for one in ODD_IDS]


def test_who_is_not_in_the_members_table_yet_can_choose(workspace: Workspace, api: Platform) -> None:
    said = api.post("/subjects/cem/choices", json={"setting": "ai", "value": "off"}).json()
    assert (said["subject"], said["known"], said["notes"]) == ("cem", False, [])
    assert api.post("/subjects/cem/signals", json={"signal": "gpc", "value": True}).json()["known"] is False
    assert api.post("/subjects/ann/choices", json={"setting": "ai", "value": "off"}).json()["known"] is True
    assert [one["kind"] for one in api.get("/subjects/cem/choices").json()["choices"]] == ["choice", "signal"]
    (workspace.layout.root / "catalogue.yaml").write_text("licet_catalogue: [1")
    answer = api.post("/subjects/dora/choices", json={"setting": "ai", "value": "off"})
    assert (answer.status_code, answer.json()["known"]) == (200, None)
    assert api.get("/subjects/dora/choices").json()["choices"][0]["value"] == "off"


def test_choices_made_elsewhere_come_in_as_one_file(workspace: Workspace, api: Platform) -> None:
    rows = b"subject,setting,state,when\nann,ai,off,2024-03-01\nben,ai,off,2024-03-01\n"
    sent = {"Content-Type": "text/csv; charset=utf-8"}
    dry = api.post("/choices?dry_run=true", content=rows, headers=sent).json()
    assert (dry["recorded"], dry["dry_run"]) == (2, True) and not workspace.ledger.choices_of("ann")
    said = api.post("/choices", content=rows, headers=sent).json()
    assert (said["rows"], said["recorded"], said["noes"], said["not_members"]) == (2, 2, 2, 0)
    assert said["position"] == workspace.ledger.position
    line = b'{"subject": "ann", "setting": "ai", "state": "off", "when": "2024-03-01"}\n'
    again = api.post("/choices", content=line, headers={"Content-Type": "application/x-ndjson"}).json()
    assert (again["recorded"], again["already_there"]) == (0, 1)
    assert api.get("/subjects/ann/choices").json()["choices"][0]["value"] == "off"


def test_a_file_of_choices_that_cannot_be_taken_is_refused_whole(workspace: Workspace, api: Platform) -> None:
    before, sent = workspace.ledger.position, {"Content-Type": "text/csv"}
    rows = b"subject,setting,state,when\nann,ai,off,2024-03-01\n"
    asked = [
        (api.post("/choices", content=rows, headers={"Content-Type": "application/json"}), 422, "APP-171"),
        (api.post("/choices", content=b"subject\nann\n", headers=sent), 422, "APP-171"),
        (api.post("/choices", content=rows + b"ann,ai,maybe,2024-03-01\n", headers=sent), 422, "APP-172"),
        (api.post("/choices?pack=none", content=rows, headers=sent), 404, "APP-173"),
        (api.post("/choices", content=bytes(MOST_CHOICES_BYTES + 1), headers=sent), 413, "APP-096"),
    ]
    for answer, status, code in asked:
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert workspace.ledger.position == before


def test_one_key_is_one_entry(workspace: Workspace, api: Platform) -> None:
    before, key = workspace.ledger.position, {"Idempotency-Key": "k1"}
    body = {"setting": "ai", "value": "off"}
    first = api.post("/subjects/ann/choices", json=body, headers=key)
    assert first.status_code == 200, first.text
    with platform(workspace.layout.root) as other:  # another token's keys are its own
        assert other.post("/subjects/ann/choices", json=body, headers=key).json()["entry"] == before + 1
    again = api.post("/subjects/ann/choices", json=body, headers=key)
    assert again.content == first.content
    assert workspace.ledger.position == before + 2
    for path, other_body in (
        ("/subjects/ann/choices", {**body, "value": "on"}),
        ("/subjects/ann/choices", {**body, "category": "content"}),
        ("/subjects/ann/choices", {**body, "via": "elsewhere"}),
        ("/subjects/ben/choices", body),
        ("/subjects/ann/signals", {"signal": "gpc", "value": True}),
    ):
        answer = api.post(path, json=other_body, headers=key)
        assert (answer.status_code, answer.json()["code"]) == (422, "APP-086")
    assert workspace.ledger.position == before + 2


def test_a_key_outlives_the_server_and_the_policy(workspace: Workspace) -> None:
    body, root = {"setting": "ai", "value": "on"}, workspace.layout.root
    with platform(root) as api:
        sent = {**api.headers, "Idempotency-Key": "k1"}
        first = api.post("/subjects/ann/choices", json=body, headers=sent)
    later = root / "later.yaml"
    text = (root / "policy.yaml").read_text()
    later.write_text(
        text.replace('version: "1"', 'version: "2"')
        .replace("  ai:", "  aid:")
        .replace("setting: ai", "setting: aid")
    )
    workspace.use_pack(str(later))
    with platform(root) as api:
        assert api.post("/subjects/ann/choices", json=body, headers=sent).content == first.content


def test_a_key_whose_entry_was_erased_is_not_recorded_anew(workspace: Workspace, api: Platform) -> None:
    body, key = {"signal": "gpc", "value": True}, {"Idempotency-Key": "k1"}
    assert api.post("/subjects/ann/signals", json=body, headers=key).json()["signal"] == "gpc"
    workspace.ledger_erase("ann")
    position = workspace.ledger.position
    answer = api.post("/subjects/ann/signals", json=body, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (410, "APP-087")
    assert workspace.ledger.position == position


def test_what_two_readers_of_json_read_differently_is_refused(workspace: Workspace, api: Platform) -> None:
    before = workspace.ledger.position
    twice = '{"setting": "ai", "value": "off", "value": "on"}'
    nested = (
        '{"questions": [{"subject": "ann", "subject": "ben", "purpose": "p", "category": "content.posts"}]}'
    )
    for path, body in (("/subjects/ann/choices", twice), ("/decisions/batch", nested)):
        answer = api.post(path, content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (422, "APP-090"), answer.text
    assert workspace.ledger.position == before


@pytest.mark.parametrize("key", ["", "k 1", "k" * 256, "ü"])
def test_a_key_that_is_none_is_refused(workspace: Workspace, api: Platform, key: str) -> None:
    before = workspace.ledger.position
    answer = api.post(
        "/subjects/ann/choices", json={"setting": "ai", "value": "off"},
        headers={"Idempotency-Key": key.encode()},  # type: ignore[dict-item]
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (422, "APP-090")
    assert workspace.ledger.position == before


def test_choices_come_page_by_page(workspace: Workspace, api: Platform) -> None:
    for number in range(7):
        workspace.choose("ann", "ai", "off" if number % 2 else "on", via="test")
        workspace.choose("ben", "ai", "off")
    workspace.signal("ann", "gpc", True)
    whole = api.get("/subjects/ann/choices").json()
    assert whole["next"] is None and len(whole["choices"]) == len({one["entry"] for one in whole["choices"]})
    assert whole["choices"][-1]["signal"] == "gpc" and whole["choices"][-1]["setting"] is None
    found, cursor, pages = [], None, 0
    while pages == 0 or cursor is not None:
        page = api.get(
            "/subjects/ann/choices", params={"limit": 3} | ({"cursor": cursor} if cursor else {})
        ).json()
        found, cursor, pages = found + page["choices"], page["next"], pages + 1
        workspace.choose("ben", "ai", "on")  # what comes meanwhile moves nothing
    assert found == whole["choices"] and pages == (len(found) + 2) // 3
    beyond = [base64.urlsafe_b64encode(f"licet:{place}".encode()).decode() for place in (2**53, 2**63, 9**40)]
    for cursor in ("x", "bGljZXQ6LTE", "bGljZXQ6MDE", "é", "=" * 64, *(text.rstrip("=") for text in beyond)):
        answer = api.get("/subjects/ann/choices", params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (400, "APP-097"), cursor


#: Texts that are no place in any ledger: too large, below zero, no number, the digits of other scripts.
NO_PLACES = (
    str(2**53),
    str(2**63),
    str(2**64),
    "9" * 4000,
    "9" * 5000,
    "-1",
    f"-{2**63}",
    "1e3",
    "²",
    "٣",
    "0x1",
    "",
)


@pytest.mark.parametrize("place", NO_PLACES)
def test_a_number_that_is_no_place_is_the_askers_to_mend(api: Platform, place: str) -> None:
    for path, name in (
        ("/subjects/ann/choices", "limit"), ("/ledger/checkpoint", "size"), ("/ledger/proofs/inclusion", "entry"),
        ("/ledger/proofs/consistency", "old"),
    ):  # fmt: skip
        answer = api.get(path, params={name: place})
        assert (answer.status_code, answer.json()["code"]) == (422, "APP-090"), path
    answer = api.get(f"/receipts/{place or ' '}")
    assert answer.status_code in (404, 422) and answer.json()["code"].startswith("APP-"), answer.text


def test_a_place_that_is_no_number_in_a_body_is_the_askers_to_mend(api: Platform) -> None:
    asked = {"subject": "ann", "purpose": "generative_ai_training", "category": "content.posts"}
    for field in ("position", "min_position"):
        for place in (2**53, 2**64, 10**400, -1, 1.5, "3", True):
            body = json.dumps({"questions": [asked], field: place})
            answer = api.post("/decisions/batch", content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code == 422 and answer.json()["code"] == "APP-090", (
                field,
                place,
                answer.text,
            )
