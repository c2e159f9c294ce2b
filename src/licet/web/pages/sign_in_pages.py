"""Signing in and out: OpenID Connect, and for a made-up network on one's own machine anybody by name."""

from __future__ import annotations

from typing import Annotated

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from fastapi import APIRouter, Form, Request
from joserfc.errors import JoseError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from licet.terms import AppError, GateError, LicetError
from licet.terms.canonical import JsonObject
from licet.terms.ids import is_text
from licet.web.authentication import OurForm, Who, begin_session, end_session, safe_return
from licet.web.config import OpenIdConnect
from licet.web.templates_environment import page, workspace_of

router = APIRouter()

#: Whom the demo's sign-in page offers: the first of the made-up network.
_OFFERED = 6
_AWAY = "The provider that signs you in does not answer. Please try again in a while."


@router.get("/sign-in")
def sign_in_page(request: Request, who: Who, next: str | None = None) -> Response:
    config = request.app.state.config
    offered = workspace_of(request).members.introductions(_OFFERED) if config.demo_sign_in else []
    return page(request, "sign_in.html", next=safe_return(next), offered=offered, problem=None)


@router.post("/sign-in")
def demo_sign_in(
    request: Request,
    form: OurForm,
    subject: Annotated[str, Form()],
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Only where the server was asked for it; anywhere else there is no such way in."""
    if not request.app.state.config.demo_sign_in:
        raise HTTPException(404)
    workspace = workspace_of(request)
    try:
        workspace.members.member(subject.strip())
    except GateError as error:
        if error.code != "GATE-171":
            raise  # whose id may be another's may choose, as may whom nobody knows yet
    except AppError as error:
        offered = workspace.members.introductions(_OFFERED)
        return page(
            request, "sign_in.html", status=422, next=safe_return(next), offered=offered, problem=error
        )
    begin_session(request, subject.strip(), _called(request, subject.strip()))
    return RedirectResponse(safe_return(next), 303)


@router.post("/sign-in/operator")
def demo_operator(request: Request, form: OurForm) -> Response:
    if not request.app.state.config.demo_sign_in:
        raise HTTPException(404)
    begin_session(request, None, operator=True)
    return RedirectResponse("/operator", 303)


@router.get("/sign-in/oidc")
async def to_provider(request: Request, next: str | None = None) -> Response:
    config = request.app.state.config
    if config.oidc is None:
        raise HTTPException(404)
    request.session["next"] = safe_return(next)
    try:
        answer: Response = await request.app.state.oauth.oidc.authorize_redirect(
            request, f"{config.public_url}/sign-in/callback"
        )
    except (httpx2.HTTPError, AuthlibBaseError, ValueError, KeyError):
        raise HTTPException(502, _AWAY) from None
    return answer


@router.get("/sign-in/callback")
async def from_provider(request: Request) -> Response:
    config = request.app.state.config
    if config.oidc is None:
        raise HTTPException(404)
    try:
        token = await request.app.state.oauth.oidc.authorize_access_token(request)
    except httpx2.HTTPError:
        raise HTTPException(502, _AWAY) from None
    except (AuthlibBaseError, JoseError, ValueError, KeyError):
        # A code nobody asked for, or a token that is not right: what is wrong with it is not for whoever sent it.
        raise HTTPException(400, "The sign-in did not come to an end. Please try again.") from None
    claims: JsonObject = token.get("userinfo") or {}
    wanted = safe_return(request.session.get("next"))
    if _is_operator(config.oidc, claims):
        begin_session(request, None, operator=True)
        return RedirectResponse("/operator", 303)
    subject = claims.get(config.oidc.subject_claim)
    # Whom the members' table has not got yet, or while it cannot be read, may choose, and see nothing but that.
    if not is_text(subject):
        raise HTTPException(
            403, "You are signed in with your provider, but it does not say who you are here."
        )
    begin_session(request, subject, str(claims.get("name") or "") or _called(request, str(subject)))
    return RedirectResponse(wanted, 303)


@router.post("/sign-out")
def sign_out(request: Request, form: OurForm) -> Response:
    end_session(request)
    return RedirectResponse("/", 303)


def make_oauth(oidc: OpenIdConnect, secret: str | None) -> OAuth:
    """The provider's own description is read when somebody first signs in."""
    oauth = OAuth()
    oauth.register(
        "oidc",
        client_id=oidc.client_id,
        client_secret=secret,
        server_metadata_url=f"{oidc.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid", "code_challenge_method": "S256"},
    )
    return oauth


def _called(request: Request, subject: str) -> str:
    """Their name, as their own records have it; empty where none has, or they cannot be read."""
    try:
        (found,) = workspace_of(request).members.introduce([subject])
    except LicetError:
        return ""
    return found.name


def _is_operator(oidc: OpenIdConnect, claims: JsonObject) -> bool:
    if oidc.operator is None:
        return False
    claim, _, wanted = oidc.operator.partition("=")
    said = claims.get(claim)
    return bool(wanted) and (wanted in said if isinstance(said, list) else said == wanted)
