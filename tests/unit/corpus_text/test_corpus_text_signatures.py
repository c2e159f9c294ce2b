from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from licet.terms import UseError
from licet.uses.corpus.text.near_duplicates import places
from licet.uses.corpus.text.signatures import ALGORITHM, signatures
from licet.uses.corpus.text.word_numbers import split_words


def similarity(one: str, other: str) -> float:
    table = places(signatures(pa.array([one, other])))
    return float((table[0] == table[1]).mean())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello,  WORLD—again", ["hello", "world", "again"]),
        ("Straße ﬁne Ⅳ", ["strasse", "fine", "iv"]),
        ("a_b don't 3.5", ["a", "b", "don", "t", "3", "5"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("我们招聘 AI", ["我", "们", "招", "聘", "ai"]),
        ("🎉 …", []),
        (None, []),
    ],
)
def test_words_are_folded_and_split(text: str | None, words: list[str]) -> None:
    found = split_words(pa.array(["x", text, "y"]).slice(1, 1))
    assert found.dictionary.take(pa.array(found.codes)).to_pylist() == words
    assert found.counts().tolist() == [len(words)]


def test_runs_of_unspaced_scripts_can_be_words() -> None:
    assert split_words(pa.array(["山田 太郎"]), unspaced_by_character=False).dictionary.to_pylist() == [
        "山田",
        "太郎",
    ]


def test_case_space_and_punctuation_make_no_difference() -> None:
    assert similarity("Proud of our team, today!", "proud  of our\nTEAM today") == 1.0


def test_signatures_estimate_how_much_texts_share() -> None:
    words = [f"w{number}" for number in range(400)]
    shared = (300 - 2) / (400 - 2 + 400 - 2 - (300 - 2))  # shingles of three words, none repeated
    half = " ".join(words[100:] + [f"v{number}" for number in range(100)])
    assert similarity(" ".join(words), half) == pytest.approx(shared, abs=0.13)  # three standard errors
    assert similarity(" ".join(words), " ".join(f"v{number}" for number in range(400))) < 0.05


def test_short_texts_resemble_only_themselves() -> None:
    assert similarity("thank you", "Thank you!") == 1.0
    assert similarity("thank you", "you thank") < 0.1
    assert similarity("thank you", "thank you so") < 0.1
    assert similarity("🎉", "👍") < 0.1
    assert similarity("🎉", " 🎉 ") == 1.0
    assert similarity("", "🎉") < 0.1


def test_a_null_text_has_no_signature() -> None:
    signed = signatures(pa.array([None, "a b c d", None], pa.string()))
    assert [value is None for value in signed.to_pylist()] == [True, False, True]
    assert signed.type == pa.binary(512)
    assert len(signatures(pa.array([], pa.string()))) == 0


def test_places_of_a_slice_are_its_own() -> None:
    signed = signatures(pa.array(["a b c", "d e f", "g h i"]))
    assert np.array_equal(places(signed)[1:], places(signed.slice(1)))


def test_another_seed_gives_another_signature() -> None:
    texts = pa.array(["one two three four"])
    assert signatures(texts, seed=1) != signatures(texts, seed=2)
    assert signatures(texts, num_perm=64).type == pa.binary(256)


def test_signatures_are_the_same_in_every_process() -> None:
    code = (
        "import hashlib, pyarrow as pa\n"
        "from licet.uses.corpus.text.signatures import signatures\n"
        "texts = pa.array(['one two three four five', 'short', '🎉', '我们招聘工程师'])\n"
        "print(hashlib.sha256(b''.join(signatures(texts).to_pylist())).hexdigest())\n"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("0", "1")
    }
    texts = pa.array(["one two three four five", "short", "🎉", "我们招聘工程师"])
    assert seen == {hashlib.sha256(b"".join(signatures(texts).to_pylist())).hexdigest()}


def test_the_stored_form_has_not_changed() -> None:
    """A change here makes every stored signature incomparable: raise the version in the manifest first."""
    assert ALGORITHM == "rensa-r-minhash-2"
    signed = signatures(pa.array(["one two three four five", "short"]), num_perm=4)
    assert [value.hex() for value in signed.to_pylist()] == GOLDEN


GOLDEN = ["f7ff2d0a1231094330f314004034a67b", "5bd8942e2e19e7c20520b5b3f4417d69"]


@pytest.mark.parametrize("wrong", [{"num_perm": 0}, {"shingle_words": 0}, {"seed": -1}])
def test_impossible_parameters_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UseError) as refused:
        signatures(pa.array(["x"]), **wrong)
    assert refused.value.code == "CORP-101"
