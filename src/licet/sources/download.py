"""What a person downloaded from a platform: a ZIP, or one file of it by itself."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Protocol

from licet.sources.zip_archive import Entry, Limits, open_archive
from licet.terms import SourceError

#: How a JSON or HTML file starts, after blanks and a mark of its encoding.
_LOOSE = (b"{", b"[", b"<")


class Reader(Protocol):
    """The bytes of one file, bounded."""

    def read(self, size: int, /) -> bytes: ...

    def read_all(self, limit: int) -> bytes: ...


class Download(Protocol):
    """The files of a download, which are read one at a time."""

    def entries(self) -> tuple[Entry, ...]: ...

    def open(self, name: str) -> AbstractContextManager[Reader]: ...

    def peek(self, name: str, size: int) -> bytes: ...


class LooseFile:
    """One file that is no archive."""

    def __init__(self, path: Path, size: int, name: str) -> None:
        self._path, self._size, self._name = path, size, name

    def entries(self) -> tuple[Entry, ...]:
        return (Entry(self._name, self._size, False),)

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[Reader]:
        with self._path.open("rb") as file:
            yield _Loose(file)

    def peek(self, name: str, size: int) -> bytes:
        with self._path.open("rb") as file:
            return file.read(size)


class _Loose:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int, /) -> bytes:
        return self._file.read(size)

    def read_all(self, limit: int) -> bytes:
        return self._file.read(limit + 1)


@contextlib.contextmanager
def open_download(
    path: Path | str, limits: Limits | None = None, name: str | None = None
) -> Iterator[Download]:
    """Open a ZIP, or a JSON or HTML file by itself, which is called `name` where its path does not say.

    Raises: SourceError SRC-040 to SRC-046 as `open_archive` does, SRC-046 for a file larger than one of an export.
    """
    path, limits = Path(path), limits or Limits()
    if _is_loose(path):
        size = path.stat().st_size
        if size > limits.entry_bytes:
            raise SourceError(
                "SRC-046", "a file claims to be larger than any export's", str(path), "check what it is"
            )
        yield LooseFile(path, size, re.split(r"[/\\]", name or path.name)[-1][:255] or "file")
        return
    with open_archive(path, limits) as archive:
        yield archive


def _is_loose(path: Path) -> bool:
    """Whether it starts like JSON or HTML. What cannot be read is left to `open_archive`, which says why."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError:
        return False
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_LOOSE)
