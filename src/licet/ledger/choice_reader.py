"""The as-of questions: where every subject stood after the first so many entries.

Every answer takes a position and reads only entries below it, so the past answers as it did; the one thing that
changes an answer about the past is an erasure, after which only the noes that stood are known, from the entries on
that they were said in. Those stand in the same tables under the person's mark, and a question about a person asks for
both. What several rows must agree on is read in one statement.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from licet.ledger.choices import CHOICES_TABLE, SIGNALS_TABLE, Choice, Known, Stances
from licet.ledger.entries import from_microseconds
from licet.ledger.entry_reader import NO_END
from licet.ledger.pack_numbers import MOST_PACKS, PACK_BITS, PackNumbers
from licet.ledger.storage import Storage
from licet.ledger.tombstones import BEYOND_MARKS, FIRST_MARK, Marks, is_mark
from licet.terms import ChoiceState, LedgerError

if TYPE_CHECKING:
    from sqlalchemy import Table

#: Rows read from the database at a time; bounds the Python objects alive at once.
_BATCH_ROWS = 65_536
#: Subjects asked for in one statement.
_SUBJECTS_AT_ONCE = 500

# `is_on` is 0 or 1, so one maximum over twice the entry plus it finds the latest row and its value together, in
# any database, in one pass over the primary key; the number of the pack stands below both. Id and mark of one person
# are asked about in one.
_LATEST_SIGNAL = "MAX(entry * 2 + is_on)"
_LATEST_CHOICE = f"MAX((entry * 2 + is_on) * {1 << PACK_BITS} + pack)"
_CHOICES_UNDER = (
    f"SELECT setting, category, {_LATEST_CHOICE} AS latest, MAX(is_on) AS ever_on, MAX(1 - is_on) AS ever_off "
    "FROM choices WHERE subject = ? AND entry < ? GROUP BY setting, category"
)
# One after the other and not by IN, which SQLite would sort.
_CHOICES_OF = f"""
    SELECT found.setting, found.category, found.latest, found.ever_on, found.ever_off, entries.recorded_at_us
    FROM ({_CHOICES_UNDER} UNION ALL {_CHOICES_UNDER}) AS found
    JOIN entries ON entries.idx = found.latest >> {PACK_BITS + 1}
"""
_SIGNALS_UNDER = (
    f"SELECT signal, {_LATEST_SIGNAL} AS latest FROM signals WHERE subject = ? AND entry < ? GROUP BY signal"
)
_SIGNALS_OF = f"{_SIGNALS_UNDER} UNION ALL {_SIGNALS_UNDER}"

#: Where somebody known by either of two names stands now: setting, category, whether it is a yes and under which pack
#: (a number, 0 for none), and the entry of the last no, -1 for none; of a signal twice the entry plus 1 for a yes.
LATEST_CHOICES = f"""
    SELECT setting, category, (latest >> {PACK_BITS}) & 1, latest & {MOST_PACKS}, last_no
    FROM (SELECT setting, category, {_LATEST_CHOICE} AS latest,
                 MAX(CASE WHEN is_on = 0 THEN entry ELSE -1 END) AS last_no
          FROM choices WHERE subject IN (?, ?) GROUP BY setting, category) AS found
    ORDER BY setting, category
