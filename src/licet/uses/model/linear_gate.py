"""The gate: how far to trust the base, and each length of context of the counts, at one place of a text.

Linear in how often the contexts before the place were seen and in how sure the base is; a softmax makes weights of it,
which sum to one, so what is mixed is a probability again. It looks at nothing that follows. Its numbers are whole
(millionths), stand in the card of the base, and were fitted to public text split into pseudo-members; pointed at
members' counts it learns nothing. A gate with a hidden layer was turned down: it overfits (1.88 to 2.01 bits a byte by
its seed alone, against 1.88 to 1.89).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from licet.terms import UseError

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
_MILLION = 1_000_000
#: What a feature may say at most, in deviations of it on public text: a context seen far more often says no more.
FURTHEST = 3.0


class LinearGate(BaseModel):
    """Numbers of a gate, in millionths.

    middle, spread: of each feature. weights: [choices][features]; the first choice is the base, then the chains of
    counts by contexts of at most one, two … tokens. offset: [choices].
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    middle: tuple[int, ...]
    spread: tuple[int, ...] = Field(description="each above 0")
    weights: tuple[tuple[int, ...], ...]
    offset: tuple[int, ...]

    def shares(self, told: Floats) -> Floats:
        """[places, choices]: how far each choice counts. told: [places, features] of `features`."""
        middle, spread = np.array(self.middle) / _MILLION, np.array(self.spread) / _MILLION
        standing = np.clip((told - middle) / spread, -FURTHEST, FURTHEST)
        power = standing @ (np.array(self.weights) / _MILLION).T + np.array(self.offset) / _MILLION
        raised = np.exp(power - power.max(axis=1, keepdims=True))
        shares: Floats = raised / raised.sum(axis=1, keepdims=True)
        return shares

    @property
    def order(self) -> int:
        """The order of the counts that it weighs."""
        return len(self.offset)

    def require_order(self, order: int) -> None:
        """Raises: UseError MODL-064 where counts of this order are not those it was fitted to weigh."""
        if self.order != order:
            raise UseError(
                "MODL-064",
                f"the gate weighs counts of runs of {self.order} tokens, and these are of {order}",
                fix="make the model with that order, or generate from its counts alone",
            )


class Gates(BaseModel):
    """A gate for each way in which counts are served: the same context says less where every run is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    two_members: LinearGate
    every_run: LinearGate


def features(total: Numbers, distinct: Numbers, surprise: Floats) -> Floats:
    """[places, features] of what stands before each place.

    total, distinct: [order, places], as of `counting_model.Seen`. surprise: the entropy of the base there, in nats.
    """
    total, distinct = total[1:], distinct[1:]
    told: Floats = np.concatenate(
        [
            np.log1p(total),
            np.log1p(distinct),
            np.log1p(total / np.maximum(distinct, 1)),
            total == 0,
            surprise[None],
            surprise[None] ** 2 / 8,
        ]
    ).T
    return told


def choices(chains: Floats, by_base: Floats) -> Floats:
    """[places, choices]: what each choice says of the token that stands there. chains: [order, places]."""
    said: Floats = np.concatenate([by_base[None], chains[1:]]).T
    return said


def in_millionths(numbers: Floats) -> list[int]:
    return [int(number) for number in np.rint(numbers * _MILLION)]
