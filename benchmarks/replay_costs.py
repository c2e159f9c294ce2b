"""What forgetting costs in networks of shards and segments, in steps: of one member, and of several at once.

Arithmetic over who lies where and how much they wrote; nothing is trained. Members lie where the product puts them, and
a bucket has as many steps as it makes of its text.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from licet.uses.model.adaptation_recipe import PinnedAdaptation
from licet.uses.model.taught_documents import bucket_of

#: How often those who leave together are drawn.
_DRAWS = 200


class ReplayCosts:
    """Of one way to lay members out. places: by member how many tokens a network is trained on for them, the start of
    each of their documents included."""

    def __init__(
        self, places: Mapping[str, int], secret: bytes, recipe: PinnedAdaptation, context: int
    ) -> None:
        self._segments = recipe.segments
        self.buckets = np.array([bucket_of(secret, who, recipe.buckets) for who in places])
        held = np.bincount(self.buckets, [*places.values()], recipe.buckets)
        windows = -(-held // context)
        steps: npt.NDArray[np.float64] = recipe.passes * -(-windows // recipe.batch)
        self.steps = steps
        by_shard = steps.reshape(recipe.shards, recipe.segments)
        #: By bucket the steps of its shard from there on.
        self._from_here = by_shard[:, ::-1].cumsum(axis=1)[:, ::-1].ravel()

    def of_one(self) -> float:
        """Steps of a replay over all, mean over all members."""
        return float(self._from_here[self.buckets].mean() / self.steps.sum())

    def of_several(self, together: int, seed: int) -> float:
        """The same for so many members who leave at once, drawn again and again: a shard is trained from the first
        bucket of theirs on."""
        chance, found = np.random.default_rng(seed), list[float]()
        for _ in range(_DRAWS):
            left = self.buckets[chance.choice(len(self.buckets), together, replace=False)]
            longest = np.zeros(len(self.steps) // self._segments)
            np.maximum.at(longest, left // self._segments, self._from_here[left])
            found.append(longest.sum() / self.steps.sum())
        return float(np.mean(found))
