"""Asking a stranger's server over HTTPS, on our own terms: one small answer, at once, from the address we looked at.

A name is looked up once, every address that it has is looked at, and the connection goes to the one that was: no
second look-up puts another in its place. Addresses within a network of ours, or within this machine, are asked only
where whoever runs this named them. No redirect is followed: it could lead there, and nothing that is read this way
needs one. What is said to the server is one request line and four headers, none of which it has a say in.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Collection
from typing import NamedTuple
from urllib.parse import urlsplit

from licet.terms import DeliveryError

#: Of a file of keys and addresses, and of an answer of three tokens, one in the other.
MOST_BYTES = 64 * 1024
TIMEOUT_SECONDS = 10.0

#: What looks up a name: its addresses as text.
LookUp = Callable[[str, int], list[str]]


class Answer(NamedTuple):
    status: int
    media_type: str
    body: bytes


class GuardedRequests:
    """allowed: hosts, as `name:port`, that may be within, and may be asked without TLS: those of a trial."""

    def __init__(self, allowed: Collection[str] = (), look_up: LookUp | None = None) -> None:
        self._allowed = frozenset(allowed)
        self._look_up = look_up or _addresses_of

    def is_here(self, place: str) -> bool:
        """Whether a host, as `name:port`, is one of a trial."""
        return place in self._allowed

    def get(self, address: str) -> Answer:
        """Raises: as `ask`."""
        return self.ask("GET", address, b"", "")

    def ask(self, method: str, address: str, body: bytes, media_type: str) -> Answer:
        """One request, and the answer to it.

        Raises: DeliveryError DLVR-073 for an address that is not asked, DLVR-074 where there is no whole answer, it is
        too large, or it is a redirect.
        """
        host, port, path, is_secure = self._checked(address)
        found = self._look_up(host, port)
        if f"{host}:{port}" not in self._allowed:
            for one in found:
                if not _is_outside(one):
                    raise _refused(address, "it leads to a network within")
        if not found:
            raise _silent(address, "its name leads nowhere")
        connection = _Connection(host, port, found[0], is_secure)
        try:
            headers = {"User-Agent": "licet", "Accept-Encoding": "identity", "Connection": "close"}
            connection.request(
                method, path, body or None, headers | ({"Content-Type": media_type} if body else {})
            )
            answer = connection.getresponse()
            data = answer.read(MOST_BYTES + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _silent(address, f"{type(error).__name__}") from None
        finally:
            connection.close()
        if len(data) > MOST_BYTES:
            raise _silent(address, f"it answers with more than {MOST_BYTES} bytes")
        if 300 <= answer.status < 400:
            raise _silent(address, "it sends us elsewhere, and no redirect is followed")
        return Answer(answer.status, answer.headers.get_content_type(), data)

    def _checked(self, address: str) -> tuple[str, int, str, bool]:
        try:
            parts = urlsplit(address)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise _refused(address, "it is no address") from None
        is_plain = address.isascii() and address.isprintable() and " " not in address
        if not (is_plain and host) or parts.username is not None or parts.fragment or len(address) > 2048:
            raise _refused(address, "it is no plain address")
        port = port or (443 if parts.scheme == "https" else 80)
        if parts.scheme != "https" and not (parts.scheme == "http" and f"{host}:{port}" in self._allowed):
            raise _refused(address, "it is not https")
        return (
            host,
            port,
            (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
            parts.scheme == "https",
        )


class _Connection(http.client.HTTPConnection):
    """To one address, whatever the name leads to by now; the certificate is held to the name."""

    def __init__(self, host: str, port: int, address: str, is_secure: bool) -> None:
        super().__init__(host, port, timeout=TIMEOUT_SECONDS)
        self._address, self._is_secure = address, is_secure

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), TIMEOUT_SECONDS)
        if self._is_secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _addresses_of(host: str, port: int) -> list[str]:
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        return []


def _is_outside(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        # Ways to write an address of version 4, and one within is within however it is written.
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None or found in ipaddress.ip_network("64:ff9b::/96"):
            return inner is not None and _is_outside(str(inner))
    return found.is_global and not found.is_multicast


def _refused(address: str, why: str) -> DeliveryError:
    return DeliveryError(
        "DLVR-073", f"this address is not asked: {why}", address[:200], "have the recipient give a public one, by https"
    )  # fmt: skip


def _silent(address: str, why: str) -> DeliveryError:
    return DeliveryError(
        "DLVR-074", f"no answer was had: {why}", address[:200], "ask again later; what was asked stays to be answered"
    )  # fmt: skip
