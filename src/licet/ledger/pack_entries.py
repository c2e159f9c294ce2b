"""The entries that name a policy: one that is announced, or is in force from there on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from licet.ledger.entries import Entry, EntryKind


@dataclass(frozen=True, slots=True)
class PackEntry:
    """index, recorded_at, kind: the entry's. pack: its id. file: its text, beside the ledger."""

    index: int
    recorded_at: datetime
    kind: EntryKind
    pack: str
    version: str
    digest: str
    file: str

    @property
    def is_announced(self) -> bool:
        """Whether it is only to come, as far as this entry says."""
        return self.kind is EntryKind.PACK_ANNOUNCED


def read_pack_entries(entries: Iterable[Entry]) -> list[PackEntry]:
    """Of entries that name packs; one that lost its payload names none."""
    return [
        PackEntry(
            entry.index, entry.recorded_at, entry.kind,
            *(str(entry.payload[name]) for name in ("pack", "version", "digest", "file")),
        )
        for entry in entries
        if entry.payload is not None
    ]  # fmt: skip
