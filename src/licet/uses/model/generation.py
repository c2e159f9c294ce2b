"""Writing on from a beginning, token by token, by whatever says how probable each next one is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from licet.terms import UseError
from licet.uses.model.byte_pairs import START, BytePairs, Tokens
from licet.uses.model.counting_model import Floats


def write_on(
    next_tokens: Callable[[Tokens], Floats],
    vocabulary: BytePairs,
    prompt: str = "",
    *,
    seed: int = 0,
    temperature: float = 1.0,
    most_tokens: int = 200,
) -> str:
    """Write on from a beginning until the text is over or has so many tokens more; without the beginning.

    next_tokens: the probability of every token after those of a document so far; of START: that it is over.
    temperature: above 1 more freely, below 1 likelier, 0 what is likeliest. The same arguments write the same.
    Raises: UseError MODL-066 for a temperature or a seed below 0, or fewer tokens than none.
    """
    require_writable(seed, temperature, most_tokens)
    chance = np.random.default_rng(seed)
    before = vocabulary.encode(prompt)
    begun = len(before)
    while len(before) < begun + most_tokens:
        token = drawn(next_tokens(before), temperature, chance)
        if token == START:
            break
        before = np.append(before, np.uint16(token))
    text = vocabulary.decode(before[begun:])
    # Without half a pair of surrogates, which no file can hold.
    return text.encode("utf-8", "replace").decode()


def require_writable(seed: int, temperature: float, most_tokens: int) -> None:
    """Raises: UseError MODL-066 for a temperature or a seed below 0, or fewer tokens than none."""
    if not (0 <= temperature < float("inf")) or most_tokens < 0 or seed < 0:
        raise UseError(
            "MODL-066",
            f"nothing is written of {most_tokens} tokens, at a temperature of {temperature}, from seed {seed}",
            fix="give whole numbers from 0 up, and a temperature from 0 up",
        )


def drawn(probabilities: Floats, temperature: float, chance: np.random.Generator) -> int:
    """The next token by chance, as probable as it is said to be."""
    if temperature == 0:
        return int(np.argmax(probabilities))
    with np.errstate(over="ignore"):  # so cold that all but the likeliest count for nothing
        raised = np.cumsum(np.exp((np.log(probabilities) - np.log(probabilities.max())) / temperature))
    return int(np.searchsorted(raised, chance.random() * raised[-1], side="right"))
