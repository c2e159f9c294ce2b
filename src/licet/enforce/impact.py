"""What changes between two policies, or two days, on the tables there are: per use, kind of data and region.

Not two scans compared. People are put into classes once and rows are numbered by whose they are once, for all uses;
`decide` is asked for both sides of each class of people and kind of row, and rows are counted only where the two
answers differ. A use in which no class differs reads no row at all. Content is never read.

A record about several people changes when what all of them permit changes; it is counted under the region of the
first of them. The parts of a list that are about others (`element_subjects`) count with their record.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from licet.decide import Policy
from licet.decide.combination import SubjectAnswer
from licet.enforce import rows as narrow
from licet.enforce.absences import Absences
from licet.enforce.engine import Engine
from licet.enforce.gate_cache import Kept
from licet.enforce.gate_verdicts import Verdicts
from licet.enforce.impact_counts import Everyone, Overall, Tally, UseImpact
from licet.enforce.impact_rows import ImpactRows, Masks
from licet.enforce.member_classes import Members
from licet.enforce.owned_rows import OwnedRows, RowOwners, Told, mark, owned_by_nobody
from licet.enforce.referring_rows import Reference, ReferringRows, mark_referring
from licet.enforce.row_numbers import people_of_rows
from licet.enforce.row_verdicts import Marks, RowsInOrder, Verdict, require_all
from licet.enforce.table_plans import Plans
from licet.enforce.tables import Tables, narrow_columns
from licet.enforce.verdict_table import Dimensions, VerdictTable, dimensions, joined
from licet.ledger import Choices
from licet.packs import Use
from licet.sources.catalogue import Catalogue, Location, Table
from licet.sources.file_state import Stand
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
        self._kinds = functools.cache(self._tables.kinds)
        self._read: dict[str, ImpactRows] = {}
        self._owned: dict[str, RowOwners] = {}
        #: By table, of the use that is counted, what each row permits on both sides.
        self._permitted: dict[str, list[Masks]] = {}

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
        self._permitted = {}
        for name, table in self.catalogue.tables.items():
            if table.subjects or table.is_about_nobody:
                self._count(tally, purpose, recipient, name, table)
        return tally

    @functools.cached_property
    def _people(self) -> Everyone:
        """Everyone, in classes of those alike on both sides, in everything any use looks at."""
        looks = [
            dimensions(side.policy, purpose, recipient, self._kinds(name))
            for side in self.sides
            for purpose, recipient in self.uses
            for name, table in self.catalogue.tables.items()
            if table.subjects
        ]
        wide = joined(looks) if looks else Dimensions((0,), False, (), (), (), (), ())
        return Everyone.of(self._members, wide)

    def _count(self, tally: Tally, purpose: str, recipient: str, name: str, table: Table) -> None:
        open_ = self._open(purpose, recipient, name)
        if not open_:
            return
        if not self._is_plain(purpose, recipient, name):
            with self.engine.reading(f"table {name!r}"):
                masks = self._judged(purpose, recipient, name)
            self._count_rows(tally, name, self._kinds(name), *masks)
        elif table.is_about_nobody or table.references or self._owners(name).starts is not None:
            self._count_rows(tally, name, open_, *self._looked_up(purpose, recipient, name))
        else:
            looks = joined([dimensions(side.policy, purpose, recipient, open_) for side in self.sides])
            differing, numbered = self._differing(purpose, recipient, open_, looks)
            if numbered:
                self._count_own(tally, name, table, open_, looks, differing, numbered)

    def _open(self, purpose: str, recipient: str, name: str) -> tuple[str, ...]:
        """The kinds of data of a table of which a policy permits anything for a use."""
        return tuple(
            category
            for category in self._kinds(name)
            if any(side.policy.cell(purpose, category, recipient).permits for side in self.sides)
        )

    def _is_plain(self, purpose: str, recipient: str, name: str) -> bool:
        """Whether of no row of a table, or of what it refers to, anything was said no to."""
        table = self.catalogue.tables[name]
        if any(
            members.refused_rows.of(
                name, side.policy, purpose, recipient, self._open(purpose, recipient, name)
            )
            for side, members in zip(self.sides, self._members, strict=True)
        ):
            return False
        return all(self._is_plain(purpose, recipient, target) for target in table.references.values())

    def _rows(self, name: str) -> ImpactRows:
        if name not in self._read:
            ordered = self._tables.ordered(name)
            self._read[name] = ImpactRows(self.engine, name, ordered)
        return self._read[name]

    def _looked_up(self, purpose: str, recipient: str, name: str) -> list[Masks]:
        """Per side what each row of a table permits, by the bits of its open kinds."""
        if name not in self._permitted:
            self._permitted[name] = self._look_up(purpose, recipient, name)
        return self._permitted[name]

    def _look_up(self, purpose: str, recipient: str, name: str) -> list[Masks]:
        table, open_, rows = (
            self.catalogue.tables[name],
            self._open(purpose, recipient, name),
            self._rows(name),
        )
        if not open_ or not (table.subjects or table.is_about_nobody):
            return [np.zeros(rows.ordered.size, np.int64)] * 2
        looks = joined([dimensions(side.policy, purpose, recipient, open_) for side in self.sides])
        kinds = rows.kinds(self._kind(name, table, looks), looks)
        found = []
        for place, side in enumerate(self.sides):
            verdicts = VerdictTable(side.policy, purpose, recipient, side.at, open_, looks)
            if table.is_about_nobody:
                told, class_of = [_told(verdicts.about_nobody)], np.zeros(0, np.int32)
            else:
                people = [*(pair[place] for pair in self._people.classes), None]
                told = [_told(verdicts.answers(facts)) for facts in people]
                class_of = self._people.class_of.astype(np.int32)
            marks = mark(OwnedRows(self._owners(name), kinds, class_of, tuple(told))).marks
            references = tuple(
                self._reference(purpose, recipient, place, rows, *each) for each in table.references.items()
            )
            if references:
                marks = mark_referring(ReferringRows(marks, references)).marks
            found.append(marks.masks().astype(np.int64))
        return found

    def _reference(
        self, purpose: str, recipient: str, side: int, rows: ImpactRows, column: str, target: str
    ) -> Reference:
        to, key = self._rows(target), str(self.catalogue.tables[target].key)
        passes = to.passing(key, self._looked_up(purpose, recipient, target)[side])
        return Reference(RowOwners(rows.referred(column, to, key), len(passes)), passes)

    def _owners(self, name: str) -> RowOwners:
        """Whose the rows of a table are, as gates keep it."""
        table, ordered, roll = self.catalogue.tables[name], self._tables.ordered(name), self._people.roll
        if table.is_about_nobody:
            return owned_by_nobody(ordered.size)
        if name not in self._owned:
            key, stand = repr((table.location, table.subjects)), self._tables.kept_stand(name)
            with self.engine.reading(f"table {name!r}"):
                self._owned[name] = self._kept.owners(
                    key, stand, roll, lambda: people_of_rows(self.engine, ordered, table.subjects, roll)
                )
        return self._owned[name]

    def _kind(self, name: str, table: Table, looks: Dimensions) -> Any:
        if looks.row_classes == 1:
            return None
        return narrow.row_class(self._tables.ordered(name).rows, name, table, looks)

    def _count_rows(
        self, tally: Tally, name: str, categories: tuple[str, ...], before: Masks, after: Masks
    ) -> None:
        """Count the rows that permit something else on one side than on the other."""
        rows, owners = np.flatnonzero(before != after), self._owners(name)
        pairs = np.stack([before[rows], after[rows]])
        for old, new in np.unique(pairs, axis=1).T.tolist():
            here = rows[(pairs[0] == old) & (pairs[1] == new)]
            if self.catalogue.tables[name].is_about_nobody:
                tally.add_about_nobody(categories, old, new, len(here))
            else:
                tally.add_rows(categories, old, new, *owners.people_of(here))

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
        subjects = self._owners(name).numbers
        concerned: npt.NDArray[np.bool_] = np.asarray(table_of.any(axis=1))
        class_of = np.append(self._people.class_of, len(self._people.classes))  # the last: not known
        rows = np.flatnonzero(concerned[class_of[subjects]])
        whose = subjects[rows]
        kinds = self._rows(name).kinds(self._kind(name, table, looks), looks)[rows]
        codes = table_of[class_of[whose], kinds]
        for (before, after), code in numbered.items():
            tally.add_rows(open_, before, after, *[whose[codes == code]] * 2)

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


class _Ordered(Tables):
    """Tables whose rows always have an order: where files give none, their narrow columns are read once and kept."""

    def in_order(self, name: str) -> RowsInOrder | None:
        return self.ordered(name)

    def kept_stand(self, name: str) -> Stand | None:
        """How the files stand by which what is numbered by rows may be kept; None where rows have no order."""
        return None if super().in_order(name) is None else self.stand(name)

    @functools.cache  # noqa: B019 - lives as long as its impact
    def ordered(self, name: str) -> RowsInOrder:
        found = super().in_order(name)
        if found is None:
            data = self.content(name).select(*narrow_columns(self.catalogued(name))).to_pyarrow()
            table = self.catalogued(name).model_copy(update={"location": Location(arrow=name)})
            found = self._engine.in_order(name, table, self._base, {name: data}, {})
        assert found is not None  # an Arrow table keeps its order
        return found


def _masks(marks: Marks | None) -> npt.NDArray[np.int64] | None:
    return None if marks is None else marks.masks().astype(np.int64)


def _told(answers: Sequence[SubjectAnswer]) -> Told:
    """What rows are told, as far as it counts here."""
    return tuple(Verdict(answer.mask, None, None) for answer in answers)
