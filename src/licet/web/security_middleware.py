"""What every request and answer passes: bounded bodies in bounded time, known hosts, a strict policy for the browser.

Pure ASGI, outermost, so that nothing inside can forget it. Pages load nothing from anywhere else and run no inline
script or style; what is about a member is not kept by any cache on the way.
"""

from __future__ import annotations

import asyncio
import re

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from licet.terms import AppError
from licet.web.api.problem_details import problem, too_large, unreadable_request
from licet.web.proxy_peers import THIS_MACHINE, asks_straight_from, networks

#: Bytes of a request's line and headers.
MOST_HEAD_BYTES = 16 * 1024
#: Bytes a request's body may have. The largest thing a member sends is a form of a few fields.
MOST_BODY_BYTES = 64 * 1024
#: Bytes for a batch of decisions.
MOST_BATCH_BYTES = 4 * 1024 * 1024
#: Bytes for a file of choices: some hundred thousand of them.
MOST_CHOICES_BYTES = 32 * 1024 * 1024
_CHOICES_PATH = "/api/v1/choices"
#: What is asked for by HEAD as by GET, since nothing is noted when it is shown.
_FOR_ANYBODY = ("/public/", "/robots.txt", "/.well-known/", "/healthz", "/readyz", "/compare", "/guide")
#: How slowly a body may come: so many seconds at first, then so many bytes in each, and so many seconds in all.
BODY_GRACE_SECONDS = 15.0
LEAST_BODY_BYTES_PER_SECOND = 32 * 1024
MOST_BODY_SECONDS = 900.0

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
_NOT_KEPT = (b"cache-control", b"no-store")
_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?")


