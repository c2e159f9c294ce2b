"""How counts are made and walked: few numbers, from a fixed grid, so that what they tell of anybody is bounded.

Whole hundredths: the recipe stands in manifests and ledgers, which hold no floats. One that was tuned was chosen with
the members of then, so it carries them, by `BITS` bits at most; see docs/recommend.md.
"""

from __future__ import annotations

from itertools import product

from pydantic import BaseModel, ConfigDict, Field

from licet.terms.canonical import canonical_json, digest

#: Of a member's interactions the newest so many count.
NEWEST = 200
#: What one member with one interaction adds to a count.
UNIT = 1 << 20


class WalkRecipe(BaseModel):
    """version:        of what these numbers mean.
    alpha_percent:     a member with d interactions adds round(2²⁰ / d^alpha) to each pair of theirs.
    origin_percent:    the exponent a: a step leaves an item with its popularity to the power -a.
    target_percent:    the exponent b: it arrives at one with its popularity to the power -b.
    hops:              the weights of one, two and three steps.
    neighbours:        of each item so many are kept, those of the largest counts.
    frontier:          a further step starts from so many items, those of the largest scores.
    min_support:       a pair counts as neighbours when so many members have both.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(1, ge=1, le=1)
    alpha_percent: int = Field(50, ge=0, le=100)
    origin_percent: int = Field(70, ge=0, le=100)
    target_percent: int = Field(30, ge=0, le=100)
    hops: tuple[int, int, int] = (1, 0, 0)
    neighbours: int = Field(300, ge=1, le=1_000)
    frontier: int = Field(200, ge=1, le=1_000)
    min_support: int = Field(1, ge=1, le=1_000)

    @property
    def digest(self) -> str:
        return digest(canonical_json(self.model_dump(mode="json")))

    @property
    def weights(self) -> tuple[int, ...]:
        """What a member with so many interactions adds to a pair of theirs; of none, and of up to `NEWEST`."""
        return (0, *(round(UNIT / have ** (self.alpha_percent / 100)) for have in range(1, NEWEST + 1)))


#: What tuning chooses from. Both kinds of data seen in earlier trials have their best in it: sparse ones far, with a
#: member's weight shared among what they did; dense ones near, and against the popular.
GRID: tuple[WalkRecipe, ...] = tuple(
    WalkRecipe(alpha_percent=alpha, origin_percent=origin, target_percent=30, hops=hops)
    for alpha, origin, hops in product(
        (50, 100), (30, 50, 70, 100), ((1, 0, 0), (0, 1, 1), (1, 1, 1), (1, 3, 0))
    )
)
#: As much as the choice of one of them can tell.
BITS = 5
