"""Rows into classes, and rows with their subjects' classes: the narrow half of every gate query.

A row's class says which visibility it has and between which dates it was made, as far as any rule in scope
asks. Only subject, visibility and date columns are touched here; content is never read.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from licet.decide.combination import DISAGREE, WITHHELD, Reason, SubjectAnswer
from licet.enforce.engine import Engine
from licet.enforce.member_facts import MARK, NUMBER
from licet.enforce.population import Population
from licet.enforce.text_columns import in_known_words
from licet.enforce.verdict_table import Dimensions
from licet.sources.catalogue import Table
from licet.terms import SourceError

#: The first and the last moment of the calendar.
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

#: Whole years that 64 bits of nanoseconds can say.
_FIRST_NS, _LAST_NS = datetime(1678, 1, 1, tzinfo=UTC), datetime(2262, 1, 1, tzinfo=UTC)


class Reasons:
    """The reasons of one gate as whole numbers, for engines to carry along; -1 is none."""

    disagree, withheld = 0, 1

    def __init__(self) -> None:
        self._numbers = {DISAGREE: self.disagree, WITHHELD: self.withheld}

    def numbered(self, answers: Iterable[SubjectAnswer]) -> list[tuple[int, int]]:
        """Masks with the numbers of their reasons; the next number for a reason not seen before."""
        return [
            (mask, -1 if reason is None else self._numbers.setdefault(reason, len(self._numbers)))
            for mask, reason, _ in answers
        ]

    def of(self, number: int) -> Reason | None:
        return None if number < 0 else [*self._numbers][number]


class Eligibility(NamedTuple):
    """What each subject permits of one table.

    table:    subject, region, then per row class r: mask_r and reason_r (see `Reasons`).
    unknown:  what is answered where the subject is not known: the same, per row class.
    open_classes: the row classes of which somebody permits something.
    shared:   row class to the one mask of everybody who permits something of it; those where masks differ are not in.
    """

    table: ir.Table
    unknown: list[tuple[int, int]]
    open_classes: frozenset[int]
    shared: dict[int, int]


def eligibility(
    engine: Engine,
    population: Population,
    by_class: list[list[tuple[int, int]]],
    unknown: list[tuple[int, int]],
) -> Eligibility:
    """Join every subject's class with what that class permits; kept by the engine."""
    columns: dict[str, pa.Array] = {"class_id": pa.array(range(len(by_class)), pa.int64())}
    for row_class in range(len(unknown)):
        columns[f"mask_{row_class}"] = pa.array([row[row_class][0] for row in by_class], pa.int64())
        columns[f"reason_{row_class}"] = pa.array([row[row_class][1] for row in by_class], pa.int64())
    classes = engine.hand_in(pa.table(columns))
    people = population.table()
    joined = people.join(classes, people.class_id == classes.class_id, how="inner")
    wanted = [name for name in classes.columns if name != "class_id"]
    named = [name for name in people.columns if name != "class_id"]
    masks = [{row[n][0] for row in by_class if row[n][0]} for n in range(len(unknown))]
    open_classes = frozenset(n for n, told in enumerate(masks) if told)
    shared = {n: next(iter(told)) for n, told in enumerate(masks) if len(told) == 1}
    return Eligibility(engine.keep(joined.select(*named, *wanted)), unknown, open_classes, shared)


