"""Signing in by OpenID Connect, with a real provider over loopback: who gets in, and who does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

import licet
from journeys.api import platform
from journeys.networks import make_network, member
from journeys.provider import CLIENT, SECRET, Provider, provider
from journeys.site import ADDRESS, Browser, site
from licet.web.config import OpenIdConnect


@pytest.fixture
def signing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Browser, Provider]]:
    monkeypatch.setenv("LICET_OIDC_SECRET", SECRET)
    make_network(tmp_path / "w", {"members": [member("ann"), member("ben")]}).close()
    with provider() as idp:
        oidc = OpenIdConnect(idp.issuer, CLIENT, operator="roles=privacy")
        with site(tmp_path / "w", demo=False, oidc=oidc) as browser:
            yield browser, idp


def sign_in(browser: Browser, start: str = "/sign-in/oidc") -> httpx.Response:
    """Follow the way through the provider by hand: the site is in this process, the provider is not."""
    to_provider = browser.get(start, follow_redirects=False)
    assert to_provider.status_code == 302, to_provider.text
    back = httpx.get(to_provider.headers["location"], follow_redirects=False)
    assert back.headers["location"].startswith(f"{ADDRESS}/sign-in/callback?")
    callback = urlsplit(back.headers["location"])
    return browser.get(f"{callback.path}?{callback.query}", follow_redirects=False)


def test_a_member_signs_in_and_lands_where_they_were_going(signing: tuple[Browser, Provider]) -> None:
    browser, idp = signing
    asked = browser.get("/settings/ai", follow_redirects=False)
    assert asked.headers["location"] == "/sign-in?next=/settings/ai"
    assert "/sign-in/oidc?next=/settings/ai" in browser.get(asked.headers["location"]).text
    idp.claims = {"sub": "ann"}
    done = sign_in(browser, "/sign-in/oidc?next=/settings/ai")
    assert (done.status_code, done.headers["location"]) == (303, "/settings/ai")
    assert "Use my data for AI" in browser.get("/settings/ai").text


def test_an_operator_sees_no_members_pages(signing: tuple[Browser, Provider]) -> None:
    browser, idp = signing
    idp.claims = {"sub": "ann", "roles": ["privacy", "more"]}
    assert sign_in(browser).headers["location"] == "/operator"
    assert browser.get("/operator").status_code == 200
    for path in ("/settings", "/settings/ai", "/data", "/data/past", "/receipts", "/notices"):
        assert browser.get(path).status_code == 403, path


@pytest.mark.parametrize("claims", [{"sub": 7}, {}, {"sub": ""}, {"sub": "a\x00b"}])
def test_whom_the_provider_does_not_name_is_not_let_in(
    signing: tuple[Browser, Provider], claims: dict[str, object]
) -> None:
    browser, idp = signing
    idp.claims = claims
    assert sign_in(browser).status_code in (400, 403)
    assert browser.get("/settings", follow_redirects=False).status_code == 303, "still nobody"


def test_whom_the_members_table_has_not_got_yet_can_choose_and_sees_nothing_else(
    signing: tuple[Browser, Provider], tmp_path: Path
) -> None:
    browser, idp = signing
    idp.claims = {"sub": "zoe"}
    assert sign_in(browser).headers["location"] == "/"
    shown = browser.get("/")
    assert "Your account is not in the list" in shown.text and "Use my data for AI" in shown.text
    after = browser.submit("/settings", "/settings/ai", value="off")
    assert after.status_code == 200 and "You switched it off" in after.text
    for path in ("/data", "/notices", "/public/zoe"):
        assert browser.get(path).status_code in (404, 422), path
    with licet.open(tmp_path / "w") as workspace:
        assert workspace.ledger.choices_of("zoe")[0].value == "off"


def test_whose_id_may_be_anothers_can_choose_and_is_shown_nothing_of_either(
    signing: tuple[Browser, Provider], tmp_path: Path
) -> None:
    with licet.open(tmp_path / "w") as workspace:
        workspace.choose("Ann", "ai", "off")
        workspace.choose("Ann", "talk", "off")
    browser, idp = signing
    idp.claims = {"sub": "ann"}
    sign_in(browser)
    assert "Use my data for AI" in browser.get("/settings").text
    after = browser.submit("/settings", "/settings/ai", value="off")
    assert after.status_code == 200 and after.text.count("You switched it off") == 1, "Ann's are not ann's"
    for path in ("/data", "/data/past", "/notices", "/settings/ai/preview", "/public/ann"):
        answer = browser.get(path)
        assert answer.status_code >= 400 and "Ann" not in answer.text, path
    with platform(tmp_path / "w") as api:
        asked = {"purpose": "generative_ai_training", "category": "profile.headline"}
        answers = [api.post("/decisions", json={"subject": one, **asked}).json() for one in ("ann", "ben")]
        assert answers[0]["code"] == "subject_unknown" != answers[1]["code"]
    with licet.open(tmp_path / "w") as workspace:
        workspace.keep_apart("Ann", "ann")
    assert browser.get("/data").status_code == 200


@pytest.mark.parametrize("lie", ["nonce", "issuer", "audience", "key"])
def test_a_token_that_is_not_right_lets_nobody_in(signing: tuple[Browser, Provider], lie: str) -> None:
    browser, idp = signing
    idp.claims, idp.lie = {"sub": "ann"}, lie
    assert sign_in(browser).status_code == 400
    assert browser.get("/settings", follow_redirects=False).status_code == 303


def test_an_answer_nobody_asked_for_lets_nobody_in(signing: tuple[Browser, Provider]) -> None:
    """Login CSRF: another's code, or a state of one's own making."""
    browser, idp = signing
    idp.claims = {"sub": "ann"}
    for path in (
        "/sign-in/callback",
        "/sign-in/callback?code=1&state=2",
        "/sign-in/callback?error=access_denied",
    ):
        assert browser.get(path).status_code == 400, path
    begun = browser.get("/sign-in/oidc", follow_redirects=False)
    back = httpx.get(begun.headers["location"], follow_redirects=False)
    browser.cookies.clear()  # another browser
    callback = urlsplit(back.headers["location"])
    assert browser.get(f"{callback.path}?{callback.query}").status_code == 400


def test_a_provider_that_is_away_is_told_plainly(tmp_path: Path) -> None:
    make_network(tmp_path / "v", {"members": [member("ann")]}).close()
    with site(tmp_path / "v", demo=False, oidc=OpenIdConnect("http://127.0.0.1:9", CLIENT)) as browser:
        answer = browser.get("/sign-in/oidc")
        assert answer.status_code == 502 and "provider" in answer.text


def test_without_the_demo_nobody_gets_in_by_name(signing: tuple[Browser, Provider]) -> None:
    browser, _ = signing
    token = (
        {"token": browser.token("/sign-in")} if "token" in browser.get("/sign-in").text else {"token": "x"}
    )
    for path in ("/sign-in", "/sign-in/operator"):
        assert browser.post(path, data={"subject": "ann", **token}).status_code in (403, 404)
