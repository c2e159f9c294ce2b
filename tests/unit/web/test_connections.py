"""Connections over real sockets: what is malformed is refused plainly, what is slow is ended, nobody is kept out."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.networks import make_network, member
from journeys.site import serving
from licet.web import connections, security_middleware
from licet.web.connections import BoundedProtocol

HOST = b"Host: 127.0.0.1\r\n"
NEXT = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("connections") / "w"
    make_network(root, {"members": [member("ann")]}).close()
    return root


@pytest.fixture(scope="module")
def port(root: Path) -> Iterator[int]:
    with serving(root) as port:
        yield port


def exchange(port: int, sent: bytes) -> bytes:
    """All that the server says until it ends the connection, or for two seconds after its last word."""
    with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        connection.sendall(sent)
        return read_out(connection)


def read_out(connection: socket.socket) -> bytes:
    answered = b""
    try:
        while data := connection.recv(65536):
            answered += data
    except (TimeoutError, ConnectionResetError):
        pass
    return answered


def read_one(connection: socket.socket) -> bytes:
    """What /healthz answers, and no more."""
    answered = b""
    while not answered.endswith(b"}"):
        answered += connection.recv(65536)
    return answered


def statuses(answered: bytes) -> list[int]:
    return [int(line.split()[1]) for line in answered.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]


MALFORMED = {
    "two lengths of a body": b"POST /sign-in HTTP/1.1\r\n" + HOST
    + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + NEXT,
    "two Content-Lengths": b"POST /sign-in HTTP/1.1\r\n" + HOST
    + b"Content-Length: 4\r\nContent-Length: 40\r\n\r\nabcd" + NEXT,
    "a Transfer-Encoding of no kind": b"POST /sign-in HTTP/1.1\r\n" + HOST
    + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + NEXT,
    "a Transfer-Encoding behind a tab": b"POST /sign-in HTTP/1.1\r\n" + HOST
    + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n" + NEXT,
    "a length with a sign": b"POST /sign-in HTTP/1.1\r\n" + HOST + b"Content-Length: +4\r\n\r\nabcd" + NEXT,
    "a space before the colon": b"POST /sign-in HTTP/1.1\r\n" + HOST + b"Content-Length : 4\r\n\r\nabcd" + NEXT,
    "two hosts": b"GET /healthz HTTP/1.1\r\n" + HOST + b"Host: evil\r\n\r\n" + NEXT,
    "one host twice": b"GET /healthz HTTP/1.1\r\n" + HOST + HOST + b"\r\n" + NEXT,
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n" + NEXT,
    "a host that is none": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1/../x\r\n\r\n" + NEXT,
    "a whole address": b"GET http://evil/healthz HTTP/1.1\r\n" + HOST + b"\r\n" + NEXT,
    "our own whole address": b"GET http://127.0.0.1/healthz HTTP/1.1\r\n" + HOST + b"\r\n" + NEXT,
    "no address": b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n" + NEXT,
    "headers without end": b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 100_000 + b"\r\n\r\n",
    "no version": b"GET /\r\n\r\n", "another protocol": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no text": bytes(range(256)) + b"\r\n\r\n",
}  # fmt: skip


@pytest.mark.parametrize("sent", MALFORMED.values(), ids=MALFORMED)
def test_what_two_readers_could_read_differently_is_refused_and_ends_the_connection(
    port: int, sent: bytes
) -> None:
    answered = exchange(port, sent)
    assert statuses(answered) == [400], answered[:300]
    assert b"Traceback" not in answered and b"site-packages" not in answered


@pytest.mark.parametrize("host", [b"evil", b"evil.127.0.0.1", b"127.0.0.1.evil.org:80", b"localhost.evil"])
def test_another_name_is_told_that_it_is_not_ours(port: int, host: bytes) -> None:
    assert statuses(
        exchange(port, b"GET / HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
    ) == [421]


def test_a_body_longer_than_it_may_be_is_refused_however_it_is_sent(port: int) -> None:
    chunk = b"10000\r\n" + b"a" * 65536 + b"\r\n"
    form = b"Content-Type: application/x-www-form-urlencoded\r\n"
    chunked = b"POST /sign-in HTTP/1.1\r\n" + HOST + form + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 3
    assert statuses(exchange(port, chunked)) == [413]
    assert statuses(
        exchange(port, b"POST /sign-in HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999\r\n\r\n")
    ) == [413]


def test_a_head_that_does_not_come_ends_the_connection(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(connections, "LINGER_SECONDS", 0.3)
    assert statuses(exchange(port, b"")) == [408]
    assert statuses(exchange(port, b"GET / HTTP/1.1\r\n" + HOST + b"X: ")) == [408]
    # dripping does not help, nor does having asked before
    with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        connection.sendall(NEXT)
        assert statuses(read_one(connection)) == [200]
        with pytest.raises(OSError):
            for _ in range(200):
                connection.sendall(b"G" if _ == 0 else b"E")
                time.sleep(0.02)


def test_a_connection_between_requests_is_kept(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        for _ in range(3):
            connection.sendall(NEXT)
            assert statuses(read_one(connection)) == [200]
            time.sleep(0.4)


@pytest.mark.parametrize("length", [b"Content-Length: 5000\r\n", b"Transfer-Encoding: chunked\r\n"])
@pytest.mark.parametrize("path", [b"/sign-in", b"/audit", b"/api/v1/decisions"])
def test_a_body_that_does_not_come_ends_the_request(
    port: int, monkeypatch: pytest.MonkeyPatch, path: bytes, length: bytes, root: Path
) -> None:
    monkeypatch.setattr(security_middleware, "BODY_GRACE_SECONDS", 0.3)
    kind = b"application/x-www-form-urlencoded"
    sent = b"POST " + path + b" HTTP/1.1\r\n" + HOST + length
    if path.startswith(b"/api"):
        import licet

        with licet.open(root) as workspace:
            _, token = workspace.tokens.create("slow", ["decisions:read"])
        kind = b"application/json"
        sent += b"Authorization: Bearer " + token.encode() + b"\r\n"
    answered = exchange(port, sent + b"Content-Type: " + kind + b"\r\n\r\n")
    assert statuses(answered) == [408], answered
    assert not path.startswith(b"/api") or b"APP-213" in answered


def test_a_body_that_nobody_reads_does_not_hold_the_connection(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "LINGER_SECONDS", 0.3)
    with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        connection.sendall(b"POST /nothing HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n")
        assert statuses(connection.recv(65536)) == [404]
        with pytest.raises(OSError):
            for _ in range(200):
                connection.sendall(b"1\r\na\r\n")
                time.sleep(0.02)


def test_half_open_connections_keep_nobody_out(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedProtocol, "most", 20)
    with serving(root) as port:
        held = []
        try:
            for _ in range(60):
                connection = socket.create_connection(("127.0.0.1", port), timeout=2)
                connection.sendall(b"GET / HTTP/1.1\r\n" + HOST + b"X: ")
                held.append(connection)
            assert statuses(exchange(port, NEXT.replace(HOST, HOST + b"Connection: close\r\n"))) == [200]
            open_still = 0
            for connection in held:
                connection.settimeout(0.05)
                try:
                    open_still += bool(connection.recv(1))
                except TimeoutError:
                    open_still += 1
                except OSError:
                    pass
            assert open_still <= 20
        finally:
            for connection in held:
                connection.close()


def test_a_connection_ends_after_some_tens_of_requests_and_says_so(port: int) -> None:
    """A proxy that uses one connection again and again would give one process the work of all."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        answered = []
        for _ in range(connections.MOST_REQUESTS):
            connection.sendall(NEXT)
            answered.append(read_one(connection).lower())
            if b"connection: close" in answered[-1]:
                break
        assert connections.FEWEST_REQUESTS <= len(answered) <= connections.MOST_REQUESTS
        assert b"connection: close" in answered[-1] and statuses(answered[-1].replace(b"http", b"HTTP")) == [
            200
        ]
        assert connection.recv(1) == b""
