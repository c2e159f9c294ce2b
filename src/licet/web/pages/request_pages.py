"""Requests: a member says that something known of them is wrong, or complains; an officer acknowledges and answers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from licet.app.requests.member_requests import ACKNOWLEDGE_DAYS, ANSWER_DAYS, CORRECTABLE, MOST_LETTERS
from licet.terms import AppError
from licet.web.api.request_parts import PlaceText
from licet.web.authentication import Operator, OurForm, Subject
from licet.web.templates_environment import member_if_known, page, workspace_of

router = APIRouter()

#: Of an officer's queue on one page.
PAGE_ROWS = 50


@router.get("/requests")
def requests(request: Request, subject: Subject, about: str = "", done: PlaceText | None = None) -> Response:
    return _page(request, subject, about if about in CORRECTABLE else "", done)


@router.post("/requests")
def ask(
    request: Request, subject: Subject, form: OurForm, words: Annotated[str, Form()] = "",
    about: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """A correction of what is named, or a complaint. Nobody is asked to prove who they are once more."""
    kind = "correction" if about else "complaint"
    try:
        asked = workspace_of(request).requests.ask(subject, kind, about, words, via="web")
    except AppError as error:
        if error.code not in ("APP-326", "APP-327"):
            raise
        return _page(request, subject, about if about in CORRECTABLE else "", None, error, words)
    return RedirectResponse(f"/requests?done={asked.number}", 303)


def _page(
    request: Request,
    subject: str,
    about: str,
    done: int | None,
    wrong: AppError | None = None,
    words: str = "",
) -> Response:
    workspace = workspace_of(request)
    made = workspace.requests.of(subject)
    member = member_if_known(request, subject)
    # Only what stands in the ledger is confirmed, whatever the address says.
    confirmed = next((one for one in made if one.number == done), None)
    return page(
        request, "requests.html", status=200 if wrong is None else 422, made=made, confirmed=confirmed, about=about,
        wrong=wrong, words=words, known=() if member is None else member.known(), now=workspace.now(),
        most=MOST_LETTERS, acknowledge_days=ACKNOWLEDGE_DAYS, answer_days=ANSWER_DAYS,
    )  # fmt: skip


@router.get("/operator/requests")
def queue(request: Request, allowed: Operator, start: PlaceText = 0) -> Response:
    """Those that wait, the one that is due first; by their numbers, and not whose they are."""
    workspace = workspace_of(request)
    waiting = [one for one in workspace.requests.every() if one.answered_at is None]
    waiting.sort(key=lambda one: (one.due is None, one.due or one.at))
    return page(
        request, "request_queue.html", requests=waiting[start : start + PAGE_ROWS], total=len(waiting),
        start=start, rows=PAGE_ROWS, now=workspace.now(), most=MOST_LETTERS,
    )  # fmt: skip


@router.post("/operator/requests/{number}")
def answer(
    request: Request, allowed: Operator, form: OurForm, number: PlaceText, words: Annotated[str, Form()] = ""
) -> Response:
    """Acknowledge one, or with words answer it."""
    requests = workspace_of(request).requests
    if words.strip():
        requests.answer(number, words)
    else:
        requests.acknowledge(number)
    return RedirectResponse("/operator/requests", 303)
