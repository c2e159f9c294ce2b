"""A ledger's tree as files that anybody may be served: a signed checkpoint and the tiles under it, as C2SP cuts them.

Whoever holds a receipt checks it against them without telling the platform which; whoever keeps checkpoints sees that
the ledger only grew. Files hold hashes of salted commitments: no ids, no payloads, no moments (entry bundles, which
would show when somebody chose, are not among them). Guarantees that every tile is there before the checkpoint that
needs it, and that a folder never turns from one history to another. Source: https://c2sp.org/tlog-tiles.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from licet.ledger.checkpoints import Checkpoint, CheckpointFile
from licet.ledger.signed_notes import PublicKey
from licet.ledger.tiles import TILE_LEVELS, TILE_WIDTH
from licet.terms import LedgerError

#: The name under which the checkpoint lies.
CHECKPOINT_NAME = "checkpoint"


class Publication(NamedTuple):
    """What was published. written: files that were not there, or other than they are now; size: entries."""

    size: int
    written: int


def publish_tiles(
    folder: Path,
    checkpoint: Checkpoint,
    key: PublicKey,
    root_of: Callable[[int], bytes],
    hashes_of: Callable[[int, int, int], bytes],
) -> Publication:
    """Write the tiles that are not there yet, and then the checkpoint.

    root_of: the root over so many entries. hashes_of: level, first and beyond to the hashes, side by side.
    Raises: LedgerError LEDG-161 when something else was published there, LEDG-162 when it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        published = CheckpointFile(folder / CHECKPOINT_NAME, key).read()
        if published is not None and (
            published.size > checkpoint.size or root_of(published.size) != published.root
        ):
            raise _other(folder)
        written = 0
        for level, number, width in _tiles_of(checkpoint.size):
            first = number * TILE_WIDTH
            path = folder / tile_path(level, number, width)
            written += _write(path, hashes_of(level, first, first + width))
            if width == TILE_WIDTH:  # a partial one of it is asked for no more
                shutil.rmtree(path.with_name(f"{path.name}.p"), ignore_errors=True)
        # A process that dies before here leaves tiles that nothing signed needs yet.
        written += _write(folder / CHECKPOINT_NAME, checkpoint.text.encode())
    except OSError as error:
        raise LedgerError(
            "LEDG-162",
            f"the tiles cannot be published: {error.strerror}",
            str(folder),
            "choose a folder you may write to, on a disk with room",
        ) from None
    except LedgerError as error:
        if error.code == "LEDG-016":
            raise _other(folder) from None
        raise
    return Publication(checkpoint.size, written)


def tile_path(level: int, number: int, width: int) -> str:
    """Where a tile lies: ``tile/<level>/<number>``, in threes of digits, and ``.p/<width>`` of one that is partial."""
    threes = [f"{number % 1000:03}"]
    while number := number // 1000:
        threes.insert(0, f"x{number % 1000:03}")
    ending = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(threes)}{ending}"


def _tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """Level, number and width of each tile of a tree."""
    level = 0
    while count := size >> level * TILE_LEVELS:
        for number in range(count // TILE_WIDTH):
            yield level, number, TILE_WIDTH
        if count % TILE_WIDTH:
            yield level, count // TILE_WIDTH, count % TILE_WIDTH
        level += 1


def _write(path: Path, content: bytes) -> bool:
    """Put a file in its place, whole; False where it is there already."""
    try:
        if path.read_bytes() == content:
            return False
    except OSError:
        path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)  # to be served by whatever serves files
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True


def _other(folder: Path) -> LedgerError:
    return LedgerError(
        "LEDG-161",
        "what was published in the folder is not the beginning of this ledger",
        str(folder),
        "choose another folder; if this ledger was restored from an older copy, whoever holds a later checkpoint can "
        "show it",
    )