def row_class(
    rows: ir.Table, name: str, table: Table, looks: Dimensions, wanted: frozenset[int] | None = None
) -> ir.Value | None:
    """The class of each row as int64, or None when all rows are of one class.

    rows: with `REFUSAL` beside them where the rules look at what was said no to of single rows.
    wanted: classes that are to be told apart; any other may be told as another that is not wanted.
    """
    each = looks.created_classes * max(1, len(looks.refusals))
    seen = None if wanted is None else frozenset(number // each for number in wanted)
    parts = (
        (_visibility_class(rows, name, table, looks, seen), looks.visibility_classes),
        (_created_class(rows, name, table, looks), looks.created_classes),
        (rows[REFUSAL] if looks.refusals else None, len(looks.refusals)),
    )
    found: ir.Value | None = None
    for part, classes in parts:
        if part is not None:
            found = part if found is None else found * classes + part
    return found


def _visibility_class(
    rows: ir.Table, name: str, table: Table, looks: Dimensions, wanted: frozenset[int] | None
) -> ir.Value | None:
    values = looks.visibilities
    if not values:
        return None
    other, missing = len(values), len(values) + 1
    if table.visibility is None:
        stated = table.visibility_is
        place = values.index(stated) if stated in values else other if stated in looks.audiences else missing
        return ibis.literal(place, "int64")
    column = in_known_words(column_of(rows, name, table.visibility).cast("string"), table.visibilities)
    # A list of words costs DuckDB a join: it is left out where no word of it can let a row through.
    is_all = wanted is None or not wanted.isdisjoint((other, missing))
    told = range(len(values)) if wanted is None or is_all else sorted(wanted)
    known = [(column == values[place], ibis.literal(place, "int64")) for place in told]
    if looks.audiences and is_all:
        known.append((column.isin(looks.audiences), ibis.literal(other, "int64")))
    unknown = ibis.literal(missing, "int64")
    return ibis.cases(*known, else_=unknown) if known else unknown


def _created_class(rows: ir.Table, name: str, table: Table, looks: Dimensions) -> ir.Value | None:
    cuts = looks.cuts
    if not cuts:
        return None
    missing = len(cuts) + 1
    if table.created is None:
        return ibis.literal(missing, "int64")
    column = time_of(rows, name, table.created)
    if column.type().is_null():
        return ibis.literal(missing, "int64")
    # The engine's session is in UTC, so an offset is honoured. A plain timestamp is compared as it is: a cast
    # to microseconds would round the last nanosecond of a day into the next.
    plain = column.type().is_timestamp() and column.type().timezone is None
    made = column if plain else column.cast("timestamp")
    known = made.notnull()
    if column.type().is_date() or made.type().scale != 9:
        # infinity, and years that no single decision can be asked about; nanoseconds reach neither
        known = known & made.between(_naive(_FIRST), _naive(_LAST))
    return ibis.cases(
        (~known, ibis.literal(missing, "int64")),
        *(
            (_reached(made, cut), ibis.literal(place, "int64"))
            for place, cut in reversed(list(enumerate(cuts, start=1)))
        ),
        else_=ibis.literal(0, "int64"),
    )


def time_of(rows: ir.Table, name: str, created: str) -> ir.Value:
    """The column that says when records were made. Raises: SourceError SRC-037 where it holds no times."""
    column = column_of(rows, name, created)
    kind = column.type()
    if not (kind.is_timestamp() or kind.is_date() or kind.is_null()):
        raise SourceError(
            "SRC-037",
            f"column {created!r} of table {name!r} is {kind}, not a time",
            fix="convert it in the data, or take `created` out of the catalogue (then its date is not known)",
        )
    return column


def _reached(made: ir.Value, cut: datetime) -> ir.Value:
    """Whether a record was made at a cut or after it; a cut beyond what nanoseconds can say is all before or after."""
    if made.type().is_timestamp() and made.type().scale == 9 and not _FIRST_NS <= cut < _LAST_NS:
        return ibis.literal(cut < _FIRST_NS)
    return made >= _naive(cut)


def _naive(moment: datetime) -> ir.Value:
    return ibis.timestamp(moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" "))


def column_of(rows: ir.Table, name: str, column: str) -> ir.Value:
    """A column the catalogue speaks of; SRC-038 when the data has none of that name."""
    if column not in rows.columns:
        raise SourceError(
            "SRC-038",
            f"table {name!r} has no column {column!r}",
            fix=f"correct the catalogue; the data has: {', '.join(rows.columns)}",
        )
    return rows[column]


#: Which of `Dimensions.refusals` a row has; see `refused_rows`.
REFUSAL = "__licet_refusal"
MASK, REASON, REGION = "__licet_mask", "__licet_reason", "__licet_region"
_ROW_CLASS, _LIST = "__licet_row_class", "__licet_people_"


