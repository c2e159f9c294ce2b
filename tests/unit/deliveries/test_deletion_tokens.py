"""Tokens of requests to delete: ours read by others, others' by us, and nothing that was bent by anybody."""

from __future__ import annotations

import json
import sys
import warnings
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from licet.deliveries.deletion_discovery import read_discovery
from licet.deliveries.deletion_requests import AskedDeletion, answered, ask
from licet.deliveries.deletion_tokens import (
    AcknowledgementClaims,
    IdentityClaims,
    PublicJwk,
    RequestClaims,
    encoded,
    jwk_of,
    opened,
    signed,
    unchecked,
)
from licet.deliveries.recipients import DeletionPlace
from licet.ledger import Signer
from licet.terms import DeliveryError
from licet.testing.effort import examples

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
HASH = "a" * 64


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer.create(tmp_path_factory.mktemp("ours") / "key")


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer.create(tmp_path_factory.mktemp("theirs") / "key")


def place_of(signer: Signer, **more: Any) -> DeletionPlace:
    said = {"domain": "ads.example", "ours": "network.example", "keys": (jwk_of(signer).thumbprint,)}
    return DeletionPlace.model_validate({**said, **more})


def discovery_of(*keys: PublicJwk, **more: Any) -> bytes:
    return json.dumps(
        {
            "endpoint": "https://ads.example/deletions", "vendorScriptRequirement": False,
            "identifiers": [{"id": 1, "type": "email", "format": "sha256"}],
            "publicKey": [key.model_dump(exclude_none=True) for key in keys], **more,
        }
    ).encode()  # fmt: skip


def answer_to(token: str, signer: Signer, code: int = 0, at: datetime = NOW, iss: str = "ads.example") -> str:
    return signed(
        AcknowledgementClaims(
            version="1.0", rqJWT=token, jti="x", iss=iss, iat=int(at.timestamp()), raResultCode=code
        ),
        signer,
    )


def test_another_library_reads_what_we_sign(ours: Signer, theirs: Signer) -> None:
    asked = ask("ads", HASH, place_of(theirs), ours, NOW)
    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": encoded(ours.public_key.raw)})
    said = json.loads(jws.deserialize_compact(asked.token, key, algorithms=["Ed25519"]).payload)
    assert said["sub"] == {"identifierValue": HASH, "identifierType": "email", "identifierFormat": "sha256"}
    assert (said["version"], said["iss"], said["iat"]) == ("1.0", "network.example", int(NOW.timestamp()))
    inner = json.loads(jws.deserialize_compact(said["idJWT"], key, algorithms=["Ed25519"]).payload)
    assert inner["sub"] == said["sub"] and inner["jti"] != said["jti"]
    assert jwk_of(ours).thumbprint == key.thumbprint()


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "Ed25519"])
def test_what_another_library_signs_is_read(algorithm: str) -> None:
    key: Any = {
        "ES256": lambda: ECKey.generate_key("P-256"), "RS256": lambda: RSAKey.generate_key(2048),
        "Ed25519": lambda: OKPKey.generate_key("Ed25519"),
    }[algorithm]()  # fmt: skip
    claims = {
        "version": "1.0", "rqJWT": "a.b.c", "jti": "6G7H8J", "iss": "vendor2.com", "iat": 1693459424,
        "raResultCode": 4, "raResultString": "Unsupported identifier type: phone", "exp": 1,
    }  # fmt: skip
    token = jws.serialize_compact(
        {"typ": "JWT", "alg": algorithm, "kid": "abc123"}, json.dumps(claims), key, algorithms=[algorithm]
    )
    public = PublicJwk.model_validate(key.as_dict(private=False))
    assert public.thumbprint == key.thumbprint()
    assert opened(token, AcknowledgementClaims, [public]).raResultCode == 4
    other = ECKey.generate_key("P-256").as_dict(private=False)
    with pytest.raises(DeliveryError, match="DLVR-071"):
        opened(token, AcknowledgementClaims, [PublicJwk.model_validate(other)])


