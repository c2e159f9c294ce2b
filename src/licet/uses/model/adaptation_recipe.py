"""How the base is adapted to what members wrote: shards and segments, and how each segment is trained.

Part of `model.yaml`, under `adapted`; everything has a default, and no default was chosen by looking at members.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from licet.terms.canonical import canonical_json, digest
from licet.uses.model.base_folder import Base
from licet.uses.model.causal_folder import CausalFolder


class AdaptedSettings(BaseModel):
    """What a person may say of how the base is adapted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shards: int = Field(16, ge=1, le=1024, description="networks; a member is in one")
    segments: int = Field(4, ge=1, le=64, description="checkpoints of each, a bucket before each")
    passes: int = Field(1, ge=1, le=64, description="how often each text is seen")
    batch: int = Field(4, ge=1, le=1024, description="windows a step")
    warming: int = Field(3, ge=1, description="steps of a segment until the rate is highest")
    rate_millionths: int = Field(1000, ge=1, description="the highest rate, in millionths")
    threads: int = Field(1, ge=1, le=1024, description="of the processor; with others, other bytes come out")
    causal: str | None = Field(
        None,
        min_length=1,
        description="the folder of a causal model of your own, adapted in the base's place",
    )
    rank: int = Field(8, ge=1, le=256, description="of the weights beside those of a causal model")

    def over(self, base: Base) -> PinnedAdaptation:
        """The recipe over a base; of threads the environment tells."""
        return self._over(base.card.network_sha256, base.byte_pairs.digest, None)

    def over_causal(self, named: CausalFolder) -> PinnedAdaptation:
        """The same over a causal model."""
        return self._over(named.digest, named.tokens, self.rank)

    def _over(self, base: str, tokens: str, rank: int | None) -> PinnedAdaptation:
        own = self.model_dump(exclude={"threads", "causal", "rank"})
        return PinnedAdaptation(**own, base=base, tokens=tokens, rank=rank)


class PinnedAdaptation(BaseModel):
    """The same over one base, as a manifest has it. base, tokens: digests of its network and of its vocabulary. rank:
    where that is a causal model of the operator's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shards: int
    segments: int
    passes: int
    batch: int
    warming: int
    rate_millionths: int
    base: str
    tokens: str
    rank: int | None = None

    @property
    def buckets(self) -> int:
        return self.shards * self.segments

    @property
    def digest(self) -> str:
        return digest(canonical_json(self.model_dump(mode="json", exclude_defaults=True)))
