"""Membership inference: whether what a model makes of somebody's words tells that they were among its members.

LiRA (Carlini et al., arXiv:2112.03570): shadows, models of the same recipe over random halves of the same people, say
how many bits a token of each takes where they are in it and where they are not; somebody is scored by which of the two
the model's own bits are likelier of, a normal each. Counts are sums, so a shadow is a sum, and costs no training. Told
is the area under the curve with an interval, 0.5 being a guess, and how many of those inside are found where a
hundredth of those outside are taken for members.

Min-K% (Shi et al., arXiv:2310.16789) needs no shadows, so it is tried of networks too, whose shadows would each be a
training: who was in it is told by their least expected tokens being less unexpected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from licet.uses.model.byte_pairs import BytePairs, Tokens
from licet.uses.model.canaries import Bits
from licet.uses.model.counting_model import CountingModel
from licet.uses.model.member_counts import table_of
from licet.uses.model.model_recipe import PinnedRecipe
from licet.uses.model.serving_rule import ServingRule
from licet.uses.model.token_runs import Runs, runs_written

Floats = npt.NDArray[np.float64]
_DRAWS, _SPREAD_LEAST = 1000, 1e-6
#: The share of a document's tokens that Min-K% looks at, as its authors found it best.
_LEAST_EXPECTED = 0.2


class Attack(NamedTuple):
    """area: under the curve; lowest, highest: its interval of 95 %, by drawing people anew. found: the share of those
    inside that are told from all but a hundredth of those outside. inside, outside: how many."""

    area: float
    lowest: float
    highest: float
    found: float
    inside: int
    outside: int


class Shadows(NamedTuple):
    """inside, outside: of each person the mean bits a token over shadows with and without them. spread: about those."""

    inside: Floats
    outside: Floats
    spread: float

    def scores(self, bits: Floats) -> Floats:
        """How much likelier the bits of each person are were they a member, in nats."""
        found: Floats = ((bits - self.outside) ** 2 - (bits - self.inside) ** 2) / (2 * self.spread**2)
        return found


def bits_a_token(bits: Bits, people: Sequence[Sequence[Tokens]]) -> Floats:
    """Of all that each person wrote, the ends of documents among the tokens."""
    found = np.empty(len(people))
    for place, own in enumerate(people):
        found[place] = bits(own).mean()
    return found


def min_k_scores(bits: Bits, people: Sequence[Sequence[Tokens]]) -> Floats:
    """Of each person how little their documents' least expected tokens take: the mean over documents of minus the bits
    of that fifth of its tokens, its end among them, that takes most. Nobody may have written nothing.
    """
    found = np.empty(len(people))
    for place, own in enumerate(people):
        ends = np.cumsum([len(document) + 1 for document in own])[:-1]
        worst = [
            np.sort(each)[-max(1, round(len(each) * _LEAST_EXPECTED)) :].mean()
            for each in np.split(bits(own), ends)
        ]
        found[place] = -np.mean(worst)
    return found


def make_shadows(
    people: Mapping[str, Sequence[Tokens]],
    recipe: PinnedRecipe,
    vocabulary: BytePairs,
    shadows: int,
    seed: int,
) -> Shadows:
    """Each person is in half of the shadows, so there are two at least, an even number."""
    chance = np.random.default_rng(seed)
    written: list[Runs] = [runs_written(own, recipe.order) for own in people.values()]
    halves = np.argsort(chance.random((shadows // 2, len(written))), axis=1) < len(written) // 2
    is_in = np.concatenate([halves, ~halves])
    bits, rule = np.empty(is_in.shape), ServingRule.of(recipe, vocabulary)
    for place, members in enumerate(is_in):
        table = table_of([written[number] for number in np.flatnonzero(members)])
        model = CountingModel(
            rule.served(table), vocabulary.size, recipe.order, recipe.discount_percent / 100
        )
        bits[place] = bits_a_token(model.bits, [*people.values()])
    inside = np.where(is_in, bits, 0).sum(axis=0) / is_in.sum(axis=0)
    outside = np.where(is_in, 0, bits).sum(axis=0) / (~is_in).sum(axis=0)
    about = bits - np.where(is_in, inside, outside)
    return Shadows(inside, outside, max(float(np.sqrt((about**2).mean())), _SPREAD_LEAST))


def attack(inside: Floats, outside: Floats, seed: int) -> Attack:
    """How well scores tell members from others. Neither may be empty."""
    chance = np.random.default_rng(seed)
    drawn = [
        _area(chance.choice(inside, len(inside)), chance.choice(outside, len(outside))) for _ in range(_DRAWS)
    ]
    lowest, highest = np.quantile(drawn, [0.025, 0.975])
    limit = np.sort(outside)[-1 - len(outside) // 100]
    found = float((inside > limit).mean())
    return Attack(_area(inside, outside), float(lowest), float(highest), found, len(inside), len(outside))


def _area(inside: Floats, outside: Floats) -> float:
    """The chance that somebody inside has the higher score than somebody outside; ties count for half."""
    ordered = np.sort(outside)
    below = np.searchsorted(ordered, inside, "left") + np.searchsorted(ordered, inside, "right")
    return float(below.mean() / (2 * len(ordered)))
