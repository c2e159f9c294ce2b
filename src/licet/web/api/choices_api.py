"""Choices and signals of a member: record one, read them in the order they were made."""

from __future__ import annotations

import io
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from licet.app.access_tokens import Token
from licet.terms import AppError
from licet.terms.moments import format_moment
from licet.terms.signals import ConsentStrings
from licet.web.api.cursors import Cursor, Limit, from_cursor, to_cursor
from licet.web.api.idempotency import SentKey, key_of
from licet.web.api.request_parts import AsWhole, Id, Organisation, Ours, PlainRoute, Sent, Subject, Word
from licet.web.api.token_check import Speaker, needs

router = APIRouter(tags=["choices"], route_class=PlainRoute)

Writer = Annotated[Token, needs("choices:write")]
Via = Annotated[
    Word, Field(description="How the member said it, for the receipt.", examples=["settings page"])
]


class Record(Sent):
    """One record about the member: the catalogue's name of its table, and its key as text."""

    table: Annotated[Id, Field(examples=["posts"])]
    key: Annotated[Id, Field(examples=["123"])]


class NewChoice(Sent):
    """A switch the member made; or, with `record`, a no to one record about them, or the withdrawal of that no."""

    setting: Annotated[
        Id | None,
        Field(
            description="Left out only with a record: then the no is to every use of it.",
            examples=["data_for_generative_ai_improvement"],
        ),
    ] = None
    value: Literal["on", "off"]
    record: Record | None = None
    category: Annotated[
        Id | None, Field(description="Narrows it to one kind of data.", examples=["content.posts"])
    ] = None
    via: Via = "api"


class Recorded(BaseModel):
    """It is durable, and governs every decision that starts afterwards.

    Hand `position` to a decision as `min_position` to be sure that it knows.
    """

    subject: str
    setting: str | None
    category: str | None
    record: Record | None
    value: Literal["on", "off"]
    entry: int = Field(
        examples=[17], description="Its place in the ledger; its receipt is under this number."
    )
    position: int = Field(examples=[18], description="The ledger's number of entries with this one.")
    recorded_at: str = Field(examples=["2025-11-03T14:00:00Z"])
    known: bool | None = Field(
        description="Whether the members' table has the subject at present; null where it cannot be told."
    )
    notes: list[str] = Field(description="What whoever recorded it should know beside, in sentences.")


class NewOrganisationChoice(Sent):
    """An organisation's no for its members' work data, to a setting, a kind of data or one under the other."""

    setting: Annotated[Id | None, Field(examples=["data_for_generative_ai_improvement"])] = None
    category: Annotated[Id | None, Field(examples=["content.posts"])] = None
    value: Annotated[Literal["on", "off"], Field(description="off is the no; on withdraws it.")]
    via: Via = "api"


class RecordedOrganisationChoice(BaseModel):
    """It is durable, as a choice is."""

    organisation: str
    setting: str | None
    category: str | None
    value: Literal["on", "off"]
    entry: int
    position: int
    recorded_at: str


class NewSignal(Sent):
    """A privacy signal that a member's browser sends, or no longer sends."""

    signal: Annotated[Word, Field(examples=["gpc"])]
    value: Annotated[bool, Field(strict=True, description="Whether it is sent.")]
    via: Via = "api"


class RecordedSignal(BaseModel):
    """The signal is durable, as a choice is."""

    subject: str
    signal: str
    value: bool
    entry: int
    position: int
    recorded_at: str
    known: bool | None


class SentStrings(Sent):
    """The consent strings of a member's browser, as its consent dialogue has them."""

    gpp: Annotated[str | None, Field(description="A GPP string.")] = None
    gpp_sid: Annotated[
        tuple[Annotated[int, Field(strict=True), AsWhole], ...],
        Field(description="Its sections that apply; one that the string has not is a no."),
    ] = ()
    tcf: Annotated[str | None, Field(description="A TC string.")] = None
    via: Via = "api"


class RecordedStrings(BaseModel):
    """What the strings refuse, of what the policy in force honours; and the entries of what was not refused before."""

    subject: str
    refused: list[Literal["gpc", "gpp", "tcf"]]
    entries: list[int]


class PastChoice(BaseModel):
    """A choice or a signal as the ledger has it; a signal has no setting, and `value` says whether it is sent.

    With `record` it is about one record: "off" is a no to it, for every use where no setting is named, "on" its end.
    """

    entry: int
    recorded_at: str
    kind: Literal["choice", "signal"]
    setting: str | None
    signal: str | None
    category: str | None
    record: Record | None
    value: Literal["on", "off"]
    via: str | None


class PastChoices(BaseModel):
    """Oldest first. `next` is null on the last page."""

    subject: str
    choices: list[PastChoice]
    next: str | None


@router.post("/subjects/{subject}/choices", summary="Record a choice")
async def choose(
    workspace: Ours,
    subject: Subject,
    body: NewChoice,
    token: Writer,
    key: SentKey = None,
) -> Recorded:
    """Record that a member switched a setting. Answered with 200, it is durable."""
    chosen = await run_in_threadpool(
        workspace.choices.choose,
        subject,
        body.setting,
        body.value,
        category=body.category,
        record=None if body.record is None else (body.record.table, body.record.key),
        via=body.via,
        idempotency_key=key_of(token, key),
    )
    return Recorded.model_validate(chosen.as_json() | {"record": body.record})


