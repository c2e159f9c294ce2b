"""A connection of the server, bounded: how long somebody may take to ask, to be told, and how many may wait to ask.

Stands between the socket and the application. A request's head comes within `HEAD_SECONDS` of its first byte (of the
connection, for the first), an answer is taken within `WRITE_SECONDS`, and what was answered before its body was read is
ended soon after. A connection ends after some tens of requests: a proxy uses the one that it used last, again and
again, so that one process would do the work of all; a new one goes to whichever process is free. Where connections run
short, who has waited longest without asking anything makes room, so that half-open connections keep nobody out.

Source: RFC 9112, 9.5 and 11.2.
"""

from __future__ import annotations

import asyncio
import random
import resource
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.flow_control import CLOSE_HEADER
from uvicorn.protocols.http.h11_impl import H11Protocol

from licet.web.security_middleware import MOST_HEAD_BYTES

#: Seconds for a request's line and headers.
HEAD_SECONDS = 10.0
#: Seconds without a byte taken by whoever asked.
WRITE_SECONDS = 30.0
#: Seconds in which a body that nobody reads may still come, so that its sender sees the answer first.
LINGER_SECONDS = 5.0
#: Seconds that a connection is kept between requests: longer than proxies keep theirs, so that theirs end first.
KEEP_ALIVE_SECONDS = 75
#: Requests over one connection, at least and at most: so that not all are made anew at once.
FEWEST_REQUESTS, MOST_REQUESTS = 24, 48


def most_connections() -> int:
    """What this process may hold: a part of its file handles, since tables, the ledger and uploads need some, too."""
    handles, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 4096 if handles == resource.RLIM_INFINITY else max(32, min(4096, handles * 3 // 4))


class BoundedProtocol(H11Protocol):
    """uvicorn's own protocol with those bounds. `waiting` holds who has not asked yet, longest first."""

    waiting: ClassVar[OrderedDict[BoundedProtocol, None]] = OrderedDict()
    most: ClassVar[int] = most_connections()

    def __init__(self, *settings: Any, **more: Any) -> None:
        super().__init__(*settings, **more)
        self._head: asyncio.TimerHandle | None = None
        self._write: asyncio.TimerHandle | None = None
        self._is_refused = False
        self._requests_left = random.randint(FEWEST_REQUESTS, MOST_REQUESTS)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()
        if len(self.connections) > self.most and self.waiting:
            longest, _ = self.waiting.popitem(last=False)
            longest.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_here()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        if self._head is None and self.conn.their_state is h11.IDLE:
            self._await_head()
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._head_is_here()

    def handle_events(self) -> None:
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self._requests_left -= 1
            if self._requests_left <= 0:  # said in the answer, which nobody has begun
                self.cycle.default_headers = [*self.cycle.default_headers, CLOSE_HEADER]

    def on_response_complete(self) -> None:
        unread = self.conn.their_state is h11.SEND_BODY
        super().on_response_complete()
        if self.transport.is_closing():
            self.loop.call_later(WRITE_SECONDS, self.transport.abort)
        elif unread:
            self.loop.call_later(LINGER_SECONDS, self._end_unread, self.cycle)
        elif self.conn.their_state is h11.IDLE and self._head is None:
            self.waiting[self] = None

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._write is None:
            self._write = self.loop.call_later(WRITE_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        if self._write is not None:
            self._write.cancel()
            self._write = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Plainly; nothing in the middle of an answer."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._refuse(b"400 Bad Request", msg.encode("ascii"))
        else:
            self.transport.abort()

    def _refuse(self, status: bytes, told: bytes) -> None:
        """End the connection so that the other side sees why: closed with bytes unread, it would be reset instead."""
        self._head_is_here()
        self._is_refused = True
        self.transport.write(b"HTTP/1.1 %b\r\nContent-Type: text/plain\r\n" % status)
        self.transport.write(b"Content-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(told), told))
        self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def _await_head(self) -> None:
        self.waiting[self] = None
        self._head = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def _head_is_here(self) -> None:
        self.waiting.pop(self, None)
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _head_is_late(self) -> None:
        self._refuse(b"408 Request Timeout", b"The request did not come in time.")

    def _end_unread(self, answered: object) -> None:
        if self.cycle is answered and self.conn.their_state is h11.SEND_BODY:
            self.transport.close()


#: What the server is run with. Processes are told by name what they need, so that a new one answers its supervisor
#: before it reads all of it; one that is slow to answer, on a machine that is busy, is not taken for dead.
OPTIONS: Mapping[str, Any] = {
    "http": f"{__name__}:{BoundedProtocol.__name__}", "ws": "none", "h11_max_incomplete_event_size": MOST_HEAD_BYTES,
    "timeout_keep_alive": KEEP_ALIVE_SECONDS, "timeout_graceful_shutdown": 10, "timeout_worker_healthcheck": 60,
    "server_header": False, "access_log": False, "log_level": "warning",
}  # fmt: skip
