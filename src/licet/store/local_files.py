"""Files of a store on a local disk: whole or not there, and durable when said to be.

`write` leaves the bytes on the disk (fsync) under their final name (rename), but a name is only as durable as
its folder: until `settle` returns, a power cut may lose the name, never half the bytes. `delete` likewise.

Nothing is readable by everyone: folders are made 0750 and files 0440 (0640 where they change), less the umask,
so others never read members' data and the group reads it unless the umask says no. Published bytes are
read-only so that an editor opened on them by mistake cannot change them.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import BinaryIO

from licet.store import store_layout
from licet.store.locks import hold_local
from licet.store.storage_errors import io_trouble

FOLDER_MODE = 0o750
FIXED_MODE = 0o440
CHANGING_MODE = 0o640
_FLUSHED_AT_ONCE = 16


class LocalFiles:
    """The folder `root` as a place for the files of one store. Paths are relative, with ``/``."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.where = str(self.root)
        self._unsettled: set[Path] = set()

    def read(self, path: str) -> bytes:
        """All bytes of a file. Raises FileNotFoundError when it is not there."""
        with io_trouble(self.locate(path)):
            return (self.root / path).read_bytes()

    def open(self, path: str) -> BinaryIO:
        """A file for reading from its start. Raises FileNotFoundError when it is not there."""
        with io_trouble(self.locate(path)):
            return (self.root / path).open("rb")

    def write(self, path: str, data: bytes, *, changing: bool = False) -> None:
        """Put `data` under `path`, replacing what is there. If the process dies here, the old state stays."""
        target = self.root / path
        part = self.root / store_layout.STAGING / f"{uuid.uuid4().hex}.part"
        with io_trouble(str(target)):
            self._make_folder(part.parent)
            self._make_folder(target.parent)
            try:
                self._write_part(part, data, CHANGING_MODE if changing else FIXED_MODE)
                part.replace(target)
            except BaseException:
                with suppress(FileNotFoundError):
                    part.unlink()
                raise
        self._unsettled.add(target.parent)

    def delete(self, path: str) -> None:
        """Remove a file; one that is already gone is fine."""
        target = self.root / path
        with io_trouble(str(target)), suppress(FileNotFoundError):
            target.unlink()
            self._unsettled.add(target.parent)

    def settle(self) -> None:
        """Make every name written and every deletion so far survive a power cut.

        Folders are flushed side by side: a disk takes as long for sixteen as for one, and a snapshot has hundreds.
        """
        folders = list(self._unsettled)
        if len(folders) < 3:
            for folder in folders:
                self._settle(folder)
        else:
            with ThreadPoolExecutor(_FLUSHED_AT_ONCE, "licet-store") as threads:
                list(threads.map(self._settle, folders))

    def _settle(self, folder: Path) -> None:
        with io_trouble(str(folder)), suppress(FileNotFoundError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        self._unsettled.discard(folder)

    def sizes(self, folder: str) -> dict[str, int]:
        """The files directly in `folder` and their size in bytes; empty when there is no such folder."""
        found: dict[str, int] = {}
        with (
            io_trouble(self.locate(folder)),
            suppress(FileNotFoundError),
            os.scandir(self.locate(folder)) as entries,
        ):
            for entry in entries:
                if entry.is_file(follow_symlinks=False):
                    found[entry.name] = entry.stat().st_size
        return found

    def folders(self, folder: str) -> list[str]:
        """The names of the folders directly in `folder`, sorted."""
        with (
            io_trouble(self.locate(folder)),
            suppress(FileNotFoundError),
            os.scandir(self.root / folder) as entries,
        ):
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
        return []

    def walk(self) -> Iterator[str]:
        """Every file under the root, ours or not, sorted."""
        found = [Path(folder, name) for folder, _, names in os.walk(self.root) for name in names]
        yield from sorted(path.relative_to(self.root).as_posix() for path in found)

    def locate(self, path: str) -> str:
        """What to hand to a reader: an absolute path. Not through a `Path`: it is asked for once a folder."""
        return f"{self.where}/{path}"

    def prepare(self) -> None:
        """Make the root folder. Its missing parents get the usual modes."""
        with io_trouble(self.where):
            self.root.parent.mkdir(parents=True, exist_ok=True)
            self._make_folder(self.root)

    def lock(self) -> AbstractContextManager[None]:
        """Hold the writer lock of this store."""
        return hold_local(self.root / store_layout.LOCK, CHANGING_MODE)

    def break_lock(self) -> None:
        """Nothing to break: the kernel drops the lock when its holder dies."""

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            if folder != self.root:
                self._make_folder(folder.parent)
            with suppress(FileExistsError):
                folder.mkdir(mode=FOLDER_MODE)
            if not folder.is_dir():
                raise NotADirectoryError(20, "a file is in the way of a folder", str(folder))
            self._unsettled.add(folder.parent)

    @staticmethod
    def _write_part(part: Path, data: bytes, mode: int) -> None:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
