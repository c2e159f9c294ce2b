"""The reader: a frozen base and members' counts, mixed place by place by a gate that no member fitted.

All that it knows of members are the whole numbers of the counts: take a member out of those and the reader is the one
that never knew them, to the bit, on the same machine and threads. It scores texts and writes on from a beginning.
Refused are counts over other tokens than the base's, and of an order that its gate does not weigh.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from licet.terms import UseError
from licet.uses.model.base_card import require_torch
from licet.uses.model.base_folder import Base
from licet.uses.model.byte_pairs import BytePairs, Tokens
from licet.uses.model.counting_model import CountingModel, Floats
from licet.uses.model.generation import write_on
from licet.uses.model.linear_gate import choices, features


class Reader:
    """A base and counts, ready to read and to write.

    Raises: UseError MODL-060 where PyTorch is not installed, MODL-063 for counts over other tokens, MODL-064.
    """

    def __init__(
        self,
        base: Base,
        counts: CountingModel,
        vocabulary: BytePairs,
        two_members: bool = True,
        adapted: Sequence[bytes] = (),
    ) -> None:
        """vocabulary: the tokens that the counts are of. two_members: whether they are of runs that two wrote.

        adapted: networks that the base became, read in its place, their probabilities averaged; none: the base itself.
        """
        require_torch()
        from licet.uses.model.base_network import BaseReader, unpacked

        if vocabulary.digest != base.card.tokens_sha256:
            raise UseError(
                "MODL-063",
                "the counts are of other tokens than the base reads",
                fix="make the model anew with this base: licet model train",
            )
        gates = base.card.gates
        self._gate = gates.two_members if two_members else gates.every_run
        self._gate.require_order(counts.order)
        self.byte_pairs, self._counts = base.byte_pairs, counts
        shape = base.card.recipe.shape
        self._base = BaseReader(shape, *(unpacked(one, shape) for one in adapted or (base.network,)))

    def bits(self, texts: Sequence[str]) -> list[float]:
        """How many bits each text takes, its end left out; every text by itself, whatever stands beside it."""
        documents = [self.byte_pairs.encode(text) for text in texts]
        places = self.places(documents)
        ends = np.cumsum([len(document) + 1 for document in documents])
        return [
            float(places[end - len(document) - 1 : end - 1].sum())
            for document, end in zip(documents, ends, strict=True)
        ]

    def places(self, documents: Sequence[Tokens]) -> Floats:
        """How many bits each token of documents takes, one document after another, and the end of each."""
        if not documents:
            return np.empty(0)
        by_base, seen = self._base.read(documents), self._counts.look(documents)
        shares = self._gate.shares(features(seen.total, seen.distinct, by_base.surprise))
        said = choices(self._counts.chains(seen), np.exp(by_base.logs))
        bits: Floats = -np.log2((shares * said).sum(axis=1))
        return bits

    def base_places(self, documents: Sequence[Tokens]) -> Floats:
        """The same by the base alone, or by what it became."""
        bits: Floats = -self._base.read(documents).logs / np.log(2)
        return bits

    def next_tokens(self, before: Tokens) -> Floats:
        """The probability of every token after those of a document so far; of START: that it is over."""
        logs = self._base.next_tokens(before)
        follow = self._counts.following(before)
        said = np.exp(logs)
        surprise = np.array([-(said * logs).sum()])
        shares = self._gate.shares(features(follow.total, follow.distinct, surprise))
        mixed: Floats = shares[0] @ choices(follow.chains, said).T
        return mixed

    def generate(
        self, prompt: str = "", *, seed: int = 0, temperature: float = 1.0, most_tokens: int = 200
    ) -> str:
        """Write on from a beginning, as `write_on` does by what both foretell. Raises: UseError MODL-066."""
        return write_on(
            self.next_tokens, self.byte_pairs, prompt,
            seed=seed, temperature=temperature, most_tokens=most_tokens,
        )  # fmt: skip
