"""What the gate says of every row of a table: by marks where rows have an order, else judged by the engine."""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from licet.decide.combination import Reason, SubjectAnswer
from licet.enforce import rows as narrow
from licet.enforce.column_shapes import Whole
from licet.enforce.engine import Engine
from licet.enforce.gate_cache import Kept
from licet.enforce.masking import Seen
from licet.enforce.owned_rows import OwnedRows, RowOwners, Told, owned_by_nobody
from licet.enforce.permitted_copies import Copy
from licet.enforce.population import Roll
from licet.enforce.pseudonyms import Pseudonyms
from licet.enforce.referring_rows import Reference, ReferringRows, numbers_of_keys, places_of_keys
from licet.enforce.row_numbers import kinds_of_rows, people_of_rows, texts_of_rows, with_refusals
from licet.enforce.row_references import References, judge
from licet.enforce.row_verdicts import (
    ROW,
    Marks,
    Numbers,
    RowsInOrder,
    Verdict,
    marks_of_judged,
)
from licet.enforce.subject_places import NOWHERE
from licet.enforce.table_plans import Plan, Plans
from licet.enforce.tables import Tables
from licet.sources.file_state import Stand, together

#: The column beside a table that numbers each row's verdict.
_VERDICT = "__licet_verdict"
_JUDGED = [narrow.MASK, narrow.REASON, narrow.REGION]


