"""How each table is going to be read: its kinds of data, its people, and what each class of them permits."""

from __future__ import annotations

import copy
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from licet.decide import Policy
from licet.decide.combination import SubjectAnswer
from licet.enforce import rows as narrow
from licet.enforce.column_shapes import Shape, Whole, kinds_in
from licet.enforce.engine import Engine
from licet.enforce.masking import Seen, shown
from licet.enforce.member_classes import Members, ages_hold_for
from licet.enforce.population import Population, facts_of
from licet.enforce.pseudonyms import Pseudonyms, id_text, identifying
from licet.enforce.refused_rows import Refusals
from licet.enforce.tables import Tables
from licet.enforce.verdict_table import Dimensions, VerdictTable, dimensions
from licet.sources.catalogue import Table
from licet.terms import GateError
from licet.terms.moments import days_of

#: The widest table the gate can mask: one bit per kind of data in a signed 64-bit integer.
MOST_CATEGORIES = 62

#: Verdict tables that the plans of one gate, brought forward again and again, remember.
_MOST_ANSWERED = 200

_NO_PEOPLE = pa.schema({"subject": pa.string(), "region": pa.string(), "class_id": pa.int64()}).empty_table()


@dataclass(frozen=True)
class Plan:
    """A table as the gate will read it.

    by_class: what each class of people permits of each class of rows.
    nobody:   the same for people nobody knows, and for every row of a table about nobody, which has no people.
    refusals: what is said no to of its single rows; None where nothing is that matters here.
    """

    name: str
    engine: Engine
    catalogued: Table
    content: ir.Table
    shapes: dict[str, Shape]
    verdicts: VerdictTable
    population: Population
    by_class: list[tuple[SubjectAnswer, ...]]
    nobody: tuple[SubjectAnswer, ...]
    reasons: narrow.Reasons
    refusals: Refusals | None

    @property
    def categories(self) -> tuple[str, ...]:
        return self.verdicts.categories

    @property
    def looks(self) -> Dimensions:
        return self.verdicts.looks

    def beside(self, rows: ir.Table) -> ir.Table:
        """Rows, with their narrow columns, and beside them what is said no to of each where anything is."""
        return rows if self.refusals is None or narrow.REFUSAL in rows.columns else self.refusals.beside(rows)

    @functools.cached_property
    def who(self) -> narrow.Eligibility:
        """What every subject permits, for joining with rows; not needed where rows have their marks."""
        by_class = [self.reasons.numbered(answers) for answers in self.by_class]
        return narrow.Eligibility(self.engine, self.population, by_class, self.told_of_nobody)

    @property
    def told_of_nobody(self) -> list[tuple[int, int]]:
        """`nobody`, as masks and numbers of reasons."""
        return self.reasons.numbered(self.nobody)

    @functools.cached_property
    def _masks(self) -> set[int]:
        """What anybody permits whom a row may be about; of rows about nobody, what is permitted of them."""
        told = [self.nobody] if self.catalogued.is_about_nobody else self.by_class
        return {answer.mask for answers in told for answer in answers if answer.mask}

    @functools.cached_property
    def permitted_anywhere(self) -> int:
        return functools.reduce(int.__or__, self._masks, 0)

    @functools.cached_property
    def permitted_in_every_row(self) -> int:
        """The kinds that everybody permits who permits anything: no row that passes can lack them."""
        masks = self._masks
        return functools.reduce(int.__and__, masks) if masks else 0

    def bits(self) -> dict[str, int]:
        """Each kind of data as its bit of a mask."""
        return {category: 1 << place for place, category in enumerate(self.categories)}

    @property
    def nothing_can_pass(self) -> bool:
        """A table without labels, or without subjects where it does not say that it is about nobody."""
        has_people = bool(self.catalogued.subjects) or self.catalogued.is_about_nobody
        return not has_people or not self.categories

    def nothing(self) -> ir.Table:
        """The table when nobody permits any of it: the columns that say which rows they are, and no rows."""
        columns = identifying(self.catalogued)
        named = {column: id_text(self.content[column]) for column in columns}
        some = self.content.select(**named) if named else self.content.select(self.content.columns[0])
        return some.filter(ibis.literal(False))

    @functools.cached_property
    def types(self) -> pa.Schema:
        """The columns of the table with their types."""
        return self.content.schema().to_pyarrow()

    @functools.cached_property
    def seen_columns(self) -> dict[str, Shape]:
        """The columns of which somebody permits something, in the order of the table."""
        if self.nothing_can_pass:
            return {}
        seen, bits = {}, self.bits()
        for column in self.content.columns:
            shape = self.shapes.get(column, Whole(None))
            if self.permitted_anywhere & functools.reduce(
                int.__or__, (bits[kind] for kind in kinds_in(shape)), 0
            ):
                seen[column] = shape
        return seen

    def shown(self, column: str, allowed: ir.Table, seen: Seen) -> ir.Value | None:
        """A column as it may be seen; None where nobody permits any of it."""
        shape = self.shapes.get(column, Whole(None))
        return shown(allowed[column], shape, seen) if self.permitted_anywhere & seen.bits_of(shape) else None

    def identity(self, column: str, rows: ir.Table, seen: Seen, pseudonyms: Pseudonyms) -> ir.Value:
        """A column of keys or of people: ids as text where their label is permitted, pseudonyms where not."""
        value, shape = rows[column], self.shapes.get(column, Whole(None))
        pseudonym = pseudonyms.of(self.name, self.catalogued, column, value)
        bits = seen.bits_of(shape) if isinstance(shape, Whole) else 0
        if not bits & self.permitted_anywhere:
            return pseudonym
        everything = seen.everything(bits)
        return id_text(value) if everything is None else ibis.ifelse(everything, id_text(value), pseudonym)


