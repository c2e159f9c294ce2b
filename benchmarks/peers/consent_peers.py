"""Readers of consent strings of others, run in a Python of their own: `python consent_peers.py STRINGS.json READ.json`.

STRINGS has `timed` and `judged`, texts each, and `rounds`. READ gets `seconds`, of the processor for all of `timed` a
round, and `judged`: whether each allows purposes 3 and 4; None where it raises. Nothing of licet is imported here.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main(strings: str, read: str) -> None:
    from iab_tcf import decode

    given = json.loads(Path(strings).read_text(encoding="utf-8"))

    def allows(text: str) -> bool | None:
        try:
            found = decode(text)
            return all(bool(found.is_purpose_allowed(purpose)) for purpose in (3, 4))
        except Exception:  # noqa: BLE001 - whatever it raises, it says neither
            return None

    judged, seconds = [allows(text) for text in given["judged"]], []
    for _ in range(given["rounds"]):
        start = time.process_time()
        for text in given["timed"]:
            allows(text)
        seconds.append(time.process_time() - start)
    Path(read).write_text(json.dumps({"judged": judged, "seconds": seconds}), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
