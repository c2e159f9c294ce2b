"""What a member permits to choose advertisements by: values of a few attributes, as of the very ledger position given.

The rows are `enforce.serving`'s, so that each cell was decided for advertising under stored choices and under the
signals that came with this request; nothing else is known of anybody here. What was read stands in memory while no
entry of the ledger, file or day could change it: whoever chose is read anew. Nothing is written anywhere. What cannot
be told is as if nothing were permitted.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import pyarrow  # noqa: F401 - whole before its parts: another thread would find them half made
import pyarrow.compute as pc

from licet.app.own_rows import Looking
from licet.app.recommending.followed_rows import Moment, look_at_tables
from licet.app.tenses import first_change_since
from licet.decide import Facts
from licet.sources.file_state import Stand, are_as_they_were, files_of
from licet.terms import SELF, LicetError
from licet.terms.vocabulary import AD_TARGETING
from licet.uses.ad_choice.campaign import AttributeColumn
from licet.uses.ad_choice.page_words import normal

if TYPE_CHECKING:
    from licet.app.core import Core
    from licet.enforce.serving import OwnRows, Present

#: Members of whom it is remembered, and how many may have chosen since before all are read anew.
MOST_MEMBERS, MOST_ONE_BY_ONE = 50_000, 1_000


class Interests(NamedTuple):
    """By attribute the values that may be gone by. code: why there are none, where there are none."""

    values: Mapping[str, frozenset[str]]
    code: str | None = None


NOTHING = Interests({}, "nobody")


class PermittedInterests:
    """Of one workspace and one set of attributes. One thread at a time."""

    def __init__(self, core: Core, attributes: Mapping[str, AttributeColumn]) -> None:
        """Raises: GateError GATE-211 where the rows stay with Spark."""
        self._core, self._attributes = core, attributes
        self._looking = Looking(core)
        self._serving = self._looking.serving(AD_TARGETING, SELF)
        self._tables = frozenset(one.table for one in attributes.values())
        self._known: OrderedDict[tuple[str, frozenset[str]], Interests] = OrderedDict()
        self._of: dict[str, set[tuple[str, frozenset[str]]]] = {}
        self._before: Moment | None = None
        self._are_files = False

    def of(self, subject: str, signals: frozenset[str], at: datetime, position: int) -> Interests:
        """signals: of this request, beside those that are recorded. position: the ledger's, just read."""
        key = (subject, signals)
        try:
            self._bring(at, position)
            known = self._known.get(key)
            if known is None:
                known = self._read(subject, signals, at, position)
                self._known[key] = known
                self._of.setdefault(subject, set()).add(key)
                if len(self._known) > MOST_MEMBERS:
                    self._forget(next(iter(self._known))[0])
        except LicetError as error:
            self._clear()
            return Interests({}, error.code)
        return known

    def _look(self, before: Moment | None) -> Stand | None:
        """How the files stand; each that rested, and is one file, is only looked at again."""
        files = None if before is None else before.files
        if self._are_files and files is not None and are_as_they_were(files.files):
            return files
        core = self._core
        names = self._tables & core.catalogue.tables.keys()
        now = look_at_tables(core, core.catalogue, names)
        # Only then does a later look at just these files tell whether anything changed; in a folder there may be more.
        self._are_files = now is not None and now.holds(now) and self._lie_in_one_file_each()
        return now

    def _lie_in_one_file_each(self) -> bool:
        catalogue, root = self._core.catalogue, self._core.layout.root
        tables = [catalogue.tables[name] for name in self._tables & catalogue.tables.keys()]
        if catalogue.facts is not None:
            tables.append(catalogue.tables[catalogue.facts.table])
        return all(
            files_of(one.location, root) == (root / str(getattr(one.location, one.location.kind)),)
            for one in tables
        )

    def _bring(self, at: datetime, position: int) -> None:
        """Let go of what an entry, a file or a day since could have changed."""
        before = self._before
        now = self._before = Moment(at, position, self._look(before))
        if before is None or not (now.is_same_day(before) and now.has_files_of(before)):
            self._clear()
            return
        if before.position == now.position:
            return
        core = self._core
        if now.position < before.position:
            self._clear()
            return
        if first_change_since(core, before.position, now.position) is None:
            return
        policies, ledger = core.policies_in_force, core.ledger
        if (
            policies.at(before.position) is not policies.at(now.position)
            or ledger.erased_since(before.position)
            or ledger.changed_organisations(before.position, now.position)
            or not self._rows_are_their_own()
        ):
            self._clear()
            return
        changed = ledger.changed_subjects(before.position, now.position)
        if len(changed) > MOST_ONE_BY_ONE:
            self._clear()
            return
        for subject in changed:
            self._forget(subject)

    def _rows_are_their_own(self) -> bool:
        """Whether a choice reaches the rows of whoever chose alone: each of one member, keyed by them."""
        catalogue = self._core.catalogue
        for name in self._tables & catalogue.tables.keys():
            table = catalogue.tables[name]
            if len(table.subjects) != 1 or table.key not in (None, table.subjects[0]) or table.references:
                return False
            if table.columns_about_others:
                return False
        return True

    def _forget(self, subject: str) -> None:
        for key in self._of.pop(subject, ()):
            self._known.pop(key, None)

    def _clear(self) -> None:
        self._known.clear()
        self._of.clear()

    def _read(self, subject: str, signals: frozenset[str], at: datetime, position: int) -> Interests:
        if not self._core.people().knows(subject):
            return Interests({}, "subject_unknown")
        present = self._looking.at(at, position)
        own = self._serving.own_as_of(_with_signals(present, signals), subject, self._tables)
        found = {
            name: values
            for name, column in self._attributes.items()
            if (values := _values(own, column, present))
        }
        return Interests(found, None if found else _why_not(own))


def _with_signals(present: Present, signals: frozenset[str]) -> Present:
    """The same, with signals that everybody asked about sends in this very request; a signal can only refuse."""
    if not signals:
        return present

    def facts_of(subjects: Collection[str]) -> Mapping[str, Facts | None]:
        told = present.facts_of(subjects)
        return {
            one: None if facts is None else facts._replace(signals=facts.signals | signals)
            for one, facts in told.items()
        }

    return present._replace(facts_of=facts_of)


def _values(own: OwnRows, column: AttributeColumn, present: Present) -> frozenset[str]:
    """What may be seen of a column in the member's own rows; a row about several people says nothing of one."""
    rows, table = own.tables.get(column.table), present.catalogue.tables.get(column.table)
    if rows is None or table is None or len(table.subjects) != 1 or column.column not in rows.column_names:
        return frozenset()
    if table.columns.get(column.column) is None:  # of no kind of data; a pseudonym may stand there
        return frozenset()
    told: list[str] = []
    for value in rows[column.column].to_pylist():
        told += [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]
    return frozenset(normal(one) for one in told if one.strip())


def _why_not(own: OwnRows) -> str:
    for name in own.about:
        told = own.verdicts(name)
        held_back = told.filter(pc.equal(told["mask"], 0))
        for row in held_back.slice(0, 1).select(["code"]).to_pylist():
            return str(row["code"])
    return "nothing_said"