class Plans:
    """The plans of one gate, made when first asked for, and the numbers of its reasons."""

    def __init__(
        self,
        policy: Policy,
        purpose: str,
        recipient: str,
        at: datetime,
        tables: Tables,
        members: Members,
        engine: Engine,
        for_training: bool = False,
        earlier: Plans | None = None,
    ) -> None:
        """for_training: as the gate has it. earlier: of the same gate at another time; what `decide` answered stands
        under the same policy on the same days."""
        self._policy, self._purpose, self._recipient, self._at = policy, purpose, recipient, at
        self._tables, self._members, self._engine = tables, members, engine
        self._for_training = for_training
        #: Names what is asked for.
        self.use = purpose, recipient, for_training
        self._plans: dict[str, Plan] = {}
        is_as_before = earlier is not None and earlier._policy is policy and earlier.use == self.use
        self._answered: dict[object, VerdictTable] = earlier._answered if earlier and is_as_before else {}
        self.reasons = narrow.Reasons()

    @functools.cached_property
    def whole(self) -> Plans:
        """The plans by which rows are judged that others refer to: of all their columns, whatever is asked for."""
        if self._tables.whole is self._tables:
            return self
        whole = copy.copy(self)
        whole._tables, whole._plans, whole.reasons = self._tables.whole, {}, narrow.Reasons()
        return whole

    def of(self, name: str) -> Plan:
        if name not in self._plans:
            self._plans[name] = self._make_plan(name)
        return self._plans[name]

    def _make_plan(self, name: str) -> Plan:
        table, content = self._tables.catalogued(name), self._tables.content(name)
        shapes = {
            column: shape
            for column, shape in self._tables.shapes(name).items()
            if self._tables.is_asked(name, column)
        }
        categories = self._tables.kinds(name)
        require_few_kinds(name, categories)
        use = self._policy, self._purpose, self._recipient
        refusals = self._members.refused_rows.of(name, *use, categories)
        looks = dimensions(*use, categories)
        if refusals is not None:
            looks = looks._replace(refusals=refusals.sets)
        verdicts = self._verdicts(self._at, categories, looks)
        if table.is_about_nobody:
            population = Population(functools.partial(self._engine.hand_in, _NO_PEOPLE), ())
            nobody = verdicts.about_nobody
        else:
            population, nobody = self._members.population(looks), verdicts.answers(None)
        by_class = [verdicts.answers(facts_of(subject)) for subject in population.classes]
        for answers in (*by_class, nobody):
            self.reasons.numbered(
                answers
            )  # now, so that no order in what is told hangs on what was read before
        return Plan(
            name, self._engine, table, content, shapes, verdicts, population, by_class, nobody, self.reasons,
            refusals,
        )  # fmt: skip

    def same_at(self, name: str, moment: datetime) -> bool:
        """Whether everybody whose choices stood would have permitted at another moment just what they permit now."""
        plan = self.of(name)
        then = self._verdicts(moment, plan.categories, plan.looks)
        if plan.catalogued.is_about_nobody:
            return _masks(then.about_nobody) == _masks(plan.nobody)
        return ages_hold_for(plan.looks, moment) == ages_hold_for(plan.looks, self._at) and all(
            _masks(then.answers(facts_of(subject))) == _masks(answers)
            for subject, answers in zip(plan.population.classes, plan.by_class, strict=True)
        )

    def _verdicts(self, at: datetime, categories: Sequence[str], looks: Dimensions) -> VerdictTable:
        key = tuple(categories), looks, days_of(at)
        if key not in self._answered:
            if len(self._answered) >= _MOST_ANSWERED:
                self._answered.clear()
            use = self._policy, self._purpose, self._recipient
            self._answered[key] = VerdictTable(*use, at, categories, looks, for_training=self._for_training)
        return self._answered[key]


def _masks(answers: Sequence[SubjectAnswer]) -> list[int]:
    return [answer.mask for answer in answers]


def require_few_kinds(name: str, categories: Sequence[str]) -> None:
    """Raises: GateError GATE-003 where a table holds more kinds of data than a mask has bits."""
    if len(categories) > MOST_CATEGORIES:
        raise GateError(
            "GATE-003",
            f"table {name!r} mixes {len(categories)} kinds of data; the gate masks at most {MOST_CATEGORIES}",
            fix="split the table, or label neighbouring columns with their common kind",
        )
