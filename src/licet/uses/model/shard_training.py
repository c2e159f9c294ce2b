"""Training one segment of a shard: the network before it and the texts of its bucket make the network after it.

Deterministic: AdamW begins anew in each segment, so that a checkpoint is weights and nothing else; windows come in an
order that is drawn by the recipe's seed, which no member decides; weights are kept at 16 bits, and what follows begins
from those. Importing this module needs PyTorch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from licet.uses.model.adaptation_recipe import PinnedAdaptation
from licet.uses.model.base_card import Shape
from licet.uses.model.base_network import Weights, logits, packed, unpacked
from licet.uses.model.base_training import as_stream, deterministic
from licet.uses.model.byte_pairs import START, BytePairs, Tokens

_SEED = 1
#: A place that is not predicted, as `cross_entropy` has it.
NOTHING = -100


class SegmentSize(NamedTuple):
    """tokens: of the texts. steps: that are made on them."""

    tokens: int
    steps: int


def segment_size(
    texts: Sequence[str], shape: Shape, vocabulary: BytePairs, recipe: PinnedAdaptation
) -> SegmentSize:
    """How much there is to be trained on in a bucket."""
    tokens = sum(len(vocabulary.encode(text)) for text in texts)
    windows = -(-(tokens + len(texts)) // shape.context)
    return SegmentSize(tokens, recipe.passes * -(-windows // recipe.batch))


def train_segment(
    before: bytes,
    texts: Sequence[str],
    id_: str,
    shape: Shape,
    vocabulary: BytePairs,
    recipe: PinnedAdaptation,
    threads: int,
) -> bytes:
    """The network of a checkpoint, as `base_network.packed` has it, with the checkpoint's id.

    before: that of the checkpoint before, or of the base. Of no texts it is the same network, under another id.
    """
    weights = {name: weight.float() for name, weight in unpacked(before, shape).items()}
    if texts:
        with deterministic(threads):
            _train(weights, shape, windows_of(as_stream(vocabulary, texts), shape.context), recipe)
    return packed(weights, {"checkpoint": id_})


def _train(weights: Weights, shape: Shape, windows: Tensor, recipe: PinnedAdaptation) -> None:
    trained = [weight.requires_grad_() for weight in weights.values()]
    optimizer = torch.optim.AdamW(
        trained, lr=1.0, betas=(0.9, 0.95), weight_decay=0.1, foreach=False, fused=False
    )
    chance = torch.Generator().manual_seed(_SEED)
    turns = [torch.randperm(len(windows), generator=chance) for _ in range(recipe.passes)]
    batches = [batch for turn in turns for batch in turn.split(recipe.batch)]
    for step, batch in enumerate(batches):
        for group in optimizer.param_groups:
            group["lr"] = rate_of(step, len(batches), recipe)
        rows = windows[batch]
        rows = rows[:, : int((rows != NOTHING).sum(1).max())]
        read = rows[:, :-1].clamp(min=START)
        loss = functional.cross_entropy(
            logits(weights, shape, read).flatten(0, 1), rows[:, 1:].flatten(), ignore_index=NOTHING
        )
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0, foreach=False)
        optimizer.step()


def rate_of(step: int, steps: int, recipe: PinnedAdaptation) -> float:
    """Rising over `warming` steps, and falling as a cosine to a tenth."""
    falling = 0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * step / steps))
    return recipe.rate_millionths / 1e6 * min(1.0, (step + 1) / recipe.warming) * falling


def windows_of(stream: Tokens, context: int) -> Tensor:
    """[windows, context + 1] of a stream, the last filled up with nothing."""
    number = -(-(len(stream) - 1) // context)
    made = np.full((number, context + 1), NOTHING, np.int64)
    for place in range(number):
        part = stream[place * context : place * context + context + 1]
        made[place, : len(part)] = part
    return torch.from_numpy(made)
