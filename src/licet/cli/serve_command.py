"""`licet serve`: starts the pages and the API. The other door runs as a program of its own, in place of this one."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

import licet
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, err, print_json, say


@answers
def serve(
    workspace: WorkspaceDir = HERE,
    host: Annotated[str, typer.Option("--host", help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="The port to listen at.", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option("--workers", help="Processes that answer.", min=1, max=64)] = 1,
    public_url: Annotated[
        str | None,
        typer.Option("--public-url", help="The address members see, e.g. https://privacy.example.org."),
    ] = None,
    demo_sign_in: Annotated[
        bool,
        typer.Option("--demo-sign-in", help="Anybody may be anybody: for a made-up network on this machine."),
    ] = False,
    oidc_issuer: Annotated[
        str | None, typer.Option("--oidc-issuer", help="The OpenID Connect provider that signs members in.")
    ] = None,
    oidc_client_id: Annotated[
        str | None, typer.Option("--oidc-client-id", help="Its secret comes from LICET_OIDC_SECRET.")
    ] = None,
    oidc_subject_claim: Annotated[
        str, typer.Option("--oidc-subject-claim", help="The claim that holds the member's id.")
    ] = "sub",
    oidc_operator: Annotated[
        str | None, typer.Option("--oidc-operator", help="claim=value that makes somebody an operator.")
    ] = None,
    proxy: Annotated[
        str | None,
        typer.Option("--proxy", help="The proxy's addresses, whose forwarded headers are believed."),
    ] = None,
    upload_mib: Annotated[
        int,
        typer.Option(
            "--upload-mib",
            min=0,
            max=2047,
            help="How large a download the page /audit reads; 0: no such page.",
        ),
    ] = 64,
    operator_addresses: Annotated[
        str | None,
        typer.Option(
            "--operator-addresses",
            help="From where /readyz is answered, e.g. 10.1.0.0/16. Default: this machine.",
        ),
    ] = None,
    decisions_per_second: Annotated[
        float | None,
        typer.Option(
            "--decisions-per-second",
            help="Requests for decisions that one token may make, of all workers together. Default: 5000.",
        ),
    ] = None,
    is_followed: Annotated[
        bool,
        typer.Option("--follow/--no-follow", help="Bring what was made to members' choices meanwhile."),
    ] = True,
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
