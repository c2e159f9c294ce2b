"""Writing a file whole that its owner alone reads: what was there stands until all of the new one does.

Who dies meanwhile leaves a part, with `PART` at the end of its name, which whoever keeps such files takes along.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

PART = ".part"


def write_private(
    path: Path, *pieces: bytes | memoryview, part: str | None = None, is_durable: bool = True
) -> None:
    """Replace a file by some pieces, one after the other. Its folder is made, readable by its owner only.

    part:       its name until it is whole, where one process at a time writes it: what of it a process left that died
                is removed. None: one that nobody else has.
    is_durable: it is on the disk, name and all, when this returns; else a power cut may lose or tear it.
    Raises: OSError; what was there stands.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = path.with_name(part or f"{secrets.token_hex(8)}{PART}")
    if part is not None:
        written.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.writelines(pieces)
            if is_durable:
                file.flush()
                os.fsync(file.fileno())
        written.replace(path)
    except BaseException:
        written.unlink(missing_ok=True)
        raise
    if is_durable:
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
