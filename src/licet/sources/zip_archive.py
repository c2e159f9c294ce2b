"""A ZIP archive from a stranger, read within bounds.

Everything that can be known from the directory is checked before a byte is unpacked, and what is unpacked is
counted while it is read, since sizes in a ZIP are only claims. An archive that tries anything is refused whole.
Archives inside it are listed and never opened.
"""

from __future__ import annotations

import contextlib
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from licet.terms import SourceError

_END_RECORD, _END_BYTES = b"PK\x05\x06", 22
_ZIP64_LOCATOR = b"PK\x06\x07"
_NESTED = (".zip", ".7z", ".rar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".tar", ".jar")
_CHUNK_BYTES = 64 * 1024
#: What exports use. zipfile bounds what comes out of these; of BZIP2 and LZMA, 4 KiB may become gigabytes at once.
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
#: An encrypted file, strong encryption, and an encrypted directory.
_ENCRYPTED = 0x1 | 0x40 | 0x2000
#: Characters that change the order in which a name is shown.
_REORDERING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: Whatever zipfile and zlib raise on bytes that are no archive.
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, OSError),
    *(ValueError, OverflowError, KeyError, IndexError),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may cost. The defaults are many times the largest exports people have.

    ratio: unpacked bytes for one packed byte, held against entries larger than `ratio_from_bytes`.
    """

    archive_bytes: int = 4 * 1024**3 - 1
    directory_bytes: int = 2 * 1024**2
    entries: int = 10_000
    entry_bytes: int = 256 * 1024**2
    total_bytes: int = 1024**3
    ratio: int = 200
    ratio_from_bytes: int = 4 * 1024**2


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the archive. `is_nested` marks an archive within it, which is never opened."""

    name: str
    claimed_bytes: int
    is_nested: bool


class Archive:
    """An open archive whose directory has been checked; use `open_archive`."""

    def __init__(self, path: Path, zipped: zipfile.ZipFile, limits: Limits) -> None:
        self._path, self._zipped, self._limits = path, zipped, limits
        self._infos = _checked(zipped.infolist(), path, limits)
        self._left_bytes = limits.total_bytes

    def entries(self) -> tuple[Entry, ...]:
        """The files, in the order of their names."""
        return tuple(
            Entry(name, info.file_size, name.casefold().endswith(_NESTED))
            for name, info in sorted(self._infos.items())
        )

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[BoundedReader]:
        """Read one file.

        Raises: SourceError SRC-046 when more comes out than the limits allow, SRC-041 when it is damaged.
        """
        info = self._infos[name]
        where = f"{self._path}!{name}"
        try:
            file = self._zipped.open(info)
        except _BROKEN as error:
            raise _damaged(where, error) from None
        with file:
            yield BoundedReader(file, self, info, where)

    def peek(self, name: str, size: int) -> bytes:
        """The first bytes of a file, which count against no limit. Raises: SourceError SRC-041 when it is damaged."""
        try:
            with self._zipped.open(self._infos[name]) as file:
                return file.read(size)
        except _BROKEN as error:
            raise _damaged(f"{self._path}!{name}", error) from None

    def spend(self, count: int, so_far: int, info: zipfile.ZipInfo) -> None:
        """Count bytes that came out of `info`."""
        self._left_bytes -= count
        packed, limits = max(info.compress_size, 1), self._limits
        if (
            so_far > limits.entry_bytes
            or self._left_bytes < 0
            or (so_far > limits.ratio_from_bytes and so_far > packed * limits.ratio)
        ):
            raise _far_more(info.filename, f"{self._path}!{info.filename}")


