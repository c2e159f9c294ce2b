"""What a person downloaded from a platform: a ZIP, the folder that it was unpacked to, or one file of it by itself.

A folder is held to the bounds of a ZIP: no link is followed, nothing but plain files is read, and what cannot be read
is listed. The ZIPs in a folder or a ZIP that holds nothing else are opened, one level deep. What is packed in a way
that is not read here is refused with what to do about it.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import stat
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import IO, Protocol

from licet.sources.byte_reader import ByteReader, read_up_to
from licet.sources.file_names import DistinctNames, is_shadow
from licet.sources.import_report import Unread
from licet.sources.zip_archive import Entry, Limits, is_nested, open_archive, too_large
from licet.terms import SourceError

#: How a JSON or HTML file starts, after blanks and a mark of its encoding, and one of X's.
_LOOSE = (b"{", b"[", b"<", b"window.")
#: What is packed otherwise, by how it starts: what it is called.
_PACKED = (
    (b"\x1f\x8b", ".tgz"), (b"7z\xbc\xaf", ".7z"), (b"Rar!", ".rar"), (b"BZh", ".bz2"), (b"\xfd7zXZ", ".xz"),
    (b"\x28\xb5\x2f\xfd", ".zst"), (b"\xd0\xcf\x11\xe0", ".xls"),
)  # fmt: skip
#: How much of archives that lie in another is held, and how many are opened.
_HELD_BYTES, _MOST_ARCHIVES = 192 * 1024**2, 100
#: Where a .tar has the word.
_TAR_AT = 257


class Download(Protocol):
    """The files of a download, which are read one at a time. unread: those that cannot be, with the reason."""

    @property
    def unread(self) -> tuple[Unread, ...]: ...

    def entries(self) -> tuple[Entry, ...]: ...

    def open(self, name: str) -> AbstractContextManager[ByteReader]: ...

    def peek(self, name: str, size: int) -> bytes: ...


class LooseFile:
    """One file that is no archive."""

    unread: tuple[Unread, ...] = ()

    def __init__(self, path: Path, size: int, name: str) -> None:
        self._path, self._size, self._name = path, size, name

    def entries(self) -> tuple[Entry, ...]:
        return (Entry(self._name, self._size, False),)

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[ByteReader]:
        with self._path.open("rb") as file:
            yield _Loose(file)

    def peek(self, name: str, size: int) -> bytes:
        with self._path.open("rb") as file:
            return file.read(size)


class Folder:
    """A download that somebody unpacked. The files are those that are there when it is opened."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._limits = limits
        self._paths: dict[str, Path] = {}
        self._sizes: dict[str, int] = {}
        self._left_bytes = limits.total_bytes
        self._names = DistinctNames()
        self._unread: list[Unread] = []
        waiting: list[tuple[Path, str]] = [(path, "")]
        while waiting:
            folder, above = waiting.pop()
            waiting += self._list(folder, above)
            if len(self._paths) > limits.entries:
                raise SourceError(
                    "SRC-042",
                    "the folder holds more files than an export does",
                    str(path),
                    "give the export alone",
                )
        self.unread = tuple(self._unread)

    def _list(self, folder: Path, above: str) -> Iterator[tuple[Path, str]]:
        """Take up the files of one folder, and hand out the folders within."""
        try:
            with os.scandir(folder) as scanned:
                found = sorted(scanned, key=lambda one: one.name)
        except OSError as error:
            self._leave(above or ".", f"the folder cannot be read: {error.strerror}")
            return
        for one in found:
            # a name that is no text keeps what it has, written out
            shown = above + os.fsencode(one.name).decode("utf-8", "backslashreplace")
            try:
                status = one.stat(follow_symlinks=False)
            except OSError as error:
                self._leave(shown, f"it cannot be read: {error.strerror}")
                continue
            if stat.S_ISDIR(status.st_mode):
                yield Path(one.path), f"{shown}/"
            elif stat.S_ISREG(status.st_mode):
                name = self._names.add(shown)
                self._paths[name], self._sizes[name] = Path(one.path), status.st_size
            else:
                self._leave(shown, "it is a link or no plain file, and is not followed")

    def _leave(self, name: str, why: str) -> None:
        self._unread.append(Unread(self._names.add(name), "the whole file", why))

    def entries(self) -> tuple[Entry, ...]:
        return tuple(Entry(name, self._sizes[name], is_nested(name)) for name in sorted(self._paths))

    def path_of(self, name: str) -> Path:
        """Where a file lies."""
        return self._paths[name]

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[ByteReader]:
        """Read one file. Raises: SourceError SRC-053 when it is larger than the limits, SRC-041 when it cannot be."""
        self._left_bytes -= self._sizes[name]
        if self._sizes[name] > self._limits.entry_bytes or self._left_bytes < 0:
            raise too_large(str(self._paths[name]))
        with self._opened(name) as file:
            yield _Loose(file)

    def peek(self, name: str, size: int) -> bytes:
        with self._opened(name) as file:
            return file.read(size)

    def _opened(self, name: str) -> IO[bytes]:
        path = self._paths[name]
        try:
            # what was a plain file may be a link by now
            return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
        except OSError as error:
            raise SourceError(
                "SRC-041",
                f"the file cannot be read: {error.strerror}",
                str(path),
                "make it readable for yourself",
            ) from None


class _Loose:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int, /) -> bytes:
        return self._file.read(size)


