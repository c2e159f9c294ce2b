"""Settings: everything the settings page shows of a control for one member, and what a switch would change."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from licet.web.api.request_parts import MOST_ID_LETTERS, Ours, Subject
from licet.web.api.request_parts import Setting as SettingId
from licet.web.api.token_check import needs

router = APIRouter(prefix="/subjects/{subject}", tags=["settings"], dependencies=[needs("choices:read")])


class Source(BaseModel):
    """Where a fact was read."""

    quote: str
    title: str
    url: str | None
    kind: str
    status: str
    observed: str | None


class Standing(BaseModel):
    """Where the member stands, since when, and why; `on` is null when nobody can say, which counts as off."""

    on: bool | None
    how: Literal["chosen", "default", "signal", "earlier", "objection", "erased", "unknown"]
    state: Literal["given", "given_again", "refused", "withdrawn", "never_asked"]
    since: str | None
    entry: int | None
    via: str | None
    default: bool | None
    sentence: str
    off_for: list[str]


class Rule(BaseModel):
    """One rule of the policy in words, and whether it reaches this member."""

    rule: str
    permits: bool
    purposes: list[str]
    categories: list[str]
    recipients: list[str]
    regions: list[str]
    since: str | None
    until: str | None
    conditions: list[str]
    legal_basis: str | None
    reaches: Literal["yes", "if_on", "later", "not_read", "no"]
    because: str
    source: Source | None


class Setting(BaseModel):
    """One control as its page shows it."""

    id: str
    label: str
    kind: str
    path: list[str]
    deep_link: str | None
    steps_in: int
    steps_out: int
    standing: Standing
    applies: bool
    applies_because: str
    governs: list[Rule]
    does_not_govern: list[Rule]
    never: list[Rule]
    side_effects: list[str]
    unchanged: list[str]
    retroactive: bool | None
    honours: list[str]
    observed: str
    source: Source | None
    controller: str


class Settings(BaseModel):
    """In the policy's order. `position` is the ledger's number of entries that this is as of."""

    subject: str
    position: int
    policy: str
    settings: list[Setting]


class UseChange(BaseModel):
    """How many of the member's records a use would be given, before and after."""

    purpose: str
    recipient: str
    records_before: int
    records_after: int


class ArtefactChange(BaseModel):
    """The ids of documents about the member that would leave, join or change at the next update of what was built."""

    name: str
    made: str
    leaving: list[str]
    coming: list[str]
    changing: list[str]


class Preview(BaseModel):
    """What the switch would change; it is not made."""

    setting: str
    value: Literal["on", "off"]
    uses: list[UseChange]
    artefacts: list[ArtefactChange]


@router.get("/settings", summary="Every setting of a member")
def settings(workspace: Ours, subject: Subject) -> Settings:
    """Every control of the policy in force, and where the member stands on it."""
    member = workspace.members.member(subject)
    told: list[Any] = [one.as_json() for one in member.settings()]
    return Settings(
        subject=subject, position=member.position, policy=member.policy.pack.digest,
        settings=[Setting.model_validate(one) for one in told],
    )  # fmt: skip


@router.get("/settings/{setting}", summary="One setting of a member")
def setting(workspace: Ours, subject: Subject, setting: SettingId) -> Setting:
    """Everything its page shows: where the member stands and why, what it governs and what it does not."""
    return Setting.model_validate(workspace.members.member(subject).setting(setting).as_json())


@router.get("/preview", summary="What a switch would change")
def preview(
    workspace: Ours,
    subject: Subject,
    setting: Annotated[str, Query(max_length=MOST_ID_LETTERS)],
    value: Annotated[Literal["on", "off"], Query()],
) -> Preview:
    """Asked of the code that would then carry it out, on a ledger that supposes the choice. Writes nothing."""
    return Preview.model_validate(workspace.members.member(subject).preview(setting, value).as_json())
