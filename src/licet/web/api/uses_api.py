"""Uses: what was done with a member's data, and what would be done with it now or on a day to come."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from licet.terms.moments import format_moment
from licet.web.api.cursors import Cursor, Limit, from_cursor, to_cursor
from licet.web.api.request_parts import Moment, Ours, Subject
from licet.web.api.token_check import needs

router = APIRouter(prefix="/subjects/{subject}", tags=["uses"], dependencies=[needs("uses:read")])


class Document(BaseModel):
    """A document about the member that the use was given; its text is null where it is about others as well."""

    document_id: str
    kind: str
    key: str
    language: str | None
    text: str | None


class PastUse(BaseModel):
    """A use that ran. `documents` is null where what it made is no longer there to look into."""

    entry: int
    recorded_at: str
    use: str
    how: str
    purpose: str
    purpose_label: str
    recipient: str
    recipient_label: str
    at: str
    position: int
    policy: str
    policy_title: str
    snapshot: str
    snapshot_name: str | None
    documents: list[Document] | None


class PastUses(BaseModel):
    """Newest first. `next` is null on the last page."""

    subject: str
    uses: list[PastUse]
    next: str | None


class Part(BaseModel):
    """The records of one table that fare alike: `code` is ``permitted`` where they would be used."""

    table: str
    code: str
    rule: str | None = Field(description="The rule whose reason it is.")
    reason: str
    records: int
    kinds: list[str]


class Flow(BaseModel):
    """One use of the policy in force, and how many of the member's records it would be given."""

    purpose: str
    recipient: str
    label: str
    to: str
    settings: list[str] = Field(description="The settings that decide about any of it.")
    used: int
    held_back: int
    parts: list[Part]


class Flows(BaseModel):
    """As of one moment, with the choices made until now."""

    subject: str
    at: str
    position: int
    flows: list[Flow]


class Holding(BaseModel):
    """One artefact and one member: what it holds of them, and how that stands to their choices."""

    name: str
    use: str
    purpose: str
    purpose_label: str
    recipient: str
    recipient_label: str
    at: str = Field(description="The moment that it was made for: what it holds is in it from then on.")
    held: int = Field(description="How many things in it are about the member.")
    leaving: int = Field(description="How many of them leave with its next update.")
    coming: int = Field(description="How many come in with it.")
    changing: int
    standing: str = Field(description="``exact``, ``pending`` or ``unreached``, to the member's choices.")
    since: str | None = Field(description="When the member chose what it has not heard of yet.")
    by: str | None = Field(
        description="When a follower will have brought it; null where none is due or at work."
    )
    is_late: bool
    why: str | None
    sentence: str = Field(description="The same, for the member.")


class Holdings(BaseModel):
    """The latest artefact of each use. `held_before`: one that was superseded and is not purged yet holds them."""

    subject: str
    position: int
    artefacts: list[Holding]
    held_before: bool


@router.get("/artefacts", summary="What was made holds of a member")
def artefacts(workspace: Ours, subject: Subject) -> Holdings:
    """Whether a choice has reached what was made: an opt-out, and an opt-in too."""
    member = workspace.members.member(subject)
    told: list[Any] = [one.as_json() for one in member.holdings()]
    return Holdings(
        subject=subject, position=member.position, artefacts=[Holding.model_validate(one) for one in told],
        held_before=member.is_held_before(),
    )  # fmt: skip


@router.get("/uses", summary="What was done with a member's data")
def uses(workspace: Ours, subject: Subject, limit: Limit = 20, cursor: Cursor = None) -> PastUses:
    """Each use that the ledger tells of, with the documents about this member."""
    found = workspace.members.member(subject).past_uses(from_cursor(cursor), limit + 1)
    # The page after begins below the last one told, whatever ran meanwhile.
    more = to_cursor(found[limit - 1].entry) if len(found) > limit else None
    told: list[Any] = [one.as_json() for one in found[:limit]]
    return PastUses(subject=subject, uses=[PastUse.model_validate(one) for one in told], next=more)


@router.get("/flows", summary="What would be done with a member's data")
def flows(
    workspace: Ours,
    subject: Subject,
    at: Annotated[Moment | None, Query(description="The moment; now where it is left out.")] = None,
) -> Flows:
    """What each use of the policy in force would be given at a moment, if nothing changes until then."""
    when = workspace.now() if at is None else at
    member = workspace.members.member(subject)
    told: list[Any] = [one.as_json() for one in member.flows(when)]
    return Flows(
        subject=subject, at=format_moment(when), position=member.position,
        flows=[Flow.model_validate(one) for one in told],
    )  # fmt: skip
