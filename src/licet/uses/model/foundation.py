"""What is adapted: a base, or a causal model of the operator's; each with what trains it and how it is known.

Who asks for its digests alone opens no network. What trains is read when it is first needed.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from licet.uses.model.adaptation_recipe import AdaptedSettings, PinnedAdaptation
from licet.uses.model.base_card import require_torch
from licet.uses.model.base_folder import Base
from licet.uses.model.causal_folder import read_causal_folder, require_peft

if TYPE_CHECKING:
    from licet.uses.model.causal_model import CausalModel
    from licet.uses.model.shard_training import SegmentSize


class Foundation(Protocol):
    """recipe: how it is adapted, pinned to it. start: the network before any training."""

    @property
    def recipe(self) -> PinnedAdaptation: ...

    @property
    def start(self) -> bytes: ...

    def require(self) -> None:
        """Raises: UseError MODL-060, MODL-124 where what trains it is not installed."""
        ...

    def libraries(self) -> tuple[str, ...]:
        """What the bytes hang on beside PyTorch, each with its version."""
        ...

    def size(self, texts: Sequence[str]) -> SegmentSize: ...

    def train(self, before: bytes, texts: Sequence[str], id_: str, threads: int) -> bytes:
        """As `shard_training.train_segment`."""
        ...


class BaseFoundation:
    """The base of a workspace."""

    def __init__(self, base: Base, settings: AdaptedSettings) -> None:
        self.base, self.recipe, self.start = base, settings.over(base), base.network

    def require(self) -> None:
        require_torch()

    def libraries(self) -> tuple[str, ...]:
        return ()

    def size(self, texts: Sequence[str]) -> SegmentSize:
        from licet.uses.model.shard_training import segment_size

        return segment_size(texts, self.base.card.recipe.shape, self.base.byte_pairs, self.recipe)

    def train(self, before: bytes, texts: Sequence[str], id_: str, threads: int) -> bytes:
        from licet.uses.model.shard_training import train_segment

        shape, byte_pairs = self.base.card.recipe.shape, self.base.byte_pairs
        return train_segment(before, texts, id_, shape, byte_pairs, self.recipe, threads)


class CausalFoundation:
    """A causal model in a folder. Raises: UseError MODL-122."""

    def __init__(self, folder: Path, settings: AdaptedSettings) -> None:
        self._folder = read_causal_folder(folder)
        self._rank = settings.rank
        self.recipe = settings.over_causal(self._folder)

    @functools.cached_property
    def model(self) -> CausalModel:
        """Raises: UseError MODL-122, MODL-124."""
        require_peft()
        from licet.uses.model.causal_model import CausalModel

        return CausalModel(self._folder, self._rank)

    @property
    def start(self) -> bytes:
        return self.model.start

    def require(self) -> None:
        require_peft()

    def libraries(self) -> tuple[str, ...]:
        from licet.uses.model.causal_model import causal_libraries

        return causal_libraries()

    def size(self, texts: Sequence[str]) -> SegmentSize:
        return self.model.segment_size(texts, self.recipe)

    def train(self, before: bytes, texts: Sequence[str], id_: str, threads: int) -> bytes:
        return self.model.train_segment(before, texts, id_, self.recipe, threads)
