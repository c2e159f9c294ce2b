"""The specification asked many times about the same packs: what a no reaches is remembered, and nothing else is.

The specification keeps nothing, so that it can be read; a comparison of millions of answers cannot wait for that.
"""

from __future__ import annotations

from collections.abc import Sequence

from licet.decide import specification
from licet.decide.question import Answer, Facts, Request
from licet.decide.specification import Case, Source
from licet.packs import Pack

_reach, _find_sources = specification.reach, specification.find_sources


class Meaning:
    """What a policy means. packs: those that were in force, in order, the present one last."""

    def __init__(self, packs: Sequence[Pack]) -> None:
        self._packs = packs
        self._reached: dict[tuple[str, str, int, int], list[set[str]]] = {}
        self._sources: dict[tuple[tuple[str, ...], str, str], list[Source]] = {}

    def decide(self, request: Request, facts: Facts | None) -> Answer:
        specification.reach, specification.find_sources = self._reach, self._find_sources
        try:
            return specification.decide(request, facts, self._packs)
        finally:
            specification.reach, specification.find_sources = _reach, _find_sources

    def _reach(self, part: str, word: str, number: int, packs: Sequence[Pack]) -> list[set[str]]:
        # Whatever packs the specification asks about are the first of these.
        question = (part, word, number, len(packs))
        if question not in self._reached:
            self._reached[question] = _reach(part, word, number, packs)
        return self._reached[question]

    def _find_sources(self, case: Case) -> list[Source]:
        question = (case.line, case.request.category, case.request.recipient)
        if question not in self._sources:
            self._sources[question] = _find_sources(case)
        return self._sources[question]
