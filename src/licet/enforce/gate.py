"""The gate: the one door through which a use reads members' data.

Opened for a purpose, a recipient, a moment and a ledger position, it hands out tables in which rows without a
permitted cell are gone, columns nobody permits are absent, and cells a subject does not permit are null. A row
about several people needs every one of them. It counts what it held back, by reason and region, from the
narrow columns alone. It holds no rule of its own: `tabulate` asks `decide`, and the gate joins the answers.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from licet.decide import Policy
from licet.enforce import cells
from licet.enforce import rows as narrow
from licet.enforce.engine import Engine
from licet.enforce.kept import Kept
from licet.enforce.marks import (
    ROW,
    Marks,
    RowsInOrder,
    Verdict,
    marks_of_judged,
    marks_of_one,
    spelled_out,
)
from licet.enforce.numbers import kinds_of_rows, whose_rows
from licet.enforce.population import Population, classify, describe
from licet.enforce.roll import Roll, call_roll, follow
from licet.enforce.shapes import Shape, Whole, bare_parts, element_subjects, kinds_in, shapes_of
from licet.enforce.tabulate import MOST_CATEGORIES, Dimensions, Reason, answers, dimensions, facts_of
from licet.ledger import Ledger
from licet.sources.catalogue import Catalogue, FactsTable, Table
from licet.sources.fingerprints import fingerprint
from licet.sources.paths import path_in
from licet.sources.stand import Stand, files_of, look_at
from licet.terms import SELF, Code, GateError

#: The column beside a prepared table that numbers each row's verdict.
VERDICT = "__licet_verdict"
_JUDGED = [narrow.MASK, narrow.REASON, narrow.REGION]


class HeldBack(NamedTuple):
    """How many rows of one table, for people of one region, were kept back for one reason."""

    table: str
    code: str
    rule: str | None
    region: str | None
    records: int


class Passed(NamedTuple):
    """How many rows of one table, for people of one region, went through."""

    table: str
    region: str | None
    records: int


class Counts(NamedTuple):
    """What a gate let through and held back."""

    passed: tuple[Passed, ...]
    held_back: tuple[HeldBack, ...]

    def by_reason(self) -> dict[str, int]:
        """Rows held back per code, most first."""
        totals: dict[str, int] = {}
        for row in self.held_back:
            totals[row.code] = totals.get(row.code, 0) + row.records
        return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))


@dataclass(frozen=True)
class _Plan:
    """A table as the gate will read it.

    by_class: per class of people and class of rows: mask and number of the reason; `nobody` for the unknown.
    """

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

    @functools.cached_property
    def who(self) -> narrow.Eligibility:
        """What every subject permits, for joining with rows; not needed where rows have their marks."""
        return narrow.eligibility(self.engine, self.population, self.by_class, self.nobody)

    @functools.cached_property
    def permitted_anywhere(self) -> int:
        return functools.reduce(int.__or__, (mask for row in self.by_class for mask, _ in row), 0)

    def bits(self) -> dict[str, int]:
        """Each kind of data as its bit of a mask."""
        return {category: 1 << place for place, category in enumerate(self.categories)}

    @property
    def nothing_can_pass(self) -> bool:
        """A table without subjects or labels: nobody could have permitted anything of it."""
        return not self.catalogued.subjects or not self.categories

    def nothing(self) -> ir.Table:
        """The table when nobody permits any of it: the columns that place a row, and no rows."""
        columns = _roles(self.catalogued) or self.content.columns[:1]
        return self.content.select([self.content[column] for column in columns]).filter(ibis.literal(False))


class Gate:
    """Permitted tables for one purpose and recipient at one moment, under the choices as of one position."""

    def __init__(
        self,
        policy: Policy,
        purpose: str,
        at: datetime,
        catalogue: Catalogue,
        engine: Engine,
        ledger: Ledger,
        *,
        recipient: str = SELF,
        position: int | None = None,
        base: Path = Path(),
        columns: Mapping[str, Collection[str]] | None = None,
        tables: Mapping[str, Any] | None = None,
        kept: Kept | None = None,
    ) -> None:
        """columns: per table the columns this use asks for; it sees, and is counted by, nothing else.
        tables:  Arrow tables that the catalogue names with `arrow:`.
        kept:    what earlier gates of the same tables and ledger found, and later ones may use."""
        if at.utcoffset() is None:
            raise GateError("GATE-001", "the moment has no time zone", fix="use an aware datetime, e.g. UTC")
        _refuse_unknown(policy, purpose, recipient)
        self.policy, self.purpose, self.recipient, self.at = policy, purpose, recipient, at
        self.catalogue, self.engine, self.ledger = catalogue, engine, ledger
        self.position = ledger.position if position is None else position
        self._asked = None if columns is None else {name: frozenset(asked) for name, asked in columns.items()}
        self._base, self._handed_in = base, dict(tables or {})
        self._numbers: dict[object, int] = {}
        self._disagree = self._numbers.setdefault(Reason(Code.SUBJECTS_DISAGREE, None), 0)
        self._kept = Kept() if kept is None else kept
        self._plans: dict[str, _Plan] = {}
        self._marks_of: dict[str, Marks | None] = {}
        self._marked: dict[str, ir.Table] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Every catalogued table, whether or not anything of it is permitted."""
        return tuple(self.catalogue.tables)

    def unlabelled(self) -> dict[str, tuple[str, ...]]:
        """Per table, the columns, and the parts of columns, that have no label and are therefore denied."""
        found = {}
        for name, table in self.catalogue.tables.items():
            shapes = self._shapes(name)
            columns = (c for c in self._content(name).columns if c not in _roles(table))
            bare = [part for c in columns for part in bare_parts(c, shapes.get(c, Whole(None)))]
            if bare:
                found[name] = tuple(bare)
        return found

    def table(self, name: str, subjects: Iterable[str] | None = None) -> ir.Table:
        """The permitted part of a table, as an Ibis table; call `.to_pyarrow()`, `.to_pandas()`, ... on it.

        subjects: keep only rows about one of these people (a filter on top of the gate, never around it).
        """
        plan = self._plan(name)
        if plan.nothing_can_pass:
            return plan.nothing()
        marked = self._marked.get(name)
        content = plan.content if marked is None else marked
        if subjects is not None:
            content = self._about(content, plan.catalogued, subjects)
        if marked is None:
            allowed = narrow.permitted(content, name, plan.catalogued, plan.looks, plan.who)
        else:
            allowed = content.filter(content[narrow.MASK] != 0)
        allowed = self._with_people(allowed, name, plan)
        # One kind of data: the row is there because it is permitted.
        mask = None if len(plan.categories) == 1 else allowed[narrow.MASK]
        seen = cells.Seen(
            plan.bits(), mask, allowed[cells.PEOPLE] if cells.PEOPLE in allowed.columns else None
        )
        columns: list[ir.Value] = []
        for column in plan.content.columns:
            shape = plan.shapes.get(column, Whole(None))
            if not kinds_in(shape):
                if column in _roles(plan.catalogued):
                    columns.append(allowed[column])
            elif plan.permitted_anywhere & seen.bits_of(shape):
                columns.append(cells.shown(allowed[column], shape, seen).name(column))
        return allowed.select(columns) if columns else plan.nothing()

    def read(self, name: str, subjects: Iterable[str] | None = None) -> pa.Table:
        """`table` as Arrow, with the engine's failures told as one clear error."""
        with self.engine.reading(f"table {name!r}"):
            return self.table(name, subjects).to_pyarrow()

    def prepare(self, names: Iterable[str] | None = None) -> tuple[str, ...]:
        """Judge every row of these tables (of all, by default) now, so that reading them joins nothing any more.

        Worth it for a table that is read more than once or twice: preparing costs about what one reading does. Counts
        and verdicts prepare by themselves. Returns the tables that are prepared; others lie where their rows have no
        order, and are read as ever.
        """
        wanted = self.names if names is None else tuple(names)
        return tuple(name for name in wanted if self._marks(name) is not None)

    def counts(self, names: Iterable[str] | None = None) -> Counts:
        """What went through and what was held back, by table, reason and region; content is not read."""
        passed: list[Passed] = []
        held: list[HeldBack] = []
        for name in self.names if names is None else names:
            for (reason, region), records in sorted(self._tally(name).items(), key=repr):
                if reason is None:
                    passed.append(Passed(name, region, records))
                else:
                    held.append(HeldBack(name, reason.code.value, reason.rule, region, records))
        return Counts(tuple(passed), tuple(held))

    def verdicts(self, name: str) -> pa.Table:
        """For every row: its key (if any), mask, code, rule and region. Content is not read.

        mask:               0 for a row held back, else a bit per kind of data (as `categories` has them, in order).
        code, rule, region: dictionaries; code and rule are null where something of the row passes.
        """
        plan = self._plan(name)
        key = plan.catalogued.key
        keyed = {} if key is None else {"key": key}
        with self.engine.reading(f"table {name!r}"):
            marks = self._marks(name)
            if plan.nothing_can_pass:
                told = plan.content.select(**keyed, number=ibis.literal(0)).to_pyarrow()
                verdicts: tuple[Verdict, ...] = (Verdict(0, plan.nobody[0][1], None),)
            elif marks is not None:
                told = self._marked[name].select(**keyed, number=VERDICT).to_pyarrow()
                verdicts = marks.verdicts
            else:
                judged = self._judged(plan, name, plan.content)
                told = judged.select(*_JUDGED, **keyed).to_pyarrow()
                rows = told.select(_JUDGED).add_column(0, ROW, pa.array(np.arange(len(told))))
                numbers, verdicts = marks_of_judged(rows.to_batches(), len(told))
                told = told.append_column("number", pa.array(numbers))
        return _spelled_out(told, verdicts, [self._reason(verdict.reason) for verdict in verdicts])

    def eligibility(self, name: str) -> pa.Table:
        """What every known subject permits of a table, per class of row: for finding whom a change touched."""
        plan = self._plan(name)
        masks = [column for column in plan.who.table.columns if column.startswith("mask_")]
        return plan.who.table.select("subject", *masks).to_pyarrow()

    def inputs(self, names: Iterable[str]) -> dict[str, list[dict[str, Any]] | None]:
        """The files each table was read from, the members' facts included; None where there are no files."""
        facts = self.catalogue.facts
        wanted = dict.fromkeys((*names, *([facts.table] if facts is not None else [])))
        return {name: fingerprint(self._catalogued(name).location, self._base) for name in wanted}

    def categories(self, name: str) -> dict[str, str]:
        """Column, or path within one, to kind of data, for what this gate may show of a table."""
        plan = self._plan(name)
        return {
            path: kind
            for path, kind in plan.catalogued.columns.items()
            if kind is not None and self._is_asked(name, path)
        }

    # -- within ---------------------------------------------------------------------------------------------

    def _content(self, name: str) -> ir.Table:
        return self._contents(name)

    @functools.cached_property
    def _contents(self) -> Any:
        def open_table(name: str) -> ir.Table:
            table = self._catalogued(name)
            opened = self.engine.open(name, table, self._base, self._handed_in)
            for column in _roles(table):
                narrow.column_of(opened, name, column)
            return opened

        return functools.cache(open_table)

    def _catalogued(self, name: str) -> Table:
        try:
            return self.catalogue.tables[name]
        except KeyError:
            raise GateError(
                "GATE-002",
                f"there is no table {name!r}",
                fix=f"the catalogue has: {', '.join(self.catalogue.tables) or 'no tables yet'}",
            ) from None

    def _shapes(self, name: str) -> dict[str, Shape]:
        return shapes_of(name, self._catalogued(name), self._content(name).schema())

    def _is_asked(self, name: str, path: str) -> bool:
        """Whether this use asked for the column that a path leads into."""
        if self._asked is None:
            return True
        within = path_in(path, self._content(name).columns)
        return within is not None and within.column in self._asked.get(name, ())

    def _plan(self, name: str) -> _Plan:
        if name not in self._plans:
            self._plans[name] = self._make_plan(name)
        return self._plans[name]

    def _make_plan(self, name: str) -> _Plan:
        table, content = self._catalogued(name), self._content(name)
        shapes = {
            column: shape for column, shape in self._shapes(name).items() if self._is_asked(name, column)
        }
        labelled = frozenset().union(*map(kinds_in, shapes.values()))
        categories = tuple(
            dict.fromkeys(kind for kind in table.columns.values() if kind is not None and kind in labelled)
        )
        if len(categories) > MOST_CATEGORIES:
            raise GateError(
                "GATE-003",
                f"table {name!r} mixes {len(categories)} kinds of data; the gate masks at most {MOST_CATEGORIES}",
                fix="split the table, or label neighbouring columns with their common kind",
            )
        looks = dimensions(self.policy, self.purpose, self.recipient, categories)
        population, roll = self._population(looks)
        ask = functools.partial(
            answers, self.policy, self.purpose, self.recipient, self.at, categories, looks
        )
        told = [ask(facts_of(subject)) for subject in population.classes] if categories else []
        by_class = [narrow.reason_numbers(row, self._numbers) for row in told]
        nobody = (
            narrow.reason_numbers(ask(None), self._numbers)
            if categories
            else [(0, self._numbers.setdefault(Reason(Code.UNLABELLED, None), len(self._numbers)))]
        )
        if not categories:
            by_class = [nobody for _ in population.classes]
        return _Plan(
            self.engine, table, content, shapes, categories, looks, population, roll, by_class, nobody
        )

    def _population(self, looks: Dimensions) -> tuple[Population, Roll | None]:
        """The people in their classes; tables whose rules look at the same things share them.

        The roll, where the engine keeps its people in this process; then the population is drawn from it.
        """
        key = looks._replace(visibilities=(), cuts=())
        if key not in self._populations:
            facts = self.catalogue.facts
            if facts is None:
                raise GateError(
                    "GATE-004",
                    "the catalogue does not say which table holds the members",
                    fix="add facts: with its table, subject and region columns",
                )
            members = self._content(facts.table)
            if self.engine.people_here:
                roll = self._roll(members, facts, key)
                table = functools.cache(lambda: self.engine.hand_in(roll.with_classes()))
                self._populations[key] = Population(table, roll.classes), roll
            else:
                told = self._choices, self._signals
                self._populations[key] = classify(self.engine, members, facts, *told, key, self.at), None
        return self._populations[key]

    @functools.cached_property
    def _populations(self) -> dict[Dimensions, tuple[Population, Roll | None]]:
        return {}

    def _roll(self, members: ir.Table, facts: FactsTable, looks: Dimensions) -> Roll:
        def call(earlier: Roll | None, changed: frozenset[str] | None) -> Roll:
            if earlier is None or changed is None:
                told = self._choices, self._signals
                return call_roll(self.engine, describe(self.engine, members, facts, *told, looks, self.at))
            only = pa.array(sorted(changed), pa.string())
            choices = _of_choices(self.ledger.choices_table(self.position, changed))
            signals = _of_signals(self.ledger.signals_table(self.position, changed))
            described = describe(self.engine, members, facts, choices, signals, looks, self.at, only)
            return follow(self.engine, earlier, described)

        # Ages are counted in whole years, so a roll that looks at them is good for its day.
        day = self.at.astimezone(UTC).date() if len(looks.ages) > 1 else None
        key = repr((facts, self._catalogued(facts.table).location, looks, day))
        return self._kept.roll(key, self._stand(facts.table), self.ledger, self.position, call)

    def _stand(self, name: str) -> Stand | None:
        """How a table's files stand now; None where files do not tell."""
        files = files_of(self._catalogued(name).location, self._base)
        return None if files is None else look_at(files)

    @functools.cached_property
    def _choices(self) -> pa.Table:
        return _of_choices(self.ledger.choices_table(self.position))

    @functools.cached_property
    def _signals(self) -> pa.Table:
        return _of_signals(self.ledger.signals_table(self.position))

    def _judged(self, plan: _Plan, name: str, rows: ir.Table) -> ir.Table:
        """Every row's narrow columns with what the gate says of it."""
        columns = [*_roles(plan.catalogued), *([ROW] if ROW in rows.columns else [])]
        content = rows.select([rows[column] for column in columns])
        return narrow.judged(content, name, plan.catalogued, plan.looks, plan.who, self._disagree)

    def _marks(self, name: str) -> Marks | None:
        """Every row's verdict, by its place; None where the engine keeps no order of rows."""
        if name not in self._marks_of:
            plan = self._plan(name)
            ordered = None
            if not plan.nothing_can_pass:
                ordered = self.engine.in_order(name, plan.catalogued, self._base, self._handed_in)
            if ordered is None:
                self._marks_of[name] = None
            else:
                with self.engine.reading(f"table {name!r}"):
                    marks = self._marks_of[name] = self._make_marks(plan, name, ordered)
                    beside = {narrow.MASK: marks.masks(), VERDICT: marks.numbers}
                    self._marked[name] = ordered.beside(beside)
        return self._marks_of[name]

    def _make_marks(self, plan: _Plan, name: str, ordered: RowsInOrder) -> Marks:
        rows, table, roll = ordered.rows, plan.catalogued, plan.roll
        if roll is None or len(table.subjects) > 1 or rows[table.subjects[0]].type().is_array():
            judged = self._judged(plan, name, rows)
            return marks_of_judged(self.engine.batches(judged.select(ROW, *_JUDGED)), ordered.size)
        (subject,), kind = table.subjects, narrow.row_class(rows, name, table, plan.looks)
        kinds = None
        stand = self._stand(name)
        if kind is not None and plan.looks.row_classes > 1:
            kinds = self._kept.numbers(
                repr((table, plan.looks.visibilities, plan.looks.cuts)), stand, None,
                lambda: kinds_of_rows(self.engine, ordered, kind),
            )  # fmt: skip
        subjects = self._kept.numbers(
            repr((table.location, subject)), stand, roll.subjects,
            lambda: whose_rows(self.engine, ordered, subject, roll),
        )  # fmt: skip
        regions = [one.region for one in roll.classes]
        return marks_of_one(subjects, kinds, roll.class_of, regions, plan.by_class, plan.nobody)

    def _with_people(self, allowed: ir.Table, name: str, plan: _Plan) -> ir.Table:
        """Beside each row, what those permit whom elements of its lists are about; as it is when there are none."""
        found = {column: tuple(element_subjects(shape)) for column, shape in plan.shapes.items()}
        ways = {column: told for column, told in found.items() if told}
        if not ways:
            return allowed
        return cells.with_people(allowed, ways, name, plan.catalogued, plan.looks, plan.who)

    def _about(self, content: ir.Table, table: Table, subjects: Iterable[str]) -> ir.Table:
        wanted = self.engine.hand_in(pa.table({"wanted": pa.array(sorted(set(subjects)), pa.string())}))
        tests = []
        for column in table.subjects:
            if content[column].type().is_array():
                lists = content.select(text=narrow.list_text(content[column]), one=content[column])
                named = lists.distinct().unnest("one")
                chosen = named.filter(named.one.cast("string").isin(wanted.wanted))
                tests.append(narrow.list_text(content[column]).isin(chosen.text))
            else:
                tests.append(content[column].cast("string").isin(wanted.wanted))
        return content.filter(functools.reduce(lambda one, other: one | other, tests))

    def _tally(self, name: str) -> dict[tuple[Reason | None, str | None], int]:
        plan = self._plan(name)
        if plan.nothing_can_pass:
            with self.engine.reading(f"table {name!r}"):
                records = int(plan.content.count().to_pyarrow().as_py())
            return {(self._reason(plan.nobody[0][1]), None): records} if records else {}
        marks = self._marks(name)
        if marks is not None:
            found: dict[tuple[Reason | None, str | None], int] = {}
            for verdict, records in marks.tally().items():
                key = (self._reason(verdict.reason), verdict.region)
                found[key] = found.get(key, 0) + records
            return found
        judged = self._judged(plan, name, plan.content)
        grouped = judged.group_by(reason=judged[narrow.REASON], region=judged[narrow.REGION]).agg(
            records=judged.count()
        )
        with self.engine.reading(f"table {name!r}"):
            told = grouped.to_pyarrow().to_pylist()
        return {(self._reason(row["reason"]), row["region"]): row["records"] for row in told}

    def _reason(self, number: int) -> Reason | None:
        if number < 0:
            return None
        by_number: list[Any] = list(self._numbers)
        reason: Reason = by_number[number]
        return reason


