"""Files of a store on any fsspec file system: object stores, memory, SFTP and their kin.

An object store puts an object whole or not at all, so objects are written under their final name. Elsewhere
(SFTP, SMB, HDFS) a file is written under `staging/` and moved. What a file system has acknowledged counts as
durable: nobody can ask more of it from outside. File modes are the file system's own affair.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from typing import Any, BinaryIO, cast

from licet.store import store_layout
from licet.store.locks import hold_remote
from licet.store.storage_errors import io_trouble

#: Protocols whose single put is atomic.
WHOLE_PUT = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss", "memory"})


class RemoteFiles:
    """The folder `root` of `fs` as a place for the files of one store. Paths are relative, with ``/``."""

    def __init__(self, fs: Any, root: str) -> None:
        self._fs = fs
        self._root = root.rstrip("/")
        protocols = {fs.protocol} if isinstance(fs.protocol, str) else set(fs.protocol)
        self._whole_put = bool(protocols & WHOLE_PUT)
        self.where = str(fs.unstrip_protocol(self._root))

    def read(self, path: str) -> bytes:
        """All bytes of a file. Raises FileNotFoundError when it is not there."""
        with io_trouble(self.locate(path)):
            return bytes(self._fs.cat_file(self._at(path)))

    def open(self, path: str) -> BinaryIO:
        """A file for reading from its start. Raises FileNotFoundError when it is not there."""
        with io_trouble(self.locate(path)):
            return cast(BinaryIO, self._fs.open(self._at(path), "rb"))

    def write(self, path: str, data: bytes, *, changing: bool = False) -> None:
        """Put `data` under `path`, replacing what is there. If the process dies here, the old state stays."""
        del changing
        target = self._at(path)
        with io_trouble(self.locate(path)):
            self._fs.makedirs(self._fs._parent(target), exist_ok=True)
            if self._whole_put:
                self._fs.pipe_file(target, data)
                return
            part = self._at(f"{store_layout.STAGING}/{uuid.uuid4().hex}.part")
            self._fs.makedirs(self._fs._parent(part), exist_ok=True)
            try:
                self._fs.pipe_file(part, data)
                self._fs.mv(part, target)
            except BaseException:
                with suppress(FileNotFoundError):
                    self._fs.rm_file(part)
                raise

    def delete(self, path: str) -> None:
        """Remove a file; one that is already gone is fine."""
        with io_trouble(self.locate(path)), suppress(FileNotFoundError):
            self._fs.rm_file(self._at(path))

    def settle(self) -> None:
        """Nothing to do: what the file system acknowledged is as durable as it gets."""

    def sizes(self, folder: str) -> dict[str, int]:
        """The files directly in `folder` and their size in bytes; empty when there is no such folder."""
        return {name: size for name, kind, size in self._list(folder) if kind == "file"}

    def folders(self, folder: str) -> list[str]:
        """The names of the folders directly in `folder`, sorted."""
        return sorted(name for name, kind, _ in self._list(folder) if kind == "directory")

    def walk(self) -> Iterator[str]:
        """Every file under the root, ours or not, sorted."""
        self._fs.invalidate_cache()
        with io_trouble(self.where):
            found = self._fs.find(self._root)
        for path in sorted(found):
            yield str(path)[len(self._root) :].lstrip("/")

    def locate(self, path: str) -> str:
        """What to hand to a reader: a URL of this file system."""
        return f"{self.where}/{path}" if path else self.where

    def prepare(self) -> None:
        """Make the root folder, where the file system has folders."""
        with io_trouble(self.where):
            self._fs.makedirs(self._root, exist_ok=True)

    def lock(self) -> AbstractContextManager[None]:
        """Hold the writer lock of this store."""
        return hold_remote(self._fs, self._at(store_layout.LOCK))

    def break_lock(self) -> None:
        """Take the lock away from a writer that died without giving it back."""
        self.delete(store_layout.LOCK)

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}"

    def _list(self, folder: str) -> list[tuple[str, str, int]]:
        self._fs.invalidate_cache()
        with io_trouble(self.locate(folder)), suppress(FileNotFoundError):
            entries = self._fs.ls(self._at(folder), detail=True)
            return [
                (
                    str(entry["name"]).rstrip("/").rsplit("/", 1)[-1],
                    str(entry["type"]),
                    int(entry["size"] or 0),
                )
                for entry in entries
            ]
        return []
