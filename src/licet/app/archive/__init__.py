"""A member's archive: everything about them in one zip, with receipts and proofs they can check offline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from licet.app.archive.archive_contents import Contents
from licet.app.archive.zip_writer import zipped
from licet.sources.file_replacement import replace_file
from licet.terms.disk_errors import clear_disk_errors

if TYPE_CHECKING:
    from licet.app.core import Core

__all__ = ["member_archive", "write_member_archive"]


def member_archive(core: Core, subject: str) -> Iterator[bytes]:
    """The archive of one member, in pieces; the same bytes while nothing changes. Writes nothing to the ledger.

    Raises: before the first piece, AppError APP-013 for somebody nobody knows, SourceError for an unreadable table.
    """
    contents = Contents(core, subject)
    return zipped(contents.parts())


def write_member_archive(core: Core, subject: str, path: Path) -> int:
    """Write the archive to `path`, whole or not at all; return its bytes."""
    pieces = member_archive(core, subject)
    with clear_disk_errors("writing the archive"), replace_file(path) as file:
        return sum(file.write(piece) for piece in pieces)
