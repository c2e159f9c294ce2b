"""The server as it is, but for how often one address may do something: every visitor of these tests has the same one.

The limits themselves are held by `tests/unit/web`. Behind a proxy, where visitors had addresses of their own, the
demo's sign-in answers nobody.
"""

from __future__ import annotations

import sys

from licet.web import application
from licet.web.__main__ import main
from licet.web.rate_limits import Rate

OFTEN = Rate(burst=100_000, per_second=1_000)

for name in ("SIGN_IN_RATE", "CHANGE_RATE", "PAGE_RATE", "UPLOAD_RATE"):
    assert isinstance(getattr(application, name), Rate)
    setattr(application, name, OFTEN)

if __name__ == "__main__":
    sys.exit(main())
