"""The log of choices: a row of fixed length for each, written before the advertisement leaves; it is the spending, too.

One process writes one file and holds its lock while it lives, so that whoever finds the lock free knows that the writer
is dead and all it said is there. A row names no member and nothing of theirs: page, country, second, campaign, price,
what it was chosen by and how likely. A choice's id is its file, its row and a number that nobody guesses, so it is
found again by one read. What a kill leaves is whole rows; what a power cut may take, nobody counts on.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from licet.terms import UseError
from licet.uses.ad_choice.opportunity import AdMode

#: lease, price_micros, position, nonce, at_seconds, page, propensity, contextual_propensity, campaign, candidates,
#: country, mode, matched.
_FIELDS = struct.Struct("<qqqQq16sddIH2sBB")
_SUM = struct.Struct("<I")
ROW_BYTES = _FIELDS.size + _SUM.size
_SUFFIX = ".choices"
_MODES = {AdMode.CONTEXTUAL: 0, AdMode.PERSONALISED: 1}
_MODE_OF = {number: mode for mode, number in _MODES.items()}


class ChoiceRow(NamedTuple):
    """What is kept of one choice.

    lease:      that paid for it. position: of the ledger, that permission was asked at. at_seconds: since 1970, UTC.
    page:       the digest of its text, 32 hex digits. country: ISO 3166; None: not known.
    propensity: how likely the campaign was among `candidates`. contextual_propensity: how likely it would have been
                had nothing of the member's been gone by; the same where nothing was.
    matched:    bit n for the nth attribute of the campaign's audience.
    """

    lease: int
    price_micros: int
    position: int
    nonce: int
    at_seconds: int
    page: str
    propensity: float
    contextual_propensity: float
    campaign: int
    candidates: int
    country: str | None
    mode: AdMode
    matched: int

    def packed(self) -> bytes:
        country = (self.country or "").encode("ascii")[:2]
        fields = _FIELDS.pack(
            *self[:5], bytes.fromhex(self.page), *self[6:10], country, _MODES[self.mode], self.matched
        )
        return fields + _SUM.pack(zlib.crc32(fields))

    @classmethod
    def unpacked(cls, data: bytes) -> ChoiceRow | None:
        """None for bytes that are no row."""
        fields = data[: _FIELDS.size]
        if len(data) != ROW_BYTES or _SUM.unpack(data[_FIELDS.size :])[0] != zlib.crc32(fields):
            return None
        told = list(_FIELDS.unpack(fields))
        told[5], told[11] = told[5].hex(), _MODE_OF[told[11]]
        told[10] = told[10].rstrip(b"\0").decode("ascii") or None
        return cls._make(told)


class ChoiceLog:
    """The file that one process writes. One thread at a time."""

    def __init__(self, folder: Path) -> None:
        """Makes it, and its folder, readable by their owner only. Raises: OSError."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.writer = secrets.token_hex(8)
        self._rows = 0
        self._descriptor = os.open(
            folder / f"{self.writer}{_SUFFIX}", os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600
        )
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def write(self, row: ChoiceRow) -> str:
        """Write it whole, and return the choice's id. When this returns, a kill loses nothing of it.

        Raises: OSError where the disk takes less than the row; then nothing of it is there.
        """
        data = row.packed()
        written = os.write(self._descriptor, data)
        if written != ROW_BYTES:
            os.ftruncate(self._descriptor, self._rows * ROW_BYTES)
            raise OSError(errno.ENOSPC, "the disk took part of a row")
        self._rows += 1
        return f"{self.writer}{self._rows - 1:08x}{row.nonce:016x}"

    def close(self) -> None:
        os.close(self._descriptor)


def dead_writers(folder: Path, writers: set[str]) -> Iterator[str]:
    """Which of some writers of this machine live no more; whose file is gone is among them."""
    for writer in sorted(writers):
        try:
            descriptor = os.open(folder / f"{writer}{_SUFFIX}", os.O_RDWR)
        except FileNotFoundError:
            yield writer
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        finally:
            os.close(descriptor)
        yield writer


def rows_of(folder: Path, writer: str) -> Iterator[ChoiceRow] | None:
    """The rows that a writer wrote, in order; None where its file is gone. A part of a row at the end is none.

    Raises: UseError ADS-043 for a row that was damaged.
    """
    try:
        data = (folder / f"{writer}{_SUFFIX}").read_bytes()
    except FileNotFoundError:
        return None
    return _rows(data, writer)


def _rows(data: bytes, writer: str) -> Iterator[ChoiceRow]:
    for place in range(0, len(data) - ROW_BYTES + 1, ROW_BYTES):
        row = ChoiceRow.unpacked(data[place : place + ROW_BYTES])
        if row is None:
            raise UseError(
                "ADS-043", f"row {place // ROW_BYTES} of the log of choices is damaged", f"{writer}{_SUFFIX}",
                "restore the file; until then all that was leased to its writer counts as spent",
            )  # fmt: skip
        yield row


def logged_choices(folder: Path) -> Iterator[tuple[str, ChoiceRow]]:
    """Every choice by its id, writer by writer. Raises: UseError ADS-043."""
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        writer = path.name.removesuffix(_SUFFIX)
        for number, row in enumerate(rows_of(folder, writer) or ()):
            yield f"{writer}{number:08x}{row.nonce:016x}", row


def choice_of(folder: Path, id_: str) -> ChoiceRow | None:
    """The choice with an id; None where there is none, or the number that nobody guesses is another."""
    if len(id_) != 40 or not set(id_) <= set("0123456789abcdef"):
        return None
    writer, number, nonce = id_[:16], int(id_[16:24], 16), int(id_[24:], 16)
    try:
        with (folder / f"{writer}{_SUFFIX}").open("rb") as file:
            file.seek(number * ROW_BYTES)
            row = ChoiceRow.unpacked(file.read(ROW_BYTES))
    except OSError:
        return None
    return row if row is not None and secrets.compare_digest(f"{row.nonce:016x}", f"{nonce:016x}") else None
