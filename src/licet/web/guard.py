"""What every request and every answer passes: bounded bodies, known hosts, a strict policy for the browser.

Pure ASGI, outermost, so that nothing inside can forget it. Pages load nothing from anywhere else and run no inline
script or style; what is about a member is not kept by any cache on the way.
"""

from __future__ import annotations

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from licet.terms import AppError
from licet.web.api.problems import problem, too_large

#: Bytes a request's body may have. The largest thing a member sends is a form of a few fields.
MOST_BODY_BYTES = 64 * 1024
#: Bytes for a batch of decisions.
MOST_BATCH_BYTES = 4 * 1024 * 1024

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'{more}; frame-ancestors 'none'; base-uri 'none'"
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?")


class Guard:
    """hosts: the names the server answers to; form_targets: origins besides its own that a form may lead to;
    upload_bytes: how large a file may be that is sent to /audit.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: frozenset[str],
        https: bool,
        form_targets: tuple[str, ...] = (),
        upload_bytes: int = 0,
    ) -> None:
        self._upload_bytes = upload_bytes
        self._app, self._hosts = app, hosts
        self._headers = dict(_ALWAYS)
        more = "".join(f" {target}" for target in form_targets)
        self._headers["Content-Security-Policy"] = _POLICY.format(more=more)
        if https:
            self._headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_api = is_api_path(scope["path"])
        limit = MOST_BATCH_BYTES if is_api else MOST_BODY_BYTES
        if scope["path"] == "/audit":
            limit += self._upload_bytes

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    out.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    out.setdefault("Cache-Control", "no-store")
            await send(message)

        refused = self._refuse(headers, limit, is_api)
        if refused is not None:
            await refused(scope, receive, answer)
            return
        read = 0
        started = False

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise _TooLarge
            return message

        async def noting(message: Message) -> None:
            nonlocal started
            if read > limit and not started:
                raise _TooLarge  # whatever was made of our first saying so
            started = started or message["type"] == "http.response.start"
            await answer(message)

        try:
            await self._app(scope, bounded, noting)
        except _TooLarge:
            if started:
                raise
            await _too_large(limit, is_api)(scope, receive, answer)

    def _refuse(self, headers: Headers, limit: int, is_api: bool) -> Response | None:
        host = headers.get("host", "")
        name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
        if _HOST.fullmatch(host) is None or name.strip("[]") not in self._hosts:
            return problem(_other_name()) if is_api else PlainTextResponse(f"{_other_name().what}.\n", 421)
        said = headers.get("content-length", "0")
        if not said.isdigit() or int(said) > limit:
            return _too_large(limit, is_api)
        return None


class _TooLarge(Exception):
    """A body went on past its limit without having said how long it is."""


def is_api_path(path: str) -> bool:
    """Whether a path leads to the API, whose every answer is for a program."""
    return path == "/api" or path.startswith("/api/")


def _other_name() -> AppError:
    return AppError(
        "APP-063", "this server does not answer to that name", fix="use the address it is published at"
    )


def _too_large(limit: int, is_api: bool) -> Response:
    if is_api:
        return problem(too_large(limit))
    return PlainTextResponse(f"A request may have at most {limit} bytes.\n", 413)
