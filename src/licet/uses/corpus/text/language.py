"""What language a text is written in, or null when that cannot be said well.

The model is py3langid's, which ships with the package: no download, no network. A text is judged by its first
`JUDGED_CHARS` characters, alone, so the answer never depends on the batch. Links, mentions, addresses and
redaction tokens say nothing about a language and are left out before judging.

py3langid walks one text at a time, byte by byte. Here a block of texts takes each step together, and each
text is then scored on its own: the same model and the same answers (a test holds them to py3langid's) at a
fraction of the cost. The model's weights are whole multiples of 2^-9, so their sums are exact in any order: an
answer depends on no processor, no number of threads and no neighbour in the batch.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import compress, pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from licet.uses.corpus.text.word_numbers import Ints

JUDGED_CHARS = 160  # measured on made-up posts: 60 characters already give the same answers as 300
LEAST_CONFIDENCE = 0.7

_LEAST_LETTERS = 20  # below, every language in Latin script looks alike
_LEAST_SYLLABLES = 6  # for scripts where one character carries a syllable or a word
_ENOUGH_ASCII_LETTERS = rf"(?s)(?:[A-Za-z].*?){{{_LEAST_LETTERS}}}"
_SYLLABLES = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]"
_NO_LANGUAGE = r"https?://\S+|www\.\S+|\S*@\S+|#\S+|\[[a-z_]+\]"
_NO_LANGUAGE_HINT = r"://|www\.|[@#\[]"
_NO_LINGUISTIC_CONTENT = "zxx"
_ROWS_PER_BLOCK = 2048


class Model(NamedTuple):
    """py3langid's automaton over bytes and its naive Bayes table, as arrays.

    states:   next state by 256 * `base[state]` + byte.
    base:     row of `states` per state.
    features: feature seen on entering a state, -1 for none.
    weights:  log-probabilities, shape (features, columns).
    prior:    per column.
    labels:   language per column; a language with two scripts has two columns.
    """

    states: npt.NDArray[np.int32]
    base: Ints
    features: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]
    prior: npt.NDArray[np.float64]
    labels: tuple[str, ...]


def detect_language(texts: pa.Array) -> pa.Array:
    """The ISO 639-1 code of each text; null when it is null, too short, or too uncertain."""
    prepared = _prepare(texts)
    rows = np.flatnonzero(_long_enough(prepared))
    languages = np.full(len(texts), None, dtype=object)
    for start in range(0, len(rows), _ROWS_PER_BLOCK):
        block = rows[start : start + _ROWS_PER_BLOCK]
        languages[block] = classify(prepared.take(block).to_pylist())
    return pa.array(languages, pa.string())


def classify(texts: list[str]) -> list[str | None]:
    """The model's language of each text where it is sure enough, None where it is not."""
    model = load_model()
    encoded = [_encode(text) for text in texts]
    scores = _scores(encoded, model)
    likely = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    likely /= likely.sum(axis=1, keepdims=True)
    labels = sorted(set(model.labels))
    by_label = np.stack(
        [likely[:, [c == label for c in model.labels]].sum(axis=1) for label in labels], axis=1
    )
    best = by_label.argmax(axis=1) if len(texts) else np.empty(0, dtype=np.int64)
    sure = by_label[np.arange(len(texts)), best] >= LEAST_CONFIDENCE
    return [
        labels[nth] if certain and labels[nth] != _NO_LINGUISTIC_CONTENT else None
        for nth, certain in zip(best, sure, strict=True)
    ]


@cache
def load_model() -> Model:
    """The packaged model, kept for the process: about a second to load and 170 MB."""
    packaged = LanguageIdentifier.from_model_file(MODEL_FILE)
    wanted = [len(label) == 2 or label == _NO_LINGUISTIC_CONTENT for label in packaged.nb_classes]
    return Model(
        states=np.array(packaged.tk_nextmove, dtype=np.int32),
        base=np.array(packaged.tk_row, dtype=np.int64) << 8,
        features=np.array(packaged.tk_output, dtype=np.int32),
        # Stored in half precision; widening changes no value. Row by row in memory, as it is read: eight
        # times faster than by column.
        weights=np.ascontiguousarray(packaged.nb_ptc.compress(wanted, axis=1), dtype=np.float32),
        prior=packaged.nb_pc[wanted].astype(np.float64),
        labels=tuple(compress(packaged.nb_classes, wanted)),
    )


def _prepare(texts: pa.Array) -> pa.Array:
    texts = texts.cast(pa.large_string())
    marked = pc.fill_null(pc.match_substring_regex(texts, _NO_LANGUAGE_HINT), False)
    if pc.any(marked).as_py():
        plain = pc.replace_substring_regex(texts.filter(marked), _NO_LANGUAGE, " ")
        texts = pc.replace_with_mask(texts, marked, plain)
    return pc.utf8_slice_codeunits(texts, 0, JUDGED_CHARS)


