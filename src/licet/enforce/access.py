"""What a use is given of members' data, and all that it is given: `Access`.

It stands between a use and the gate, and hands out Arrow batches of permitted rows, what was made of them, counts, and
words about them. Nothing else can be reached from it: no row that is not permitted, no query to build on, no engine,
no catalogue, no ledger. Two things come with a permitted row without being asked permission for: whom it is about, for
a use's books, and, to a function that asks for it, the region of its first person, for taking out telephone numbers and
the like. Where an engine keeps its rows to itself, as Spark does, only `transform` sees them, there.
"""

from __future__ import annotations

import functools
import hmac
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from types import MappingProxyType, TracebackType
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.gate import Gate
from licet.enforce.gate_counts import Counts
from licet.enforce.origin import Inputs, LedgerRef, Origin, PolicyRef, PurposeRef
from licet.enforce.pseudonyms import id_text, identifying
from licet.enforce.row_excerpts import excerpt
from licet.enforce.row_references import people_beside, people_of_organisations, referring_people
from licet.enforce.selection import ROW, SHOWN_KEY, Lookup, Selection, people_columns
from licet.enforce.table_plans import Plan
from licet.sources.catalogue import Table
from licet.sources.fingerprints import FileFingerprint
from licet.terms import GateError
from licet.terms.canonical import canonical_json, digest
from licet.terms.moments import format_moment, parse_moment


class TableDescription(NamedTuple):
    """What a catalogued table is, but for where it lies.

    columns: each labelled column, or path within one, with its kind of data; None where somebody said it has none.
    subjects: the columns of its people; people: by role, where they have one, such as author.
    event:   the columns of actor, item and time, where rows are events; edge: of both ends, where they join people.
    about_others: the columns with parts that are about other people than their row is.
    references: by column the table that it names a row of.
    """

    columns: Mapping[str, str | None]
    subjects: tuple[str, ...]
    people: Mapping[str, str]
    key: str | None
    created: str | None
    visibility: str | None
    about_nobody: bool
    event: tuple[str, str, str] | None
    edge: tuple[str, str] | None
    about_others: frozenset[str]
    references: Mapping[str, str]

    @property
    def roles(self) -> tuple[str, ...]:
        """The columns that name, date and place a row."""
        named = (self.key, *self.subjects, self.created, self.visibility)
        return tuple(dict.fromkeys(column for column in named if column is not None))


class Provenance(NamedTuple):
    """Under which policy, as of when and for what rows were handed out.

    position, ledger_root: how far of the ledger counted, and its root there.
    catalogue: a digest of what the tables were said to be. engine: what read them.
    is_inspection: of the past; what is made of it is looked at and used for nothing.
    """

    purpose: str
    recipient: str
    policy: PolicyRef
    at: datetime
    position: int
    ledger_root: str
    catalogue: str
    engine: str
    is_inspection: bool

    def origin(self, inputs: Inputs) -> Origin:
        """As a manifest has it. inputs: what was read."""
        purpose, ledger = (
            PurposeRef(self.purpose, self.recipient),
            LedgerRef(self.position, self.ledger_root),
        )
        return Origin(purpose, self.policy, format_moment(self.at), ledger, self.catalogue, inputs)


class Touched(NamedTuple):
    """Whom a change touched since something was made.

    subjects: for whom the answers may differ, and whose rows refer to theirs; None where nobody can say, and `why` then
              says why not.
    """

    subjects: frozenset[str] | None
    why: str | None = None


