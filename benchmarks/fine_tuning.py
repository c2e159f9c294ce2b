"""The peer that cannot forget: the shipped base trained further on everybody's text, and what it makes of texts.

One set of weights, AdamW, a rate that rises over ten steps and falls as a cosine to a tenth; documents in a row, each
begun by a start, in windows of the context. PyTorch on one thread, deterministic.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.measure import Tell
from licet.uses.model.base_card import Shape
from licet.uses.model.base_network import Weights, logits
from licet.uses.model.byte_pairs import START, Tokens

BATCH, RATE, _WARMING = 16, 1e-3, 10


def windows_of(documents: Sequence[Tokens], context: int) -> Tensor:
    """[windows, context + 1] of documents one after another; what fills no window is left out."""
    start = np.array([START], np.uint16)
    parts = [part for document in documents for part in (start, document)]
    stream = torch.from_numpy(np.concatenate([*parts, start]).astype(np.int64))
    return stream[: (len(stream) - 1) // context * context + 1].unfold(0, context + 1, context)


def trained(
    weights: Weights,
    shape: Shape,
    windows: Tensor,
    steps: int,
    rate: float,
    seed: int,
    tell: Tell,
    stage: str,
) -> Weights:
    """The weights after so many steps over windows in an order drawn by the seed, pass after pass."""
    made = {name: weight.detach().float().clone().requires_grad_() for name, weight in weights.items()}
    optimizer = adam(made, rate)
    chance, order = np.random.default_rng(seed), np.empty(0, np.int64)
    for step in range(steps):
        tell(stage, step, steps)
        while len(order) < BATCH:
            order = np.concatenate([order, chance.permutation(len(windows))])
        batch, order = windows[torch.from_numpy(order[:BATCH])], order[BATCH:]
        falling = 0.1 + 0.45 * (1 + math.cos(math.pi * step / steps))
        take(optimizer, loss_of(made, shape, batch), rate * min(1.0, (step + 1) / _WARMING) * falling)
    return {name: weight.detach() for name, weight in made.items()}


def adam(weights: Weights, rate: float) -> torch.optim.Optimizer:
    return torch.optim.AdamW(
        [*weights.values()], lr=rate, betas=(0.9, 0.95), weight_decay=0.0, foreach=False, fused=False
    )


def take(optimizer: torch.optim.Optimizer, loss: Tensor, rate: float | None = None) -> None:
    """One step. rate: another than it had."""
    for group in optimizer.param_groups if rate is not None else ():
        group["lr"] = rate
    optimizer.zero_grad()
    loss.backward()
    parameters = [each for group in optimizer.param_groups for each in group["params"]]
    torch.nn.utils.clip_grad_norm_(parameters, 1.0, foreach=False)
    optimizer.step()


def loss_of(weights: Weights, shape: Shape, batch: Tensor) -> Tensor:
    """The mean over tokens, in nats. batch: [rows, places]."""
    said = logits(weights, shape, batch[:, :-1])
    return functional.cross_entropy(said.flatten(0, 1), batch[:, 1:].flatten())


def rounded(weights: Weights) -> Weights:
    """Every tensor of two dimensions at 4 bits: whole numbers from -7 to 7 times a scale for each row."""
    made = {}
    for name, weight in weights.items():
        if weight.dim() < 2:
            made[name] = weight
            continue
        scale = weight.abs().amax(1, keepdim=True).clamp_min(1e-12) / 7
        made[name] = (weight / scale).round() * scale
    return made