"""
LATEST_SIGNALS = (
    f"SELECT signal, {_LATEST_SIGNAL} FROM signals WHERE subject IN (?, ?) GROUP BY signal ORDER BY signal"
)

#: Whether anybody left noes or signals behind: marks lie side by side in the order of the keys.
_IS_ANY_MARK = (
    f"(EXISTS (SELECT 1 FROM choices WHERE subject >= '{FIRST_MARK}' AND subject < '{BEYOND_MARKS}') "
    f"OR EXISTS (SELECT 1 FROM signals WHERE subject >= '{FIRST_MARK}' AND subject < '{BEYOND_MARKS}'))"
)

#: How far the ledger goes, and where somebody stands, all of it in one state: setting, category and the latest choice,
#: below it whether it was ever on and ever off; signal, no category, and the latest; neither, and the last entry. Three
#: columns, since three more take a fifth of the time. By id and mark as of a position; by the id alone as of now, which
#: is all there is to ask about where nobody left a mark, and the ledger's own row says so of the very same state.
_EVER_BITS, _EVER = 2, 3
_STANCE_UNDER = (
    f"SELECT setting, category, {_LATEST_CHOICE} * {1 << _EVER_BITS} + MAX(is_on) * 2 + MAX(1 - is_on) "
    "FROM choices WHERE subject = ?{} GROUP BY setting, category"
)
_SENT_UNDER = f"SELECT signal, NULL, {_LATEST_SIGNAL} FROM signals WHERE subject = ?{{}} GROUP BY signal"
_THEN = tuple(
    one.format(" AND entry < ?") for one in (_STANCE_UNDER, _STANCE_UNDER, _SENT_UNDER, _SENT_UNDER)
)
_STANCES_OF = " UNION ALL ".join(
    ("SELECT NULL AS name, NULL AS category, MAX(idx) AS latest FROM entries", *_THEN)
)
_STANCES_BY_ID = " UNION ALL ".join(
    (
        f"SELECT NULL AS name, CASE WHEN {_IS_ANY_MARK} THEN 'marked' END AS category, MAX(idx) AS latest FROM entries",
        _STANCE_UNDER.format(""),
        _SENT_UNDER.format(""),
    )
)

_CHANGED = (
    "SELECT subject FROM entries "  # told apart here: SQLite takes as long for that as for all else
    "WHERE idx >= ? AND idx < ? AND kind IN ('choice', 'signal', 'record_choice') AND subject IS NOT NULL"
)
_ERASED = "SELECT idx FROM entries WHERE kind = 'erasure' AND idx >= ? ORDER BY idx LIMIT 1"

#: What is told of each subject and setting.
_TOLD = ("latest", "ever_on", "ever_off")


def read_choices(
    storage: Storage,
    packs_to: Callable[[int], PackNumbers],
    subject: str,
    position: int,
    marks: Marks | None,
) -> list[Choice]:
    """The latest choice of a subject for each setting and category, by setting, the whole setting first.

    packs_to: the packs that the ledger names, up to a number at least.
    """
    mark = _mark(storage, subject, marks)
    stands: dict[tuple[str, str], tuple[int, int, int, int]] = {}
    for setting, category, *stand in storage.fetch(_CHOICES_OF, (subject, position, mark, position)):
        latest, ever_on, ever_off, at_us = stand
        if (before := stands.get((setting, category))) is not None:
            ever_on, ever_off = max(ever_on, before[1]), max(ever_off, before[2])
            latest, *_, at_us = max(before, (latest, ever_on, ever_off, at_us))
        stands[setting, category] = latest, ever_on, ever_off, at_us
    found = []
    for (setting, category), (latest, ever_on, ever_off, at_us) in sorted(stands.items()):
        pack, last = latest & MOST_PACKS, latest >> PACK_BITS
        found.append(
            Choice(
                setting,
                category or None,
                "on" if last & 1 else "off",
                _state(last & 1, ever_on, ever_off),
                last >> 1,
                from_microseconds(at_us),
                packs_to(pack).digest(pack),
            )
        )
    return found


def read_stances(
    storage: Storage,
    packs_to: Callable[[int], PackNumbers],
    subject: str,
    position: int | None,
    marks: Marks | None,
) -> Stances:
    """Where a subject stands, as of a position or of now, by one statement."""
    mark, end = _mark(storage, subject, marks), NO_END if position is None else position
    stances = _stances(
        storage.fetch(_STANCES_OF, (subject, end, mark, end, subject, end, mark, end)), packs_to
    )
    assert stances is not None
    return stances if position is None else stances._replace(position=position)


def read_stances_by_id(
    storage: Storage, packs_to: Callable[[int], PackNumbers], subject: str
) -> Stances | None:
    """Where a subject stands now; None where somebody left a mark, as it may be theirs: then ask for both."""
    return _stances(storage.fetch(_STANCES_BY_ID, (subject, subject)), packs_to)


def _stances(rows: list[tuple[Any, ...]], packs_to: Callable[[int], PackNumbers]) -> Stances | None:
    size = 0
    stands: dict[tuple[str, str | None], int] = {}
    for name, category, latest in rows:
        if name is None:
            if category is not None:
                return None
            size = 0 if latest is None else latest + 1
            continue
        before = stands.get((name, category))
        if before is not None:
            ever = 0 if category is None else (latest | before) & _EVER
            latest = max(latest, before) | ever
        stands[name, category] = latest
    stances, sent = Stances.none(size), []
    for (name, category), latest in stands.items():
        if category is None:
            sent += [name] if latest & 1 else []
        else:
            last, ever = latest >> _EVER_BITS, latest & _EVER
            pack = last & MOST_PACKS
            state = _state(last >> PACK_BITS & 1, ever >> 1, ever & 1)
            stances.take(name, category, state, packs_to(pack).digest(pack))
    return stances._replace(signals=frozenset(sent)) if sent else stances


def read_signals(storage: Storage, subject: str, position: int, marks: Marks | None) -> frozenset[str]:
    """The signals a subject sends."""
    mark = _mark(storage, subject, marks)
    stands: dict[str, int] = {}
    for signal, latest in storage.fetch(_SIGNALS_OF, (subject, position, mark, position)):
        stands[signal] = max(latest, stands.get(signal, 0))
    return frozenset(signal for signal, latest in stands.items() if latest & 1)


def read_choices_table(
    storage: Storage,
    packs_to: Callable[[int], PackNumbers],
    position: int,
    marks: Marks | None,
    subjects: Collection[str] | None = None,
    known: Known | None = None,
) -> pa.Table:
    """Every subject's latest choices, or those of some, one row a subject, setting and category, in that order."""
    import pyarrow.compute as pc  # late: a decision needs none of it, and it takes a tenth of its start

    from licet.ledger.ledger_schema import CHOICES  # late: who asks about one subject needs no SQLAlchemy

    told = _latest(
        storage, CHOICES, ("setting", "category"), position, marks, subjects, known
    ).combine_chunks()
    latest, category = told["latest"], told["category"]
    last, packs = pc.shift_right(latest, PACK_BITS), pc.bit_wise_and(latest, MOST_PACKS).cast(pa.int32())
    is_on = pc.equal(pc.bit_wise_and(last, 1), 1)
    refusal = pc.if_else(pc.equal(told["ever_on"], 1), str(ChoiceState.WITHDRAWN), str(ChoiceState.REFUSED))
    consent = pc.if_else(pc.equal(told["ever_off"], 1), str(ChoiceState.GIVEN_AGAIN), str(ChoiceState.GIVEN))
    digests = pa.array(packs_to(pc.max(packs).as_py() or 0).digests(), pa.string())
    return pa.Table.from_arrays(
        [
            told["subject"],
            told["setting"],
            pc.if_else(pc.equal(category, ""), pa.scalar(None, pa.string()), category),
            pc.if_else(is_on, "on", "off"),
            pc.if_else(is_on, consent, refusal),
            pc.shift_right(last, 1),
            _bound(packs.combine_chunks(), digests),
        ],
        schema=CHOICES_TABLE,
    )