class Batches:
    """Arrow record batches of one schema as they come; each is handed out once.

    A context manager: whoever may stop before the end leaves its block, or closes it.
    """

    def __init__(self, schema: pa.Schema, batches: Generator[pa.RecordBatch]) -> None:
        self.schema, self._batches = schema, batches

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return self

    def __next__(self) -> pa.RecordBatch:
        return next(self._batches)

    def __enter__(self) -> Batches:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of what is still to come."""
        self._batches.close()

    def read_all(self) -> pa.Table:
        """All that is still to come."""
        with self:
            return pa.Table.from_batches(self, self.schema)


class Access:
    """Permitted rows of now, under one ledger position; for inspection, of the past and never used."""

    def __init__(
        self,
        gates: Mapping[str, Gate],
        secret: bytes,
        earlier: Callable[[str, datetime, int], Gate] | None = None,
        purpose: str | None = None,
    ) -> None:
        """gates:   per purpose one that is opened for it, all of one moment and position; the first is gone by.
        secret:  the use's own, under which it makes names that tell nothing: see `secret_of`.
        earlier: opens the gate of a purpose as of an earlier moment and position, never for rows; without it nobody
                 can say whom the passing of time touched.
        """
        self._gates, self._earlier, self.secret = dict(gates), earlier, secret
        self.purpose = next(iter(gates)) if purpose is None else purpose

    # -- what it is ----------------------------------------------------------------------------------------------

    @property
    def purposes(self) -> tuple[str, ...]:
        """Everything rows may be asked for; see `under`."""
        return tuple(self._gates)

    @property
    def recipient(self) -> str:
        """Whom rows are for."""
        return self._gate.recipient

    def under(self, purpose: str) -> Access:
        """The same for another of its purposes. Raises: GateError GATE-210 for one that it was not opened for."""
        if purpose not in self._gates:
            raise GateError(
                "GATE-210",
                f"nothing was opened for the purpose {purpose!r}",
                fix=f"one of: {', '.join(self._gates)}; a use names its purposes before it runs",
            )
        return Access(self._gates, self.secret, self._earlier, purpose)

    @property
    def is_for_training(self) -> bool:
        """Whether something may learn from it: then private communication is in none of it."""
        return self._gate.for_training

    @property
    def is_supposed(self) -> bool:
        """Whether some of the choices it goes by are only supposed: then nothing may be made of it."""
        return self._gate._ledger is not self._gate._ledger.recorded

    @functools.cached_property
    def tables(self) -> Mapping[str, TableDescription]:
        """Every catalogued table, whether or not anything of it is permitted."""
        return MappingProxyType(
            {name: _described(table) for name, table in self._gate._catalogue.tables.items()}
        )

    def present_columns(self, table: str) -> tuple[str, ...]:
        """The columns that a table has, permitted or not; no row is read."""
        return tuple(self._gate._tables.content(table).columns)

    def is_about_one(self, table: str) -> bool:
        """Whether no row of a table is about more than one person; no row is read."""
        subjects, content = self.tables[table].subjects, self._gate._tables.content(table)
        return len(subjects) == 1 and not content[subjects[0]].type().is_array()

    def schema(self, table: str) -> pa.Schema:
        """The columns of a table that somebody may permit, with their types; no row is read."""
        gate = self._gate
        gate._require_now()
        gate._require_still_now()
        plan = gate._plans.of(table)
        return pa.schema([plan.types.field(column) for column in plan.seen_columns])

    def provenance(self) -> Provenance:
        return self._provenance

    @functools.cached_property
    def _provenance(self) -> Provenance:
        gate = self._gate
        pack = gate.policy.pack
        policy = PolicyRef(pack.id, pack.version, pack.title, pack.digest, gate.policy.digest)
        return Provenance(
            gate.purpose, gate.recipient, policy, gate.at, gate.position,
            gate._ledger.recorded.root(gate.position).hex(),
            digest(canonical_json(gate._catalogue.model_dump(mode="json"))),
            gate._engine.name, gate.for_inspection,
        )  # fmt: skip

    # -- rows ----------------------------------------------------------------------------------------------------

    def rows(
        self, table: str, columns: Sequence[str] | None = None, subjects: Iterable[str] | None = None
    ) -> Batches:
        """Permitted rows as they come, in no particular order: a cell that its subject does not permit is null.

        columns, subjects: as `Selection` has them.
        Raises: GateError GATE-211 where the rows stay with the engine; GATE-201, GATE-202 as the gate has it; GATE-002.
        """
        return self._read(self._selection(table, columns, subjects))

    def events(self, table: str, subjects: Iterable[str] | None = None) -> Batches:
        """Who did something, to which item, when: `actor`, `item` and `time` in order of time; an event whose item or
        time is not permitted is left out. The actor is told as whose row it is, whatever that column permits: to keep
        it under, and to show nobody.

        Raises: GateError GATE-212 for a table that the catalogue does not call so; as `rows`.
        """
        columns = self._called(table, "event", "events")
        return self._read(self._selection(table, columns, subjects), ("actor", "item", "time"), "time")

    def edges(self, table: str, subjects: Iterable[str] | None = None) -> Batches:
        """Whom a row joins with whom: `from` and `to`, told as `events` tells an actor. Raises: as `events`.

        Who learns from one end because of the other asks `rows` for both columns: each shows what itself permits.
        """
        columns = self._called(table, "edge", "edges")
        return self._read(self._selection(table, columns, subjects), ("from", "to"))

    def items(self, table: str, columns: Sequence[str] | None = None) -> Batches:
        """Rows about nobody, as `rows` has them. Raises: as `events`."""
        self._called(table, "about_nobody", "rows about nobody")
        return self.rows(table, columns)

    def own(self, subject: str) -> dict[str, pa.Table]:
        """Per table the permitted rows about one member, where there are any. Raises: as `rows`."""
        held = {
            name: self.rows(name, subjects=[subject]).read_all()
            for name, table in self.tables.items()
            if table.subjects
        }
        return {name: rows for name, rows in held.items() if len(rows)}

    def permitting(self, table: str, subjects: frozenset[str]) -> frozenset[str]:
        """Those of some people who may permit anything of a table: no row about any other of them passes.

        A kind of data passes when everyone the row is about permits it, so one who permits none holds back every row.
        Raises: as `rows`, but for GATE-211.
        """
        gate = self._gate
        gate._require_now()
        gate._require_still_now()
        plan, ids = gate._plans.of(table), pa.array(sorted(subjects), pa.string())
        if plan.nothing_can_pass or plan.catalogued.is_about_nobody:
            return frozenset()
        roll = plan.population.roll
        if roll is None or not subjects:
            return subjects
        by_class = [any(answer.mask for answer in answers) for answers in (*plan.by_class, plan.nobody)]
        places = roll.places.of(ids)
        classes = np.where(places < 0, len(by_class) - 1, roll.class_of[places])
        return frozenset(ids.filter(pa.array(np.array(by_class)[classes])).to_pylist())

    def transform(
        self, rows: Selection, function: Callable[[pa.Table], pa.Table], schema: pa.Schema
    ) -> Batches:
        """What a pure, picklable function makes of rows, batch by batch, where the engine keeps them.

        What it makes of a row depends on that row alone, except rows of one group, which come in one batch. Results are
        of `schema`, in no particular order; until they are taken or let go of, nothing else may be asked.
        Raises: what the function raises; as `rows`, but for GATE-211.
        """
        few = excerpt(self._gate, rows)
        selected = self._selected(rows) if few is None else None

        def batches() -> Generator[pa.RecordBatch]:
            if few is not None or selected is None:
                yield from function(few).cast(schema).to_batches() if few else ()
                return
            together = rows.group_by if rows.group_by in selected.columns else None
            with (
                self._gate._engine.reading(f"table {rows.table!r}"),
                closing(self._gate._engine.transform(selected, function, schema, together=together)) as made,
            ):
                for part in made:
                    yield from part.cast(schema).to_batches()

        return Batches(schema, batches())

    def spread(
        self,
        batches: Iterable[pa.RecordBatch],
        function: Callable[[pa.Table], pa.Table],
        schema: pa.Schema,
    ) -> Batches:
        """What a pure, picklable function makes of batches that a use has already, such as documents that it took from
        the store; each whole, where the engine works: in processes beside this one, or on Spark's executors.

        Of each comes one batch of `schema`, in no particular order. No table is read.
        Raises: what the function raises; GateError GATE-007, GATE-020.
        """

        def made() -> Generator[pa.RecordBatch]:
            with closing(self._gate._engine.spread(batches, function, schema)) as tables:
                for table in tables:
                    yield from table.to_batches()

        return Batches(schema, made())

    def counts(self, tables: Iterable[str] | None = None) -> Counts:
        """What went through and what was held back, by table, reason and region; content is not read."""
        return self._gate.counts(tables)

    # -- change --------------------------------------------------------------------------------------------------

    def inputs(self, tables: Iterable[str], known: Inputs | None = None) -> Inputs:
        """The files that tables are read from, the members' facts included.

        known: what this said before; files that stand as they stood then are not read.
        """
        return self._gate.inputs(tables, known)

    def engine_matters(self, tables: Iterable[str]) -> bool:
        """Whether another engine may read tables otherwise: all but Parquet leaves something to guess."""
        facts = self._gate._catalogue.facts
        read = {*tables, *([facts.table] if facts is not None else [])}
        return any(self._gate._catalogue.tables[name].location.parquet is None for name in read)

    def touched_since(self, earlier: Origin, tables: Sequence[str], inputs: Inputs) -> Touched:
        """Whom a change touched since something was made of tables.

        earlier: under what it was made. inputs: as they are now.
        """
        why = self._why_unknown(earlier, inputs)
        touched = self._touched(earlier, tables) if why is None else Touched(None, why)
        if not touched.subjects:
            return touched
        if any(self._refers_to_people(name) for name in tables if self.tables[name].about_nobody):
            return Touched(
                None, "rows about nobody refer to theirs, and no person of those rows can be named"
            )
        return Touched(self.with_referring(tables, touched.subjects))

    def with_referring(self, tables: Iterable[str], subjects: frozenset[str]) -> frozenset[str]:
        """These people, and those whose rows of some tables refer to theirs, which go and come with them."""
        if not subjects:
            return subjects
        return subjects | referring_people(self._gate._tables, self._gate._engine, tables, subjects)

    def with_sharing(self, tables: Iterable[str], subjects: frozenset[str]) -> frozenset[str]:
        """These people, and those with whom they share a row of some tables: it goes where any of them says no.

        For whoever keeps a row under one of its people.
        """
        return subjects | people_beside(self._gate._tables, self._gate._engine, tables, subjects)

    def _why_unknown(self, earlier: Origin, inputs: Inputs) -> str | None:
        """What changed of which nobody can say whom it touched; None when nothing did."""
        gate, before = self._gate, earlier.inputs
        if any(files is None for files in inputs.values()):
            return "some tables cannot be told to be unchanged"
        if gate._ledger.recorded.erased_since(min(gate.position, earlier.ledger.position)):
            return "somebody was erased from the ledger since, and nothing says who"
        now = self.provenance().origin(inputs)
        if earlier.purpose != now.purpose:
            return "it was made for another purpose or recipient"
        if earlier.policy != now.policy:
            return "the policy changed"
        if earlier.catalogue != now.catalogue:
            return "the catalogue changed"
        same = inputs.keys() == before.keys() and all(
            _content(inputs[name]) == _content(before[name]) for name in inputs
        )
        return None if same else "the tables changed"

    def _touched(self, earlier: Origin, tables: Sequence[str]) -> Touched:
        gate, position = self._gate, earlier.ledger.position
        peopled = [name for name in tables if self.tables[name].subjects]
        moment = parse_moment(earlier.at)
        items = [name for name in tables if self.tables[name].about_nobody]
        if moment != gate.at and items and not gate.same_at(items, moment):
            return Touched(None, "time has passed, and other rows about nobody may be used")
        first, last = sorted((position, gate.position))
        read = dict.fromkeys((*tables, *gate._catalogue.referred(*tables)))
        organisations = gate._ledger.recorded.changed_organisations(first, last)
        if organisations and any(
            self.tables[name].about_nobody and gate._catalogue.tables[name].organisation for name in read
        ):
            return Touched(None, "an organisation spoke, and no person of rows about nobody can be named")
        found = gate._ledger.changed_subjects(first, last) | people_of_organisations(
            gate._tables, gate._engine, read, organisations
        )
        if moment == gate.at or gate.same_at(peopled, moment):
            return Touched(frozenset(found))
        if self._earlier is None:
            return Touched(None, "time has passed, and nobody can say for whom that matters")
        before = self._earlier(self.purpose, moment, position)
        referred = gate._catalogue.referred(*peopled)
        if any(self.tables[name].about_nobody for name in referred):
            # What was permitted of rows about nobody may have changed, and with it whatever refers to them.
            found |= referring_people(gate._tables, gate._engine, peopled, None)
        for name in dict.fromkeys((*peopled, *referred)):
            then, now = (
                _eligibility(each, name, name in referred).sort_by("subject") for each in (before, gate)
            )
            same = pc.and_kleene(True, pc.equal(then["subject"], now["subject"]))
            for column in now.column_names[1:]:
                same = pc.and_(same, pc.equal(then[column], now[column]))
            found |= set(now.filter(pc.invert(same))["subject"].to_pylist())
        return Touched(frozenset(found))

    def _refers_to_people(self, name: str) -> bool:
        return any(self.tables[each].subjects for each in self._gate._catalogue.referred(name))

    # -- within --------------------------------------------------------------------------------------------------

    @property
    def _gate(self) -> Gate:
        return self._gates[self.purpose]

    def _called(self, name: str, kind: str, what: str) -> Any:
        """What the catalogue says of a kind of table."""
        told = getattr(self.tables[name], kind) if name in self.tables else None
        if not told:
            raise GateError(
                "GATE-212",
                f"the catalogue does not say that table {name!r} holds {what}",
                fix="say so there: about: nobody, or event: or edge: with its columns; or read its rows",
            )
        return told

    def _selection(
        self, table: str, columns: Sequence[str] | None, subjects: Iterable[str] | None
    ) -> Selection:
        chosen = None if subjects is None else frozenset(subjects)
        return Selection(table, None if columns is None else tuple(columns), chosen)

    def _read(self, selection: Selection, named: Sequence[str] = (), order: str | None = None) -> Batches:
        """The rows of a selection. named: instead, its columns under these names where all of them are permitted; those
        of people as a use's books have them. order: the one they are sorted by, ties by the others."""
        gate = self._gate
        if not gate._engine.people_here:
            raise rows_stay(repr(selection.table), gate._engine.name)
        rows = self._selected(selection)
        if named:
            rows = _as_named(
                rows, dict(zip(named, selection.columns or (), strict=True)), self.tables[selection.table]
            )
        if order is not None:
            rows = rows.order_by([order, *(name for name in named if name != order)])
        schema = rows.schema().to_pyarrow()

        def batches() -> Generator[pa.RecordBatch]:
            with gate._engine.reading(f"table {selection.table!r}"):
                for batch in gate._engine.batches(rows):
                    yield from pa.Table.from_batches([batch]).cast(schema).to_batches()
            gate._run.done()

        return Batches(schema, batches())

    def _selected(self, selection: Selection) -> ir.Table:
        """The rows of a selection as an expression, which leaves this class in no way."""
        gate, name = self._gate, selection.table
        everything = _permitted(gate, name)
        rows = everything
        if selection.group_by is not None and selection.group_by not in everything.columns:
            everything = rows = everything.filter(ibis.literal(False))  # nobody permits to be told by it
        elif selection.subjects is not None:
            rows = _permitted(gate, name, selection.subjects)
            if selection.group_by is not None:
                column = selection.group_by
                also = gate._engine.hand_in(
                    pa.table({"wanted": pa.array(sorted(selection.groups), pa.string())})
                )
                text = everything[column].cast("string")
                rows = everything.filter(text.isin(rows[column].cast("string")) | text.isin(also.wanted))
        catalogued = gate._catalogue.tables[name]
        people = people_columns(catalogued.subjects)
        wanted = everything.columns if selection.columns is None else selection.columns
        kept = dict.fromkeys((*wanted, ROW, SHOWN_KEY, *people, *filter(None, (selection.group_by,))))
        # What names people, rows and groups is the engine's text of it, by which the ledger knows a subject. Arrow's
        # may differ (7.0 is "7" to it), and whoever looked for one of them would miss the other.
        texts = {*identifying(catalogued), selection.group_by}
        rows = rows.select(
            (id_text(rows[column]) if column in texts else rows[column]).name(column)
            for column in kept
            if column in rows.columns
        )
        for column, lookup in selection.lookups:
            rows = self._looked_up(rows, people, column, lookup)
        if selection.region is not None:
            regions = gate._plans.of(name).population.table().select("subject", told="region")
            rows = _beside(rows, people, selection.region, regions)
        return rows

    def _looked_up(self, rows: ir.Table, people: tuple[str, ...], column: str, lookup: Lookup) -> ir.Table:
        permitted = _permitted(self._gate, lookup.table)
        subjects = self._gate._catalogue.tables[lookup.table].subjects
        subject = dict(zip(subjects, people_columns(subjects), strict=True)).get(
            lookup.subject, lookup.subject
        )
        if lookup.column not in permitted.columns or subject not in permitted.columns:
            return rows.mutate(**{column: ibis.null("string")})
        named = permitted.select(
            subject=permitted[subject].cast("string"), told=permitted[lookup.column].cast("string")
        )
        return _beside(rows, people, column, named.group_by("subject").agg(told=named["told"].min()))