class Verdicts:
    """The verdicts of one gate; a table's marks are made once, when first asked for."""

    def __init__(self, tables: Tables, plans: Plans, engine: Engine, kept: Kept) -> None:
        self._tables, self._plans, self._engine, self._kept = tables, plans, engine, kept
        self._marks_of: dict[str, Marks | None] = {}
        self._ordered: dict[str, RowsInOrder] = {}
        self._marked: dict[str, ir.Table] = {}
        self._copies: dict[str, Copy] = {}
        self._stands: dict[str, Stand | None] = {}
        self.references = References(plans)

    def marks(self, name: str) -> Marks | None:
        """Every row's verdict, by its place; None where the engine keeps no order of rows."""
        if not self.hold(name, self._stands.get(name)):
            del self._marks_of[name], self._stands[name]
            self._marked.pop(name, None)
            self.drop_copies(name)
        if name not in self._marks_of:
            plan = self._plans.of(name)
            self._stands[name] = self._stand_now(name)
            ordered = None if plan.nothing_can_pass else self._tables.in_order(name)
            if ordered is None:
                self._marks_of[name] = None
            else:
                with self._engine.reading(f"table {name!r}"):
                    marks = self._make_marks(plan, name, ordered)
                self._ordered[name] = ordered
                self._marks_of[name] = marks
        return self._marks_of[name]

    def prepare(self, name: str) -> bool:
        """Whether what is said of a table's rows lies beside them now: where it could not by their order, by their
        places in files."""
        if self.marks(name) is None and name not in self._marked:
            plan = self._plans.of(name)
            placed = None if plan.nothing_can_pass else self._tables.in_files(name)
            if placed is not None:
                with self._engine.reading(f"table {name!r}"):
                    self._marked[name] = placed.marked(self.passing(plan, placed.rows))
        return self._marks_of[name] is not None or name in self._marked

    def passing(self, plan: Plan, rows: ir.Table, *, is_marked: bool = False) -> ir.Table:
        """The rows of which something is permitted, with what: as it stands beside them or by meeting people."""
        if is_marked:
            return rows.filter(rows[narrow.MASK] != 0)
        rows, table = plan.beside(rows), plan.catalogued
        if table.is_about_nobody:
            judged = narrow.of_nobody(rows, plan.name, table, plan.looks, plan.told_of_nobody)
            passing = judged.filter(judged[narrow.MASK] != 0)
        else:
            passing = narrow.permitted(rows, plan.name, table, plan.looks, plan.who)
        return self.references.kept(passing, table)

    def marked(self, name: str) -> ir.Table | None:
        """The table with its marks beside it, where it was prepared and its files stand as they stood then.

        The query looks too, and as late as can be.
        """
        if not self.hold(name, self._stands.get(name)):
            return None
        marks = self._marks_of.get(name)
        if marks is not None and name not in self._marked:
            with self._engine.reading(f"table {name!r}"):
                self._marked[name] = self._ordered[name].beside({narrow.MASK: marks.masks()})
        return self._marked.get(name)

    def copy(self, name: str, permitted: ir.Table) -> None:
        """Copy what passes of a prepared table, to be read as long as it was not prepared anew."""
        if name in self._ordered and self.copied(name) is None:
            with self._engine.reading(f"table {name!r}"):
                made = self._ordered[name].copied(permitted)
            if made is not None:
                self._copies[name] = made

    def copied(self, name: str) -> ir.Table | None:
        """The copy of what passes, where one was made and nothing happened since to it or to the table's files."""
        if name in self._copies and not self.hold(name, self._stands.get(name)):
            self.drop_copies(name)
        return self._copies[name].rows if name in self._copies else None

    def drop_copies(self, *names: str) -> None:
        """Of these tables, or of all."""
        for name in names or tuple(self._copies):
            if name in self._copies:
                self._copies.pop(name).drop()

    def stand(self, name: str) -> Stand | None:
        """How a table's files stood when it was prepared; None where it was not, or where files do not tell."""
        return self._stands.get(name)

    def hold(self, name: str, stood: Stand | None) -> bool:
        """Whether what was made of files that stood so can be relied upon."""
        now = None if stood is None else self._stand_now(name)
        is_whole = name not in self._copies or self._copies[name].is_whole()
        return is_whole and (stood is None or (now is not None and now.files == stood.files))

    def _stand_now(self, name: str) -> Stand | None:
        """How the files of a table stand, and of those that it refers to."""
        return together([self._tables.stand(each) for each in (name, *self._tables.catalogue.referred(name))])

    def held_back(self, name: str) -> tuple[Numbers | None, tuple[str, ...]]:
        """Per row whether it is held back (not 0) or has all of certain columns; and these: all that anybody permits.

        Columns with parts of several kinds are not among them. None where rows have no order.
        """
        plan = self._plans.of(name)
        bits, marks = plan.bits(), self.marks(name)
        columns = {
            column: bits[shape.kind]
            for column, shape in plan.shapes.items()
            if isinstance(shape, Whole)
            and shape.kind is not None
            and bits.get(shape.kind, 0) & plan.permitted_anywhere
            and self._tables.is_asked(name, column)
        }
        wanted = functools.reduce(int.__or__, columns.values(), 0)
        if marks is None:
            return None, tuple(columns)
        return marks.look_up([not wanted or (v.mask & wanted) != wanted for v in marks.verdicts]), tuple(
            columns
        )

    def of_every_row(self, name: str, pseudonyms: Pseudonyms) -> pa.Table:
        """The row's key (if any), mask, code, rule and region."""
        plan = self._plans.of(name)
        with self._engine.reading(f"table {name!r}"):
            marks = self.marks(name)
            if plan.nothing_can_pass:
                rows = plan.content.mutate(**{narrow.MASK: ibis.literal(0, "int64")})
                told = rows.select(**_key(plan, rows, pseudonyms), number=ibis.literal(0)).to_pyarrow()
                marks = Marks(told["number"].to_numpy(), (Verdict(0, plan.nobody[0].reason, None),))
            elif marks is not None:
                beside = {_VERDICT: marks.numbers}
                if plan.catalogued.key is not None:
                    beside[narrow.MASK] = marks.masks()
                rows = self._ordered[name].beside(beside)
                told = rows.select(**_key(plan, rows, pseudonyms), number=rows[_VERDICT]).to_pyarrow()
                marks = Marks(told["number"].to_numpy(), marks.verdicts)
            else:
                rows = self._judged(plan, plan.content)
                told = rows.select(*_JUDGED, **_key(plan, rows, pseudonyms)).to_pyarrow()
                numbered = told.select(_JUDGED).add_column(0, ROW, pa.array(np.arange(len(told))))
                marks = marks_of_judged(numbered.to_batches(), len(told), self._plans.reasons.of)
        key = {"key": told["key"]} if "key" in told.column_names else {}
        return pa.table(key | marks.of_every_row())

    def tally(self, name: str) -> dict[tuple[Reason | None, str | None], int]:
        """How many rows of a table there are by reason (None: they pass) and region."""
        plan, found = self._plans.of(name), dict[tuple[Reason | None, str | None], int]()
        if plan.nothing_can_pass:
            with self._engine.reading(f"table {name!r}"):
                records = int(plan.content.count().to_pyarrow().as_py())
            return {(plan.nobody[0].reason, None): records} if records else {}
        marks = self.marks(name)
        if marks is not None:
            for verdict, records in marks.tally().items():
                key = (verdict.reason, verdict.region)
                found[key] = found.get(key, 0) + records
            return found
        judged = self._judged(plan, plan.content)
        grouped = judged.group_by(reason=judged[narrow.REASON], region=judged[narrow.REGION]).agg(
            records=judged.count()
        )
        with self._engine.reading(f"table {name!r}"):
            told = grouped.to_pyarrow().to_pylist()
        return {(plan.reasons.of(row["reason"]), row["region"]): row["records"] for row in told}

    def _judged(self, plan: Plan, rows: ir.Table) -> ir.Table:
        """Every row's narrow columns with what the gate says of it."""
        return self.references.judged(judge(plan, rows, ROW), plan.catalogued)

    def _make_marks(self, plan: Plan, name: str, ordered: RowsInOrder) -> Marks:
        marks = self._looked_up(plan, ordered)
        if marks is not None:
            return marks
        judged = self._judged(plan, ordered.rows)
        batches = self._engine.batches(judged.select(ROW, *_JUDGED))
        return marks_of_judged(batches, ordered.size, plan.reasons.of)

    def _looked_up(self, plan: Plan, ordered: RowsInOrder) -> Marks | None:
        """What each row is told, by numbers; None where rows that these refer to have no order."""
        table, references = plan.catalogued, list[Reference]()
        for column, target in table.references.items():
            reference = self._reference(plan, ordered, column, self._plans.whole.of(target))
            if reference is None:
                return None
            references.append(reference)
        key = repr((self._plans.use, table.location, table.subjects, plan.categories))
        own = self._kept.marks(key, self._owned(plan, ordered))
        if not references:
            return own
        told = repr(sorted(table.references.items()))
        return self._kept.referring(f"{key} {told}", ReferringRows(own, tuple(references)))

    def _reference(self, plan: Plan, ordered: RowsInOrder, column: str, target: Plan) -> Reference | None:
        """To which keys of another table rows refer, and which of them pass."""
        if target.nothing_can_pass:
            return Reference(owned_by_nobody(ordered.size), np.zeros(0, np.bool_))
        to = self._tables.in_order(target.name)
        marks = None if to is None else self._looked_up(target, to)
        if to is None or marks is None:
            return None
        key, locations = str(target.catalogued.key), (plan.catalogued.location, target.catalogued.location)
        stands = [self._tables.stand(one.name) for one in (plan, target)]
        both = None if None in stands else together(stands)
        read = functools.partial(texts_of_rows, self._engine)
        keys = self._kept.numbers(
            repr(("keys", locations[1], key)), stands[1], lambda: numbers_of_keys(read(to, key))
        )
        passes = self._kept.passes(
            repr((self._plans.use, locations[1], key, target.categories)), keys, marks.masks()
        )
        places = self._kept.references(
            repr((*locations, column, key)), both, len(passes),
            lambda: places_of_keys(read(ordered, column), read(to, key)),
        )  # fmt: skip
        return Reference(places, passes)

    def ordered(self, name: str) -> RowsInOrder | None:
        """The rows of a table as they were numbered when it was marked; None where they have no order."""
        return self._ordered[name] if self.marks(name) is not None else None

    def rows_about(self, name: str, subjects: Collection[str]) -> int | None:
        """How many rows of a table are about some people, one about several counted for each; None where rows have no
        order, or nobody's people are here."""
        if self.ordered(name) is None or self._plans.of(name).population.roll is None:
            return None
        owners, people = self._owners_and(name, subjects)
        return int(owners.count_of(people).sum())

    def places_about(self, name: str, subjects: Collection[str]) -> Numbers:
        """Where these rows stand."""
        owners, people = self._owners_and(name, subjects)
        return owners.rows_of(people)

    def _owners_and(self, name: str, subjects: Collection[str]) -> tuple[RowOwners, npt.NDArray[np.int64]]:
        """Whose rows are, and the numbers of some people who are on the roll."""
        roll, ordered = self._plans.of(name).population.roll, self.ordered(name)
        assert roll is not None and ordered is not None
        places = roll.places.of(pa.array(sorted({*subjects}), pa.string()))
        return self._owners(self._plans.of(name), ordered, roll), places[places != NOWHERE]

    def _owners(self, plan: Plan, ordered: RowsInOrder, roll: Roll) -> RowOwners:
        table = plan.catalogued
        return self._kept.owners(
            repr((table.location, table.subjects)),
            self._tables.stand(plan.name),
            roll,
            lambda: people_of_rows(self._engine, ordered, table.subjects, roll),
        )

    def _owned(self, plan: Plan, ordered: RowsInOrder) -> OwnedRows:
        """Rows with their people, their kinds, and what each class of people is told of each kind."""
        roll = plan.population.roll
        kinds, nobody = self._kinds(plan, ordered), _told(None, plan.nobody)
        if roll is None:
            return OwnedRows(owned_by_nobody(ordered.size), kinds, np.zeros(0, np.int32), (nobody,))
        owners = self._owners(plan, ordered, roll)
        told = [_told(one.region, own) for one, own in zip(roll.classes, plan.by_class, strict=True)]
        return OwnedRows(owners, kinds, roll.class_of, (*told, nobody))

    def _kinds(self, plan: Plan, ordered: RowsInOrder) -> Numbers | None:
        """Per row its class as `rows.row_class` has it; None where all are of one."""
        looks = plan.looks._replace(refusals=())
        kind, kinds = narrow.row_class(ordered.rows, plan.name, plan.catalogued, looks), None
        key = repr((plan.catalogued, looks.visibilities, looks.audiences, looks.cuts))
        if kind is not None and looks.row_classes > 1:
            kinds = self._kept.numbers(
                f"kinds {key}", self._tables.stand(plan.name),
                lambda: kinds_of_rows(self._engine, ordered.rows, ordered.size, kind),
            )  # fmt: skip
        if plan.refusals is None:
            return kinds
        beside, sets = plan.refusals.beside(ordered.rows), len(plan.refusals.sets)
        return self._kept.alike(key, with_refusals(self._engine, beside, ordered.size, kinds, sets))


def _told(region: str | None, answers: Sequence[SubjectAnswer]) -> Told:
    return tuple(Verdict(mask, reason, region) for mask, reason, _ in answers)


def _key(plan: Plan, rows: ir.Table, pseudonyms: Pseudonyms) -> dict[str, ir.Value]:
    """The key of each row by what its mask permits."""
    key = plan.catalogued.key
    if key is None:
        return {}
    return {"key": plan.identity(key, rows, Seen(plan.bits(), rows[narrow.MASK]), pseudonyms)}
