"""Runs of tokens as whole numbers, and which of them one member wrote.

A document is its tokens between two marks: the start, which no text encodes to, before them, and again after them,
where it is what comes next when a text is over. A run is of one to five tokens in a row and begins no earlier than its
document; the last token is what is predicted, those before it are its context. Whoever takes a document away takes away
just what it brought, since no run knows what stood before its document.

A run is a number: how many tokens it has, then the tokens, twelve bits each, so runs of one context are neighbours and
no two runs are the same number. A member's runs are a set: repeating oneself changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from licet.uses.model.byte_pairs import START, Tokens

LONGEST_RUN = 5
TOKEN_BITS = 12
MOST_TOKENS = 1 << TOKEN_BITS
_LENGTH_SHIFT = np.uint64(LONGEST_RUN * TOKEN_BITS)
_BITS = np.uint64(TOKEN_BITS)

#: Runs, as numbers.
Runs = npt.NDArray[np.uint64]


def places_of(documents: Sequence[Tokens]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """Documents one after another, each between its two starts, and how far from its own start each token stands."""
    sizes = np.array([len(tokens) + 2 for tokens in documents], np.int64)
    first = np.cumsum(sizes) - sizes
    flat = np.full(int(sizes.sum()), START, np.uint64)
    place = np.arange(len(flat)) - np.repeat(first, sizes)
    if documents:
        flat[(place > 0) & (place < np.repeat(sizes, sizes) - 1)] = np.concatenate(documents)
    return flat, place


def runs_ending(documents: Sequence[Tokens], order: int) -> tuple[Runs, npt.NDArray[np.bool_]]:
    """Of every token that is predicted the runs that it ends, of one to `order` tokens, and whether there is such a
    run: nothing begins before its document. Both of shape (order, tokens)."""
    flat, place = places_of(documents)
    predicted = place > 0
    runs = np.empty((order, int(predicted.sum())), np.uint64)
    there = np.empty(runs.shape, np.bool_)
    key = flat.copy()
    for length in range(1, order + 1):
        before = length - 1
        if before:
            key[before:] += flat[:-before] << np.uint64(before * TOKEN_BITS)
        runs[before] = key[predicted] | np.uint64(length) << _LENGTH_SHIFT
        there[before] = place[predicted] >= before
    return runs, there


def runs_written(documents: Sequence[Tokens], order: int) -> Runs:
    """The runs that one member wrote, in order, each once. documents: all of theirs."""
    runs, there = runs_ending(documents, order)
    return each_once(np.sort(runs[there]))


def each_once(runs: Runs) -> Runs:
    """Runs in order without those that stand twice; `np.unique` hashes whole numbers, which takes ten times as long."""
    kept: Runs = runs[np.concatenate([[True], runs[1:] != runs[:-1]])] if len(runs) else runs
    return kept


def contexts_of(runs: Runs) -> npt.NDArray[np.uint64]:
    """What stands before the last token of each run, as a number; equal for no two contexts."""
    return runs >> _BITS


def last_tokens(runs: Runs) -> npt.NDArray[np.int64]:
    return (runs & np.uint64(MOST_TOKENS - 1)).astype(np.int64)
