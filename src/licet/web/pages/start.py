"""The first page, the operator's page, and what machines ask first."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from licet.web.rendering import page, workspace_of
from licet.web.visitors import Operator, Who, signed_in

router = APIRouter()


@router.get("/")
def start(request: Request, who: Who) -> Response:
    if who.subject is None:
        return page(request, "welcome.html")
    member = workspace_of(request).member(signed_in(request, who))
    flows = member.flows()
    return page(
        request, "home.html", settings=member.settings(), flows=flows, notices=member.notices(),
        records=len(list(member.records)),
    )  # fmt: skip


@router.get("/operator")
def operator_page(request: Request, allowed: Operator) -> Response:
    workspace = workspace_of(request)
    return page(
        request, "operator.html", packs=workspace.packs(), announced=workspace.announced(),
        snapshots=workspace.corpus_list(), checkpoint=workspace.ledger.checkpoint(),
        key=workspace.ledger.public_key_text,
    )  # fmt: skip


@router.get("/healthz")
def health(request: Request) -> Response:
    """Whether the ledger answers."""
    return JSONResponse({"ok": True, "position": workspace_of(request).ledger.position})
