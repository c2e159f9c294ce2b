"""The packs that a ledger's entries name, numbered from 1 in the order in which they were first named.

A choice is bound to the pack it was given under. Its row holds that pack's number instead of 64 digits, so that one
maximum finds the latest choice, its value and its pack together; 0 stands for a pack that no earlier entry names, and
what is bound to it speaks for nothing. Numbers follow from the entries alone, so verification holds the rows to them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from licet.ledger.entries import EntryKind
from licet.ledger.storage import Storage

#: A row's pack takes the lowest bits of a number that has 63; the pack after the last is bound to nothing.
PACK_BITS = 20
MOST_PACKS = (1 << PACK_BITS) - 1
FIRST_PACK = 1

#: The kinds whose entries name a pack.
NAMING = (EntryKind.PACK_IN_FORCE, EntryKind.PACK_ANNOUNCED)

#: Entries that name packs, from one on. They are never erased: they have no subject.
NAMING_ENTRIES = """
    SELECT idx, payload FROM entries
    WHERE kind IN ('pack_in_force', 'pack_announced') AND idx >= ? ORDER BY idx
"""


class PackNumbers:
    """The numbers of the packs named by the first `read_to` entries."""

    def __init__(self, digests: Iterable[str] = (), read_to: int = 0) -> None:
        self._digests = list(digests)
        self._numbers = {digest: number for number, digest in enumerate(self._digests, 1)}
        self.read_to = read_to

    def copy(self) -> PackNumbers:
        return PackNumbers(self._digests, self.read_to)

    def take(self, rows: Iterable[tuple[int, bytes | None]]) -> None:
        """Take in entries as `NAMING_ENTRIES` reads them."""
        for index, payload_json in rows:
            if payload_json is not None:
                self.name(json.loads(payload_json))
            self.read_to = max(self.read_to, index + 1)

    def name(self, payload: Mapping[str, Any]) -> None:
        """An entry names a pack."""
        digest = payload.get("digest")
        if isinstance(digest, str) and digest not in self._numbers and len(self._digests) < MOST_PACKS:
            self._digests.append(digest)
            self._numbers[digest] = len(self._digests)

    def knows(self, payload: Mapping[str, Any]) -> bool:
        """Whether the number of a choice's pack is settled."""
        return payload.get("pack") is None or self.number(payload) > 0

    def number(self, payload: Mapping[str, Any]) -> int:
        """The number of the pack under which a choice was given; 0 where no entry before it names that pack."""
        digest = payload.get("pack")
        return self._numbers.get(digest, 0) if isinstance(digest, str) else 0

    def digest(self, number: int) -> str | None:
        """The pack of a number; None for 0, and for one that no entry gives."""
        return self._digests[number - 1] if 0 < number <= len(self._digests) else None

    def digests(self) -> list[str]:
        """Every pack, in the order of the numbers."""
        return [*self._digests]

    def follow(self, storage: Storage, number: int) -> PackNumbers:
        """Numbers that go at least as far as `number`: these, or new ones where the ledger named more packs since."""
        if number <= len(self._digests):
            return self
        later = self.copy()
        later.take(storage.fetch(NAMING_ENTRIES, (self.read_to,)))
        return later
