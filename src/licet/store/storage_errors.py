"""What the file system says, in plain words: one place where an OSError becomes a StoreError.

FileNotFoundError passes through: whether something missing is an error is for the caller to say.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from licet.terms import StoreError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def io_trouble(where: str) -> Iterator[None]:
    """Turn the trouble of the block into a StoreError that names `where`.

    Raises: StoreError STOR-004 when there is no room left, STOR-014 for every other refusal of the file system.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in _FULL:
            raise StoreError(
                "STOR-004",
                f"there is no room to write ({error.strerror})",
                where,
                "free some space or raise the quota, then run it again; what was published before is whole",
            ) from error
        raise StoreError(
            "STOR-014",
            f"the file system refused ({error.strerror or error})",
            where,
            "check that the folder exists, is yours to use and its disk is well",
        ) from error