def judged(rows: ir.Table, name: str, table: Table, looks: Dimensions, who: Eligibility) -> ir.Table:
    """Every row with its mask, its reason if it is held back, and the region that reason belongs to.

    `decide.combination.combine` as the engine computes it.
    """
    kind = row_class(rows, name, table, looks)
    if kind is not None and looks.row_classes > 1:
        rows = rows.mutate(**{_ROW_CLASS: kind})
    content = list(rows.columns)
    answers: list[tuple[ir.Value, ir.Value, ir.Value]] = []
    for place, subject in enumerate(table.subjects):
        if column_of(rows, name, subject).type().is_array():
            rows, answer = _of_many(rows, subject, place, who)
        else:
            rows, answer = _of_one(rows, subject, place, who)
        answers.append(answer)
    answers = [tuple(rows[str(part)] for part in answer) for answer in answers]
    mask, reason, region = answers[0]
    for next_mask, next_reason, next_region in answers[1:]:
        region = ibis.ifelse((reason < 0) & (next_reason >= 0), next_region, region)
        reason = ibis.ifelse(reason < 0, next_reason, reason)
        mask = mask & next_mask
    reason = ibis.cases((mask != 0, -1), (reason >= 0, reason), else_=Reasons.disagree)
    shown = [column for column in content if column not in (_ROW_CLASS, REFUSAL)]
    return rows.select(*shown, **{MASK: mask, REASON: reason.cast("int64"), REGION: region})


def permitted(rows: ir.Table, name: str, table: Table, looks: Dimensions, who: Eligibility) -> ir.Table:
    """The rows of which something is permitted, with their mask: `judged` without the reasons.

    It joins only those who permit something, which is what makes reading through the gate nearly as fast as
    reading what is left.
    """
    kind = row_class(rows, name, table, looks, who.open_classes)
    if kind is not None and looks.row_classes > 1:
        rows = rows.mutate(**{_ROW_CLASS: kind})
        # Rows of a kind that nobody permits need not meet anybody.
        rows = rows.filter(rows[_ROW_CLASS].isin(sorted(who.open_classes)))
    content = [column for column in rows.columns if column != _ROW_CLASS]
    only = _only_class(rows, who)
    allowing = _allowing(who)
    masks: list[str] = []
    for place, subject in enumerate(table.subjects):
        if column_of(rows, name, subject).type().is_array():
            rows, (mask, _, _) = _of_many(rows, subject, place, who)
        else:
            people = allowing.view()
            mask = f"{MASK}_{place}"
            # Each of them is there once, so no row is doubled; DuckDB is three times as quick at it as at a semi join
            # where ids are whole numbers. Where all who permit anything permit the same, nothing of theirs is carried.
            joined = rows.join(people, same_person(rows[subject], people), how="inner")
            shared = None if only is None else who.shared.get(only)
            value = _pick(people, rows, who)[0] if shared is None else ibis.literal(shared, "int64")
            rows = joined.select([rows[column] for column in rows.columns] + [value.name(mask)])
        masks.append(mask)
    together = functools.reduce(lambda one, other: one & other, (rows[mask] for mask in masks))
    judged_rows = rows.select([rows[column] for column in content] + [together.name(MASK)])
    return judged_rows.filter(judged_rows[MASK] != 0)


def of_nobody(
    rows: ir.Table, name: str, table: Table, looks: Dimensions, told: Sequence[tuple[int, int]]
) -> ir.Table:
    """Every row of a table about nobody with its mask and its reason: those of its class, whose region is nobody's.

    told: mask and number of the reason per row class.
    """
    kind = row_class(rows, name, table, looks)
    answers = []
    for of_classes in zip(*told, strict=True):
        each = [ibis.literal(value, "int64") for value in of_classes]
        is_one = kind is None or len(set(of_classes)) == 1
        answers.append(
            each[0]
            if is_one
            else ibis.cases(*((kind == n, value) for n, value in enumerate(each)), else_=each[-1])
        )
    mask, reason = answers
    return rows.mutate(**{MASK: mask, REASON: reason, REGION: ibis.null("string")})


def _only_class(rows: ir.Table, who: Eligibility) -> int | None:
    """The one class that rows can be of, once those nobody permits are gone; None where there are several."""
    if _ROW_CLASS not in rows.columns:
        return 0
    return next(iter(who.open_classes)) if len(who.open_classes) == 1 else None


def _allowing(who: Eligibility) -> ir.Table:
    """The people who permit something of some class of rows."""
    masks = [who.table[f"mask_{n}"] != 0 for n in range(len(who.unknown))]
    return who.table.filter(functools.reduce(lambda one, other: one | other, masks))


def same_person(value: ir.Value, people: ir.Table) -> ir.Value:
    """Ids are compared as text, unless both sides are whole numbers: then as those, which is the same and fast."""
    if NUMBER in people.columns and value.type().is_signed_integer():
        return value.cast("int64") == people[NUMBER]
    return value.cast("string") == people.subject


