"""`python -m licet.web`: the server. `licet serve` starts it with what it was told."""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from pathlib import Path

from licet.terms import LicetError
from licet.web.proxy_peers import THIS_MACHINE
from licet.web.rate_limits import DECISIONS_PER_SECOND


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="licet serve", description=__doc__)
    parser.add_argument("--workspace", type=Path, default=Path())
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--public-url")
    parser.add_argument("--demo-sign-in", action="store_true")
    parser.add_argument("--oidc-issuer")
    parser.add_argument("--oidc-client-id")
    parser.add_argument("--oidc-subject-claim", default="sub")
    parser.add_argument("--oidc-operator", help="claim=value that makes somebody an operator")
    parser.add_argument("--proxy", help="addresses of the proxy whose forwarded headers are believed")
    parser.add_argument(
        "--upload-mib", type=int, default=64, help="how large a download /audit reads; 0 for none"
    )
    parser.add_argument("--operator-addresses", help="from where /readyz is answered", default=THIS_MACHINE)
    parser.add_argument(
        "--decisions-per-second",
        type=float,
        default=DECISIONS_PER_SECOND,
        help="requests of one token, of all workers together",
    )
    parser.add_argument("--follow", action="store_true", help="bring what was made to choices meanwhile")
    given = parser.parse_args(arguments)
    try:
        import uvicorn

        from licet.web.application import application
        from licet.web.config import OpenIdConnect, ServeConfig, check, to_environment
        from licet.web.connections import OPTIONS
        from licet.web.follower_process import followed
    except ModuleNotFoundError as error:
        print(f"APP-062: the pages need {error.name} · pip install 'licet[web]'", file=sys.stderr)
        return 2
    oidc = None
    if given.oidc_issuer:
        oidc = OpenIdConnect(
            given.oidc_issuer, given.oidc_client_id or "", given.oidc_subject_claim, given.oidc_operator
        )
    url = given.public_url or f"http://{given.host}:{given.port}"
    try:
        to_environment(
            check(
                ServeConfig(
                    given.workspace,
                    url,
                    given.demo_sign_in,
                    oidc,
                    given.upload_mib * 1024**2,
                    given.operator_addresses,
                    given.decisions_per_second,
                )
            )
        )
        app = application() if given.workers == 1 else None
    except LicetError as error:
        print(error.line(), file=sys.stderr)
        return 2
    with followed(given.workspace.absolute()) if given.follow else nullcontext():
        uvicorn.run(
            app if app is not None else "licet.web.application:application", factory=app is None,
            host=given.host, port=given.port, workers=given.workers, proxy_headers=bool(given.proxy),
            forwarded_allow_ips=given.proxy or "127.0.0.1", **OPTIONS,
        )  # fmt: skip
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
