"""A delivery of a list: numbered, naming the one before it and the files it consists of, signed as a JWS.

Each names its predecessor's digest, so none can be left out, repeated, reordered or taken from another list's without
being found out. What was added and removed stands in it as salted Merkle roots, and what the list is after it as a
salted digest over all of it: whoever has the files can compute them, and nobody else learns an identifier by guessing.
A `replace` needs none before it: the list is what its files say.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from licet.deliveries.feed import Count, DeliveryId, Hex, require_after
from licet.deliveries.signed_texts import MOST_BYTES, Message
from licet.ledger import PublicKey, Signer
from licet.terms import DeliveryError
from licet.terms.canonical import canonical_json, digest
from licet.terms.log_tree import merkle_root

#: So many deliveries from one `replace` to the next.
REPLACED_EVERY = 10
_TYPE = "licet-list-delivery+jws"
_HEAD = b"licet list 1\n"

Action = Literal["change", "replace"]


class ListDelivery(Message):
    """export:    the id of the list. sequence: from 1 on. previous: the name of the delivery before, or `list_opening`.
    at, position: as of which moment and ledger position everybody on it permitted it. due: until when it is to be
                  applied; lease: until when the list may be kept unless another delivery renews it.
    action:       change: its files add and remove; replace: they are the whole list.
    added, removed, listed: identifiers that came, went, and are on it afterwards, with their roots under `salt`.
    label:        what the audience is called. files: by its name the SHA-256 of each.
    """

    licet_list: Literal[1] = 1
    export: DeliveryId
    recipient: str
    audience: str
    label: str
    scheme: str
    sequence: Annotated[int, Field(ge=1)]
    previous: Hex
    at: str
    position: Count
    due: str
    lease: str
    action: Action
    added: Count
    removed: Count
    listed: Count
    salt: Hex
    added_root: Hex
    removed_root: Hex
    listed_root: Hex
    files: dict[str, Hex]


def list_opening(export: str, recipient: str, audience: str, scheme: str) -> str:
    """What the first delivery of a list follows."""
    return digest(canonical_json([export, recipient, audience, scheme]))


def change_root(identifiers: Iterable[str], salt: str) -> str:
    """The salted Merkle root, as of RFC 6962, of what came or went, in any order."""
    seed = hashlib.sha256(salt.encode())
    return merkle_root(_salted(seed, identifiers)).hex()


def _salted(seed: hashlib._Hash, identifiers: Iterable[str]) -> Iterable[bytes]:
    for identifier in sorted(identifiers):
        one = seed.copy()
        one.update(identifier.encode())
        yield one.digest()


def list_root(identifiers: Iterable[str], salt: str) -> str:
    """The salted digest of all of a list, in any order: equal digests, equal lists."""
    ordered = sorted(identifiers)
    return hashlib.sha256(
        b"%b%d\n%b\n%b" % (_HEAD, len(ordered), salt.encode(), "\n".join(ordered).encode())
    ).hexdigest()


def write_delivery(delivery: ListDelivery, signer: Signer) -> str:
    """A compact JWS (RFC 7515) by the workspace's own Ed25519 key (RFC 8037)."""
    header = {"alg": "EdDSA", "kid": signer.name, "typ": _TYPE}
    text = f"{_encoded(canonical_json(header))}.{_encoded(canonical_json(delivery.model_dump(mode='json')))}"
    return f"{text}.{_encoded(signer.sign(text))}"


def read_delivery(jws: str, key: PublicKey) -> ListDelivery:
    """Raises: DeliveryError DLVR-032 for what is malformed, of another kind, or not signed by the key."""
    try:
        if len(jws) > MOST_BYTES or jws.count(".") != 2:
            raise ValueError("it is no compact JWS")
        text, _, signature = jws.rpartition(".")
        header, payload = (json.loads(_decoded(part)) for part in text.split("."))
        if header != {"alg": "EdDSA", "kid": key.name, "typ": _TYPE}:
            raise ValueError("its header is not that of a delivery by this key")
        if not key.verifies(_decoded(signature), text):
            raise ValueError("the signature does not fit")
        return ListDelivery.model_validate(payload)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _refused(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (ValueError, TypeError, RecursionError) as error:
        raise _refused(str(error)[:120]) from None


def delivery_name(jws: str) -> str:
    """What a delivery is referred to by: the digest of what is signed."""
    return digest(jws.rpartition(".")[0].encode())


def require_files(delivery: ListDelivery, files: Mapping[str, bytes]) -> None:
    """Raises: DeliveryError DLVR-033 where the files are not those that were signed."""
    found = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    if found != delivery.files:
        wrong = sorted({*found.items()} ^ {*delivery.files.items()})[0][0]
        raise DeliveryError(
            "DLVR-033",
            f"file {wrong[:60]!r} is not as it was delivered",
            fix="fetch all files of the delivery again",
        )


def require_following(delivery: ListDelivery, jws: str, export: str, applied: int, head: str) -> bool:
    """Whether a delivery is to be applied to a list; False for the one that was applied last, once more.

    applied, head: the number of the last that was, and its name, or 0 and `list_opening`.
    Raises: DeliveryError DLVR-011, DLVR-012, DLVR-013, as `feed.require_next`.
    """
    return require_after(
        delivery.export, export, delivery.sequence, delivery.previous, delivery_name(jws),
        applied, head, needs_none=delivery.action == "replace",
    )  # fmt: skip


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    """Raises: ValueError for what is not the one way of writing some bytes."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("it is not base64url") from None
    if _encoded(data) != text:
        raise ValueError("it is not base64url as it is written")
    return data


def _refused(why: str) -> DeliveryError:
    return DeliveryError(
        "DLVR-032", f"the delivery is refused: {why}", fix="hand in the file exactly as it was given out"
    )
