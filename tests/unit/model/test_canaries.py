"""Exposure, its exact test, and the attack: each says much where much is known and nothing where nothing is."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from licet.uses.model.base_folder import shipped_base
from licet.uses.model.byte_pairs import Tokens
from licet.uses.model.canaries import CANDIDATES, REPEATS, chance_of, exposure_of, make_canaries, ranks_by
from licet.uses.model.membership_inference import Shadows, attack, make_shadows
from licet.uses.model.model_recipe import ModelRecipe


def test_each_canary_is_of_a_member_of_its_own_and_candidates_differ_in_the_code_alone() -> None:
    made = make_canaries(3, 5)
    assert len({one.member for one in made}) == len({one.text for one in made}) == 3 * len(REPEATS)
    assert made == make_canaries(3, 5) != make_canaries(3, 6)
    for one in made:
        assert len({*one.candidates}) == CANDIDATES
        assert len({text.rpartition(" is ")[0] for text in one.candidates}) == 1


def test_the_first_of_all_has_ten_bits_and_the_last_none() -> None:
    assert exposure_of(0.0) == 10 and exposure_of((CANDIDATES - 0.5) / CANDIDATES) == 0
    assert exposure_of(0.5 - 0.5 / CANDIDATES) == 1


def test_a_rank_is_of_what_the_model_makes_of_the_text_and_ties_are_broken_evenly() -> None:
    vocabulary, (canary, *_) = shipped_base().byte_pairs, make_canaries(1, 2)
    own = vocabulary.encode(canary.text).tolist()

    def knows(documents: list[Tokens]) -> np.ndarray:
        bits = [[0.5 if one.tolist() == own else 1.0] * len(one) + [0.0] for one in documents]
        return np.concatenate([np.array(each) for each in bits])

    def nothing(documents: list[Tokens]) -> np.ndarray:
        return np.zeros(sum(len(one) + 1 for one in documents))

    assert ranks_by(knows, vocabulary, [canary], 0)[0] < 1 / CANDIDATES  # type: ignore[arg-type]
    ranks = ranks_by(nothing, vocabulary, [canary] * 40, 0)  # type: ignore[arg-type]
    assert 0.3 < np.mean(ranks) < 0.7 and chance_of(ranks) > 0.01


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_chance_is_exact(count: int) -> None:
    """Of all ranks on a fine grid the share that is no likelier than these is never above what is said of these."""
    steps = {1: 400, 2: 60, 3: 24}[count]
    grid = (np.arange(steps) + 0.5) / steps
    chances = np.array([chance_of(each) for each in itertools.product(grid, repeat=count)])
    for level in (0.05, 0.2, 0.5):
        assert (chances <= level).mean() <= level + 2 / steps
    assert chance_of([0.001] * 8) < 1e-6 and chance_of([0.999] * 8) < 1e-6
    assert chance_of((np.arange(50) + 0.5) / 50) == 1


def test_an_attack_finds_what_is_there_and_guesses_where_nothing_is() -> None:
    chance = np.random.default_rng(0)
    inside, outside = chance.normal(3, 1, 200), chance.normal(0, 1, 200)
    told = attack(inside, outside, 0)
    assert told.lowest < told.area < told.highest and told.area > 0.95 and told.found > 0.5
    guess = attack(outside[:100], outside[100:], 0)
    assert guess.lowest < 0.5 < guess.highest
    assert attack(np.ones(20), np.ones(20), 0).area == 0.5


def test_somebody_is_scored_by_which_shadows_are_like_the_model() -> None:
    shadows = Shadows(np.array([1.0, 1.0]), np.array([2.0, 2.0]), 0.1)
    assert shadows.scores(np.array([1.0, 2.0])).tolist() == pytest.approx([50, -50])
    vocabulary = shipped_base().byte_pairs
    people = {
        str(number): [vocabulary.encode(f"{number} counts {number} sheep")] for number in range(100, 112)
    }
    recipe = ModelRecipe(two_members=False).of(vocabulary)
    made = make_shadows(people, recipe, vocabulary, 8, 0)
    assert (made.inside < made.outside).all(), "what is in it takes fewer bits"