def rows_stay(tables: str, engine: str) -> GateError:
    """The error for rows that their engine keeps."""
    return GateError(
        "GATE-211",
        f"the rows of {tables} stay where they are, with {engine}",
        fix="hand `transform` a function that goes to them, or open the workspace without Spark",
    )


def secret_of(salt: bytes, use: str) -> bytes:
    """What a use makes names under that tell nothing, 32 bytes, the same at every run; made of the workspace's salt."""
    return hmac.digest(salt, f"licet use: {use}".encode(), "sha256")


def _beside(rows: ir.Table, people: tuple[str, ...], column: str, told: ir.Table) -> ir.Table:
    """The rows with what is told of the first person each names; null where nothing is.

    A row about that person alone names nobody else; of one about several a use knows that it names others.
    """
    told = told.view()
    firsts = [rows[one][0] if rows[one].type().is_array() else rows[one] for one in people]
    first = functools.reduce(lambda one, other: one.coalesce(other), firsts)
    joined = rows.join(told, first == told.subject, how="left")
    return joined.select([rows[each] for each in rows.columns] + [told["told"].name(column)])


def _as_named(rows: ir.Table, columns: Mapping[str, str], table: TableDescription) -> ir.Table:
    """Rows with just these columns, by their new names, where each says something; none where nobody permits one."""
    people = dict(zip(table.subjects, people_columns(table.subjects), strict=True))
    named = {}
    for name, column in columns.items():
        held = people.get(column, column)
        named[name] = rows[held] if held in rows.columns else ibis.null("string")
    chosen = rows.select(**named)
    return chosen.filter([chosen[name].notnull() for name in named])


