"""Rows and whose they are, and what each is told, put anew where that changed alone.

What rows are told hangs on the classes of their subjects and on their own kind. A row about several is told what
`combination.combine` says of what each of them permits. Whoever asks again, after choices or a
policy or the day changed, hands in classes and answers as they are now; they are compared with those of then, subject
by subject, and only rows of subjects that are answered otherwise are touched. Nothing is believed of the ledger here.
Arrays that were handed out are never changed: later marks are a copy.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from licet.decide.combination import DISAGREE
from licet.enforce.row_verdicts import STEP_ROWS, Marks, Numbers, Verdict, count_numbers, smallest

#: Bytes that verdicts laid out by subject and kind of row may take.
_MOST_LAID_OUT = 1 << 28
#: From this share of the subjects, or of the rows, on all rows are put anew.
_MOST_SUBJECTS, _MOST_ROWS = 0.2, 0.1
#: Verdicts that nobody may be told any more are dropped once there are so many more of them than of others.
_MOST_STALE = 200

#: Per kind of row what one class of people is told.
Told = tuple[Verdict, ...]


class IndexKept(NamedTuple):
    """Where the rows of each subject may be kept from one process to the next."""

    read: Callable[[], tuple[npt.NDArray[np.int64], Numbers] | None]
    write: Callable[[npt.NDArray[np.int64], Numbers], None]


class RowOwners:
    """Whose each row of a table is, and the rows of each subject. Any number of threads may ask one.

    numbers: per row the number of its subject, -1 where they are not known; 4 bytes a row, and as much again once the
    rows of somebody were asked for.
    starts:  where rows are about several: per row where its subjects begin among `numbers`, and where the last end.
    Each row has one at least, in the catalogue's order. None where every row has one.
    """

    def __init__(
        self,
        numbers: Numbers,
        people: int,
        index_kept: IndexKept | None = None,
        starts: Numbers | None = None,
    ) -> None:
        """people: how many there are on the roll. index_kept: where rows by subject may lie, and are to be kept."""
        self.numbers, self.starts, self._people, self._lock = numbers, starts, people, threading.Lock()
        self._index_kept = index_kept

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.numbers) if self.starts is None else len(self.starts) - 1

    def count_of(self, subjects: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """How often each of some subjects, by number, stands in rows."""
        starts, _ = self._by_subject
        return starts[subjects + 1] - starts[subjects]

    def rows_of(self, subjects: npt.NDArray[np.int64]) -> Numbers:
        """The rows of some subjects: one subject after the other, or each once where rows are about several."""
        starts, rows = self._by_subject
        counts = self.count_of(subjects)
        ahead = np.cumsum(counts) - counts
        found = rows[np.repeat(starts[subjects] - ahead, counts) + np.arange(int(counts.sum()))]
        if self.starts is None:
            return found
        return np.unique(np.searchsorted(self.starts, found, "right") - 1)

    def people_of(self, rows: Numbers) -> tuple[Numbers, Numbers]:
        """Of some rows: the first subject of each, and all subjects of all."""
        if self.starts is None:
            return self.numbers[rows], self.numbers[rows]
        first = self.starts[rows].astype(np.int64)
        counts = self.starts[rows + 1] - first
        ahead = np.cumsum(counts) - counts
        return self.numbers[first], self.numbers[
            np.repeat(first - ahead, counts) + np.arange(int(counts.sum()))
        ]

    @property
    def _by_subject(self) -> tuple[npt.NDArray[np.int64], Numbers]:
        with self._lock:
            return self._index

    @functools.cached_property
    def _index(self) -> tuple[npt.NDArray[np.int64], Numbers]:
        """Where each subject's rows begin among the rows in the order of their subjects, nobody's first."""
        kept = None if self._index_kept is None else self._index_kept.read()
        if kept is None:
            kept = self._sorted()
            if self._index_kept is not None:
                self._index_kept.write(*kept)
        return kept

    def _sorted(self) -> tuple[npt.NDArray[np.int64], Numbers]:
        shifted = self.numbers + 1
        starts = np.cumsum(np.bincount(shifted, minlength=self._people + 1), dtype=np.int64)
        kind: Any = np.int32 if len(shifted) <= np.iinfo(np.int32).max else np.int64
        # By the lower half, then stably by the upper: numpy sorts 16 bits by counting, three times as fast as 32.
        lower = np.argsort((shifted & 0xFFFF).astype(np.uint16), kind="stable").astype(kind)
        upper = np.argsort((shifted >> 16).astype(np.uint16)[lower], kind="stable")
        return starts, lower[upper]


class OwnedRows(NamedTuple):
    """Rows, and all that what they are told hangs on.

    kinds:    per row its class as `rows.row_class` has it; None where all are of one.
    class_of: per subject number the class of people, the place in `told`.
    told:     per class of people what each kind of row is told; the last is of subjects that nobody knows.
    """

    owners: RowOwners
    kinds: Numbers | None
    class_of: npt.NDArray[np.int32]
    told: tuple[Told, ...]


class MarkedRows(NamedTuple):
    rows: OwnedRows
    marks: Marks


def mark(rows: OwnedRows) -> MarkedRows:
    """Marks for every row."""
    known: dict[Verdict, int] = {}
    table = _laid_out(rows.told, known)
    if rows.owners.starts is not None:
        steps = range(0, len(rows.owners), STEP_ROWS)
        parts = [
            _of_several(rows, np.arange(s, min(s + STEP_ROWS, len(rows.owners))), table, known) for s in steps
        ]
        numbers = np.concatenate([np.zeros(0, np.int64), *parts]).astype(smallest(len(known)))
        return _marked(rows, numbers, known)
    owners, kinds = rows.owners.numbers, rows.kinds
    classes = _classes(rows)
    numbers = np.empty(len(owners), table.dtype)
    # What each subject's rows are told, laid out once: one small lookup a row then, instead of two in larger arrays.
    width = 1 if kinds is None else table.shape[1]
    told = table[classes, 0] if kinds is None else None
    if kinds is not None and len(classes) * width <= _MOST_LAID_OUT:
        told = table[classes].ravel()
    for start in range(0, len(numbers), STEP_ROWS):
        step = slice(start, start + STEP_ROWS)
        if told is None:
            numbers[step] = table[classes[owners[step]], kinds[step]]  # type: ignore[index]
        elif kinds is None:
            numbers[step] = told[owners[step]]
        else:
            numbers[step] = told[owners[step].astype(np.int64) * width + kinds[step]]
    return _marked(rows, numbers, known)


def _marked(rows: OwnedRows, numbers: Numbers, known: dict[Verdict, int]) -> MarkedRows:
    marks = Marks(numbers, tuple(known))
    return MarkedRows(rows, marks._replace(row_masks=marks.masks(), counts=marks.counted()))


def _classes(rows: OwnedRows) -> npt.NDArray[np.int32]:
    """`class_of`, and last the class of subjects nobody knows: their number is -1, which numpy reads from the end."""
    return np.append(rows.class_of, len(rows.told) - 1).astype(np.int32)


def _of_several(rows: OwnedRows, which: Numbers, table: Numbers, known: dict[Verdict, int]) -> Numbers:
    """For some rows, each about several, the places among `known`, which grows, of what they are told together.

    table: per class and kind of row the place of what one subject is told. As `combination.combine` has it.
    """
    starts = rows.owners.starts
    if starts is None or not len(which):
        return np.zeros(0, np.int64)
    counts = (starts[which + 1] - starts[which]).astype(np.int64)
    ahead = np.cumsum(counts) - counts
    people = rows.owners.numbers[np.repeat(starts[which] - ahead, counts) + np.arange(int(counts.sum()))]
    kinds: Any = 0 if rows.kinds is None else np.repeat(rows.kinds[which], counts)
    each, verdicts = table[_classes(rows)[people], kinds], tuple(known)
    of_verdict = np.array([verdict.mask for verdict in verdicts], np.int64)
    permitted = of_verdict[each]
    together = np.bitwise_and.reduceat(permitted, ahead)
    # The first who permits nothing says why; where there is none, the row is told of under the region of the first.
    nobody = len(each)
    denying = np.minimum.reduceat(np.where(permitted == 0, np.arange(nobody), nobody), ahead)
    numbers: npt.NDArray[np.int64] = each[np.where(denying < nobody, denying, ahead)].astype(np.int64)
    (others,) = np.nonzero(together != of_verdict[numbers])
    masks, mask_of = np.unique(together[others], return_inverse=True)
    pairs, pair_of = np.unique(mask_of * len(verdicts) + numbers[others], return_inverse=True)
    combined = []
    for pair in pairs.tolist():
        mask = int(masks[pair // len(verdicts)])
        verdict = Verdict(mask, None if mask else DISAGREE, verdicts[pair % len(verdicts)].region)
        combined.append(known.setdefault(verdict, len(known)))
    numbers[others] = np.array(combined, np.int64)[pair_of]
    return numbers


def mark_again(earlier: MarkedRows, rows: OwnedRows) -> MarkedRows:
    """The same as `mark`, on what marks were made earlier."""
    before, marks = earlier
    is_comparable = (
        before.owners.numbers is rows.owners.numbers
        and before.owners.starts is rows.owners.starts
        and before.kinds is rows.kinds
        and before.told[-1] == rows.told[-1]
    )
    if not is_comparable:
        return mark(rows)
    numbered: dict[Told, int] = {}
    then, now = (
        np.array([numbered.setdefault(told, len(numbered)) for told in one.told], np.int32)
        for one in (before, rows)
    )
    # Most stay in their class, and most classes are told what they were: then only who moved is looked at.
    (changed,) = np.nonzero(before.class_of != rows.class_of)
    both = min(len(then), len(now)) - 1
    if np.array_equal(then[:both], now[:both]):
        changed = changed[then[before.class_of[changed]] != now[rows.class_of[changed]]]
    else:
        (changed,) = np.nonzero(np.take(then, before.class_of) != np.take(now, rows.class_of))
    if not len(changed):
        return MarkedRows(rows, marks)
    known = {verdict: place for place, verdict in enumerate(marks.verdicts)}
    table = _laid_out(rows.told, known)
    if (
        len(changed) > _MOST_SUBJECTS * len(rows.class_of)
        or np.count_nonzero(marks.counted() == 0)
        > _MOST_STALE + 2 * len({v for told in rows.told for v in told})
        or is_much(int((counts := rows.owners.count_of(changed)).sum()), len(rows.owners.numbers))
    ):
        return mark(rows)
    touched = rows.owners.rows_of(changed)
    if rows.owners.starts is None:
        kinds: Any = 0 if rows.kinds is None else rows.kinds[touched]
        put = table[np.repeat(rows.class_of[changed], counts), kinds]
    else:
        put = _of_several(rows, touched, table, known).astype(smallest(len(known)))
    return MarkedRows(rows, put_anew(marks, touched, put, tuple(known)))


def is_much(touched: int, rows: int) -> bool:
    """Whether putting so many of a table's rows anew costs as much as all of them."""
    return touched > _MOST_ROWS * rows


