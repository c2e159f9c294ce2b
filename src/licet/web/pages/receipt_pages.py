"""Receipts: every choice and signal of the member, and the file that proves each."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from licet.receipts import to_bytes
from licet.terms import AppError
from licet.web.api.request_parts import PlaceText
from licet.web.authentication import Subject
from licet.web.templates_environment import page, workspace_of

router = APIRouter()


@router.get("/receipts")
def receipts(request: Request, subject: Subject) -> Response:
    workspace = workspace_of(request)
    return page(
        request, "receipts.html", entries=workspace.members.member(subject).choices(),
        key=workspace.ledger.public_key_text,
    )  # fmt: skip


@router.get("/receipts/{entry}.json")
def receipt(request: Request, subject: Subject, entry: PlaceText) -> Response:
    try:
        found = workspace_of(request).choices.receipt(entry, subject=subject)
    except AppError:
        raise HTTPException(404, "You have no receipt of that number.") from None
    return Response(
        to_bytes(found), media_type="application/ld+json",
        headers={"Content-Disposition": f'attachment; filename="receipt-{entry}.json"'},
    )  # fmt: skip


@router.get("/receipts/key")
def key(request: Request) -> Response:
    """The public key receipts are checked with; for anybody."""
    return Response(workspace_of(request).ledger.public_key_text + "\n", media_type="text/plain")


@router.get("/receipts/archive")
def archive(request: Request, subject: Subject) -> Response:
    """Everything about the member as one zip, sent as it is made."""
    pieces = workspace_of(request).members.archive(subject)
    return StreamingResponse(
        pieces, media_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="everything-about-me.zip"'},
    )  # fmt: skip
