"""What comes next: every text has one probability, what one member alone wrote changes none, and removal is exact."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.terms import UseError
from licet.testing.effort import examples
from licet.uses.model.byte_pairs import START, BytePairs
from licet.uses.model.counting_model import CountingModel
from licet.uses.model.member_counts import TABLE, changed, changes_of, table_of
from licet.uses.model.model_recipe import ModelRecipe, PinnedRecipe, load_model_recipe
from licet.uses.model.serving_rule import ServingRule
from licet.uses.model.token_runs import MOST_TOKENS, TOKEN_BITS, runs_written

VOCABULARY = BytePairs([(98, 98), (257, 98), (105, 111)])
TEXTS = st.lists(st.text(alphabet="ab hn\x00", max_size=12), max_size=3)


def model_of(
    members: Sequence[Sequence[str]], least: int, order: int = 5, discount: float = 0.9
) -> CountingModel:
    table = table_of([runs_of(texts, order) for texts in members])
    return CountingModel(table[table["members"] >= least], VOCABULARY.size, order, discount)


def runs_of(texts: Sequence[str], order: int = 5) -> np.ndarray:
    return runs_written([VOCABULARY.encode(text) for text in texts], order)


@given(
    st.lists(TEXTS, max_size=4),
    st.text(alphabet="abhn ", max_size=8),
    st.sampled_from([(1, 0.9), (2, 0.9), (2, 1.99)]),
    st.integers(1, 5),
)
@examples(40)
def test_what_may_come_next_sums_to_one_and_is_what_a_text_is_scored_by(
    members: list[list[str]], text: str, served: tuple[int, float], order: int
) -> None:
    model, tokens = model_of(members, served[0], order, served[1]), VOCABULARY.encode(text)
    told = np.exp2(-model.bits([tokens]))
    for place in range(len(tokens) + 1):
        after = model.next_tokens(tokens[:place])
        assert after.sum() == pytest.approx(1) and after.min() > 0
        comes = tokens[place] if place < len(tokens) else START
        assert after[comes] == pytest.approx(told[place], rel=1e-9)


def test_a_text_is_scored_alike_alone_and_among_others() -> None:
    model = model_of([["a ban", "b"], ["a ban han", "b"]], 1)
    texts = [VOCABULARY.encode(text) for text in ("a ban", "", "han")]
    alone = np.concatenate([model.bits([text]) for text in texts])
    assert model.bits(texts).tolist() == alone.tolist() and len(alone) == sum(map(len, texts)) + len(texts)


def test_what_is_not_served_after_a_context_is_left_to_shorter_ones() -> None:
    """Four wrote an a; two of them a b after it, which alone is served: the share of the other two is not the b's."""
    members = [["ab"], ["ab"], ["an"], ["ah"]]
    model, whole = model_of(members, 2, order=2), model_of(members, 1, order=2)
    a, b = VOCABULARY.encode("ab").tolist()
    alone = model.next_tokens(np.array([], np.uint16))
    after = model.next_tokens(np.array([a], np.uint16))
    assert after.sum() == pytest.approx(1)
    unserved = (0.9 + 2) / 4 * alone_after(model)[b]
    assert after[b] == pytest.approx((2 - 0.9) / 4 + unserved)
    assert alone[a] > 0 and whole.look([VOCABULARY.encode("ab")]).unserved.tolist() == [[0] * 3] * 2


def alone_after(model: CountingModel) -> np.ndarray:
    """What comes next by no context at all."""
    return model.following(np.array([], np.uint16)).chains[0]


@given(TEXTS, TEXTS, TEXTS)
@examples(40)
def test_of_whole_counts_nothing_is_unserved(one: list[str], other: list[str], third: list[str]) -> None:
    asked = [VOCABULARY.encode(text) for text in ("ab nab hn", "a ban", "nab", "")]
    assert not model_of([one, other, third], 1).look(asked).unserved.any()


