"""A ZIP archive from a stranger, read within bounds; one of ZIP64, too.

Everything that can be known from the directory is checked before a byte is unpacked, and what is unpacked is
counted while it is read, since sizes in a ZIP are only claims. An archive that tries anything (links, a password,
bytes that are shared or multiply) is refused whole. A file that is merely odd costs itself: its name is shown with
what deceives written out, since nothing is unpacked to a disk, and one that cannot be read is listed as unread.
"""

from __future__ import annotations

import contextlib
import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from licet.sources.file_names import DistinctNames, leads_outside, plain_name
from licet.sources.import_report import Unread
from licet.terms import SourceError

_END_RECORD, _END_BYTES = b"PK\x05\x06", 22
#: The end record of ZIP64 and what points to it; the one that zipfile reads stands right before the end record.
_END64_RECORD, _END64_BYTES, _LOCATOR_BYTES = b"PK\x06\x06", 56, 20
_NESTED = (".zip", ".7z", ".rar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".tar", ".jar")
_CHUNK_BYTES = 64 * 1024
#: What exports use. zipfile bounds what comes out of these; of BZIP2 and LZMA, 4 KiB may become gigabytes at once.
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
#: An encrypted file, strong encryption, and an encrypted directory.
_ENCRYPTED = 0x1 | 0x40 | 0x2000
#: Whatever zipfile and zlib raise on bytes that are no archive.
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, OSError),
    *(ValueError, OverflowError, KeyError, IndexError),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may cost. The defaults are many times the largest exports people have.

    entry_bytes, total_bytes: unpacked; of one file, and of all that are opened. What claims more is not opened.
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
    """A file of the archive. `is_nested` marks an archive within it, which is never opened.

    name: as it can be shown: what deceives a reader is written out, and no two are the same.
    mark: the same for files of the same content, as far as the archive says; None where it does not.
    """

    name: str
    claimed_bytes: int
    is_nested: bool
    mark: tuple[int, int] | None = None


def is_nested(name: str) -> bool:
    """Whether a file is an archive itself, by its name."""
    return name.casefold().endswith(_NESTED)


class Archive:
    """An open archive whose directory has been checked; use `open_archive`.

    unread: the files that cannot be read, each with the reason.
    """

    def __init__(self, path: Path, zipped: zipfile.ZipFile, limits: Limits, size: int) -> None:
        self._path, self._zipped, self._limits = path, zipped, limits
        self._infos, self.unread = _checked(zipped.infolist(), path, limits, size)
        self._left_bytes = limits.total_bytes

    def entries(self) -> tuple[Entry, ...]:
        """The files, in the order of their names."""
        return tuple(
            Entry(name, info.file_size, is_nested(name), (info.CRC, info.file_size))
            for name, info in sorted(self._infos.items())
        )

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[BoundedReader]:
        """Read one file.

        Raises: SourceError SRC-053 when it claims to be larger than the limits allow, SRC-046 when more comes out than
        they do, SRC-041 when it is damaged.
        """
        info = self._infos[name]
        where = f"{self._path}!{name}"
        if info.file_size > min(self._limits.entry_bytes, self._left_bytes):
            raise too_large(where)
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
            name = plain_name(info.filename)
            raise SourceError(
                "SRC-046",
                f"{name} unpacks to far more than an export holds",
                f"{self._path}!{name}",
                "do not open this archive; download it again from the platform",
            )


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


def too_large(where: str) -> SourceError:
    """What to say of a file that is larger than what is read."""
    return SourceError(
        "SRC-053", "the file is larger than what is read of a download", where, "ask for a smaller download"
    )


def _damaged(where: str, error: BaseException) -> SourceError:
    return SourceError("SRC-041", f"the file is damaged: {error}", where, "download the archive again")


