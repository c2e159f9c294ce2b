"""The entry that says which entries were erased, and what goes on of whoever they were about.

It names nobody. What goes on are the noes and signals that stood, under a mark (`tombstones`); those of settings and
signals stand in the tables, too, and those to single records here alone.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from licet.ledger.entries import SALT_BYTES, ChoiceRow, EntryKind, Prepared, SignalRow, commit
from licet.terms.canonical import JsonObject, canonical_json


@dataclass(frozen=True, slots=True)
class LeftNo:
    """A no that goes on since the entry that it was said in. category: None where it is to the whole setting."""

    setting: str
    category: str | None
    entry: int


@dataclass(frozen=True, slots=True)
class LeftSignal:
    """A signal that is still being sent, since the entry that it was sent in."""

    signal: str
    entry: int


@dataclass(frozen=True, slots=True)
class LeftRecordNo:
    """A no to one record. record: the mark of its key, see `Marks.of_record`. setting: None for every use."""

    table: str
    record: str
    setting: str | None
    entry: int


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What goes on under a mark since one erasure; an earlier one may have left more."""

    mark: str
    refused: tuple[LeftNo, ...]
    signals: tuple[LeftSignal, ...]
    records: tuple[LeftRecordNo, ...] = ()

    def choice_rows(self) -> list[ChoiceRow]:
        """The rows that it leaves in the table of choices."""
        return [ChoiceRow(self.mark, no.setting, no.category or "", no.entry, 0, 0) for no in self.refused]

    def signal_rows(self) -> list[SignalRow]:
        """The rows that it leaves in the table of signals."""
        return [SignalRow(self.mark, sent.signal, sent.entry, 1) for sent in self.signals]


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure's entry says. erased: the entries' numbers. tombstone: None where nothing goes on."""

    erased: tuple[int, ...]
    tombstone: Tombstone | None = None

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> Erasure:
        """Raises: KeyError or TypeError for a payload that no erasure has."""
        left = payload.get("tombstone")
        return cls(
            tuple(payload.get("erased", ())),
            None
            if left is None
            else Tombstone(
                left["mark"],
                tuple(LeftNo(**no) for no in left["refused"]),
                tuple(LeftSignal(**sent) for sent in left["signals"]),
                tuple(LeftRecordNo(**no) for no in left.get("records", ())),
            ),
        )

    def as_payload(self) -> JsonObject:
        payload: JsonObject = {"erased": list(self.erased)}
        if (left := self.tombstone) is not None:
            payload["tombstone"] = {
                "mark": left.mark,
                "refused": [asdict(no) for no in left.refused],
                "signals": [asdict(sent) for sent in left.signals],
                **({"records": [asdict(no) for no in left.records]} if left.records else {}),
            }
        return payload

    def prepare(self) -> Prepared:
        """The entry, committed to."""
        payload, salt = self.as_payload(), os.urandom(SALT_BYTES)
        said = canonical_json(payload)
        return Prepared(EntryKind.ERASURE, None, payload, said, salt, commit(salt, said, None))
