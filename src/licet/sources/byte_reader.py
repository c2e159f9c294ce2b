"""The bytes of one file of a download, as every reader takes them: in pieces, and never more than asked."""

from __future__ import annotations

from typing import Protocol


class ByteReader(Protocol):
    """At most `size` bytes at a time; empty at the end."""

    def read(self, size: int, /) -> bytes: ...


def read_up_to(file: ByteReader, limit: int) -> bytes:
    """The rest of a file when it has at most `limit` bytes, else its next ``limit + 1``."""
    parts, left = [], limit + 1
    while left > 0 and (data := file.read(left)):
        parts.append(data)
        left -= len(data)
    return b"".join(parts)
