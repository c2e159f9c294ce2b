"""Somebody's own log of events as a table of a workspace: stamped Parquet, and what the catalogue says of it.

An event is kept once, however often the log has it, under a key made of what it says, so that it keeps its key when
the log grows. Rows that name nobody, no item or no moment are left out and counted. Where the workspace does not say
who its members are, those in the log are its members.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.sources.catalogue import Event, FactsTable, Location, Table, is_category, nearest
from licet.sources.event_files import EventColumns, form_of_events, read_events, stamps_of_events
from licet.sources.event_times import UNITS, moments_of
from licet.sources.import_report import FileOutcome, ImportReport, Progress, Unread
from licet.sources.parquet_files import write_table
from licet.terms import SourceError
from licet.terms.ids import is_id
from licet.terms.vocabulary import CATEGORIES, is_published_by_organisations

KEY, SUBJECT, ITEM, TIME = "event_id", "member_id", "item_id", "time"
MEMBERS = "members"
_KEY_LETTERS = 32
#: An item is listed for everybody from so many members on: what one did is nobody else's to see.
FEWEST_LISTED = 5

#: What a row may lack, in the order in which it is looked for, and what to do about it.
_LACKS = {
    SUBJECT: ("nobody did it", "give every row the id of who did it: text that is not empty, without NUL"),
    ITEM: ("it was done to nothing", "give every row the id of an item: text that is not empty, without NUL"),
    TIME: (
        "it has no moment",
        "write moments as 2026-03-01T09:30:00Z, or say --time-unit where they are numbers",
    ),
}


class EventLog(NamedTuple):
    """What is said of a log.

    at:          the moment of every event, where no column says it; time_unit: s, ms or us, of times that are numbers.
    items:       the table whose key the items are, where the workspace has one.
    items_are:   the kind of data that organisations publish of which the items are, as whoever imports them says: so
                 they are about nobody, and a table of them is written.
    region, age: of all the members, where the workspace has none yet.
    """

    name: str
    columns: EventColumns
    category: str
    form: str | None = None
    time_unit: str | None = None
    at: datetime | None = None
    items: str | None = None
    items_are: str | None = None
    region: str | None = None
    age: int | None = None

    @property
    def item_table(self) -> str | None:
        """The table of what there is to do something with, where there is one or will be."""
        return self.items if self.items_are is None else f"{self.name}_items"


class _Lacking(NamedTuple):
    """How many rows lack something, and which is the first, counted from 1."""

    rows: int
    first: int

    def in_words(self) -> str:
        return (
            f"row {self.first:,}" if self.rows == 1 else f"{self.rows:,} rows, the first row {self.first:,}"
        )


class _Read(NamedTuple):
    events: pa.Table
    lacking: dict[str, _Lacking]
    repeated: int


def import_event_log(
    path: Path, out_dir: Path, log: EventLog, *, with_members: bool, now: datetime, progress: Progress | None
) -> ImportReport:
    """Write a log's table to `out_dir`, and one of its members where `with_members` says that there is none.

    Raises: SourceError SRC-200 to SRC-204, SRC-163, SRC-017; SRC-013 for a column of another kind, as its file says.
    """
    _require_sense(log)
    read = _read(path, log, progress)
    target, events = out_dir / f"{log.name}.parquet", read.events
    write_table(target, events, dict.fromkeys(events.column_names, log.category))
    tables, counts = {log.name: _described(log, target, path.name)}, {log.name: events.num_rows}
    if with_members:
        people, place = pc.unique(events[SUBJECT]).sort(), out_dir / f"{MEMBERS}.parquet"
        write_table(place, pa.table({SUBJECT: people}), {SUBJECT: "profile"})
        counts[MEMBERS] = len(people)
        tables[MEMBERS] = Table(
            location=Location(parquet=str(place)), key=SUBJECT, subjects=(SUBJECT,), columns={SUBJECT: "profile"},
            visibility_is="private", source=f"whoever did something in {path.name}",
        )  # fmt: skip
    if log.items_are is not None:
        listed, place = _listed_items(events), out_dir / f"{log.item_table}.parquet"
        write_table(place, pa.table({ITEM: listed}), {ITEM: log.items_are})
        counts[str(log.item_table)] = len(listed)
        tables[str(log.item_table)] = Table(
            location=Location(parquet=str(place)), about="nobody", key=ITEM, columns={ITEM: log.items_are},
            visibility_is="public",
            source=f"what {FEWEST_LISTED} members or more did something with in {path.name}; about nobody, as was said",
        )  # fmt: skip
    unread = tuple(
        Unread(path.name, lack.in_words(), "; ".join(_LACKS[name])) for name, lack in read.lacking.items()
    )
    return ImportReport(
        tables, FactsTable(table=MEMBERS, subject=SUBJECT, region_is=log.region, age_is=log.age), counts,
        tuple(_notes(read, log, with_members, now)),
        (FileOutcome(path.name, "imported", log.name, events.num_rows),), unread,
    )  # fmt: skip


def _require_sense(log: EventLog) -> None:
    """Raises: SourceError SRC-203."""
    said = None
    if not is_category(log.category):
        close = nearest(log.category, CATEGORIES)
        said = f"there is no kind of data {log.category!r}", f"say --category {close or 'activity.views'}"
    elif not is_id(log.name) or log.name == MEMBERS:
        said = (
            f"{log.name!r} cannot name a table of events",
            "use lower-case letters, digits, _ . - for --table",
        )
    elif (log.columns.time is None) == (log.at is None):
        said = "an event has one moment", "say --time with a column, or --at with the moment of all of them"
    elif log.items_are is not None and (log.items or not is_published_by_organisations(log.items_are)):
        said = (
            "items are of a table that is there, or about nobody and of a kind that organisations publish",
            "say --items with a table, or --items-are with such a kind, as organisation.courses",
        )
    elif log.time_unit is not None and log.time_unit not in UNITS:
        said = f"there is no unit {log.time_unit!r} of time", f"one of: {', '.join(UNITS)}"
    elif len({*log.columns.named}) != len([name for name in log.columns if name is not None]):
        said = "one column is to say two things", "name different columns for --subject, --item and --time"
    if said is not None:
        raise SourceError("SRC-203", said[0], fix=said[1])


def _read(path: Path, log: EventLog, progress: Progress | None) -> _Read:
    """Every event once, in the order of its member's id and then of the log."""
    form = form_of_events(path, log.form)
    stamps = stamps_of_events(path, form, log.columns)
    other = next((stamp for stamp in stamps.values() if stamp != log.category), None)
    if other is not None:
        raise SourceError(
            "SRC-013", f"the file says that it holds {other}, which cannot be called {log.category}", str(path),
            f"say --category {other}: a label belongs to the bytes",
        )  # fmt: skip
    parts: list[pa.Table] = []
    lacking: dict[str, _Lacking] = {}
    rows = 0
    for part in read_events(path, form, log.columns, lambda done, of: _tell(progress, done, of)):
        parts.append(_whole_events(part, log, rows, lacking, path))
        rows += part.num_rows
    found = pa.concat_tables(parts) if parts else _NOTHING
    if found.num_rows == 0:
        why = _LACKS[next(iter(lacking))][0] if lacking else "there is none"
        raise SourceError(
            "SRC-204", f"of {rows:,} rows none says a whole event: {why}", str(path),
            "give each row a member, an item and a moment, in the columns that --subject, --item and --time name",
        )  # fmt: skip
    once = found.group_by([SUBJECT, ITEM, TIME], use_threads=False).aggregate([("row", "min")])
    once = once.sort_by([(SUBJECT, "ascending"), ("row_min", "ascending")])
    events = pa.table({KEY: _keys(once), **{name: once[name] for name in (SUBJECT, ITEM, TIME)}})
    return _Read(events, lacking, found.num_rows - events.num_rows)


