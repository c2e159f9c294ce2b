"""The catalogued tables of one gate, opened in its engine: content, shapes, how their files stand. No rules here."""

from __future__ import annotations

import copy
import functools
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from licet.enforce import rows as narrow
from licet.enforce.column_shapes import Shape, kinds_in, shapes_of
from licet.enforce.engine import Engine
from licet.enforce.hashed_addresses import with_hashed
from licet.enforce.id_types import ids_among, require_ids
from licet.enforce.row_verdicts import RowsInFiles, RowsInOrder
from licet.enforce.selection import EVENT
from licet.sources.catalogue import Catalogue, Table, require_confirmed
from licet.sources.embedded_labels import check_stamps_of
from licet.sources.file_state import Stand, files_of, look_at
from licet.sources.fingerprints import FileFingerprint, fingerprint
from licet.sources.paths import path_in
from licet.terms import GateError, SourceError
from licet.terms.ids import is_text


class Tables:
    """Opened once each, when first asked for."""

    def __init__(
        self,
        catalogue: Catalogue,
        engine: Engine,
        base: Path,
        handed_in: Mapping[str, Any],
        asked: Mapping[str, Collection[str]] | None,
    ) -> None:
        """asked: per table the columns that may be seen, each of which it must have, EVENT for those of an event; every
        column of every table where it is None.

        Raises: SourceError SRC-195 for a draft that nobody has confirmed, SRC-182 for what is handed in and is
        no Arrow table: nobody would see the labels in it.
        """
        require_confirmed(catalogue)
        for name, data in handed_in.items():
            if not isinstance(data, pa.Table | pa.RecordBatch):
                raise SourceError(
                    "SRC-182",
                    f"what was handed in as {name!r} is of the type {type(data).__name__}, which is no Arrow table",
                    fix="make one of it, with the labels of its columns, such as pyarrow.table(…)",
                )
        self.catalogue, self._engine = catalogue, engine
        self._base, self._handed_in = base, dict(handed_in)
        self._asked = (
            None if asked is None else {name: self._named(name, columns) for name, columns in asked.items()}
        )
        self.content = functools.cache(self._open)
        self._headed: dict[str, Stand | None] = {}
        self._opened: dict[str, Stand | None] = {}
        self._ordered: dict[str, tuple[Stand, RowsInOrder | None]] = {}

    def _named(self, name: str, columns: Collection[str]) -> frozenset[str]:
        table = self.catalogue.tables.get(name)
        event = None if table is None or EVENT not in columns else table.event
        parts = () if event is None else (event.item, event.time)
        return frozenset(columns) - {EVENT} | frozenset(parts)

    def changed(self) -> str | None:
        """A table of CSV files that are no more those that were opened, when what its columns are was read in them.

        The query looks too, and as late as can be, but knows times by the second alone.
        """
        for name, stood in self._headed.items():
            now = None if stood is None else self.stand(name)
            if stood is not None and (now is None or now.files != stood.files):
                return name
        return None

    def stand_still(self) -> bool:
        """Whether every table that was opened is told to be as it was then."""
        return all(
            stood is not None and (now := self.stand(name)) is not None and stood.holds(now)
            for name, stood in self._opened.items()
        )

    @functools.cached_property
    def whole(self) -> Tables:
        """The same tables with all their columns, whatever this use asks for."""
        if self._asked is None:
            return self
        every = copy.copy(self)
        every._asked = None
        return every

    def _open(self, name: str) -> ir.Table:
        table = self.catalogued(name)
        self._opened[name] = self.stand(name)
        if table.location.csv is not None:
            self._headed[name] = self._opened[name]
        readings = self.catalogue.readings(name)
        opened = self._engine.open(name, table, self._base, self._handed_in, readings)
        opened = with_hashed(self._engine, name, table, opened)
        require_there(name, () if self._asked is None else self._asked.get(name, ()), opened.columns)
        check_stamps_of(name, table, self._base, self._handed_in)
        require_ids(name, opened, ids_among(readings), table.element_subjects)
        for column in narrow_columns(table):
            narrow.column_of(opened, name, column)
        for column in table.references:
            require_one_row(name, column, opened)
        return opened

    def in_order(self, name: str) -> RowsInOrder | None:
        """The table with its rows numbered; None where the engine keeps no order of rows."""
        stand, earlier = self.stand(name), self._ordered.get(name)
        if earlier is not None and stand is not None and earlier[0].holds(stand):
            return earlier[1]
        table, readings = self.catalogued(name), self.catalogue.readings(name)
        ordered = self._engine.in_order(name, table, self._base, self._handed_in, readings)
        check_stamps_of(name, table, self._base, self._handed_in)
        if ordered is not None and table.hashed:
            beside, made = ordered.beside, functools.partial(with_hashed, self._engine, name, table)
            ordered = ordered._replace(rows=made(ordered.rows), beside=lambda columns: made(beside(columns)))
        if stand is not None:
            self._ordered[name] = stand, ordered
        return ordered

    def in_files(self, name: str) -> RowsInFiles | None:
        """The table with the places of its rows in its files; None where the engine knows none, or files do not tell
        whether they are what they were."""
        if self.stand(name) is None:
            return None
        table, readings = self.catalogued(name), self.catalogue.readings(name)
        placed = self._engine.in_files(name, table, self._base, readings)
        check_stamps_of(name, table, self._base, self._handed_in)
        if placed is None or not table.hashed:
            return placed
        marked, made = placed.marked, functools.partial(with_hashed, self._engine, name, table)
        return RowsInFiles(made(placed.rows), lambda passing: made(marked(passing)))

    def catalogued(self, name: str) -> Table:
        try:
            return self.catalogue.tables[name]
        except KeyError:
            raise GateError(
                "GATE-002",
                f"there is no table {name!r}",
                fix=f"the catalogue has: {', '.join(self.catalogue.tables) or 'no tables yet'}",
            ) from None

    def shapes(self, name: str) -> dict[str, Shape]:
        return shapes_of(name, self.catalogued(name), self.content(name).schema())

    def kinds(self, name: str) -> tuple[str, ...]:
        """The kinds of data that this use may see of a table, in the catalogue's order: bit i of a mask is the i-th."""
        shapes = self.shapes(name)
        labelled = frozenset().union(
            *(kinds_in(shapes[column]) for column in shapes if self.is_asked(name, column))
        )
        columns = self.catalogued(name).columns.values()
        return tuple(dict.fromkeys(kind for kind in columns if kind is not None and kind in labelled))

    def is_asked(self, name: str, path: str) -> bool:
        """Whether this use is shown the column that a path leads into: one it asked for, or one that places a row.

        Those travel with every row; so where they have labels, the labels count, asked for or not.
        """
        if self._asked is None:
            return True
        within = path_in(path, self.content(name).columns)
        placing = roles(self.catalogued(name))
        return within is not None and (within.column in self._asked.get(name, ()) or within.column in placing)

    def stand(self, name: str) -> Stand | None:
        """How a table's files stand now; None where files do not tell."""
        files = files_of(self.catalogued(name).location, self._base)
        return None if files is None else look_at(files)

    def paths(self, name: str) -> tuple[Path, ...]:
        """The files a table is read from, in the order of its rows; none where it lies in none."""
        return files_of(self.catalogued(name).location, self._base) or ()

    def files(self, name: str, known: Iterable[FileFingerprint]) -> tuple[FileFingerprint, ...] | None:
        """The files a table is read from, as `fingerprint` tells them; None where there are none."""
        return fingerprint(self.catalogued(name).location, self._base, known)

    def about(self, name: str, content: ir.Table, subjects: Iterable[str]) -> ir.Table:
        """The rows of a table that are about any of these people. Raises: GateError GATE-170 for what is no id."""
        ids = list(subjects)
        require_subjects(ids)
        wanted = pa.table({"wanted": pa.array(sorted(set(ids)), pa.string())})
        return content.filter(self.is_about(name, content, self._engine.hand_in(wanted)))

    def is_about(self, name: str, content: ir.Table, wanted: ir.Table) -> ir.BooleanValue:
        """Whether a row is about any of the people who stand in a column `wanted`."""
        tests = []
        for column in self.catalogued(name).subjects:
            if content[column].type().is_array():
                lists = content.select(text=narrow.list_text(content[column]), one=content[column])
                named = lists.distinct().unnest("one")
                chosen = named.filter(named.one.cast("string").isin(wanted.wanted))
                tests.append(narrow.list_text(content[column]).isin(chosen.text))
            else:
                tests.append(content[column].cast("string").isin(wanted.wanted))
        return functools.reduce(lambda one, other: one | other, tests, ibis.literal(False))


