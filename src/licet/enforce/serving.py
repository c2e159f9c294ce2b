"""One member's own rows as a gate of now would hand them out, in milliseconds: for a server that is asked about one.

It stands beside the gate, at the same place: rows come from `subject_rows`, checked against labels and files as that
says; the ledger's position, the policy, catalogue and people are asked for anew at every call, so a refusal that is on
the disk governs the very next one. Who permits what is asked of `decide`, once per class of people and rows, by the
same `verdict_table`, `combination`, `rows` and `masking` as the gate's; generated tests hold the two to the same
rows, masks and reasons. Nothing is handed out that one of them would not: what cannot be told raises, and no row
leaves.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.decide import Facts, No, Policy
from licet.decide.combination import UNLABELLED, combine, with_references
from licet.enforce import rows as narrow
from licet.enforce.column_shapes import Shape, Whole, element_subjects, kinds_in
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.gate import refuse_unfit_use
from licet.enforce.masking import PEOPLE, Seen, shown
from licet.enforce.pseudonyms import identifying, pseudonym_of_key, pseudonym_of_subject
from licet.enforce.refused_rows import RefusedKeys
from licet.enforce.row_verdicts import ROW, Marks, Numbers, Verdict
from licet.enforce.subject_rows import (
    BESIDE,
    ELEMENT_PEOPLE,
    KEY_TEXT,
    ORGANISATION_TEXT,
    FoundRows,
    IndexedTable,
    SubjectIndexes,
    people_of_rows,
    reference_text,
    subject_text,
)
from licet.enforce.table_plans import require_few_kinds
from licet.enforce.tables import require_subjects
from licet.enforce.verdict_table import VerdictTable
from licet.ledger import Choices
from licet.sources.catalogue import Catalogue, Table
from licet.terms.moments import days_of

_NOTHING = frozenset[No]()

#: Sets of noes to single rows of which is remembered what is answered then, per table.
_MOST_REFUSALS = 100


class Present(NamedTuple):
    """What an answer goes by.

    facts_of: what is known about each of some people as of then; None for whom nobody knows.
    done: is told when the answer is whole.
    """

    at: datetime
    position: int
    policy: Policy
    catalogue: Catalogue
    choices: Choices
    facts_of: Callable[[Collection[str]], Mapping[str, Facts | None]]
    done: Callable[[], None]


class OwnRows:
    """The rows about one member.

    at, position: of when they are; asked with that position as `at_least`, no answer is older.
    tables: per table with any, the permitted rows in the order of the table, as `Gate.table` has them, but that a
            column of which nothing is permitted in any of them is absent.
    about: the tables with rows about them, permitted or not.
    """

    def __init__(
        self,
        present: Present,
        tables: Mapping[str, pa.Table],
        names: Collection[str],
        verdicts: Callable[[str], pa.Table],
        is_named: Callable[[str, str], pa.Array],
    ) -> None:
        self.at, self.position, self.tables = present.at, present.position, tables
        self.about, self._verdicts, self._is_named = tuple(names), verdicts, is_named

    def verdicts(self, table: str) -> pa.Table:
        """What the gate says of each row about them, permitted or not, as `Gate.verdicts` has it.

        table: one of `about`.
        """
        return self._verdicts(table)

    def rows_by(self, table: str, column: str) -> pa.Table:
        """The permitted rows of a table in which one of its columns of people names the member; of the others, which
        are about them all the same, somebody else is named there. column: of one id in each row."""
        return self.tables[table].filter(self._is_named(table, column))


class Serving:
    """Own rows for one purpose and recipient. Any number of threads may share one, for as long as a server runs."""

    def __init__(
        self,
        purpose: str,
        recipient: str,
        look: Callable[[int | None], Present],
        indexes: SubjectIndexes,
        salt: bytes,
        *,
        for_training: bool = False,
    ) -> None:
        """look: reads clock, ledger, policy and files, as of now and no older than a ledger position, or raises.
        salt: the workspace's, for pseudonyms. for_training: as a gate has it: no private communication then.
        """
        self.purpose, self.recipient, self.for_training = purpose, recipient, for_training
        self._look, self._indexes = look, indexes
        self._plans: dict[str, _Plan] = {}
        self._pseudonym_of_subject = functools.lru_cache(1 << 12)(
            functools.partial(pseudonym_of_subject, salt)
        )
        self._pseudonym_of_key = functools.partial(pseudonym_of_key, salt)

    def own(
        self, subject: str, at_least: int | None = None, tables: Collection[str] | None = None
    ) -> OwnRows:
        """What may be used of one member's rows now, and what the gate says of each of them.

        at_least: demand a ledger with so many entries, such as the `position` of a choice that must be known.
        tables: only these are read, since each table costs time; None for all.
        Raises: as a gate does: GateError GATE-005, GATE-006, GATE-170, GATE-171, GATE-172, GATE-200; SourceError from
        the tables; what `look` raises.
        """
        return self.own_as_of(self._look(at_least), subject, tables)

    def own_as_of(self, present: Present, subject: str, tables: Collection[str] | None = None) -> OwnRows:
        """The same, by what the caller looked at. tables: only these are read; None for all.

        present: of now, but that its last choices may be only supposed; what is answered by such is shown to that
        member alone, and nothing is made of it.
        """
        require_subjects([subject])
        refuse_unfit_use(present.policy, self.purpose, self.recipient, self.for_training)
        plan_of = functools.cache(functools.partial(self._plan, present))
        found = {}
        for name, table in present.catalogue.tables.items():
            if tables is not None and name not in tables:
                continue
            if table.subjects and len((rows := plan_of(name).indexed.about([subject])).rows):
                found[name] = rows
        judging = _Judging(plan_of, present, found)
        judged = {name: judging.own(name) for name in found}
        tables = {
            name: self._shown(plan_of(name), rows, judging)
            for name, rows in judged.items()
            if rows.masks().any()
        }
        present.done()

        def is_named(name: str, column: str) -> pa.Array:
            rows = judged[name].rows.take(pa.array(np.flatnonzero(judged[name].masks())))
            place = plan_of(name).table.subjects.index(column)
            return pc.equal(rows[subject_text(place)], subject)

        def verdicts(name: str) -> pa.Table:
            return self._verdicts(plan_of(name), judged[name])

        return OwnRows(present, tables, judged, verdicts, is_named)

    def _plan(self, present: Present, name: str) -> _Plan:
        indexed = self._indexes.of(name, present.catalogue)
        plan = self._plans.get(name)
        days = days_of(present.at)
        if (
            plan is None
            or plan.indexed is not indexed
            or plan.policy is not present.policy
            or plan.days != days
        ):
            use = self.purpose, self.recipient, present.at
            plan = self._plans[name] = _Plan(name, indexed, present.policy, use, days, self.for_training)
        return plan

    def _shown(self, plan: _Plan, judged: _Judged, judging: _Judging) -> pa.Table:
        """The permitted rows, each cell as its label permits."""
        kept = np.flatnonzero(judged.masks())
        rows = judged.rows if len(kept) == len(judged.rows) else judged.rows.take(pa.array(kept))
        masks = judged.masks()[kept]
        together = int(np.bitwise_or.reduce(masks))
        columns: dict[str, pa.Array] = {}
        in_parts: list[str] = []
        for column in judged.columns():
            shape = plan.indexed.shapes.get(column, Whole(None))
            bits = plan.bits_of(shape)
            if column in identifying(plan.table):
                columns[column] = self._identity(plan, column, rows, masks)
            elif not bits & together:
                continue
            elif isinstance(shape, Whole):
                columns[column] = _null_where(rows[column], (masks & bits) == 0)
            else:
                columns[column] = None
                in_parts.append(column)
        if in_parts:
            columns |= plan.parts(in_parts, rows, masks, judging.element_masks(plan, judged, kept))
        return pa.table(columns)

    def _identity(self, plan: _Plan, column: str, rows: pa.Table, masks: Numbers) -> pa.ChunkedArray:
        """Ids as text where their label is permitted, pseudonyms where not."""
        shape = plan.indexed.shapes.get(column, Whole(None))
        bits = plan.bits_of(shape) if isinstance(shape, Whole) else 0
        is_shown = (masks & bits) != 0
        is_person = column in plan.table.subjects
        texts = rows[subject_text(plan.table.subjects.index(column)) if is_person else KEY_TEXT]
        if is_shown.all():
            return texts
        hidden = (
            self._pseudonym_of_subject if is_person else functools.partial(self._pseudonym_of_key, plan.name)
        )

        def told(text: Any) -> Any:
            if isinstance(text, list):
                return [told(each) for each in text]
            return None if text is None else hidden(text)

        pairs = zip(texts.to_pylist(), is_shown.tolist(), strict=True)
        return pa.chunked_array(
            [pa.array([text if is_text else told(text) for text, is_text in pairs], texts.type)]
        )

    def _verdicts(self, plan: _Plan, judged: _Judged) -> pa.Table:
        key = plan.table.key
        columns = {} if key is None else {"key": self._identity(plan, key, judged.rows, judged.masks())}
        return pa.table(columns | judged.marks.of_every_row())


class _Judged(NamedTuple):
    """rows, and per row the mark of what is told of it, its class, and what was said no to of just it."""

    rows: pa.Table
    marks: Marks
    classes: Numbers
    noes: Sequence[frozenset[No]]

    def columns(self) -> list[str]:
        """The table's own."""
        return [column for column in self.rows.column_names if not column.startswith(BESIDE)]

    def masks(self) -> npt.NDArray[np.int64]:
        return self.marks.masks().astype(np.int64)