_NOTHING = pa.table(
    {SUBJECT: pa.array([], pa.string()), ITEM: pa.array([], pa.string())}
    | {TIME: pa.array([], pa.timestamp("us", "UTC")), "row": pa.array([], pa.int64())}
)


def _tell(progress: Progress | None, done: int, of: int) -> None:
    if progress is not None:
        progress("events", done, of)


def _whole_events(
    part: pa.Table, log: EventLog, before: int, lacking: dict[str, _Lacking], path: Path
) -> pa.Table:
    """The rows of a part that say who, what and when, with their numbers; the others are counted."""
    length = part.num_rows
    if log.columns.time is None:
        times = pa.chunked_array([pa.array([log.at] * length, pa.timestamp("us", "UTC"))])
    else:
        times = moments_of(part[log.columns.time], log.time_unit, log.columns.time, path)
    table = pa.table({SUBJECT: part[log.columns.subject], ITEM: part[log.columns.item], TIME: times})
    is_whole = np.ones(length, dtype=bool)
    for name in _LACKS:
        is_there = _is_there(table[name])
        lacks = np.flatnonzero(is_whole & ~is_there)
        if len(lacks):
            known = lacking.get(name)
            first = before + int(lacks[0]) + 1 if known is None else known.first
            lacking[name] = _Lacking(len(lacks) + (0 if known is None else known.rows), first)
        is_whole &= is_there
    numbered = table.append_column("row", pa.array(np.arange(before, before + length)))
    return numbered.filter(pa.array(is_whole))


