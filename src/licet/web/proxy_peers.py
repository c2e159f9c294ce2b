"""Whose connection a request came over: the other end of it, and whether somebody stands between.

What is for this machine or for the operator's addresses alone is answered only to who asks straight from there. A
request that says that it was passed on is somebody else's, whatever address it came over, so it is refused; and so is
one whose other end is not known.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from typing import Any

from licet.terms import AppError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

THIS_MACHINE = "127.0.0.0/8,::1"

#: Headers by which those who pass requests on say for whom, or that they do; no browser sends them.
_PASSED_ON = re.compile(
    rb"via|cdn-loop|.*forwarded.*|.*(?:real|client|user|connecting|remote)-?(?:ip|addr|address)|x-original-.*|x-rewrite-.*"
    rb"|x-envoy-.*|x-amzn-.*|x-arr-.*|x-azure-.*|x-appengine-.*|x-ngrok-.*|cf-.*|fly-.*|tailscale-.*|x-external-address"
)


def networks(addresses: str) -> tuple[Network, ...]:
    """Addresses and networks, separated by commas. Raises: AppError APP-210 for what is none."""
    found = []
    for text in addresses.split(","):
        try:
            found.append(ipaddress.ip_network(text.strip()))
        except ValueError:
            raise AppError(
                "APP-210",
                f"{text.strip()!r} is no address of a machine or a network",
                fix="write addresses separated by commas, e.g. 127.0.0.1,10.1.0.0/16",
            ) from None
    return tuple(found)


def asks_straight_from(scope: Any, allowed: Iterable[Network]) -> bool:
    """Whether a request's own connection comes from `allowed`, and nobody passed it on. scope: of ASGI, type http."""
    # Some servers read x_real_ip as x-real-ip.
    if any(_PASSED_ON.fullmatch(name.replace(b"_", b"-")) for name, _ in scope["headers"]):
        return False
    try:
        peer = ipaddress.ip_address(scope["client"][0])
    except (TypeError, KeyError, ValueError):
        return False
    # A socket for both kinds of addresses writes 127.0.0.1 as ::ffff:127.0.0.1.
    peer = getattr(peer, "ipv4_mapped", None) or peer
    return any(peer in network for network in allowed)