def test_a_small_key_or_another_curve_signs_nothing() -> None:
    claims = {"version": "1.0", "rqJWT": "a", "jti": "1", "iss": "a.example", "iat": 1, "raResultCode": 0}
    with warnings.catch_warnings(action="ignore"):  # of the small key
        made: list[tuple[Any, str]] = [
            (RSAKey.generate_key(1024), "RS256"),
            (ECKey.generate_key("P-384"), "ES384"),
        ]
        tokens = [
            (key, jws.serialize_compact({"alg": algorithm}, json.dumps(claims), key, algorithms=[algorithm]))
            for key, algorithm in made
        ]
    for key, token in tokens:
        with pytest.raises(DeliveryError, match="DLVR-071"):
            opened(token, AcknowledgementClaims, [PublicJwk.model_validate(key.as_dict(private=False))])


def test_no_signature_and_a_shared_secret_are_none(ours: Signer) -> None:
    """Neither `none`, nor an HMAC under the public key, which anybody has."""
    claims = encoded(
        json.dumps(
            {"version": "1.0", "rqJWT": "a", "jti": "1", "iss": "a.example", "iat": 1, "raResultCode": 0}
        ).encode()
    )
    for algorithm, signature in (("none", ""), ("HS256", "")):
        head = encoded(json.dumps({"alg": algorithm}).encode())
        if algorithm == "HS256":
            secret = OctKey.import_key(ours.public_key.raw)
            text = jws.serialize_compact({"alg": "HS256"}, b"x", secret, algorithms=["HS256"])
            signature = text.rpartition(".")[2]
        with pytest.raises(DeliveryError, match="DLVR-071"):
            opened(f"{head}.{claims}.{signature}", AcknowledgementClaims, [jwk_of(ours)])


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("", "DLVR-070"), ("a.b", "DLVR-070"), ("a.b.c.d", "DLVR-070"), ("é.é.é", "DLVR-070"),
        ("." * 2, "DLVR-070"), ("a" * 20_000 + "..", "DLVR-070"), ("e30.e30.e30=", "DLVR-069"),
        (f"{encoded(b'[]')}.{encoded(b'{}')}.", "DLVR-069"),
        (f"{encoded(b'{}')}.{encoded(b'[' * 5000)}.", "DLVR-070"),
        (f"{encoded(b'{}')}.{encoded(json.dumps({'version': '2.0', 'jti': '1', 'iss': 'a', 'iat': 1}).encode())}.",
         "DLVR-069"),
    ],
)  # fmt: skip
def test_what_is_no_token_is_refused(token: str, code: str) -> None:
    with pytest.raises(DeliveryError, match=code):
        unchecked(token, IdentityClaims)


def test_a_name_said_twice_and_a_critical_header_are_refused(ours: Signer) -> None:
    head, said = encoded(b'{"alg":"Ed25519"}'), encoded(b'{"version":"1.0","version":"1.0"}')
    with pytest.raises(DeliveryError, match="DLVR-070"):
        unchecked(f"{head}.{said}.", IdentityClaims)
    whole = encoded(
        b'{"version":"1.0","jti":"1","iss":"a","iat":1,"sub":{"identifierValue":"x","identifierType":"y","identifierFormat":"z"}}'
    )
    with pytest.raises(DeliveryError, match="DLVR-070"):
        unchecked(
            f"{encoded(json.dumps({'alg': 'Ed25519', 'crit': ['x']}).encode())}.{whole}.", IdentityClaims
        )


@given(st.data())
@examples(120)
def test_no_bent_token_says_anything(ours: Signer, theirs: Signer, data: st.DataObject) -> None:
    token = ask("ads", HASH, place_of(theirs), ours, NOW).token
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("Aa0-_.=+\n\x00é"))
    bent = token[:at] + letter + token[at + data.draw(st.integers(0, 2)) :]
    try:
        opened(bent, RequestClaims, [jwk_of(ours)])
    except DeliveryError as error:
        assert error.code in ("DLVR-069", "DLVR-070", "DLVR-071")
    else:
        assert bent == token


