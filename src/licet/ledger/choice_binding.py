"""Ledgers from before a choice said which pack it is bound to: their rows are told it from the entries, once.

Guarantees that a ledger which is opened has the column, filled as verification wants it, or is left as it was. Only
who may change the table can add one: its owner, with the ledger's key.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from licet.ledger.entries import ChoiceRow, EntryKind, choice_row
from licet.ledger.pack_numbers import PackNumbers
from licet.ledger.storage import Storage
from licet.terms import LedgerError

if TYPE_CHECKING:
    from sqlalchemy import Connection

_PROBE = "SELECT pack FROM choices LIMIT 1"
_ENTRIES = """
    SELECT idx, kind, subject, payload FROM entries
    WHERE idx > ? AND kind IN ('choice', 'pack_in_force', 'pack_announced') ORDER BY idx LIMIT 10000
"""


def refuse_unbound(storage: Storage, writable: bool) -> None:
    """Give a ledger the column that it lacks. Raises: LedgerError LEDG-140 when it lacks it and cannot be given it."""
    try:
        storage.fetch(_PROBE)
    except LedgerError as missing:
        storage.fetch("SELECT entry FROM choices LIMIT 1")  # what else is wrong is told as what it is
        try:
            if not writable:
                raise
            with storage.writing() as connection:
                _bind(storage, connection)
        except LedgerError:
            raise LedgerError(
                "LEDG-140",
                "the ledger was made by an earlier licet, and does not say under which policy a choice was made",
                storage.place,
                "open it once with its key, on PostgreSQL as its owner; nothing was changed",
            ) from missing


def _bind(storage: Storage, connection: Connection) -> None:
    from licet.ledger.ledger_schema import CHOICES

    connection.exec_driver_sql("ALTER TABLE choices ADD COLUMN pack BIGINT NOT NULL DEFAULT 0")
    packs, last = PackNumbers(), -1
    while rows := storage.ask(connection, _ENTRIES, (last,)):
        last = rows[-1][0]
        for index, kind, subject, payload_json in rows:
            payload = {} if payload_json is None else json.loads(payload_json)
            if kind != EntryKind.CHOICE:
                packs.name(payload)
            elif number := packs.number(payload):
                row = ChoiceRow(*choice_row(subject, payload, index, number))
                connection.execute(
                    CHOICES.update()
                    .where(
                        CHOICES.c.subject == row.subject,
                        CHOICES.c.setting == row.setting,
                        CHOICES.c.category == row.category,
                        CHOICES.c.entry == row.entry,
                    )
                    .values(pack=number)
                )
