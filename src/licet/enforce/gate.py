"""The gate: the one door through which a use reads members' data.

Opened for a purpose, a recipient, a moment and a ledger position, it hands out tables in which rows without a
permitted cell are gone, columns nobody permits are absent, and cells a subject does not permit are null. A row
about several people needs every one of them. It counts what it held back, by reason and region, from the
narrow columns alone. It holds no rule of its own: `verdict_table` asks `decide`, and the gate joins the answers.
"""

from __future__ import annotations

import copy
import functools
import json
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from licet.decide import Policy
from licet.enforce import masking
from licet.enforce import rows as narrow
from licet.enforce.absences import Absences
from licet.enforce.column_shapes import Whole, bare_parts, element_subjects
from licet.enforce.deletion_vectors import HeldBackRows, puffin, vectors_of
from licet.enforce.engine import Engine
from licet.enforce.gate_cache import Kept
from licet.enforce.gate_counts import Counts, HeldBack, Passed
from licet.enforce.gate_verdicts import Verdicts
from licet.enforce.member_classes import Members
from licet.enforce.origin import Inputs
from licet.enforce.pseudonyms import Pseudonyms, identifying
from licet.enforce.row_statements import Excerpts
from licet.enforce.table_plans import Plan, Plans
from licet.enforce.tables import Tables
from licet.enforce.text_columns import labels_changed
from licet.enforce.unknown_words import UnknownWord, unknown_words
from licet.ledger import Choices
from licet.sources.catalogue import Catalogue, Table
from licet.sources.file_replacement import replace_file
from licet.sources.file_state import Stand
from licet.terms import SELF, GateError
from licet.terms.moments import Tense, format_moment
from licet.terms.vocabulary import TRAINING, is_training


class Present(Protocol):
    """Whoever reads the clock and the ledger says whether a gate that was opened as of now still is as of now."""

    def holds(self, at: datetime, position: int) -> bool:
        """Whether nothing happened since a moment and a ledger position that could change an answer."""
        ...

    def reopen(self, earlier: Gate) -> Gate | None:
        """The same gate as of now; None where a moment or a position was named, and there is no other.

        earlier: the one that was open until now, which may be brought forward."""
        ...