def require_subjects(ids: Iterable[object]) -> None:
    """Raises: GateError GATE-170 for what can be nobody's id."""
    if unfit := [value for value in ids if not is_text(value)]:
        raise GateError(
            "GATE-170", f"the ids of subjects are text that is not empty, and not {ascii(unfit[0])[:60]}",
            fix="give ids as the platform writes them, as text: str(id)",
        )  # fmt: skip


def require_there(name: str, asked: Iterable[str], columns: Collection[str]) -> None:
    """Raises: GateError GATE-240 where a use asks for a column that the table has not: passed over, it would ask for
    less than it meant."""
    if missing := sorted(set(asked).difference(columns)):
        raise GateError(
            "GATE-240",
            f"table {name!r} has no column {missing[0]!r}, which was asked for",
            fix=f"ask for columns of the table: {', '.join(columns)}",
        )


def require_one_row(name: str, column: str, rows: ir.Table) -> None:
    """Raises: SourceError SRC-194 for a reference that is a list."""
    if rows[column].type().is_array():
        raise SourceError(
            "SRC-194",
            f"column {column!r} of table {name!r} refers to several rows at once",
            fix="refer from a table with one row for each, or leave the reference out",
        )


def narrow_columns(table: Table) -> tuple[str, ...]:
    """The columns by which a row is judged: those with a role, that refer to other rows, or say whose work it is."""
    work = () if table.organisation is None else (table.organisation,)
    return tuple(dict.fromkeys((*roles(table), *table.references, *work)))


def roles(table: Table) -> tuple[str, ...]:
    """The columns that name, date and place a row; they travel with every row that passes."""
    named = (table.key, *table.subjects, table.created, table.visibility)
    return tuple(dict.fromkeys(column for column in named if column is not None))
