"""Rows that refer to others, by numbers: what they are told once it is known which keys pass, anew where it changed.

`combination.with_references` over arrays, as `row_references` has it for an engine. To which key a row refers hangs on
the files alone. Whoever asks again hands in what rows are told by themselves, and which keys pass, as it is now; both
are compared with those of then, and only rows that are told otherwise themselves, or refer to a key that passes no
more or does so now, are touched. Nothing is believed of the ledger here.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.decide.combination import WITHHELD
from licet.enforce.owned_rows import RowOwners, is_much, put_anew
from licet.enforce.row_verdicts import Marks, Numbers, Verdict, smallest

NOWHERE = -1

#: Per key of a table whether every row of it passes.
Passes = npt.NDArray[np.bool_]


class Reference(NamedTuple):
    """places: per row the number of the key that it refers to, `NOWHERE` where there is none such."""

    places: RowOwners
    passes: Passes


class ReferringRows(NamedTuple):
    """own: what rows are told by themselves."""

    own: Marks
    references: tuple[Reference, ...]


class MarkedReferring(NamedTuple):
    rows: ReferringRows
    marks: Marks


def numbers_of_keys(texts: pa.Array) -> Numbers:
    """Per row the number of its key, `NOWHERE` where it has none; keys are numbered as they come."""
    numbers: Numbers = pc.fill_null(texts.dictionary_encode().indices, NOWHERE).to_numpy(zero_copy_only=False)
    return numbers


def places_of_keys(named: pa.Array, keys: pa.Array) -> Numbers:
    """Per row, by the key that it names, the number that `numbers_of_keys` gives it; `NOWHERE` for none."""
    places = pc.index_in(named, value_set=keys.dictionary_encode().dictionary)
    numbers: Numbers = pc.fill_null(places, NOWHERE).to_numpy(zero_copy_only=False)
    return numbers


def passing(keys: Numbers, masks: Numbers) -> Passes:
    """By the number of a key whether every row of it permits anything. masks: what each row permits."""
    passes = np.ones(int(keys.max(initial=NOWHERE)) + 1, np.bool_)
    held_back = keys[masks == 0]
    passes[held_back[held_back != NOWHERE]] = False
    return passes


def mark_referring(rows: ReferringRows) -> MarkedReferring:
    """Marks for every row."""
    known = {verdict: place for place, verdict in enumerate(rows.own.verdicts)}
    numbers = _told(rows, slice(None), known).astype(smallest(len(known)))
    marks = Marks(numbers, tuple(known))
    return MarkedReferring(rows, marks._replace(row_masks=marks.masks(), counts=marks.counted()))


def mark_referring_again(earlier: MarkedReferring, rows: ReferringRows) -> MarkedReferring:
    """The same as `mark_referring`, on what marks were made earlier."""
    before, marks = earlier
    own, size = rows.own, len(rows.own.numbers)
    is_comparable = (
        len(before.own.numbers) == size
        and before.own.verdicts == own.verdicts[: len(before.own.verdicts)]
        and [one.places for one in before.references] == [one.places for one in rows.references]
    )
    if not is_comparable:
        return mark_referring(rows)
    touched: list[Numbers] = [np.zeros(0, np.int64)]
    if before.own.numbers is not own.numbers:
        touched.append(np.flatnonzero(before.own.numbers != own.numbers))
    for then, now in zip(before.references, rows.references, strict=True):
        if then.passes is not now.passes:
            changed = np.flatnonzero(then.passes != now.passes)
            if len(changed) and is_much(int(now.places.count_of(changed).sum()), size):
                return mark_referring(rows)
            touched.append(now.places.rows_of(changed))
    which = np.unique(np.concatenate(touched))
    if not len(which):
        return MarkedReferring(rows, marks)
    known = {verdict: place for place, verdict in enumerate(marks.verdicts)}
    put = _told(rows, which, known)
    if is_much(len(which), size) or len(known) > 2 * (len(own.verdicts) + len(before.own.verdicts)):
        return mark_referring(rows)
    return MarkedReferring(rows, put_anew(marks, which, put.astype(smallest(len(known))), tuple(known)))


def _told(rows: ReferringRows, which: Any, known: dict[Verdict, int]) -> Numbers:
    """For some rows the places among `known`, which grows, of what they are told. which: as numpy takes rows."""
    own = rows.own.numbers[which]
    all_pass = np.ones(len(own), np.bool_)
    for places, passes in rows.references:
        # The last is a reference to nothing, whose number numpy reads from the end.
        all_pass &= np.append(passes, False)[places.numbers[which]]
    # Where its own people hold a row back, their reason is told.
    withheld = [
        Verdict(0, WITHHELD, verdict.region) if verdict.mask else verdict for verdict in rows.own.verdicts
    ]
    passed, held_back = (
        np.array([known.setdefault(verdict, len(known)) for verdict in verdicts], np.int64)
        for verdicts in (rows.own.verdicts, withheld)
    )
    numbers: Numbers = np.where(all_pass, passed[own], held_back[own])
    return numbers
