"""Who goes by which id: what an operator's program says when a platform changes an id, or two look alike."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from licet.web.api.request_parts import Id, Ours, PlainRoute, Sent, Subject
from licet.web.api.token_check import needs

router = APIRouter(tags=["subjects"], route_class=PlainRoute, dependencies=[needs("subjects:write")])


class NewName(Sent):
    """The id that they go by now."""

    new: Annotated[Id, Field(examples=["ab-17"])]


class Renamed(BaseModel):
    """What was carried. `entry` is null where it was said before, and nothing is new."""

    old: str
    new: str
    choices: int
    signals: int
    entry: int | None
    position: int
    known: bool | None = Field(description="Whether the members' table has the new id at present.")


class Other(Sent):
    """The id of somebody else."""

    other: Annotated[Id, Field(examples=["ann"])]


class Apart(BaseModel):
    """Two ids of two people. `entry` is null where it was said before."""

    one: str
    other: str
    entry: int | None


@router.post("/subjects/{subject}/rename", summary="Record that a member goes by another id")
async def rename(workspace: Ours, subject: Subject, body: NewName) -> Renamed:
    """Every choice and signal is carried; a no of either id holds until a new choice."""
    renamed = await run_in_threadpool(workspace.choices.rename_subject, subject, body.new, via="api")
    return Renamed.model_validate(renamed.as_json())


@router.post("/subjects/{subject}/distinct", summary="Record that two ids are two people")
async def distinct(workspace: Ours, subject: Subject, body: Other) -> Apart:
    """Though they differ by case, Unicode form or surrounding space alone."""
    entry = await run_in_threadpool(workspace.choices.keep_apart, subject, body.other, via="api")
    return Apart(one=subject, other=body.other, entry=None if entry is None else entry.index)
