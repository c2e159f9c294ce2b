"""The members in classes: those of a class are alike in everything the rules in scope look at.

For engines that run here, people and their classes are a few arrays, the roll: a subject's dense number is their place
on it, in the order of ids. When choices change, only what those who changed them chose is put anew; who the members
are, what is known about them, and so everybody's number, stays. A roll is never changed: who holds one keeps it. A
cluster keeps its people where it keeps them (`classify`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.decide import Facts
from licet.enforce.engine import Engine
from licet.enforce.equal_classes import Part, classes_of, representatives
from licet.enforce.member_facts import BOUND, MARK, NUMBER, Chosen, number_of
from licet.enforce.row_verdicts import smallest
from licet.enforce.subject_places import NOWHERE, SubjectPlaces, ends_and_letters
from licet.terms import ChoiceState
from licet.terms.canonical import JsonObject


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
    places:   where an id stands.
    """

    subjects: pa.Array
    ids: npt.NDArray[np.int64] | None
    class_of: npt.NDArray[np.int32]
    classes: tuple[Subject, ...]
    places: SubjectPlaces

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

    def packed(self) -> tuple[dict[str, npt.NDArray[Any]], JsonObject]:
        """The same as few bytes of arrays and what JSON can tell, for `unpacked`."""
        ends, letters = ends_and_letters(self.subjects)
        lengths = np.diff(ends)
        width = int(lengths[0]) if len(lengths) and bool(np.all(lengths == lengths[0])) else None
        class_of = self.class_of.astype(smallest(len(self.classes)))
        arrays: dict[str, npt.NDArray[Any]] = {"letters": letters, "class_of": class_of}
        if width is None:
            arrays["ends"] = ends
        if self.ids is not None:
            arrays["numbers"] = self.ids
        classes = [list(subject) for subject in self.classes]
        return arrays, {"classes": classes, "ids": self.places.commitment, "width": width}

    @classmethod
    def unpacked(cls, arrays: Mapping[str, npt.NDArray[Any]], told: JsonObject) -> Roll:
        """A roll that was packed."""
        class_of, width = arrays["class_of"].astype(np.int32), told["width"]
        ends = (
            arrays["ends"]
            if width is None
            else np.arange(len(class_of) + 1, dtype=np.int32) * np.int32(width)
        )
        buffers = [None, pa.py_buffer(ends), pa.py_buffer(arrays["letters"])]
        subjects = pa.Array.from_buffers(pa.string(), len(class_of), buffers)
        classes = tuple(Subject(*one) for one in told["classes"])
        return cls(subjects, arrays.get("numbers"), class_of, classes, SubjectPlaces(subjects, told["ids"]))

    def numbered(self) -> pa.Table:
        """subject, the id as a number where it is one, and `no`, the place on the roll."""
        columns = {"subject": self.subjects, **({} if self.ids is None else {NUMBER: self.ids})}
        return pa.table({**columns, "no": np.arange(len(self.subjects), dtype=np.int32)})


class Population(NamedTuple):
    """table:   makes subject, region, class_id (int64), one row per known subject, kept by the engine; and the id
             as a number where it is one.
    classes: what the members of each class have in common; `class_id` is the place in this list.
    roll:    where the engine keeps its people in this process; then `table` is drawn from it.
    numbered: the classes whose members' ids all are whole numbers written as such, so far as the engine looked."""

    table: Callable[[], ir.Table]
    classes: Sequence[Subject]
    roll: Roll | None = None
    numbered: frozenset[int] = frozenset()

    def regions_of(self, people: Iterable[str]) -> dict[str, str | None]:
        """The region of each of some people who is on the roll."""
        if self.roll is None:
            return {}
        ids = pa.array(sorted({*people}), pa.string())
        places = self.roll.places.of(ids)
        (known,) = np.nonzero(places != NOWHERE)
        classes = self.roll.class_of[places[known]].tolist()
        return {
            ids[place].as_py(): self.classes[number].region
            for place, number in zip(known.tolist(), classes, strict=True)
        }


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


def call_roll(engine: Engine, described: ir.Table) -> Roll:
    """described: one row a subject, from `member_facts.describe`."""
    with engine.reading("the facts about members"):
        ordered = described.order_by("subject")
        told = pa.Table.from_batches(engine.batches(ordered), ordered.schema().to_pyarrow())
    class_of, classes = _classes(told)
    ids = told[NUMBER].to_numpy() if NUMBER in told.column_names else None
    subjects = told["subject"].combine_chunks()
    return Roll(subjects, ids, class_of, classes, SubjectPlaces(subjects))


def follow(roll: Roll, chosen: Chosen) -> Roll:
    """The roll after some chose or signalled; what else is known about them, and all others, stand where they stood.

    chosen: what they stand by now; who is on no roll is passed over.
    """
    places = roll.places.of(chosen.subjects)
    known = {subject: place for place, subject in enumerate(roll.classes)}
    (members,) = np.nonzero(places != NOWHERE)
    earlier, width = roll.class_of[places[members]], len(chosen.told)
    moves, numbers = np.unique(earlier.astype(np.int64) * width + chosen.places[members], return_inverse=True)
    moved = []
    for move in moves.tolist():
        state, signals = chosen.told[move % width]
        subject = roll.classes[move // width]._replace(state=state, signals=signals)
        moved.append(known.setdefault(subject, len(known)))
    class_of = roll.class_of.copy()
    class_of[places[members]] = np.array(moved, np.int32)[numbers]
    # A class that lost its last member goes: what nobody permits any more must not look permitted to somebody.
    peopled = np.bincount(class_of, minlength=len(known)) > 0
    if peopled.all():
        return roll._replace(class_of=class_of, classes=tuple(known))
    renumbered = np.cumsum(peopled, dtype=np.int32) - 1
    classes = tuple(subject for subject, is_peopled in zip(known, peopled, strict=True) if is_peopled)
    return roll._replace(class_of=np.take(renumbered, class_of), classes=classes)


def classify(engine: Engine, described: ir.Table) -> Population:
    """The same for an engine that keeps its people; `described` as `call_roll` has it.

    Ids that are text are looked at for whole numbers: such an engine joins those several times as fast.
    """
    if NUMBER not in described.columns:
        described = described.mutate(**{NUMBER: number_of(described.subject)})
    people = engine.keep(described)
    of_class = people.group_by(*Subject._fields).agg(others=people[NUMBER].isnull().any())
    with engine.reading("the facts about members"):
        told = of_class.to_pyarrow().to_pylist()
    is_text = {Subject(*(row[name] for name in Subject._fields)): row["others"] for row in told}
    classes = sorted(is_text, key=_sort_key)
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
    table = joined.select("subject", NUMBER, "region", "class_id")
    numbered = frozenset(number for number, subject in enumerate(classes) if not is_text[subject])
    return Population(lambda: table, classes, numbered=numbered)


def _classes(told: pa.Table) -> tuple[npt.NDArray[np.int32], tuple[Subject, ...]]:
    parts: dict[str, Part] = {}
    for name in Subject._fields:
        encoded = told[name].combine_chunks().dictionary_encode()
        values = encoded.dictionary.to_pylist()
        places = pc.fill_null(encoded.indices, len(values)).to_numpy(zero_copy_only=False)
        parts[name] = Part(places, [*values, None])
    present, class_of = classes_of(parts, len(told))
    return class_of.astype(np.int32), tuple(Subject(**one) for one in representatives(parts, present))


def _sort_key(subject: Subject) -> tuple[str, ...]:
    return tuple("" if value is None else f"={value}" for value in subject)