class Gate:
    """Permitted tables for one purpose and recipient at one moment, under the choices as of one position."""

    def __init__(
        self,
        policy: Policy,
        purpose: str,
        at: datetime,
        catalogue: Catalogue,
        engine: Engine,
        ledger: Choices,
        *,
        recipient: str = SELF,
        position: int | None = None,
        base: Path = Path(),
        columns: Mapping[str, Collection[str]] | None = None,
        tables: Mapping[str, Any] | None = None,
        kept: Kept | None = None,
        for_training: bool = False,
        tense: Tense = Tense.PRESENT,
        for_inspection: bool = False,
        absences: Absences | None = None,
        people_left: int = 0,
        salt: bytes | None = None,
        present: Present | None = None,
    ) -> None:
        """columns: per table the columns this use asks for; it sees, and is counted by, nothing else.
        tables:  Arrow tables that the catalogue names with `arrow:`.
        kept:    what earlier gates of the same tables and ledger found, and later ones may use.
        absences: what earlier runs saw of the members; without it, none is remembered. Reading stops where somebody's
                 refusal would be lost; what was seen is remembered once rows or answers came out whole.
        people_left: so many of those who refused have left.
        for_training: something is to learn from what it hands out. Then only a training purpose will do, and
                 private communication stays out of it, under any policy.
        tense: where `at` and `position` lie, as whoever reads the clock says. Through a gate that is not of the present
                 no row leaves; it counts and gives verdicts all the same.
        for_inspection: of the past, rows may be looked at; whoever opens it sees to it that they stay here.
        salt:    the workspace's, for pseudonyms; without one they are this gate's own.
        present: what a gate of now goes by as time passes: each question is answered, and each row handed out, as of
                 the moment it is asked for. Without one the gate stays what it was, as a use that says of when it is.
        Raises: GateError GATE-001, GATE-005, GATE-006; GATE-200 for a purpose that nothing is trained for."""
        refuse_unfit_use(policy, purpose, recipient, for_training)
        self.purpose, self.recipient = purpose, recipient
        self.for_training, self.for_inspection = for_training, for_inspection
        self._catalogue, self._engine, self._ledger = catalogue, engine, ledger
        self._kept = Kept() if kept is None else kept
        self._absences = Absences(salt=salt) if absences is None else absences
        self._tables = Tables(catalogue, engine, base, tables or {}, columns)
        self._excerpts = Excerpts(self._tables)
        self._pseudonyms = Pseudonyms(engine, secrets.token_bytes(32) if salt is None else salt)
        self._open(policy, at, ledger.position if position is None else position, tense, people_left, present)

    def _open(
        self,
        policy: Policy,
        at: datetime,
        position: int,
        tense: Tense,
        people_left: int,
        present: Present | None,
        earlier: Plans | None = None,
    ) -> None:
        """All that hangs on when it is. earlier: the plans of this gate until now."""
        require_moment(at)
        self._newest: Gate | None = None
        self.policy, self.at, self.position, self.tense = policy, at, position, tense
        self._run = self._absences.begin()
        members = Members(
            self._tables, self._engine, self._ledger, position, at, self._kept, self._run, people_left
        )
        self._plans = Plans(
            policy, self.purpose, self.recipient, at, self._tables, members, self._engine,
            self.for_training, earlier,
        )  # fmt: skip
        is_supposed = self._ledger is not self._ledger.recorded
        self._verdicts = Verdicts(
            self._tables, self._plans, self._engine, Kept() if is_supposed else self._kept
        )
        self._present, self._opened = present, (at, position)

    def _brought_to(
        self,
        policy: Policy,
        catalogue: Catalogue,
        at: datetime,
        position: int,
        *,
        tense: Tense = Tense.PRESENT,
        people_left: int = 0,
        present: Present | None = None,
        absences: Absences | None = None,
    ) -> Gate | None:
        """The same gate at another moment, position or policy, on the engine and the tables that this one opened.

        This one stays what it was. One of the two is read at a time: they share an engine.
        absences: by which this run goes, where that is not the one that this gate was opened in.
        Returns: None where the catalogue or a file that was opened is not as it was, and all is to be opened anew.
        Raises: GateError GATE-001, GATE-005, GATE-006, GATE-200.
        """
        if catalogue is not self._catalogue or not self._tables.stand_still():
            return None
        refuse_unfit_use(policy, self.purpose, self.recipient, self.for_training)
        gate = copy.copy(self)
        gate._absences = self._absences if absences is None else absences
        if not self._engine.begin(gate):
            return None
        gate._open(policy, at, position, tense, people_left, present, self._plans)
        return gate

    def _supposing(self, choices: Choices) -> Gate:
        """The same gate as of choices of which the last are only supposed, on what this one opened and knows; as with
        `_brought_to`, one of the two is read at a time. Nothing that is supposed is kept, here or on disk."""
        gate = copy.copy(self)
        gate._ledger = choices
        self._engine.begin(gate)
        gate._open(self.policy, self.at, choices.position, self.tense, 0, None, self._plans)
        return gate

    @property
    def names(self) -> tuple[str, ...]:
        """Every catalogued table, whether or not anything of it is permitted."""
        return tuple(self._catalogue.tables)

    @property
    def about_nobody(self) -> tuple[str, ...]:
        """The tables that the catalogue says are about nobody: what passes of them asked nobody's permission."""
        return self._now()._catalogue.about_nobody

    def unlabelled(self) -> dict[str, tuple[str, ...]]:
        """Per table, the columns, and the parts of columns, that have no label and are therefore not shown."""
        return self._bare(lambda column, table: column not in identifying(table))

    def pseudonymous(self) -> dict[str, tuple[str, ...]]:
        """Per table, the columns of keys and subjects that have no label: pseudonyms stand in them."""
        return self._bare(lambda column, table: column in identifying(table))

    def unknown_words(self) -> tuple[UnknownWord, ...]:
        """What the tables say about members and rows that is not known, how often, and what was meant; most first."""
        return unknown_words(self._tables, self._engine, self.policy.pack, self.at)

    def _bare(self, wanted: Callable[[str, Table], bool]) -> dict[str, tuple[str, ...]]:
        found, tables = {}, self._now()._tables
        for name, table in tables.catalogue.tables.items():
            shapes = tables.shapes(name)
            columns = (column for column in tables.content(name).columns if wanted(column, table))
            bare = [part for c in columns for part in bare_parts(c, shapes.get(c, Whole(None)))]
            if bare:
                found[name] = tuple(bare)
        return found

    def table(self, name: str, subjects: Iterable[str] | None = None) -> ir.Table:
        """The permitted part of a table, as an Ibis table; call `.to_pyarrow()`, `.to_pandas()`, ... on it.

        The columns of its key and its subjects are always there, as text: where they are not permitted, pseudonyms.
        subjects: keep only rows about one of these people (a filter on top of the gate, never around it).
        Raises: GateError GATE-201 through a gate of the past or of what is to come.
        """
        gate = self._now()
        gate._require_now()
        rows, prepared = gate._permitted(name, subjects), gate._verdicts.stand(name)
        require = functools.partial(gate._require_still_now, name, prepared)
        return gate._engine.hand_out(rows, require, gate._run.done)

    def _now(self) -> Gate:
        """This gate; where it was of now and that has passed, the one of now, else this one as one of the past."""
        gate = self._newest or self
        changed = gate._tables.changed()
        if gate._present is not None and (changed or not gate._present.holds(*gate._opened)):
            gate._verdicts.drop_copies()
            newer = gate._present.reopen(gate)
            if newer is None:
                self.tense = gate.tense = Tense.PAST
                return gate
            gate = self._newest = newer
            self.policy, self.at, self.position = gate.policy, gate.at, gate.position
            self._catalogue, self._engine = gate._catalogue, gate._engine
        elif changed:
            raise labels_changed(changed)
        return gate

    def _require_still_now(self, name: str = "", prepared: Stand | None = None) -> None:
        """Raises: GateError GATE-202 where rows that were handed out are no more those that would be now.

        prepared: how the files of a table stood when its rows were judged; None where they are as they are read.
        """
        is_past = self._present is not None and not self._present.holds(*self._opened)
        if is_past or self._tables.changed() or not self._verdicts.hold(name, prepared):
            at, position = self._opened
            raise GateError(
                "GATE-202",
                f"these rows were permitted as of ledger position {position}, {format_moment(at)}, and "
                "something happened since that can change what is permitted",
                fix="ask the gate for the table again; one opened with a moment or a position has to be opened again",
            )

    def _require_now(self) -> None:
        """Raises: GateError GATE-201 through a gate of the past or of what is to come."""
        if self.tense is not Tense.PRESENT and not (self.for_inspection and self.tense is Tense.PAST):
            raise GateError(
                "GATE-201",
                f"rows are used only as of now, and this gate is as of the {self.tense}: {format_moment(self.at)}, "
                f"ledger position {self.position}",
                fix="open it without a moment and a position; counts, verdicts and decisions answer for any",
            )

    def columns(self, name: str) -> tuple[str, ...]:
        """The columns of the permitted part of a table; no row is read."""
        return tuple(self._now()._permitted(name, None).columns)

    def _permitted(self, name: str, subjects: Iterable[str] | None) -> ir.Table:
        plan = self._plans.of(name)
        if plan.nothing_can_pass:
            return plan.nothing()
        copied = None if subjects is not None else self._verdicts.copied(name)
        if copied is not None:
            return copied
        allowed, seen = self._allowed(name, plan, subjects)
        columns: list[ir.Value] = []
        for column in plan.content.columns:
            value = (
                plan.identity(column, allowed, seen, self._pseudonyms)
                if column in identifying(plan.catalogued)
                else plan.shown(column, allowed, seen)
            )
            columns += [] if value is None else [value.name(column)]
        return allowed.select(columns) if columns else plan.nothing()

    def _allowed(
        self, name: str, plan: Plan, subjects: Iterable[str] | None
    ) -> tuple[ir.Table, masking.Seen]:
        """The rows of which something is permitted, as they are, and what is."""
        marked = self._verdicts.marked(name)
        content = plan.content if marked is None else marked
        if subjects is not None:
            content = self._tables.about(name, content, subjects)
        allowed = self._verdicts.passing(plan, content, is_marked=marked is not None)
        allowed = self._with_people(allowed, name, plan)
        people = allowed[masking.PEOPLE] if masking.PEOPLE in allowed.columns else None
        return allowed, masking.Seen(plan.bits(), allowed[narrow.MASK], plan.permitted_in_every_row, people)

    def read(self, name: str, subjects: Iterable[str] | None = None) -> pa.Table:
        """`table` as Arrow, with the engine's failures told as one clear error."""
        gate = self._now()
        gate._require_now()
        with gate._engine.reading(f"table {name!r}"):
            rows = gate._permitted(name, subjects).to_pyarrow()
        gate._run.done()
        return rows

    def prepare(self, names: Iterable[str] | None = None, *, cluster: bool = False) -> tuple[str, ...]:
        """Judge every row of these tables (of all, by default) now, so that reading them joins nothing any more.

        Worth it for a table that is read more than once or twice: preparing costs about what one reading does. Counts
        and verdicts prepare by themselves. Returns the tables that are prepared; others lie where their rows have no
        order, and are read as ever.

        cluster: also copy what passes, as it is shown, into a file that has no name and goes with this process (see
                 `permitted_copies`): whole tables are then read as if somebody had filtered them before. The copy is
                 dropped when choices, the policy, the day or the table's files change.
        Raises: GateError GATE-201 for a copy through a gate of the past or of what is to come.
        """
        gate = self._now()
        if cluster:
            gate._require_now()
        wanted = gate.names if names is None else tuple(names)
        prepared = tuple(name for name in wanted if gate._verdicts.prepare(name))
        for name in prepared if cluster else ():
            gate._verdicts.copy(name, gate._permitted(name, None))
        return prepared

    def deletion_vectors(self, name: str, path: Path) -> HeldBackRows:
        """Write for other engines which rows of a table's Parquet files they must leave out (see `deletion_vectors`).

        Of the other rows the columns that the file names may be read and no more: all that are of one kind of data
        which somebody permits, of those that the gate was asked for (`columns=`). The file says for which bytes, policy
        and ledger position it holds, and is to be written anew once anything of it changed.
        Raises: GateError GATE-201 through a gate of another moment, GATE-202 where something changed meanwhile,
                GATE-220 for a table whose rows are not told apart by their places in Parquet files.
        """
        gate = self._now()
        gate._require_now()
        held_back, columns = gate._verdicts.held_back(name)
        is_parquet = gate._tables.catalogued(name).location.parquet is not None
        if held_back is None or not is_parquet:
            raise GateError(
                "GATE-220",
                f"no row of table {name!r} may pass, or its rows are not told by their places in Parquet files",
                fix="read the table through the gate; `licet gate show` says what passes",
            )
        vectors = vectors_of(gate._tables.paths(name), gate._tables.files(name, ()) or (), held_back)
        told = {
            "licet.table": name, "licet.purpose": gate.purpose, "licet.recipient": gate.recipient,
            "licet.policy": gate.policy.digest, "licet.at": format_moment(gate.at),
            "licet.position": str(gate.position), "licet.columns": json.dumps(columns),
        }  # fmt: skip
        gate._require_still_now(name, gate._verdicts.stand(name))
        with replace_file(path) as file:
            file.write(puffin(vectors, {"created-by": "licet", **told}))
        gate._run.done()
        return HeldBackRows(columns, len(held_back), int(np.count_nonzero(held_back)))

    def counts(self, names: Iterable[str] | None = None) -> Counts:
        """What went through and what was held back, by table, reason and region; content is not read."""
        gate = self._now()
        passed: list[Passed] = []
        held: list[HeldBack] = []
        for name in gate.names if names is None else names:
            for (reason, region), records in sorted(gate._verdicts.tally(name).items(), key=repr):
                if reason is None:
                    passed.append(Passed(name, region, records))
                else:
                    held.append(HeldBack(name, reason.code.value, reason.rule, region, records))
        gate._run.done()
        return Counts(tuple(passed), tuple(held))

    def verdicts(self, name: str) -> pa.Table:
        """For every row: its key (if any; as text, a pseudonym where it is not permitted), mask, code, rule, region.

        mask:               0 for a row held back, else a bit per kind of data (as `categories` has them, in order).
        code, rule, region: dictionaries; code and rule are null where something of the row passes.
        """
        gate = self._now()
        verdicts = gate._verdicts.of_every_row(name, gate._pseudonyms)
        gate._run.done()
        return verdicts

    def same_at(self, names: Iterable[str], moment: datetime) -> bool:
        """Whether everybody whose choices stood would have permitted the same of these tables at another moment."""
        gate, asked = self._now(), tuple(names)
        referred = gate._catalogue.referred(*asked)
        return all(gate._plans.same_at(name, moment) for name in asked) and all(
            gate._plans.whole.same_at(name, moment) for name in referred
        )

    def inputs(self, names: Iterable[str], known: Inputs | None = None) -> Inputs:
        """The files each table is read from, those it refers to and the members' facts included; None without files.

        known: what this said before; files that stand as they stood then are not read.
        """
        tables = self._now()._tables
        facts = tables.catalogue.facts
        asked = tuple(names)
        referred = tables.catalogue.referred(*asked)
        wanted = dict.fromkeys((*asked, *referred, *([facts.table] if facts is not None else [])))
        return {name: tables.files(name, (known or {}).get(name) or ()) for name in wanted}

    def categories(self, name: str) -> dict[str, str]:
        """Column, or path within one, to kind of data, for what this gate may show of a table."""
        gate = self._now()
        return {
            path: kind
            for path, kind in gate._plans.of(name).catalogued.columns.items()
            if kind is not None and gate._tables.is_asked(name, path)
        }

    def _with_people(self, allowed: ir.Table, name: str, plan: Plan) -> ir.Table:
        """Beside each row, what those permit whom elements of its lists are about; as it is when there are none."""
        found = {column: tuple(element_subjects(shape)) for column, shape in plan.shapes.items()}
        ways = {column: told for column, told in found.items() if told}
        if not ways:
            return allowed
        return masking.with_people(plan.beside(allowed), ways, name, plan.catalogued, plan.looks, plan.who)


def require_moment(at: object) -> None:
    """Raises: GateError GATE-001 for what is no moment with a time zone, or one that no calendar has in UTC."""
    if not isinstance(at, datetime) or at.utcoffset() is None:
        raise GateError("GATE-001", "the moment has no time zone", fix="use an aware datetime, e.g. UTC")
    try:
        at.astimezone(UTC)
    except OverflowError:
        raise GateError(
            "GATE-001", f"in UTC {at} lies outside the years 1 to 9999", fix="use an aware datetime, e.g. UTC"
        ) from None


def refuse_unfit_use(policy: Policy, purpose: str, recipient: str, for_training: bool) -> None:
    """A gate for words the policy does not know would only ever deny, and nothing is trained but for training: say so
    at once. Raises: GateError GATE-005, GATE-006, GATE-200.
    """
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
    if for_training and not is_training(policy.pack.purpose_line(purpose)):
        raise GateError(
            "GATE-200",
            f"nothing is trained for {purpose!r}: it is no kind of {' or '.join(sorted(TRAINING))}",
            fix="ask for one of these, or declare the purpose in the policy with kind_of: one of these",
        )
