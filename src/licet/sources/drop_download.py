"""A download of California's Delete Request and Opt-out Platform, and the files of answers to it.

A ZIP with a CSV for each kind of identifier, or one such CSV. It is a stranger's file: what is not just as its document
says is refused whole, for an answer to half of a list would say of the other half that it was looked for.

Source: as `drop_identifiers`; "Consumer deletion lists", "Responses".
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from enum import IntEnum
from pathlib import Path
from typing import Literal, NamedTuple

from licet.sources.byte_reader import read_up_to
from licet.sources.download import open_download
from licet.sources.zip_archive import Limits, too_large
from licet.terms import SourceError

Kind = Literal["NDZ", "Email", "Phone", "MAID", "NameVIN", "CTVID"]
KINDS: tuple[Kind, ...] = ("NDZ", "Email", "Phone", "MAID", "NameVIN", "CTVID")
_REMOVED = "Removed"
_NAME = re.compile(
    r"(?P<day>[0-9]{8})_(?P<broker>[0-9]{1,10})_(?P<kind>NDZ|Email|Phone|MAID|NameVIN|CTVID|Removed)"
    r"(?:_[A-Za-z0-9]{1,10})?\.csv"
)
_ID = re.compile(r"[A-Za-z0-9]{12}")
_HASH = re.compile(r"[A-Za-z0-9+/]{43}=")
_LIMITS = Limits(entries=64, entry_bytes=1 << 30, total_bytes=1 << 31)


class Status(IntEnum):
    """What is answered for one identifier. Codes 0 and 1 are not used."""

    EXEMPTED = 2
    DELETED = 3
    OPTED_OUT = 4
    NOT_FOUND = 5


class DeletionList(NamedTuple):
    """One list. name: of its file, which the answer repeats. hashes: by the id of each work item."""

    name: str
    kind: Kind
    hashes: dict[str, str]


class DropDownload(NamedTuple):
    """removed: ids of work items that were withdrawn since an earlier download."""

    lists: tuple[DeletionList, ...]
    removed: tuple[str, ...]


def read_drop(path: Path) -> DropDownload:
    """What a download names.

    Raises: SourceError SRC-212 for a file that has no such name, or none at all; SRC-213 for a row that is not as it
    must be, with its line; SRC-214 for an id that is there twice; as `open_download`.
    """
    lists, removed, seen = list[DeletionList](), list[str](), set[str]()
    with open_download(path, _LIMITS) as download:
        if download.unread:
            raise _unfit(path, f"{download.unread[0].name} cannot be read: {download.unread[0].why}")
        for entry in download.entries():
            base = entry.name.rpartition("/")[2]
            named = _NAME.fullmatch(base)
            if named is None:
                raise _unfit(path, f"{entry.name[:80]!r} is not named like a list of the platform")
            with download.open(entry.name) as reader:
                data = read_up_to(reader, _LIMITS.entry_bytes)
            if len(data) > _LIMITS.entry_bytes:
                raise too_large(f"{path}!{entry.name}")
            where = f"{path}!{entry.name}"
            kind = named["kind"]
            rows = _rows(data, where, kind == _REMOVED, seen)
            if kind == _REMOVED:
                removed += rows
            else:
                lists += [DeletionList(base, one, rows) for one in KINDS if one == kind]
    if not lists and not removed:
        raise _unfit(path, "there is no list in it")
    return DropDownload(tuple(lists), tuple(removed))


def _rows(data: bytes, where: str, is_removed: bool, seen: set[str]) -> dict[str, str]:
    """Hashes by their ids. seen: ids of this download, to which these are added."""
    wanted = ["ID", "Hash", "ListType"] if is_removed else ["ID", "Hash"]
    found = dict[str, str]()
    try:
        rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        if next(rows, None) != wanted:
            raise _bad_row(f"{where}:1", f"its header is not {','.join(wanted)}")
        for row in rows:
            at = f"{where}:{rows.line_num}"
            is_fit = len(row) == len(wanted) and _ID.fullmatch(row[0]) and _HASH.fullmatch(row[1])
            if not is_fit or (is_removed and row[2] not in KINDS):
                raise _bad_row(at, "it is no id, hash and kind of a work item")
            if row[0] in seen:
                raise SourceError(
                    "SRC-214",
                    f"work item {row[0]} is there twice",
                    at,
                    "download it again; an id names one work item, across all lists",
                )
            seen.add(row[0])
            found[row[0]] = row[1]
    except (UnicodeDecodeError, csv.Error) as error:
        raise _bad_row(where, f"it cannot be read as CSV in UTF-8: {error}") from None
    return found


def answer_file(asked: DeletionList, answers: Mapping[str, Status]) -> bytes:
    """The rows `Id,Status` of a list that are answered, in its order."""
    rows = [f"{id_},{int(answers[id_])}" for id_ in asked.hashes if id_ in answers]
    return "".join(f"{line}\r\n" for line in ("Id,Status", *rows)).encode()


def _unfit(path: Path, why: str) -> SourceError:
    return SourceError(
        "SRC-212",
        f"this is no download of California's platform: {why}",
        str(path),
        "give the ZIP as it was downloaded",
    )


def _bad_row(where: str, why: str) -> SourceError:
    return SourceError("SRC-213", f"this list is refused whole: {why}", where, "download it again")
