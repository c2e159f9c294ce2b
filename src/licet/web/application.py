"""The application: every part put together once. `licet.web.__main__` runs it; tests make their own."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

import licet
from licet.app.clock import system_clock
from licet.app.member.member_sentences import say
from licet.terms import LicetError, SourceError
from licet.web.api.api_application import Api
from licet.web.api.problem_details import status_of, title_of
from licet.web.authentication import (
    PLAIN_COOKIE,
    SECURE_COOKIE,
    SESSION_SECONDS,
    FormOutdated,
    SignInNeeded,
    subject_if_known,
)
from licet.web.config import ServeConfig, check, from_environment
from licet.web.pages import (
    ad_pages,
    audit_pages,
    compare_pages,
    data_pages,
    discovery_pages,
    feature_pages,
    forgetting_pages,
    guide_pages,
    impact_pages,
    list_pages,
    notice_pages,
    receipt_pages,
    recommendation_pages,
    request_pages,
    settings_pages,
    sign_in_pages,
    signal_pages,
    start_pages,
)
from licet.web.rate_limits import Limiter, NoTurn, Rate, Turns
from licet.web.revoked_sessions import EndedSessions
from licet.web.security_middleware import Guard, is_api_path
from licet.web.shared_rates import SharedLimiter
from licet.web.templates_environment import make_templates, page

_log = logging.getLogger("licet.web")

#: Sign-ins from one address, and what one visitor may change.
SIGN_IN_RATE = Rate(burst=10, per_second=0.2)
CHANGE_RATE = Rate(burst=40, per_second=2)
PAGE_RATE = Rate(burst=200, per_second=20)
#: Pages for anybody that cost more than showing them, how many are made at once, how many of one visitor may wait, and
#: for how many seconds.
COSTLY = ("/public/", "/compare", "/guide")
COSTLY_AT_ONCE, COSTLY_EACH, COSTLY_SECONDS = 1, 4, 10.0
#: Pages that are shown at the address that their forms are sent to.
_ASKING = ("/settings/", "/data/", "/forgetting", "/requests")
#: What a visitor to a page mends by asking otherwise, beside what the API says of its own.
ASKED_AMISS = frozenset({"APP-110"})
#: Downloads that one visitor may have read.
UPLOAD_RATE = Rate(burst=5, per_second=1 / 60)

#: The modules of pages, each with its router.
_PAGES = (
    start_pages,
    sign_in_pages,
    settings_pages,
    data_pages,
    list_pages,
    feature_pages,
    recommendation_pages,
    discovery_pages,
    forgetting_pages,
    notice_pages,
    receipt_pages,
    request_pages,
    signal_pages,
    compare_pages,
    audit_pages,
    guide_pages,
    impact_pages,
    ad_pages,
)


def make_application(config: ServeConfig, clock: Callable[[], datetime] = system_clock) -> ASGIApp:
    """clock: the workspace's. Raises: AppError APP-060 or APP-061 for a configuration that must not be served."""
    config = check(config)
    workspace = licet.open(config.workspace, clock=clock)
    workspace.ledger  # noqa: B018 - opened here, before threads ask for it
    workspace.missing()  # and what requests need is read; what is missing `/readyz` says
    workspace.read_ahead()  # before anybody waits for it

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        workspace.close()

    app = FastAPI(title="licet", lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    app.state.workspace, app.state.config = workspace, config
    app.state.ended = EndedSessions(config.workspace / "keys" / "ended_sessions")
    app.state.templates, app.state.uploads = make_templates(), audit_pages.Uploads()
    app.state.limits = {
        "sign-in": Limiter(SIGN_IN_RATE), "change": Limiter(CHANGE_RATE), "page": Limiter(PAGE_RATE),
        "upload": Limiter(UPLOAD_RATE),
    }  # fmt: skip
    decisions = SharedLimiter(config.decision_rate, config.workspace / "keys" / "decision_rates")
    app.state.turns = Turns(COSTLY_AT_ONCE, COSTLY_EACH, COSTLY_SECONDS)
    app.state.counting = impact_pages.OneAtATime()
    if config.oidc is not None:
        app.state.oauth = sign_in_pages.make_oauth(config.oidc, os.environ.get("LICET_OIDC_SECRET"))
    app.mount(
        "/static",
        StaticFiles(directory=Path(__file__).parent / "static", packages=[("licet.standalone", "styles")]),
        name="static",
    )
    for part in _PAGES:
        app.include_router(part.router)
    app.include_router(ad_pages.operators)
    _handle_failures(app)
    app.middleware("http")(_limit)
    hosts = frozenset({config.host, *(("localhost", "127.0.0.1", "::1") if not config.is_https else ())})
    inner = SessionMiddleware(
        app,
        secret_key=session_key(config.workspace),
        session_cookie=SECURE_COOKIE if config.is_https else PLAIN_COOKIE,
        max_age=SESSION_SECONDS,
        same_site="lax",
        https_only=config.is_https,
    )
    providers = () if config.oidc is None else (config.oidc.issuer,)
    return Guard(
        _Doors(inner, Api(workspace, decisions)),
        hosts,
        config.is_https,
        providers,
        config.upload_bytes,
        config.demo_sign_in,
    )


class _Doors:
    """The API beside the pages: no session of theirs is even read for it."""

    def __init__(self, pages: ASGIApp, api: ASGIApp) -> None:
        self.app, self._api = pages, api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_api = scope["type"] == "http" and is_api_path(scope["path"])
        await (self._api if is_api else self.app)(scope, receive, send)


def application() -> ASGIApp:
    """What a worker process of the server runs: ready before it takes a connection; what is old is not collected."""
    made = make_application(from_environment())
    gc.collect()
    gc.freeze()
    return made


def session_key(workspace: Path) -> str:
    """The key sessions are signed with: made once, readable by its owner only."""
    path = workspace / "keys" / "sessions.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii")


