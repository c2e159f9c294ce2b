"""Artefacts: what was made of members' data, whatever use made it, and how each stands to the choices of now."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from licet.web.api.request_parts import Ours
from licet.web.api.token_check import needs

router = APIRouter(prefix="/artefacts", tags=["uses"], dependencies=[needs("uses:read")])


class Artefact(BaseModel):
    """One artefact, the latest of its use, purpose and recipient; or a copy that left."""

    name: str
    use: str
    purpose: str
    recipient: str
    at: str
    position: int
    standing: str = Field(description="``exact``, ``pending`` or ``unreached``.")
    since: str | None = Field(description="When the first thing was recorded that it has not heard of.")
    by: str | None = Field(
        description="When a follower will have brought it; null where none is due or at work."
    )
    due: str | None = Field(
        description="Until when the policy in force lets it be kept; null without a limit."
    )
    members: int | None = Field(description="How many members that is about, where it can be said.")
    why: str | None


class Artefacts(BaseModel):
    """In the order in which they are brought to the present, copies last."""

    artefacts: list[Artefact]


@router.get("", summary="How everything that was made stands to the choices of now")
def artefacts(workspace: Ours) -> Artefacts:
    told: list[Any] = [one.as_json() for one in workspace.uses.status()]
    return Artefacts(artefacts=[Artefact.model_validate(one) for one in told])
