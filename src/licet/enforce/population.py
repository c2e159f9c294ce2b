"""People into classes: one narrow row per subject, from the facts table and the ledger's choices.

Two members of a class are alike in everything the rules in scope look at. Where the facts table says two
things about one person, nothing is known about that fact: a contradiction is not a yes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.decide import Facts
from licet.enforce.engine import Engine
from licet.enforce.id_types import member_id
from licet.enforce.text_columns import in_known_words
from licet.enforce.verdict_table import Dimensions
from licet.sources.catalogue import FactsTable
from licet.terms import ChoiceState, SourceError
from licet.terms.moments import day_begun_everywhere

#: A column beside `subject` where ids are whole numbers: engines join those faster than text.
NUMBER = "subject_number"

#: Separates the parts of a state; no id can hold it (see licet.terms.ids).
MARK = "\x1f"

#: Between a yes and the pack it is bound to.
BOUND = "@"


class Subject(NamedTuple):
    """A class of people: what was read about them. `state` lists choices, `signals` signals."""

    region: str | None
    age: int | None
    plan: str | None
    state: str
    signals: str


class Roll(NamedTuple):
    """subjects: ids as text, ascending, each once. The arrays beside it have a place for each.

    ids:      the ids as whole numbers; None where they are text.
    class_of: the place in `classes`.
    classes:  what the members of a class have in common; each has some.
    """

    subjects: pa.Array
    ids: npt.NDArray[np.int64] | None
    class_of: npt.NDArray[np.int32]
    classes: tuple[Subject, ...]

    def with_classes(self) -> pa.Table:
        """subject, the id as a number where it is one, region, class_id."""
        regions = pa.array([subject.region for subject in self.classes], pa.string())
        return pa.table(
            {
                "subject": self.subjects,
                **({} if self.ids is None else {NUMBER: self.ids}),
                "region": regions.take(pa.array(self.class_of)),
                "class_id": self.class_of.astype(np.int64),
            }
        )

    def numbered(self) -> pa.Table:
        """subject, the id as a number where it is one, and `no`, the place on the roll."""
        columns = {"subject": self.subjects, **({} if self.ids is None else {NUMBER: self.ids})}
        return pa.table({**columns, "no": np.arange(len(self.subjects), dtype=np.int32)})


class Population(NamedTuple):
    """table:   makes subject, region, class_id (int64), one row per known subject, kept by the engine; and the id
             as a number where it is one.
    classes: what the members of each class have in common; `class_id` is the place in this list.
    roll:    where the engine keeps its people in this process; then `table` is drawn from it."""

    table: Callable[[], ir.Table]
    classes: Sequence[Subject]
    roll: Roll | None = None


def facts_of(subject: Subject) -> Facts:
    """The representative of a class of people, as `decide` wants it. A yes is followed by the pack it is bound to."""
    choices: dict[str, ChoiceState] = {}
    bound: dict[str, str] = {}
    narrow: dict[str, dict[str, ChoiceState]] = {}
    narrow_bound: dict[str, dict[str, str]] = {}
    for part in filter(None, subject.state.split(MARK)):
        setting, _, rest = part.partition("=")
        category, _, stated = rest.rpartition("=")
        state, _, pack = stated.partition(BOUND)
        if category:
            narrow.setdefault(setting, {})[category] = ChoiceState(state)
            if pack:
                narrow_bound.setdefault(setting, {})[category] = pack
        else:
            choices[setting] = ChoiceState(state)
            if pack:
                bound[setting] = pack
    return Facts(
        subject.region, subject.age, subject.plan, choices, narrow,
        frozenset(filter(None, subject.signals.split(MARK))), bound, narrow_bound,
    )  # fmt: skip


def classify(
    engine: Engine,
    facts: ir.Table,
    columns: FactsTable,
    choices: pa.Table,
    signals: pa.Table,
    looks: Dimensions,
    at: datetime,
) -> Population:
    """Put every subject of the facts table into its class.

    choices: subject, setting, category (or null), state, pack (or null); the latest of each.
    signals: subject, signal; those in force.
    """
    people = engine.keep(describe(engine, facts, columns, choices, signals, looks, at))
    with engine.reading("the facts about members"):
        distinct = (
            people.select("region", "age", "plan", "state", "signals").distinct().to_pyarrow().to_pylist()
        )
    classes = sorted((Subject(**row) for row in distinct), key=_sort_key)
    numbered = engine.hand_in(
        pa.table(
            {
                "class_region": pa.array([subject.region for subject in classes], pa.string()),
                "class_age": pa.array([subject.age for subject in classes], pa.int64()),
                "class_plan": pa.array([subject.plan for subject in classes], pa.string()),
                "class_state": pa.array([subject.state for subject in classes], pa.string()),
                "class_signals": pa.array([subject.signals for subject in classes], pa.string()),
                "class_id": pa.array(range(len(classes)), pa.int64()),
            }
        )
    )
    # Joined on the columns themselves, null matching null: a text made of them could be made to collide.
    joined = people.join(
        numbered,
        [
            people.region.identical_to(numbered.class_region),
            people.age.identical_to(numbered.class_age),
            people.plan.identical_to(numbered.class_plan),
            people.state == numbered.class_state,
            people.signals == numbered.class_signals,
        ],
        how="inner",
    )
    numbers = [NUMBER] if NUMBER in people.columns else []
    table = engine.keep(joined.select("subject", *numbers, "region", "class_id"))
    return Population(lambda: table, classes)


def describe(
    engine: Engine,
    facts: ir.Table,
    columns: FactsTable,
    choices: pa.Table,
    signals: pa.Table,
    looks: Dimensions,
    at: datetime,
    only: pa.Array | None = None,
) -> ir.Table:
    """One row a subject with everything that the rules look at: region, age, plan, state, signals.

    only: ids of those to describe; everyone where it is None. Choices and signals are then theirs alone.
    """
    people = _known_people(engine, facts, columns, looks, at, only)
    people = _with_states(engine, people, _bound(choices, looks), "state", looks.settings, _choice_token)
    return _with_states(engine, people, signals, "signals", looks.signals, lambda table: table.signal)


def subject_ids(facts: ir.Table, columns: FactsTable) -> ir.Table:
    """The column `subject` of a facts table as text, without nulls."""
    ids = facts.select(subject=member_id(_column(facts, columns.subject, columns.table)))
    return ids.filter(ids.subject.notnull())


def _known_people(
    engine: Engine,
    facts: ir.Table,
    columns: FactsTable,
    looks: Dimensions,
    at: datetime,
    only: pa.Array | None,
) -> ir.Table:
    """One row per subject; a fact that two rows contradict, or that one leaves out, is null."""
    subject = _column(facts, columns.subject, columns.table)
    named = {
        "subject": member_id(subject),
        "region": _text(facts, columns.region, columns.table, columns.region_is),
        "lived": _lived(facts, columns, looks.ages),
        "plan": in_known_words(_plan(facts, columns, looks), columns.plans),
    }
    rows = facts.select(**named).filter(lambda table: table.subject.notnull())
    if only is not None:
        wanted = engine.hand_in(pa.table({"wanted": only}))
        rows = rows.filter(rows.subject.isin(wanted.wanted))
    agreed = {
        name: ibis.ifelse(
            (rows[name].min() == rows[name].max()) & (rows[name].count() == rows.count()),
            rows[name].min(),
            ibis.null(rows[name].type()),
        )
        for name in ("region", "lived", "plan")
    }
    if subject.type().is_signed_integer():
        agreed[NUMBER] = rows.subject.min().cast("int64")  # one text, one number
    people = rows.group_by("subject").agg(**agreed)
    return people.mutate(age=_age_class(people.lived, looks.ages, at)).drop("lived")


def _with_states(
    engine: Engine, people: ir.Table, told: pa.Table, name: str, wanted: tuple[str, ...], token: object
) -> ir.Table:
    """Add one text per subject listing what they chose or signalled, among what can matter here."""
    if not wanted or told.num_rows == 0:
        return people.mutate(**{name: ibis.literal("")})
    table = engine.hand_in(told)
    table = table.filter(table[told.column_names[1]].isin(wanted))
    texts = table.mutate(token=token(table))  # type: ignore[operator]
    states = texts.group_by("subject").agg(**{name: texts.token.group_concat(sep=MARK, order_by=texts.token)})
    joined = people.join(states, people.subject == states.subject, how="left")
    return joined.select(*(people[column] for column in people.columns), **{name: states[name].fill_null("")})


def _bound(choices: pa.Table, looks: Dimensions) -> pa.Table:
    """The choices, each followed by the pack that stands for the one it was made under; alone where for none."""
    bindings = (looks.noes, looks.yeses)
    if choices.num_rows == 0 or not any(bindings):
        return choices.select(["subject", "setting", "category", "state"])
    told = {one for binding in bindings for one in binding}
    settings, packs = sorted({setting for setting, _, _ in told}), sorted({pack for _, pack, _ in told})
    suffixes = ["", *(BOUND + pack for pack in sorted({pack for _, _, pack in told}))]
    # Small whole numbers: what was said, a setting and a pack together give the place of what stands for them.
    stands_for = np.zeros((2, len(settings) + 1, len(packs) + 1), np.int32)
    for said_yes, binding in enumerate(bindings):
        for setting, pack, other in binding:
            stands_for[said_yes, settings.index(setting), packs.index(pack)] = suffixes.index(BOUND + other)
    is_yes = pc.is_in(choices["state"], value_set=pa.array(ChoiceState.yeses()))
    said = is_yes.to_numpy(zero_copy_only=False).astype(np.int8)
    place = stands_for[said, _places(choices["setting"], settings), _places(choices["pack"], packs)]
    # A first yes to one kind of data permits nothing and lifts nothing.
    is_idle = pc.and_(pc.equal(choices["state"], str(ChoiceState.GIVEN)), pc.is_valid(choices["category"]))
    place[is_idle.to_numpy(zero_copy_only=False)] = 0
    suffix = pa.array(suffixes, pa.string()).take(pa.array(place))
    states = choices["state"].cast(pa.string())
    if not looks.noes:  # no policy came before, so a yes that is bound to this one is a first one
        is_again = pc.and_(pc.equal(states, str(ChoiceState.GIVEN_AGAIN)), pa.array(place > 0))
        states = pc.if_else(is_again, str(ChoiceState.GIVEN), states)
    state = pc.binary_join_element_wise(states, suffix, "")
    return choices.select(["subject", "setting", "category"]).append_column("state", state)


def _places(column: pa.ChunkedArray, words: list[str]) -> npt.NDArray[np.int64]:
    """Per row the place of its word among `words`; the one beyond them for every other word and for null."""
    found = np.full(len(column), len(words), np.int64)
    start = 0
    for chunk in column.chunks:
        if not pa.types.is_dictionary(chunk.type):
            chunk = chunk.dictionary_encode()
        known = {word: place for place, word in enumerate(words)}
        place_of = [known.get(word, len(words)) for word in chunk.dictionary.to_pylist()] + [len(words)]
        indices = pc.fill_null(chunk.indices, len(place_of) - 1).to_numpy(zero_copy_only=False)
        found[start : start + len(chunk)] = np.array(place_of, np.int64)[indices]
        start += len(chunk)
    return found


def _choice_token(table: ir.Table) -> ir.Value:
    return ibis.literal("").join([table.setting, "=", table.category.fill_null(""), "=", table.state])


def _lived(facts: ir.Table, columns: FactsTable, ages: tuple[int, ...]) -> ir.Value:
    """The day of birth, or the age, as the facts table has it; null when no rule asks or nobody says."""
    if len(ages) == 1:
        return ibis.null("int64")
    if columns.age_is is not None:
        return ibis.literal(columns.age_is, "int64")
    if columns.birth_date is not None:
        born = _column(facts, columns.birth_date, columns.table)
        if born.type().is_null():
            return ibis.null("int64")
        if not (born.type().is_date() or born.type().is_timestamp()):
            raise _wrong_type(columns.table, columns.birth_date, born, "a date")
        return day_of_birth(born)
    if columns.age is not None:
        age = _column(facts, columns.age, columns.table)
        if age.type().is_null():
            return ibis.null("int64")
        if not age.type().is_integer():
            raise _wrong_type(columns.table, columns.age, age, "whole years")
        return age.cast("int64")
    return ibis.null("int64")


def day_of_birth(born: ir.Value) -> ir.Value:
    """The day (UTC) of a column of dates or times; null for one that is not of the years 1 to 9999, and so nobody's.

    No single decision can be asked about such a day, since Python has none of them.
    """
    day = born.cast("date")
    return ibis.ifelse(day.between(date.min, date.max), day, ibis.null("date"))


def _age_class(lived: ir.Value, ages: tuple[int, ...], at: datetime) -> ir.Value:
    """The largest boundary not above a person's age, computed in the engine; null when it is not known."""
    nothing = ibis.null("int64")
    reached = (
        (lived <= born_by(age, at) if lived.type().is_date() else lived >= age, ibis.literal(age, "int64"))
        for age in reversed(ages)
    )
    return ibis.cases(*reached, else_=nothing)