async def _limit(request: Request, call_next):  # type: ignore[no-untyped-def]
    """Too often is told so, with when to come back."""
    path = request.url.path
    if path.startswith(("/static/", "/healthz", "/readyz")):
        return await call_next(request)
    posted = "sign-in" if path.startswith("/sign-in") else "upload" if path == "/audit" else "change"
    kind = "page" if request.method == "GET" else posted
    who = str(request.session.get("subject") or (request.client.host if request.client else ""))
    wait = request.app.state.limits[kind].wait_seconds(who)
    if wait:
        return _later(request, 429, "That was too often. Please wait a moment.", int(wait) + 1)
    if not path.startswith(COSTLY):
        return await call_next(request)
    try:
        async with request.app.state.turns.of(who):
            return await call_next(request)
    except NoTurn as error:
        if error.asker_waits:
            return _later(
                request, 429, "That was too much at once. Please wait for the pages you asked for.", 1
            )
        return _later(request, 503, "Others are asking for much. Please try again in a minute.", 60)


def _later(request: Request, status: int, told: str, seconds: int) -> Response:
    answer = _failure(request, status, told)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _handle_failures(app: FastAPI) -> None:
    @app.exception_handler(SignInNeeded)
    async def sign_in(request: Request, error: Exception) -> Response:
        if request.method == "GET":
            query = f"?{request.url.query}" if request.url.query else ""
            wanted = f"{request.url.path}{query}"
        else:
            wanted = await _where_again(request)
        return RedirectResponse(f"/sign-in?next={quote(wanted)}", 303)

    @app.exception_handler(FormOutdated)
    async def outdated(request: Request, error: Exception) -> Response:
        told = say("session.form_outdated")
        return _failure(request, 403, told, back=await _where_again(request))

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        words = {404: "There is no such page.", 405: "This page cannot be used in that way."}
        told = words.get(error.status_code) if error.detail in ("Not Found", "Method Not Allowed") else None
        answer = _failure(request, error.status_code, told or error.detail)
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, error: Exception) -> Response:
        return _failure(request, 400, "The request could not be read.")

    @app.exception_handler(LicetError)
    async def failed(request: Request, error: Exception) -> Response:
        assert isinstance(error, LicetError)
        status = 422 if error.code in ASKED_AMISS else status_of(error)
        if status < 500:
            return _failure(request, status, error.what[:1].upper() + error.what[1:] + ".", error)
        # What only the keeper can mend may name files and members; the server's log has it.
        _log.error("%s", error.line())
        if isinstance(error, SourceError) and status >= 500:
            return _failure(request, 503, say("failure.tables", code=error.code))
        again = (
            "Please try again in a minute" if status == 503 else "The keeper of this server has to mend it"
        )
        return _failure(request, status, f"{title_of(error)}. {again} ({error.code}).")

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        # The server's log has the trace; the page tells nothing of what is inside.
        return _failure(request, 500, "Something went wrong on our side. Nothing of what you did was lost.")


async def _where_again(request: Request) -> str:
    """Where what a form asked for, and what was not done, can be done again: a page of ours, which asks once more."""
    path = request.url.path
    if not path.startswith(_ASKING):
        return "/settings?unsaved=yes" if path.startswith("/signals/") else "/?unsaved=yes"
    value = (await request.form()).get("value")
    about = quote(value) if value in ("on", "off") else "yes"
    return f"{path}?unsaved={about}"


def _saved(request: Request) -> int | None:
    """The entry of theirs that the address confirms; None where the ledger has none such."""
    done, subject = request.query_params.get("done", ""), subject_if_known(request)
    if subject is None or not (done.isascii() and done.isdecimal()) or len(done) > 15:
        return None
    with contextlib.suppress(LicetError):
        if request.app.state.workspace.ledger.entry(int(done)).subject == subject:
            return int(done)
    return None


def _failure(
    request: Request, status: int, told: str, error: LicetError | None = None, back: str | None = None
) -> Response:
    """A page that says what went wrong and no more; a licet error's place is for the terminal, not for the web.

    Where what went before it was saved, it says that too.
    """
    return page(
        request,
        "failure.html",
        status=status,
        code=status,
        told=told,
        error=error,
        back=back,
        saved=_saved(request),
    )
