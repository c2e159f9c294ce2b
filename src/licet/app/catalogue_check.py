"""`licet catalogue check`: everything that is wrong with a catalogue and with the tables it describes, in one run.

Errors are what a gate would refuse, each with the code and the sentence that the gate would have. Notes are what is
denied and may not be meant: a column without a label, a table that says of nobody whose it is, references to nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.types as ir

from licet.enforce import rows as narrow
from licet.enforce.column_shapes import Whole, bare_parts, shapes_of
from licet.enforce.engine import Engine
from licet.enforce.engine_choice import engine_for
from licet.enforce.hashed_addresses import with_hashed
from licet.enforce.id_types import ids_among, require_ids
from licet.enforce.pseudonyms import id_text
from licet.enforce.tables import require_one_row
from licet.sources.catalogue import Catalogue, Table
from licet.sources.catalogue_file import every_problem
from licet.sources.embedded_labels import check_stamps_of
from licet.terms import SourceError
from licet.terms.vocabulary import is_published_by_organisations


class Finding(NamedTuple):
    """One thing that is wrong, or worth a look. code: empty of a note; what, where and fix as of any error."""

    severity: Literal["error", "note"]
    code: str
    what: str
    where: str
    fix: str

    @classmethod
    def of(cls, error: SourceError) -> Finding:
        return cls("error", error.code, error.what, error.where, error.fix)


def check_catalogue(path: Path) -> list[Finding]:
    """Everything that is wrong with the catalogue of this file, the file's own faults first. Raises nothing."""
    try:
        catalogue, problems = every_problem(path)
    except SourceError as error:
        return [Finding.of(error)]
    found = [Finding.of(problem) for problem in problems]
    if catalogue is None:
        return found
    for where, why in catalogue.unconfirmed.items():
        fix = "look at it, mend it, and take it out from under confirm"
        found.append(Finding("error", "SRC-195", f"a draft guessed this: {why}", where, fix))
    try:
        checked = _Checked(catalogue, path.parent, engine_for(catalogue))
    except SourceError as error:
        return [*found, Finding.of(error)]
    for name in catalogue.tables:
        found += checked.table(name)
    return found


