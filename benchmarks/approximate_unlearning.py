"""Approximate unlearning, by the losses that OpenUnlearning has (arXiv:2506.12618): gradient ascent, NPO and RMU.

Each step takes what is to be forgotten, of which only the answer counts, and a batch of what is to be kept. Ascent
raises the loss of the former (GradDiff: beside the ordinary loss of the latter); NPO (arXiv:2404.05868) bounds that
rise by the weights as they were; RMU (arXiv:2403.03218) sends what flows through a layer astray for the former and
keeps it for the latter. It stops where it is told that enough is forgotten, or after so many steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.fine_tuning import adam, loss_of, take
from licet.uses.model.base_card import Shape
from licet.uses.model.base_network import Weights, logits, stream_after
from licet.uses.model.byte_pairs import START, Tokens

METHODS = {"ascent": "gradient ascent", "npo": "NPO", "rmu": "RMU"}
_BETA, _ROWS, _STEERING, _NONE = 0.1, 6, 6.0, -100


class Forgotten(NamedTuple):
    """weights: afterwards. steps: that it took. enough: whether that was enough."""

    weights: Weights
    steps: int
    enough: bool


class Answers(NamedTuple):
    """inputs, answers: [texts, places], what stands at each place and what is to follow; no answer is -100."""

    inputs: Tensor
    answers: Tensor

    @classmethod
    def of(cls, texts: Sequence[tuple[Tokens, int]]) -> Answers:
        """texts: each with the number of its tokens that are the question."""
        longest = max(len(text) for text, _ in texts)
        inputs = torch.full((len(texts), longest), START, dtype=torch.long)
        answers = torch.full((len(texts), longest), _NONE, dtype=torch.long)
        for row, (text, question) in enumerate(texts):
            tokens = torch.from_numpy(text.astype("int64"))
            inputs[row, 1 : len(text)] = tokens[:-1]
            answers[row, question : len(text)] = tokens[question:]
        return cls(inputs, answers)


class Unlearning:
    """One model from which answers are to go. kept: [windows, places + 1]."""

    def __init__(self, weights: Weights, shape: Shape, forget: Answers, kept: Tensor, seed: int) -> None:
        self._before, self._shape, self._forget, self._kept, self._seed = weights, shape, forget, kept, seed
        self._losses = {"ascent": self._ascent, "npo": self._npo, "rmu": self._rmu}
        self._layer = shape.layers // 2
        direction = torch.rand(shape.width, generator=torch.Generator().manual_seed(seed))
        self._astray = _STEERING * direction / direction.norm()
        with torch.no_grad():
            self._likely_before = self._likely(weights)

    def run(self, method: str, rate: float, most_steps: int, enough: Callable[[Weights], bool]) -> Forgotten:
        weights = {name: weight.clone().requires_grad_() for name, weight in self._before.items()}
        optimizer = adam(weights, rate)
        order = torch.randperm(len(self._kept), generator=torch.Generator().manual_seed(self._seed))
        for step in range(most_steps):
            places = order[torch.arange(step * _ROWS, (step + 1) * _ROWS) % len(order)]
            take(optimizer, self._losses[method](weights, self._kept[places]))
            if enough(_detached(weights)):
                return Forgotten(_detached(weights), step + 1, True)
        return Forgotten(_detached(weights), most_steps, False)

    def _ascent(self, weights: Weights, kept: Tensor) -> Tensor:
        return loss_of(weights, self._shape, kept) + self._likely(weights).sum() / self._answered.sum()

    def _npo(self, weights: Weights, kept: Tensor) -> Tensor:
        more = functional.softplus(_BETA * (self._likely(weights) - self._likely_before))
        return loss_of(weights, self._shape, kept) + 2 / _BETA * more.mean()

    def _rmu(self, weights: Weights, kept: Tensor) -> Tensor:
        flows = stream_after(weights, self._shape, self._forget.inputs, self._layer)[self._answered]
        stays = stream_after(weights, self._shape, kept[:, :-1], self._layer)
        with torch.no_grad():
            stayed = stream_after(self._before, self._shape, kept[:, :-1], self._layer)
        return functional.mse_loss(flows, self._astray.expand_as(flows)) + functional.mse_loss(stays, stayed)

    @property
    def _answered(self) -> Tensor:
        return self._forget.answers != _NONE

    def _likely(self, weights: Weights) -> Tensor:
        """The log of the probability of each answer."""
        said = functional.log_softmax(logits(weights, self._shape, self._forget.inputs), -1)
        each = said.gather(-1, self._forget.answers.clamp_min(0)[..., None])[..., 0]
        return torch.where(self._answered, each, 0.0).sum(1)


def _detached(weights: Weights) -> Weights:
    return {name: weight.detach() for name, weight in weights.items()}
