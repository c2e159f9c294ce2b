"""What is known about members: the one reading of the facts table, and beside it what the ledger says they chose.

Read of everybody as one narrow row a subject (`describe`), or row by row for whoever asks about one person at a time
(`people`). Where the facts table says two things about one person, or leaves one out, nothing is known about that fact:
a contradiction is not a yes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.engine import Engine
from licet.enforce.id_types import ids_among, member_id, require_ids
from licet.enforce.text_columns import in_known_words
from licet.enforce.verdict_table import Dimensions
from licet.sources.catalogue import Catalogue, FactsTable
from licet.terms import ChoiceState, SourceError
from licet.terms.moments import day_begun_everywhere

#: A column beside `subject` where ids are whole numbers: engines join those faster than text.
NUMBER = "subject_number"

#: Separates the parts of a state; no id can hold it (see licet.terms.ids).
MARK = "\x1f"

#: Between a yes and the pack it is bound to.
BOUND = "@"


def describe(
    engine: Engine,
    facts: ir.Table,
    columns: FactsTable,
    choices: pa.Table,
    signals: pa.Table,
    looks: Dimensions,
    at: datetime,
) -> ir.Table:
    """One row a subject with everything that the rules look at: region, age, plan, state, signals."""
    people = _known_people(facts, columns, looks, at)
    people = _with_states(engine, people, _bound(choices, looks), "state", looks.settings, _choice_token)
    return _with_states(engine, people, signals, "signals", looks.signals, lambda table: table.signal)


class Chosen(NamedTuple):
    """What some subjects stand by. places: per subject where in `told` its `state` and `signals` stand, as `describe`
    has them."""

    subjects: pa.Array
    places: npt.NDArray[np.int64]
    told: list[tuple[str, str]]


def chosen(subjects: Collection[str], choices: pa.Table, signals: pa.Table, looks: Dimensions) -> Chosen:
    """choices, signals: those of these subjects."""
    told = _bound(choices, looks)
    told = told.filter(pc.is_in(told["setting"], value_set=pa.array(looks.settings, pa.string())))
    texts = [told["setting"], pc.fill_null(told["category"], ""), told["state"]]
    sent = signals.filter(pc.is_in(signals["signal"], value_set=pa.array(looks.signals, pa.string())))
    ids = pa.array(subjects, pa.string())
    states = _joined(ids, told["subject"], pc.binary_join_element_wise(*texts, "="))
    signalled = _joined(ids, sent["subject"], sent["signal"])
    words = [one.dictionary.to_pylist() for one in (states, signalled)]
    places, width = (one.indices.to_numpy().astype(np.int64) for one in (states, signalled)), len(words[1])
    first, second = places
    pairs, numbers = np.unique(first * width + second, return_inverse=True)
    told_apart = [(words[0][pair // width], words[1][pair % width]) for pair in pairs.tolist()]
    return Chosen(ids, numbers, told_apart)


def _joined(ids: pa.Array, subjects: pa.ChunkedArray, tokens: pa.ChunkedArray) -> pa.DictionaryArray:
    """Per id its tokens in their order, as one text; an empty one where it has none."""
    if not len(tokens):
        return pa.DictionaryArray.from_arrays(np.zeros(len(ids), np.int32), pa.array([""], pa.string()))
    rows = pa.table({"subject": subjects, "token": tokens}).sort_by("token")
    lists = rows.group_by("subject", use_threads=False).aggregate([("token", "list")]).combine_chunks()
    texts = pc.binary_join(lists["token_list"].combine_chunks(), MARK)
    found = texts.take(pc.index_in(ids, value_set=lists["subject"].combine_chunks()))
    return pc.fill_null(found, "").dictionary_encode()


def facts_columns(
    catalogue: Catalogue, facts: FactsTable, engine: Engine, base: Path, handed_in: Mapping[str, Any]
) -> ir.Table:
    """`subject`, and what each row of the facts table tells of them. Raises: SourceError from the table."""
    readings = catalogue.readings(facts.table)
    table = engine.open(facts.table, catalogue.tables[facts.table], base, handed_in, readings)
    require_ids(facts.table, table, ids_among(readings))
    return table.select(subject=_subject(table, facts), **_told(table, facts))


def subject_ids(facts: ir.Table, columns: FactsTable) -> ir.Table:
    """The column `subject` of a facts table as text, without nulls."""
    ids = facts.select(subject=_subject(facts, columns))
    return ids.filter(ids.subject.notnull())


def _subject(facts: ir.Table, columns: FactsTable) -> ir.Value:
    return member_id(_column(facts, columns.subject, columns.table))


def number_of(text: ir.Value) -> ir.Value:
    """The whole number of 64 bits that a text writes as numbers are written; null for every other text."""
    number = text.try_cast("int64")
    return ibis.ifelse(number.cast("string") == text, number, ibis.null("int64"))


def _told(
    facts: ir.Table, columns: FactsTable, *, has_ages: bool = True, has_plans: bool = True
) -> dict[str, ir.Value]:
    """What each row tells: `region` and `plan` as text, `birth_date` as a day, `age`; what nothing tells is left out.

    has_ages, has_plans: whether they are wanted; a column that nobody wants need not be there.
    """
    wanted = {
        "region": (columns.region, columns.region_is),
        **(
            {"birth_date": (columns.birth_date, None), "age": (columns.age, columns.age_is)}
            if has_ages
            else {}
        ),
        **({"plan": (columns.plan, columns.plan_is)} if has_plans else {}),
    }
    told: dict[str, ir.Value] = {}
    for name, (column, for_all) in wanted.items():
        if for_all is not None:
            told[name] = ibis.literal(for_all)
        elif column is not None:
            value = _column(facts, column, columns.table)
            told[name] = value.cast("string") if name in ("region", "plan") else value
    if "plan" in told:
        told["plan"] = in_known_words(told["plan"], columns.plans)
    born = told.get("birth_date")
    if born is not None and (born.type().is_date() or born.type().is_timestamp()):
        told["birth_date"] = _day_of_birth(born)
    return told


def _known_people(facts: ir.Table, columns: FactsTable, looks: Dimensions, at: datetime) -> ir.Table:
    """One row per subject; a fact that two rows contradict, or that one leaves out, is null."""
    told = _told(facts, columns, has_ages=len(looks.ages) > 1, has_plans=looks.plans)
    named = {
        "subject": _subject(facts, columns),
        "region": told.get("region", ibis.null("string")),
        "lived": _lived(told, columns),
        "plan": told.get("plan", ibis.null("string")),
    }
    rows = facts.select(**named).filter(lambda table: table.subject.notnull())
    agreed = {
        name: ibis.ifelse(
            (rows[name].min() == rows[name].max()) & (rows[name].count() == rows.count()),
            rows[name].min(),
            ibis.null(rows[name].type()),
        )
        for name in ("region", "lived", "plan")
    }
    if _column(facts, columns.subject, columns.table).type().is_signed_integer():
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


def _lived(told: dict[str, ir.Value], columns: FactsTable) -> ir.Value:
    """The day of birth, or the age, as the facts table has it; null when no rule asks or nobody says."""
    has_days = "birth_date" in told
    column, wanted = (columns.birth_date, "a date") if has_days else (columns.age, "whole years")
    lived = told.get("birth_date" if has_days else "age")
    if lived is None or lived.type().is_null():
        return ibis.null("int64")
    if not (lived.type().is_date() if has_days else lived.type().is_integer()):
        raise SourceError(
            "SRC-036",
            f"column {column!r} of table {columns.table!r} is {lived.type()}, not {wanted}",
            fix="convert it in the data, or take it out of the catalogue",
        )
    return lived if has_days else lived.cast("int64")


def _day_of_birth(born: ir.Value) -> ir.Value:
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


def _column(facts: ir.Table, column: str, table: str) -> ir.Value:
    if column not in facts.columns:
        raise SourceError(
            "SRC-035",
            f"the facts table {table!r} has no column {column!r}",
            fix=f"it has: {', '.join(facts.columns)}",
        )
    return facts[column]