class BoundedReader:
    """The bytes of one entry, counted as they come."""

    def __init__(self, file: IO[bytes], archive: Archive, info: zipfile.ZipInfo, where: str) -> None:
        self._file, self._archive, self._info, self._where = file, archive, info, where
        self._count = 0

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; empty at the end."""
        try:
            data = self._file.read(min(size, _CHUNK_BYTES))
        except _BROKEN as error:
            raise _damaged(self._where, error) from None
        self._count += len(data)
        if not data and size > 0 and self._count != self._info.file_size:
            raise _damaged(self._where, EOFError("it is shorter than it claims"))
        self._archive.spend(len(data), self._count, self._info)
        return data

    def read_all(self, limit: int) -> bytes:
        """The whole file when it has at most `limit` bytes, else its first ``limit + 1``."""
        parts, left = [], limit + 1
        while left > 0 and (data := self.read(left)):
            parts.append(data)
            left -= len(data)
        return b"".join(parts)


def _damaged(where: str, error: BaseException) -> SourceError:
    return SourceError("SRC-041", f"the file is damaged: {error}", where, "download the archive again")


@contextlib.contextmanager
def open_archive(path: Path | str, limits: Limits | None = None) -> Iterator[Archive]:
    """Open a ZIP after checking its directory.

    Raises: SourceError SRC-040 when it cannot be read or is too large, SRC-041 when it is no ZIP or damaged, SRC-042
    for more entries than an export has and for ZIP64, SRC-043 for names that lead outside or are there twice,
    SRC-044 for links and other special files, SRC-045 when encrypted, SRC-046 when its sizes are out of proportion.
    """
    path, limits = Path(path), limits or Limits()
    try:
        _check_directory_size(path, limits)
        zipped = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise SourceError("SRC-040", "there is no such file", str(path), "give the path of the ZIP") from None
    except PermissionError:
        raise SourceError(
            "SRC-040", "the file may not be read", str(path), "make it readable for yourself"
        ) from None
    except _BROKEN as error:
        raise SourceError(
            "SRC-041", f"this is not a ZIP archive: {error}", str(path), "give the ZIP as it was downloaded"
        ) from None
    with zipped:
        yield Archive(path, zipped, limits)


def _check_directory_size(path: Path, limits: Limits) -> None:
    """Refuse a directory too large to hold in memory, before zipfile reads it."""
    size = path.stat().st_size
    if not path.is_file() or size > limits.archive_bytes:
        raise SourceError(
            "SRC-040", "this is no file, or larger than 4 GiB", str(path), "give the ZIP itself"
        )
    with path.open("rb") as file:
        file.seek(max(0, size - 65_535 - _END_BYTES - 20))
        tail = file.read()
    if _ZIP64_LOCATOR in tail:
        raise SourceError(
            "SRC-042", "this is a ZIP64 archive, which no export is", str(path), "pack it again"
        )
    start = tail.find(_END_RECORD)
    while start >= 0:
        record = tail[start : start + _END_BYTES]
        if len(record) == _END_BYTES:
            entries, directory_bytes = struct.unpack("<HL", record[10:16])
            if entries > limits.entries or directory_bytes > limits.directory_bytes:
                raise SourceError(
                    "SRC-042",
                    "the archive holds more files than an export does",
                    str(path),
                    "check what it is",
                )
        start = tail.find(_END_RECORD, start + 1)


def _checked(infos: list[zipfile.ZipInfo], path: Path, limits: Limits) -> dict[str, zipfile.ZipInfo]:
    """The files by name, after every check a directory allows."""
    files: dict[str, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    if len(infos) > limits.entries:
        raise SourceError(
            "SRC-042", "the archive holds more files than an export does", str(path), "check what it is"
        )
    for info in infos:
        name, where = info.filename, f"{path}!{info.filename!r}"
        if not _is_plain(info.orig_filename) or not _is_plain(name):
            raise SourceError(
                "SRC-043", "a file's name leads outside the archive", where, "do not unpack this archive"
            )
        folded = unicodedata.normalize("NFC", name.replace("\\", "/")).casefold()
        if folded in seen:
            raise SourceError("SRC-043", "two files have the same name", where, "do not trust this archive")
        seen.add(folded)
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise SourceError(
                "SRC-044", "the archive holds a link or a device", where, "do not unpack this archive"
            )
        if info.flag_bits & _ENCRYPTED:
            raise SourceError(
                "SRC-045", "the archive is encrypted", where, "unpack it and pack it without a password"
            )
        if info.compress_type not in _METHODS:
            raise SourceError(
                "SRC-041",
                "a file is packed in a way that no export is",
                where,
                "unpack it and pack it plainly",
            )
        if info.file_size > limits.entry_bytes:
            raise SourceError(
                "SRC-046", "a file claims to be larger than any export's", where, "check what it is"
            )
        if not info.is_dir():
            files[name] = info
    if sum(info.file_size for info in infos) > limits.total_bytes:
        raise SourceError(
            "SRC-046",
            "the archive claims to unpack to more than any export does",
            str(path),
            "check what it is",
        )
    if sum(info.compress_size for info in infos) > path.stat().st_size:
        raise SourceError(
            "SRC-046",
            "the files claim to be larger than the archive, or share their bytes",
            str(path),
            "do not open this archive; download it again from the platform",
        )
    return files


def _far_more(name: str, where: str) -> SourceError:
    return SourceError(
        "SRC-046",
        f"{name} unpacks to far more than an export holds",
        where,
        "do not open this archive; download it again from the platform",
    )


def _is_plain(name: str) -> bool:
    """Whether a name is a relative path that stays inside, with nothing in it to deceive a reader."""
    parts = name.replace("\\", "/").split("/")
    return (
        0 < len(name) <= 255
        and not name.startswith(("/", "\\"))
        and ":" not in parts[0][:2]
        and not any(part in ("..", ".") for part in parts)
        and not any(unicodedata.category(each) in ("Cc", "Cs") or each in _REORDERING for each in name)
    )
