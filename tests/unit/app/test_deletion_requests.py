"""Asking a recipient to delete over HTTP, of every manner: what is said of it is no more than what they answered."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from journeys.networks import AUTUMN, Clock, make_network, member
from journeys.receiving import OURS, receiving
from licet.app.deletion_asking import ask_deletions
from licet.app.list_results import read_sent
from licet.app.reference_recipient import Manner, ReferenceRecipient, read_asker
from licet.app.workspace import Workspace
from licet.deliveries.deletion_tokens import (
    AcknowledgementClaims,
    Identifier,
    IdentityClaims,
    RequestClaims,
    jwk_of,
    opened,
    signed,
)
from licet.ledger import Signer
from licet.terms import DeliveryError

A, B, C = (digit * 64 for digit in "abc")
CLOCK = Clock(AUTUMN)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    CLOCK.at = AUTUMN
    with make_network(tmp_path / "w", {"members": [member("ann")]}, clock=CLOCK) as made:
        yield made


def test_an_honest_one_does_it_and_answers(workspace: Workspace, tmp_path: Path) -> None:
    with receiving(workspace, tmp_path / "r") as lab:
        lab.put({A, B, C})
        found = workspace.deletions.ask("lab", [A, B, A], requests=lab.requests)
        assert [one.state for one in found] == ["received", "received"] and lab.holds() == {C}
        assert [one.state for one in workspace.deletions.asked()] == ["received", "received"]
        kept = b"".join(path.read_bytes() for path in workspace.layout.deletions.iterdir())
        assert A.encode() not in kept and b"eyJ" not in kept  # it names somebody, and lies sealed
        assert workspace.deletions.ask("lab", [A], requests=lab.requests)[0].id in {one.id for one in found}
        CLOCK.at += timedelta(days=8)  # the days for it are over: nothing of it is kept
        workspace.deletions.ask("lab", [C], requests=lab.requests)
        assert [one.recipient for one in workspace.deletions.asked()] == ["lab"] and lab.holds() == set()


def test_a_slow_one_is_asked_again_by_the_same_request(workspace: Workspace, tmp_path: Path) -> None:
    with receiving(workspace, tmp_path / "r", Manner.SLOW) as lab:
        lab.put({A, B})
        tried = [workspace.deletions.ask("lab", [A], requests=lab.requests)[0] for _ in range(3)]
        assert [one.state for one in tried] == ["unanswered", "unanswered", "received"]
        assert len({one.id for one in tried}) == 1 and lab.holds() == {B}


def test_a_silent_one_did_it_and_nobody_knows(workspace: Workspace, tmp_path: Path) -> None:
    with receiving(workspace, tmp_path / "r", Manner.SILENT) as lab:
        lab.put({A, B})
        for _ in range(4):
            assert workspace.deletions.ask("lab", [A], requests=lab.requests)[0].state == "unanswered"
        assert lab.holds() == {B}


def test_a_wrong_one_says_received_and_that_is_all_it_says(workspace: Workspace, tmp_path: Path) -> None:
    with receiving(workspace, tmp_path / "r", Manner.WRONG) as lab:
        lab.put({A})
        assert workspace.deletions.ask("lab", [A], requests=lab.requests)[0].state == "received"
        assert lab.holds() == {A}


def test_a_forgetful_one_has_again_what_was_deleted(workspace: Workspace, tmp_path: Path) -> None:
    with receiving(workspace, tmp_path / "r", Manner.FORGETFUL) as lab:
        everybody = {f"{number:064x}" for number in range(8)}
        lab.put(everybody)
        for number in range(6):
            workspace.deletions.ask("lab", [f"{number:064x}"], requests=lab.requests)
        assert len(lab.holds()) > 2  # which is why a list is replaced now and then


def test_after_a_day_another_request_is_made(workspace: Workspace, tmp_path: Path) -> None:
    with receiving(workspace, tmp_path / "r", Manner.SILENT) as lab:
        first = workspace.deletions.ask("lab", [A], requests=lab.requests)[0]
        CLOCK.at += timedelta(hours=25)
        assert workspace.deletions.ask("lab", [A], requests=lab.requests)[0].id != first.id
    assert len(list(workspace.layout.deletions.iterdir())) == len(workspace.deletions.asked()) == 1, (
        "not one a day"
    )


def test_whom_nobody_can_ask_is_told(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="DLVR-080"):
        workspace.deletions.ask("lab", [A])
    with receiving(workspace, tmp_path / "r") as lab:
        with pytest.raises(DeliveryError, match="DLVR-073"):  # it is within, and nobody named it
            workspace.deletions.ask("lab", [A])
        assert workspace.deletions.asked() == []
        text = workspace.layout.recipients.read_text("utf-8")
        workspace.layout.recipients.write_text(
            text.replace("keys: ['", "keys: ['" + "x" * 43 + "','"), "utf-8"
        )
        assert workspace.deletions.ask("lab", [A], requests=lab.requests)[0].state == "received"
        workspace.layout.recipients.write_text(text.partition(", keys")[0] + "}}\n", "utf-8")
        with pytest.raises(DeliveryError, match="DLVR-076"):  # their key changed, or was never confirmed
            workspace.deletions.ask("lab", [B], requests=lab.requests)
    workspace.layout.recipients.write_text(text, "utf-8")
    with pytest.raises(DeliveryError, match="DLVR-074"):  # and now nobody is there
        list(ask_deletions(workspace, "lab", [B], lab.requests))


def test_a_damaged_request_is_told_and_one_that_cannot_be_kept_is_not_sent(
    workspace: Workspace, tmp_path: Path
) -> None:
    with receiving(workspace, tmp_path / "r") as lab:
        lab.put({A, B})
        workspace.deletions.ask("lab", [A], requests=lab.requests)
        (path,) = workspace.layout.deletions.iterdir()
        path.write_bytes(path.read_bytes()[:-1] + b"x")
        with pytest.raises(DeliveryError, match="DLVR-081"):
            workspace.deletions.asked()
        path.unlink()
        workspace.layout.deletions.rmdir()
        workspace.layout.deletions.write_text("in the way")
        with pytest.raises(DeliveryError, match="DLVR-082"):
            workspace.deletions.ask("lab", [B], requests=lab.requests)
        assert lab.holds() == {B}


def test_our_own_file_is_what_recipients_check_us_by(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "dsrdelete.json"
    file.write_text(json.dumps(workspace.deletions.own_discovery("https://network.example/delete")))
    assert read_asker(f"{OURS}={file}") == (OURS, (jwk_of(workspace.signer),))
    for text in (OURS, f"{OURS}={tmp_path}", f"{OURS}={tmp_path / 'nowhere'}"):
        with pytest.raises(DeliveryError, match="DLVR-084"):
            read_asker(text)


class _Asker:
    """A requester whose tokens are bent as a test says."""

    def __init__(self, signer: Signer) -> None:
        self.signer = signer

    def token(self, **changed: object) -> str:
        subject = Identifier(identifierValue=A, identifierType="email", identifierFormat="sha256")
        seconds = int(AUTUMN.timestamp())
        inner = {"version": "1.0", "jti": "i", "iss": OURS, "sub": subject, "iat": seconds}
        inner |= {key[6:]: value for key, value in changed.items() if key.startswith("inner_")}
        identity = signed(IdentityClaims.model_validate(inner), self.signer)
        said = {"version": "1.0", "idJWT": identity, "jti": "r", "iss": OURS, "sub": subject, "iat": seconds}
        said |= {key: value for key, value in changed.items() if not key.startswith("inner_")}
        return signed(RequestClaims.model_validate(said), self.signer)


def test_the_recipient_answers_each_fault_by_its_code(tmp_path: Path) -> None:
    ours, other = (Signer.create(tmp_path / name) for name in ("ours", "other"))
    recipient = ReferenceRecipient(
        tmp_path / "r", "lab.example", {OURS: (jwk_of(ours),)}, clock=lambda: AUTUMN
    )
    asker, day = _Asker(ours), 86_400

    def code(token: str) -> int:
        status, body = recipient.delete(token)
        said = opened(body or "", AcknowledgementClaims, [jwk_of(recipient.signer)])
        assert (
            said.rqJWT == token and said.iss == "lab.example" and (status == 202) == (said.raResultCode == 0)
        )
        return said.raResultCode

    def subject(**more: str) -> Identifier:
        return Identifier.model_validate(
            {"identifierValue": A, "identifierType": "email", "identifierFormat": "sha256", **more}
        )

    assert recipient.delete("x" * 20_000).body is None
    assert code("nothing") == 3 and code("a.b.c") == 3
    assert code(f"{asker.token().partition('.')[0]}.e30.x") == 1
    assert code(_Asker(other).token()) == 2 and code(asker.token(iss="evil.example")) == 2
    phone = subject(identifierType="phone")
    assert code(asker.token(sub=phone, inner_sub=phone)) == 4
    plain = subject(identifierValue="ana@example.com")
    assert code(asker.token(sub=plain, inner_sub=plain)) == 5
    assert (
        code(asker.token(sub=subject(identifierValue=B))) == 3
    )  # another than the member's own platform named
    seconds = int(AUTUMN.timestamp())
    assert code(asker.token(iat=seconds - 2 * day)) == 6 and code(asker.token(inner_iat=seconds + day)) == 6
    first = recipient.delete(asker.token())
    assert (
        first.status == 202 and recipient.delete(asker.token()) == first
    )  # replayed, it is answered the same
    assert code(asker.token(idJWT=_Asker(ours).token())) == 3  # a request is no identity
    assert code(asker.token(inner_jti="j")) == 3  # and its id stands for no other request


def test_what_a_recipient_has_is_read_or_refused(tmp_path: Path) -> None:
    recipient = ReferenceRecipient(tmp_path, "lab.example", {})
    (tmp_path / "holding.json").write_text("{]")
    with pytest.raises(DeliveryError, match="DLVR-083"):
        recipient.holding()


def test_over_http_what_is_too_long_is_not_read(workspace: Workspace, tmp_path: Path) -> None:
    with receiving(workspace, tmp_path / "r") as lab:
        lab.put({A})
        asked = urllib.request.Request(f"http://{lab.place}/deletions", b"x" * 70_000, method="POST")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(asked)
        assert refused.value.code == 413
        refused.value.close()
        with urllib.request.urlopen(f"http://{lab.place}/lists") as answer:
            assert json.load(answer) == {"nurses": {"number": 0, "identifiers": 1}}


def test_identifiers_are_read_from_what_was_delivered(tmp_path: Path) -> None:
    file = tmp_path / "sent"
    file.write_text(f"{A}\n{B}\n")
    assert read_sent(file) == [A, B]
    file.write_text(f"Type,Text\r\nFormat Version,\r\nCustomer List Item,{A}\r\n")
    assert read_sent(file) == [A]
    for text in ("ana@example.com", "Type,Nothing\r\nCustomer List Item,x"):
        file.write_text(text)
        with pytest.raises(DeliveryError, match="DLVR-085"):
            read_sent(file)
    with pytest.raises(DeliveryError, match="DLVR-085"):
        read_sent(tmp_path / "nowhere")
