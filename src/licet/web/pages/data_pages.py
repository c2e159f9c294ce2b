"""How your data is used: where it would go now or on a day to come, what was done with it, the records themselves."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import APIRouter, Form, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from licet.terms.moments import midnight
from licet.web.api.request_parts import PlaceText
from licet.web.authentication import OurForm, Subject
from licet.web.data_use_picture import draw
from licet.web.templates_environment import page, told, workspace_of

router = APIRouter()

#: Records and documents on one page.
PAGE_ROWS = 25


@router.get("/data")
def flows(request: Request, subject: Subject, on: str | None = None) -> Response:
    day = _day(on)
    member = workspace_of(request).members.member(subject)
    found = member.flows(None if day is None else midnight(day))
    picture = draw(found, "What they are used for" if day is None else f"On {told(day)}")
    return page(
        request, "data.html", flows=found, picture=picture, on=day, today=workspace_of(request).now().date(),
        labels={one.id: one.label for one in member.settings()},
    )  # fmt: skip


@router.get("/data/uses/{purpose}/{recipient}")
def one_use(request: Request, subject: Subject, purpose: str, recipient: str) -> Response:
    member = workspace_of(request).members.member(subject)
    use = member.use(purpose, recipient)
    if use is None:
        raise HTTPException(404, "The policy in force has no such use.")
    pack = member.policy.pack
    return page(
        request, "use.html", use=use, labels={id_: setting.label for id_, setting in pack.settings.items()},
    )  # fmt: skip


@router.get("/data/past")
def past(request: Request, subject: Subject, before: PlaceText | None = None) -> Response:
    """before: uses of lower entries alone; what there is now stands on the first page."""
    member = workspace_of(request).members.member(subject)
    uses = member.past_uses(before, PAGE_ROWS + 1)
    made, held_before = (member.holdings(), member.is_held_before()) if before is None else ([], False)
    return page(
        request, "past.html", uses=uses[:PAGE_ROWS], made=made, held_before=held_before, before=before,
        older=uses[PAGE_ROWS - 1].entry if len(uses) > PAGE_ROWS else None,
    )  # fmt: skip


@router.get("/data/past/{entry}")
def past_use(request: Request, subject: Subject, entry: PlaceText, start: PlaceText = 0) -> Response:
    member = workspace_of(request).members.member(subject)
    use = member.past_use(entry)
    if use is None:
        raise HTTPException(404, "No use stands in the ledger at that place.")
    asked = member.flows(use.at, use.position)  # of the records as they stand today
    held_back = [flow for flow in asked if flow.use == (use.purpose, use.recipient)]
    return page(request, "past_use.html", use=use, held_back=held_back, start=start, rows=PAGE_ROWS)


@router.get("/data/records/{table}")
def records(
    request: Request, subject: Subject, table: str, start: PlaceText = 0, done: PlaceText | None = None
) -> Response:
    workspace = workspace_of(request)
    catalogued = workspace.catalogue.tables.get(table)
    if catalogued is None or not catalogued.subjects:
        raise HTTPException(404, "There is no such table about members.")
    if catalogued.location.arrow is not None:
        raise HTTPException(404, "That table lies in no file that a page could read: a program hands it in.")
    member = workspace.members.member(subject)
    found = member.records.of(table)
    shown = found[start : start + PAGE_ROWS]
    # Only what stands in the ledger is confirmed, whatever the address says.
    said = [] if done is None else [one for one in member.choices() if one.index == done]
    confirmed = next((one for one in said if one.payload and one.payload.get("table") == table), None)
    made, before = (member.holdings(), member.is_held_before()) if confirmed is not None else ([], False)
    referring = [name for name in workspace.catalogue.tables if table in workspace.catalogue.referred(name)]
    return page(
        request, "records.html", table=table, records=shown, total=len(found), start=start, rows=PAGE_ROWS,
        has_key=catalogued.key is not None, referring=referring,
        noes=member.own_noes(table, {one.key for one in shown if one.key is not None}),
        confirmed=confirmed, made=made, held_before=before,
    )  # fmt: skip


@router.post("/data/records/{table}")
def say_no(
    request: Request, subject: Subject, form: OurForm, table: str, key: Annotated[str, Form()],
    value: Annotated[str, Form()], setting: Annotated[str, Form()] = "", start: PlaceText = 0,
) -> Response:  # fmt: skip
    """Record a no to one record, or take it back; there is no yes to one.

    key: percent-encoded, since browsers write the ends of lines in their own way, and an id is the id.
    """
    try:
        named = unquote(key, errors="strict")
    except UnicodeDecodeError:
        raise HTTPException(400, "The request could not be read.") from None
    chosen = workspace_of(request).choices.choose(
        subject, setting or None, value, record=(table, named), via="web"
    )
    return RedirectResponse(f"/data/records/{quote(table, safe='')}?start={start}&done={chosen.entry}", 303)


def _day(text: str | None) -> date | None:
    if text is None or text == "":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise HTTPException(400, "That is not a day: write it as 2026-01-31.") from None