def _of_one(
    rows: ir.Table, subject: str, place: int, who: Eligibility
) -> tuple[ir.Table, tuple[str, str, str]]:
    people = who.table.view()
    joined = rows.join(people, same_person(rows[subject], people), how="left")
    names = (f"{MASK}_{place}", f"{REASON}_{place}", f"{REGION}_{place}")
    mask, reason = _pick(people, rows, who)
    return (
        joined.select(
            *(rows[column] for column in rows.columns),
            **dict(zip(names, (mask, reason, people.region), strict=True)),
        ),
        names,
    )


def _of_many(
    rows: ir.Table, subject: str, place: int, who: Eligibility
) -> tuple[ir.Table, tuple[str, str, str]]:
    """A list of subjects: decide once per distinct list and kind of row, then join back.

    Lists are told apart by a text made of their ids. Two lists that happen to share that text are judged
    together, so the worst a hostile id can do is deny.
    """
    signature = f"{_LIST}{place}"
    rows = rows.mutate(**{signature: list_text(rows[subject])})
    keys = [signature, *([_ROW_CLASS] if _ROW_CLASS in rows.columns else [])]
    lists = rows.select(*keys, **{"people": rows[subject]}).distinct()
    each = lists.unnest("people", offset="position", keep_empty=True)
    people = who.table.view()
    joined = each.join(people, each.people.cast("string") == people.subject, how="left")
    mask, reason = _pick(people, each, who)
    told = joined.select(
        *(each[key] for key in keys), position=each.position.fill_null(0), mask=mask, reason=reason,
        region=people.region.fill_null(MARK),
    )  # fmt: skip
    no = told.mask == 0
    together = told.group_by(keys).agg(
        mask=told.mask.bit_and(),
        denied_reason=told.reason.argmin(told.position, where=no),
        denied_region=told.region.argmin(told.position, where=no).nullif(MARK),
        first_region=told.region.argmin(told.position).nullif(MARK),
        denied=no.any(),
    )
    return _join_back(rows, together, keys, place, who)


def list_text(people: ir.Value) -> ir.Value:
    """A text that tells lists of subjects apart; engines compare texts alike, lists not."""
    return people.map(lambda one: one.cast("string").fill_null(MARK + MARK)).join(MARK)


def _join_back(
    rows: ir.Table, together: ir.Table, keys: list[str], place: int, who: Eligibility
) -> tuple[ir.Table, tuple[str, str, str]]:
    lists = together.view()
    joined = rows.join(lists, [rows[key] == lists[key] for key in keys], how="left")
    names = (f"{MASK}_{place}", f"{REASON}_{place}", f"{REGION}_{place}")
    mask = lists.mask.fill_null(0)
    _, nobody = _unknown(rows, who)
    reason = ibis.cases(
        (lists.mask.isnull(), nobody), (lists.denied, lists.denied_reason), else_=ibis.literal(-1, "int64")
    )
    region = ibis.ifelse(lists.denied, lists.denied_region, lists.first_region)
    return (
        joined.select(
            *(rows[column] for column in rows.columns),
            **dict(zip(names, (mask, reason, region), strict=True)),
        ),
        names,
    )


def _pick(people: ir.Table, rows: ir.Table, who: Eligibility) -> tuple[ir.Value, ir.Value]:
    """Mask and reason of the joined subject for the row's class; the unknown subject's where none joined."""
    unknown_mask, unknown_reason = _unknown(rows, who)
    if _ROW_CLASS not in rows.columns:
        return people.mask_0.fill_null(unknown_mask), people.reason_0.fill_null(unknown_reason)
    classes = range(len(who.unknown))
    at = rows[_ROW_CLASS]
    nothing = ibis.null("int64")
    mask = ibis.cases(*((at == n, people[f"mask_{n}"]) for n in classes), else_=nothing)
    reason = ibis.cases(*((at == n, people[f"reason_{n}"]) for n in classes), else_=nothing)
    return mask.fill_null(unknown_mask), reason.fill_null(unknown_reason)


def _unknown(rows: ir.Table, who: Eligibility) -> tuple[ir.Value, ir.Value]:
    zero = ibis.literal(0, "int64")
    if _ROW_CLASS not in rows.columns:
        return zero, ibis.literal(who.unknown[0][1], "int64")
    at = rows[_ROW_CLASS]
    cases = ((at == n, ibis.literal(reason, "int64")) for n, (_, reason) in enumerate(who.unknown))
    return zero, ibis.cases(*cases, else_=ibis.literal(who.unknown[-1][1], "int64"))