class _Checked:
    """The tables of a catalogue, opened once each."""

    def __init__(self, catalogue: Catalogue, base: Path, engine: Engine) -> None:
        self._catalogue, self._base, self._engine = catalogue, base, engine
        self._opened: dict[str, ir.Table] = {}

    def table(self, name: str) -> Iterator[Finding]:
        table, where = self._catalogue.tables[name], f"tables.{name}"
        if table.location.arrow is not None:
            yield Finding("note", "", "it is handed in from Python, and not looked at here", where, "")
            return
        problems: dict[str, SourceError] = {}
        rows = self._open(name, problems)
        if rows is None:
            yield from map(Finding.of, problems.values())
            return
        for check in self._checks(name, table, rows):
            _try(check, problems)
        for problem in problems.values():
            yield Finding.of(problem)._replace(where=problem.where or where)
        yield from self._notes(name, table, rows, where)

    def _open(self, name: str, problems: dict[str, SourceError]) -> ir.Table | None:
        if name not in self._opened:
            table, readings = self._catalogue.tables[name], self._catalogue.readings(name)

            def open_it() -> None:
                rows = self._engine.open(name, table, self._base, {}, readings)
                self._opened[name] = with_hashed(self._engine, name, table, rows)

            _try(open_it, problems)
        return self._opened.get(name)

    def _checks(self, name: str, table: Table, rows: ir.Table) -> Iterator[Callable[[], object]]:
        """What a gate would look at, each on its own, so that one fault hides no other."""
        facts = self._catalogue.facts
        of_facts = facts.named_columns if facts is not None and facts.table == name else ()
        narrow_columns = tuple(dict.fromkeys((*_columns_of_roles(table), *of_facts)))
        there = [column for column in narrow_columns if column in rows.columns]
        yield from (partial(narrow.column_of, rows, name, column) for column in narrow_columns)
        ids = ids_among(self._catalogue.readings(name))
        yield from (partial(require_ids, name, rows, [column]) for column in ids)
        yield from (partial(require_ids, name, rows, (), [path]) for path in table.element_subjects)
        if table.created in there:
            yield partial(narrow.time_of, rows, name, str(table.created))
        yield from (
            partial(require_one_row, name, column, rows) for column in table.references if column in there
        )
        for path, kind in table.columns.items():
            alone = table.model_copy(update={"columns": {path: kind}, "element_subjects": ()})
            yield partial(shapes_of, name, alone, rows.schema())
            yield partial(check_stamps_of, name, alone, self._base, {})
        for path in table.element_subjects:
            alone = table.model_copy(update={"columns": {}, "element_subjects": (path,)})
            yield partial(shapes_of, name, alone, rows.schema())
        yield from (partial(self._read, name, rows, column) for column in there)

    def _read(self, name: str, rows: ir.Table, column: str) -> None:
        """Read a column by which rows are judged: a date that is none is found only so."""
        with self._engine.reading(f"table {name!r}"):
            rows.aggregate(known=rows[column].notnull().sum()).to_pyarrow()

    def _notes(self, name: str, table: Table, rows: ir.Table, where: str) -> Iterator[Finding]:
        with contextlib.suppress(SourceError):
            shapes = shapes_of(name, table, rows.schema())
            bare = [part for c in rows.columns for part in bare_parts(c, shapes.get(c, Whole(None)))]
            if bare:
                what = f"these have no label and are not shown: {', '.join(bare)}"
                yield Finding("note", "", what, where, "label what may be used under columns")
        of_people = [
            f"{path} ({kind})"
            for path, kind in table.columns.items()
            if table.is_about_nobody and kind is not None and not is_published_by_organisations(kind)
        ]
        if of_people:
            what = (
                f"its rows are about nobody, and these are kinds of data about people: {', '.join(of_people)}"
            )
            fix = "take the label away, and list the file again with the column of the person under subjects"
            yield Finding("note", "", what, where, fix)
        if not table.subjects and not table.is_about_nobody:
            what = "nobody says whose its rows are, so none is ever used"
            yield Finding("note", "", what, where, "name the people under subjects, or say `about: nobody`")
        with contextlib.suppress(SourceError), self._engine.reading(f"table {name!r}"):
            if table.key is not None and table.key in rows.columns:
                told = rows.aggregate(every=rows.count(), each=rows[table.key].nunique()).to_pyarrow()
                every, each = told["every"][0].as_py(), told["each"][0].as_py()
                if each < every:
                    what = f"the key {table.key} has {each} values in {every} rows: it does not name each row once"
                    yield Finding("note", "", what, where, "name the column that does")
            for column, target in table.references.items():
                yield from self._dangling(rows, column, target, where)

    def _dangling(self, rows: ir.Table, column: str, target: str, where: str) -> Iterator[Finding]:
        others = self._open(target, {})
        key = str(self._catalogue.tables[target].key)
        if others is None or key not in others.columns or column not in rows.columns:
            return
        named = others.select(key=id_text(others[key])).view()
        value = id_text(rows[column])
        lost = rows.filter(value.isnull() | ~value.isin(named.key)).count().to_pyarrow().as_py()
        if lost:
            what = f"{lost} rows refer by {column} to no row of {target}, and are held back"
            yield Finding("note", "", what, where, "mend the data, or leave the reference out")


def _columns_of_roles(table: Table) -> tuple[str, ...]:
    item = table.event.item if table.event is not None else None
    named = (table.key, *table.subjects, table.created, table.visibility, item, *table.references)
    return tuple(dict.fromkeys(column for column in named if column is not None))


def _try(check: Callable[[], object], problems: dict[str, SourceError]) -> None:
    try:
        check()
    except SourceError as error:
        problems.setdefault(error.line(), error)
