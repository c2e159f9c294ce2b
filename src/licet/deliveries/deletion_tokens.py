"""The three tokens of the IAB's Data Deletion Request Framework 1.0: what is asked, by whom, and that it was received.

An identity token (idJWT) names one identifier, a request (rqJWT) holds it, an acknowledgement (acJWT) holds the
request. **An acknowledgement says that a request was received, not that anything was deleted**; the framework says
nothing of when, or whether, it will be.

We sign with Ed25519, and read what is signed with Ed25519, ES256 or RS256. The key decides by which of these, never
the token; a token with no signature, or one made with a shared secret, is no token.

Source: IAB Tech Lab, Data Deletion Request Framework 1.0 (May 2024); RFC 7515, 7517, 7519, 7638, 8037, 9864.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Annotated, Literal, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from licet.deliveries.recipients import Domain
from licet.ledger import Signer
from licet.terms import DeliveryError
from licet.terms.canonical import JsonObject, canonical_json

#: An acknowledgement holds a request, which holds an identity; each a third longer than what it holds.
MOST_LETTERS = 16_384
VERSION = "1.0"

TokenId = Annotated[str, Field(min_length=1, max_length=128)]
#: Seconds since 1970.
NumericDate = Annotated[int, Field(ge=0, le=1 << 40)]


class Claims(BaseModel):
    """What others add to their tokens is passed over, as the framework lets them."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Identifier(Claims):
    """type, format: as the recipient's `dsrdelete.json` names them, such as email and sha256."""

    identifierValue: Annotated[str, Field(min_length=1, max_length=512)]
    identifierType: Annotated[str, Field(min_length=1, max_length=64)]
    identifierFormat: Annotated[str, Field(min_length=1, max_length=64)]


class IdentityClaims(Claims):
    """iss: the domain of whoever has the member."""

    version: Literal["1.0"]
    jti: TokenId
    iss: Domain
    sub: Identifier
    iat: NumericDate


class RequestClaims(Claims):
    """iss: the domain of whoever asks. idJWT: the identity token, as it was signed."""

    version: Literal["1.0"]
    idJWT: Annotated[str, Field(max_length=MOST_LETTERS)]
    jti: TokenId
    iss: Domain
    sub: Identifier
    iat: NumericDate


class AcknowledgementClaims(Claims):
    """iss: the domain of whoever was asked. raResultCode: 0 for received; 1 to 6 for why it was not taken."""

    version: Literal["1.0"]
    rqJWT: Annotated[str, Field(max_length=MOST_LETTERS)]
    jti: TokenId
    iss: Domain
    iat: NumericDate
    raResultCode: Annotated[int, Field(ge=0, le=6)]
    raResultString: Annotated[str, Field(max_length=512)] = ""


class PublicJwk(BaseModel):
    """A public key. Anything else of it is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kty: Literal["OKP", "EC", "RSA"]
    kid: Annotated[str, Field(max_length=256)] | None = None
    crv: str | None = None
    x: str | None = None
    y: str | None = None
    n: Annotated[str, Field(max_length=1400)] | None = None
    e: str | None = None

    @property
    def required(self) -> dict[str, str | None]:
        """What makes it this key, RFC 7638."""
        names = {"OKP": ("crv", "kty", "x"), "EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n")}[
            self.kty
        ]
        return {name: getattr(self, name) for name in names}

    @property
    def thumbprint(self) -> str:
        return encoded(sha256(canonical_json(self.required)).digest())


#: What only a token of one kind has: nothing in the framework says which kind a token is.
_HOLDERS = {"idJWT", "rqJWT"}

_Claims = TypeVar("_Claims", bound=Claims)


def encoded(data: bytes) -> str:
    """Base64 for addresses, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Raises: ValueError; for what is written otherwise than `encoded` writes it, too."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if encoded(data) != text:
        raise ValueError("not the one way to write it")
    return data


def jwk_of(signer: Signer) -> PublicJwk:
    """The public key that our tokens are checked with."""
    key = signer.public_key
    return PublicJwk(kty="OKP", crv="Ed25519", x=encoded(key.raw), kid=key.id.hex())


