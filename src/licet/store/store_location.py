"""From a path or a URL to a place where files lie: the one seam between the store and file systems."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol

from licet.store.local_files import LocalFiles
from licet.store.remote_files import RemoteFiles
from licet.terms import StoreError


class Files(Protocol):
    """What a store needs of a file system. Paths are relative to the store, with ``/``."""

    where: str

    def read(self, path: str) -> bytes: ...
    def open(self, path: str) -> BinaryIO: ...
    def write(self, path: str, data: bytes, *, changing: bool = False) -> None: ...
    def delete(self, path: str) -> None: ...
    def settle(self) -> None: ...
    def sizes(self, folder: str) -> dict[str, int]: ...
    def folders(self, folder: str) -> list[str]: ...
    def walk(self) -> Iterator[str]: ...
    def locate(self, path: str) -> str: ...
    def prepare(self) -> None: ...
    def lock(self) -> AbstractContextManager[None]: ...
    def break_lock(self) -> None: ...


def files_at(place: str | Path) -> Files:
    """The files at a local path, a ``file://`` URL or any other fsspec URL.

    Raises: StoreError STOR-019 when no installed file system speaks the protocol of the URL.
    """
    if isinstance(place, Path) or ("://" not in place and "::" not in place):
        return LocalFiles(Path(place))
    if place.startswith("file://") and "::" not in place:
        return LocalFiles(Path(place.removeprefix("file://")).expanduser())
    try:
        import fsspec

        fs, root = fsspec.core.url_to_fs(place)
    except (ImportError, ValueError) as error:
        raise StoreError(
            "STOR-019",
            f"no installed file system can open {place}",
            place,
            "install the fsspec package for it, such as s3fs or gcsfs",
        ) from error
    protocols = {fs.protocol} if isinstance(fs.protocol, str) else set(fs.protocol)
    return LocalFiles(Path(root)) if "file" in protocols else RemoteFiles(fs, str(root))
