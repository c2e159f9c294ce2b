"""Notices: policies that are to come, what each changes in words and for the member, and that they were shown."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from licet.app.member.member_notices import as_email
from licet.web.authentication import Subject
from licet.web.templates_environment import page, workspace_of

router = APIRouter()


@router.get("/notices")
def notices(request: Request, subject: Subject) -> Response:
    return page(request, "notices.html", notices=workspace_of(request).members.member(subject).notices())


@router.get("/notices/{digest}")
def notice(request: Request, subject: Subject, digest: str) -> Response:
    member = workspace_of(request).members.member(subject)
    found = next((one for one in member.notices() if one.digest == digest), None)
    if found is None:
        raise HTTPException(404, "No such policy was announced.")
    if found.shown is None:
        member.note_shown(digest, via="web")
    return page(request, "notice.html", notice=found)


@router.get("/notices/{digest}/mail")
def mail(request: Request, subject: Subject, digest: str) -> Response:
    """The notice as a message, as it would be sent."""
    member = workspace_of(request).members.member(subject)
    found = next((one for one in member.notices() if one.digest == digest), None)
    if found is None:
        raise HTTPException(404, "No such policy was announced.")
    return Response(as_email(found, subject).as_bytes(), media_type="message/rfc822")
