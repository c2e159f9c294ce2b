"""Privacy signals: what a browser says with every request, and what a public page says to whoever comes for it.

Source: Global Privacy Control (https://www.w3.org/TR/gpc/); draft-ietf-aipref-attach for Content-Usage.
"""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from licet.app.member.public_pages import public_name
from licet.terms import AppError, GateError
from licet.terms.signals import GPC
from licet.web.authentication import OurForm, Subject, Who
from licet.web.signal_reading import signals_sent
from licet.web.templates_environment import page, workspace_of

router = APIRouter()

#: Nobody is named here, and no Content-Usage line covers /public/: where two lines disagree a "no" wins, so that one
#: here would take back what a page's own header says for its author.
_ROBOTS = "".join(
    f"{line}\n"
    for line in (
        "User-agent: *", "Disallow: /settings", "Disallow: /data", "Disallow: /receipts",
        "Disallow: /forgetting", "Disallow: /requests", "Disallow: /api",
    )
)  # fmt: skip


@router.get("/.well-known/gpc.json")
def gpc(request: Request) -> Response:
    """Whether the site honours the signal: where a control of the policy in force does."""
    pack = workspace_of(request).policy().pack
    honours = any("gpc" in setting.honours for setting in pack.settings.values())
    return JSONResponse({"gpc": honours, "lastUpdate": pack.observed.isoformat()})


@router.post("/signals/{signal}/forget")
def forget(
    request: Request, subject: Subject, who: Who, form: OurForm, signal: Literal["gpc", "gpp", "tcf"]
) -> Response:
    """Take back a signal that a browser sent earlier. While this browser sends it there is nothing to take back."""
    workspace = workspace_of(request)
    sent = signals_sent(request) | ({GPC} if who.gpc else set())
    if signal not in sent and signal in workspace.ledger.signals_of(subject):
        workspace.choices.signal(subject, signal, False, via="web")
    return RedirectResponse("/settings", 303)


@router.get("/robots.txt")
async def robots() -> Response:
    """Where crawlers have nothing to look for. What may be done with a public page its own header says."""
    return PlainTextResponse(_ROBOTS)


@router.get("/public/{subject}")
def profile(request: Request, subject: str) -> Response:
    return _public(request, subject, None)


@router.get("/public/{subject}/{table}/{key}")
def post(request: Request, subject: str, table: str, key: str) -> Response:
    return _public(request, subject, (table, key))


def _public(request: Request, subject: str, one: tuple[str, str] | None) -> Response:
    try:
        shown, is_willing = workspace_of(request).members.public_page(subject, one)
    except (AppError, GateError):
        raise HTTPException(404, "There is no such page.") from None
    if not shown:
        raise HTTPException(404, "There is no such page.")
    answer = page(
        request, "public.html", records=shown, subject=subject, author=public_name(shown) or subject,
        single=one is not None,
    )  # fmt: skip
    answer.headers["Content-Usage"] = f"train-ai={'y' if is_willing else 'n'}"
    return answer
