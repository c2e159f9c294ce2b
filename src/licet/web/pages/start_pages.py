"""The first page, the operator's page, and what machines ask first."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from licet.policies.scope_sentences import scope_parts
from licet.web.authentication import Operator, Who, signed_in
from licet.web.proxy_peers import asks_straight_from, networks
from licet.web.templates_environment import member_if_known, page, workspace_of

router = APIRouter()


@router.get("/")
def start(request: Request, who: Who) -> Response:
    if who.subject is None:
        return page(request, "welcome.html")
    member = member_if_known(request, signed_in(request, who))
    if member is None:
        return RedirectResponse("/settings", 303)
    open_requests = [one for one in workspace_of(request).requests.of(who.subject) if one.answered_at is None]
    return page(
        request, "home.html", settings=member.settings(), flows=member.flows(), notices=member.notices(),
        records=len(member.records), lead=member.lead, known=member.known(),
        contested={one.about: one for one in open_requests}, scope=scope_parts(member.policy.pack),
    )  # fmt: skip


@router.get("/operator")
def operator_page(request: Request, allowed: Operator) -> Response:
    workspace = workspace_of(request)
    return page(
        request, "operator.html", packs=workspace.policies.history(), announced=workspace.policies.announced(),
        snapshots=workspace.uses["corpus"].snapshots(), checkpoint=workspace.ledger.checkpoint(),
        key=workspace.ledger.public_key_text,
    )  # fmt: skip


@router.get("/healthz")
async def health() -> Response:
    """That this process answers, and nothing else: anybody may ask."""
    return JSONResponse({"ok": True})


@router.get("/readyz")
async def readiness(request: Request) -> Response:
    """What is missing for answering, to who asks straight from an operator's address; for others there is no page."""
    if not asks_straight_from(request.scope, networks(request.app.state.config.operator_addresses)):
        raise HTTPException(404)
    workspace = workspace_of(request)
    # Where members' tables were replaced, who asks this waits for them, and not the next member.
    is_ahead = await run_in_threadpool(workspace.read_ahead)
    missing = await run_in_threadpool(workspace.missing)
    told = {
        "ready": not missing, "missing": [error.as_dict() for error in missing], "read_ahead": is_ahead,
    }  # fmt: skip
    return JSONResponse(told, 503 if missing else 200)
