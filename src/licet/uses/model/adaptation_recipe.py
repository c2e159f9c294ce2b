"""How the base is adapted to what members wrote: shards and segments, and how each segment is trained.

Part of `model.yaml`, under `adapted`; everything has a default, and no default was chosen by looking at members.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from licet.terms.canonical import canonical_json, digest
from licet.uses.model.base_folder import Base


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

    def over(self, base: Base) -> PinnedAdaptation:
        """The recipe over a base; of threads the environment tells."""
        return PinnedAdaptation(
            **self.model_dump(exclude={"threads"}),
            base=base.card.network_sha256,
            tokens=base.byte_pairs.digest,
        )


class PinnedAdaptation(BaseModel):
    """The same over one base, as a manifest has it. base, tokens: digests of its network and of its vocabulary."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shards: int
    segments: int
    passes: int
    batch: int
    warming: int
    rate_millionths: int
    base: str
    tokens: str

    @property
    def buckets(self) -> int:
        return self.shards * self.segments

    @property
    def digest(self) -> str:
        return digest(canonical_json(self.model_dump(mode="json")))
