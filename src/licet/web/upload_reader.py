"""The process that reads one uploaded download: the file is its standard input, and the page or the refusal its output.

It runs beside the server, never in it, so that whatever a file costs is this process's to pay: its memory and its
time on a processor are bounded by the system, and the server ends it when the visitor goes away. It keeps nothing.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from datetime import UTC, datetime

from licet.audit import audit_archive
from licet.audit.audit_page import page
from licet.terms import LicetError
from licet.terms.canonical import JsonObject

MOST_MEMORY_BYTES = 2 * 1024**3


def main(asked: JsonObject) -> JsonObject:
    """The page, or what is wrong with the file, for a person who uploaded it."""
    try:
        report = audit_archive(
            "/dev/fd/0",
            datetime.now(UTC).replace(microsecond=0),
            region=asked["region"],
            age=asked["age"],
            name=asked["name"],
            texts=os.environ.get("LICET_TEXTS"),
        )
        return {"page": page(report, uploaded=True)}
    except LicetError as error:
        return {"what": error.what, "fix": error.fix}
    except MemoryError:
        return {
            "what": "the file needs more memory than there is for one",
            "fix": "read it at home: licet audit",
        }


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    for what, most in ((resource.RLIMIT_AS, MOST_MEMORY_BYTES), (resource.RLIMIT_CPU, asked["cpu_seconds"])):
        resource.setrlimit(what, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # what was read is in no dump, either
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # and in no file
    answer = json.dumps(main(asked))
    sys.stdout.write(answer)
