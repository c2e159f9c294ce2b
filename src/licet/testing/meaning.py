"""The specification asked many times about the same packs: what words reach is remembered, and nothing else is.

The specification keeps nothing, so that it can be read; a comparison of thousands of answers cannot wait for that.
"""

from __future__ import annotations

from collections.abc import Sequence

from licet.decide import specification
from licet.decide.words import Answer, Facts, Request
from licet.packs import Pack

_reach = specification.reach


class Meaning:
    """What a policy means. packs: those that were in force, in order, the present one last."""

    def __init__(self, packs: Sequence[Pack]) -> None:
        self._packs = packs
        self._reached: dict[tuple[str, str, int, int], list[set[str]]] = {}

    def decide(self, request: Request, facts: Facts | None) -> Answer:
        specification.reach = self._reach
        try:
            return specification.decide(request, facts, self._packs)
        finally:
            specification.reach = _reach

    def _reach(self, part: str, word: str, number: int, packs: Sequence[Pack]) -> list[set[str]]:
        # Whatever packs the specification asks about are the first of these.
        question = (part, word, number, len(packs))
        if question not in self._reached:
            self._reached[question] = _reach(part, word, number, packs)
        return self._reached[question]
