"""What "accounted for" means, in one place: of every file of a download, each byte

- was read to the file's end by the reader of its kind, so that what it holds is counted, or
- is told as unread, with how much and why, or
- belongs to a file that is named with the reason why nobody need read it (a picture, a copy, a page of links).

`read_whole` holds a reader to the first or the second, `missing` every file to one of the three.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

from licet.audit.inventory import Contents
from licet.sources.byte_reader import ByteReader
from licet.sources.download import Download
from licet.sources.import_report import Unread
from licet.sources.zip_archive import Entry

_BLOCK_BYTES = 1024 * 1024


@contextlib.contextmanager
def read_whole(download: Download, name: str, unread: list[Unread]) -> Iterator[ByteReader]:
    """Open one file for a reader; what it leaves when it is through goes to `unread`. Raises what opening raises."""
    with download.open(name) as file:
        yield file
        left = 0
        while block := file.read(_BLOCK_BYTES):
            left += len(block)
        if left:
            unread.append(Unread(name, f"the last {left:,} bytes", "nothing more in it was understood", left))


def missing(entries: Iterable[Entry], contents: Contents) -> Iterator[Unread]:
    """The files that nothing was said of. There should be none; if a reader forgets one, it counts as unread."""
    told = {name for file in contents.files for name in file.members or [file.name]}
    told |= {other.name for other in contents.others} | {piece.name for piece in contents.unread}
    for entry in entries:
        if entry.name not in told:
            yield Unread(entry.name, "the whole file", "nobody read it", entry.claimed_bytes)