def _long_enough(texts: pa.Array) -> npt.NDArray[np.bool_]:
    hinted = pc.fill_null(pc.match_substring_regex(texts, _ENOUGH_ASCII_LETTERS), False)
    enough: npt.NDArray[np.bool_] = hinted.to_numpy(zero_copy_only=False).copy()
    rest = np.flatnonzero(~enough)
    others = texts.take(rest)
    syllables = pc.fill_null(pc.count_substring_regex(others, _SYLLABLES), 0).to_numpy(zero_copy_only=False)
    letters = [sum(map(str.isalpha, text or "")) for text in others.to_pylist()]
    enough[rest] = (np.array(letters, dtype=np.int64) >= _LEAST_LETTERS) | (syllables >= _LEAST_SYLLABLES)
    return enough


def _encode(text: str) -> bytes:
    """Bytes as py3langid reads them: composed, and shouting counted as speech."""
    return unicodedata.normalize("NFC", text.lower() if text.isupper() else text).encode()


def _scores(encoded: list[bytes], model: Model) -> npt.NDArray[np.float64]:
    """How well each column of the model fits each text, shape (texts, columns); 0 for a text without features."""
    features, counts, bounds = _features(encoded, model)
    # Every feature once: a sum of weights, exact in single precision.
    once = np.zeros((len(encoded), len(model.labels)), dtype=np.float32)
    ones = np.ones(len(features), dtype=np.float32)
    for text, (start, stop) in enumerate(pairwise(bounds.tolist())):
        np.dot(ones[start:stop], model.weights.take(features[start:stop], axis=0), out=once[text])
    scores: npt.NDArray[np.float64] = once * np.log1p(1.0)
    scores += _repetitions(features, counts, bounds, model)
    scores[np.diff(bounds) > 0] += model.prior
    lengths = np.array([len(text) for text in encoded], dtype=np.float64)
    scores /= np.sqrt(np.maximum(lengths, 1.0))[:, None]
    return scores


def _repetitions(features: Ints, counts: Ints, bounds: Ints, model: Model) -> npt.NDArray[np.float64]:
    """What features that came again add to their texts' scores, each text's one after another."""
    again = np.flatnonzero(counts > 1)
    more = np.log1p(counts[again].astype(np.float64)) - np.log1p(1.0)
    starts = np.searchsorted(again, bounds)
    most_first = np.argsort(-np.diff(starts), kind="stable")
    sizes, starts = np.diff(starts)[most_first], starts[most_first]
    added = np.zeros((len(sizes), len(model.labels)), dtype=np.float64)
    still_going = np.searchsorted(-sizes, -np.arange(sizes.max(initial=0)), side="left")
    for nth, going in enumerate(still_going.tolist()):
        at = starts[:going] + nth
        added[:going] += more[at][:, None] * model.weights.take(features[again[at]], axis=0)
    in_order = np.empty_like(added)
    in_order[most_first] = added
    return in_order


def _features(encoded: list[bytes], model: Model) -> tuple[Ints, Ints, Ints]:
    """The texts' features, ascending text by text, how often the text has each, and where each text's begin and end."""
    texts, seen = _walk(encoded, model)
    bits = len(model.weights).bit_length()
    # Sorted in half the time where they are half as wide.
    narrow = np.uint32 if len(encoded) < 1 << 32 - bits else np.int64
    keys: npt.NDArray[Any] = np.sort((texts << bits | seen).astype(narrow))
    first = np.flatnonzero(np.append(np.full(min(len(keys), 1), True), keys[1:] != keys[:-1]))
    distinct = keys[first].astype(np.int64)
    bounds = np.searchsorted(distinct, np.arange(len(encoded) + 1) << bits).astype(np.int64)
    counts = np.diff(first, append=len(keys)).astype(np.int64)
    return distinct & np.int64((1 << bits) - 1), counts, bounds


def _walk(encoded: list[bytes], model: Model) -> tuple[Ints, npt.NDArray[np.int32]]:
    """Pairs of text and feature, one for each feature on each text's way through the automaton."""
    lengths = np.array([len(text) for text in encoded], dtype=np.int64)
    longest_first = np.argsort(-lengths, kind="stable")
    starts = (np.cumsum(lengths) - lengths)[longest_first]
    data = np.frombuffer(b"".join(encoded), dtype=np.uint8)
    still_going = np.searchsorted(-lengths[longest_first], -np.arange(lengths.max(initial=0)), side="left")
    state = np.zeros(len(encoded), dtype=np.int64)
    entered = np.empty(lengths.sum(), dtype=np.int64)  # states, step by step
    end = 0
    for step, going in enumerate(still_going.tolist()):
        places = model.base.take(state[:going])
        places += data.take(starts[:going] + step)
        entered[end : end + going] = model.states.take(places)
        state = entered[end : end + going]
        end += going
    seen = model.features.take(entered)
    at = np.flatnonzero(seen >= 0)
    nth_text = np.arange(len(entered)) - np.repeat(np.cumsum(still_going) - still_going, still_going)
    return longest_first.take(nth_text.take(at)).astype(np.int64), seen.take(at)
