"""`python -m licet.web.recipient`: the reference recipient. `licet recipient serve` starts it with what it was told."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from licet.app.reference_recipient import Manner, ReferenceRecipient, platform_key, read_asker
from licet.terms import LicetError


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="licet recipient serve", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--domain", required=True)
    parser.add_argument("--asker", action="append", default=[], help="DOMAIN=FILE, their dsrdelete.json")
    parser.add_argument("--platform", help="the public key of whose deliveries are taken")
    parser.add_argument("--manner", type=Manner, choices=list(Manner), default=Manner.HONEST)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000)
    given = parser.parse_args(arguments)
    try:
        import uvicorn

        from licet.web.connections import OPTIONS
        from licet.web.recipient.recipient_application import make_recipient
    except ModuleNotFoundError as error:
        print(f"APP-062: the recipient needs {error.name} · pip install 'licet[web]'", file=sys.stderr)
        return 2
    try:
        askers = dict(read_asker(one) for one in given.asker)
        platform = None if given.platform is None else platform_key(given.platform)
        recipient = ReferenceRecipient(given.folder, given.domain, askers, given.manner, platform=platform)
        recipient.holding()
    except LicetError as error:
        print(error.line(), file=sys.stderr)
        return 2
    app = make_recipient(recipient, f"http://{given.host}:{given.port}")
    uvicorn.run(app, host=given.host, port=given.port, **OPTIONS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
