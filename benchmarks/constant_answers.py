"""The server as it is run, but that its route for advertisements answers with a constant; what choosing is beside."""

from __future__ import annotations

import sys

from starlette.responses import Response

from licet.web import __main__ as server
from licet.web.api import ad_choices_api

_ANSWER = b'{"id": null, "by": "contextual", "ad": null}'

if __name__ == "__main__":
    ad_choices_api._choose = lambda workspace, body: Response(_ANSWER, media_type="application/json")
    sys.exit(server.main())
