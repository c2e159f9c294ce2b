"""Under which name the noes of somebody erased go on: a mark that only the ledger's key makes of an id.

A mark is an HMAC of the id under a key made of the signing key, so every process that may write to a ledger makes
the same marks, and nobody without that key can tell whose one is. In the tables of choices and signals a mark stands
where the id stood, and a later choice under the id itself takes precedence, setting by setting. No id may look like
a mark.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from hashlib import sha256

from licet.ledger.signed_notes import Signer

#: What a mark begins with, and the first text beyond every one that does, in the order of bytes.
FIRST_MARK, BEYOND_MARKS = "erased:", "erased;"

#: Whether anything stands under a mark; it is asked for twice.
UNDER_MARK = (
    "SELECT EXISTS (SELECT 1 FROM choices WHERE subject = ?) "
    "OR EXISTS (SELECT 1 FROM signals WHERE subject = ?)"
)

_MARK = re.compile(rf"{FIRST_MARK}[0-9a-f]{{64}}")

_BLOCK_BYTES = 64


def is_mark(subject: str) -> bool:
    """Whether a text has the form of a mark."""
    return subject.startswith(FIRST_MARK) and _MARK.fullmatch(subject) is not None


class Marks:
    """Makes marks. Any number of threads may share one."""

    def __init__(self, signer: Signer) -> None:
        block = signer.derive(b"licet tombstone").ljust(_BLOCK_BYTES, b"\x00")
        # HMAC-SHA-256 with the key's two blocks hashed once: half of what `hmac.digest` costs an id.
        self._inner = sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = sha256(bytes(byte ^ 0x5C for byte in block))
        #: The mark of an id, remembered a while: one decision asks for it twice.
        self.of = functools.lru_cache(maxsize=256)(self._make)

    def _make(self, subject: str) -> str:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(subject.encode("utf-8", "surrogatepass"))
        outer.update(inner.digest())
        return FIRST_MARK + outer.hexdigest()

    def of_record(self, table: str, key: str) -> str:
        """What stands for the key of a record that somebody erased said no to. No id holds a NUL, so none is alike."""
        return self._make(f"\x00{table}\x00{key}")

    def among(self, subjects: Iterable[str], wanted: frozenset[str]) -> dict[str, str]:
        """The ids among `subjects` that have one of the marks, by mark."""
        return {mark: subject for subject in subjects if (mark := self._make(subject)) in wanted}
