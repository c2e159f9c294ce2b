"""How the server was asked to run. Made by `python -m licet.web`, handed to its worker processes by environment."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from licet.terms import AppError
from licet.terms.canonical import JsonObject
from licet.web.proxy_peers import THIS_MACHINE, networks
from licet.web.rate_limits import DECISIONS_PER_SECOND, Rate

_VARIABLE = "LICET_SERVE"


class OpenIdConnect(NamedTuple):
    """The provider that says who a visitor is. The client's secret comes from LICET_OIDC_SECRET, never from here.

    subject_claim: the claim that holds the member's id as the tables have it.
    operator:      claim and value that make somebody an operator, as ``roles=privacy``; None for no operators.
    """

    issuer: str
    client_id: str
    subject_claim: str = "sub"
    operator: str | None = None


class ServeConfig(NamedTuple):
    """public_url:   the address members see; cookies are for https alone when it is https.
    demo_sign_in: anybody may be anybody; for a made-up network on one's own machine only.
    upload_bytes: how large a download may be that a visitor has read at /audit; 0 for no such page.
    operator_addresses: from where /readyz is answered, as `peers.networks` has them.
    decisions_per_second: how many requests for decisions one token may make, of all processes together.
    """

    workspace: Path
    public_url: str = "http://127.0.0.1:8000"
    demo_sign_in: bool = False
    oidc: OpenIdConnect | None = None
    upload_bytes: int = 64 * 1024**2
    operator_addresses: str = THIS_MACHINE
    decisions_per_second: float = DECISIONS_PER_SECOND

    @property
    def decision_rate(self) -> Rate:
        """Two seconds' worth may come at once."""
        return Rate(2 * self.decisions_per_second, self.decisions_per_second)

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def host(self) -> str:
        return urlsplit(self.public_url).hostname or ""


def check(config: ServeConfig) -> ServeConfig:
    """Raises: AppError APP-060 for an address that is none, APP-061 for demo sign-in on a public address, APP-210,
    APP-240 for a limit that is none."""
    networks(config.operator_addresses)
    parts = urlsplit(config.public_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise AppError(
            "APP-060",
            f"{config.public_url!r} is not an address the pages can be served at",
            fix="give scheme and host alone, such as https://privacy.example.org",
        )
    if config.demo_sign_in and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise AppError(
            "APP-061",
            "with the demo sign-in anybody may be anybody, so it is for this machine alone",
            config.public_url,
            "serve at 127.0.0.1, or sign members in with --oidc-issuer",
        )
    if not 1 <= config.decisions_per_second <= 1e6:
        raise AppError(
            "APP-240", f"{config.decisions_per_second:g} decisions a second are not a limit",
            fix="give --decisions-per-second between 1 and 1000000",
        )  # fmt: skip
    return config._replace(public_url=config.public_url.rstrip("/"))


def to_environment(config: ServeConfig) -> None:
    said = config._asdict() | {
        "workspace": str(config.workspace.absolute()),
        "oidc": None if config.oidc is None else config.oidc._asdict(),
    }
    os.environ[_VARIABLE] = json.dumps(said)


def from_environment() -> ServeConfig:
    said: JsonObject = json.loads(os.environ[_VARIABLE])
    oidc = None if said["oidc"] is None else OpenIdConnect(**said["oidc"])
    return check(ServeConfig(**(said | {"workspace": Path(said["workspace"]), "oidc": oidc})))