def _bound(numbers: pa.Array, digests: pa.Array) -> pa.DictionaryArray:
    """The packs of these numbers; null for 0, and for one that no entry gives."""
    import pyarrow.compute as pc

    known = pc.and_(pc.greater(numbers, 0), pc.less_equal(numbers, len(digests)))
    indices = pc.if_else(known, pc.subtract(numbers, 1), pa.scalar(None, pa.int32()))
    return pa.DictionaryArray.from_arrays(indices.cast(pa.int32()), digests)


def read_signals_table(
    storage: Storage,
    position: int,
    marks: Marks | None,
    subjects: Collection[str] | None = None,
    known: Known | None = None,
) -> pa.Table:
    """Every signal that is being sent, or those of some, one row a subject and signal, in that order."""
    import pyarrow.compute as pc

    from licet.ledger.ledger_schema import SIGNALS

    told = _latest(storage, SIGNALS, ("signal",), position, marks, subjects, known)
    sent = told.filter(pc.equal(pc.bit_wise_and(told["latest"], 1), 1))
    return sent.select(["subject", "signal"]).cast(SIGNALS_TABLE)


def read_changed_subjects(storage: Storage, since: int, until: int) -> set[str]:
    """Subjects with a choice or a signal among entries `since` (included) to `until` (not), of one record or all."""
    return {subject for (subject,) in storage.fetch(_CHANGED, (since, until))}


def has_erasure_since(storage: Storage, since: int) -> bool:
    """Whether an entry at `since` or after it records an erasure."""
    return bool(storage.fetch(_ERASED, (since,)))


def _latest(
    storage: Storage,
    table: Table,
    names: tuple[str, ...],
    position: int,
    marks: Marks | None,
    subjects: Collection[str] | None,
    known: Known | None,
) -> pa.Table:
    """The latest row of a table for each subject and the named columns, ordered by these.

    Returns: those columns, `latest` (twice the entry plus 1 for a yes; of a choice with its pack below), `ever_on`,
    `ever_off`.
    Who was erased comes under their id.
    """
    import pyarrow.compute as pc

    if subjects is not None:
        told = _of_some(storage, table, names, position, subjects)
        # Looked for afterwards: whoever was erased meanwhile left no row under their id, and a mark.
        if not _any_mark(storage):
            return told
        by_mark = {_known_marks(storage, marks).of(subject): subject for subject in subjects}
        both = _of_some(storage, table, names, position, {*subjects, *by_mark})
        return _under_ids(both, names, by_mark)
    told = _of_everybody(storage, table, names, position)
    alike = told["subject"].filter(pc.starts_with(told["subject"], FIRST_MARK))
    wanted = frozenset(filter(is_mark, pc.unique(alike).to_pylist()))
    if not wanted:
        return told
    if known is None:
        raise LedgerError(
            "LEDG-151",
            "somebody was erased, and whose noes still stand cannot be told without the ids to look for",
            storage.place,
            "ask about subjects by id, or say who is known",
        )
    by_mark = _known_marks(storage, marks).among(known(), wanted)
    nobodys = pa.array(wanted - by_mark.keys(), pa.string())
    return _under_ids(told.filter(pc.invert(pc.is_in(told["subject"], nobodys))), names, by_mark)