@contextlib.contextmanager
def open_archive(
    path: Path | str, limits: Limits | None = None, content: IO[bytes] | None = None
) -> Iterator[Archive]:
    """Open a ZIP after checking its directory.

    content: the bytes of one that lies in another, and then the path is what it is called.
    Raises: SourceError SRC-040 when it cannot be read or is too large, SRC-041 when it is no ZIP or damaged, SRC-042
    for more entries than an export has, SRC-044 for links and other special files, SRC-045 when encrypted, SRC-046
    when its files share their bytes.
    """
    path, limits = Path(path), limits or Limits()
    try:
        with contextlib.nullcontext(content) if content is not None else _opened(path, limits) as file:
            size = file.seek(0, io.SEEK_END)
            _check_directory_size(file, size, path, limits)
        zipped = zipfile.ZipFile(path if content is None else content)
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
        yield Archive(path, zipped, limits, size)


def _opened(path: Path, limits: Limits) -> IO[bytes]:
    size = path.stat().st_size
    if not path.is_file() or size > limits.archive_bytes:
        raise SourceError(
            "SRC-040",
            f"this is no file, or larger than {-(-limits.archive_bytes // 1024**3)} GiB",
            str(path),
            "give the ZIP itself",
        )
    return path.open("rb")


def _check_directory_size(file: IO[bytes], size: int, path: Path, limits: Limits) -> None:
    """Refuse a directory too large to hold in memory, before zipfile reads it."""
    file.seek(max(0, size - 65_535 - _END_BYTES - _LOCATOR_BYTES - _END64_BYTES))
    tail = file.read()
    for signature, length, at, form in (
        (_END_RECORD, _END_BYTES, 10, "<HL"),
        (_END64_RECORD, _END64_BYTES, 32, "<QQ"),
    ):
        start = tail.find(signature)
        while start >= 0:
            record = tail[start : start + length]
            if len(record) == length:
                entries, directory_bytes = struct.unpack_from(form, record, at)
                # a field of ones says that the other record has the number
                is_beyond = entries > limits.entries and (form == "<QQ" or entries != 0xFFFF)
                is_larger = directory_bytes > limits.directory_bytes and (
                    form == "<QQ" or directory_bytes != 0xFFFF_FFFF
                )
                if is_beyond or is_larger:
                    raise _too_many(path)
            start = tail.find(signature, start + 1)


def _too_many(path: Path) -> SourceError:
    return SourceError(
        "SRC-042", "the archive holds more files than an export does", str(path), "check what it is"
    )


def _checked(
    infos: list[zipfile.ZipInfo], path: Path, limits: Limits, size: int
) -> tuple[dict[str, zipfile.ZipInfo], tuple[Unread, ...]]:
    """The files by the name they are shown under, after every check a directory allows, and those not to be read."""
    files: dict[str, zipfile.ZipInfo] = {}
    unread: list[Unread] = []
    names = DistinctNames()
    if len(infos) > limits.entries:
        raise _too_many(path)
    for info in infos:
        # zipfile cuts a name at a null, and so says less than there is
        name = names.add(info.orig_filename)
        where = f"{path}!{name}"
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise SourceError(
                "SRC-044", "the archive holds a link or a device", where, "do not unpack this archive"
            )
        if info.flag_bits & _ENCRYPTED:
            raise SourceError(
                "SRC-045", "the archive is encrypted", where, "unpack it and pack it without a password"
            )
        is_folder = info.orig_filename.endswith(
            "/"
        )  # zipfile asks the name that it has cut, which may be empty
        if is_folder and not info.file_size:
            continue
        if is_folder:
            unread.append(Unread(name, "the whole file", "it is called like a folder", info.file_size))
        elif leads_outside(info.orig_filename):
            unread.append(
                Unread(
                    name,
                    "the whole file",
                    "its name leads out of the archive, as no export's does",
                    info.file_size,
                )
            )
        elif info.compress_type not in _METHODS:
            unread.append(
                Unread(
                    name,
                    "the whole file",
                    "it is packed in a way that is not read: unpack the archive, and give the folder",
                    info.file_size,
                )
            )
        else:
            files[name] = info
    if sum(info.compress_size for info in infos) > size:
        raise SourceError(
            "SRC-046",
            "the files claim to be larger than the archive, or share their bytes",
            str(path),
            "do not open this archive; download it again from the platform",
        )
    return files, tuple(unread)
