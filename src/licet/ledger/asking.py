"""The as-of questions: where every subject stood after the first so many entries.

Every answer takes a position and reads only entries below it, so the past answers as it did; the one thing that
changes an answer about the past is an erasure, after which the subject is someone who was never asked. What
several rows must agree on is read in one statement.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Select, func, select

from licet.ledger.entries import EntryKind, from_microseconds
from licet.ledger.schema import CHOICES, ENTRIES, SIGNALS
from licet.ledger.storage import Storage
from licet.terms import ChoiceState

#: Rows read from the database at a time; bounds the Python objects alive at once.
_BATCH_ROWS = 65_536
#: Subjects asked for in one statement.
_SUBJECTS_AT_ONCE = 500

CHOICES_TABLE = pa.schema(
    [
        pa.field("subject", pa.string(), nullable=False),
        pa.field("setting", pa.string(), nullable=False),
        pa.field("category", pa.string()),
        pa.field("value", pa.string(), nullable=False),
        pa.field("state", pa.string(), nullable=False),
        pa.field("entry", pa.int64(), nullable=False),
    ]
)

SIGNALS_TABLE = pa.schema(
    [pa.field("subject", pa.string(), nullable=False), pa.field("signal", pa.string(), nullable=False)]
)

# `is_on` is 0 or 1, so one maximum over twice the entry plus it finds the latest row and its value together, in
# any database, in one pass over the primary key.
_CHOICES_OF = """
    SELECT found.setting, found.category, found.latest, found.ever_on, entries.recorded_at_us
    FROM (
        SELECT setting, category, MAX(entry * 2 + is_on) AS latest, MAX(is_on) AS ever_on
        FROM choices WHERE subject = ? AND entry < ? GROUP BY setting, category
    ) AS found JOIN entries ON entries.idx = found.latest >> 1
    ORDER BY found.setting, found.category
"""
_SIGNALS_OF = (
    "SELECT signal, MAX(entry * 2 + is_on) FROM signals WHERE subject = ? AND entry < ? GROUP BY signal"
)
_LATEST = func.max(CHOICES.c.entry * 2 + CHOICES.c.is_on)
_LATEST_SIGNAL = func.max(SIGNALS.c.entry * 2 + SIGNALS.c.is_on)


@dataclass(frozen=True, slots=True)
class Choice:
    """Where a subject stands on a setting, or on one category under it. `entry` and `at` say since when."""

    setting: str
    category: str | None
    value: str
    state: ChoiceState
    entry: int
    at: datetime


def read_choices(storage: Storage, subject: str, position: int) -> list[Choice]:
    """The latest choice of a subject for each setting and category, by setting, the whole setting first."""
    return [
        Choice(
            setting,
            category or None,
            "on" if latest & 1 else "off",
            _state(latest & 1, ever_on),
            latest >> 1,
            from_microseconds(at_us),
        )
        for setting, category, latest, ever_on, at_us in storage.fetch(_CHOICES_OF, (subject, position))
    ]


def read_signals(storage: Storage, subject: str, position: int) -> frozenset[str]:
    """The signals a subject sends."""
    return frozenset(
        signal for signal, latest in storage.fetch(_SIGNALS_OF, (subject, position)) if latest & 1
    )


def read_choices_table(storage: Storage, position: int, subjects: Collection[str] | None = None) -> pa.Table:
    """Every subject's latest choices, or those of some, one row a subject, setting and category, in that order."""
    latest = (
        select(CHOICES.c.subject, CHOICES.c.setting, CHOICES.c.category, _LATEST, func.max(CHOICES.c.is_on))
        .where(CHOICES.c.entry < position)
        .group_by(CHOICES.c.subject, CHOICES.c.setting, CHOICES.c.category)
        .order_by(CHOICES.c.subject, CHOICES.c.setting, CHOICES.c.category)
    )
    batches = []
    columns = (
        _columns(storage, latest)
        if subjects is None
        else _columns_of(storage, _latest_choices_of, position, subjects)
    )
    for subject, setting, category, last, ever_on in columns:
        last_array, category_array = pa.array(last, pa.int64()), pa.array(category, pa.string())
        is_on = pc.equal(pc.bit_wise_and(last_array, 1), 1)
        was_on = pc.equal(pa.array(ever_on, pa.int64()), 1)
        refusal = pc.if_else(was_on, str(ChoiceState.WITHDRAWN), str(ChoiceState.REFUSED))
        batches.append(
            pa.record_batch(
                [
                    pa.array(subject, pa.string()),
                    pa.array(setting, pa.string()),
                    pc.if_else(pc.equal(category_array, ""), pa.scalar(None, pa.string()), category_array),
                    pc.if_else(is_on, "on", "off"),
                    pc.if_else(is_on, str(ChoiceState.GIVEN), refusal),
                    pc.shift_right(last_array, 1),
                ],
                schema=CHOICES_TABLE,
            )
        )
    return pa.Table.from_batches(batches, CHOICES_TABLE)


