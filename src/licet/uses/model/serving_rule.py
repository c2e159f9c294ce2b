"""Which runs are served: by how many members must have written them.

Two, by default, so that what one alone wrote is served at no repetition. Of two tokens with digits more, since short
numbers meet by chance: of a code that one member says, somebody else wrote every two or three digits, and the code made
two of them. A rule about whole numbers in tables: it is the same whoever counts, and in whatever order.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from licet.store import Records
from licet.uses.model.byte_pairs import BytePairs
from licet.uses.model.model_recipe import PinnedRecipe
from licet.uses.model.token_runs import LONGEST_RUN, MOST_TOKENS, TOKEN_BITS, Runs


class ServingRule(NamedTuple):
    """least: for how many members a run is served; of_numbers: one of at least two tokens with a digit.

    has_digit: by token, of as many as a run can hold.
    """

    least: int
    of_numbers: int
    has_digit: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, recipe: PinnedRecipe, vocabulary: BytePairs) -> ServingRule:
        has_digit = np.zeros(MOST_TOKENS, np.bool_)
        has_digit[: vocabulary.size] = vocabulary.has_digit
        return cls(recipe.least_members, recipe.least_of_numbers, has_digit)

    def served(self, table: Records) -> Records:
        """Of a table the rows that are served."""
        if self.least == 1:
            return table
        table = table[table["members"] >= self.least]
        return table[table["members"] >= self._wanted(table["run"])]

    def _wanted(self, runs: Runs) -> npt.NDArray[np.int64]:
        digits = np.zeros(len(runs), np.int64)
        for place in range(LONGEST_RUN):  # beyond a run's tokens stands 0, the start, which has no digit
            token = runs >> np.uint64(place * TOKEN_BITS) & np.uint64(MOST_TOKENS - 1)
            digits += self.has_digit[token.astype(np.int64)]
        return np.where(digits >= 2, self.of_numbers, self.least)
