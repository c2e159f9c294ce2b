"""A DSSE envelope: bytes of a type, and one Ed25519 signature of the ledger's key over both.

What is signed is the pre-authentication encoding, which no signed note, checkpoint or receipt of ours begins like. An
envelope is held to the letter: one signature, one way to write each part, so that no byte of a file is beyond it.
Source: https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from licet.ledger import PublicKey, Signer
from licet.terms.canonical import JsonObject

#: What an in-toto statement is signed as.
IN_TOTO = "application/vnd.in-toto+json"


def pre_authentication(payload_type: str, payload: bytes) -> bytes:
    """What is signed: both lengths in decimal, so that no two pairs of type and payload have the same bytes."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def seal(payload: bytes, signer: Signer, payload_type: str = IN_TOTO) -> JsonObject:
    """The envelope. payload: UTF-8."""
    signature = signer.sign(pre_authentication(payload_type, payload).decode())
    return {
        "payloadType": payload_type,
        "payload": b64encode(payload).decode(),
        "signatures": [{"keyid": signer.public_key.id.hex(), "sig": b64encode(signature).decode()}],
    }


def read_payload(envelope: Mapping[str, Any]) -> bytes | None:
    """What an envelope holds, whoever signed it; None where it holds nothing."""
    return _decoded(envelope.get("payload"))


def is_sealed(envelope: Mapping[str, Any], key: PublicKey, payload_type: str = IN_TOTO) -> bool:
    """Whether it is, to the letter, the envelope that this key signed around its payload."""
    payload = read_payload(envelope)
    try:
        (signed,) = envelope["signatures"]
        signature = _decoded(signed["sig"])
        if payload is None or signature is None or envelope["payloadType"] != payload_type:
            return False
        if not key.verifies(signature, pre_authentication(payload_type, payload).decode()):
            return False
        return envelope.keys() == {"payloadType", "payload", "signatures"} and signed == {
            "keyid": key.id.hex(), "sig": b64encode(signature).decode()
        }  # fmt: skip
    except (LookupError, TypeError, ValueError, AttributeError):
        return False


def _decoded(text: object) -> bytes | None:
    """The bytes that base64 says, where that is the one way to say them."""
    try:
        data = b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        return None
    return data if data is not None and b64encode(data).decode() == text else None