def test_two_tokens_with_digits_are_served_where_enough_members_wrote_them() -> None:
    texts = ["room 47", "room 47", "room 47", "room 5", "room 5"]
    recipe = ModelRecipe(number_members=3).of(VOCABULARY)
    for members, said in ((texts, True), (texts[1:], False)):
        table = table_of([runs_of([text]) for text in members])
        served = ServingRule.of(recipe, VOCABULARY).served(table)["run"].tolist()
        four, seven = VOCABULARY.encode("47").tolist()
        assert ((2 << 60 | four << TOKEN_BITS | seven) in served) is said
        assert {1 << 60 | four, 1 << 60 | seven} <= {*served}, "one by itself tells of nobody"
        assert {*runs_of(["room 5"]).tolist()} <= {*served}, "nor does one among words"
    every = ServingRule.of(ModelRecipe(two_members=False).of(VOCABULARY), VOCABULARY)
    assert every.served(table) is table
    earlier = PinnedRecipe.model_validate(recipe.model_dump(exclude={"number_members"}))
    assert len(ServingRule.of(earlier, VOCABULARY).served(table)) == int((table["members"] >= 2).sum())


def test_what_one_member_wrote_ever_so_often_changes_no_probability() -> None:
    others = [["a ban han", "ban"], ["a ban hab", "han"]]
    asked = [VOCABULARY.encode(text) for text in ("ab nab hn", "a ban", "nab", "")]
    without = model_of(others, 2).bits(asked)
    told = {model_of([*others, ["nnn hhh"] * times], 2).bits(asked).tobytes() for times in (1, 4, 64)}
    assert len(told) == 1, "how often one says something is of no weight"
    canary = runs_of(["nnn hhh"])
    served = table_of([*(runs_of(texts) for texts in others), canary])
    alone = np.setdiff1d(canary, np.concatenate([runs_of(texts) for texts in others]))
    assert len(alone) and not np.isin(served["run"][served["members"] >= 2], alone).any()
    assert without.shape == model_of(others, 1).bits(asked).shape


@given(TEXTS, TEXTS, TEXTS)
@examples(40)
def test_taking_a_member_out_leaves_the_counts_of_the_others(
    one: list[str], other: list[str], third: list[str]
) -> None:
    both = table_of([runs_of(one), runs_of(other)])
    edited = changes_of([(0, runs_of(one), runs_of(third))])
    assert changed(both, edited).tolist() == table_of([runs_of(third), runs_of(other)]).tolist()
    gone = changes_of([(0, runs_of(one), runs_of([]))])
    assert changed(both, gone).tolist() == table_of([runs_of(other)]).tolist()


def test_a_document_begins_where_it_begins_and_knows_nothing_before_it() -> None:
    together = runs_of(["ban", "han"])
    assert together.tolist() == sorted({*runs_of(["ban"]).tolist(), *runs_of(["han"]).tolist()})
    assert runs_of(["\x00"]).tolist() != runs_of([""]).tolist(), "no text is a start"


def test_what_is_not_there_cannot_be_taken_out() -> None:
    with pytest.raises(UseError) as caught:
        changed(np.empty(0, TABLE), changes_of([(0, runs_of(["ban"]), runs_of([]))]))
    assert caught.value.code == "MODL-003"


def test_a_vocabulary_that_runs_cannot_be_made_of_is_refused() -> None:
    wide = BytePairs([(left, right) for left in range(1, 65) for right in range(1, 65)])
    assert wide.size > MOST_TOKENS
    with pytest.raises(UseError) as caught:
        ModelRecipe().of(wide)
    assert caught.value.code == "MODL-002"


@pytest.mark.parametrize(
    "text",
    [
        "order: 6",
        "order: [",
        "discount_percent: 200",
        "discount_percent: 100\ntwo_members: false",
        "- 1",
        "a: 1",
        "\xff",
        "order: " + "9" * 5000,
    ],
)
def test_a_recipe_that_makes_no_sense_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "model.yaml").write_bytes(text.encode("latin-1"))
    with pytest.raises(UseError) as caught:
        load_model_recipe(tmp_path / "model.yaml")
    assert caught.value.code == "MODL-001" and "model.yaml" in str(caught.value)


def test_without_a_recipe_every_setting_has_its_default(tmp_path: Path) -> None:
    assert load_model_recipe(tmp_path / "model.yaml") == ModelRecipe()
    one, other = (ModelRecipe(order=order).of(VOCABULARY) for order in (4, 5))
    assert one.digest != other.digest != ModelRecipe().of(BytePairs(())).digest
