"""Asking strangers' servers: nothing within is asked, no redirect is followed, no answer is larger than it may be."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from licet.deliveries.guarded_requests import MOST_BYTES, GuardedRequests
from licet.terms import DeliveryError


class _Stranger(BaseHTTPRequestHandler):
    """Answers by what it is asked for."""

    def do_GET(self) -> None:
        size = self.headers.get("Content-Length")
        body = self.rfile.read(int(size)) if size else b""
        if self.path.startswith("/away"):
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1/within")
            self.end_headers()
        elif self.path.startswith("/nothing"):
            self.close_connection = True
        else:
            data = b"x" * (MOST_BYTES + 1) if self.path.startswith("/large") else b'{"a": 1}' + body
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a test's output is its own."""


@contextmanager
def stranger() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), _Stranger)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    "within",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "::1", "fe80::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "ff02::1", "64:ff9b::a00:1",
        "2002:a00:1::", "", "nonsense",
    ],
)  # fmt: skip
def test_a_name_that_leads_within_is_not_asked(within: str) -> None:
    """However the address is written, and though another of the name's is outside."""
    for found in ([within], ["93.184.215.14", within]):
        requests = GuardedRequests(look_up=lambda host, port, found=found: found)  # type: ignore[misc]
        with pytest.raises(DeliveryError, match="DLVR-073"):
            requests.get("https://ads.example/dsrdelete.json")


@pytest.mark.parametrize(
    "address",
    [
        "http://ads.example/", "ftp://ads.example/", "file:///etc/passwd", "https://", "ads.example", "https://u:p@a.example/",
        "https://a.example/x y", "https://a.example/\r\nX-Evil: 1", "https://a.example/#x", "https://a.example:99999/",
        "https://bücher.example/", "https://a.example/" + "x" * 3000, "//a.example", "https://[::1/",
    ],
)  # fmt: skip
def test_what_is_no_plain_https_address_is_not_asked(address: str) -> None:
    with pytest.raises(DeliveryError, match="DLVR-073"):
        GuardedRequests(look_up=lambda host, port: ["93.184.215.14"]).get(address)


def test_of_a_trial_what_answers_is_read_and_nothing_else_is_followed() -> None:
    with stranger() as port:
        requests = GuardedRequests([f"127.0.0.1:{port}"])
        here = f"http://127.0.0.1:{port}"
        assert requests.is_here(f"127.0.0.1:{port}") and not requests.is_here("127.0.0.1:80")
        got = requests.get(f"{here}/dsrdelete.json")
        assert (got.status, got.media_type, got.body) == (200, "application/json", b'{"a": 1}')
        assert requests.ask("POST", f"{here}/x?y=1", b"token", "application/jwt").body.endswith(b"token")
        for path in ("/away", "/nothing", "/large"):
            with pytest.raises(DeliveryError, match="DLVR-074"):
                requests.get(here + path)
        with pytest.raises(DeliveryError, match="DLVR-073"):
            GuardedRequests().get(f"{here.replace('http', 'https')}/x")
    with pytest.raises(DeliveryError, match="DLVR-074"):
        requests.get(f"{here}/dsrdelete.json")


def test_a_name_that_leads_nowhere_gives_no_answer() -> None:
    with pytest.raises(DeliveryError, match="DLVR-074"):
        GuardedRequests(look_up=lambda host, port: []).get("https://ads.example/")