@contextlib.contextmanager
def open_download(
    path: Path | str, limits: Limits | None = None, name: str | None = None
) -> Iterator[Download]:
    """Open a ZIP, the folder that one was unpacked to, or a JSON, CSV or HTML file by itself.

    name: what a file by itself is called where its path does not say.
    Raises: SourceError SRC-040 to SRC-046 as `open_archive` does, SRC-046 for a file larger than one of an export,
    SRC-174 for what is packed in a way that is not read here.
    """
    path, limits = Path(path), limits or Limits()
    if path.is_dir():
        folder = Folder(path, limits)
        with contextlib.ExitStack() as stack:
            yield _with_archives(folder, stack, limits, folder.path_of)
        return
    called = re.split(r"[/\\]", name or path.name)[-1][:255] or "file"
    if _is_loose(path, called):
        size = path.stat().st_size
        if size > limits.entry_bytes:
            raise SourceError(
                "SRC-046", "a file claims to be larger than any export's", str(path), "check what it is"
            )
        with path.open("rb") as file:
            called = _with_ending(called, file.read(64))
        yield LooseFile(path, size, called)
        return
    with open_archive(path, limits) as archive, contextlib.ExitStack() as stack:
        yield _with_archives(archive, stack, limits)


def _with_ending(called: str, start: bytes) -> str:
    """The name of a file by itself, with the ending of what it is where somebody took that away."""
    if re.search(r"\.(json|html?|csv|js|xml|txt)$", called, re.IGNORECASE):
        return called
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    return called + (".js" if text.startswith(b"window.") else ".html" if text.startswith(b"<") else ".json")


def _with_archives(
    download: Download,
    stack: contextlib.ExitStack,
    limits: Limits,
    path_of: Callable[[str], Path] | None = None,
) -> Download:
    """A download that is nothing but ZIPs, with these opened; each that cannot be is unread. Any other, as it is.

    path_of: where they lie on a disk; those that lie in another ZIP are held in memory, within bounds.
    """
    held = [entry for entry in download.entries() if not is_shadow(entry.name)]
    if not held or not all(entry.name.casefold().endswith(".zip") for entry in held):
        return download
    parts: dict[str, Download] = {}
    unread: list[Unread] = []
    left_bytes = _HELD_BYTES
    for entry in held:
        try:
            if len(parts) == _MOST_ARCHIVES or (path_of is None and entry.claimed_bytes > left_bytes):
                raise too_large(entry.name)
            if path_of is not None:
                parts[entry.name] = stack.enter_context(open_archive(path_of(entry.name), limits))
                continue
            left_bytes -= entry.claimed_bytes
            with download.open(entry.name) as file:
                content = io.BytesIO(read_up_to(file, entry.claimed_bytes))
            parts[entry.name] = stack.enter_context(open_archive(entry.name, limits, content))
        except SourceError as error:
            unread.append(Unread(entry.name, "the whole archive", error.line(), entry.claimed_bytes))
    return Joined(download, parts, tuple(unread))


class Joined:
    """A download with the archives at its top, whose files lie under their names."""

    def __init__(self, outer: Download, parts: Mapping[str, Download], unread: tuple[Unread, ...]) -> None:
        taken = {*parts, *(each.name for each in unread)}
        self._places: dict[str, tuple[Download, Entry]] = {
            entry.name: (outer, entry) for entry in outer.entries() if entry.name not in taken
        }
        names = DistinctNames()
        for name in self._places:
            names.add(name)
        for called, part in parts.items():
            for entry in part.entries():
                self._places[names.add(f"{called}/{entry.name}")] = (part, entry)
            unread += tuple(each._replace(name=f"{called}/{each.name}") for each in part.unread)
        self.unread = (*outer.unread, *unread)

    def entries(self) -> tuple[Entry, ...]:
        return tuple(replace(entry, name=name) for name, (_, entry) in sorted(self._places.items()))

    def open(self, name: str) -> AbstractContextManager[ByteReader]:
        part, entry = self._places[name]
        return part.open(entry.name)

    def peek(self, name: str, size: int) -> bytes:
        part, entry = self._places[name]
        return part.peek(entry.name, size)


def _packed_by(start: bytes) -> tuple[str, str]:
    """Whose download a packed file is, by the first name in it, and what can be done at that platform."""
    tar = start
    if start.startswith(b"\x1f\x8b"):
        try:
            tar = zlib.decompressobj(31).decompress(start, 2 * 512)
        except zlib.error:
            tar = b""
    first = tar[:100].rstrip(b"\0").decode("utf-8", "replace").removeprefix("./")
    if first.startswith("Takeout/") or first == "Takeout":
        return " of Google Takeout", " (file type .zip)"
    if re.match(r"schema\.json$|(users|organizations|repositories|attachments)[_/]", first):
        return (
            " that GitHub may have made",
            " (what its policy says, and how to opt out: licet guide github_copilot)",
        )
    return "", ""


def _is_loose(path: Path, called: str) -> bool:
    """Whether it is a file by itself. What cannot be read is left to `open_archive`, which says why.

    Raises: SourceError SRC-174 for an archive that is no ZIP.
    """
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError:
        return False
    packed = next((ending for mark, ending in _PACKED if start.startswith(mark)), None)
    if packed is None and start[_TAR_AT : _TAR_AT + 5] == b"ustar":
        packed = ".tar"
    if packed is not None:
        of, more = _packed_by(start)
        raise SourceError(
            "SRC-174",
            f"this is a {packed} file{of}, which is not opened here",
            str(path),
            f"unpack it, and give the folder; or ask the platform for a ZIP{more}",
        )
    is_text = called.casefold().endswith((".csv", ".js", ".xml", ".txt")) and not start.startswith(b"PK")
    return is_text or start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_LOOSE)