def _permitted(gate: Gate, name: str, subjects: Iterable[str] | None = None) -> ir.Table:
    """The permitted part of a table: every column as its label permits, key and subject columns too, null where not.

    Beside them ROW, SHOWN_KEY and `people_columns`. No pseudonym stands in any other column.
    Raises: GateError GATE-201 as `Gate.table` does, GATE-202 through a gate that goes by the present and is past.
    """
    gate._require_now()
    gate._require_still_now()
    plan: Plan = gate._plans.of(name)
    catalogued = plan.catalogued
    row = shown_key = ibis.null("string")
    if plan.nothing_can_pass:
        rows, columns = plan.content.filter(ibis.literal(False)), {}
    else:
        rows, seen = gate._allowed(name, plan, subjects)
        shown = {column: plan.shown(column, rows, seen) for column in plan.content.columns}
        columns = {column: value for column, value in shown.items() if value is not None}
        if catalogued.key is not None:
            row = gate._pseudonyms.of(name, catalogued, catalogued.key, rows[catalogued.key])
            shown_key = plan.identity(catalogued.key, rows, seen, gate._pseudonyms)
    people = zip(people_columns(catalogued.subjects), catalogued.subjects, strict=True)
    return rows.select(
        **columns,
        **{ROW: row, SHOWN_KEY: shown_key},
        **{place: id_text(rows[column]) for place, column in people},
    )