def signed(claims: Claims, signer: Signer) -> str:
    """A token. What a ledger's key signs of its own ends in a new line, and no token has one."""
    head = {"typ": "JWT", "alg": "Ed25519", "kid": jwk_of(signer).kid}
    text = ".".join(
        encoded(canonical_json(part)) for part in (head, claims.model_dump(mode="json", exclude_unset=True))
    )
    return f"{text}.{encoded(signer.sign(text))}"


def opened(token: str, model: type[_Claims], keys: Iterable[PublicJwk]) -> _Claims:
    """What a token says that one of some keys signed.

    Raises: DeliveryError DLVR-069, DLVR-070 for what is no such token; DLVR-071 for one that none of the keys signed.
    """
    text, _, signature = token.rpartition(".")
    head, claims = unchecked(token, model)
    try:
        is_signed = any(_verifies(key, head.get("alg"), text, decoded(signature)) for key in keys)
    except (ValueError, binascii.Error):
        is_signed = False
    if not is_signed:
        raise DeliveryError(
            "DLVR-071",
            "the token is not signed by a key that is known here",
            fix="ask whose it is for the key by a way of your own, and never take it from the token",
        )
    return claims


def unchecked(token: str, model: type[_Claims]) -> tuple[JsonObject, _Claims]:
    """The header of a token and what it says, whoever signed it: to find the key that must have.

    Raises: DeliveryError DLVR-069, DLVR-070.
    """
    if len(token) > MOST_LETTERS or token.count(".") != 2 or not token.isascii():
        raise _malformed("it has not the form of one")
    head_text, claims_text, _ = token.split(".")
    try:
        head = json.loads(decoded(head_text))
        said = _json(decoded(claims_text))
        if isinstance(said, dict) and _HOLDERS & said.keys() - model.model_fields.keys():
            raise ValueError("it is a token of another kind")
        claims = model.model_validate(said)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise DeliveryError(
            "DLVR-069",
            f"the token does not say what it must: {'.'.join(map(str, first['loc']))}: {first['msg']}",
            fix="have it made as the framework's version 1.0 says",
        ) from None
    except (ValueError, binascii.Error, RecursionError):
        raise _malformed("it holds no JSON of a token") from None
    if not isinstance(head, dict) or "crit" in head:
        raise _malformed("its header asks for what is not read here")
    return head, claims


def _json(data: bytes) -> object:
    """JSON in which nothing is said twice."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a name is there twice")
        return found

    return json.loads(data, object_pairs_hook=once)


def _verifies(key: PublicJwk, algorithm: object, text: str, signature: bytes) -> bool:
    """Raises: ValueError for a key that is none."""
    if key.kty == "OKP":
        if algorithm not in ("Ed25519", "EdDSA") or key.crv != "Ed25519" or key.x is None:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(decoded(key.x)).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True
    wanted = "RS256" if key.kty == "RSA" else "ES256"
    return algorithm == wanted and _joserfc_verifies(key, wanted, f"{text}.{encoded(signature)}")


def _joserfc_verifies(key: PublicJwk, algorithm: str, token: str) -> bool:
    try:
        from joserfc import jws
        from joserfc.errors import JoseError
        from joserfc.jwk import ECKey, RSAKey
    except ModuleNotFoundError:
        raise DeliveryError(
            "DLVR-072",
            f"a key of {key.kty} is read by joserfc, and it is not here",
            fix="pip install 'licet[web]'",
        ) from None
    kind = RSAKey if key.kty == "RSA" else ECKey
    try:
        if key.kty == "EC" and key.crv != "P-256":
            return False
        if key.kty == "RSA" and len(decoded(key.n or "")) < 256:  # bytes of a modulus of 2048 bits
            return False
        public = kind.import_key({name: value for name, value in key.required.items() if value is not None})
        jws.deserialize_compact(token, public, algorithms=[algorithm])
    except (JoseError, ValueError, TypeError, KeyError):
        return False
    return True


def _malformed(why: str) -> DeliveryError:
    return DeliveryError(
        "DLVR-070",
        f"this is no token of a request to delete: {why}",
        fix="hand it in exactly as it was given out",
    )
