"""Lists at the doors: who has somebody, and how each list stands, is said alike by commands, API and pages."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from journeys.api import make_token, platform
from journeys.command_line import run_licet
from journeys.lists import AUDIENCE, POLICY, Affiliate, Clock, address_of, hashed, make_club
from journeys.site import site
from licet.app.clock import system_clock
from licet.deliveries import read_acknowledgement, write_acknowledgement
from licet.terms import DeliveryError


class Club:
    """The club, its affiliate, and where its deliveries are written."""

    def __init__(self, folder: Path, days_ago: int = 0) -> None:
        """days_ago: how long before now all of it happens; the doors go by this machine's clock."""
        self.folder, self.clock = folder, Clock()
        self.clock.now = system_clock() - timedelta(days=days_ago)
        self.affiliate = Affiliate(folder / "adco.key", "", self.clock)
        key = self.affiliate.signer.public_key_text
        self.workspace = make_club(folder / "club", ("anna", "benn"), key, self.clock, removal_days=7)
        self.affiliate.trusts(self.workspace.ledger.public_key_text)
        self.out = folder / "out"

    def deliver(self) -> None:
        self.out = self.folder / f"out-{len(list(self.folder.iterdir()))}"
        self.workspace.uses.ads.deliver(AUDIENCE, self.out)

    def answer(self, *, done: bool = True) -> None:
        for answer in self.affiliate.take(self.out, done=done):
            self.workspace.uses.ads.hand_in(answer)


@pytest.fixture
def club(tmp_path: Path) -> Iterator[Club]:
    made = Club(tmp_path)
    yield made
    made.workspace.close()


def test_a_member_sees_who_has_them_until_it_is_confirmed_that_nobody_has(club: Club) -> None:
    root = club.workspace.layout.root
    with site(root) as browser:
        browser.sign_in("anna")
        assert "No list that left Club has you on it" in browser.get("/data/lists").text
        club.deliver()
        club.answer()
        page = browser.get("/data/lists").text
        assert (
            "Adco: Welders" in page
            and "Your industry is Welding." in page
            and ">Take me off</button>" in page
        )
        saved = browser.submit("/data/lists", setting="share").text
        assert "Saved, and in effect from now on." in saved and "the next delivery takes you off" in saved
        assert ">Take me off</button>" not in saved
        assert hashed(address_of("anna")) in club.affiliate.identifiers, "until then they have it"
        club.deliver()
        assert "Adco is to take you off the list" in browser.get("/data/lists").text
        club.answer(done=False)
        page = browser.get("/data/lists").text
        assert "and not yet that it is done" in page
        club.answer()
        assert "No list that left Club has you on it" in browser.get("/data/lists").text
        assert hashed(address_of("anna")) not in club.affiliate.identifiers


def test_a_member_reads_why_no_list_can_exist_where_the_policy_permits_none(club: Club) -> None:
    root = club.workspace.layout.root
    said = POLICY.replace('version: "1"', 'version: "2"')
    for categories, is_possible in (
        ("[profile]", False),
        ("[contact]", True),
        ("[contact.email.hashed]", True),
    ):
        said = said.replace("categories: [profile, contact.email.hashed]", f"categories: {categories}")
        said = said.replace("contact.email.hashed: {}}", "contact.email.hashed: {}, contact: {}}", 1)
        (root / "policy.yaml").write_text(said)
        club.workspace.policies.use(str(root / "policy.yaml"))
        with site(root) as browser:
            browser.sign_in("anna")
            assert ("None can be made" not in browser.get("/data/lists").text) == is_possible
        said = said.replace(f"categories: {categories}", "categories: [profile, contact.email.hashed]")


def test_silence_is_overdue_on_both_pages_and_at_every_door(tmp_path: Path) -> None:
    club = Club(tmp_path, days_ago=10)
    club.deliver()
    club.answer()
    club.workspace.choices.choose("anna", "share", "off")
    club.deliver()
    root = club.workspace.layout.root
    club.clock.now += timedelta(days=10)
    (status,) = club.workspace.uses.ads.lists(overdue=True)
    assert status.is_late and status.removing == 1
    (own,) = club.workspace.uses.ads.who_has("anna")
    assert own.is_overdue and "did not confirm it" in own.sentence
    told = run_licet("ads", "overdue", "-w", str(root), "--json")
    assert told.status == 1 and [one["audience"] for one in told.json] == [AUDIENCE]
    with platform(root) as api:
        (late,) = api.get("/lists?overdue=true").json()["lists"]
        assert late["is_late"] and late["removing"] == 1
        (has,) = api.get("/subjects/anna/lists").json()["lists"]
        assert has["is_overdue"] and has["sentence"] == own.sentence
    with site(root) as browser:
        browser.sign_in("anna")
        assert "did not confirm it" in (page := browser.get("/data/lists").text)
        assert "Until they do, they are given nobody new." in page
        browser.post("/sign-out", data={"token": browser.token("/data/lists")})
        browser.post("/sign-in/operator", data={"token": browser.token()})
        page = browser.get("/operator/lists").text
        assert "overdue" in page and "welders adco" in page
        assert "anna" not in page and hashed(address_of("anna")) not in page