@router.post("/organisations/{organisation}/choices", summary="Record an organisation's no")
async def choose_for_organisation(
    workspace: Ours,
    organisation: Organisation,
    body: NewOrganisationChoice,
    token: Speaker,
    key: SentKey = None,
) -> RecordedOrganisationChoice:
    """Where a policy lets organisations refuse it. The platform answers for who speaks for the organisation."""
    chosen = await run_in_threadpool(
        workspace.choices.choose_for_organisation,
        organisation,
        body.setting,
        body.value,
        category=body.category,
        via=body.via,
        idempotency_key=key_of(token, key),
    )
    return RecordedOrganisationChoice.model_validate(chosen.as_json())


class ImportedChoices(BaseModel):
    """What became of the file. Each row is recorded or already there; superseded and unbound ones are recorded too."""

    rows: int
    recorded: int
    noes: int
    yeses: int
    already_there: int = Field(description="An earlier import, or an earlier row, had recorded them.")
    superseded: int = Field(description="Older than what stood; they govern nothing, and have no receipt.")
    unbound_yeses: int = Field(
        description="Given when no policy was in force here, or under one that never was; they speak for nothing."
    )
    subjects: int
    not_members: int | None = Field(
        description="Subjects that the members' table has not at present; null where it cannot be told."
    )
    missing_records: int | None = Field(
        description="Records of noes to single ones that the tables have not at present; null where it cannot be told."
    )
    position: int = Field(description="The ledger's number of entries afterwards.")
    dry_run: bool


#: How a file of choices says what it is.
_FORMS = {
    "text/csv": "csv", "application/jsonl": "jsonl", "application/x-ndjson": "jsonl",
    "application/vnd.apache.parquet": "parquet", "application/vnd.apache.arrow.file": "arrow",
    "application/vnd.apache.arrow.stream": "arrow",
}  # fmt: skip


@router.post(
    "/choices",
    summary="Record choices that members made elsewhere",
    dependencies=[needs("choices:import")],
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {form: {"schema": {"type": "string", "format": "binary"}} for form in _FORMS},
        }
    },
)
async def import_choices(
    workspace: Ours,
    request: Request,
    pack: Annotated[
        Id | None, Query(description="Name or digest of the policy the yeses were given under.")
    ] = None,
    dry_run: Annotated[bool, Query(description="Check the file and write nothing.")] = False,
) -> ImportedChoices:
    """The file is the body, whole, in one of the forms; all of it is recorded, or nothing."""
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    form = _FORMS.get(said)
    if form is None:
        raise AppError(
            "APP-171", f"the content type {ascii(said)[:60]} is none that choices are written in",
            fix=f"send Content-Type with one of: {', '.join(_FORMS)}",
        )  # fmt: skip
    body = io.BytesIO(await request.body())
    imported = await run_in_threadpool(
        workspace.choices.import_file, body, form=form, pack=pack, dry_run=dry_run, via="api"
    )
    return ImportedChoices.model_validate(imported.as_json())


@router.get(
    "/subjects/{subject}/choices", summary="Read a member's choices", dependencies=[needs("choices:read")]
)
def choices(workspace: Ours, subject: Subject, limit: Limit = 100, cursor: Cursor = None) -> PastChoices:
    """Every choice and signal of a member, oldest first."""
    start = from_cursor(cursor) or 0
    found = workspace.choices.page(subject, start, limit + 1)
    more = to_cursor(found[limit].index) if len(found) > limit else None
    told = []
    for entry in found[:limit]:
        said = entry.payload or {}
        is_choice = entry.kind != "signal"
        key = said.get("key") or said.get("key_mark")
        value = said["value"] if is_choice else "on" if said["value"] else "off"
        told.append(
            PastChoice(
                entry=entry.index, recorded_at=format_moment(entry.recorded_at),
                kind="choice" if is_choice else "signal",
                setting=said.get("setting"), signal=said.get("signal"), category=said.get("category"),
                record=None if key is None else Record(table=said["table"], key=key),
                value=value, via=said.get("via"),
            )
        )  # fmt: skip
    return PastChoices(subject=subject, choices=told, next=more)


@router.post("/subjects/{subject}/signals", summary="Record a privacy signal")
def signal(
    workspace: Ours,
    subject: Subject,
    body: NewSignal,
    token: Writer,
    key: SentKey = None,
) -> RecordedSignal:
    """Record that a member's browser sends a signal such as Global Privacy Control, or no longer does."""
    entry = workspace.choices.signal(
        subject, body.signal, body.value, via=body.via, idempotency_key=key_of(token, key)
    )
    return RecordedSignal(
        subject=subject, signal=body.signal, value=body.value, entry=entry.index, position=entry.index + 1,
        recorded_at=format_moment(entry.recorded_at), known=workspace.knows(subject),
    )  # fmt: skip


@router.post("/subjects/{subject}/consent-strings", summary="Record what consent strings refuse")
def consent_strings(workspace: Ours, subject: Subject, body: SentStrings, token: Writer) -> RecordedStrings:
    """What is malformed is a no; what a string does not refuse lifts nothing, and is recorded nowhere."""
    strings = ConsentStrings(body.gpp, body.gpp_sid, body.tcf)
    entries = workspace.choices.consent_strings(subject, strings, via=body.via)
    return RecordedStrings.model_validate(
        {
            "subject": subject,
            "refused": sorted(workspace.choices.refused_by(strings)),
            "entries": [entry.index for entry in entries],
        }
    )
