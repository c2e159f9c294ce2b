"""Version 1 of the API, put together: an application of its own, beside the pages and not within them."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from licet.app import Workspace
from licet.terms import LicetError
from licet.web.api import (
    ad_choices_api,
    advertisers_api,
    artefacts_api,
    choices_api,
    decisions_api,
    exports_api,
    forgettings_api,
    insights_api,
    ledger_api,
    lists_api,
    packs_api,
    proofs_api,
    receipts_api,
    recommendations_api,
    search_api,
    settings_api,
    subjects_api,
    suggestions_api,
    uses_api,
)
from licet.web.api.direct_route import DirectRoute
from licet.web.api.openapi import describe, methods_at
from licet.web.api.problem_details import (
    handle_problems,
    no_such_address,
    problem,
    problem_of,
    unreadable_request,
)
from licet.web.api.token_check import TOKEN_RATE, TokenNeeded
from licet.web.rate_limits import Rate
from licet.web.shared_rates import SharedLimiter

#: Where it is found. Another version stands beside it, not in its place.
ROOT = "/api/v1"


def make_api(workspace: Workspace) -> FastAPI:
    """The routes alone, for any valid token to reach; `Api` stands before them."""
    api = FastAPI(
        title="licet", version="1", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    api.state.workspace = workspace
    for part in (
        choices_api,
        subjects_api,
        settings_api,
        uses_api,
        suggestions_api,
        recommendations_api,
        search_api,
        insights_api,
        advertisers_api,
        artefacts_api,
        decisions_api,
        receipts_api,
        forgettings_api,
        proofs_api,
        exports_api,
        lists_api,
        ledger_api,
        packs_api,
        ad_choices_api,
    ):
        api.include_router(part.router)
    api.include_router(ad_choices_api.serving)
    api.include_router(ad_choices_api.clicks)

    @api.get("/openapi.json", include_in_schema=False)
    def description() -> Response:
        return JSONResponse(describe(api))

    handle_problems(api, lambda path: methods_at(api, path))
    return api


#: What is asked most, by its path.
_DIRECT = {
    route.path: route
    for part in (decisions_api.router, ad_choices_api.serving)
    for route in part.routes
    if isinstance(route, DirectRoute)
}


class _Routes:
    """The routes, those first that are asked most: these are found by their path alone."""

    def __init__(self, api: ASGIApp) -> None:
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = _DIRECT.get(scope["path"].removeprefix(scope["root_path"]))
        if route is None or scope["method"] not in (route.methods or ()):
            await self._api(scope, receive, send)
            return
        try:
            answer = await route.answer(Request(scope, receive))
        except Exception as error:
            answer = problem_of(error)
            if answer.status_code == 500 and not isinstance(error, LicetError):
                await answer(scope, receive, send)
                raise  # for the server's log
        await answer(scope, receive, send)


class Api:
    """Everything under ``/api/``: finds the version, matches paths as they were sent, lets in who has a token."""

    def __init__(self, workspace: Workspace, decisions: SharedLimiter, rate: Rate = TOKEN_RATE) -> None:
        """decisions: how often a token may ask for them."""
        shared = dict.fromkeys(_DIRECT, decisions)
        self._v1: ASGIApp = TokenNeeded(_Routes(make_api(workspace)), workspace, rate, shared)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = _as_sent(scope)
        if path is None:
            await problem(unreadable_request())(scope, receive, send)
        elif not path.startswith(f"{ROOT}/"):
            await problem(no_such_address())(scope, receive, send)
        else:
            await self._v1({**scope, "path": path, "root_path": ROOT}, receive, send)


def _as_sent(scope: Scope) -> str | None:
    """The path still percent-encoded, so that an encoded slash stays within its segment."""
    raw: bytes | None = scope.get("raw_path")
    if raw is None:
        return Request(scope).url.path
    try:
        return raw.partition(b"?")[0].decode("ascii")
    except UnicodeDecodeError:
        return None
