"""The proof in a receipt: the entry as the ledger committed to it, its place under a checkpoint, and one signature.

What the leaf commits to can be recomputed from the entry and its salt. Everything else in the record is covered by a
signed note under the ledger's key. The note's first line holds spaces and a checkpoint's first line is the name of a
key, which may hold none: so no receipt can be taken for a checkpoint, and no checkpoint for a receipt.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from licet.ledger import Checkpoint, Entry, EntryKind, InclusionProof, PublicKey, Signer
from licet.ledger.entries import commit, from_microseconds, to_microseconds
from licet.ledger.signed_notes import open_note, write_note
from licet.terms.canonical import JsonObject, canonical_json, digest

#: First line of the note that signs a receipt.
NOTE_HEAD = "licet receipt v1"

#: Where a receipt holds its proof, and where the signature over everything else, the proof included.
PROOF, SIGNATURE = "licet:proof", "licet:signature"


def record_id(origin: str, index: int) -> str:
    """The id of the record of one entry: the same in every receipt of it."""
    return f"{origin}/entries/{index}"


def receipt_id(origin: str, index: int, size: int) -> str:
    """The id of the receipt of one entry under the checkpoint of one size."""
    return f"{record_id(origin, index)}/under/{size}"


def make_proof(entry: Entry, inclusion: InclusionProof, checkpoint: Checkpoint, key_text: str) -> JsonObject:
    """The proof as JSON. The entry must not be erased."""
    assert entry.salt is not None and entry.payload is not None
    return {
        "entry": {
            "index": entry.index,
            "recorded_at_us": to_microseconds(entry.recorded_at),
            "kind": str(entry.kind),
            "subject": entry.subject,
            "payload": entry.payload,
            "salt": entry.salt.hex(),
        },
        "inclusion": inclusion.as_dict(),
        "checkpoint": checkpoint.text,
        "public_key": key_text,
    }


def sign(record: Mapping[str, Any], signer: Signer, head: str = NOTE_HEAD) -> str:
    """The signed note over a record, which holds its proof and no signature yet. head: the note's first line."""
    text = _note_text(record, signer.name, head)
    return write_note(text, signer.public_key, signer.sign(text))


def is_signed(record: Mapping[str, Any], note: object, key: PublicKey, head: str = NOTE_HEAD) -> bool:
    """Whether `note` is the one note that `key` signs over this record under this first line.

    Raises: LedgerError LEDG-016 when it is no signed note, or not signed by the key.
    """
    if not isinstance(note, str):
        return False
    text, signature = open_note(note, key)
    # To the letter: the format lets others add signatures, and a receipt has exactly one.
    return text == _note_text(record, key.name, head) and note == write_note(text, key, signature)


def read_proven(proof: Mapping[str, Any]) -> tuple[Entry, InclusionProof]:
    """The entry in a proof, its commitment made anew, and where it is said to stand.

    Raises: LedgerError, KeyError, TypeError, ValueError or OverflowError when there is none.
    """
    said = proof["entry"]
    index, moment_us, kind = said["index"], said["recorded_at_us"], EntryKind(said["kind"])
    subject, payload, salt = said["subject"], said["payload"], bytes.fromhex(said["salt"])
    if type(index) is not int or type(moment_us) is not int or not isinstance(subject, str | None):
        raise TypeError("an entry has a number, a moment and a subject or none")
    if not isinstance(payload, dict):
        raise TypeError("the payload of an entry is an object")
    commitment = commit(salt, canonical_json(payload), subject)
    entry = Entry(index, from_microseconds(moment_us), kind, commitment, subject, payload, salt)
    return entry, InclusionProof.from_dict(proof["inclusion"])


def _note_text(record: Mapping[str, Any], origin: str, head: str) -> str:
    return f"{head}\n{origin}\n{digest(canonical_json(dict(record)))}\n"