def test_an_answer_counts_for_its_own_request_alone(ours: Signer, theirs: Signer) -> None:
    place = place_of(theirs)
    known = read_discovery(discovery_of(jwk_of(theirs)), place)
    first, second = (ask("ads", digit * 64, place, ours, NOW) for digit in "ab")
    later = NOW + timedelta(minutes=1)

    def take(asked: AskedDeletion, answer: str, now: datetime = later) -> AskedDeletion:
        return answered(asked, answer, place, known, now)

    good = answer_to(first.token, theirs, at=later)
    done = take(first, good)
    assert (
        done.is_received and done.answer == good and take(first, good) == done
    )  # once more it changes nothing
    with pytest.raises(DeliveryError, match="DLVR-077"):  # reordered, or replayed for another
        take(second, good)
    with pytest.raises(DeliveryError, match="DLVR-078"):
        take(first, answer_to(first.token, theirs, at=later, iss="other.example"))
    with pytest.raises(DeliveryError, match="DLVR-071"):
        take(first, answer_to(first.token, ours, at=later))
    for at in (NOW - timedelta(hours=1), later + timedelta(hours=1)):
        with pytest.raises(DeliveryError, match="DLVR-079"):
            take(first, answer_to(first.token, theirs, at=at))
    refused = take(first, answer_to(first.token, theirs, code=4, at=later))
    assert not refused.is_received and refused.code == 4 and refused.is_good(later)
    assert not first.is_good(NOW + timedelta(hours=25))


def test_keys_that_nobody_confirmed_are_none(ours: Signer, theirs: Signer) -> None:
    place = place_of(theirs)
    assert read_discovery(discovery_of(jwk_of(ours), jwk_of(theirs)), place).publicKey == (jwk_of(theirs),)
    for keys in ((), (jwk_of(ours).thumbprint,)):
        with pytest.raises(DeliveryError, match="DLVR-076") as refused:
            read_discovery(discovery_of(jwk_of(theirs)), place_of(theirs, keys=keys))
        assert jwk_of(theirs).thumbprint in refused.value.fix


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[]", b"{}", b"\xff", b"[" * 9000, b'{"endpoint": 1}',
        b'{"endpoint":"https://a.example","identifiers":[],"publicKey":[],"vendorScriptRequirement":false}',
        b'{"endpoint":"https://a.example","identifiers":[],"publicKey":[{"kty":"oct","k":"x"}],"vendorScriptRequirement":false}',
    ],
)  # fmt: skip
def test_what_is_no_file_of_theirs_is_refused(theirs: Signer, data: bytes) -> None:
    with pytest.raises(DeliveryError, match="DLVR-075"):
        read_discovery(data, place_of(theirs))


def test_a_script_of_theirs_is_not_run(theirs: Signer) -> None:
    with pytest.raises(DeliveryError, match="DLVR-075"):
        read_discovery(discovery_of(jwk_of(theirs), vendorScriptRequirement=True), place_of(theirs))


def test_a_key_of_another_kind_needs_the_web(theirs: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    key = ECKey.generate_key("P-256")
    claims = {"version": "1.0", "rqJWT": "a", "jti": "1", "iss": "a.example", "iat": 1, "raResultCode": 0}
    token = jws.serialize_compact({"alg": "ES256"}, json.dumps(claims), key, algorithms=["ES256"])
    for name in [name for name in sys.modules if name.startswith("joserfc")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "joserfc", None)
    with pytest.raises(DeliveryError, match="DLVR-072"):
        opened(token, AcknowledgementClaims, [PublicJwk.model_validate(key.as_dict(private=False))])
