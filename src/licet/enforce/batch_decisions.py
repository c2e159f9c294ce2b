"""Decisions over Arrow batches: many records at once, each with the facts about its subject in columns beside it.

For callers that hold the facts themselves, such as a service that ranks a page of posts. Records are put into
classes by what the rules in scope look at, `decide` is asked once for one record of each class that occurs, and the
answers are looked up. What no column tells is not known, and not known is never yes; a choice or a signal that could
matter must be told, or the call is refused: silence about a refusal would pass for none.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.decide import Decision, Facts, Policy
from licet.decide.question import EVERYTHING, No
from licet.enforce.equal_classes import (
    COUNTED,
    Part,
    classes_of,
    combined,
    possible_classes,
    representatives,
)
from licet.enforce.verdict_table import Dimensions, RowClass, VerdictTable, just_before
from licet.terms import EVERY_USE, SELF, ChoiceState, Code, GateError
from licet.terms.canonical import JsonObject

#: Columns beside `region`, `age`, `plan`, `visibility` and `created`: where the subject stands on a setting, as
#: `ChoiceState` has it (null: never asked), the digest of the pack under which they said so (without one a yes speaks
#: for nothing, and a no ends with a yes to the same setting alone), and whether a signal is sent (null: nobody knows,
#: so it is).
CHOICE, PACK, SIGNAL = "choice.", "pack.", "signal."

#: Columns that say whether somebody said no to just this record, and whether an organisation did to its members' work
#: data (null: nobody knows, so they did).
NOES = {"refused.record": Code.RECORD_REFUSED, "refused.organisation": Code.ORGANISATION_REFUSED}

#: Records at a time.
_STEP = 1 << 15

#: So many packs may be told apart though they stand for the same.
_FEW = 8

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def decide_batch(
    policy: Policy,
    purpose: str,
    category: str,
    at: datetime,
    records: pa.Table | pa.RecordBatch,
    *,
    recipient: str = SELF,
) -> pa.Table:
    """Say of every record whether one recipient may use it for one purpose, and why.

    records: columns `region`, `age` (whole years), `plan`, `visibility`, `created` (a time; without zone it is UTC),
             `choice.<setting>`, `pack.<setting>` and `signal.<signal>`; other columns are not looked at. Dictionary
             columns are fastest. `choice.*` tells who objected to every use, and the columns of `NOES` which records
             somebody said no to; where they are left out, nobody did.
    Returns: `permitted`, and as dictionaries `code`, `rule` and `setting`: what `decide` says of each record.
    Raises:  GateError GATE-001 for a moment without a zone, GATE-009 when a choice or signal that could matter has
             no column, or a yes none that says under which pack it was given, GATE-010 when a column is of a type that
             cannot say what it should.
    """
    if at.utcoffset() is None:
        raise GateError("GATE-001", "the moment has no time zone", fix="use an aware datetime, e.g. UTC")
    verdicts = VerdictTable(policy, purpose, recipient, at, [category])
    table = pa.Table.from_batches([records]) if isinstance(records, pa.RecordBatch) else records
    parts = _parts(table, verdicts.looks)
    noes = {name: _noes(code, policy, category) for name, code in NOES.items() if name in parts}
    found = _Answers(parts, lambda values: _decided(verdicts, values, noes))
    return found.of_every_record(table.num_rows)


def _decided(verdicts: VerdictTable, values: JsonObject, noes: dict[str, list[No]]) -> Decision:
    """What is decided about a record of one class."""
    (decision,) = verdicts.decisions(_facts(values, verdicts.looks), _row_class(values, noes))
    return decision


class _Answers:
    """What is told of each class of records, asked when one first occurs and looked up a block of records at a time,
    which stays near the processor from one column to the next."""

    def __init__(self, parts: dict[str, Part], decided: Callable[[JsonObject], Decision]) -> None:
        self._parts, self._decided = parts, decided

    def of_every_record(self, size: int) -> pa.Table:
        """`permitted`, `code`, `rule` and `setting`."""
        possible, classes = possible_classes(self._parts), None
        if possible > COUNTED:
            classes, numbers = classes_of(self._parts, size)
            possible = len(classes)
        columns = [_Column(possible, size) for _ in range(4)]
        for start in range(0, size, _STEP):
            block = slice(start, min(start + _STEP, size))
            here = combined(self._parts, block, possible) if classes is None else numbers[block]
            here = here.astype(np.intp)
            if columns[0].take(here, block):
                new = np.unique(here[columns[0].places[block] == _UNASKED])
                self._ask(new, new.tolist() if classes is None else [classes[one] for one in new], columns)
                columns[0].take(here, block)
            for column in columns[1:]:
                column.take(here, block)
        permitted, *words = columns
        told = {name: one.spelled_out() for name, one in zip(("code", "rule", "setting"), words, strict=True)}
        return pa.table({"permitted": permitted.flags(), **told})

    def _ask(self, numbers: npt.NDArray[Any], classes: list[int], columns: list[_Column]) -> None:
        for number, values in zip(numbers, representatives(self._parts, classes), strict=True):
            told = self._decided(values)
            words = (told.permitted, told.code.value, told.rule, told.setting)
            for column, word in zip(columns, words, strict=True):
                column.tell(number, word)


#: What the narrowest places hold.
_MOST_NARROW = 127

#: In a column: of a class that was not asked about yet, and no word at all.
_UNASKED, _NOTHING = -1, -2


class _Column:
    """One column of the answer: per class, and per record in `places`, the place of its word among those told."""

    def __init__(self, classes: int, size: int) -> None:
        self._words: dict[object, int] = {}
        self._of_class: npt.NDArray[Any] = np.full(classes, _UNASKED, np.int8)
        self.places: npt.NDArray[Any] = np.empty(size, np.int8)

    def tell(self, number: int, word: object) -> None:
        place = _NOTHING if word is None else self._words.setdefault(word, len(self._words))
        if place > _MOST_NARROW and self.places.dtype == np.int8:
            self._of_class, self.places = self._of_class.astype(np.int32), self.places.astype(np.int32)
        self._of_class[number] = place

    def take(self, numbers: npt.NDArray[Any], block: slice) -> bool:
        """Look up a block of records; whether a class of theirs is yet to be asked about."""
        found = np.take(self._of_class, numbers, out=self.places[block], mode="clip")
        return bool((found == _UNASKED).any())

    def flags(self) -> pa.BooleanArray:
        """For each record whether its word is true."""
        bits = np.packbits(self.places == self._words.get(True, _NOTHING), bitorder="little")
        return pa.Array.from_buffers(pa.bool_(), len(self.places), [None, pa.py_buffer(bits)])

    def spelled_out(self) -> pa.DictionaryArray:
        bits = None
        if _NOTHING in self._of_class:
            bits = pa.py_buffer(np.packbits(self.places != _NOTHING, bitorder="little"))
        kind = pa.from_numpy_dtype(self.places.dtype)
        indices = pa.Array.from_buffers(kind, len(self.places), [bits, pa.py_buffer(self.places)])
        return pa.DictionaryArray.from_arrays(indices, pa.array([*self._words], pa.string()), safe=False)


def _parts(table: pa.Table, looks: Dimensions) -> dict[str, Part]:
    parts = {"region": _words(table, "region")}
    if len(looks.ages) > 1:
        parts["age"] = _ages(table, looks.ages)
    if looks.plans:
        parts["plan"] = _words(table, "plan")
    for prefix, wanted in ((CHOICE, looks.settings), (SIGNAL, looks.signals)):
        for name in wanted:
            if prefix + name not in table.column_names:
                if prefix + name == CHOICE + EVERY_USE:
                    continue
                raise untold(name, prefix + name)
            parts[prefix + name] = (
                _words(table, prefix + name) if prefix == CHOICE else _sent(table, SIGNAL + name)
            )
            if prefix == CHOICE and (pairs := _pairs(name, looks)):
                has_yeses = not set(ChoiceState.yeses()).isdisjoint(parts[prefix + name].values)
                if has_yeses or PACK + name in table.column_names:
                    parts[PACK + name] = _packs(table, name, pairs)
    parts |= {name: _sent(table, name) for name in NOES if name in table.column_names}
    if looks.visibilities:
        parts["visibility"] = _words(table, "visibility")
    if looks.cuts:
        parts["created"] = _created(table, looks.cuts)
    return parts


def untold(name: str, column: str = CHOICE + EVERY_USE) -> GateError:
    """The error for records that lack a column."""
    return GateError(
        "GATE-009",
        f"a rule looks at {name!r}, and the records have no column {column!r}",
        fix="add the column; a null in it says that the member was never asked",
    )


def untold_noes(column: str) -> GateError:
    """The error for records that lack one of the columns of `NOES`."""
    return GateError(
        "GATE-009",
        f"somebody said no to single records, and these have no column {column!r}",
        fix="add the column: true where that was said of the record, null where nobody knows, and then it is refused",
    )


def _words(table: pa.Table, name: str) -> Part:
    """A column of texts."""
    if name not in table.column_names:
        return Part(np.zeros(table.num_rows, np.int8), [None])
    column = table[name]
    if not pa.types.is_dictionary(column.type):
        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            if pa.types.is_null(column.type):
                return Part(np.zeros(table.num_rows, np.int8), [None])
            raise _wrong(name, column.type, "text")
        if (part := _told_apart(column)) is not None:
            return part
        column = column.dictionary_encode()
    column = column.unify_dictionaries().combine_chunks()
    words: list[Any] = column.dictionary.to_pylist()
    if any(word is not None and not isinstance(word, str) for word in words):
        raise _wrong(name, column.type, "text")
    return Part(_filled(column.indices, len(words)), [*words, None])


def _told_apart(column: pa.ChunkedArray) -> Part | None:
    """A column of plain texts, null among them; None where it has many words.

    A block's words are looked up among those of the blocks before it, in two thirds of the time in which Arrow makes a
    dictionary anew; one with words of its own is looked up again once these are known.
    """
    words = pa.array([None], column.type)
    places: npt.NDArray[Any] = np.empty(len(column), np.int8)
    end = 0
    for chunk in column.chunks:
        for start in range(0, len(chunk), _STEP):
            block = chunk.slice(start, _STEP)
            found = pc.index_in(block, value_set=words)
            if found.null_count:
                words = pa.concat_arrays([words, block.filter(found.is_null()).unique()])
                if len(words) > _STEP:
                    return None
                if len(words) > _MOST_NARROW and places.dtype == np.int8:
                    places = places.astype(np.int32)
                found = pc.index_in(block, value_set=words)
            places[end : end + len(block)] = found.to_numpy()
            end += len(block)
    return Part(places, words.to_pylist())


def _filled(numbers: pa.Array, nothing: int) -> npt.NDArray[Any]:
    """Whole numbers as an array, with a number for null; of the type that they have where it holds that number."""
    kind: npt.DTypeLike = numbers.type.to_pandas_dtype()
    if len(numbers) == 0:
        return np.zeros(0, kind)  # Arrow has no memory for nothing
    here = slice(numbers.offset, numbers.offset + len(numbers))
    valid, told = numbers.buffers()
    found = np.frombuffer(told, kind)[here]
    if numbers.null_count == 0:
        return found
    if nothing > np.iinfo(kind).max:
        found = found.astype(np.int64)
    is_told = np.unpackbits(np.frombuffer(valid, np.uint8), bitorder="little")[here]
    # All bits of those that are told: a choice between two arrays takes four times as long.
    kept = np.negative(is_told.view(np.int8)).astype(found.dtype, copy=False)
    filled: npt.NDArray[Any] = (found & kept) | (~kept & found.dtype.type(nothing))
    return filled


def _pairs(setting: str, looks: Dimensions) -> dict[str, str]:
    """By pack the one that stands for it, for a yes and a no alike."""
    told = [
        {pack: other for name, pack, other in binding if name == setting}
        for binding in (looks.yeses, looks.noes)
    ]
    alike: dict[tuple[str | None, ...], str] = {}
    return {
        pack: alike.setdefault(tuple(one.get(pack) for one in told), pack)
        for pack in sorted({pack for one in told for pack in one})
    }


def _packs(table: pa.Table, setting: str, stands_for: dict[str, str]) -> Part:
    """Under which pack each yes to a setting was given: the one that stands for all under which it says the same."""
    if PACK + setting not in table.column_names:
        raise GateError(
            "GATE-009",
            f"somebody said yes to {setting!r}, and the records have no column {PACK + setting!r}",
            fix="add the column: the digest of the policy under which each yes was given, null where nobody knows",
        )
    part = _words(table, PACK + setting)
    if len(part.values) <= _FEW:  # to have some classes twice costs less than to look each record's pack up
        return Part(part.places, [stands_for.get(pack) for pack in part.values])
    values = [None, *sorted({*stands_for.values()})]
    place_of = np.array([values.index(stands_for.get(pack)) for pack in part.values], np.int32)
    return Part(place_of[part.places], values)


def _sent(table: pa.Table, name: str) -> Part:
    column = table[name]
    if not (pa.types.is_boolean(column.type) or pa.types.is_null(column.type)):
        raise _wrong(name, column.type, "true or false")
    told = pc.fill_null(column.cast(pa.bool_()), True)
    return Part(told.cast(pa.int8()).to_numpy(), [False, True])


def _ages(table: pa.Table, ages: tuple[int, ...]) -> Part:
    """Ages by the largest boundary not above them; the last place is that of an age nobody knows."""
    if "age" not in table.column_names or pa.types.is_null(table["age"].type):
        return Part(np.zeros(table.num_rows, np.int8), [None])
    if not pa.types.is_integer(table["age"].type):
        raise _wrong("age", table["age"].type, "whole years")
    lived = pc.fill_null(table["age"].cast(pa.int64(), safe=False), -1).to_numpy()
    reached = np.zeros(len(lived), np.int8)
    for age in ages[1:]:  # the first boundary is 0
        reached += lived >= age
    return Part(np.where(lived < 0, len(ages), reached), [*ages, None])


def _created(table: pa.Table, cuts: tuple[datetime, ...]) -> Part:
    """When records were made, by the last cut not after it; the last place is that of a time nobody knows."""
    name = "created"
    if name not in table.column_names or pa.types.is_null(table[name].type):
        return Part(np.zeros(table.num_rows, np.int8), [None])
    column = table[name]
    if pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("ms"))
    if not pa.types.is_timestamp(column.type):
        raise _wrong(name, column.type, "a time")
    ticks = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[column.type.unit]
    # An offset is only how a time is shown: what is stored counts from 1970 in UTC either way.
    made = pc.fill_null(column.cast(pa.int64()), -(2**63)).to_numpy()
    reached: npt.NDArray[Any] = np.zeros(len(made), np.int8 if len(cuts) < 120 else np.int32)
    for cut in cuts:
        reached += made >= _ticks(cut, ticks)
    representatives = [just_before(cuts[0]), *cuts, None]
    if column.null_count:
        reached[pc.is_null(column).to_numpy()] = len(cuts) + 1
    return Part(reached, representatives)


def _ticks(moment: datetime, ticks: int) -> int:
    """A moment, at midnight, in ticks since 1970, kept within what 64 bits hold."""
    whole = moment - _EPOCH
    return max(-(2**63) + 1, min(2**63 - 1, (whole.days * 86_400 + whole.seconds) * ticks))


def _facts(values: JsonObject, looks: Dimensions) -> Facts:
    choices = {
        setting: _state(values[CHOICE + setting])
        for setting in looks.settings
        if values.get(CHOICE + setting) is not None
    }
    signals = frozenset(signal for signal in looks.signals if values[SIGNAL + signal])
    bound = {setting: values[PACK + setting] for setting in choices if values.get(PACK + setting)}
    return Facts(values["region"], values.get("age"), values.get("plan"), choices, {}, signals, bound)


def _row_class(values: JsonObject, noes: dict[str, list[No]]) -> RowClass:
    said = frozenset(no for name in noes if values[name] for no in noes[name])
    return RowClass(values.get("visibility"), values.get("created"), said)


def _noes(code: Code, policy: Policy, category: str) -> list[No]:
    """A no to whatever one of this code can be to: an organisation's is to a setting or kind of data that lets it."""
    settings = {*policy.pack.settings, *policy.earlier_settings}
    if code is Code.RECORD_REFUSED:
        return [No(code, EVERYTHING, EVERYTHING)]
    return [No(code, EVERYTHING, category), *(No(code, setting, EVERYTHING) for setting in settings)]


def _state(word: str) -> ChoiceState:
    """Where somebody stands; what is no known word is taken for a refusal."""
    return ChoiceState(word) if word in set(ChoiceState) else ChoiceState.REFUSED


def _wrong(name: str, kind: pa.DataType, wanted: str) -> GateError:
    return GateError(
        "GATE-010", f"column {name!r} of the records is {kind}, not {wanted}", fix="convert it in the data"
    )
