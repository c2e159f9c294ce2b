"""The policies that were put in force or announced here, in plain values."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict

from licet.terms.canonical import JsonObject
from licet.web.api.request_parts import Ours
from licet.web.api.token_check import needs

router = APIRouter(prefix="/packs", tags=["packs"], dependencies=[needs("packs:read")])


class NamedPack(BaseModel):
    """A policy that the ledger names, at the entry that does."""

    entry: int
    since: str
    status: Literal["in_force", "replaced", "announced"]
    pack: str
    version: str
    digest: str


class Packs(BaseModel):
    """In the order of the ledger."""

    packs: list[NamedPack]


class WholePack(BaseModel):
    """What it permits and forbids, the settings it gives members and where they are."""

    model_config = ConfigDict(extra="allow")

    pack: str
    title: str
    version: str
    observed: str
    permits_from: str | None
    digest: str
    rules: list[JsonObject]
    settings: list[JsonObject]


@router.get("", summary="The policies of this platform")
def packs(workspace: Ours) -> Packs:
    """Those put in force, the last of which governs, and those announced."""
    return Packs(packs=[NamedPack.model_validate(one) for one in workspace.policies.named()])


@router.get("/{digest}", summary="One policy")
def pack(
    workspace: Ours,
    digest: Annotated[
        str, Path(pattern="^[0-9a-f]{64}$", description="The digest by which the ledger names it.")
    ],
) -> WholePack:
    """One that was put in force or announced here."""
    return WholePack.model_validate(workspace.policies.show(digest))
