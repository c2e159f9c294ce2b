"""The file of results that Microsoft gives back for a bulk file: what of it was taken, and what refused.

It is nobody's signature: it says what whoever imports it was given. Asked for with `ErrorsAndResults` it repeats every
item; the default, `ErrorsOnly`, repeats none that went well, and so says of none that it did. That items were taken
does not say that anybody was matched, or stopped being: that takes up to 48 hours, and is shown to nobody.

Source: Microsoft Advertising, "Bulk File Schema", "Customer List Item", "ResponseMode" (2026).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from licet.sources.byte_reader import read_up_to
from licet.sources.zip_archive import open_archive
from licet.terms import DeliveryError

MOST_BYTES = 1 << 28
_NEEDED = ("Type", "Client Id", "Text", "Error")


class ImportedResult(NamedTuple):
    """taken: identifiers that are repeated without an error. refused: those with one, and the error of each.

    of_list: errors about the list itself, by which nothing of the file counts. unnamed: sent, and not repeated.
    """

    taken: frozenset[str]
    refused: dict[str, str]
    of_list: tuple[str, ...]
    unnamed: int

    @property
    def is_applied(self) -> bool:
        """Whether all of it was taken, as far as the file says."""
        return not (self.refused or self.of_list or self.unnamed)


def read_result(path: Path, name: str, sent: Collection[str]) -> ImportedResult:
    """What a file of results says of what was sent. path: of the CSV, or the ZIP with it as it was downloaded.

    name: of the delivery's request, which every row must repeat. sent: the identifiers that its file had.
    Raises: DeliveryError DLVR-065 for what is no such file, DLVR-066 for one of another delivery or of somebody who was
    not in it; SourceError SRC-040 to SRC-046 for an unfit ZIP. Nothing is taken from a file that is refused.
    """
    try:
        return _read(path, name, frozenset(sent))
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        raise _unfit(path, f"it cannot be read as CSV: {error}") from None


def _read(path: Path, name: str, sent: frozenset[str]) -> ImportedResult:
    text = io.StringIO(_content(path).decode("utf-8-sig"), newline="")
    rows = csv.DictReader(text, strict=True)
    unfit = [column for column in _NEEDED if list(rows.fieldnames or ()).count(column) != 1]
    if unfit:
        raise _unfit(path, f"it has no one column {unfit[0]}")
    named, refused, of_list, is_of_list = set[str](), dict[str, str](), list[str](), False
    for row in rows:
        kind, what, said = row["Type"] or "", row["Text"] or "", (row["Error"] or "")[:200]
        if not kind.startswith("Customer List"):
            continue
        if row["Client Id"] != name:
            raise _other(path, f"it is of {(row['Client Id'] or 'nothing')[:80]!r}, not of {name!r}")
        match kind:
            case "Customer List":
                is_of_list = True
            case "Customer List Error":
                of_list.append(said)
            case "Customer List Item" | "Customer List Item Error":
                if what not in sent:
                    raise _other(path, "it names somebody whom that delivery did not")
                if kind.endswith("Error") or said:
                    refused[what] = said
                else:
                    named.add(what)
            case _:
                raise _unfit(path, f"nobody knows what a row {kind[:60]!r} says")
    if not is_of_list:  # as where only errors were asked for, and there are none
        raise _unfit(path, "it repeats nothing of what was sent")
    taken = frozenset[str]() if of_list else frozenset(named - set(refused))
    return ImportedResult(taken, refused, tuple(of_list), len(sent - named - set(refused)))


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise _unfit(path, error.strerror or "it cannot be read") from None
    if data[:2] == b"PK":
        with open_archive(path) as archive:
            entries = [entry for entry in archive.entries() if entry.name.lower().endswith(".csv")]
            if len(entries) != 1:
                raise _unfit(path, f"the ZIP holds {len(entries)} files of results, and not one")
            with archive.open(entries[0].name) as reader:
                data = read_up_to(reader, MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise _unfit(path, "it is larger than any that Microsoft gives")
    return data


def _unfit(path: Path, why: str) -> DeliveryError:
    return DeliveryError(
        "DLVR-065",
        f"this is no file of results of Microsoft Advertising: {why}",
        str(path),
        "download it again, with the errors and the results",
    )


def _other(path: Path, why: str) -> DeliveryError:
    return DeliveryError(
        "DLVR-066", f"this file of results is of another delivery: {why}", str(path), "name the delivery that it is of"
    )  # fmt: skip