class _Plan:
    """A table as it is judged under one policy on one day, with what each class of people permits, once asked."""

    def __init__(
        self,
        name: str,
        indexed: IndexedTable,
        policy: Policy,
        use: tuple[str, str, datetime],
        days: tuple[date, date],
        for_training: bool,
    ) -> None:
        """use: purpose, recipient, moment."""
        require_few_kinds(name, indexed.kinds)
        self.name, self.indexed, self.policy, self.days = name, indexed, policy, days
        self.table: Table = indexed.catalogued
        table = functools.partial(VerdictTable, policy, *use, indexed.kinds, for_training=for_training)
        self.looks = table().looks
        #: What is answered about rows to which so much was said no.
        self.verdicts = functools.lru_cache(_MOST_REFUSALS)(
            lambda noes: table(self.looks._replace(refusals=(noes,)))
        )
        self._bits = {kind: 1 << place for place, kind in enumerate(indexed.kinds)}
        self._parts: dict[tuple[str, ...], Callable[[pa.Table], pa.Table]] = {}
        self._lock = threading.Lock()

    @property
    def nothing_can_pass(self) -> bool:
        return not self._bits or not (self.table.subjects or self.table.is_about_nobody)

    def bits_of(self, shape: Shape) -> int:
        return functools.reduce(int.__or__, (self._bits[kind] for kind in kinds_in(shape)), 0)

    def parts(
        self,
        columns: list[str],
        rows: pa.Table,
        masks: Numbers,
        people: list[list[tuple[str, int]] | None] | None,
    ) -> dict[str, pa.Array]:
        """Columns of several kinds of data, as the gate masks them part by part. people: as `cells.PEOPLE`, by row."""
        given = rows.select(columns).append_column(ROW, pa.array(np.arange(len(rows))))
        given = given.append_column(narrow.MASK, pa.array(masks))
        if people is not None:
            given = given.append_column(PEOPLE, pa.array(people, pa.map_(pa.string(), pa.int64())))
        key = tuple(columns)
        with self._lock:
            if key not in self._parts:
                self._parts[key] = DuckDBEngine(threads=1).repeated(given.schema, self._expression(columns))
            made = self._parts[key](given)
        made = made.take(pa.array(np.argsort(made[ROW].to_numpy())))
        return {column: made[column] for column in columns}

    def _expression(self, columns: list[str]) -> Callable[[ir.Table], ir.Table]:
        def make(given: ir.Table) -> ir.Table:
            people = given[PEOPLE] if PEOPLE in given.columns else None
            seen = Seen(self._bits, given[narrow.MASK], 0, people)
            cells = {column: shown(given[column], self.indexed.shapes[column], seen) for column in columns}
            return given.select(given[ROW], **cells)

        return make

    @property
    def has_element_people(self) -> bool:
        return any(next(element_subjects(shape), None) for shape in self.indexed.shapes.values())


