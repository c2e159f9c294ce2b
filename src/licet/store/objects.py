"""Objects: bytes under the name of their SHA-256. One name, one content, for ever.

An object is found by its digest alone; the suffix in its file name helps people and table readers.
"""

from __future__ import annotations

from typing import BinaryIO

from licet.store.store_layout import object_folder
from licet.store.store_location import Files
from licet.terms import StoreError
from licet.terms.canonical import digest as sha256


def find_object(files: Files, digest: str) -> str | None:
    """The path of an object, or None when the store does not hold it."""
    folder = object_folder(digest)
    names = sorted(name for name in files.sizes(folder) if name.partition(".")[0] == digest)
    return f"{folder}/{names[0]}" if names else None


def locate_object(files: Files, digest: str) -> str:
    """The path of an object.

    Raises: StoreError STOR-007 when the store does not hold it.
    """
    path = find_object(files, digest)
    if path is None:
        raise _missing(files, digest)
    return path


def read_object(files: Files, digest: str) -> bytes:
    """The bytes of an object, checked against its name.

    Raises: StoreError STOR-007 when it is not there, STOR-006 when its bytes are not those that were put.
    """
    path = locate_object(files, digest)
    try:
        data = files.read(path)
    except FileNotFoundError:
        raise _missing(files, digest) from None
    if sha256(data) != digest:
        raise StoreError(
            "STOR-006",
            "an object was changed after it was written",
            files.locate(path),
            "restore it from a copy, or build the snapshot again",
        )
    return data


def open_object(files: Files, digest: str) -> BinaryIO:
    """An object as a file to read from; its bytes are not checked. Raises: StoreError STOR-007 when it is not there."""
    try:
        return files.open(locate_object(files, digest))
    except FileNotFoundError:
        raise _missing(files, digest) from None


def _missing(files: Files, digest: str) -> StoreError:
    return StoreError(
        "STOR-007",
        f"the store does not hold object {digest}",
        files.where,
        "check the digest; if a snapshot refers to it, restore it from a copy or build the snapshot again",
    )
