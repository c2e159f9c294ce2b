"""The writer lock: one writer for one store.

On a local disk it is the kernel's (flock): it goes when its holder dies, however it dies. On other file
systems it is an object made only if absent; when its holder dies it stays, and a person who knows that
nobody is writing breaks it. Readers never need it.
"""

from __future__ import annotations

import fcntl
import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from licet.store.storage_errors import io_trouble
from licet.terms import StoreError


@contextmanager
def hold_local(path: Path, mode: int) -> Iterator[None]:
    """Hold the lock file at `path`.

    Raises: StoreError STOR-005 at once, naming the process that holds it.
    """
    with io_trouble(str(path)):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, mode)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 200, 0)
        os.close(descriptor)
        raise _held(holder, str(path), "wait until it ends, or stop it") from None
    try:
        with suppress(
            OSError
        ):  # who holds it is a courtesy; a full disk must not keep anyone from freeing it
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, _holder(), 0)
        yield
    finally:
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
        os.close(descriptor)


@contextmanager
def hold_remote(fs: Any, path: str) -> Iterator[None]:
    """Hold the lock object at `path` of an fsspec file system.

    Raises: StoreError STOR-005 when it is there already, STOR-019 when the file system cannot make an object
    only if absent.
    """
    token = _holder() + b" " + uuid.uuid4().hex.encode()
    fix = "wait until it ends; if it died, call Store.break_lock()"
    try:
        with io_trouble(path):
            fs.makedirs(fs._parent(path), exist_ok=True)
            fs.pipe_file(path, token, mode="create")
    except StoreError as error:
        if isinstance(error.__cause__, FileExistsError):
            with suppress(FileNotFoundError):
                raise _held(fs.cat_file(path), path, fix) from None
            raise _held(b"", path, fix) from None
        raise
    except (NotImplementedError, TypeError, ValueError) as error:
        raise StoreError(
            "STOR-019",
            "this file system cannot make a file only if it is absent, so writers cannot be told apart",
            path,
            "keep the store on a local disk or an object store with conditional writes",
        ) from error
    # Some file systems accept the mode and ignore it: whoever wrote last then holds the lock, and we look.
    if fs.cat_file(path) != token:
        raise _held(fs.cat_file(path), path, fix)
    try:
        yield
    finally:
        with suppress(FileNotFoundError):
            fs.rm_file(path)


def _holder() -> bytes:
    return f"process {os.getpid()} on {socket.gethostname()}".encode()


def _held(holder: bytes, where: str, fix: str) -> StoreError:
    words = holder.decode(errors="replace").split()
    name = " ".join(words[:4]) or "another process"
    if words[1:2] == [str(os.getpid())] and words[3:4] == [socket.gethostname()]:
        name += " (this one)"
    return StoreError("STOR-005", f"the store is being written by {name}", where, fix)