def _of_everybody(storage: Storage, table: Table, names: tuple[str, ...], position: int) -> pa.Table:
    from sqlalchemy import func, literal_column, select

    keys = [table.c.subject, *(table.c[name] for name in names)]
    latest = (
        select(
            *keys,
            literal_column(_newest(table.name)),
            func.max(table.c.is_on),
            func.max(literal_column("1 - is_on")),
        )
        .where(table.c.entry < position)
        .group_by(*keys)
        .order_by(*keys)
    )
    return _told(names, storage.batches(latest, _BATCH_ROWS))


def _of_some(
    storage: Storage, table: Table, names: tuple[str, ...], position: int, subjects: Collection[str]
) -> pa.Table:
    """As of everybody, a few hundred of them at a time."""
    if not storage.fetch(f"SELECT EXISTS (SELECT 1 FROM {table.name})")[0][0]:
        return _told(names, ())  # most ledgers have no signal at all
    ordered = sorted(subjects)
    parts = (
        ordered[start : start + _SUBJECTS_AT_ONCE] for start in range(0, len(ordered), _SUBJECTS_AT_ONCE)
    )
    # Plain SQL: putting the question together through SQLAlchemy would take twice as long as its answer.
    return _told(
        names,
        (storage.fetch(_latest_of(table.name, names, len(some)), (position, *some)) for some in parts),
    )


@functools.cache
def _latest_of(table: str, names: tuple[str, ...], count: int) -> str:
    keys = ", ".join(("subject", *names))
    return (
        f"SELECT {keys}, {_newest(table)}, MAX(is_on), MAX(1 - is_on) FROM {table} "
        f"WHERE entry < ? AND subject IN ({','.join('?' * count)}) GROUP BY {keys} ORDER BY {keys}"
    )


def _newest(table: str) -> str:
    return _LATEST_CHOICE if table == "choices" else _LATEST_SIGNAL


def _told(names: tuple[str, ...], parts: Iterable[list[tuple[Any, ...]]]) -> pa.Table:
    fields = [pa.field(name, pa.string()) for name in ("subject", *names)]
    schema = pa.schema([*fields, *(pa.field(name, pa.int64()) for name in _TOLD)])
    batches = [
        pa.record_batch(
            [
                pa.array(values, field.type)
                for values, field in zip(zip(*rows, strict=True), schema, strict=True)
            ],
            schema=schema,
        )
        for rows in parts
        if rows
    ]
    return pa.Table.from_batches(batches, schema)


def _under_ids(told: pa.Table, names: tuple[str, ...], by_mark: Mapping[str, str]) -> pa.Table:
    """The same with each mark's rows among those of its id, the later of both where both say something."""
    import pyarrow.compute as pc

    subject = told["subject"].combine_chunks()
    found = pc.index_in(subject, pa.array(by_mark.keys(), pa.string()))
    ids = pa.array(by_mark.values(), pa.string()).take(found)
    keys = ["subject", *names]
    named = told.set_column(0, "subject", pc.coalesce(ids, subject))
    merged = named.group_by(keys, use_threads=False).aggregate([(name, "max") for name in _TOLD])
    return merged.rename_columns([*keys, *_TOLD]).sort_by([(key, "ascending") for key in keys])


def _any_mark(storage: Storage) -> bool:
    return bool(storage.fetch(f"SELECT {_IS_ANY_MARK}")[0][0])


def _mark(storage: Storage, subject: str, marks: Marks | None) -> str:
    if marks is not None:
        return marks.of(subject)
    return subject if not _any_mark(storage) else _known_marks(storage, marks).of(subject)


def _known_marks(storage: Storage, marks: Marks | None) -> Marks:
    if marks is None:
        raise LedgerError(
            "LEDG-150",
            "somebody was erased, and whose noes still stand only the ledger's own key can tell",
            storage.place,
            "open the ledger with its signer; read only will do",
        )
    return marks


def _state(is_on: int, ever_on: int, ever_off: int) -> ChoiceState:
    if is_on:
        return ChoiceState.GIVEN_AGAIN if ever_off else ChoiceState.GIVEN
    return ChoiceState.WITHDRAWN if ever_on else ChoiceState.REFUSED
