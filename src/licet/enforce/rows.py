"""Rows into classes, and rows with their subjects' classes: the narrow half of every gate query.

A row's class says which visibility it has and between which dates it was made, as far as any rule in scope
asks. Only subject, visibility and date columns are touched here; content is never read.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from licet.decide.combination import DISAGREE, WITHHELD, Reason, SubjectAnswer
from licet.enforce.engine import Engine
from licet.enforce.member_facts import MARK, NUMBER, number_of
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


@dataclass(frozen=True)
class Eligibility:
    """What each subject permits of one table. The engine keeps what was asked for, and nothing else.

    by_class: mask and number of the reason (see `Reasons`) per class of people and class of rows.
    unknown:  what is answered where the subject is not known: the same, per row class.
    """

    engine: Engine
    population: Population
    by_class: Sequence[Sequence[tuple[int, int]]]
    unknown: Sequence[tuple[int, int]]

    @functools.cached_property
    def table(self) -> ir.Table:
        """Everybody: who they are, region, then per row class r: mask_r and reason_r."""
        told: dict[str, list[int]] = {}
        for n in range(len(self.unknown)):
            told[f"mask_{n}"] = [answers[n][0] for answers in self.by_class]
            told[f"reason_{n}"] = [answers[n][1] for answers in self.by_class]
        named = [name for name in self.population.table().columns if name != "class_id"]
        return self._kept(named, range(len(self.by_class)), told)

    @functools.cached_property
    def allowing(self) -> ir.Table:
        """Those who permit something of rows that can pass: who they are, and mask_r for each open class r.

        Nothing but who they are where `shared` says what all of them permit; and of their ids the numbers alone, where
        all are known to be numbers (see `Population.numbered`).
        """
        opened = sorted(self.open_classes)
        classes = [n for n, answers in enumerate(self.by_class) if any(answers[r][0] for r in opened)]
        told = {f"mask_{r}": [self.by_class[n][r][0] for n in classes] for r in opened}
        named = ["subject", NUMBER] if NUMBER in self.population.table().columns else ["subject"]
        if self.population.numbered.issuperset(classes):
            named.remove("subject")
        return self._kept(named, classes, told if self.shared is None else {})

    @functools.cached_property
    def open_classes(self) -> frozenset[int]:
        """The row classes of which somebody permits something."""
        return frozenset(r for answers in self.by_class for r, (mask, _) in enumerate(answers) if mask)

    @functools.cached_property
    def shared(self) -> int | None:
        """The one mask of everybody who permits something, where rows of one class alone can pass; None else."""
        masks = {mask for answers in self.by_class for mask, _ in answers if mask}
        return next(iter(masks)) if len(masks) == 1 and len(self.open_classes) == 1 else None

    def _kept(self, named: Sequence[str], classes: Sequence[int], told: Mapping[str, list[int]]) -> ir.Table:
        """These columns of the people of these classes, and what is told of each class."""
        columns = {"class_id": list(classes), **told}
        of_class = self.engine.hand_in(
            pa.table({name: pa.array(columns[name], pa.int64()) for name in columns})
        )
        people = self.population.table()
        joined = people.join(of_class, people.class_id == of_class.class_id, how="inner")
        return self.engine.keep(joined.select(*named, *told), sought=True)


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
    if not who.open_classes:
        return rows.mutate(**{MASK: ibis.literal(0, "int64")}).filter(ibis.literal(False))
    if kind is not None and looks.row_classes > 1:
        rows = rows.mutate(**{_ROW_CLASS: kind})
        # Rows of a kind that nobody permits need not meet anybody.
        rows = rows.filter(rows[_ROW_CLASS].isin(sorted(who.open_classes)))
    content = [column for column in rows.columns if column != _ROW_CLASS]
    masks: list[str] = []
    for place, subject in enumerate(table.subjects):
        if column_of(rows, name, subject).type().is_array():
            rows, (mask, _, _) = _of_many(rows, subject, place, who)
        else:
            people = who.allowing.view()
            mask = f"{MASK}_{place}"
            # Each of them is there once, so no row is doubled; DuckDB is three times as quick at it as at a semi join
            # where ids are whole numbers. Where all who permit anything permit the same, nothing of theirs is carried.
            joined = rows.join(people, same_person(rows[subject], people), how="inner")
            value = _opened(people, rows, who) if who.shared is None else ibis.literal(who.shared, "int64")
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


def same_person(value: ir.Value, people: ir.Table) -> ir.Value:
    """Ids are compared as text, unless both sides are whole numbers: then as those, which is the same and fast.

    People of whom the numbers alone are at hand are met by a text that is such a number, written as numbers are.
    """
    if NUMBER in people.columns and value.type().is_signed_integer():
        return value.cast("int64") == people[NUMBER]
    text = value.cast("string")
    return text == people.subject if "subject" in people.columns else number_of(text) == people[NUMBER]


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


def _opened(people: ir.Table, rows: ir.Table, who: Eligibility) -> ir.Value:
    """What the joined subject permits of a row, of a class that is open."""
    if _ROW_CLASS not in rows.columns:
        return people.mask_0
    masks = ((rows[_ROW_CLASS] == r, people[f"mask_{r}"]) for r in sorted(who.open_classes))
    return ibis.cases(*masks, else_=ibis.literal(0, "int64"))


def _unknown(rows: ir.Table, who: Eligibility) -> tuple[ir.Value, ir.Value]:
    zero = ibis.literal(0, "int64")
    if _ROW_CLASS not in rows.columns:
        return zero, ibis.literal(who.unknown[0][1], "int64")
    at = rows[_ROW_CLASS]
    cases = ((at == n, ibis.literal(reason, "int64")) for n, (_, reason) in enumerate(who.unknown))
    return zero, ibis.cases(*cases, else_=ibis.literal(who.unknown[-1][1], "int64"))
