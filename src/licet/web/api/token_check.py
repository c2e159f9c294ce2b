"""Who calls the API: the holder of a token, sent as ``Authorization: Bearer``, and of nothing else.

Stands before the routes, so that without a valid token nobody learns which there are. A session of the pages is never
looked at here, and a token never there. How often a token may ask is bounded, in each process for itself; for
decisions by a limit of their own, of all processes together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer, SecurityScopes
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from licet.app import Workspace
from licet.app.access_tokens import Token
from licet.terms import AppError, LicetError
from licet.web.api.openapi import parameters_at
from licet.web.api.problem_details import problem
from licet.web.api.request_parts import Export, Organisation
from licet.web.rate_limits import Limiter, Rate
from licet.web.shared_rates import SharedLimiter

#: Requests of one token to one process of the server.
TOKEN_RATE = Rate(burst=1000, per_second=250)

#: What anybody may read.
_OPEN = frozenset({"/openapi.json"})

_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]{1,200}=*) *", re.IGNORECASE)
_ASKING = {"WWW-Authenticate": 'Bearer realm="licet"'}
_REFUSING = {"WWW-Authenticate": 'Bearer realm="licet", error="invalid_token"'}


class TokenNeeded:
    """Lets through who sends a valid token, and says to the routes within whose it is."""

    def __init__(
        self,
        app: ASGIApp,
        workspace: Workspace,
        rate: Rate = TOKEN_RATE,
        shared: Mapping[str, SharedLimiter] | None = None,
    ) -> None:
        """shared: by its path what has a limit of its own, counted for all processes together."""
        self._app, self._workspace, self._limiter = app, workspace, Limiter(rate)
        self._shared = shared or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if path in _OPEN:
            await self._app(scope, receive, send)
            return
        limiter = self._shared.get(path, self._limiter)
        found = self._look(Headers(scope=scope), limiter)
        if isinstance(found, Response):
            await found(scope, receive, send)
            return
        known = {"licet_token": found, "licet_workspace": self._workspace, "licet_limiter": limiter}
        await self._app({**scope, **known}, receive, send)

    def _look(self, headers: Headers, limiter: Limiter | SharedLimiter) -> Token | Response:
        said = headers.getlist("authorization")
        if not said:
            return problem(_needed("no token was sent"), headers=_ASKING)
        sent = _BEARER.fullmatch(said[0]) if len(said) == 1 else None
        try:
            token = None if sent is None else self._workspace.tokens.find(sent[1])
        except LicetError as error:
            return problem(error)
        if token is None:
            return problem(_needed("the token is unknown, revoked or at its end"), headers=_REFUSING)
        wait = limiter.wait_seconds(token.id)
        if wait:
            said_so = AppError("APP-093", "this token asked too often", fix="wait as Retry-After says")
            return problem(said_so, headers={"Retry-After": str(int(wait) + 1)})
        return token


class _ScopedBearer(HTTPBearer):
    """How the description says that a token is needed; what was sent is looked at before the routes."""

    async def __call__(self, request: HTTPConnection) -> None:
        return None


_described = _ScopedBearer(
    auto_error=False, scheme_name="token", description="A token made with `licet tokens create`, for scopes."
)


async def caller(
    request: Request, scopes: SecurityScopes, described: Annotated[None, Depends(_described)]
) -> Token:
    """The token of this request. Raises: AppError APP-092 when it is not for what the route needs."""
    token: Token = request.scope["licet_token"]
    _refuse_unknown_parameters(request)
    refuse_missing_scope(token, scopes.scopes)
    return token


async def speaker(
    request: Request, organisation: Organisation, described: Annotated[None, Depends(_described)]
) -> Token:
    """The token of this request, for any organisation or bound to the one in its path. Raises: AppError APP-092."""
    token: Token = request.scope["licet_token"]
    _refuse_unknown_parameters(request)
    if not token.is_for_organisation(organisation):
        raise _not_for("organisations:write")
    return token


async def holder(request: Request, export: Export, described: Annotated[None, Depends(_described)]) -> Token:
    """The token of this request, for any copy or bound to the one in its path. Raises: AppError APP-092."""
    token: Token = request.scope["licet_token"]
    _refuse_unknown_parameters(request)
    if not token.is_for_export(export):
        raise _not_for("exports:answer")
    return token


async def somebody(
    request: Request, scopes: SecurityScopes, described: Annotated[None, Depends(_described)]
) -> Token:
    """The token of this request, for the scope or bound to a member. Raises: AppError APP-092."""
    token: Token = request.scope["licet_token"]
    _refuse_unknown_parameters(request)
    if token.member is None:
        refuse_missing_scope(token, scopes.scopes)
    return token


def whose(token: Token, named: str | None, scope: str) -> str | None:
    """Of whom a token asks: whom it is bound to, or else whom the request names. Raises: AppError APP-092."""
    if token.member is None:
        return named
    if named not in (None, token.member):
        raise _not_for(scope)
    return token.member


def whose_alone(token: Token, named: str | None, scope: str) -> str:
    """As `whose`, where it is to be one. Raises: AppError APP-092."""
    subject = whose(token, named, scope)
    if subject is None:
        raise AppError(
            "APP-092", "the token is bound to no member, and the request names nobody", fix="name the subject"
        )
    return subject


def refuse_missing_scope(token: Token, needed: Iterable[str]) -> None:
    """Raises: AppError APP-092 for the first scope that the token has not."""
    for scope in needed:
        if scope not in token.scopes:
            raise _not_for(scope)


def _not_for(scope: str) -> AppError:
    return AppError(
        "APP-092", f"the token has not the scope {scope}", fix=f"use one made with --scope {scope}"
    )


def _refuse_unknown_parameters(request: Request) -> None:
    """A misspelt parameter is not passed over. Raises: AppError APP-090."""
    if request.query_params:
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        refuse_parameters(request.query_params, parameters_at(request.app, path, request.method))


def refuse_parameters(sent: Iterable[str], known: set[str]) -> None:
    """Raises: AppError APP-090 for one that is not known."""
    unknown = sorted({*sent} - known)
    if unknown:
        raise AppError(
            "APP-090",
            "the request is not as the API describes it",
            repr(unknown[0])[:60],
            "leave that parameter out",
        )


def needs(scope: str) -> Any:
    """The dependency of a route that only tokens with a scope may use."""
    return Security(caller, scopes=[scope])


def needs_or_member(scope: str) -> Any:
    """The dependency of a route for tokens with a scope, and for those that are bound to a member."""
    return Security(somebody, scopes=[scope])


#: The token of the routes of a copy that left.
Holder = Annotated[Token, Security(holder, scopes=["exports:answer"])]

#: The token of the route that records an organisation's noes.
Speaker = Annotated[Token, Security(speaker, scopes=["organisations:write"])]


def _needed(what: str) -> AppError:
    return AppError(
        "APP-091",
        f"the API asks for a valid token, and {what}",
        fix="send Authorization: Bearer and a token from `licet tokens create`",
    )
