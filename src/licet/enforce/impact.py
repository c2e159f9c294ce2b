"""What changes between two policies, or two days, on the tables there are: per use, kind of data and region.

Not two scans compared. People are put into classes once and rows are numbered by whose they are once, for all uses;
`decide` is asked for both sides of each class of people and kind of row, and rows are counted only where the two
answers differ. A use in which no class differs reads no row at all. Content is never read.

A record about several people changes when what all of them permit changes; it is counted under the region of the
first of them. The parts of a list that are about others (`element_subjects`) count with their record.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.decide import Policy
from licet.enforce import rows as narrow
from licet.enforce.absences import Absences
from licet.enforce.engine import Engine
from licet.enforce.gate_cache import Kept
from licet.enforce.gate_verdicts import Verdicts
from licet.enforce.impact_counts import Everyone, Overall, Tally, UseImpact
from licet.enforce.member_classes import Members
from licet.enforce.row_numbers import kinds_of_rows, whose_rows
from licet.enforce.row_verdicts import ROW, Marks, Numbers, RowsInOrder, require_all
from licet.enforce.table_plans import Plans
from licet.enforce.tables import Tables, narrow_columns
from licet.enforce.verdict_table import Dimensions, VerdictTable, dimensions, joined
from licet.ledger import Choices
from licet.packs import Use
from licet.sources.catalogue import Catalogue, Location, Table
from licet.terms import GateError


class Side(NamedTuple):
    """A policy at a moment."""

    policy: Policy
    at: datetime


def uses_of(*policies: Policy) -> list[Use]:
    """Every use that any of these policies permits to somebody."""
    return list(dict.fromkeys(use for policy in policies for use in policy.pack.uses()))


class Impact:
    """Both sides over one catalogue, as of one ledger position."""

    def __init__(
        self,
        before: Side,
        after: Side,
        catalogue: Catalogue,
        engine: Engine,
        ledger: Choices,
        *,
        position: int | None = None,
        base: Path = Path(),
        tables: Mapping[str, Any] | None = None,
        kept: Kept | None = None,
        absences: Absences | None = None,
    ) -> None:
        """absences: as a gate has it.
        Raises: GateError GATE-001 for a moment without a time zone; GATE-011 where the engine keeps no order."""
        for side in (before, after):
            if side.at.utcoffset() is None:
                raise GateError(
                    "GATE-001", "the moment has no time zone", fix="use an aware datetime, e.g. UTC"
                )
        if not engine.people_here:
            raise GateError("GATE-011", "impact is counted in this process", fix="use the engine duckdb")
        self.sides, self.catalogue, self.engine = (before, after), catalogue, engine
        self._kept = Kept() if kept is None else kept
        self._tables = _Ordered(catalogue, engine, base, tables or {}, None)
        place = ledger.position if position is None else position
        self._run = (Absences() if absences is None else absences).begin()
        first, second = (
            Members(self._tables, engine, ledger, place, side.at, self._kept, self._run)
            for side in self.sides
        )
        self._members = [first, first if before.at == after.at else second]
        self.uses = uses_of(before.policy, after.policy)
        self._kinds: dict[object, Numbers] = {}

    @property
    def members(self) -> int:
        """How many people the facts table knows."""
        return len(self._people.class_of)

    def all(self) -> Overall:
        """Every use in which anything changes, and all of them together."""
        together = Tally(self._people)
        found = []
        for purpose, recipient in self.uses:
            tally = self._tally(purpose, recipient)
            together.merge(tally)
            found.append(tally.told(purpose, recipient))
        changed = tuple(one for one in found if one.changes)
        self._run.done()
        return Overall(changed, together.told("", ""), together.members_changed)

    def of(self, purpose: str, recipient: str) -> UseImpact:
        """One use."""
        told = self._tally(purpose, recipient).told(purpose, recipient)
        self._run.done()
        return told

    def _tally(self, purpose: str, recipient: str) -> Tally:
        tally, (before, after) = Tally(self._people), self.sides
        if (before.policy.digest, before.at) == (after.policy.digest, after.at):
            return tally
        for name, table in self.catalogue.tables.items():
            if table.subjects or table.is_about_nobody:
                self._count(tally, purpose, recipient, name, table)
        return tally

    @functools.cached_property
    def _people(self) -> Everyone:
        """Everyone, in classes of those alike on both sides, in everything any use looks at."""
        looks = [
            dimensions(side.policy, purpose, recipient, self._tables.kinds(name))
            for side in self.sides
            for purpose, recipient in self.uses
            for name, table in self.catalogue.tables.items()
            if table.subjects
        ]
        wide = joined(looks) if looks else Dimensions((0,), False, (), (), (), (), ())
        return Everyone.of(self._members, wide)

    def _count(self, tally: Tally, purpose: str, recipient: str, name: str, table: Table) -> None:
        open_ = tuple(
            category
            for category in self._tables.kinds(name)
            if any(side.policy.cell(purpose, category, recipient).permits for side in self.sides)
        )
        if not open_:
            return
        if table.is_about_nobody:
            with self.engine.reading(f"table {name!r}"):
                self._count_about_nobody(tally, purpose, recipient, name)
            return
        is_refused = any(
            members.refused_rows.of(name, side.policy, purpose, recipient, open_)
            for side, members in zip(self.sides, self._members, strict=True)
        )
        if table.references or is_refused:
            with self.engine.reading(f"table {name!r}"):
                self._count_shared(tally, purpose, recipient, name, table)
            return
        looks = joined([dimensions(side.policy, purpose, recipient, open_) for side in self.sides])
        differing, numbered = self._differing(purpose, recipient, open_, looks)
        if not numbered:
            return
        with self.engine.reading(f"table {name!r}"):
            content = self._tables.content(name)
            if len(table.subjects) > 1 or content[table.subjects[0]].type().is_array():
                self._count_shared(tally, purpose, recipient, name, table)
            else:
                self._count_own(tally, name, table, open_, looks, differing, numbered)

    def _differing(
        self, purpose: str, recipient: str, open_: tuple[str, ...], looks: Dimensions
    ) -> tuple[npt.NDArray[np.int64], dict[tuple[int, int], int]]:
        """Per class of people (the last: not known) and class of rows the number of its two masks; 0 where alike."""
        numbered: dict[tuple[int, int], int] = {}
        asked = [VerdictTable(side.policy, purpose, recipient, side.at, open_, looks) for side in self.sides]
        found = np.zeros((len(self._people.classes) + 1, looks.row_classes), np.int64)
        for place, pair in enumerate(self._people.classes):
            told = [verdicts.answers(facts) for verdicts, facts in zip(asked, pair, strict=True)]
            for row_class, (before, after) in enumerate(zip(*told, strict=True)):
                if before.mask != after.mask:
                    masks = (before.mask, after.mask)
                    found[place, row_class] = numbered.setdefault(masks, len(numbered) + 1)
        return found, numbered

    def _count_own(
        self,
        tally: Tally,
        name: str,
        table: Table,
        open_: tuple[str, ...],
        looks: Dimensions,
        table_of: npt.NDArray[np.int64],
        numbered: dict[tuple[int, int], int],
    ) -> None:
        """Rows that are each about one person: whole classes at a time."""
        ordered = self._tables.ordered(name)
        roll, stand = self._people.roll, self._tables.stand(name)
        subjects = self._kept.numbers(
            repr((table.location, table.subjects[0])), stand, roll.subjects,
            lambda: whose_rows(self.engine, ordered, table.subjects[0], roll),
        ).numbers  # fmt: skip
        concerned: npt.NDArray[np.bool_] = np.asarray(table_of.any(axis=1))
        class_of = np.append(self._people.class_of, len(self._people.classes))  # the last: not known
        rows = np.flatnonzero(concerned[class_of[subjects]])
        whose = subjects[rows]
        kinds: Any = 0
        kind: Any = narrow.row_class(ordered.rows, name, table, looks) if looks.row_classes > 1 else None
        if kind is not None:
            key = (name, looks.visibilities, looks.audiences, looks.cuts)
            if key not in self._kinds:
                self._kinds[key] = kinds_of_rows(self.engine, ordered.rows, ordered.size, kind)
            kinds = self._kinds[key][rows]
        codes = table_of[class_of[whose], kinds]
        for (before, after), code in numbered.items():
            tally.add(open_, before, after, whose[codes == code])

    def _count_shared(self, tally: Tally, purpose: str, recipient: str, name: str, table: Table) -> None:
        """Rows about several people, or that refer to others: judged by the engine; told apart where they differ."""
        before, after = self._judged(purpose, recipient, name)
        rows = np.flatnonzero(before != after)
        if not len(rows):
            return
        whose = self._people_in(name, table, rows)
        categories = self._tables.kinds(name)
        for people, old, new in zip(whose, before[rows].tolist(), after[rows].tolist(), strict=True):
            tally.add_shared(categories, old, new, people)

    def _count_about_nobody(self, tally: Tally, purpose: str, recipient: str, name: str) -> None:
        before, after = self._judged(purpose, recipient, name)
        changed = before != after
        pairs, records = np.unique(np.stack([before[changed], after[changed]]), axis=1, return_counts=True)
        for old, new, count in zip(*pairs.tolist(), records.tolist(), strict=True):
            tally.add_about_nobody(self._tables.kinds(name), old, new, count)

    def _judged(
        self, purpose: str, recipient: str, name: str
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Per row what it permits on both sides, as the engine judges it; nothing where nothing can pass."""
        masks = []
        for side, members in zip(self.sides, self._members, strict=True):
            plans = Plans(side.policy, purpose, recipient, side.at, self._tables, members, self.engine)
            masks.append(_masks(Verdicts(self._tables, plans, self.engine, Kept()).marks(name)))
        before, after = masks
        if before is None or after is None:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        require_all(len(after), len(before))
        return before, after

    def _people_in(self, name: str, table: Table, rows: npt.NDArray[np.int64]) -> list[list[int]]:
        """Per row the numbers of the people it is about, in the catalogue's order; -1 for whom nobody knows."""
        ordered = self._tables.ordered(name)
        told = pa.Table.from_batches(list(self.engine.batches(ordered.rows.select(ROW, *table.subjects))))
        told = told.take(pc.index_in(pa.array(rows), value_set=told[ROW].combine_chunks().cast(pa.int64())))
        found: list[list[int]] = [[] for _ in rows]
        ids = self._people.roll.subjects
        for column in table.subjects:
            values = told[column].combine_chunks()
            is_list = pa.types.is_list(values.type) or pa.types.is_large_list(values.type)
            flat = values.flatten() if is_list else values
            places = pc.fill_null(
                pc.index_in(flat.cast(pa.string()), value_set=ids.cast(pa.string())), -1
            ).to_pylist()
            parents = values.value_parent_indices().to_pylist() if is_list else list(range(len(values)))
            for row, place in zip(parents, places, strict=True):
                found[row].append(place)
        return found


class _Ordered(Tables):
    """Tables whose rows always have an order: where files give none, their narrow columns are read once and kept."""

    def in_order(self, name: str) -> RowsInOrder | None:
        return self.ordered(name)

    @functools.cache  # noqa: B019 - lives as long as its impact
    def ordered(self, name: str) -> RowsInOrder:
        found = super().in_order(name)
        if found is None:
            data = self.content(name).select(*narrow_columns(self.catalogued(name))).to_pyarrow()
            table = self.catalogued(name).model_copy(update={"location": Location(arrow=name)})
            found = self._engine.in_order(name, table, self._base, {name: data})
        assert found is not None  # an Arrow table keeps its order
        return found


def _masks(marks: Marks | None) -> npt.NDArray[np.int64] | None:
    return None if marks is None else marks.masks().astype(np.int64)
