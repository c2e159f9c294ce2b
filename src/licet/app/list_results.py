"""Files of results of recipients, held to what was sent: to a file of it, or to a delivery as the workspace made it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from licet.app.ads.delivery_files import files_signed
from licet.app.ads.list_answers import record_result
from licet.app.ads.list_statuses import ListStatus, lists_in
from licet.app.followed_copies import book
from licet.deliveries.formats.format_settings import MicrosoftFormat
from licet.deliveries.formats.microsoft_result import ImportedResult, read_result
from licet.deliveries.list_delivery import read_delivery
from licet.terms import DeliveryError
from licet.terms.canonical import JsonObject

if TYPE_CHECKING:
    from licet.app.core import Core

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
        found = _items(text) if text.startswith("Type,") else text.split()
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


def import_result(core: Core, audience: str, sequence: int, results: Sequence[Path]) -> ListStatus:
    """Record what Microsoft gave back for a delivery: one file of results for each file that was uploaded.

    The delivery counts as applied where each of its files was taken whole, and as received where something of it was
    refused, or is not named. Nobody signed any of it; the ledger says so.
    Raises: DeliveryError DLVR-065, DLVR-066 as `read_result`; DLVR-067 for no delivery of this format that waits for
    its results, or where a file of it has none; as `list_answers.record_result`. Nothing was recorded then.
    """
    for delivery in lists_in(book(core)):
        for sent in delivery.waiting:
            said = read_delivery(sent.note, core.signer.public_key)
            is_theirs = isinstance(sent.format, MicrosoftFormat)
            if (said.audience, said.sequence) == (audience, sequence) and is_theirs:
                files = files_signed(core, delivery, sent, said)
                found = [_result_of(name, data.decode(), results) for name, data in files.items()]
                refused = sum(len(one.refused) + one.unnamed + len(one.of_list) for one in found)
                source = sha256(b"".join(sha256(path.read_bytes()).digest() for path in sorted(results)))
                return record_result(core, said.export, sequence, source.hexdigest(), refused)
    raise DeliveryError(
        "DLVR-067",
        f"no delivery {sequence} of {audience[:60]!r} waits for results of Microsoft Advertising",
        fix="name the list, and the number of a delivery in their format",
    )


def _result_of(name: str, text: str, results: Sequence[Path]) -> ImportedResult:
    """What the file of results says that is of this bulk file."""
    asked, sent = name.rpartition("-")[0], _items(text)
    for path in results:
        try:
            return read_result(path, asked, sent)
        except DeliveryError as error:
            if error.code != "DLVR-066":
                raise
    raise DeliveryError(
        "DLVR-067",
        f"there are no results of {name}",
        fix="give the files of results of all files of the delivery, at once",
    )


def _items(text: str) -> list[str]:
    """The identifiers of a bulk file."""
    return [row["Text"] for row in csv.DictReader(text.splitlines()) if row["Type"] == "Customer List Item"]
