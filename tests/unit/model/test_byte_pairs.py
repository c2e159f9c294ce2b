"""Byte pairs against their definition by brute force, and against whatever a text may hold."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.terms import UseError
from licet.testing.effort import examples
from licet.uses.model import byte_pairs
from licet.uses.model.byte_pairs import LONGEST, PLAIN, START, BytePairs

PUBLIC = [
    "The tree of the log is read before it is written; the log of the tree is not.",
    "A member who says no is not counted, and what was counted before is subtracted.",
    "Straße, naïve, 東京都, 東京, עברית and 👍👍👍 stand here so that their bytes are merged.",
    "def encode(self, text):\n    return self.tokens[text]  # 2026-11-30, 100 200 300\n\n\n",
]
FITTED = BytePairs.fit(PUBLIC, 400)
#: Any text: characters of everywhere, halves of pairs that stand alone, what looks like a token, public words.
TEXTS = st.lists(
    st.one_of(
        st.text(),
        st.text(st.characters(categories=["Cs"])),
        st.text("aA0 \n\t_.\x00ß東\ud83d\udc4d", max_size=80),
        st.sampled_from([*PUBLIC, *PUBLIC[0].split(), "<|start|>", "<|endoftext|>", "\x00", "Ġthe"]),
    ),
    max_size=4,
).map("".join)


def words_by_definition(text: str) -> list[bytes]:
    """Byte by byte, without an expression: a space before its word, no more than 32 of a kind, 3 of digits."""

    def kind(byte: int) -> str:
        if byte >= 128 or chr(byte).isalpha():
            return "letter"
        return "digit" if chr(byte).isdigit() else "space" if byte in b" \t\n\r\f\v" else "sign"

    data, words, place = text.encode("utf-8", "surrogatepass"), [], 0
    while place < len(data):
        first = place + (data[place] == 32 and place + 1 < len(data) and kind(data[place + 1]) != "space")
        end = first
        most = 3 if kind(data[first]) == "digit" else 32
        while end < len(data) and kind(data[end]) == kind(data[first]) and end - first < most:
            end += 1
        if (
            kind(data[first]) == "space"
            and end < len(data)
            and kind(data[end]) != "space"
            and end - first > 1
        ):
            end -= 1  # the last of several goes with what follows, or stands alone
        words.append(data[place:end])
        place = end
    return words


def merged(tokens: list[int], pair: tuple[int, int], token: int) -> list[int]:
    after: list[int] = []
    for part in tokens:
        if after and (after[-1], part) == pair:
            after[-1] = token
        else:
            after.append(part)
    return after


def tokens_by_definition(merges: tuple[tuple[int, int], ...], word: bytes) -> list[int]:
    """Every merge in its turn, over the whole word."""
    tokens = [byte + 1 for byte in word]
    for place, pair in enumerate(merges):
        tokens = merged(tokens, pair, PLAIN + place)
    return tokens


def fitted_by_definition(texts: list[str], size: int) -> list[tuple[int, int]]:
    """Every pair counted anew before each merge."""
    words = [[byte + 1 for byte in word] for text in texts for word in words_by_definition(text)]
    merges: list[tuple[int, int]] = []
    while PLAIN + len(merges) < size:
        counts = Counter(pair for tokens in words for pair in pairwise(tokens))
        pair, times = min(counts.items(), key=lambda item: (-item[1], item[0]), default=((0, 0), 0))
        if times < 2:
            break
        words = [merged(tokens, pair, PLAIN + len(merges)) for tokens in words]
        merges.append(pair)
    return merges


@examples(200)
@given(TEXTS)
def test_every_text_comes_back_as_it_was_and_none_begins_a_document(text: str) -> None:
    tokens = FITTED.encode(text)
    assert FITTED.decode(tokens) == text
    assert tokens.dtype == np.uint16
    assert START not in tokens


@examples(100)
@given(TEXTS)
def test_tokens_are_those_of_every_merge_in_its_turn(text: str) -> None:
    words = words_by_definition(text)
    assert max(map(len, words), default=0) <= LONGEST
    expected = [token for word in words for token in tokens_by_definition(FITTED.merges, word)]
    assert FITTED.encode(text).tolist() == expected


@examples(40)
@given(st.lists(TEXTS, max_size=4), st.integers(PLAIN, PLAIN + 40))
def test_fitted_is_what_stands_most_often_in_whichever_order_texts_come(texts: list[str], size: int) -> None:
    fitted = BytePairs.fit(texts, size)
    assert list(fitted.merges) == fitted_by_definition(texts, size)
    assert BytePairs.fit(reversed(texts), size).digest == fitted.digest
    assert fitted.size <= size


@examples(50)
@given(st.lists(st.integers(0, FITTED.size - 1)))
def test_any_tokens_have_a_text(tokens: list[int]) -> None:
    assert isinstance(FITTED.decode(tokens), str)


def test_bytes_that_are_no_text_are_marked() -> None:
    assert FITTED.decode([START, 0xFF + 1, ord("a") + 1]) == "\ufffda"


def test_merges_shorten_what_they_were_fitted_to() -> None:
    assert sum(len(FITTED.encode(text)) for text in PUBLIC) < 0.6 * sum(len(text.encode()) for text in PUBLIC)


def test_a_vocabulary_is_read_back_as_it_was_written() -> None:
    again = BytePairs.from_json(FITTED.to_json())
    assert (again.merges, again.digest, again.size) == (FITTED.merges, FITTED.digest, FITTED.size)


def test_words_are_forgotten_when_there_are_many_and_tokens_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(byte_pairs, "_REMEMBERED", 3)
    few = BytePairs(FITTED.merges)
    assert [few.encode(text).tolist() for text in PUBLIC] == [FITTED.encode(text).tolist() for text in PUBLIC]
    assert len(few._words) <= 3


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b"[" * 100_000,
        b"[]",
        b'{"licet_byte_pairs":2,"merges":[]}',
        b'{"licet_byte_pairs":1,"merges":{}}',
        b'{"licet_byte_pairs":1,"merges":[[1,2,3]]}',
        b'{"licet_byte_pairs":1,"merges":[[1,2.0]]}',
        b'{"licet_byte_pairs":1,"merges":[[0,5]]}',
        b'{"licet_byte_pairs":1,"merges":[[-1,5]]}',
        b'{"licet_byte_pairs":1,"merges":[[257,5]]}',
        b'{"licet_byte_pairs":1,"merges":[[1,2],[1,2]]}',
        json.dumps({"licet_byte_pairs": 1, "merges": [[256 + n, 256 + n] for n in range(1, 7)]}).encode(),
    ],
)
def test_what_is_no_vocabulary_is_refused(data: bytes) -> None:
    with pytest.raises(UseError, match="MODL-050"):
        BytePairs.from_json(data)


def test_a_token_longer_than_any_word_is_refused() -> None:
    doubling = [(1, 1), *((PLAIN + n, PLAIN + n) for n in range(6))]
    with pytest.raises(UseError, match="MODL-050"):
        BytePairs(doubling)


@pytest.mark.parametrize("size", [0, PLAIN - 1, byte_pairs.MOST + 1])
def test_a_size_that_16_bits_do_not_hold_is_refused(size: int) -> None:
    with pytest.raises(UseError, match="MODL-050"):
        BytePairs.fit(PUBLIC, size)


@pytest.mark.parametrize("token", [-1, FITTED.size])
def test_a_token_that_there_is_not_has_no_text(token: int) -> None:
    with pytest.raises(UseError, match="MODL-051"):
        FITTED.decode([token])
