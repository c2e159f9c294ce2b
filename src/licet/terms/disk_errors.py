"""The disk's own refusals, told as one clear error: full, read-only, not permitted."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from licet.terms import AppError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED = {errno.EROFS, errno.EACCES, errno.EPERM}


@contextmanager
def clear_disk_errors(doing: str) -> Iterator[None]:
    """Raise AppError APP-020 for a full disk, APP-021 for one we may not write to, APP-022 for the rest."""
    try:
        yield
    except OSError as error:
        where = str(error.filename or "")
        if error.errno in _FULL:
            raise AppError(
                "APP-020", f"the disk is full while {doing}", where, "make room and run the command again"
            ) from error
        if error.errno in _CLOSED:
            raise AppError(
                "APP-021", f"not allowed to write while {doing}", where, "check the folder's permissions"
            ) from error
        raise AppError(
            "APP-022",
            f"{error.strerror or error} while {doing}",
            where,
            "check the path and run the command again",
        ) from error
