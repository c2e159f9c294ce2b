"""Privacy signals: what a browser says with every request, and what a public page says to whoever comes for it.

Source: Global Privacy Control (https://www.w3.org/TR/gpc/); draft-ietf-aipref-attach for Content-Usage.
"""

from __future__ import annotations

import time
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from licet.app.member.publishing import public_name
from licet.terms import AppError
from licet.web.rendering import page, workspace_of
from licet.web.visitors import OurForm, Subject, Who

router = APIRouter()

#: Members named in robots.txt at most: crawlers read 500 KiB of it (RFC 9309). Beyond it their pages say it alone.
_MOST_LINES = 5_000
_WILLING_SECONDS = 60.0


@router.get("/.well-known/gpc.json")
def gpc(request: Request) -> Response:
    """Whether the site honours the signal: where a control of the policy in force does."""
    pack = workspace_of(request).policy().pack
    honours = any("gpc" in setting.honours for setting in pack.settings.values())
    return JSONResponse({"gpc": honours, "lastUpdate": pack.observed.isoformat()})


@router.post("/signals/gpc/forget")
def forget(request: Request, subject: Subject, who: Who, form: OurForm) -> Response:
    """Take back a signal that a browser sent earlier. While this browser sends it there is nothing to take back."""
    workspace = workspace_of(request)
    if not who.gpc and "gpc" in workspace.member(subject).facts.signals:
        workspace.signal(subject, "gpc", False, via="web")
    return RedirectResponse("/settings", 303)


@router.get("/robots.txt")
def robots(request: Request) -> Response:
    """Nobody's page may train AI, but those of members who said that theirs may."""
    willing = _willing(request)
    lines = [
        "User-agent: *",
        "Disallow: /settings",
        "Disallow: /data",
        "Disallow: /receipts",
        "Disallow: /api",
    ]
    lines += ["Content-Usage: train-ai=n"]
    lines += [f"Content-Usage: /public/{_in_path(subject)} train-ai=y" for subject in willing]
    return PlainTextResponse("\n".join(lines) + "\n")


@router.get("/public/{subject}")
def profile(request: Request, subject: str) -> Response:
    return _public(request, subject, None)


@router.get("/public/{subject}/{table}/{key}")
def post(request: Request, subject: str, table: str, key: str) -> Response:
    return _public(request, subject, (table, key))


def _public(request: Request, subject: str, one: tuple[str, str] | None) -> Response:
    workspace = workspace_of(request)
    try:
        shown = workspace.public_records(subject)
    except AppError:
        raise HTTPException(404, "There is no such page.") from None
    if one is not None:
        shown = [record for record in shown if (record.table, record.key) == one]
    if not shown:
        raise HTTPException(404, "There is no such page.")
    answer = page(
        request, "public.html", records=shown, subject=subject, author=public_name(shown) or subject,
        single=one is not None,
    )  # fmt: skip
    willing = workspace.is_willing_to_train(subject)
    answer.headers["Content-Usage"] = f"train-ai={'y' if willing else 'n'}"
    return answer


def _willing(request: Request) -> list[str]:
    """Asked of all choices at most once a minute: crawlers keep the file for a day, and pages say it at once."""
    known: tuple[float, list[str]] | None = getattr(request.app.state, "willing", None)
    if known is None or time.monotonic() - known[0] > _WILLING_SECONDS:
        known = (time.monotonic(), workspace_of(request).willing_to_train(_MOST_LINES))
        request.app.state.willing = known
    return known[1]


def _in_path(subject: str) -> str:
    return quote(subject, safe="")
