from __future__ import annotations

import pyarrow as pa
import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from licet.uses.corpus.text.language import (
    JUDGED_CHARS,
    LEAST_CONFIDENCE,
    classify,
    detect_language,
    load_model,
)

LANGUAGES = ["ar", "de", "en", "es", "fi", "fr", "hi", "it", "ja", "nl", "pl", "pt", "sv", "tr", "uk", "zh"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_post_is_told_its_language(language: str, posts: dict[str, list[str]]) -> None:
    assert detect_language(pa.array(posts[language])).to_pylist() == [language] * 3


def test_every_sample_language_is_tested(posts: dict[str, list[str]]) -> None:
    assert sorted(posts) == LANGUAGES


def test_answers_are_those_of_py3langid(posts: dict[str, list[str]]) -> None:
    theirs = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True, min_confidence=LEAST_CONFIDENCE)
    theirs.set_languages(sorted({label for label in theirs.labels if len(label) == 2} | {"zxx"}))
    whole = [text for texts in posts.values() for text in texts]
    pieces = [text[start : start + 25] for text in whole for start in range(0, len(text), 25)]
    texts = [*whole, *pieces, *(text.upper() for text in whole), "", "x", "🎉", "123", "é", "e\u0301"]
    expected = [label if len(label) == 2 else None for label, _ in map(theirs.classify, texts)]
    assert classify(texts) == expected
    assert None in expected and len(set(expected)) > len(LANGUAGES)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "Hello",
        "!!! 12345 ??? 2024-2025",
        "🎉🎉🎉",
        "你好",
        "https://example.org/foo/bar?baz=quux jane@example.org",
    ],
)
def test_what_is_too_short_or_no_language_has_none(text: str | None) -> None:
    assert detect_language(pa.array([text], pa.string())).to_pylist() == [None]


def test_gibberish_has_no_language() -> None:
    assert detect_language(pa.array(["asdkfj qwoeiru zxcmvn qpwoei alskdj zmxncb"])).to_pylist() == [None]


def test_links_and_tokens_do_not_count(posts: dict[str, list[str]]) -> None:
    english = "https://example.org/this-is-all-english-words-and-more [email] [payment_card] #hiring "
    texts = pa.array([english + posts["pl"][0], english * 2])
    assert detect_language(texts).to_pylist() == ["pl", None]


def test_an_answer_does_not_depend_on_the_batch(posts: dict[str, list[str]]) -> None:
    texts = [text for three in posts.values() for text in three] + ["short", None, "x" * 5000]
    together = detect_language(pa.array(texts))
    assert together.to_pylist() == [detect_language(pa.array([t], pa.string()))[0].as_py() for t in texts]
    assert detect_language(pa.array(texts[::-1])).to_pylist() == together.to_pylist()[::-1]
    assert detect_language(pa.array(texts).slice(7, 5)).equals(together.slice(7, 5))


def test_only_the_first_characters_are_judged(posts: dict[str, list[str]]) -> None:
    german = " ".join(posts["de"])
    assert len(german) > JUDGED_CHARS
    assert detect_language(pa.array([german + " ".join(posts["tr"]) * 5])).to_pylist() == ["de"]


def test_no_texts_have_no_languages() -> None:
    assert detect_language(pa.array([], pa.large_string())).type == pa.string()


def test_sums_of_the_models_weights_are_exact() -> None:
    # What makes an answer the same on every processor and with every number of threads.
    weights = load_model().weights * 512
    assert (weights == weights.round()).all()
    most_features = 4 * JUDGED_CHARS  # one a byte
    assert abs(weights).max() * most_features < 2**24