def _of_choices(table: pa.Table) -> pa.Table:
    return table.select(["subject", "setting", "category", "state"])


def _of_signals(table: pa.Table) -> pa.Table:
    return table.select(["subject", "signal"])


def _spelled_out(told: pa.Table, verdicts: Sequence[Verdict], reasons: Sequence[Reason | None]) -> pa.Table:
    """Numbers of verdicts as their words; as dictionaries, since there are few words and many rows."""
    numbers = told["number"].to_numpy()
    words = {
        "code": [None if reason is None else reason.code.value for reason in reasons],
        "rule": [None if reason is None else reason.rule for reason in reasons],
        "region": [verdict.region for verdict in verdicts],
    }
    columns: dict[str, Any] = {name: told[name] for name in told.column_names if name == "key"}
    columns["mask"] = np.array([verdict.mask for verdict in verdicts], np.int64)[numbers]
    return pa.table(columns | {name: spelled_out(numbers, found) for name, found in words.items()})


def _roles(table: Table) -> tuple[str, ...]:
    """The columns that name, date and place a row; they travel with every row that passes."""
    named = (table.key, *table.subjects, table.created, table.visibility)
    return tuple(dict.fromkeys(column for column in named if column is not None))


def _refuse_unknown(policy: Policy, purpose: str, recipient: str) -> None:
    """A gate for words the policy does not know would only ever deny; say so at once."""
    from licet.terms.vocabulary import PURPOSES

    if not policy.pack.purpose_line(purpose):
        known = ", ".join(sorted({*policy.pack.purposes, *PURPOSES}))
        raise GateError(
            "GATE-005", f"the policy does not know the purpose {purpose!r}", fix=f"one of: {known}"
        )
    if not policy.pack.knows_recipient(recipient):
        known = ", ".join([SELF, *policy.pack.recipients])
        raise GateError(
            "GATE-006", f"the policy does not know the recipient {recipient!r}", fix=f"one of: {known}"
        )
