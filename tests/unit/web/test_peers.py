"""What is for this machine or for the operator's addresses is answered to who asks straight from there alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from journeys.networks import make_network, member
from journeys.site import ADDRESS, Browser, site
from licet.terms import AppError
from licet.web.application import make_application
from licet.web.config import ServeConfig
from licet.web.proxy_peers import asks_straight_from, networks

ELSEWHERE = [
    "192.0.2.7",
    "10.0.0.9",
    "::ffff:10.0.0.9",
    "fe80::1",
    "0.0.0.0",
    "",
    "testclient",
    "127.0.0.1.evil.org",
]
PASSED_ON = [
    {"X-Forwarded-For": "127.0.0.1"}, {"x-forwarded-host": "127.0.0.1:8000"}, {"Forwarded": "for=127.0.0.1"},
    {"Via": "1.1 proxy"}, {"X-Real-IP": "127.0.0.1"}, {"CF-Connecting-IP": "::1"}, {"X-Forwarded-For": ""},
    {"X_Forwarded_For": "::1"},
    {"X-Cluster-Client-IP": "::1"}, {"Fastly-Client-IP": "::1"}, {"Forwarded-For": "::1"}, {"CDN-Loop": "somebody"},
    {"X-Original-URL": "/operator"}, {"X-Amzn-Trace-Id": "Root=1"}, {"Fly-Client-IP": "::1"},
]  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make_network(tmp_path / "w", {"members": [member("ann")]}).close()
    return tmp_path / "w"


@pytest.fixture
def demo(root: Path) -> Iterator[Any]:
    with site(root) as browser:
        yield browser.app


def at(app: Any, peer: str) -> Browser:
    return Browser(app, base_url=ADDRESS, client=(peer, 1))


@pytest.mark.parametrize("peer", ELSEWHERE)
@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost"])
def test_the_demo_sign_in_answers_nobody_elsewhere_whatever_they_say(demo: Any, peer: str, host: str) -> None:
    visitor = at(demo, peer)
    for said in ({}, *PASSED_ON):
        for path in ("/", "/sign-in", "/healthz", "/static/licet.css", "/api/v1/openapi.json"):
            answer = visitor.get(path, headers={"Host": host, **said})
            assert answer.status_code == 403 and "the machine that it runs on" in answer.text, (path, said)
        assert visitor.post("/sign-in", data={"subject": "ann"}, headers=said).status_code == 403
    assert at(demo, peer).get("/api/v1/ledger/key").json()["code"] == "APP-211"


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_the_demo_sign_in_answers_this_machine_and_no_proxy_on_it(demo: Any, peer: str) -> None:
    assert at(demo, peer).sign_in("ann").get("/settings").status_code == 200
    for said in PASSED_ON:
        assert at(demo, peer).get("/sign-in", headers=said).status_code == 403, said


def test_the_demo_sign_in_answers_no_proxy_that_says_nothing_of_itself(root: Path) -> None:
    def ask(version: str) -> int:
        async def go() -> int:
            answers: list[Any] = []

            async def receive() -> Any:
                return {"type": "http.request", "body": b"", "more_body": False}

            async def send(message: Any) -> None:
                answers.append(message)

            scope = {
                "type": "http", "http_version": version, "method": "GET", "path": "/healthz", "raw_path": b"/healthz",
                "query_string": b"", "headers": [(b"host", b"127.0.0.1:8000")], "client": ("127.0.0.1", 1),
                "scheme": "http", "server": ("127.0.0.1", 8000), "root_path": "",
            }  # fmt: skip
            await make_application(ServeConfig(root, ADDRESS, demo_sign_in=True))(scope, receive, send)
            return int(answers[0]["status"])

        return asyncio.run(go())

    assert (ask("1.0"), ask("1.1")) == (403, 200)


def test_a_session_of_the_demo_is_worth_nothing_where_members_sign_in(root: Path) -> None:
    with site(root) as demo, site(root, demo=False) as real:
        cookies = [*demo.sign_in("ann").cookies.items()]
        for name, value in cookies:
            real.cookies.set(name, value)
        assert real.get("/settings", follow_redirects=False).status_code == 303
        assert demo.get("/settings", follow_redirects=False).status_code == 200


def test_addresses_are_addresses() -> None:
    for wrong in ("", "localhost", "10.0.0.0/33", "10.0.0.1/8", "127.0.0.1,,::1", "10.0.0.1 10.0.0.2", "*"):
        with pytest.raises(AppError, match="APP-210"):
            networks(wrong)
    scope = {"headers": [], "client": ("10.1.2.3", 5)}
    assert asks_straight_from(scope, networks("127.0.0.1, 10.1.0.0/16"))
    for client in (None, ("10.2.0.1", 5), ("", 0)):
        assert not asks_straight_from({**scope, "client": client}, networks("127.0.0.1,10.1.0.0/16"))


def test_healthz_says_nothing_but_ok(root: Path) -> None:
    with site(root, demo=False) as browser:
        for visitor in (browser, at(browser.app, "192.0.2.7")):
            assert visitor.get("/healthz").json() == {"ok": True}


def test_readyz_says_what_is_missing_and_to_operators_alone(root: Path) -> None:
    catalogue = root / "catalogue.yaml"
    config = ServeConfig(root, ADDRESS, operator_addresses="10.1.0.0/16")
    with Browser(make_application(config), base_url=ADDRESS, client=("10.1.0.5", 1)) as operator:
        assert operator.get("/readyz").json() == {"ready": True, "missing": [], "read_ahead": True}
        for stranger in ("127.0.0.1", "10.2.0.1", "192.0.2.7"):
            assert at(operator.app, stranger).get("/readyz").status_code == 404
        for said in PASSED_ON:
            assert operator.get("/readyz", headers=said).status_code == 404
        text = catalogue.read_text()
        catalogue.write_text("tables: [\n")
        answer = operator.get("/readyz")
        assert answer.status_code == 503 and not answer.json()["ready"]
        assert [error["code"][:4] for error in answer.json()["missing"]] == ["SRC-"]
        assert operator.get("/healthz").json() == {"ok": True}, "the process lives"
        catalogue.write_text(text)
        assert operator.get("/readyz").status_code == 200


def test_readyz_says_that_the_checkpoint_is_behind(root: Path) -> None:
    with site(root, demo=False) as browser:
        workspace = browser.app._app.app.app.state.workspace  # type: ignore[attr-defined]
        file = workspace.ledger.checkpoint_path
        before = file.read_text()
        workspace.choose("ann", "ai", "off")
        after = file.read_text()
        file.write_text(before)
        assert browser.get("/readyz").status_code == 200, "whoever appended is about to write it"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("licet.app.readiness._MOST_BEHIND", timedelta(0))
            answer = browser.get("/readyz")
        assert answer.status_code == 503 and answer.json()["missing"][0]["code"] == "APP-212"
        file.write_text(after)
        assert browser.get("/readyz").status_code == 200


def test_readyz_says_that_no_policy_is_in_force(tmp_path: Path) -> None:
    import licet

    licet.open(tmp_path / "w", make=True).close()
    with site(tmp_path / "w", demo=False) as browser:
        codes = [error["code"] for error in browser.get("/readyz").json()["missing"]]
        assert "APP-005" in codes
