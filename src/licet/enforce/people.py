"""One person's facts, for single decisions: the same reading of the facts table as `population`, one by one.

The first question goes to the table, so that a single decision need not read all of it. Who asks again is going to
ask often: then the narrow columns are read once, and a question is a look into an index.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from licet.decide import Facts
from licet.enforce.absences import RosterHere
from licet.enforce.doubtful_ids import DoubtfulIds
from licet.enforce.facts_file import rows_in_file
from licet.enforce.facts_index import FactsIndex
from licet.ledger import Choices, Stances
from licet.sources.catalogue import Catalogue, require_confirmed
from licet.sources.spellings import folded, look_alikes
from licet.terms import ChoiceState
from licet.terms.canonical import JsonObject
from licet.terms.moments import age_in_years, is_age

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from licet.enforce.engine import Engine

#: Larger tables are asked through the engine each time; below it, ids and facts take some tens of bytes a person.
MOST_KEPT_ROWS = 20_000_000

#: So many people's choices are asked for one by one; of more, the tables are read together.
_ONE_BY_ONE = 100

_SUBJECT = "subject"


class People:
    """The people of one facts table as it stands when the questions are asked: whoever keeps one sees to that.

    Any number of threads may ask one.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        engine: Callable[[], Engine],
        base: Path,
        handed_in: Mapping[str, Any] | None = None,
        *,
        doubtful: DoubtfulIds | None = None,
    ) -> None:
        """engine: makes one, when the table is first asked for more than one answer, or cannot be read without.
        doubtful: the workspace's; without it, no two ids are known to be two people."""
        require_confirmed(catalogue)
        self._doubtful = DoubtfulIds() if doubtful is None else doubtful
        self._catalogue, self._base, self._handed_in = catalogue, base, dict(handed_in or {})
        self._make_engine, self._what = engine, ""
        self._asked, self._lock = 0, threading.RLock()
        self._kept: FactsIndex | None = None
        self._roster: RosterHere | None = None

    @functools.cached_property
    def _engine(self) -> Engine:
        return self._make_engine()

    @functools.cached_property
    def _narrow(self) -> ir.Table | None:
        """The columns that hold facts; None where no table does."""
        from licet.enforce.member_facts import facts_columns  # late: a single question may need no engine

        facts = self._catalogue.facts
        if facts is None:
            return None
        with self._lock:
            self._what = f"table {facts.table!r}"
            return facts_columns(self._catalogue, facts, self._engine, self._base, self._handed_in)

    @property
    def is_in_memory(self) -> bool:
        """Whether the table was read, so that nobody who asks now waits for it."""
        return self._kept is not None

    def facts_about(self, subject: str, at: datetime, position: int, ledger: Choices) -> Facts | None:
        """What is known about one subject at a moment and a ledger position; None when nobody knows them, or who
        they are: the id may be another's, see `taken_for`.

        A fact that two rows of the facts table contradict, or that one leaves out, is not known.
        """
        return self.facts_of(subject, at, ledger.stances_of(subject, position), ledger)

    def facts_of(self, subject: str, at: datetime, stances: Stances, ledger: Choices) -> Facts | None:
        """The same, where what they chose was read."""
        agreed = self._agreed(subject)
        if agreed is None or self.taken_for(subject, stances.position, ledger) is not None:
            return None
        return _facts(agreed, at, stances)

    def facts_about_many(
        self, subjects: Collection[str], at: datetime, position: int, ledger: Choices
    ) -> dict[str, Facts | None]:
        """`facts_about` for each of some subjects; the ledger is asked about all of them together."""
        if len(subjects) <= _ONE_BY_ONE:
            return {one: self.facts_about(one, at, position, ledger) for one in subjects}
        known = {
            one: agreed
            for one in subjects
            if (agreed := self._agreed(one)) is not None and self.taken_for(one, position, ledger) is None
        }
        stances = {one: Stances.none(position) for one in known}
        for row in ledger.choices_table(position, known.keys()).to_pylist():
            stances[row["subject"]].take(
                row["setting"], row["category"], ChoiceState(row["state"]), row["pack"]
            )
        signals: dict[str, set[str]] = {}
        for row in ledger.signals_table(position, known.keys()).to_pylist():
            signals.setdefault(row["subject"], set()).add(row["signal"])
        return {
            one: _facts(known[one], at, stances[one]._replace(signals=frozenset(signals.get(one, ()))))
            if one in known
            else None
            for one in subjects
        }

    def taken_for(self, subject: str, position: int, ledger: Choices) -> str | None:
        """Whose this member's id may be, spelt otherwise: somebody who refused and is gone; None for nobody's."""
        return self._doubtful.taken_for(subject, position, ledger, self.knows)

    def knows(self, subject: str) -> bool | None:
        """Whether the table has a subject, None where there is no such table; the ledger is not asked."""
        return None if self._catalogue.facts is None else bool(self._rows(subject))

    def missing(self, subjects: Collection[str]) -> int | None:
        """How many of some subjects the table has not; None where there is no table. Reads all ids."""
        import pyarrow.compute as pc

        if self._narrow is None:
            return None
        known = pc.is_in(pa.array(sorted(subjects), pa.string()), value_set=self._every_id(self._narrow))
        return len(known) - (pc.sum(known).as_py() or 0)

    def roster(self) -> RosterHere | None:
        """Every id of the table, read once; None where there is no table."""
        if self._roster is None and self._narrow is not None:
            self._roster = RosterHere(self._every_id(self._narrow), self.knows)
        return self._roster

    def look_alikes(self) -> list[tuple[str, ...]]:
        """Ids of the table that differ from another of it by spelling only, in groups. Reads all ids."""
        if self._narrow is None:
            return []
        return look_alikes(self._every_id(self._narrow).to_pylist())

    def alike(self, subject: str, most: int) -> list[str]:
        """Other ids of the table that differ from this one by spelling only, the first by id. Reads all ids."""
        if self._narrow is None:
            return []
        wanted, every = folded(subject), self._every_id(self._narrow).to_pylist()
        return sorted(other for other in every if other != subject and folded(other) == wanted)[:most]

    def _every_id(self, narrow: ir.Table) -> pa.Array:
        with self._lock:
            if self._kept is not None:
                return self._kept.ids()
            with self._engine.reading(self._what):
                ids = narrow.filter(narrow.subject.notnull()).select(_SUBJECT).distinct().to_pyarrow()
            return ids[_SUBJECT].combine_chunks()

    def _agreed(self, subject: str) -> JsonObject | None:
        """What all rows about a subject say alike; None where there is none."""
        rows = self._rows(subject)
        if len(rows) < 2:
            return rows[0] if rows else None
        return {
            name: value if all(row[name] == value for row in rows) else None
            for name, value in rows[0].items()
        }

    def first(self, most: int) -> list[str]:
        """Some known subjects, the first by id."""
        if self._narrow is None:
            return []
        ids = self._narrow.filter(self._narrow.subject.notnull()).select(_SUBJECT).distinct()
        with self._lock, self._engine.reading(self._what):
            found: list[str] = ids.order_by(_SUBJECT).limit(most).to_pyarrow()[_SUBJECT].to_pylist()
        return found

    def _rows(self, subject: str) -> list[JsonObject]:
        """The rows about a subject."""
        if self._kept is None:
            with self._lock:
                if self._kept is None:
                    return self._read_rows(subject)
        return self._kept.rows_about(subject)

    def _read_rows(self, subject: str) -> list[JsonObject]:
        self._asked += 1
        if self._asked == 1:
            rows = rows_in_file(self._catalogue, self._base, subject)
            if rows is not None:
                return rows
        narrow = self._narrow
        if narrow is None:
            return []
        with self._engine.reading(self._what):
            if self._asked == 2 and narrow.count().to_pyarrow().as_py() <= MOST_KEPT_ROWS:
                self._kept = FactsIndex(narrow.filter(narrow.subject.notnull()).to_pyarrow())
                return self._kept.rows_about(subject)
            return list(narrow.filter(narrow.subject == subject).to_pyarrow().to_pylist())


def _facts(agreed: JsonObject, at: datetime, stances: Stances) -> Facts:
    region, plan = agreed.get("region"), agreed.get("plan")
    _, choices, narrow, signals, bound, narrow_bound = stances
    known = (
        None if region is None else str(region), _age(agreed, at), None if plan is None else str(plan),
        choices, narrow, signals, bound, narrow_bound,
    )  # fmt: skip
    return tuple.__new__(Facts, known)  # as `Facts(*known)`, which takes three times as long: once a decision


def _age(agreed: JsonObject, at: datetime) -> int | None:
    if "birth_date" in agreed:
        born = agreed["birth_date"]
        age = age_in_years(born, at) if isinstance(born, date) else None
    else:
        age = agreed.get("age")
    return age if is_age(age) else None