def _eligibility(gate: Gate, name: str, whole: bool = False) -> pa.Table:
    """What every known subject permits of a table, per class of row: for finding whom a change touched.

    whole: of all its columns, whichever were asked for: so rows are judged that others refer to.
    """
    plan = (gate._plans.whole if whole else gate._plans).of(name)
    # Of rows to which nobody said no: of the others the same kinds are gone at every moment.
    wanted = range(0, plan.looks.row_classes, max(1, len(plan.looks.refusals)))
    table: pa.Table = plan.who.table.select("subject", *(f"mask_{n}" for n in wanted)).to_pyarrow()
    return table.rename_columns(["subject", *(f"mask_{place}" for place in range(len(wanted)))])


def _described(table: Table) -> TableDescription:
    return TableDescription(
        MappingProxyType(dict(table.columns)), table.subjects,
        MappingProxyType({role: column for column, role in table.roles.items()}),
        table.key, table.created, table.visibility, table.is_about_nobody,
        None if table.event is None else (table.event.actor, table.event.item, table.event.time),
        None if table.edge is None else (table.edge.from_, table.edge.to),
        table.columns_about_others, MappingProxyType(dict(table.references)),
    )  # fmt: skip


def _content(files: tuple[FileFingerprint, ...] | None) -> list[tuple[str, str]]:
    """What was read, wherever it stood and whenever it was written there."""
    return [(file.file, file.content) for file in files or ()]
