"""Deciding: rules and the reference answer for one record, with its reasons. Pure; imports `packs`.

Start at `reference.decide`; `policy` prepares a pack, `words` holds question and answer, `nearest` says what
would turn a deny.
"""

from licet.decide.nearest import Change, nearest_change
from licet.decide.policy import Cell, Policy
from licet.decide.reference import decide
from licet.decide.words import Decision, Facts, Request

__all__ = [
    "Cell",
    "Change",
    "Decision",
    "Facts",
    "Policy",
    "Request",
    "decide",
    "nearest_change",
]
