"""Files of results of recipients, held to what was sent, from files alone."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

from licet.deliveries.formats.microsoft_result import read_result
from licet.terms import DeliveryError
from licet.terms.canonical import JsonObject

_MOST_BYTES = 1 << 28


class ListResult(NamedTuple):
    """How many were taken, refused, and not named at all; errors: each once. is_applied: all were taken."""

    taken: int
    refused: int
    unnamed: int
    errors: tuple[str, ...]
    is_applied: bool

    def as_json(self) -> JsonObject:
        return self._asdict()


def read_microsoft_result(file: Path, name: str, sent: Path) -> ListResult:
    """Raises: as `microsoft_result.read_result`; DeliveryError DLVR-085 for what was sent, where it cannot be read."""
    found = read_result(file, name, read_sent(sent))
    errors = tuple(dict.fromkeys([*found.of_list, *found.refused.values()]))
    return ListResult(len(found.taken), len(found.refused), found.unnamed, errors, found.is_applied)


def read_sent(path: Path) -> list[str]:
    """The identifiers of a bulk file, or of a file that has one a line. Raises: DeliveryError DLVR-085."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError
        text = path.read_text("utf-8")
        if text.startswith("Type,"):
            found = [
                row["Text"]
                for row in csv.DictReader(text.splitlines())
                if row["Type"] == "Customer List Item"
            ]
        else:
            found = text.split()
    except (OSError, ValueError, KeyError, csv.Error):
        found = [""]
    if any(len(one) != 64 or not set(one) <= set("0123456789abcdef") for one in found):
        raise DeliveryError(
            "DLVR-085",
            "there are no identifiers of 64 hexadecimal digits in this file",
            str(path),
            "name the file that was delivered, or write one identifier a line",
        )
    return found