def read_signals_table(storage: Storage, position: int, subjects: Collection[str] | None = None) -> pa.Table:
    """Every signal that is being sent, or those of some, one row a subject and signal, in that order."""
    latest = (
        select(SIGNALS.c.subject, SIGNALS.c.signal)
        .where(SIGNALS.c.entry < position)
        .group_by(SIGNALS.c.subject, SIGNALS.c.signal)
        .having(_LATEST_SIGNAL.op("&")(1) == 1)
        .order_by(SIGNALS.c.subject, SIGNALS.c.signal)
    )
    told = (
        _columns(storage, latest)
        if subjects is None
        else _columns_of(storage, _latest_signals_of, position, subjects)
    )
    batches = [
        pa.record_batch([pa.array(column, pa.string()) for column in columns], schema=SIGNALS_TABLE)
        for columns in told
    ]
    return pa.Table.from_batches(batches, SIGNALS_TABLE)


def read_changed_subjects(storage: Storage, since: int, until: int) -> set[str]:
    """Subjects with a choice or a signal among entries `since` (included) to `until` (not)."""
    changed = (
        select(ENTRIES.c.subject)
        .distinct()
        .where(
            ENTRIES.c.idx >= since,
            ENTRIES.c.idx < until,
            ENTRIES.c.kind.in_([str(EntryKind.CHOICE), str(EntryKind.SIGNAL)]),
            ENTRIES.c.subject.is_not(None),
        )
    )
    with storage.reading() as connection:
        return set(connection.scalars(changed))


def has_erasure_since(storage: Storage, since: int) -> bool:
    """Whether an entry at `since` or after it records an erasure."""
    erasures = select(ENTRIES.c.idx).where(ENTRIES.c.idx >= since, ENTRIES.c.kind == str(EntryKind.ERASURE))
    with storage.reading() as connection:
        return connection.scalar(erasures.limit(1)) is not None


@functools.cache
def _latest_choices_of(count: int) -> str:
    return (
        "SELECT subject, setting, category, MAX(entry * 2 + is_on), MAX(is_on) FROM choices "
        f"WHERE entry < ? AND subject IN ({','.join('?' * count)}) "
        "GROUP BY subject, setting, category ORDER BY subject, setting, category"
    )


@functools.cache
def _latest_signals_of(count: int) -> str:
    return (
        f"SELECT subject, signal FROM signals WHERE entry < ? AND subject IN ({','.join('?' * count)}) "
        "GROUP BY subject, signal HAVING (MAX(entry * 2 + is_on) & 1) = 1 ORDER BY subject, signal"
    )


def _columns(storage: Storage, statement: Select[Any]) -> Iterator[tuple[tuple[Any, ...], ...]]:
    """The answer column by column, some rows at a time."""
    for rows in storage.batches(statement, _BATCH_ROWS):
        yield tuple(zip(*rows, strict=True))


def _columns_of(
    storage: Storage, statement: Callable[[int], str], position: int, subjects: Collection[str]
) -> Iterator[tuple[tuple[Any, ...], ...]]:
    """The answer about some subjects, a few hundred of them at a time. statement: for so many of them."""
    ordered = sorted(subjects)
    for start in range(0, len(ordered), _SUBJECTS_AT_ONCE):
        some = ordered[start : start + _SUBJECTS_AT_ONCE]
        # Plain SQL: putting the question together through SQLAlchemy would take twice as long as its answer.
        if rows := storage.fetch(statement(len(some)), (position, *some)):
            yield tuple(zip(*rows, strict=True))


def _state(is_on: int, ever_on: int) -> ChoiceState:
    if is_on:
        return ChoiceState.GIVEN
    return ChoiceState.WITHDRAWN if ever_on else ChoiceState.REFUSED
