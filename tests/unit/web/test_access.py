"""Who may see what: every route is asked by nobody, by another member and by an operator, and none learns anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from journeys.networks import make_network, member, message, post
from journeys.site import Browser, site
from licet.app import Workspace
from licet.app.access_tokens import SCOPES
from licet.terms.moments import parse_moment

SECRET = "the-words-only-she-may-read"
#: Pages for anybody: what they show is public, or nobody's.
FOR_ANYBODY = {
    "/", "/sign-in", "/sign-in/oidc", "/sign-in/callback", "/sign-in/operator", "/sign-out", "/healthz", "/readyz",
    "/robots.txt", "/.well-known/gpc.json", "/receipts/key", "/audit", "/compare", "/guide", "/guide/{pack}",
    "/public/{subject}", "/public/{subject}/{table}/{key}",
    "/ads/slot", "/ads/why/{choice}", "/ads/less/{choice}", "/ads/click/{choice}", "/ads/images/{name}",
}  # fmt: skip
FOR_OPERATORS = {
    "/operator", "/operator/campaigns", "/operator/forgettings", "/operator/lists", "/operator/requests",
    "/operator/requests/{number}", "/impact", "/impact/file",
}  # fmt: skip
COMPARED = "before=linkedin_as_reported&after=linkedin_official&from_date=2026-01-01"
FOR_MEMBERS = {
    "/settings", "/settings/menu/{steps:path}", "/settings/{setting}", "/settings/{setting}/preview", "/data",
    "/data/past", "/data/past/{entry}", "/data/lists", "/data/records/{table}",
    "/data/uses/{purpose}/{recipient}", "/notices", "/notices/{digest}",
    "/notices/{digest}/mail", "/receipts", "/receipts/{entry}.json", "/receipts/archive", "/signals/{signal}/forget",
    "/forgetting", "/forgetting/preview", "/forgetting/{number}/certificate.json", "/forgetting/proofs/{artefact}.json",
    "/features", "/features/model", "/features/model/{form}", "/recommendations", "/recommendations/both-ways",
    "/recommendations/posts", "/recommendations/why", "/recommendations/similar", "/recommendations/effect",
    "/people", "/search", "/insights", "/ads", "/requests",
}  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    rows = {
        "members": [member("annegret"), member("benedikt"), member("a/../benedikt")],
        "profiles": [
            {"id": "annegret", "name": "Ann", "headline": "A baker", "summary": SECRET, "internal": SECRET}
        ],
        "posts": [
            post("p1", "annegret", f"{SECRET}, to few", seen_by="few"),
            post("p2", "annegret", "<img src=x onerror=alert(1)><script>alert(2)</script>{{ 7777*7777 }}"),
            post("p3", "annegret", f"{SECRET}, to all"),
        ],
        "messages": [message("m", "annegret", ["annegret"], SECRET)],
    }
    made = make_network(tmp_path_factory.mktemp("access") / "w", rows)
    made.choose("annegret", "ai", "on")
    made.choose("annegret", "ai", "off")
    made.choose("benedikt", "talk", "off")
    made.corpus_build(at=parse_moment("2025-10-15"))
    made.uses.ask_to_be_forgotten("annegret")
    made.requests.ask("annegret", "complaint", "", "Nobody listens")
    yield made
    made.close()


@pytest.fixture
def browser(workspace: Workspace) -> Iterator[Browser]:
    with site(workspace.layout.root) as made:
        yield made


def routes(browser: Browser) -> list[APIRoute]:
    inner: Any = browser.app
    while not isinstance(inner, FastAPI):
        inner = getattr(inner, "_app", None) or inner.app
    found = []
    for part in inner.routes:
        router = getattr(part, "original_router", None)  # how FastAPI holds routers that were included
        found += [route for route in (router.routes if router else [part]) if isinstance(route, APIRoute)]
    return found


def paths(workspace: Workspace, route: str) -> list[str]:
    """The route's addresses of things that are annegret's."""
    entry = workspace.ledger.choices_of("annegret")[0].entry
    named = {
        "{setting}": "ai", "{entry}": str(entry), "{table}": "posts", "{digest}": workspace.policy().pack.digest,
        "{steps:path}": "settings", "{artefact}": "corpus-1",
        "{purpose}": "generative_ai_training", "{recipient}": "self",
        "{number}": str(next(one.number for one in workspace.uses.forgettings() if one.subject == "annegret")),
    }  # fmt: skip
    for part, value in named.items():
        route = route.replace(part, value)
    return [route]


def test_every_route_says_for_whom_it_is(browser: Browser) -> None:
    assert {route.path for route in routes(browser)} == FOR_ANYBODY | FOR_OPERATORS | FOR_MEMBERS


def test_nobody_sees_a_members_page(workspace: Workspace, browser: Browser) -> None:
    for route in routes(browser):
        if route.path not in FOR_MEMBERS | FOR_OPERATORS:
            continue
        for path in paths(workspace, route.path):
            for method in route.methods:
                answer = browser.request(method, path, follow_redirects=False)
                assert answer.status_code in (303, 403, 404), (method, path)
                if answer.status_code == 303:
                    assert answer.headers["location"].startswith("/sign-in?next=/")
                assert SECRET not in answer.text and "annegret" not in answer.text


def test_an_operator_sees_no_members_content(workspace: Workspace, browser: Browser) -> None:
    browser.post("/sign-in/operator", data={"token": browser.token()})
    assert browser.get("/operator").status_code == 200
    for route in routes(browser):
        for path in paths(workspace, route.path) if route.path in FOR_MEMBERS else ():
            for method in route.methods:
                assert browser.request(method, path).status_code in (403, 404), (method, path)
    for path in (
        "/operator",
        "/operator/forgettings",
        "/operator/lists",
        "/operator/requests",
        "/impact",
        f"/impact?{COMPARED}",
        f"/impact/file?{COMPARED}",
    ):
        answer = browser.get(path)
        assert answer.status_code == 200, path
        for word in (SECRET, "annegret", "benedikt"):
            assert word not in answer.text, path


def test_what_a_policy_would_change_is_told_to_an_operator_alone(
    workspace: Workspace, browser: Browser
) -> None:
    """Not to nobody, not to a member, and not to a token of the API, whatever it is for."""
    _, every = workspace.tokens.create("all of it", SCOPES)
    for headers in ({}, {"Authorization": f"Bearer {every}"}, {"Authorization": "Bearer nonsense"}):
        for who in ("nobody", "annegret"):
            browser.cookies.clear()
            if who != "nobody":
                browser.sign_in(who)
            for path in ("/impact", f"/impact?{COMPARED}", f"/impact/file?{COMPARED}", "/impact?before=x"):
                answer = browser.get(path, headers=headers, follow_redirects=False)
                assert answer.status_code == 404 and "There is no such page" in answer.text, (who, path)
                assert "Instead of" not in answer.text and "members" not in answer.text.lower()


def test_another_member_learns_nothing(workspace: Workspace, browser: Browser) -> None:
    browser.sign_in("benedikt")
    assert browser.get("/operator").status_code == 404
    theirs = {choice.entry for choice in workspace.ledger.choices_of("benedikt")}
    for entry in range(workspace.ledger.position + 3):
        answer = browser.get(f"/receipts/{entry}.json")
        if entry not in theirs:
            assert (answer.status_code, "no receipt of that number" in answer.text) == (404, True), entry
    for route in routes(browser):
        for path in (
            paths(workspace, route.path) if route.path in FOR_MEMBERS and "GET" in route.methods else ()
        ):
            answer = browser.get(path)
            assert SECRET not in answer.text, path
            assert "annegret" not in answer.text, path
    assert SECRET.encode() not in browser.get("/receipts/archive").content


def test_public_pages_show_what_is_public_alone(browser: Browser) -> None:
    everything = browser.get("/public/annegret").text
    assert f"{SECRET}, to all" in everything and f"{SECRET}, to few" not in everything
    assert browser.get("/public/annegret/posts/p1").status_code == 404
    assert browser.get("/public/annegret/messages/m").status_code == 404
    assert browser.get("/public/zoe").status_code == browser.get("/public/zoe/posts/p3").status_code == 404


def test_what_members_write_is_text_and_never_markup(browser: Browser) -> None:
    browser.sign_in("annegret")
    for path in (
        "/public/annegret",
        "/public/annegret/posts/p2",
        "/data/records/posts",
        "/data/past/4",
        "/settings/ai/preview",
    ):
        shown = browser.get(path).text
        assert "<img" not in shown and "<script>" not in shown, path
        assert "60481729" not in shown, "templates are not made of data"


def test_a_session_planted_before_signing_in_is_worth_nothing(browser: Browser) -> None:
    browser.get("/sign-in")
    planted = browser.cookies["licet"]
    token = browser.token()
    browser.sign_in("annegret")
    assert browser.cookies["licet"] != planted
    assert browser.token("/settings/ai") != token, "nor is its token for forms"
    browser.cookies.clear()
    browser.cookies.set("licet", planted)
    assert browser.get("/settings", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    "cookie", ["", "x", "e30=.x.y", "eyJzdWJqZWN0IjogImFubmVncmV0In0=", "\x7f" * 20, "a" * 5000]
)
def test_a_made_up_session_is_nobody(browser: Browser, cookie: str) -> None:
    answer = browser.get("/settings", headers={"Cookie": f"licet={cookie}"}, follow_redirects=False)
    assert answer.status_code == 303


def test_a_session_ends_by_itself(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    browser.sign_in("annegret")
    monkeypatch.setattr("licet.web.authentication.time.time", lambda: 4e9)
    assert browser.get("/settings", follow_redirects=False).status_code == 303


def test_a_form_of_another_site_changes_nothing(workspace: Workspace, browser: Browser) -> None:
    browser.sign_in("annegret")
    token, before = browser.token("/settings/ai"), workspace.ledger.position
    good = {"value": "on", "token": token}
    for data, headers in (
        ({"value": "on"}, {}),
        ({"value": "on", "token": ""}, {}),
        ({"value": "on", "token": token[:-1]}, {}),
        ({"value": "on", "token": "é"}, {}),
        (good, {"Origin": "https://evil.example"}),
        (good, {"Origin": "null"}),
        (good, {"Origin": "http://127.0.0.1:8000.evil.example"}),
        (good, {"Sec-Fetch-Site": "cross-site"}),
        (good, {"Sec-Fetch-Site": "same-site"}),
    ):
        answer = browser.post("/settings/ai", data=data, headers=headers)
        assert answer.status_code == 403, (data, headers)
    assert browser.get("/settings/ai?value=on&token=" + token).status_code == 200
    assert browser.post("/settings/ai", json=good).status_code in (400, 403)
    assert workspace.ledger.position == before
    own = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}
    assert browser.post("/settings/ai", data=good, headers=own, follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/%0d%0aX: y", "/\r\nX: y",
     "javascript:alert(1)", "/\t/evil.example", " //evil.example", "http:evil.example", "///evil.example"],
)  # fmt: skip
def test_signing_in_leads_nowhere_else(browser: Browser, wanted: str) -> None:
    data = {"token": browser.token(), "subject": "annegret", "next": wanted}
    answer = browser.post("/sign-in", data=data, follow_redirects=False)
    where = answer.headers["location"]
    assert where.startswith("/") and not where.startswith(("//", "/\\")) and "\n" not in where
    assert "X" not in answer.headers


@pytest.mark.parametrize(
    "path",
    ["/static/../application.py", "/static/..%2fapplication.py", "/static/%2e%2e/%2e%2e/guard.py",
     "/static//etc/passwd",
     "/data/records/..%2f..%2fkeys", "/data/records/members%00", "/settings/..%2f..%2fkeys%2fledger.key",
     "/receipts/..%2f1.json", "/public/..%2f..", "/settings/menu/../../keys", "/data/past/-1",
     "/data/past/99999999999999999999", "/receipts/-1.json", "/receipts/99999999999999999999.json"],
)  # fmt: skip
def test_no_path_leads_out_of_the_site(browser: Browser, path: str) -> None:
    browser.sign_in("annegret")
    answer = browser.get(path)
    assert answer.status_code in (303, 400, 404, 422), path
    assert "import" not in answer.text and "root:" not in answer.text and "PRIVATE" not in answer.text


def test_bodies_are_bounded(workspace: Workspace, browser: Browser) -> None:
    browser.sign_in("annegret")
    token, before = browser.token("/settings/ai"), workspace.ledger.position
    assert browser.post("/settings/ai", data={"token": token, "value": "x" * 100_000}).status_code == 413
    unsaid = (b"x" * 10_000 for _ in range(20))  # without saying how long it is
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert browser.post("/settings/ai", content=unsaid, headers=headers).status_code == 413
    many = "&".join(f"f{n}=1" for n in range(5_000))
    assert browser.post("/settings/ai", content=many, headers=headers).status_code in (400, 403, 413)
    assert workspace.ledger.position == before


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("LOCALHOST:8000", 200), ("evil.example", 421), ("127.0.0.1.evil.example", 421),
        ("127.0.0.1:8000@evil.example", 400), ("", 400), ("a b", 400),  # no name, to some reader on the way
    ],
)  # fmt: skip
def test_other_names_are_not_answered_to(browser: Browser, host: str, status: int) -> None:
    assert browser.get("/sign-in", headers={"Host": host}).status_code == status


@pytest.mark.parametrize("value", ["maybe", "", "ON", "on\r\nX: y", "1"])
def test_a_switch_has_two_positions(workspace: Workspace, browser: Browser, value: str) -> None:
    browser.sign_in("annegret")
    before = workspace.ledger.position
    answer = browser.submit("/settings/ai", value=value)
    assert answer.status_code in (400, 422) and "X" not in answer.headers
    assert workspace.ledger.position == before
    assert browser.submit("/settings/ai", "/settings/nothing", value="off").status_code in (404, 422)


def test_every_answer_tells_the_browser_to_be_strict(workspace: Workspace, browser: Browser) -> None:
    for path in ("/", "/sign-in", "/nothing", "/static/licet.css", "/healthz", "/settings"):
        headers = browser.get(path).headers
        policy = headers["content-security-policy"]
        assert (
            "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        )
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "same-origin"
        assert path.startswith("/static") or headers["cache-control"] == "no-store"
    cookie = browser.get("/sign-in").headers
    browser.cookies.clear()
    cookie = browser.get("/sign-in").headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie
    with site(workspace.layout.root, demo=False, public_url="https://privacy.example.org") as secure:
        answer = secure.get("/sign-in")
        assert (
            answer.headers["set-cookie"].startswith("__Host-licet=")
            and "secure" in answer.headers["set-cookie"]
        )
        assert "max-age=" in answer.headers["strict-transport-security"]


def test_who_asks_too_often_is_told_to_wait(browser: Browser) -> None:
    token = browser.token()
    answers = [browser.post("/sign-in", data={"token": token, "subject": "zoe"}) for _ in range(15)]
    assert answers[0].status_code == 422 and answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_a_fault_of_ours_tells_nothing_of_the_inside(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("postgresql://user:password@host")

    browser.sign_in("annegret")
    monkeypatch.setattr("licet.web.pages.data_pages.draw", broken)
    with pytest.raises(RuntimeError):  # for the server's log
        browser.get("/data")
    browser.raise_server_exceptions = False
    browser._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    answer = browser.get("/data")
    assert answer.status_code == 500 and "password" not in answer.text
