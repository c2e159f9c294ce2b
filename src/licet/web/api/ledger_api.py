"""What others check the ledger with: its key, its checkpoints, its proofs. None of it is about anybody."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from licet.web.api.request_parts import Ours, PlaceText
from licet.web.api.token_check import needs

router = APIRouter(prefix="/ledger", tags=["ledger"], dependencies=[needs("ledger:read")])

Size = Annotated[
    PlaceText | None, Query(description="Of the first so many entries; all where it is left out.")
]


class Key(BaseModel):
    """The key that checkpoints and receipts are signed with: ``name+id+key``."""

    public_key: str


class SignedCheckpoint(BaseModel):
    """The signed root of the first `size` entries; `text` is the C2SP checkpoint, signature included."""

    origin: str
    size: int
    root: str = Field(pattern="^[0-9a-f]{64}$")
    text: str


class Inclusion(BaseModel):
    """That entry `index` stands in the tree of the first `size` entries; hashes in hex (RFC 6962)."""

    index: int
    size: int
    leaf_hash: str
    root: str
    path: list[str]


class Consistency(BaseModel):
    """That the tree of the first `new` entries begins with that of the first `old`; hashes in hex (RFC 6962)."""

    old: int
    new: int
    old_root: str
    new_root: str
    path: list[str]


@router.get("/key", summary="The public key")
def key(workspace: Ours) -> Key:
    """Have it confirmed by a way that the keeper of this server does not control."""
    return Key(public_key=workspace.ledger.public_key_text)


@router.get("/checkpoint", summary="A signed checkpoint")
def checkpoint(workspace: Ours, size: Size = None) -> SignedCheckpoint:
    """Kept elsewhere, it shows a ledger that was rewritten, cut or forked since."""
    found = workspace.ledger.checkpoint(size)
    return SignedCheckpoint(origin=found.origin, size=found.size, root=found.root.hex(), text=found.text)


@router.get("/proofs/inclusion", summary="That an entry stands in the ledger")
def inclusion(
    workspace: Ours,
    entry: Annotated[PlaceText, Query(description="Its place in the ledger.")],
    size: Size = None,
) -> Inclusion:
    """Hold it to a checkpoint of the same size; `leaf_hash` is what the entry's receipt lets you compute."""
    ledger = workspace.ledger
    place = ledger.position if size is None else size
    proof = ledger.inclusion_proof(entry, place)
    return Inclusion(
        **proof.as_dict(),
        leaf_hash=ledger.entry(entry).leaf_hash.hex(),
        root=ledger.checkpoint(place).root.hex(),
    )


@router.get("/proofs/consistency", summary="That the ledger only grew")
def consistency(
    workspace: Ours,
    old: Annotated[PlaceText, Query(description="The size of a checkpoint you hold.")],
    new: Annotated[
        PlaceText | None, Query(description="A later size; the latest where it is left out.")
    ] = None,
) -> Consistency:
    """From a checkpoint you hold to a later one."""
    ledger = workspace.ledger
    place = ledger.position if new is None else new
    proof = ledger.consistency_proof(old, place)
    return Consistency(
        **proof.as_dict(),
        old_root=ledger.checkpoint(old).root.hex(),
        new_root=ledger.checkpoint(place).root.hex(),
    )
