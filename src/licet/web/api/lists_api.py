"""Lists for recipients of advertising data: which there are, which left, how each stands, and who has one member's."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from licet.web.api.request_parts import Ours, PlainRoute, Sent, Subject, Word
from licet.web.api.token_check import needs

router = APIRouter(tags=["lists"], route_class=PlainRoute)

MOST_ANSWER_LETTERS = 10_000
ReachWord = Literal["sent", "received", "applied", "overdue", "unconfirmed"]


class AudienceStanding(BaseModel):
    """One audience of segments.yaml, for who keeps the platform."""

    audience: str
    label: str
    recipient: str
    scheme: str
    definition: dict[str, list[str]] = Field(description="What a list of it discloses of everybody on it.")
    size: int | None = Field(description="Identifiers as of when it was last made; null before.")
    least: int
    is_enough: bool = Field(description="Whether so many are delivered.")
    why: str | None


class AudienceStandings(BaseModel):
    audiences: list[AudienceStanding]


class AsOf(BaseModel):
    """A moment and a ledger position that something is said of."""

    at: str
    position: int


class ListStanding(BaseModel):
    """One list that left; `reach` as docs/lists.md has the states, null where nothing can be told of it."""

    as_of: AsOf
    audience: str
    recipient: str
    scheme: str
    export: str
    purpose: str
    first_entry: int = Field(description="Of the ledger, which tells of its first delivery.")
    first: str
    last: str
    position: int
    lease: str
    reach: ReachWord | None
    sequence: int
    applied: int
    received: int
    due: str | None
    is_late: bool
    listed: int = Field(description="Identifiers on it once all is done.")
    removing: int = Field(description="Identifiers on their way out, which nobody confirmed.")
    fault: str | None


class ListStandings(BaseModel):
    lists: list[ListStanding]


class DeliveryMade(BaseModel):
    """One delivery of a list."""

    entry: int
    at: str
    position: int
    audience: str
    recipient: str
    export: str
    sequence: int
    message: str
    action: str
    added: int
    removed: int
    listed: int
    due: str
    lease: str
    answered: str | None
    answered_at: str | None


class DeliveriesMade(BaseModel):
    """The latest last."""

    deliveries: list[DeliveryMade]


class OwnList(BaseModel):
    """One list that has a member, or may, and what is known of that: `sentence` says it in words."""

    audience: str
    label: str
    recipient: str
    recipient_label: str
    export: str
    definition: dict[str, list[str]] = Field(description="What the list discloses of them.")
    state: Literal["there", "removing", "shared", "lapsed", "unknown"]
    since: str
    sequence: int
    reach: ReachWord | None
    due: str | None
    is_overdue: bool
    lease: str
    is_permitted: bool
    rule: str | None
    setting: str | None
    reason: str
    sentence: str


class OwnLists(BaseModel):
    subject: str
    lists: list[OwnList]


class ListWanted(Sent):
    """Which list to deliver."""

    audience: Word


class ListDelivered(BaseModel):
    """What delivering one audience came to; `is_new` is false where nothing had changed."""

    audience: str
    recipient: str
    export: str | None
    sequence: int
    is_new: bool
    action: str | None
    added: int
    removed: int
    listed: int
    held_back: int = Field(description="May be on it and are not, because the recipient is overdue.")
    due: str | None
    lease: str | None
    why: str | None
    files: list[str]
    others: list[ListDelivered] = Field(
        description="The same of its lists that went another way before, and are emptied."
    )


class ListAnswer(Sent):
    """What the recipient of a list wrote for a delivery, to the letter."""

    answer: Annotated[str, Field(min_length=1, max_length=MOST_ANSWER_LETTERS, pattern=r"^[^\x00]*$")]


@router.get("/lists/audiences", summary="Audiences", dependencies=[needs("lists:read")])
def audiences(workspace: Ours) -> AudienceStandings:
    """All that segments.yaml names."""
    told: list[Any] = [one.as_json() for one in workspace.uses.ads.audiences()]
    return AudienceStandings(audiences=[AudienceStanding.model_validate(one) for one in told])


@router.get("/lists", summary="Lists that left", dependencies=[needs("lists:read")])
def lists(
    workspace: Ours,
    overdue: Annotated[bool, Query(description="Those alone that nobody took back in time.")] = False,
) -> ListStandings:
    """How each stands, as of one moment and one ledger position."""
    told: list[Any] = [one.as_json() for one in workspace.uses.ads.lists(overdue=overdue)]
    return ListStandings(lists=[ListStanding.model_validate(one) for one in told])


@router.get("/lists/deliveries", summary="Deliveries of lists", dependencies=[needs("lists:read")])
def deliveries(
    workspace: Ours,
    audience: Annotated[str | None, Query(max_length=100, description="Of this audience alone.")] = None,
) -> DeliveriesMade:
    """Every delivery that the ledger tells of."""
    told: list[Any] = [one.as_json() for one in workspace.uses.ads.deliveries(audience)]
    return DeliveriesMade(deliveries=[DeliveryMade.model_validate(one) for one in told])


@router.post("/lists/deliveries", summary="Deliver a list", dependencies=[needs("lists:deliver")])
def deliver(workspace: Ours, body: ListWanted) -> ListDelivered:
    """Make the next delivery of an audience, where anything changed. Its files are written where the platform runs, by
    `licet ads deliver`: nobody's identifier goes over this door."""
    told: Any = workspace.uses.ads.deliver(body.audience).as_json()
    return ListDelivered.model_validate(told)


@router.post(
    "/lists/acknowledgements", summary="Hand in a recipient's answer", dependencies=[needs("lists:answer")]
)
def acknowledge(workspace: Ours, body: ListAnswer) -> ListStanding:
    """The signature, the delivery that it answers and what is left are checked; what does not fit changes nothing."""
    told: Any = workspace.uses.ads.hand_in(body.answer).as_json()
    return ListStanding.model_validate(told)


@router.get("/subjects/{subject}/lists", summary="Who has a member's", dependencies=[needs("uses:read")])
def who_has(workspace: Ours, subject: Subject) -> OwnLists:
    """Each list that holds an identifier of theirs, or may hold one still. None that is confirmed to be gone."""
    told: list[Any] = [one.as_json() for one in workspace.uses.ads.who_has(subject)]
    return OwnLists(subject=subject, lists=[OwnList.model_validate(one) for one in told])
