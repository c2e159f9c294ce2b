"""A model as a signed note: a line that says what it is, one line of canonical JSON, and the signature.

The first line holds spaces, and a checkpoint's is the name of a key, which holds none: neither is taken for the other,
nor one kind of message for another.
"""

from __future__ import annotations

import json
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from licet.ledger import PublicKey, Signer
from licet.ledger.signed_notes import open_note, write_note
from licet.terms import DeliveryError, LedgerError
from licet.terms.canonical import canonical_json, digest

#: No message is longer: ids of two million documents.
MOST_BYTES = 1 << 27


class Message(BaseModel):
    """What is signed. Nothing in it is guessed: another name or type is another version's."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


_Model = TypeVar("_Model", bound=Message)


def seal(message: Message, head: str, signer: Signer) -> str:
    """The note that says it."""
    text = f"{head}\n{canonical_json(message.model_dump(mode='json')).decode()}\n"
    return write_note(text, signer.public_key, signer.sign(text))


def unseal(note: str, head: str, model: type[_Model], key: PublicKey) -> _Model:
    """What a note says that `key` signed.

    Raises: DeliveryError DLVR-010 for one that is malformed, of another kind or version, or not signed by the key.
    """
    try:
        text, _ = open_note(note, key)
        first, _, rest = text.partition("\n")
        if first != head:
            raise _refused(f"it begins {first[:60]!r}, not {head!r}")
        said = json.loads(rest)
        if f"{canonical_json(said).decode()}\n" != rest:
            raise _refused("it is not written in the one form that it has")
        message = model.model_validate(said, strict=False)
        # Numbers that stand as text, or as true, would be taken for numbers: two ways to say one thing.
        if f"{canonical_json(message.model_dump(mode='json', exclude_unset=True)).decode()}\n" != rest:
            raise _refused("it is not written in the one form that it has")
        return message
    except LedgerError as error:
        raise _refused(error.what) from None
    except ValidationError as error:
        first_error = error.errors(include_url=False)[0]
        raise _refused(f"{'.'.join(map(str, first_error['loc']))}: {first_error['msg']}") from None
    except (ValueError, TypeError, RecursionError):
        raise _refused("what is signed is no JSON object of ours") from None


def recipient_named(note: str) -> str:
    """Whom a message says it is to or from, whoever signed it: to find the key that must have. Empty for nobody."""
    try:
        said = json.loads(note.split("\n", 2)[1]).get("recipient")
    except (ValueError, LookupError, AttributeError, RecursionError):
        return ""
    return said if isinstance(said, str) else ""


def name_of(note: str) -> str:
    """What a note is referred to by, whoever else signs it: the digest of its text."""
    return digest(note.rpartition("\n\n")[0].encode())


def _refused(why: str) -> DeliveryError:
    return DeliveryError(
        "DLVR-010", f"the message is refused: {why}", fix="hand in the file exactly as it was given out"
    )
