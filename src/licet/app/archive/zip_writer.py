"""A zip file made as it is read: the same contents give the same bytes, and little of it is in memory at once.

Every file in it bears one fixed date and the same rights, in the order given. Names are the caller's own words, never
somebody's data, and one that could leave the folder it is unpacked in is refused.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any, cast

#: A file in the archive: its name, and its bytes as they come.
Part = tuple[str, Iterable[bytes]]

#: The earliest date the format knows: when something was packed says nothing about it.
_DATE = (1980, 1, 1, 0, 0, 0)
_ON_UNIX = 3
_READABLE = 0o100644 << 16

_CHUNK_BYTES = 1 << 16


class _Sink:
    """Takes what the zip writes and gives it on. Cannot seek, so the zip writes sizes behind each file."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits anywhere."""

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts, self.size = [], 0
        return taken


def zipped(parts: Iterable[Part]) -> Iterator[bytes]:
    """The zip of `parts` in pieces of about 64 KiB. Raises: ValueError for a name that leads elsewhere."""
    sink = _Sink()
    # A zip is written to whatever has `write` and `flush`; the declared types ask for more.
    with zipfile.ZipFile(cast(Any, sink), "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, contents in parts:
            with archive.open(_described(name), "w") as file:
                for data in contents:
                    file.write(data)
                    if sink.size >= _CHUNK_BYTES:
                        yield sink.take()
    yield sink.take()


def _described(name: str) -> zipfile.ZipInfo:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or str(path) != name:
        raise ValueError(f"{name!r} cannot name a file in an archive")
    described = zipfile.ZipInfo(name, _DATE)
    described.compress_type = zipfile.ZIP_DEFLATED
    described.create_system, described.external_attr = _ON_UNIX, _READABLE
    return described
