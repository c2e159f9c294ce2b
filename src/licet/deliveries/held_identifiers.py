"""Every identifier that a list was ever delivered with, until it is known to be gone: kept to take it back.

Per list and encrypted, in parts: which identifiers are there or on their way out, and whose they are. A changed address
or an erasure takes none along: the one that was delivered is the one that a Remove must name. Who is erased is cut off
from theirs (`cut`), which stay until their removal is confirmed or the lease is over, and are destroyed then.

Taking a change in is the same done twice, so whoever dies over it does it again. One process writes at a time; whoever
calls holds the book's lock.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from licet.store.sealed_files import BrokenSealError, SealedFiles
from licet.terms import DeliveryError

#: is_removing: it is to go, by the delivery of this sequence; else it is there since it came by that. since: when it
#: was first delivered. until: the end of the lease that it is under; of what is there the list's own, which runs on.
IDENTIFIERS = pa.schema(
    [
        ("identifier", pa.string()), ("is_removing", pa.bool_()), ("sequence", pa.int64()),
        ("since", pa.string()), ("until", pa.string()),
    ]
)  # fmt: skip
#: Whose an identifier is. permits: whether they do still; who does not may share it with somebody who does. lapsed:
#: when the lease ended over it and nobody confirmed that it is gone; the identifier is destroyed then.
LINKS = pa.schema(
    [
        ("subject", pa.string()), ("identifier", pa.string()), ("permits", pa.bool_()), ("since", pa.string()),
        ("lapsed", pa.string()),
    ]
)  # fmt: skip
#: A delivery's own rows: identifiers that come, stay (told of a replace alone) or go.
CHANGES = pa.schema([("what", pa.string()), ("identifier", pa.string())])
#: All who permit theirs as of a delivery.
PERMITTING = pa.schema([("subject", pa.string()), ("identifier", pa.string())])

_IDS, _LINKS, _ROWS, _WHO = "identifiers", "links", "rows", "who"
_SCHEMAS = {_IDS: IDENTIFIERS, _LINKS: LINKS}

What = Literal["add", "keep", "remove"]

#: Up to so many identifiers lie in one part, more of them in as many as `_PARTS`.
_MOST_IN_ONE, _PARTS = 20_000, 16


class HeldState(NamedTuple):
    """How far what is held is: the parts that it lies in, and the last delivery that was taken in."""

    parts: int
    taken: int


class Standing(NamedTuple):
    """One member and one list: their identifier is `there`, `removing`, `shared` with somebody who permits it, or
    `lapsed`: the lease is over and nobody confirmed. since: when it was first delivered; sequence: of its last move.
    `unknown`: what was held of the list was lost."""

    state: Literal["there", "removing", "shared", "lapsed", "unknown"]
    since: str
    sequence: int
    until: str


def rows_of(what: What, identifiers: pa.Array) -> pa.Table:
    """Of CHANGES."""
    return pa.table([pa.repeat(pa.scalar(what), len(identifiers)), identifiers], CHANGES.names).cast(CHANGES)


def rows_that(rows: pa.Table, *what: What) -> pa.Table:
    """Those of CHANGES of some kinds."""
    return rows.filter(pc.is_in(rows["what"], value_set=pa.array(what)))


class HeldIdentifiers:
    """Those of one list."""

    def __init__(self, folder: Path, export: str, salt: bytes) -> None:
        self._folder = folder / export
        self._files = SealedFiles(self._folder, salt, b"licet held identifiers " + export.encode())

    # -- the rows of a delivery -----------------------------------------------------------------------------------

    def write_rows(self, sequence: int, rows: pa.Table, permitting: pa.Table) -> None:
        """Keep a delivery's rows, before anything tells of it. Raises: DeliveryError DLVR-034.

        rows: of CHANGES, kept until it is confirmed. permitting: of PERMITTING, until it was taken in.
        """
        self._write(_numbered(_WHO, sequence), permitting)
        self._write(_numbered(_ROWS, sequence), rows)

    def rows(self, sequence: int) -> pa.Table:
        """Raises: DeliveryError DLVR-034, DLVR-035."""
        return self._read(_numbered(_ROWS, sequence), CHANGES)

    # -- what is held ---------------------------------------------------------------------------------------------

    def identifiers(self, state: HeldState) -> pa.Table:
        """All of them, of IDENTIFIERS. Raises: DeliveryError DLVR-034, DLVR-035."""
        return self._together(_IDS, state, range(state.parts))

    def count(self, state: HeldState) -> tuple[int, int]:
        """How many are there, and on their way out."""
        held = self.identifiers(state)
        removing = pc.sum(held["is_removing"]).as_py() or 0
        return len(held) - removing, removing

    def take(self, state: HeldState, sequence: int, at: str, lease: str) -> HeldState:
        """Take the rows of the next delivery in: what came is there, what goes is on its way out.

        at: when it was made. lease: the one that what was there is under until then, which what goes stays under.
        """
        rows, held, links = self.rows(sequence), self.identifiers(state), self._links(state)
        came, gone = rows_that(rows, "add")["identifier"], rows_that(rows, "remove")["identifier"]
        known = held.filter(_is_in(held["identifier"], came))
        since = dict(zip(known["identifier"].to_pylist(), known["since"].to_pylist(), strict=True))
        new = pa.table(
            {
                "identifier": came,
                "is_removing": pa.repeat(pa.scalar(False), len(came)),
                "sequence": pa.repeat(pa.scalar(sequence), len(came)),
                "since": [since.get(one, at) for one in came.to_pylist()]
                if since
                else pa.repeat(at, len(came)),
                "until": pa.repeat(pa.scalar(""), len(came)),
            }
        ).cast(IDENTIFIERS)
        others = held.filter(pc.invert(_is_in(held["identifier"], came)))
        goes = pc.and_(_is_in(others["identifier"], gone), pc.invert(others["is_removing"]))
        others = pa.table(
            [
                others["identifier"],
                pc.or_(others["is_removing"], goes),
                pc.if_else(goes, sequence, others["sequence"]),
                others["since"],
                pc.if_else(goes, lease, others["until"]),
            ],
            schema=IDENTIFIERS,
        )
        held = pa.concat_tables([others, new])
        links = _linked(links, self._read(_numbered(_WHO, sequence), PERMITTING), at)
        parts = 1 if len(held) <= _MOST_IN_ONE else _PARTS
        self._write_all(parts, held, links)
        return HeldState(parts, sequence)

    def relink(self, state: HeldState, permitting: pa.Table, at: str) -> None:
        """Note who permits theirs where nothing is delivered: of two with one address one may have refused meanwhile.

        permitting: of PERMITTING, of what is there.
        """
        self._write_all(state.parts, None, _linked(self._links(state), permitting, at))

    def settle(self, state: HeldState, confirmed: int, now: str, lease: str) -> int:
        """Destroy what is known to be gone, by a delivery that was confirmed, and what is under a lease that is over;
        how many of the latter. lease: the list's own, which what is there is under.
        """
        held, links = self.identifiers(state), self._links(state)
        is_gone = pc.and_(held["is_removing"], pc.less_equal(held["sequence"], confirmed))
        ends = pc.if_else(held["is_removing"], held["until"], lease)
        is_lapsed = pc.and_(pc.invert(is_gone), pc.less_equal(ends, now))
        if not pc.any(pc.or_(is_gone, is_lapsed)).as_py():
            return 0
        gone, lapsed = held.filter(is_gone)["identifier"], held.filter(is_lapsed)["identifier"]
        held = held.filter(pc.invert(pc.or_(is_gone, is_lapsed)))
        links = links.filter(pc.invert(_is_in(links["identifier"], gone)))
        over = pc.fill_null(_is_in(links["identifier"], lapsed), False)
        links = pa.table(
            [
                links["subject"],
                pc.if_else(over, pa.scalar(None, pa.string()), links["identifier"]),
                pc.if_else(over, False, links["permits"]),
                links["since"],
                pc.if_else(over, now, links["lapsed"]),
            ],
            schema=LINKS,
        )
        self._write_all(state.parts, held, links)
        return len(lapsed)

    def forget_lapsed(self, state: HeldState, until: str) -> None:
        """What the lease was over of by then: the whole list was replaced since, and the recipient confirmed it."""
        links = self._links(state)
        stays = pc.fill_null(pc.greater(links["lapsed"], until), True)
        if not pc.all(stays, min_count=0).as_py():
            self._write_all(state.parts, None, links.filter(stays))

    def tidy(self, state: HeldState, waiting: Collection[int]) -> None:
        """Let go of what is read no more: parts of another number of them, and the rows of deliveries but of those that
        wait to be confirmed."""
        mine = {self._name(kind, state.parts, part) for kind in (_IDS, _LINKS) for part in range(state.parts)}
        mine |= {_numbered(_ROWS, sequence) for sequence in waiting}
        self._remove(name for name in self._names() if name not in mine)

    def is_whole(self, state: HeldState, waiting: Collection[int]) -> bool:
        """Whether all of it can be read, with the rows of the deliveries that wait. Raises: DeliveryError DLVR-034."""
        try:
            self.identifiers(state)
            self._links(state)
            for sequence in waiting:
                self.rows(sequence)
        except DeliveryError as error:
            if error.code != "DLVR-035":
                raise
            return False
        return True

    def begin_anew(self) -> None:
        """Hold nothing, of a list that was delivered: in one part."""
        self._remove(self._names())
        self._write_all(1, IDENTIFIERS.empty_table(), LINKS.empty_table())

    # -- whose they are -------------------------------------------------------------------------------------------

    def standing(self, state: HeldState, names: Collection[str]) -> list[Standing]:
        """How each identifier of somebody stands, who goes by these ids."""
        wanted = pa.array(sorted(names), pa.string())
        links = self._together(_LINKS, state, {_part_of(name, state.parts) for name in names})
        own = links.filter(_is_in(links["subject"], wanted))
        theirs = own["identifier"].drop_null()
        held = self._together(_IDS, state, {_part_of(one, state.parts) for one in theirs.to_pylist()})
        rows = held.filter(_is_in(held["identifier"], theirs)).to_pylist()
        there = {row["identifier"]: row for row in rows}
        found = []
        for link in own.to_pylist():
            row = there.get(link["identifier"])
            if link["lapsed"] is not None:
                found.append(Standing("lapsed", link["since"], 0, link["lapsed"]))
            elif row is not None:
                found.append(Standing(_state(row, link), link["since"], row["sequence"], row["until"]))
        return found

    def cut(self, state: HeldState, names: Collection[str]) -> int:
        """Cut somebody off from their identifiers, which stay to be taken back; how many links there were."""
        links = self._links(state)
        stay = links.filter(pc.invert(_is_in(links["subject"], pa.array(sorted(names), pa.string()))))
        if len(stay) < len(links):
            self._write_all(state.parts, None, stay)
        return len(links) - len(stay)

    # -- within ---------------------------------------------------------------------------------------------------

    def _links(self, state: HeldState) -> pa.Table:
        return self._together(_LINKS, state, range(state.parts))

    def _together(self, kind: str, state: HeldState, parts: Iterable[int]) -> pa.Table:
        """Some parts. One that is not there was lost: each was written, empty or not, when the first delivery was."""
        schema = _SCHEMAS[kind]
        read = [
            self._read(self._name(kind, state.parts, part), schema) for part in sorted(parts) if state.taken
        ]
        return pa.concat_tables([schema.empty_table(), *read])

    def _write_all(self, parts: int, identifiers: pa.Table | None, links: pa.Table) -> None:
        """Each part that differs from what is there."""
        there = {*self._names()}
        for kind, table in ((_IDS, identifiers), (_LINKS, links)):
            if table is None:
                continue
            column, order = table.column_names[0], [(name, "ascending") for name in table.column_names]
            part_of_row = pa.array([_part_of(one, parts) for one in table[column].to_pylist()], pa.int64())
            for part in range(parts):
                own = table.filter(pc.equal(part_of_row, part)).sort_by(order).combine_chunks()
                name = self._name(kind, parts, part)
                if name not in there or not own.equals(self._read(name, _SCHEMAS[kind]).combine_chunks()):
                    self._write(name, own)

    @staticmethod
    def _name(kind: str, parts: int, part: int) -> str:
        return f"{kind}-{parts:03d}-{part:03d}"

    def _names(self) -> list[str]:
        try:
            return self._files.names(unfinished=True)
        except OSError as error:
            raise self._refused("", error) from None

    def _read(self, name: str, schema: pa.Schema) -> pa.Table:
        try:
            return pq.read_table(io.BytesIO(self._files.read(name))).cast(schema)
        except (FileNotFoundError, BrokenSealError, pa.ArrowException):
            raise DeliveryError(
                "DLVR-035",
                "what is held of this list was lost or damaged, or kept under another salt",
                str(self._folder / name),
                "restore it from a backup; without one, licet ads begin-anew delivers the whole list next",
            ) from None
        except OSError as error:
            raise self._refused(name, error) from None

    def _write(self, name: str, table: pa.Table) -> None:
        data = io.BytesIO()
        pq.write_table(table, data, compression="zstd", write_statistics=False)
        try:
            self._files.write(name, data.getvalue())
        except OSError as error:
            raise self._refused(name, error) from None

    def _remove(self, names: Iterable[str]) -> None:
        for name in list(names):
            try:
                self._files.remove(name)
            except OSError as error:
                raise self._refused(name, error) from None

    def _refused(self, name: str, error: OSError) -> DeliveryError:
        return DeliveryError(
            "DLVR-034",
            f"what is held of this list cannot be written or read: {error.strerror}",
            str(self._folder / name),
            "check that there is room and that the folder is yours to use, and try again",
        )


def _state(row: dict[str, Any], link: dict[str, Any]) -> Literal["there", "removing", "shared"]:
    if row["is_removing"]:
        return "removing"
    return "there" if link["permits"] else "shared"


def _linked(links: pa.Table, now: pa.Table, at: str) -> pa.Table:
    """Links after a delivery. now: of PERMITTING."""
    keys = ["subject", "identifier"]
    pairs = now.group_by(keys).aggregate([])
    known = pairs.join(links.select([*keys, "since"]), keys, join_type="left outer")
    present = pa.table(
        [
            known["subject"], known["identifier"], pa.repeat(pa.scalar(True), len(known)),
            pc.fill_null(known["since"], at), pa.nulls(len(known), pa.string()),
        ],
        schema=LINKS,
    )  # fmt: skip
    left = links.join(pairs, keys, join_type="left anti").select(LINKS.names).combine_chunks()
    refused = left.set_column(2, LINKS.field("permits"), pa.repeat(pa.scalar(False), len(left)))
    return pa.concat_tables([present, refused.cast(LINKS)])


def _is_in(values: pa.ChunkedArray, wanted: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray:
    return pc.is_in(
        values, value_set=wanted.combine_chunks() if isinstance(wanted, pa.ChunkedArray) else wanted
    )


def _numbered(kind: str, sequence: int) -> str:
    return f"{kind}-{sequence:09d}"


def _part_of(name: str, parts: int) -> int:
    return zlib.crc32(name.encode()) % parts
