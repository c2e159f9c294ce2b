"""What happens to each document of a corpus between the gate and the snapshot.

Pure functions over Arrow arrays: the same rows give the same bytes under DuckDB, plain Python and Spark, in
any batch and any order. No clock, no files, no network. Import the module you need; some load a model.

`document_text` turns columns into documents, `redaction` takes personal data out of them, `language`
says what they are written in, `signatures` and `near_duplicates` find those that repeat an earlier one.
"""

from __future__ import annotations

import functools
from importlib.util import find_spec

from licet.terms import UseError

#: Goes up when a module here answers otherwise than it did: a snapshot made before is made anew.
VERSION = 2

#: What the modules here import that licet itself does not bring: its extra `corpus` does.
_PACKAGES = {
    "phonenumbers": "phonenumbers",
    "py3langid": "py3langid",
    "rensa": "rensa",
    "stdnum": "python-stdnum",
}


@functools.cache
def require_packages() -> None:
    """Raises: UseError CORP-110 unless everything that a document passes through is installed."""
    missing = [package for module, package in _PACKAGES.items() if find_spec(module) is None]
    if missing:
        raise UseError(
            "CORP-110",
            f"a corpus needs packages that are not installed: {', '.join(missing)}",
            fix="pip install 'licet[corpus]'",
        )
