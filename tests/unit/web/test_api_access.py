"""Who may call the API: nobody without a token, no token beyond its scopes, no session; and what each is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from journeys.api import ROOT, Platform, make_token, platform
from journeys.networks import PACK, make_network, member, post
from journeys.site import ADDRESS, Browser, site
from licet.app import Workspace
from licet.app.access_tokens import SCOPES
from licet.deliveries import Acknowledgement, opening_digest, write_acknowledgement
from licet.ledger import Signer
from licet.web.api.problem_details import MEDIA_TYPE
from licet.web.api.token_check import TokenNeeded
from licet.web.application import make_application
from licet.web.config import ServeConfig
from licet.web.rate_limits import Rate
from licet.web.security_middleware import MOST_BATCH_BYTES

QUESTION = {"subject": "ann", "purpose": "generative_ai_training", "category": "content.posts"}

#: Every route with the scope it needs and a request that it answers.
ROUTES: list[tuple[str, str, str, Any]] = [
    ("POST", "/subjects/ann/choices", "choices:write", {"setting": "ai", "value": "off"}),
    ("POST", "/organisations/acme/choices", "organisations:write", {"setting": "talk", "value": "off"}),
    (
        "POST",
        "/subjects/ann/choices",
        "choices:write",
        {"value": "off", "record": {"table": "posts", "key": "p1"}},
    ),
    ("POST", "/subjects/ann/signals", "choices:write", {"signal": "gpc", "value": True}),
    ("POST", "/subjects/ann/consent-strings", "choices:write", {"gpp": "DBABTA~1YYN"}),
    ("POST", "/choices", "choices:import", b"subject,setting,state,when\nann,ai,off,2024-03-01\n"),
    ("POST", "/subjects/ann/distinct", "subjects:write", {"other": "Ann"}),
    ("POST", "/subjects/ann/rename", "subjects:write", {"new": "anna"}),
    ("GET", "/subjects/ann/choices", "choices:read", None),
    ("GET", "/subjects/ann/settings", "choices:read", None),
    ("GET", "/subjects/ann/settings/ai", "choices:read", None),
    ("GET", "/subjects/ann/preview?setting=ai&value=off", "choices:read", None),
    ("GET", "/subjects/ann/uses", "uses:read", None),
    ("GET", "/subjects/ann/flows", "uses:read", None),
    ("GET", "/subjects/ann/artefacts", "uses:read", None),
    ("GET", "/subjects/ann/suggestions/headline", "suggestions:read", None),
    ("GET", "/artefacts", "uses:read", None),
    ("GET", "/subjects/ann/receipts/1", "receipts:read", None),
    ("POST", "/forgettings", "forgettings:write", {"subject": "ben"}),
    ("GET", "/forgettings?subject=ben", "forgettings:read", None),
    ("GET", "/forgettings/feed?subject=ben", "forgettings:read", None),
    ("GET", "/forgettings/{forgetting}", "forgettings:read", None),
    ("GET", "/forgettings/{forgetting}/certificate", "forgettings:read", None),
    ("GET", "/proofs?subject=ann", "proofs:read", None),
    ("GET", "/exports/{export}/feed", "exports:answer", None),
    ("POST", "/exports/{export}/ack", "exports:answer", {"answer": "{answer}"}),
    ("POST", "/decisions", "decisions:read", QUESTION | {"record": {"table": "posts", "key": "p1"}}),
    ("POST", "/decisions/batch", "decisions:read", {"questions": [QUESTION]}),
    ("GET", "/ledger/key", "ledger:read", None),
    ("GET", "/ledger/checkpoint", "ledger:read", None),
    ("GET", "/ledger/proofs/inclusion?entry=0", "ledger:read", None),
    ("GET", "/ledger/proofs/consistency?old=1", "ledger:read", None),
    ("GET", "/advertisers/audiences", "advertisers:write", None),
    ("GET", "/packs", "packs:read", None),
    ("GET", "/packs/{digest}", "packs:read", None),
]

#: Those that need more than this workspace has; their tests ask for their scopes themselves.
ELSEWHERE = {
    ("GET", "/search/{rows}"), ("GET", "/subjects/ann/people"), ("GET", "/insights"), ("GET", "/insights/{month}"),
    ("GET", "/recommendations/ann/jobs"), ("GET", "/recommendations/ann/posts"), ("GET", "/recommendations/ann/why"),
    ("GET", "/recommendations/ann/both-ways"), ("GET", "/recommendations/similar"),
    ("POST", "/advertisers/{advertiser}/audiences"), ("GET", "/advertisers/effect"), ("GET", "/advertisers/campaigns"),
    ("POST", "/advertisers/{advertiser}/audiences/end"),
    ("POST", "/ads/choices"), ("GET", "/ads/choices/{choice}"), ("POST", "/ads/choices/{choice}/click"),
    ("GET", "/ads/campaigns"),
    ("GET", "/lists"), ("GET", "/lists/audiences"), ("GET", "/lists/deliveries"), ("POST", "/lists/deliveries"),
    ("POST", "/lists/acknowledgements"),
    ("GET", "/subjects/ann/lists"),
}  # fmt: skip


#: Lets organisations refuse one setting, and a lab have what is trained on.
POLICY = (
    PACK.replace("  talk:\n", "  talk:\n    organisation_may_refuse: true\n")
    .replace("categories: {profile", "recipients: {lab: {name: A lab, kind: partner}}\ncategories: {profile")
    .replace("effect: permit,", "effect: permit, recipients: [self, lab],")
)


def made(root: Path) -> Workspace:
    rows = {"members": [member("ann"), member("ben")], "posts": [post("p1", "ann", "Bread")]}
    workspace = make_network(root, rows, pack=POLICY)
    workspace.choose("ann", "ai", "on")
    return workspace


def filled(workspace: Workspace, text: str) -> str:
    """A path or an answer with the names of what is there."""
    copies, forgettings = workspace.copies.left(), workspace.uses.forgettings()
    export, answer = "", ""
    if copies:
        export = str(copies[0].export)
        (run,) = [
            entry.payload
            for entry in workspace.ledger_entries()
            if entry.payload is not None and entry.payload.get("export") == export and entry.kind == "use_run"
        ]
        said = Acknowledgement(
            export=export, recipient="lab", sequence=0, state="received", at="2026-11-30T00:00:00Z",
            message=opening_digest(export, run["documents"], run["documents_root"]),
            documents=run["documents"], root=run["documents_root"],
        )  # fmt: skip
        answer = write_acknowledgement(said, Signer.open(workspace.layout.root.parent / "lab.key"))
    names = {
        "{digest}": workspace.policy().pack.digest, "{export}": export, "{answer}": answer,
        "{forgetting}": str(forgettings[0].number) if forgettings else "",
    }  # fmt: skip
    for name, value in names.items():
        text = text.replace(name, value)
    return text


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """One for all that changes nothing, or nothing that another asks."""
    root = tmp_path_factory.mktemp("shared")
    workspace = made(root / "w")
    key = Signer.create(root / "lab.key", "lab.example").public_key_text
    workspace.layout.recipients.write_text(f"recipients: {{lab: {{key: '{key}'}}}}")
    workspace.corpus_build()
    workspace.corpus_export(root / "copy", "jsonl", recipient="lab")
    workspace.forget("ben")
    yield workspace
    workspace.close()


@pytest.fixture(scope="module")
def api(shared: Workspace) -> Iterator[Platform]:
    with platform(shared.layout.root) as client:
        yield client


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """One of its own, for a test that changes it."""
    workspace = made(tmp_path / "w")
    yield workspace
    workspace.close()


@pytest.fixture
def own(workspace: Workspace) -> Iterator[Platform]:
    with platform(workspace.layout.root) as client:
        yield client


def sending(body: Any) -> dict[str, Any]:
    """A body as JSON, or as the file it is."""
    if isinstance(body, bytes):
        return {"content": body, "headers": {"Content-Type": "text/csv"}}
    return {"json": body, "headers": {}}


def told(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == MEDIA_TYPE, answer.text
    said = answer.json()
    assert said["status"] == answer.status_code and said["type"] == f"urn:licet:error:{said['code']}"
    return answer.status_code, said["code"]


def test_every_route_is_here(api: Platform) -> None:
    described = api.get("/openapi.json").json()["paths"]
    there = {(method.upper(), path) for path, methods in described.items() for method in methods}
    named = {
        "{subject}": "ann",
        "{organisation}": "acme",
        "{setting}": "ai",
        "{entry}": "1",
        "{number}": "{forgetting}",
        "{kind}": "headline",
    }
    for name, value in named.items():
        there = {(method, path.replace(name, value)) for method, path in there}
    assert there - ELSEWHERE == {(method, path.partition("?")[0]) for method, path, _, _ in ROUTES}


@pytest.mark.parametrize(("method", "path", "scope", "body"), ROUTES)
def test_a_route_is_for_its_scope_alone(
    shared: Workspace, api: Platform, method: str, path: str, scope: str, body: Any
) -> None:
    path, root = filled(shared, path), shared.layout.root
    if isinstance(body, dict) and "answer" in body:
        body = {"answer": filled(shared, body["answer"])}
    position = shared.ledger.position
    others = [one for one in SCOPES if one != scope]
    sent = {"Authorization": f"Bearer {make_token(root, *others)}"}

    def ask(path: str, headers: dict[str, str]) -> Any:
        body_and_headers = sending(body)
        return api.request(
            method, path, **{**body_and_headers, "headers": {**body_and_headers["headers"], **headers}}
        )

    answer = ask(path, sent)
    assert told(answer) == (403, "APP-092") and scope in answer.json()["detail"]
    nobody = ask(path.replace("ann", "nobody"), sent)
    assert nobody.content == answer.content, "who may not ask learns not who is there"
    assert told(ask(path, {"Authorization": ""}))[0] == 401
    assert shared.ledger.position == position
    answer = ask(path, {"Authorization": f"Bearer {make_token(root, scope)}"})
    assert answer.status_code == 200, answer.text


def test_a_token_of_one_organisation_records_its_noes_and_is_for_nothing_else(
    shared: Workspace, api: Platform
) -> None:
    names = ("acme", "Acme", "acme:x", "x", "acme/x", "*")
    sent = {
        name: {"Authorization": f"Bearer {shared.tokens.create('t', [], organisation=name)[1]}"}
        for name in names
    }
    position, body = shared.ledger.position, {"setting": "talk", "value": "off"}
    for method, path, scope, given in ROUTES:
        if scope != "organisations:write":
            what = sending(given)
            headers = {**what.pop("headers"), **sent["acme"]}
            answer = api.request(method, filled(shared, path), headers=headers, **what)
            assert told(answer) == (403, "APP-092"), path
    for name in names:
        for other in (*names, "acme ", "acme%00", "%61cme%20", "organisations:write"):
            path = f"/organisations/{other.replace('/', '%2F')}/choices"
            if other != name:
                answer = api.post(path, json=body, headers=sent[name])
                assert told(answer) == (403, "APP-092"), (name, other)
    assert told(api.post("/organisations//choices", json=body, headers=sent["acme"]))[0] == 404
    assert shared.ledger.position == position
    for value in ("off", "on"):
        answer = api.post(
            "/organisations/acm%65/choices", json={**body, "value": value}, headers=sent["acme"]
        )
        assert answer.status_code == 200, answer.text
        noes = shared.ledger.organisation_noes().to_pylist()
        assert ["acme" for no in noes if no["organisation"] == "acme"] == ["acme"] * (value == "off")


@pytest.mark.parametrize(
    "sent",
    [
        "", "Bearer", "Bearer ", "Bearer x", "Basic YW5uOg==", "Token {token}", "{token}", "Bearer {token}x",
        "Bearer {token} {token}", "Bearer  ,{token}",
    ],
)  # fmt: skip
def test_without_a_valid_token_nobody_learns_anything(api: Platform, sent: str) -> None:
    text = api.headers["Authorization"].removeprefix("Bearer ")
    headers = {"Authorization": sent.format(token=text)}
    for path in ("/packs", "/nothing", "/subjects/ann/choices"):
        answer = api.get(path, headers=headers)
        assert told(answer) == (401, "APP-091")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert api.get("/packs", headers={"Authorization": f"bearer {text}"}).status_code == 200


def test_no_authorization_is_none_and_two_are_none(own: Platform) -> None:
    sent = own.headers.pop("Authorization")
    assert told(own.get("/packs")) == (401, "APP-091")
    two = [("Authorization", sent), ("Authorization", "Bearer x")]
    assert told(own.get("/packs", headers=two)) == (401, "APP-091")


def test_a_token_ends_without_a_restart(workspace: Workspace, own: Platform) -> None:
    assert own.get("/packs").status_code == 200
    (token,) = workspace.tokens.all()
    workspace.tokens.revoke(token.id)
    assert told(own.get("/packs")) == (401, "APP-091")
    soon = datetime.now(UTC) + timedelta(seconds=0.2)
    _, text = workspace.tokens.create("short", ["packs:read"], soon)
    own.headers["Authorization"] = f"Bearer {text}"
    while datetime.now(UTC) < soon:
        assert own.get("/packs").status_code in (200, 401)
    assert told(own.get("/packs")) == (401, "APP-091")


def test_a_session_is_nothing_to_the_api_and_a_token_nothing_to_the_pages(workspace: Workspace) -> None:
    with site(workspace.layout.root) as browser:
        browser.sign_in("ann")
        assert browser.get("/settings").status_code == 200
        assert told(browser.get(f"{ROOT}/subjects/ann/choices")) == (401, "APP-091")
        answer = browser.post(f"{ROOT}/subjects/ann/choices", json={"setting": "ai", "value": "off"})
        assert told(answer) == (401, "APP-091") and "set-cookie" not in answer.headers
    with site(workspace.layout.root) as stranger:
        sent = {"Authorization": f"Bearer {make_token(workspace.layout.root)}"}
        for path in ("/settings", "/receipts/1.json", "/data"):
            assert stranger.get(path, headers=sent, follow_redirects=False).status_code == 303
    assert [choice.value for choice in workspace.ledger.choices_of("ann")] == ["on"]


def test_whose_receipt_it_is_not_learns_nothing(api: Platform) -> None:
    own = api.get("/subjects/ann/receipts/1")
    assert own.headers["content-type"] == "application/ld+json" and own.json()
    answers = [
        api.get(f"/subjects/{who}/receipts/{entry}")
        for who, entry in (("ben", 1), ("ann", 0), ("ann", 999), ("nobody", 1))
    ]
    assert {told(answer) for answer in answers} == {(404, "APP-080")}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/api", (404, "APP-094")), ("GET", "/api/", (404, "APP-094")),
        ("GET", "/api/v2/packs", (404, "APP-094")),
        ("GET", "/api/v1", (404, "APP-094")), ("GET", "/api/v1/nothing", (404, "APP-094")),
        ("GET", "/api/v1/packs/", (404, "APP-094")), ("DELETE", "/api/v1/subjects/ann/choices", (405, "APP-095")),
        ("GET", "/api/v1/subjects/%FF/choices", (400, "APP-098")),
        ("GET", "/api/v1/subjects/a%00b/choices", (404, "APP-013")),
        ("GET", f"/api/v1/subjects/{'x' * 600}/choices", (404, "APP-013")),
        ("GET", "/api/v1/subjects/nobody/choices", (404, "APP-013")),
        ("GET", "/api/v1/subjects/../../settings", (404, "APP-094")),
        ("GET", "/api/v1/ledger/checkpoint?size=999", (404, "LEDG-014")),
        ("GET", "/api/v1/ledger/proofs/consistency?old=2&new=1", (404, "LEDG-015")),
        ("GET", "/api/v1/ledger/checkpoint?size=-1", (422, "APP-090")),
        ("GET", "/api/v1/ledger/checkpoint?sise=1", (422, "APP-090")),
        ("GET", "/api/v1/subjects/ann/settings/%61i%2F", (404, "APP-011")),
        ("GET", f"/api/v1/packs/{'0' * 64}", (404, "APP-016")),
    ],
)  # fmt: skip
def test_every_refusal_is_a_problem(api: Platform, method: str, path: str, expected: tuple[int, str]) -> None:
    answer = api.request(method, ADDRESS + path)
    assert told(answer) == expected
    if expected[0] == 405:
        assert answer.headers["allow"] == "GET, POST"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (422, "APP-090")), (b"{", (422, "APP-090")), (b"[" * 100_000, (400, "APP-098")),
        (b"\xff", (400, "APP-098")),
        (b'{"setting": "ai", "value": "off", "extra": 1}', (422, "APP-090")),
        (b'{"setting": "ai", "value": NaN}', (422, "APP-090")),
        (b'{"setting": "\\ud800", "value": "off"}', (422, "APP-090")),
        (b'{"setting": "a\\u0000", "value": "off"}', (422, "APP-090")),
        (b'{"setting": "ai", "value": "maybe"}', (422, "APP-090")),
        (b'{"setting": "nothing", "value": "off"}', (404, "APP-011")),
        (b'{"setting": "ai", "value": "off", "category": "nothing"}', (404, "APP-014")),
        (b'{"setting": "ai", "value": ' + b"1" * 5000 + b"}", (400, "APP-098")),
    ],
)  # fmt: skip
def test_a_body_that_is_not_as_described_is_refused(
    shared: Workspace, api: Platform, body: bytes, expected: tuple[int, str]
) -> None:
    position = shared.ledger.position
    sent = {"Content-Type": "application/json"}
    answer = api.post("/subjects/ann/choices", content=body, headers=sent)
    assert told(answer) == expected
    assert shared.ledger.position == position


def test_what_is_too_large_or_for_another_name_is_a_problem(api: Platform) -> None:
    assert told(api.post("/decisions", content=b"x" * (MOST_BATCH_BYTES + 1))) == (413, "APP-096")
    pieces = (b"x" * 65536 for _ in range(MOST_BATCH_BYTES // 65536 + 1))
    assert told(api.post("/decisions", content=pieces)) == (413, "APP-096")
    assert told(api.get("/packs", headers={"Host": "evil.example"})) == (421, "APP-063")


def test_how_often_is_bounded_for_each_token(workspace: Workspace) -> None:
    async def answers(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    door = TokenNeeded(answers, workspace, Rate(burst=2, per_second=0.001))
    busy, idle = make_token(workspace.layout.root), make_token(workspace.layout.root)
    client = Browser(door, base_url=ADDRESS)
    seen = [client.get("/packs", headers={"Authorization": f"Bearer {busy}"}) for _ in range(3)]
    assert [one.status_code for one in seen[:2]] == [200, 200]
    assert told(seen[2]) == (429, "APP-093") and int(seen[2].headers["retry-after"]) > 0
    assert client.get("/packs", headers={"Authorization": f"Bearer {idle}"}).status_code == 200


def test_nothing_of_this_machine_is_told(workspace: Workspace) -> None:
    """A policy whose text is gone (APP-006) is the keeper's to mend, and says where to the log alone.

    Gone before the server begins: one that runs has read the text and held it to its digest, and needs it no more.
    """
    for kept in workspace.layout.packs.iterdir():
        kept.unlink()
    with platform(workspace.layout.root) as own:
        answer = own.post("/decisions", json=QUESTION)
    assert told(answer) == (500, "APP-006")
    assert str(workspace.layout.root) not in answer.text and "where" not in answer.json()


def test_tokens_that_others_may_read_are_not_accepted(workspace: Workspace, own: Platform) -> None:
    workspace.layout.tokens.chmod(0o644)
    answer = own.get("/packs")
    assert told(answer) == (500, "APP-074") and str(workspace.layout.root) not in answer.text


def test_decisions_have_a_limit_that_all_workers_share_and_a_batch_weighs_what_it_asks(
    workspace: Workspace,
) -> None:
    root = workspace.layout.root
    one, other = (make_application(ServeConfig(root, ADDRESS, decisions_per_second=1)) for _ in range(2))
    sent = {"Authorization": f"Bearer {make_token(root)}"}
    with (
        Platform(one, base_url=ADDRESS, headers=sent) as here,
        Platform(other, base_url=ADDRESS, headers=sent) as there,
    ):
        answers = [door.post("/decisions", json=QUESTION) for door in (here, there, here, there)]
        assert [answer.status_code for answer in answers[:2]] == [200, 200]
        assert told(answers[3]) == (429, "APP-093") and int(answers[3].headers["retry-after"]) > 0
        assert here.get("/packs").status_code == 200, "nothing else waits for it"
        fresh = {"Authorization": f"Bearer {make_token(root)}"}
        many = {"questions": [QUESTION] * 1000}
        assert here.post("/decisions/batch", json=many, headers=fresh).status_code == 200
        late = there.post("/decisions", json=QUESTION, headers=fresh)
        assert told(late) == (429, "APP-093") and int(late.headers["retry-after"]) > 30
