"""MinHash signatures: how alike two documents are, from 512 bytes of each.

A signature depends on the document's words, the parameters and the seed, and on nothing else: not on the
batch, the process or the machine. The hashing is rensa's R-MinHash (`ALGORITHM` names its version; change it
and signatures are no longer comparable). Two signatures estimate the Jaccard similarity of the two sets of
word shingles by the share of places in which they agree (Broder 1997).
"""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rensa import RMinHash

from licet.terms import UseError
from licet.uses.corpus.text.word_numbers import Ints, Words, split_words

Hashes = npt.NDArray[np.uint64]

#: Goes into the manifest beside the parameters: signatures of two algorithms are never compared.
ALGORITHM = f"rensa-r-minhash-{RMinHash.ALGORITHM_VERSION}"

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # odd, the golden ratio: spreads neighbouring hashes
_SHORT = 0xA24BAED4963EE407  # a whole short text never equals a shingle of a longer one
_WORDLESS = "\x00"  # no word holds this, so a wordless text never equals a word
_ROWS_PER_CHUNK = 256  # rensa hands digests over as lists of Python integers: so few stay in the cache


def signatures(
    texts: pa.Array, num_perm: int = 128, shingle_words: int = 3, seed: int = 42
) -> pa.FixedSizeBinaryArray:
    """Sign every text: `num_perm` little-endian 32-bit hashes each, null for a null text.

    A text of fewer than `shingle_words` words is one shingle, so it resembles only the same words in the same
    order. A text without words (emoji, an empty text) resembles only the same characters.

    Raises: UseError CORP-101 when a parameter is not positive.
    """
    if num_perm < 1 or shingle_words < 1 or seed < 0:
        raise UseError(
            "CORP-101",
            "a signature needs at least one permutation, one word a shingle and a seed of 0 or more",
            f"num_perm={num_perm}, shingle_words={shingle_words}, seed={seed}",
            "use the defaults: num_perm=128, shingle_words=3, seed=42",
        )
    hashes, offsets = _shingles(texts, split_words(texts), shingle_words)
    digests = np.empty((len(texts), num_perm), dtype="<u4")
    for start in range(0, len(texts), _ROWS_PER_CHUNK):
        stop = min(start + _ROWS_PER_CHUNK, len(texts))
        chunk = hashes[offsets[start] : offsets[stop]]
        bounds = (offsets[start : stop + 1] - offsets[start]).astype(np.uint64)
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(chunk, bounds, num_perm, seed)
        numbers = array("I")
        for row in matrix.to_rows():
            numbers.fromlist(row)  # a third less than what NumPy takes to read the lists
        digests[start:stop] = np.frombuffer(numbers, dtype=np.uintc).reshape(-1, num_perm)
    return _as_binary(digests, texts)


def _shingles(texts: pa.Array, words: Words, size: int) -> tuple[Hashes, Ints]:
    """Hashes of every row's shingles one after another, and where each row's begin (rows + 1 offsets).

    Every row has at least one, so that a wordless row is never mistaken for another's continuation.
    """
    counts = words.counts()
    first_word = np.concatenate([[0], np.cumsum(counts)])
    offsets: Ints = np.concatenate([[0], np.cumsum(np.maximum(counts - size + 1, 1))])
    out: Hashes = np.zeros(offsets[-1], dtype=np.uint64)
    of_word = _hash_tokens(words.dictionary.to_pylist())[words.codes]

    starts = np.flatnonzero(words.rows[: max(len(of_word) - size + 1, 0)] == words.rows[size - 1 :])
    rows = words.rows[starts]
    out[offsets[rows] + starts - first_word[rows]] = _combine(of_word, starts, size)

    for length in range(1, size):
        rows = np.flatnonzero(counts == length)
        out[offsets[rows]] = _combine(of_word, first_word[rows], length) ^ np.uint64(_SHORT + length)

    wordless = np.flatnonzero(counts == 0)
    if len(wordless):
        tokens = [_WORDLESS + (text or "").strip() for text in texts.take(wordless).to_pylist()]
        out[offsets[wordless]] = _hash_tokens(tokens)
    return out, offsets


def _hash_tokens(tokens: list[str]) -> Hashes:
    return np.array(RMinHash.hash_token_sets([tokens])[0], dtype=np.uint64)


def _combine(of_word: Hashes, starts: Ints, length: int) -> Hashes:
    """One hash per run of `length` words; order matters, arithmetic wraps."""
    combined = of_word[starts]
    for step in range(1, length):
        combined = (combined ^ (combined >> np.uint64(29))) * _MULTIPLIER + of_word[starts + step]
    return combined


def _as_binary(digests: npt.NDArray[Any], texts: pa.Array) -> pa.FixedSizeBinaryArray:
    width = digests.shape[1] * 4
    validity = texts.is_valid() if texts.null_count else None
    signed = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(width), len(digests), [None, pa.py_buffer(digests)]
    )
    if validity is None:
        return signed
    return pc.if_else(validity, signed, pa.scalar(None, pa.binary(width)))