def _is_there(values: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether each is there; of text, whether it can be an id, as `terms.ids` has it."""
    told = pc.is_valid(values)
    if pa.types.is_string(values.type):
        fit = pc.and_(pc.not_equal(values, ""), pc.invert(pc.match_substring(values, "\0")))
        told = pc.and_(told, pc.fill_null(fit, False))
    return np.asarray(told.to_numpy(), dtype=np.bool_)


def _keys(events: pa.Table) -> pa.Array:
    """Per event what stands for it: the same for the same event, whatever else the log has."""
    moments = events[TIME].cast(pa.int64()).to_pylist()
    said = zip(events[SUBJECT].to_pylist(), events[ITEM].to_pylist(), moments, strict=True)
    return pa.array(
        [
            hashlib.sha256(f"{who}\0{what}\0{when}".encode()).hexdigest()[:_KEY_LETTERS]
            for who, what, when in said
        ],
        pa.string(),
    )


def _described(log: EventLog, place: Path, file: str) -> Table:
    return Table(
        location=Location(parquet=str(place)),
        key=KEY,
        subjects=(SUBJECT,),
        event=Event(actor=SUBJECT, item=ITEM, time=TIME),
        references={} if log.items is None else {ITEM: log.items},
        created=TIME,
        visibility_is="private",
        columns=dict.fromkeys((KEY, SUBJECT, ITEM, TIME), log.category),
        source=f"the events in {file}",
    )


def _listed_items(events: pa.Table) -> pa.Array:
    """What so many members did something with, in the order of ids."""
    pairs = events.group_by([ITEM, SUBJECT]).aggregate([])
    counted = pairs.group_by(ITEM).aggregate([(SUBJECT, "count")])
    enough = counted.filter(pc.greater_equal(counted[f"{SUBJECT}_count"], FEWEST_LISTED))
    return enough[ITEM].combine_chunks().sort()


def _notes(read: _Read, log: EventLog, with_members: bool, now: datetime) -> list[str]:
    people, items = (pc.count_distinct(read.events[name]).as_py() for name in (SUBJECT, ITEM))
    told = [f"{people:,} members did something to {items:,} items"]
    if read.repeated:
        told.append(f"an event is kept once; rows that said one again: {read.repeated:,}")
    ahead = pc.sum(pc.greater(read.events[TIME], pa.scalar(now.astimezone(UTC)))).as_py()
    if ahead:
        told.append(f"events that lie in the future: {ahead:,}")
    if log.items_are is not None:
        told.append(
            f"items that {FEWEST_LISTED} members or more did something with are listed, as about nobody; others are not"
        )
    if with_members:
        known = [word for word, said in (("region", log.region), ("age", log.age)) if said is not None]
        missing = [word for word in ("region", "age") if word not in known]
        told.append(
            "the workspace did not say who its members are: they are now whoever is in this log"
            + (f", of unknown {' and '.join(missing)}; where a rule asks, unknown is no" if missing else "")
        )
    return told