@pytest.mark.parametrize("fault", ["slow", "wrong", "forgetful", "restored"])
def test_whatever_a_recipient_does_wrong_both_pages_say_what_is_known(tmp_path: Path, fault: str) -> None:
    """Beside silence: they only say that they have it; answer of another list; lose theirs; put an old one back."""
    club = Club(tmp_path, days_ago=10)
    club.deliver()
    club.answer()
    before = club.affiliate.has
    club.workspace.choices.choose("anna", "share", "off")
    club.deliver()
    if fault == "slow":
        club.answer(done=False)
    elif fault == "wrong":
        (answer,) = club.affiliate.take(club.out)
        bent = read_acknowledgement(answer, club.affiliate.signer.public_key).model_copy(
            update={"documents": 300}
        )
        with pytest.raises(DeliveryError, match="DLVR-042"):
            club.workspace.uses.ads.hand_in(write_acknowledgement(bent, club.affiliate.signer))
    else:
        # Without the list, or with the one of before, the next change is refused by their own half.
        club.answer()
        club.affiliate.has = None if fault == "forgetful" else before
        club.workspace.choices.choose("benn", "share", "off")
        club.deliver()
        with pytest.raises(DeliveryError, match="DLVR-012"):
            club.affiliate.take(club.out)
    club.clock.now += timedelta(days=10)
    who, root = "anna" if fault in ("slow", "wrong") else "benn", club.workspace.layout.root
    with site(root) as browser:
        browser.sign_in(who)
        assert "did not confirm it" in browser.get("/data/lists").text
        browser.post("/sign-out", data={"token": browser.token("/data/lists")})
        browser.post("/sign-in/operator", data={"token": browser.token()})
        assert "Nobody is added to a list that is overdue." in browser.get("/operator/lists").text
    if fault in ("forgetful", "restored"):  # a whole list needs none before it: then nobody refused is on it
        for _ in range(12):
            if club.affiliate.has is not None and club.affiliate.has != before:
                break
            refuse = f"member-{_:03d}"
            club.workspace.choices.choose(refuse, "share", "off")
            club.deliver()
            with contextlib.suppress(DeliveryError):
                club.answer()
        assert not {hashed(address_of(one)) for one in ("anna", "benn")} & club.affiliate.identifiers


def test_the_commands_tell_what_is_delivered_and_answered(club: Club) -> None:
    root, out = club.workspace.layout.root, club.folder / "handed-over"
    at = ("-w", str(root))
    shown = run_licet("ads", "segments", *at)
    assert (
        AUDIENCE in shown.out
        and "industry: Welding" in shown.out.replace("\n", " ")
        and "not made" in shown.out
    )
    assert run_licet("ads", "build", *at, "--json").json[0]["sizes"] == {AUDIENCE: 302}
    assert run_licet("ads", "deliveries", *at).out.startswith("No list left")
    made = run_licet("ads", "deliver", "--out", str(out), *at, "--json").json
    assert [(one["audience"], one["sequence"], one["listed"]) for one in made] == [(AUDIENCE, 1, 302)]
    assert all(Path(file).is_file() for file in made[0]["files"])
    again = run_licet("ads", "deliver", AUDIENCE, "--out", str(out), *at)
    assert again.status == 0 and "nothing changed since delivery 1" in again.out
    (answer,) = club.affiliate.take(out)
    (club.folder / "first.answer").write_text(answer)
    assert (
        run_licet("ads", "acknowledge", str(club.folder / "first.answer"), *at).out
        == f"adco, {AUDIENCE}: applied\n"
    )
    said = run_licet("ads", "deliveries", *at, "--json").json
    assert [one["answered"] for one in said["deliveries"]] == ["applied"] and said["lists"][0]["applied"] == 1
    assert "applied" in run_licet("ads", "deliveries", *at).out
    assert run_licet("ads", "overdue", *at).status == 0
    assert (
        run_licet("ads", "deliver", "nobody", "--out", str(out), *at, "--json").json["error"]["code"]
        == "ADS-006"
    )


def test_the_api_delivers_and_takes_answers_with_scopes_of_their_own(club: Club) -> None:
    root = club.workspace.layout.root
    with platform(root, ("lists:read",)) as api:
        assert [one["audience"] for one in api.get("/lists/audiences").json()["audiences"]] == [AUDIENCE]
        assert api.post("/lists/deliveries", json={"audience": AUDIENCE}).status_code == 403
        assert api.post("/lists/acknowledgements", json={"answer": "x"}).status_code == 403
        assert api.get("/subjects/anna/lists").status_code == 403
        deliverer = {"Authorization": f"Bearer {make_token(root, 'lists:deliver')}"}
        made = api.post("/lists/deliveries", json={"audience": AUDIENCE}, headers=deliverer).json()
        assert (made["sequence"], made["listed"], made["files"]) == (1, 302, [])
        assert api.post("/lists/deliveries", json={"audience": "x"}, headers=deliverer).status_code == 404
        club.deliver()
        answering = {"Authorization": f"Bearer {make_token(root, 'lists:answer')}"}
        for answer in club.affiliate.take(club.out):
            told = api.post("/lists/acknowledgements", json={"answer": answer}, headers=answering).json()
            assert told["reach"] == "applied"
        assert api.post("/lists/acknowledgements", json={"answer": "x"}, headers=answering).status_code == 403
        assert [one["answered"] for one in api.get("/lists/deliveries").json()["deliveries"]] == ["applied"]
        assert api.get("/lists/deliveries?audience=other").json() == {"deliveries": []}
