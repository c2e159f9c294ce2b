"""What docs/LOG.md has on a target: entries there name the targets they are about in a comment at their end."""

from __future__ import annotations

import re
from pathlib import Path

_LOG = Path(__file__).resolve().parents[1] / "docs" / "LOG.md"

#: An entry: its title in bold, its text, and `<!-- targets: one, another -->`.
_ENTRY = re.compile(
    r"^- \*\*(?P<title>[^*]+)\*\*(?:(?!^- ).)*?<!-- targets: (?P<targets>[\w, ]+) -->", re.M | re.S
)


def tried(log: Path = _LOG) -> dict[str, list[str]]:
    """Id of a target to the titles of the entries about it, in their order."""
    found: dict[str, list[str]] = {}
    for entry in _ENTRY.finditer(log.read_text(encoding="utf-8")):
        title = " ".join(entry["title"].split()).rstrip(".")
        for target in entry["targets"].split(","):
            found.setdefault(target.strip(), []).append(title)
    return found