class Guard:
    """hosts: the names the server answers to; form_targets: origins besides its own that a form may lead to;
    upload_bytes: how large a file may be that is sent to /audit; this_machine: answer nobody who asks from elsewhere.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: frozenset[str],
        https: bool,
        form_targets: tuple[str, ...] = (),
        upload_bytes: int = 0,
        this_machine: bool = False,
    ) -> None:
        self._upload_bytes = upload_bytes
        self._peers = networks(THIS_MACHINE) if this_machine else None
        self._app, self._hosts = app, hosts
        more = "".join(f" {target}" for target in form_targets)
        said = {**_ALWAYS, "Content-Security-Policy": _POLICY.format(more=more)}
        if https:
            said["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        #: As they are sent, so that they are written once and not for every answer.
        self._headers = [(name.lower().encode(), value.encode()) for name, value in said.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD" and scope["path"].startswith(_FOR_ANYBODY):
            scope = {**scope, "method": "GET"}  # whoever speaks HTTP leaves the body out of the answer
        headers = Headers(scope=scope)
        is_api = is_api_path(scope["path"])
        limit = MOST_BATCH_BYTES if is_api else MOST_BODY_BYTES
        if scope["path"] == "/audit":
            limit += self._upload_bytes
        elif scope["path"] == _CHOICES_PATH:
            limit = MOST_CHOICES_BYTES

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                more = self._headers if scope["path"].startswith("/static/") else [*self._headers, _NOT_KEPT]
                said = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(one for one in more if one[0] not in said)]
            await send(message)

        refused = self._refuse(scope, headers, limit, is_api)
        if refused is not None:
            await refused(scope, receive, answer)
            return
        body, started = _Body(receive, limit), False

        async def noting(message: Message) -> None:
            nonlocal started
            if body.refused is not None and not started:
                raise body.refused  # whatever was made of our first saying so
            started = started or message["type"] == "http.response.start"
            await answer(message)

        try:
            await self._app(scope, body.receive, noting)
        except (_TooLarge, _TooSlow) as error:
            if started:
                raise
            refusal = _too_slow(is_api) if isinstance(error, _TooSlow) else _too_large(limit, is_api)
            await refusal(scope, receive, answer)

    def _refuse(self, scope: Scope, headers: Headers, limit: int, is_api: bool) -> Response | None:
        # No browser speaks HTTP/1.0, and some proxies that say nothing of themselves do.
        if self._peers is not None and (
            scope.get("http_version") == "1.0" or not asks_straight_from(scope, self._peers)
        ):
            elsewhere = _from_elsewhere()
            return problem(elsewhere) if is_api else PlainTextResponse(f"{elsewhere.what}.\n", 403)
        host = headers.get("host", "")
        if len(headers.getlist("host")) != 1 or _HOST.fullmatch(host) is None or _is_unfit(scope, headers):
            return _unreadable(is_api)
        name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
        if name.strip("[]").lower() not in self._hosts:
            return problem(_other_name()) if is_api else PlainTextResponse(f"{_other_name().what}.\n", 421)
        said = headers.get("content-length", "0")
        if not said.isdigit() or int(said) > limit:
            return _too_large(limit, is_api)
        return None


class _TooLarge(Exception):
    """A body went on past its limit without having said how long it is."""


class _TooSlow(Exception):
    """A body did not come."""


class _Body:
    """A request's body as it comes: what is past its limit or its time ends the request.

    A sender who drips bytes holds a connection and nothing else: whoever reads a body does so before a turn is taken.
    """

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive, self._limit = receive, limit
        self._start, self._bytes, self._is_whole = asyncio.get_running_loop().time(), 0, False
        self.refused: _TooLarge | _TooSlow | None = None

    async def receive(self) -> Message:
        """Raises: _TooLarge, _TooSlow."""
        if self._is_whole:
            return await self._receive()  # what comes now is their leaving, whenever that is
        earned = BODY_GRACE_SECONDS + self._bytes / LEAST_BODY_BYTES_PER_SECOND
        try:
            async with asyncio.timeout_at(self._start + min(earned, MOST_BODY_SECONDS)):
                message = await self._receive()
        except TimeoutError:
            self.refused = _TooSlow()
            raise self.refused from None
        self._bytes += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        if self._bytes > self._limit:
            self.refused = _TooLarge()
            raise self.refused
        return message


def _is_unfit(scope: Scope, headers: Headers) -> bool:
    """Whether another reader on the way could see another request: two lengths, a whole address, a head that is cut.

    Source: RFC 9112, 3.2 and 6.3.
    """
    lengths = headers.getlist("content-length")
    return (
        len(lengths) > 1
        or (bool(lengths) and "transfer-encoding" in headers)
        or not scope.get("raw_path", b"/").startswith(b"/")
        or sum(len(name) + len(value) for name, value in scope["headers"])
        + len(scope.get("raw_path", b""))
        + len(scope["query_string"])
        > MOST_HEAD_BYTES
    )


def is_api_path(path: str) -> bool:
    """Whether a path leads to the API, whose every answer is for a program."""
    return path == "/api" or path.startswith("/api/")


def _from_elsewhere() -> AppError:
    return AppError(
        "APP-211", "with the demo sign-in this server answers the machine that it runs on, and nobody else",
        fix="ask from that machine, straight and through no proxy; for others sign members in with --oidc-issuer",
    )  # fmt: skip


def _other_name() -> AppError:
    return AppError(
        "APP-063", "this server does not answer to that name", fix="use the address it is published at"
    )


def _unreadable(is_api: bool) -> Response:
    refusal = (
        problem(unreadable_request()) if is_api else PlainTextResponse("The request cannot be read.\n", 400)
    )
    refusal.headers["Connection"] = "close"  # what follows on it may be another request to somebody else
    return refusal


def _too_slow(is_api: bool) -> Response:
    error = AppError(
        "APP-213", "the request did not come whole in time", fix="send it again over a better connection"
    )
    refusal = (
        problem(error) if is_api else PlainTextResponse(f"{error.what[:1].upper()}{error.what[1:]}.\n", 408)
    )
    refusal.headers["Connection"] = "close"
    return refusal


def _too_large(limit: int, is_api: bool) -> Response:
    if is_api:
        return problem(too_large(limit))
    return PlainTextResponse(f"A request may have at most {limit} bytes.\n", 413)
