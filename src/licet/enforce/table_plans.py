"""How each table is going to be read: its kinds of data, its people, and what each class of them permits.

Here `decide` is asked, once a class, through `decision_table`; what comes of it are masks and numbers of reasons.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from licet.decide import Facts, Policy
from licet.decide.combination import DISAGREE, UNLABELLED, WITHHELD, Reason, SubjectAnswer
from licet.enforce import rows as narrow
from licet.enforce.column_shapes import Shape, Whole
from licet.enforce.decision_table import (
    MOST_CATEGORIES,
    Dimensions,
    answers,
    answers_about_nobody,
    dimensions,
    facts_of,
)
from licet.enforce.engine import Engine
from licet.enforce.masking import Seen, shown
from licet.enforce.member_classes import Members, ages_hold_for
from licet.enforce.population import Population
from licet.enforce.pseudonyms import Pseudonyms, id_text, identifying
from licet.enforce.refused_rows import Refusals
from licet.enforce.subject_index import Roll
from licet.enforce.tables import Tables
from licet.sources.catalogue import Table
from licet.terms import GateError
from licet.terms.vocabulary import is_never_learnt

_NO_PEOPLE = pa.schema({"subject": pa.string(), "region": pa.string(), "class_id": pa.int64()}).empty_table()


@dataclass(frozen=True)
class Plan:
    """A table as the gate will read it.

    by_class: per class of people and class of rows: mask and number of the reason; `nobody` for the unknown, and for
              every row of a table about nobody, which has no people.
    refusals: what is said no to of its single rows; None where nothing is that matters here.
    """

    name: str
    engine: Engine
    catalogued: Table
    content: ir.Table
    shapes: dict[str, Shape]
    categories: tuple[str, ...]
    looks: Dimensions
    population: Population
    roll: Roll | None
    by_class: list[list[tuple[int, int]]]
    nobody: list[tuple[int, int]]
    refusals: Refusals | None = None

    def beside(self, rows: ir.Table) -> ir.Table:
        """Rows, with their narrow columns, and beside them what is said no to of each where anything is."""
        return rows if self.refusals is None or narrow.REFUSAL in rows.columns else self.refusals.beside(rows)

    @functools.cached_property
    def who(self) -> narrow.Eligibility:
        """What every subject permits, for joining with rows; not needed where rows have their marks."""
        return narrow.eligibility(self.engine, self.population, self.by_class, self.nobody)

    @functools.cached_property
    def permitted_anywhere(self) -> int:
        return functools.reduce(int.__or__, (mask for row in self._told for mask, _ in row), 0)

    @property
    def _told(self) -> list[list[tuple[int, int]]]:
        """What anybody permits whom a row may be about; of rows about nobody, what is permitted of them."""
        return [self.nobody] if self.catalogued.is_about_nobody else self.by_class

    @functools.cached_property
    def permitted_in_every_row(self) -> int:
        """The kinds that everybody permits who permits anything: no row that passes can lack them."""
        masks = [mask for row in self._told for mask, _ in row if mask]
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
    ) -> None:
        """for_training: as the gate has it."""
        self._for_training = for_training
        self._policy, self._purpose, self._recipient, self._at = policy, purpose, recipient, at
        self._tables, self._members, self._engine = tables, members, engine
        self._plans: dict[str, Plan] = {}
        self._numbers: dict[object, int] = {}
        #: The number of the reason of rows whose people permit different parts of them.
        self.disagree = self._numbers.setdefault(DISAGREE, 0)
        #: The number of the reason of rows that refer to a row which does not pass.
        self.withheld = self._numbers.setdefault(WITHHELD, 1)

    @functools.cached_property
    def whole(self) -> Plans:
        """The plans by which rows are judged that others refer to: of all their columns, whatever is asked for."""
        if self._tables.whole is self._tables:
            return self
        return Plans(
            self._policy,
            self._purpose,
            self._recipient,
            self._at,
            self._tables.whole,
            self._members,
            self._engine,
            self._for_training,
        )

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
        if table.is_about_nobody:
            told_of_all = self._about_nobody(self._at, categories, looks)
            nobody = narrow.reason_numbers(told_of_all, self._numbers)
            people = Population(functools.partial(self._engine.hand_in, _NO_PEOPLE), ())
            return Plan(
                name,
                self._engine,
                table,
                content,
                shapes,
                categories,
                looks,
                people,
                None,
                [],
                nobody,
                refusals,
            )
        population, roll = self._members.population(looks)
        ask = self._asking(self._at, categories, looks)
        told = [ask(facts_of(subject)) for subject in population.classes] if categories else []
        by_class = [narrow.reason_numbers(row, self._numbers) for row in told]
        nobody = (
            narrow.reason_numbers(ask(None), self._numbers)
            if categories
            else [(0, self._numbers.setdefault(UNLABELLED, len(self._numbers)))]
        )
        if not categories:
            by_class = [nobody for _ in population.classes]
        return Plan(
            name,
            self._engine,
            table,
            content,
            shapes,
            categories,
            looks,
            population,
            roll,
            by_class,
            nobody,
            refusals,
        )

    def same_at(self, name: str, moment: datetime) -> bool:
        """Whether everybody whose choices stood would have permitted at another moment just what they permit now."""
        plan = self.of(name)
        if plan.catalogued.is_about_nobody:
            answers_then = self._about_nobody(moment, plan.categories, plan.looks)
            return [answer.mask for answer in answers_then] == [mask for mask, _ in plan.nobody]
        if ages_hold_for(plan.looks, moment) != ages_hold_for(plan.looks, self._at):
            return False
        ask = self._asking(moment, plan.categories, plan.looks)
        return not plan.categories or all(
            [answer.mask for answer in ask(facts_of(subject))] == [mask for mask, _ in permitted]
            for subject, permitted in zip(plan.population.classes, plan.by_class, strict=True)
        )

    def _about_nobody(
        self, at: datetime, categories: Sequence[str], looks: Dimensions
    ) -> list[SubjectAnswer]:
        if not categories:
            return [SubjectAnswer(0, UNLABELLED, None)] * looks.row_classes
        closed = closed_to(self._for_training, categories)
        return answers_about_nobody(
            self._policy, self._purpose, self._recipient, at, categories, looks, closed
        )

    def _asking(
        self, at: datetime, categories: Sequence[str], looks: Dimensions
    ) -> Callable[[Facts | None], list[SubjectAnswer]]:
        """What one class of people permits at a moment."""
        return functools.partial(
            answers,
            self._policy,
            self._purpose,
            self._recipient,
            at,
            categories,
            looks,
            closed=closed_to(self._for_training, categories),
        )

    def reason(self, number: int) -> Reason | None:
        if number < 0:
            return None
        by_number: list[Any] = list(self._numbers)
        reason: Reason = by_number[number]
        return reason


def closed_to(for_training: bool, categories: Sequence[str]) -> Collection[str]:
    """The kinds of data that a use may not have, whatever the policy permits."""
    return frozenset(filter(is_never_learnt, categories)) if for_training else ()


def require_few_kinds(name: str, categories: Sequence[str]) -> None:
    """Raises: GateError GATE-003 where a table holds more kinds of data than a mask has bits."""
    if len(categories) > MOST_CATEGORIES:
        raise GateError(
            "GATE-003",
            f"table {name!r} mixes {len(categories)} kinds of data; the gate masks at most {MOST_CATEGORIES}",
            fix="split the table, or label neighbouring columns with their common kind",
        )
