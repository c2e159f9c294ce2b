"""Fitting the gates to public text that stands in for members: neither base nor tokens were fitted to that text.

Its documents are dealt to pseudo-members, many with one and few with many, as in a network (a Chinese restaurant); a
tenth of them are held out, the others are counted as members are, and a gate learns to predict those held out from the
counts of the rest, until it gains nothing more: one under the two-member rule and one without it. No member decides
anything here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from licet.uses.model.base_network import BaseReader
from licet.uses.model.byte_pairs import Tokens
from licet.uses.model.counting_model import CountingModel, Floats
from licet.uses.model.linear_gate import FURTHEST, Gates, LinearGate, choices, features, in_millionths
from licet.uses.model.member_counts import table_of
from licet.uses.model.token_runs import LONGEST_RUN, runs_written

#: Of every so many pseudo-members one is held out.
_HELD_OUT = 10
#: The chance of one more pseudo-member at the n-th document is NEW / (NEW + n).
_NEW = 700
_DISCOUNT = 0.9
_ROUNDS, _BATCH, _RATE = 20, 4096, 1e-2


class _Places(NamedTuple):
    """told: [places, features]. said: [places, choices]."""

    told: Floats
    said: Floats


def fit_gates(base: BaseReader, documents: Sequence[Tokens], seed: int) -> Gates:
    """The gates over documents of public text, as `byte_pairs` has them."""
    dealt = deal(len(documents), seed)
    held_out = [document for document, who in zip(documents, dealt, strict=True) if who % _HELD_OUT == 0]
    others: dict[int, list[Tokens]] = {}
    for document, who in zip(documents, dealt, strict=True):
        if who % _HELD_OUT:
            others.setdefault(int(who), []).append(document)
    table = table_of([runs_written(own, LONGEST_RUN) for own in others.values()])
    by_base = base.read(held_out)
    gates = []
    for least in (2, 1):
        served = table[table["members"] >= least]
        counts = CountingModel(served, base.shape.tokens, LONGEST_RUN, _DISCOUNT, is_whole=True)
        seen = counts.look(held_out)
        said = choices(counts.chains(seen), np.exp(by_base.logs))
        gates.append(_fitted(_Places(features(seen.total, seen.distinct, by_base.surprise), said), seed))
    return Gates(two_members=gates[0], every_run=gates[1])


def deal(documents: int, seed: int) -> np.ndarray:
    """Whose each document is: a pseudo-member's number; one more, or whoever has another, by chance."""
    chance = np.random.default_rng(seed)
    whose = np.zeros(documents, np.int64)
    people = 0
    for place in range(documents):
        if chance.random() * (_NEW + place) < _NEW:
            whose[place], people = people, people + 1
        else:
            whose[place] = whose[chance.integers(place)]
    return whose


def _fitted(places: _Places, seed: int) -> LinearGate:
    """The weights that make the held-out text likeliest, by Adam from nothing; the same for the same places."""
    middle, spread = places.told.mean(axis=0), places.told.std(axis=0) + 0.3
    told = torch.from_numpy(np.clip((places.told - middle) / spread, -FURTHEST, FURTHEST)).float()
    said = torch.from_numpy(places.said).float()
    weights = torch.zeros(said.shape[1], told.shape[1], requires_grad=True)
    offset = torch.zeros(said.shape[1], requires_grad=True)
    optimizer = torch.optim.Adam([weights, offset], _RATE, weight_decay=1e-3, foreach=False, fused=False)
    chance = torch.Generator().manual_seed(seed)
    for _ in range(_ROUNDS):
        order = torch.randperm(len(told), generator=chance)
        for batch in order.split(_BATCH):
            shares = torch.softmax(told[batch] @ weights.t() + offset, -1)
            loss: Tensor = -torch.log((shares * said[batch]).sum(-1) + 1e-9).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    by_choice = weights.detach().double().numpy()
    return LinearGate(
        middle=tuple(in_millionths(middle)),
        spread=tuple(in_millionths(spread)),
        weights=tuple(tuple(in_millionths(row)) for row in by_choice),
        offset=tuple(in_millionths(offset.detach().double().numpy())),
    )
