"""Names that give nobody away: document ids and buckets, both under a secret of the corpus' own.

Without the secret neither can be turned back or guessed; with it they are the same on every build, which
is what makes an update equal a rebuild.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

_ID_BYTES = 16


def _keyed(secret: bytes, purpose: bytes, text: str, size: int) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=size, key=secret, person=purpose).digest()


def document_ids(secret: bytes, kind: str, keys: Iterable[str]) -> list[str]:
    """A stable opaque id per (kind, key of the row or group)."""
    return [_keyed(secret, b"licet document", f"{kind}\x00{key}", _ID_BYTES).hex() for key in keys]


def bucket_numbers(secret: bytes, owners: Iterable[str], buckets: int) -> list[int]:
    """Which file each owner's documents lie in. An owner is a subject, or a group of rows."""
    return [int.from_bytes(_keyed(secret, b"licet bucket", owner, 8), "big") % buckets for owner in owners]
