"""Words of many texts at once, as numbers, for whoever compares texts rather than reads them.

Letters are case-folded and compatibility forms unified, everything but letters, marks and digits separates
words, and scripts written without spaces (Han, kana, Thai, Lao, Khmer, Burmese) count one character as one
word. What a row yields depends on that row alone; only the numbering of words depends on the batch.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]

_SPACE = ord(" ")
# Bytes above 0x7F belong to characters that only the second pass can judge.
_ASCII_FOLD = np.array(
    [b if b >= 0x80 or chr(b).isalnum() else _SPACE for b in bytes(range(256)).lower()], dtype=np.uint8
)
_NOT_WORD = r"[^\pL\pN\pM ]+"  # besides spaces, which words are split at anyway
_NO_SPACES = r"([\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}])"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of `row_count` texts, one after another.

    codes: index into `dictionary`, one per word.
    rows:  the row each word stands in, ascending.
    """

    codes: Ints
    rows: Ints
    dictionary: pa.Array
    row_count: int

    def counts(self) -> Ints:
        """Words per row; 0 for a null or wordless text."""
        return np.bincount(self.rows, minlength=self.row_count).astype(np.int64)


def split_words(texts: pa.Array, unspaced_by_character: bool = True) -> Words:
    """Split every text into folded words; null texts have none.

    unspaced_by_character: whether one character of a script without spaces is a word, or a run of them.
    """
    folded = _fold(texts, unspaced_by_character)
    lists = pc.ascii_split_whitespace(folded)
    rows = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False).astype(np.int64)
    flat = lists.flatten()
    present = pc.not_equal(pc.binary_length(flat), 0)
    encoded = flat.filter(present).dictionary_encode()
    return Words(
        codes=encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64),
        rows=rows[present.to_numpy(zero_copy_only=False)],
        dictionary=encoded.dictionary,
        row_count=len(texts),
    )


def fold_word(word: str) -> str:
    """The folded form of one text, as `split_words` sees it before it splits."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())


def _fold(texts: pa.Array, unspaced_by_character: bool) -> pa.Array:
    texts = pc.fill_null(texts.cast(pa.large_string()), "")
    other = pc.invert(pc.string_is_ascii(texts))
    if not pc.any(other).as_py():
        return _fold_ascii(texts)
    unified = pa.array([fold_word(text) for text in texts.filter(other).to_pylist()], pa.large_string())
    folded = _fold_ascii(pc.replace_with_mask(texts, other, unified))
    spaced = pc.replace_substring_regex(folded.filter(other), _NOT_WORD, " ")
    if unspaced_by_character:
        spaced = pc.replace_substring_regex(spaced, _NO_SPACES, r" \1 ")
    return pc.replace_with_mask(folded, other, spaced)


def _fold_ascii(texts: pa.Array) -> pa.Array:
    """Map the ASCII bytes of every text (large strings, no nulls) in one pass over the bytes they share."""
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    if data is None or not len(texts):
        return texts
    mapped = _ASCII_FOLD[np.frombuffer(data, dtype=np.uint8)[bounds[0] : bounds[-1]]]
    return pa.LargeStringArray.from_buffers(
        len(texts), pa.py_buffer(bounds - bounds[0]), pa.py_buffer(mapped)
    )