class _Judging:
    """The rows of one answer, judged: by their own people, and by what they refer to."""

    def __init__(
        self, plan_of: Callable[[str], _Plan], present: Present, found: Mapping[str, FoundRows]
    ) -> None:
        self._plan_of, self._found = plan_of, found
        self._referred = self._read_referred(present.catalogue)
        people = {
            person
            for name, rows in (*found.items(), *self._referred.items())
            for person in _people_named(rows.rows, plan_of(name).table)
        }
        self._facts = present.facts_of(people)
        self._passing: dict[str, dict[str, bool]] = {}
        self._refused = RefusedKeys(
            present.choices.record_noes(present.position, known=lambda: people, keys=self._keys),
            present.choices.organisation_noes(present.position),
            self._people_named,
            self._refers_of,
        )

    def own(self, name: str) -> _Judged:
        return self._judge(name, self._found[name])

    def element_masks(
        self, plan: _Plan, judged: _Judged, places: Numbers
    ) -> list[list[tuple[str, int]] | None] | None:
        """By row, what those permit whom its elements are about; None where no table says that elements are."""
        if not plan.has_element_people:
            return None
        listed = judged.rows[ELEMENT_PEOPLE].take(pa.array(places)).to_pylist()
        found = []
        noes = [judged.noes[place] for place in places.tolist()]
        for people, row_class, said in zip(listed, judged.classes[places].tolist(), noes, strict=True):
            masks = {
                person: plan.verdicts(said).answers(self._facts.get(person))[row_class].mask
                for person in people or ()
                if person is not None
            }
            found.append([(person, mask) for person, mask in masks.items() if mask] or None)
        return found

    def _read_referred(self, catalogue: Catalogue) -> dict[str, FoundRows]:
        """By table the rows that these refer to, by however many steps."""
        read: dict[str, list[FoundRows]] = {}
        asked: dict[str, set[str]] = {}
        ahead = [(name, rows.rows) for name, rows in self._found.items()]
        while ahead:
            wanted: dict[str, set[str]] = {}
            for name, rows in ahead:
                for place, target in enumerate(catalogue.tables[name].references.values()):
                    keys = {key for key in rows[reference_text(place)].to_pylist() if key is not None}
                    wanted.setdefault(target, set()).update(keys - asked.setdefault(target, set()))
            ahead = []
            for name, keys in wanted.items():
                asked[name] |= keys
                if keys and not self._plan_of(name).nothing_can_pass:
                    named = self._plan_of(name).indexed.named(keys)
                    read.setdefault(name, []).append(named)
                    ahead.append((name, named.rows))
        return {name: _together(parts) for name, parts in read.items()}

    def _judge(self, name: str, found: FoundRows) -> _Judged:
        plan, rows = self._plan_of(name), found.rows
        if plan.nothing_can_pass:
            nothing = np.zeros(len(rows), np.int64)
            marks = Marks(nothing, (Verdict(0, UNLABELLED, None),))
            return _Judged(rows, marks, nothing, [_NOTHING] * len(rows))
        classes = plan.indexed.row_classes(found, plan.looks)
        passes, noes = self._references_pass(rows, plan.table), self._noes(name, rows, plan.table)
        told: dict[Any, tuple[int, Verdict]] = {}
        numbers = np.empty(len(rows), np.int64)
        for place, question in enumerate(
            zip(people_of_rows(rows, plan.table), classes.tolist(), passes, noes, strict=True)
        ):
            if question not in told:
                told[question] = len(told), self._tell(plan, *question)
            numbers[place] = told[question][0]
        marks = Marks(numbers, tuple(verdict for _, verdict in told.values()))
        return _Judged(rows, marks, classes, noes)

    def _noes(self, name: str, rows: pa.Table, table: Table) -> list[frozenset[No]]:
        """What was said no to of each row."""
        nothing = [None] * len(rows)
        keys = nothing if table.key is None else rows[KEY_TEXT].to_pylist()
        work = nothing if table.organisation is None else rows[ORGANISATION_TEXT].to_pylist()
        each = zip(keys, _references(rows, table), work, strict=True)
        return [self._refused.of(name, key, refers, organisation) for key, refers, organisation in each]

    def _keys(self, name: str, _: Collection[str]) -> Iterator[str]:
        """The keys of the rows of a table that this is about."""
        for rows in (self._found.get(name), self._referred.get(name)):
            if rows is not None and self._plan_of(name).table.key is not None:
                yield from (key for key in rows.rows[KEY_TEXT].to_pylist() if key is not None)

    def _people_named(self, name: str, key: str) -> set[str]:
        plan = self._plan_of(name)
        return {
            person
            for people in people_of_rows(plan.indexed.named([key]).rows, plan.table)
            for person in people
            if person is not None
        }

    def _refers_of(self, name: str, key: str) -> Iterable[Sequence[tuple[str, str | None]]]:
        plan = self._plan_of(name)
        return _references(plan.indexed.named([key]).rows, plan.table)

    def _tell(
        self,
        plan: _Plan,
        people: tuple[str | None, ...],
        row_class: int,
        references_pass: bool,
        noes: frozenset[No],
    ) -> Verdict:
        verdicts, region = plan.verdicts(noes), None
        if plan.table.is_about_nobody:
            answer = combine([verdicts.about_nobody[row_class]])
        else:
            facts = [None if person is None else self._facts.get(person) for person in people]
            answer = combine([verdicts.answers(each)[row_class] for each in facts])
            whose = facts[answer.whose or 0]
            region = None if whose is None else whose.region
        answer = with_references(answer, references_pass)
        return Verdict(answer.mask, answer.reason, region)

    def _references_pass(self, rows: pa.Table, table: Table) -> Iterable[bool]:
        if not table.references:
            return [True] * len(rows)
        columns = [
            [key is not None and self._keys_that_pass(target).get(key, False) for key in keys.to_pylist()]
            for target, keys in (
                (target, rows[reference_text(place)])
                for place, target in enumerate(table.references.values())
            )
        ]
        return [all(one) for one in zip(*columns, strict=True)]

    def _keys_that_pass(self, name: str) -> dict[str, bool]:
        """Whether all rows of each key that is referred to pass; a key of no row is not in it."""
        if name not in self._passing:
            passing: dict[str, bool] = {}
            if name in self._referred:
                judged = self._judge(name, self._referred[name])
                for key, mask in zip(judged.rows[KEY_TEXT].to_pylist(), judged.masks().tolist(), strict=True):
                    passing[key] = passing.get(key, True) and mask != 0
            self._passing[name] = passing
        return self._passing[name]


