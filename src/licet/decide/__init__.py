"""Deciding: what a policy means for one record, and why. Pure; imports `packs`.

`specification` says what a policy means, to be read; `evaluator` says the same fast and is held to it, with `policy`
and `succession`, which prepare packs. `explain` has the words and what would turn a deny. `decide` gives a `Decision`.
"""

from licet.decide.decision import Decision, decide
from licet.decide.explain import Change, nearest_change
from licet.decide.policy import Cell, Policy
from licet.decide.question import EVERYTHING, Answer, Facts, No, Request

__all__ = [
    "EVERYTHING",
    "Answer",
    "Cell",
    "Change",
    "Decision",
    "Facts",
    "No",
    "Policy",
    "Request",
    "decide",
    "nearest_change",
]
