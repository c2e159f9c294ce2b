"""Fitting a base to public text: tokens, then the network, then the gates. Nothing here has seen a member.

Deterministic: the text is in the order of its digests, windows in an order drawn by the recipe's seed, one process,
PyTorch's deterministic algorithms, so many threads as the card says.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from licet.terms import UseError
from licet.terms.canonical import digest
from licet.uses.model.base_card import BaseCard, BaseRecipe, environment_here
from licet.uses.model.base_folder import Base
from licet.uses.model.base_network import BaseReader, Weights, fresh_weights, logits, packed, unpacked
from licet.uses.model.byte_pairs import START, BytePairs, Tokens
from licet.uses.model.gate_training import fit_gates
from licet.uses.model.public_text import PublicText, differing, not_installed, read_public_text

Progress = Callable[[str, int, int | None], None]
#: Reasons that are told; of a whole other environment there are hundreds.
_FEW = 5


def fit_base(text: PublicText, recipe: BaseRecipe, threads: int, progress: Progress) -> Base:
    """A base of public text. Raises: UseError MODL-069 where there is too little."""
    parts = divide(text.texts, recipe.gate_bytes)
    progress("fitting the tokens", 0, None)
    byte_pairs = BytePairs.fit(parts.base, recipe.shape.tokens)
    stream = as_stream(byte_pairs, parts.base)
    if byte_pairs.size < recipe.shape.tokens or len(stream) <= recipe.shape.context:
        raise UseError(
            "MODL-069", "there is too little public text here to fit a base to", fix="install more packages"
        )
    with deterministic(threads):
        network = packed(fit_network(stream, recipe, progress))
        progress("fitting the gates", 0, None)
        base = BaseReader(recipe.shape, unpacked(network, recipe.shape))
        gates = fit_gates(base, [byte_pairs.encode(text) for text in parts.gate], recipe.seed)
    card = BaseCard(
        recipe=recipe,
        environment=environment_here(threads),
        sources=text.sources,
        tokens_sha256=byte_pairs.digest,
        network_sha256=digest(network),
        gates=gates,
    )
    return Base(card, byte_pairs, network)


def replay_base(card: BaseCard, progress: Progress) -> Base:
    """The base of a card once more, from the same text: the same bytes, or a reason.

    Raises: UseError MODL-067 where text or environment are not the same here, MODL-068 where another base comes out.
    """
    differs = environment_here(card.environment.threads).differs(card.environment) or not_installed(
        card.sources
    )
    if not differs:
        text = read_public_text(progress, {source.name for source in card.sources})
        differs = differing(card.sources, text.sources)
    if differs:
        raise UseError(
            "MODL-067",
            f"this base cannot be fitted once more here: {'; '.join(differs[:_FEW])}"
            f"{' and more' * (len(differs) > _FEW)}",
            fix="install what its card names, on a machine of that kind; or fit one of your own",
        )
    again = fit_base(text, card.recipe, card.environment.threads, progress)
    if again.card != card:
        raise UseError(
            "MODL-068",
            f"from the same text another base came out: {again.card.digest}, not {card.digest}",
            fix="do not use the base: its card does not say what it was fitted to",
        )
    return again


class Divided(NamedTuple):
    """Public text in two: what tokens and network are fitted on, and what only the gates are."""

    base: list[str]
    gate: list[str]


def divide(texts: Sequence[str], gate_bytes: int) -> Divided:
    """The first texts for the gate until they have `gate_bytes` of UTF-8; the order is that of digests."""
    room = gate_bytes
    for place, text in enumerate(texts):
        if room <= 0:
            return Divided(list(texts[place:]), list(texts[:place]))
        room -= len(text.encode())
    return Divided([], list(texts))


@contextmanager
def deterministic(threads: int) -> Iterator[None]:
    """PyTorch as it always gives the same, with so many threads; as it was, afterwards."""
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.set_num_threads(before[0])
        torch.use_deterministic_algorithms(before[1])


def as_stream(byte_pairs: BytePairs, texts: Sequence[str]) -> Tokens:
    """All texts as one run of tokens, each begun by a start."""
    parts: list[Tokens] = []
    start = np.array([START], np.uint16)
    for text in texts:
        parts += [start, byte_pairs.encode(text)]
    return np.concatenate([*parts, start])


def fit_network(stream: Tokens, recipe: BaseRecipe, progress: Progress) -> Weights:
    """The network after all steps; AdamW, the rate rising over `warming` steps and falling as a cosine to a tenth."""
    windows = (len(stream) - 1) // recipe.shape.context
    order = np.random.default_rng(recipe.seed).permutation(windows)
    tokens = torch.from_numpy(stream.astype(np.int64))
    weights = fresh_weights(recipe.shape, recipe.seed)
    trained = [weight.requires_grad_() for weight in weights.values()]
    optimizer = torch.optim.AdamW(
        trained, lr=1.0, betas=(0.9, 0.95), weight_decay=0.1, foreach=False, fused=False
    )
    for step in range(recipe.steps):
        progress("fitting the base", step, recipe.steps)
        for group in optimizer.param_groups:
            group["lr"] = _rate(step, recipe)
        batch = _batch(tokens, order, step, recipe)
        loss = functional.cross_entropy(
            logits(weights, recipe.shape, batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten()
        )
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0, foreach=False)
        optimizer.step()
    return {name: weight.detach() for name, weight in weights.items()}


def _rate(step: int, recipe: BaseRecipe) -> float:
    falling = 0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * step / recipe.steps))
    return recipe.rate_millionths / 1e6 * min(1.0, (step + 1) / recipe.warming) * falling


def _batch(tokens: Tensor, order: np.ndarray, step: int, recipe: BaseRecipe) -> Tensor:
    """[batch, context + 1] of the windows whose turn it is; when all have been seen, from the first again."""
    context = recipe.shape.context
    turns = np.arange(step * recipe.batch, (step + 1) * recipe.batch) % len(order)
    return torch.stack([tokens[place * context : place * context + context + 1] for place in order[turns]])