@functools.lru_cache(64)
def owned_by_nobody(rows: int) -> RowOwners:
    """So many rows about nobody."""
    return RowOwners(np.broadcast_to(np.int32(-1), (rows,)), 0)


def put_anew(marks: Marks, rows: Numbers, put: Numbers, verdicts: tuple[Verdict, ...]) -> Marks:
    """The marks with other numbers in some rows. verdicts: the same, and more."""
    numbers, masks = marks.numbers.astype(put.dtype), marks.masks()
    of_verdict = np.array([verdict.mask for verdict in verdicts], np.uint64)
    masks = masks.astype(np.promote_types(masks.dtype, smallest(int(of_verdict.max(initial=0)))))
    earlier = numbers[rows]
    counts = np.zeros(len(verdicts), np.int64)
    counts[: len(marks.verdicts)] = marks.counted()
    counts += count_numbers(put, len(verdicts)) - count_numbers(earlier, len(verdicts))
    numbers[rows], masks[rows] = put, of_verdict.astype(masks.dtype)[put]
    return Marks(numbers, verdicts, masks, counts)


def _laid_out(told: Sequence[Told], known: dict[Verdict, int]) -> Numbers:
    """Per class of people and kind of row the place of what it is told among `known`, which grows."""
    table = np.array([[known.setdefault(verdict, len(known)) for verdict in own] for own in told])
    return table.astype(smallest(len(known)))
