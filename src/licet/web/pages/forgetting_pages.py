"""Being forgotten: a member asks for it and sees what became of it; an officer sees what waits, and not whose it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from licet.receipts import to_bytes
from licet.terms import LicetError
from licet.terms.canonical import JsonObject
from licet.web.api.request_parts import PlaceText
from licet.web.authentication import Operator, OurForm, Subject
from licet.web.pages.impact_pages import OneAtATime
from licet.web.templates_environment import page, workspace_of

router = APIRouter()

#: Of an officer's queue on one page.
PAGE_ROWS = 50


#: What says that of an artefact nothing can be proven, or that there is none of the name.
_UNPROVEN = ("STOR-008", "STOR-009", "STOR-016", "STOR-020", "APP-218", "CORP-210")


@router.get("/forgetting")
def forgetting(request: Request, subject: Subject, done: PlaceText | None = None) -> Response:
    uses = workspace_of(request).uses
    told = uses.timelines(subject)
    # Only what stands in the ledger is confirmed, whatever the address says.
    confirmed = next((one for one in told if one.number == done), None)
    return page(
        request, "forgetting.html", timelines=told, confirmed=confirmed, wrong=None, names=uses.names()
    )


@router.post("/forgetting")
def ask(request: Request, subject: Subject, form: OurForm, sure: Annotated[str, Form()] = "") -> Response:
    uses = workspace_of(request).uses
    if sure != "yes":
        return page(
            request, "forgetting.html", status=422, timelines=uses.timelines(subject), confirmed=None,
            wrong="Nothing was asked yet. Tick the box to say that you mean it.", names=uses.names(),
        )  # fmt: skip
    asked = uses.ask_to_be_forgotten(subject, via="web")
    return RedirectResponse(f"/forgetting?done={asked.number}", 303)


@router.get("/forgetting/preview")
def preview(request: Request, subject: Subject) -> Response:
    """What would change, before it is asked for; nothing is written."""
    (foreseen,) = workspace_of(request).uses.foresee_forgetting(subject)
    return page(request, "forgetting_preview.html", foreseen=foreseen)


@router.get("/forgetting/{number}/certificate.json")
def certificate(request: Request, subject: Subject, number: PlaceText) -> Response:
    try:
        found = workspace_of(request).uses.forgetting_certificate(number, subject=subject)
    except LicetError as error:
        if error.code not in ("APP-242", "APP-243"):
            raise
        raise HTTPException(404, "You have no certificate of that number.") from None
    return _file(found, f"certificate-{number}.json")


@router.get("/forgetting/proofs/{artefact}.json")
def proof(request: Request, subject: Subject, artefact: str) -> Response:
    """That the member is in an artefact, or is not."""
    try:
        found = workspace_of(request).uses.membership_proof(subject, of=artefact)
    except LicetError as error:
        if error.code not in _UNPROVEN:
            raise
        raise HTTPException(404, "There is nothing of that name of which it can be proven.") from None
    return _file(found, f"proof-{artefact}.json")


@router.get("/operator/forgettings")
def queue(request: Request, allowed: Operator, start: PlaceText = 0) -> Response:
    """It counts what updates would change, so it is made for one officer at a time."""
    counting: OneAtATime = request.app.state.counting
    with counting.turn():
        told = workspace_of(request).uses.forgetting_queue()
    return page(
        request, "forgetting_queue.html", queue=told, shown=told.forgettings[start : start + PAGE_ROWS],
        start=start, rows=PAGE_ROWS,
    )  # fmt: skip


def _file(content: JsonObject, name: str) -> Response:
    """A download. name: in plain ASCII, since it stands in a header."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "-_.") else "_" for char in name)
    return Response(
        to_bytes(content), media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{plain}"'},
    )  # fmt: skip