def _together(parts: list[FoundRows]) -> FoundRows:
    if len(parts) == 1:
        return parts[0]
    places = [part.places for part in parts if part.places is not None]
    rows = pa.concat_tables([part.rows for part in parts])
    return FoundRows(rows, np.concatenate(places) if len(places) == len(parts) else None)


def _references(rows: pa.Table, table: Table) -> list[tuple[tuple[str, str | None], ...]]:
    """Per row the table and the key of each row that it refers to; None for a reference to nothing."""
    targets = list(table.references.values())
    if not targets:
        return [()] * len(rows)
    columns = [rows[reference_text(place)].to_pylist() for place in range(len(targets))]
    return [tuple(zip(targets, keys, strict=True)) for keys in zip(*columns, strict=True)]


def _people_named(rows: pa.Table, table: Table) -> set[str]:
    named = {person for people in people_of_rows(rows, table) for person in people}
    if ELEMENT_PEOPLE in rows.column_names:
        named.update(person for people in rows[ELEMENT_PEOPLE].to_pylist() for person in people or ())
    return {person for person in named if person is not None}


def _null_where(column: pa.ChunkedArray, is_hidden: npt.NDArray[np.bool_]) -> pa.Array:
    if not is_hidden.any():
        return column
    return column.combine_chunks().take(pa.array(np.arange(len(column)), mask=is_hidden))
