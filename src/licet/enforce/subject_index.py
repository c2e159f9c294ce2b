"""The roll: every known subject with their class, in this process, and brought forward by what changed since.

For engines that run here, people and their classes are a few arrays: a subject's dense number is their place on the
roll, in the order of ids. When choices change, only those who changed them are described anew; who the members are,
and so everybody's number, stays. A cluster keeps its people where it keeps them (`population.classify`).
"""

from __future__ import annotations

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.engine import Engine
from licet.enforce.equal_classes import Part, classes_of, representatives
from licet.enforce.population import NUMBER, Roll, Subject

_LOOKED_AT = ("region", "age", "plan", "state", "signals")


def call_roll(engine: Engine, described: ir.Table) -> Roll:
    """described: one row a subject, from `population.describe`."""
    with engine.reading("the facts about members"):
        ordered = described.order_by("subject")
        told = pa.Table.from_batches(engine.batches(ordered), ordered.schema().to_pyarrow())
    class_of, classes = _classes(told)
    ids = told[NUMBER].to_numpy() if NUMBER in told.column_names else None
    return Roll(told["subject"].combine_chunks(), ids, class_of, classes)


def follow(engine: Engine, roll: Roll, described: ir.Table) -> Roll:
    """The roll after some of its subjects were described anew; the others stand where they stood."""
    with engine.reading("the facts about members"):
        told = pa.Table.from_batches(engine.batches(described), described.schema().to_pyarrow())
    if len(told) == 0:
        return roll
    own, described_classes = _classes(told)
    known = {subject: place for place, subject in enumerate(roll.classes)}
    places = [known.setdefault(subject, len(known)) for subject in described_classes]
    moved = np.array(places, np.int32)[own]
    # Looked up from the side of the roll: the table that is searched is then as small as the change.
    found = pc.fill_null(
        pc.index_in(roll.subjects, value_set=told["subject"].combine_chunks()), -1
    ).to_numpy()
    class_of = roll.class_of.copy()
    class_of[found >= 0] = moved[found[found >= 0]]
    # A class that lost its last member goes: what nobody permits any more must not look permitted to somebody.
    peopled = np.bincount(class_of, minlength=len(known)) > 0
    renumbered = np.cumsum(peopled, dtype=np.int32) - 1
    classes = tuple(subject for subject, is_peopled in zip(known, peopled, strict=True) if is_peopled)
    return roll._replace(class_of=renumbered[class_of], classes=classes)


def _classes(told: pa.Table) -> tuple[npt.NDArray[np.int32], tuple[Subject, ...]]:
    parts: dict[str, Part] = {}
    for name in _LOOKED_AT:
        encoded = told[name].combine_chunks().dictionary_encode()
        values = encoded.dictionary.to_pylist()
        places = pc.fill_null(encoded.indices, len(values)).to_numpy(zero_copy_only=False)
        parts[name] = Part(places, [*values, None])
    present, class_of = classes_of(parts, len(told))
    return class_of.astype(np.int32), tuple(Subject(**one) for one in representatives(parts, present))
