"""Checkpoints of a training that was interrupted: a folder that the next try goes on from, and that is else empty.

A training that dies leaves nothing in the store. What it had trained lies here, a file for each checkpoint, named by
its id and by the digest of its bytes: one that is torn, cut or renamed is passed over. It is there only until the
training is done, and goes with every purge, forgetting and erasure, since members' texts went into it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from licet.store.private_files import PART, write_private
from licet.terms import UseError
from licet.terms.canonical import digest
from licet.terms.disk_errors import clear_disk_errors
from licet.uses.model.checkpoint_chain import checkpoint_id_in

_SUFFIX = ".checkpoint"


class KeptCheckpoints:
    """Those of one workspace."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, id_: str) -> bytes | None:
        """The network of a checkpoint, where it was kept and is as it was."""
        for path in self._folder.glob(f"{id_}-*{_SUFFIX}"):
            try:
                data = path.read_bytes()
            except OSError:
                continue
            if path.name == self._name(id_, data) and checkpoint_id_in(data) == id_:
                return data
        return None

    def write(self, id_: str, data: bytes) -> None:
        """Keep one; on the disk when this returns. Raises: as `clear_disk_errors`, for a disk that is full."""
        with clear_disk_errors("keeping a checkpoint"):
            write_private(self._folder / self._name(id_, data), data)

    def clear(self) -> None:
        """Remove all. Raises: UseError MODL-082 where one cannot be."""
        try:
            for path in self._all():
                path.unlink(missing_ok=True)
        except OSError as error:
            raise UseError(
                "MODL-082",
                f"checkpoints of an interrupted training cannot be removed: {error.strerror}",
                str(self._folder),
                "remove the folder by hand, or make it writable, and try again; only time is lost with it",
            ) from None

    def _all(self) -> Iterator[Path]:
        for path in sorted(self._folder.glob("*")) if self._folder.is_dir() else ():
            if path.suffix in (_SUFFIX, PART):
                yield path

    @staticmethod
    def _name(id_: str, data: bytes) -> str:
        return f"{id_}-{digest(data)}{_SUFFIX}"