def born_by(age: int, at: datetime) -> date:
    """The last day of birth of someone who is `age` at the moment `at`."""
    day = day_begun_everywhere(at)
    if age >= day.year:
        return date.min  # nobody was born before the calendar
    try:
        return day.replace(year=day.year - age)
    except ValueError:  # 29 February, and no such day that year
        return date(day.year - age, 2, 28)


def _plan(facts: ir.Table, columns: FactsTable, looks: Dimensions) -> ir.Value:
    """The plan as the facts table or the catalogue has it; null when no rule asks."""
    if not looks.plans:
        return ibis.null("string")
    return _text(facts, columns.plan, columns.table, columns.plan_is)


def _text(facts: ir.Table, column: str | None, table: str, for_all: str | None) -> ir.Value:
    if column is not None:
        return _column(facts, column, table).cast("string")
    return ibis.null("string") if for_all is None else ibis.literal(for_all, "string")


def _column(facts: ir.Table, column: str, table: str) -> ir.Value:
    if column not in facts.columns:
        raise SourceError(
            "SRC-035",
            f"the facts table {table!r} has no column {column!r}",
            fix=f"it has: {', '.join(facts.columns)}",
        )
    return facts[column]


def _wrong_type(table: str, column: str, value: ir.Value, wanted: str) -> SourceError:
    return SourceError(
        "SRC-036",
        f"column {column!r} of table {table!r} is {value.type()}, not {wanted}",
        fix="convert it in the data, or take it out of the catalogue",
    )


def _sort_key(subject: Subject) -> tuple[str, ...]:
    return tuple("" if value is None else f"={value}" for value in subject)
