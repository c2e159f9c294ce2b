"""The base: a small causal transformer (GPT-2's shape, arXiv:1706.03762) as functions over named tensors.

Pre-norm blocks without biases, the embedding tied to the output, 1.08 million weights at the sizes that ship. No
state and no chance lives here: the same tensors and tokens have the same logits on the same machine and threads.
Importing this module needs PyTorch; `require_torch` of `base_card` says how to install it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor
from torch.nn import functional

from licet.terms import UseError
from licet.uses.model.base_card import Shape
from licet.uses.model.byte_pairs import START, Tokens

Weights: TypeAlias = dict[str, Tensor]
#: Windows that are read at once.
_TOGETHER = 24


def fresh_weights(shape: Shape, seed: int) -> Weights:
    """Tensors before any training: normal of deviation 0.02, what writes to the stream smaller by its depth."""
    chance = torch.Generator().manual_seed(seed)
    weights: Weights = {}
    for name, size in weight_sizes(shape).items():
        if name.endswith("norm"):
            weights[name] = torch.ones(size)
        else:
            deviation = 0.02 / (math.sqrt(2 * shape.layers) if name.endswith(("out", "down")) else 1)
            weights[name] = torch.randn(size, generator=chance) * deviation
    return weights


def weight_sizes(shape: Shape) -> dict[str, tuple[int, ...]]:
    """The tensors of a base, in the order they are drawn."""
    width = shape.width
    sizes: dict[str, tuple[int, ...]] = {"tokens": (shape.tokens, width), "places": (shape.context, width)}
    for layer in range(shape.layers):
        sizes |= {
            f"{layer}.attention.norm": (width,),
            f"{layer}.attention.in": (3 * width, width),
            f"{layer}.attention.out": (width, width),
            f"{layer}.feed.norm": (width,),
            f"{layer}.feed.up": (4 * width, width),
            f"{layer}.feed.down": (width, 4 * width),
        }
    return sizes | {"norm": (width,)}


def logits(weights: Mapping[str, Tensor], shape: Shape, tokens: Tensor) -> Tensor:
    """[batch, places, vocabulary] of what follows each place. tokens: [batch, places], at most `shape.context`."""
    stream = stream_after(weights, shape, tokens, shape.layers)
    return _normed(stream, weights["norm"]) @ weights["tokens"].t()


def stream_after(weights: Mapping[str, Tensor], shape: Shape, tokens: Tensor, layers: int) -> Tensor:
    """[batch, places, width] of what flows on after so many layers. tokens: as of `logits`."""
    batch, places = tokens.shape
    stream = functional.embedding(tokens, weights["tokens"]) + weights["places"][:places]
    for layer in range(layers):
        name = f"{layer}.attention"
        parts = _normed(stream, weights[f"{name}.norm"]) @ weights[f"{name}.in"].t()
        parts = parts.view(batch, places, 3, shape.heads, -1).permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], is_causal=True)
        stream = stream + seen.transpose(1, 2).reshape(batch, places, -1) @ weights[f"{name}.out"].t()
        name = f"{layer}.feed"
        raised = functional.gelu(_normed(stream, weights[f"{name}.norm"]) @ weights[f"{name}.up"].t())
        stream = stream + raised @ weights[f"{name}.down"].t()
    return stream


def _normed(stream: Tensor, scale: Tensor) -> Tensor:
    return functional.layer_norm(stream, scale.shape, scale)


class ByBase(NamedTuple):
    """What the base says of each token of documents and of the end of each, one document after another.

    logs: of its probability, natural. surprise: the entropy of all that could stand there, in nats.
    """

    logs: npt.NDArray[np.float64]
    surprise: npt.NDArray[np.float64]


class BaseReader:
    """A base that reads, or several networks of one shape, whose probabilities are averaged: trained no further."""

    def __init__(self, shape: Shape, *networks: Mapping[str, Tensor]) -> None:
        self.shape = shape
        self._networks = [
            {name: weight.detach().float() for name, weight in weights.items()} for weights in networks
        ]

    def read(self, documents: Sequence[Tokens]) -> ByBase:
        """Every document by itself, in windows of the context, so that none says anything of another."""
        context = self.shape.context
        windows: list[npt.NDArray[np.int64]] = []
        for document in documents:
            marked = np.concatenate([[START], document, [START]]).astype(np.int64)
            windows += [marked[first : first + context + 1] for first in range(0, len(marked) - 1, context)]
        logs, surprise = [np.empty(0)] * len(windows), [np.empty(0)] * len(windows)
        by_length = sorted(range(len(windows)), key=lambda place: (len(windows[place]), place))
        for first in range(0, len(by_length), _TOGETHER):
            places = by_length[first : first + _TOGETHER]
            batch = torch.zeros(len(places), len(windows[places[-1]]), dtype=torch.long)
            for row, place in enumerate(places):
                batch[row, : len(windows[place])] = torch.from_numpy(windows[place])
            said, entropy = self._said(batch)
            for row, place in enumerate(places):
                size = len(windows[place]) - 1
                logs[place], surprise[place] = said[row, :size], entropy[row, :size]
        empty = [np.empty(0)]
        return ByBase(np.concatenate(empty + logs), np.concatenate(empty + surprise))

    def next_tokens(self, before: Tokens) -> npt.NDArray[np.float64]:
        """The logs of the probabilities of every token after those of a document so far, by the windows of `read`."""
        marked = np.concatenate([[START], before]).astype(np.int64)
        marked = marked[(len(marked) - 1) // self.shape.context * self.shape.context :]
        with torch.no_grad():
            scores = (
                logits(weights, self.shape, torch.from_numpy(marked)[None])[0, -1].double()
                for weights in self._networks
            )
            said: npt.NDArray[np.float64] = self._averaged(scores).numpy()
        return said

    def _said(self, batch: Tensor) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        with torch.no_grad():
            logs = self._averaged(logits(weights, self.shape, batch[:, :-1]) for weights in self._networks)
            entropy = -logs.exp().mul_(logs).sum(-1)
            said = logs.gather(-1, batch[:, 1:, None])[..., 0]
        return said.double().numpy(), entropy.double().numpy()

    def _averaged(self, scores: Iterable[Tensor]) -> Tensor:
        """Logs of the mean of what the networks hold probable. scores: of each, one after another."""
        each = (functional.log_softmax(one, -1) for one in scores)
        summed = next(each)
        for logs in each:
            summed = torch.logaddexp(summed, logs)
        return summed if len(self._networks) == 1 else summed - math.log(len(self._networks))


def packed(weights: Mapping[str, Tensor], said: Mapping[str, str] | None = None) -> bytes:
    """Safetensors of weights at 16 bits: what a base is from then on. said: one text beside them, by its name; of more
    the order would be left to chance."""
    tensors = {name: weight.detach().half().contiguous() for name, weight in weights.items()}
    data: bytes = save(tensors, None if said is None else dict(said))
    return data


def unpacked(data: bytes, shape: Shape) -> Weights:
    """The weights that `packed` wrote. Raises: UseError MODL-062 where they are not those of the shape."""
    try:
        weights: Weights = load(data)
    except SafetensorError:
        weights = {}
    sizes = weight_sizes(shape)
    if weights.keys() != sizes.keys() or any(
        weight.shape != sizes[name] or weight.dtype != torch.float16 for name, weight in weights.items()
    ):
        raise UseError(
            "MODL-062",
            "the network of the base has not the tensors that its card says",
            fix="fit one anew: licet model base FOLDER",
        )
    # Safetensors gives them in any order, and the norm of all is summed in the order they are in.
    return {name: weights[name] for name in sizes}
