"""What comes next, by how many members wrote it: interpolated absolute discounting over tables of counts.

After a context that was seen, each run that was counted keeps its count less a discount; what is taken off goes to the
next shorter context, and at last to every token alike (Ney, Essen and Kneser, 1994). So does what members wrote after a
context and is not served: how many wrote the context is served itself, and where that is more than all that is served
after it, the difference is theirs. Whole numbers are looked up for
all tokens of many texts at once; there is no parameter but the discount, and nothing is fitted to members.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from licet.store import Records
from licet.uses.model.byte_pairs import START, Tokens
from licet.uses.model.member_counts import numbers_at
from licet.uses.model.token_runs import (
    LONGEST_RUN,
    TOKEN_BITS,
    Runs,
    contexts_of,
    last_tokens,
    runs_ending,
)

Floats = npt.NDArray[np.float64]
_Numbers = npt.NDArray[np.int64]


class Seen(NamedTuple):
    """Of each token, by the number of tokens before it that are looked at: shape (order, tokens).

    written: how many members wrote the run that it ends. total, distinct: of all runs with this context the sum of
    that, and how many there are; 0 where the context was not seen or would begin before its document. unserved: how
    many members more wrote the context than that sum, at least: what they wrote after it is not in the table.
    """

    written: _Numbers
    total: _Numbers
    distinct: _Numbers
    unserved: _Numbers


class Following(NamedTuple):
    """What may come next. total, distinct: as of `Seen`, shape (order, 1). chains: [order, tokens]."""

    total: _Numbers
    distinct: _Numbers
    chains: Floats


class CountingModel:
    """A table of served runs, ready to be asked."""

    def __init__(
        self, table: Records, vocabulary_size: int, order: int, discount: float, is_whole: bool = False
    ) -> None:
        """table: of `member_counts.TABLE`, in the order of runs. discount: above 0 and below every count.

        is_whole: nothing is looked for that the table might lack; of a whole one nothing is found.
        """
        self._is_whole = is_whole
        self.order, self.discount, self._size = order, discount, vocabulary_size
        self._runs: Runs = np.ascontiguousarray(table["run"])
        self._members = table["members"].astype(np.int64)
        contexts = contexts_of(self._runs)
        is_first = np.ones(len(contexts), bool)
        is_first[1:] = contexts[1:] != contexts[:-1]
        starts = np.flatnonzero(is_first)
        self._contexts = contexts[starts]
        self._totals = np.add.reduceat(self._members, starts) if len(starts) else self._members
        self._distinct = np.diff(np.append(starts, len(contexts)))

    def __len__(self) -> int:
        """How many runs it holds."""
        return len(self._runs)

    def look(self, documents: Sequence[Tokens]) -> Seen:
        """Of every token of documents, one after another, and of the start after each."""
        runs, there = runs_ending(documents, self.order)
        contexts = contexts_of(runs)
        totals = np.where(there, numbers_at(self._contexts, contexts, self._totals), 0)
        unserved = np.zeros_like(totals)
        if not self._is_whole:
            wrote = np.where(there[1:], numbers_at(self._runs, _as_runs(contexts[1:]), self._members), 0)
            unserved[1:] = np.maximum(wrote - totals[1:], 0)
        return Seen(
            np.where(there, numbers_at(self._runs, runs, self._members), 0),
            totals,
            np.where(there, numbers_at(self._contexts, contexts, self._distinct), 0),
            unserved,
        )

    def chains(self, seen: Seen) -> Floats:
        """The probability of each token by contexts of at most none, one, two … tokens: shape (order, tokens)."""
        found = np.empty(seen.written.shape, np.float64)
        below = np.full(seen.written.shape[1], 1 / self._size)
        for length in range(self.order):
            total = seen.total[length] + seen.unserved[length]
            kept = np.maximum(seen.written[length] - self.discount, 0)
            beside = (self.discount * seen.distinct[length] + seen.unserved[length]) * below
            below = np.where(total > 0, (kept + beside) / np.maximum(total, 1), below)
            found[length] = below
        return found

    def bits(self, documents: Sequence[Tokens]) -> Floats:
        """How many bits each token takes, and the start after each document."""
        bits: Floats = -np.log2(self.chains(self.look(documents))[-1])
        return bits

    def next_tokens(self, before: Tokens) -> Floats:
        """The probability of every token after those of a document so far; of START: that it is over."""
        last: Floats = self.following(before).chains[-1]
        return last

    def following(self, before: Tokens) -> Following:
        """What may come after the tokens of a document so far, by each length of context."""
        total, distinct = np.zeros((2, self.order, 1), np.int64)
        chains = np.empty((self.order, self._size))
        below = np.full(self._size, 1 / self._size)
        context = np.concatenate([[START], before]).astype(np.uint64)
        for length in range(1, self.order + 1):
            # The number of the run's tokens but the last: as long as the run, so that its bits are at their place.
            number = np.uint64(length) << np.uint64(TOKEN_BITS * (LONGEST_RUN - 1))
            for back in range(1, min(length, len(context) + 1)):
                number |= context[-back] << np.uint64(TOKEN_BITS * (back - 1))
            place = int(np.searchsorted(self._contexts, number))
            if length <= len(context) + 1 and place < len(self._contexts) and self._contexts[place] == number:
                total[length - 1], distinct[length - 1] = self._totals[place], self._distinct[place]
                first = int(np.searchsorted(self._runs, number << np.uint64(TOKEN_BITS)))
                run = slice(first, first + int(self._distinct[place]))
                unserved = self._unserved(number, int(self._totals[place])) if length > 1 else 0
                all_told = int(self._totals[place]) + unserved
                below = below * ((self.discount * self._distinct[place] + unserved) / all_told)
                below[last_tokens(self._runs[run])] += (self._members[run] - self.discount) / all_told
            chains[length - 1] = below
        return Following(total, distinct, chains)

    def _unserved(self, context: np.uint64, total: int) -> int:
        if self._is_whole:
            return 0
        run = _as_runs(np.array([context], np.uint64))
        return max(0, int(numbers_at(self._runs, run, self._members)[0]) - total)


def _as_runs(contexts: Runs) -> Runs:
    """Contexts of a token or more as the runs of just these tokens, which somebody may have written."""
    length = np.uint64(TOKEN_BITS * (LONGEST_RUN - 1))
    tokens = contexts & (np.uint64(1) << length) - np.uint64(1)
    return tokens | (contexts >> length) - np.uint64(1) << np.uint64(TOKEN_BITS * LONGEST_RUN)
