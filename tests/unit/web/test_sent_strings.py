"""Consent strings that browsers and the platform send: a no holds everywhere, and a string lifts nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.api import platform
from journeys.networks import PACK, make_network, member, post
from journeys.site import site
from licet.app import Workspace
from licet.terms import AppError
from licet.terms.signals import ConsentStrings

HONOURING = PACK.replace("honours: [gpc]", "honours: [gpc, gpp, tcf]")
#: Refusing nothing, refusing, and spoiled.
TCF = (
    "CPTtLAAPTtLAAAAAAAENAAFgALwAAEAAAAAAAOgAgABgAAAA.IAoAAgABgAAEAQAAEAAA.d4AACEAAAAAA",
    "CPTtLAAPTtLAAAAAAAEN",
    "",
)
GPP = ("DBABTA~1YNN", "DBABTA~1YYN", "DBABTA~1Y")
QUESTION = {
    "subject": "ann",
    "purpose": "generative_ai_training",
    "category": "content.posts",
    "visibility": "public",
}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    rows = {"members": [member("ann"), member("ben")], "posts": [post("p1", "ann", "Bread wants time")]}
    made = make_network(tmp_path / "w", rows, pack=HONOURING)
    yield made
    made.close()


def is_used(workspace: Workspace) -> bool:
    return workspace.decide("ann", "generative_ai_training", "content.posts", visibility="public").permitted


@pytest.mark.parametrize(("cookie", "signal"), [("euconsent-v2", "tcf"), ("__gpp", "gpp")])
def test_a_refusing_cookie_is_the_members_on_every_device(
    workspace: Workspace, cookie: str, signal: str
) -> None:
    agreeing, refusing, _ = TCF if signal == "tcf" else GPP
    with site(workspace.layout.root) as browser:
        browser.sign_in("ann").cookies.set(cookie, agreeing)
        browser.get("/settings/ai")
        assert workspace.ledger.signals_of("ann") == frozenset() and is_used(workspace)
        browser.cookies.set(cookie, refusing)
        for _ in range(2):
            assert "A consent string of" not in (shown := browser.get("/settings/ai").text)
            assert "consent string of your browser refuses it" in shown
        assert workspace.ledger.signals_of("ann") == {signal} and not is_used(workspace)
        assert workspace.ledger.position == 2, "the policy and the signal, once"
        browser.post(f"/signals/{signal}/forget", data={"token": browser.token("/settings")})
        assert workspace.ledger.signals_of("ann") == {signal}, "the browser sends it still"
    with site(workspace.layout.root) as other:  # another device, where the member agrees
        other.sign_in("ann").cookies.set(cookie, agreeing)
        assert "it still holds" in other.get("/settings/ai").text and not is_used(workspace)
        other.post(f"/signals/{signal}/forget", data={"token": other.token("/settings/ai")})
        assert is_used(workspace)
        assert other.post("/signals/dnt/forget", data={"token": other.token("/settings")}).status_code == 400


def test_sections_that_cannot_be_read_are_missing_ones(workspace: Workspace) -> None:
    with site(workspace.layout.root) as browser:
        browser.sign_in("ann").cookies.set("__gpp", GPP[0])
        for sections, sent in (("6", set()), ("6,6", set()), ("six", {"gpp"})):
            browser.cookies.set("__gpp_sid", sections)
            browser.get("/settings")
            assert workspace.ledger.signals_of("ann") == sent


def test_sections_that_apply_without_a_string_are_missing_ones(workspace: Workspace) -> None:
    assert workspace.choices.refused_by(ConsentStrings(gpp_sid=(7,))) == {"gpp"}
    with site(workspace.layout.root) as browser:
        browser.sign_in("ann").cookies.set("__gpp_sid", "7")
        browser.get("/settings")
        assert workspace.ledger.signals_of("ann") == {"gpp"} and not is_used(workspace)


@pytest.mark.parametrize("order", [1, -1])
def test_a_cookie_hides_no_other_of_its_name(workspace: Workspace, order: int) -> None:
    """One of each path and domain is sent, in no order that says which counts."""
    with site(workspace.layout.root) as browser:
        browser.sign_in("ann")
        session = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        twice = "; ".join(f"__gpp={one}" for one in GPP[:2][::order])
        browser.get("/settings", headers={"cookie": f"{session}; __gpp={GPP[0]}; __gpp={GPP[0]}"})
        assert workspace.ledger.signals_of("ann") == frozenset()
        browser.get("/settings", headers={"cookie": f"{session}; {twice}"})
        assert workspace.ledger.signals_of("ann") == {"gpp"}


def test_what_was_taken_back_elsewhere_is_said_anew_by_whoever_sends_it(workspace: Workspace) -> None:
    """A page that says that a signal was recorded is of a ledger that holds it."""
    gpc = {"sec-gpc": "1"}
    with site(workspace.layout.root) as sending, site(workspace.layout.root) as other:
        sending.sign_in("ann").cookies.set("__gpp", GPP[1])
        other.sign_in("ann")
        for signal in ("gpc", "gpp"):
            sending.get("/settings/ai", headers=gpc)
            assert workspace.ledger.signals_of("ann") == {"gpc", "gpp"}
            other.post(f"/signals/{signal}/forget", data={"token": other.token("/settings/ai")})
            assert signal not in workspace.ledger.signals_of("ann")
            assert "that was recorded for your account" in sending.get("/settings/ai", headers=gpc).text
            assert signal in workspace.ledger.signals_of("ann") and not is_used(workspace)


def test_the_platform_sends_strings_for_a_member(workspace: Workspace) -> None:
    with platform(workspace.layout.root) as api:
        sent = {"gpp": GPP[0], "gpp_sid": [6], "tcf": TCF[0]}
        answer = api.post("/subjects/ann/consent-strings", json=sent)
        assert answer.json() == {"subject": "ann", "refused": [], "entries": []}
        answer = api.post("/subjects/ann/consent-strings", json=sent | {"gpp_sid": [8], "tcf": TCF[2]}).json()
        assert answer["refused"] == ["gpp", "tcf"] and len(answer["entries"]) == 2
        again = api.post("/subjects/ann/consent-strings", json={"gpp": GPP[2], "tcf": "x" * 100_000}).json()
        assert again == {"subject": "ann", "refused": ["gpp", "tcf"], "entries": []}
        assert api.post("/decisions", json=QUESTION).json()["code"] == "refused"
        assert api.post("/subjects/ann/consent-strings", json={"gpp_sid": ["6"]}).status_code == 422


def test_what_no_setting_honours_is_not_recorded(tmp_path: Path) -> None:
    with make_network(tmp_path / "w", {"members": [member("ann")]}) as made:
        assert made.choices.consent_strings("ann", ConsentStrings(tcf="", gpp="")) == []
        assert made.choices.refused_by(ConsentStrings("DBABLA~CVVVkkkkkpFY.YA", (7,))) == {"gpc"}
        with pytest.raises(AppError, match="APP-170"):
            made.choices.consent_strings("", ConsentStrings())


def test_a_recipient_with_a_number_must_have_consent_itself(tmp_path: Path) -> None:
    """The string consents to vendors 11, 28 and 29."""
    for vendor, refused in ((28, frozenset[str]()), (30, {"tcf"})):
        pack = HONOURING.replace(
            "settings:\n",
            f"recipients: {{lab: {{name: Lab, kind: partner, tcf_vendor: {vendor}}}}}\nsettings:\n",
            1,
        ).replace(
            "regions: [EEA, CH], visibility:", "recipients: [self, lab], regions: [EEA, CH], visibility:"
        )
        with make_network(tmp_path / str(vendor), {"members": [member("ann")]}, pack=pack) as made:
            assert made.choices.refused_by(ConsentStrings(tcf=TCF[0])) == refused
