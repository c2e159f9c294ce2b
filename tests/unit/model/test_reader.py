"""The reader: a probability at every place, nothing of whoever left, the same from the same; and the gate alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.terms import UseError
from licet.testing.effort import examples
from licet.uses.model.base_folder import Base
from licet.uses.model.byte_pairs import START, BytePairs
from licet.uses.model.counting_model import CountingModel
from licet.uses.model.linear_gate import FURTHEST, LinearGate
from licet.uses.model.member_counts import changed, changes_of, table_of
from licet.uses.model.reader import Reader
from licet.uses.model.token_runs import runs_written

MEMBERS = {
    "ada": ["I build bridges of paper, and paper bridges hold.", "Paper bridges hold more than you think."],
    "bo": ["Bridges of paper hold, says Ada; I say they burn.", ""],
    "cy": ["The tides of Brest are four metres.", "Four metres, twice a day: the tides of Brest."],
}
TEXTS = ["Paper bridges hold.", "", "the tides of Brest, 東京 and \ud800", MEMBERS["cy"][1] * 3]
GATE = LinearGate(
    middle=(0, 500_000),
    spread=(1_000_000, 300_000),
    weights=((1_000_000, 0), (0, -2_000_000), (3, 5)),
    offset=(0, 1, -1_000_000),
)


def counted(vocabulary: BytePairs, names: str = "ada bo cy", order: int = 5) -> CountingModel:
    runs = [runs_written([vocabulary.encode(text) for text in MEMBERS[who]], order) for who in names.split()]
    return CountingModel(table_of(runs), vocabulary.size, order, 0.9)


@pytest.fixture(scope="module")
def reader(small_base: Base) -> Reader:
    return Reader(small_base, counted(small_base.byte_pairs), small_base.byte_pairs)


def test_what_may_come_next_sums_to_one_and_is_what_is_scored(reader: Reader) -> None:
    document = reader.byte_pairs.encode(TEXTS[2])
    bits = reader.places([document])
    assert len(bits) == len(document) + 1
    for place in range(len(document) + 1):
        following = reader.next_tokens(document[:place])
        np.testing.assert_allclose(following.sum(), 1, atol=1e-5)
        token = document[place] if place < len(document) else START
        np.testing.assert_allclose(-np.log2(following[token]), bits[place], atol=1e-3)


def test_a_text_is_scored_by_itself_and_its_end_is_left_out(reader: Reader) -> None:
    together = reader.bits(TEXTS)
    np.testing.assert_allclose(together, [reader.bits([text])[0] for text in TEXTS], rtol=1e-4)
    assert together[1] == 0
    assert reader.bits([]) == []
    places = reader.places([reader.byte_pairs.encode(TEXTS[0])])
    np.testing.assert_allclose(places[:-1].sum(), together[0], rtol=1e-6)


def test_whoever_is_subtracted_was_never_there(small_base: Base) -> None:
    vocabulary = small_base.byte_pairs
    runs = {who: runs_written([vocabulary.encode(text) for text in own], 5) for who, own in MEMBERS.items()}
    table = changed(table_of(list(runs.values())), changes_of([(0, runs["cy"], runs["cy"][:0])]))
    left = Reader(small_base, CountingModel(table, vocabulary.size, 5, 0.9), vocabulary)
    never = Reader(small_base, counted(vocabulary, "ada bo"), vocabulary)
    there = Reader(small_base, counted(vocabulary), vocabulary)
    tokens = [vocabulary.encode(text) for text in TEXTS]
    assert left.places(tokens).tobytes() == never.places(tokens).tobytes() != there.places(tokens).tobytes()
    assert left.generate("Four", seed=3, most_tokens=12) == never.generate("Four", seed=3, most_tokens=12)


def test_what_members_wrote_is_likelier_than_before_they_did(small_base: Base, reader: Reader) -> None:
    nobody = Reader(
        small_base, CountingModel(table_of([]), small_base.byte_pairs.size, 5, 0.9), small_base.byte_pairs
    )
    assert reader.bits([MEMBERS["ada"][0]]) < nobody.bits([MEMBERS["ada"][0]])


def test_the_same_is_written_from_the_same_and_never_more_than_asked(reader: Reader) -> None:
    first = reader.generate("Paper", seed=5, most_tokens=12)
    assert reader.generate("Paper", seed=5, most_tokens=12) == first
    assert len({reader.generate("Paper", seed=seed, most_tokens=12) for seed in range(4)}) > 1
    assert reader.generate("Paper", most_tokens=0) == ""
    assert len(reader.byte_pairs.encode(reader.generate(TEXTS[3], seed=1, most_tokens=20))) <= 20
    likeliest = reader.generate("Paper bridges", temperature=0, most_tokens=1)
    before = reader.byte_pairs.encode("Paper bridges")
    assert likeliest == reader.generate("Paper bridges", temperature=1e-320, most_tokens=1)
    assert likeliest == reader.byte_pairs.decode([int(np.argmax(reader.next_tokens(before)))])


@pytest.mark.parametrize(
    "asked", [{"temperature": -1.0}, {"temperature": float("nan")}, {"most_tokens": -1}, {"seed": -1}]
)
def test_nothing_is_written_at_a_temperature_that_is_none(reader: Reader, asked: dict[str, int]) -> None:
    with pytest.raises(UseError, match="MODL-066"):
        reader.generate("", **asked)


def test_counts_over_other_tokens_are_refused(small_base: Base) -> None:
    other = BytePairs(small_base.byte_pairs.merges[:-1])
    with pytest.raises(UseError, match="MODL-063"):
        Reader(small_base, counted(other), other)


def test_counts_that_the_gate_does_not_weigh_are_refused(small_base: Base) -> None:
    with pytest.raises(UseError, match="MODL-064"):
        Reader(small_base, counted(small_base.byte_pairs, order=3), small_base.byte_pairs)


@examples(50)
@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=4))
def test_shares_sum_to_one_and_nothing_counts_for_less_than_nothing(told: list[tuple[float, float]]) -> None:
    shares = GATE.shares(np.array(told))
    assert (shares > 0).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1)


def test_shares_are_a_softmax_of_what_is_linear() -> None:
    standing = np.array([0.25, min((2.0 - 0.5) / 0.3, FURTHEST)])
    expected = np.exp([standing[0], -2 * standing[1] + 1e-6, 3e-6 * standing[0] + 5e-6 * standing[1] - 1])
    np.testing.assert_allclose(GATE.shares(np.array([[0.25, 2.0]]))[0], expected / expected.sum())


def test_what_may_come_next_by_each_length_of_context_is_what_is_looked_up(small_base: Base) -> None:
    counts, document = counted(small_base.byte_pairs), small_base.byte_pairs.encode(MEMBERS["bo"][0])
    seen = counts.look([document])
    chains = counts.chains(seen)
    for place in range(len(document) + 1):
        following = counts.following(document[:place])
        token = document[place] if place < len(document) else START
        np.testing.assert_allclose(following.chains[:, token], chains[:, place])
        np.testing.assert_allclose(following.chains.sum(axis=1), 1)
        assert (following.total[:, 0] == seen.total[:, place]).all()
        assert (following.distinct[:, 0] == seen.distinct[:, place]).all()
