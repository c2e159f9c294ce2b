"""`licet serve`: starts the pages and the API. The other door runs as a program of its own, in place of this one."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

import licet
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, err, print_json, say

# Where it listens, and who is heard there.
Host = Annotated[str, typer.Option("--host", help="The address to listen at.")]
Port = Annotated[int, typer.Option("--port", help="The port to listen at.", min=1, max=65535)]
PublicUrl = Annotated[
    str | None,
    typer.Option("--public-url", help="The address members see, e.g. https://privacy.example.org."),
]
Proxy = Annotated[
    str | None, typer.Option("--proxy", help="The proxy's addresses, whose forwarded headers are believed.")
]
OperatorAddresses = Annotated[
    str | None,
    typer.Option(
        "--operator-addresses",
        help="From where /readyz is answered, e.g. 10.1.0.0/16. Default: this machine.",
    ),
]

# Who signs members in.
DemoSignIn = Annotated[
    bool,
    typer.Option("--demo-sign-in", help="Anybody may be anybody: for a made-up network on this machine."),
]
Issuer = Annotated[
    str | None, typer.Option("--oidc-issuer", help="The OpenID Connect provider that signs members in.")
]
ClientId = Annotated[
    str | None, typer.Option("--oidc-client-id", help="Its secret comes from LICET_OIDC_SECRET.")
]
SubjectClaim = Annotated[
    str, typer.Option("--oidc-subject-claim", help="The claim that holds the member's id.")
]
OperatorClaim = Annotated[
    str | None, typer.Option("--oidc-operator", help="claim=value that makes somebody an operator.")
]

# How much of it there is.
Workers = Annotated[int, typer.Option("--workers", help="Processes that answer.", min=1, max=64)]
UploadMib = Annotated[
    int,
    typer.Option(
        "--upload-mib",
        min=0,
        max=2047,
        help="How large a download the page /audit reads; 0: no such page.",
    ),
]
DecisionsPerSecond = Annotated[
    float | None,
    typer.Option(
        "--decisions-per-second",
        help="Requests for decisions that one token may make, of all workers together. Default: 5000.",
    ),
]
Follow = Annotated[
    bool, typer.Option("--follow/--no-follow", help="Bring what was made to members' choices meanwhile.")
]


@answers
def serve(
    workspace: WorkspaceDir = HERE,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Workers = 1,
    public_url: PublicUrl = None,
    demo_sign_in: DemoSignIn = False,
    oidc_issuer: Issuer = None,
    oidc_client_id: ClientId = None,
    oidc_subject_claim: SubjectClaim = "sub",
    oidc_operator: OperatorClaim = None,
    proxy: Proxy = None,
    upload_mib: UploadMib = 64,
    operator_addresses: OperatorAddresses = None,
    decisions_per_second: DecisionsPerSecond = None,
    is_followed: Follow = True,
    as_json: AsJson = False,
) -> None:
    """Serve the members' pages and the API.

    Example: licet serve -w demo-network --demo-sign-in

    Example: licet serve -w work --public-url https://privacy.example.org --oidc-issuer https://id.example.org
    --oidc-client-id licet --workers 4
    """
    with licet.open(workspace) as opened:  # what cannot be served is told before anything listens
        opened.policy()
    given = {
        "--workspace": str(workspace), "--host": host, "--port": str(port), "--workers": str(workers),
        "--public-url": public_url, "--oidc-issuer": oidc_issuer, "--oidc-client-id": oidc_client_id,
        "--oidc-subject-claim": oidc_subject_claim, "--oidc-operator": oidc_operator, "--proxy": proxy,
        "--upload-mib": str(upload_mib), "--operator-addresses": operator_addresses,
        "--decisions-per-second": None if decisions_per_second is None else str(decisions_per_second),
    }  # fmt: skip
    arguments = [part for name, value in given.items() if value is not None for part in (name, value)]
    arguments += ["--demo-sign-in"] if demo_sign_in else []
    arguments += ["--follow"] if is_followed else []
    address = public_url or f"http://{host}:{port}"
    if as_json:
        print_json({"workspace": str(workspace), "address": address})
    else:
        say(f"Serving at {address} (Ctrl-C ends it)")
    sys.stdout.flush()
    err.file.flush()
    os.execv(sys.executable, [sys.executable, "-m", "licet.web", *arguments])


def offer(workspace: Path) -> str:
    """The command that shows a demo workspace's pages."""
    return f"licet serve -w {workspace} --demo-sign-in"
