"""What changed between two policies: which uses reach whom with what, which controls and days, rule by rule."""

from licet.app.differing.difference import PolicyDifference, compare_policies
from licet.app.differing.uses import UseDifference, uses_that_differ
from licet.app.differing.voice import ABOUT_MEMBERS, TO_YOU, Voice

__all__ = [
    "ABOUT_MEMBERS",
    "TO_YOU",
    "PolicyDifference",
    "UseDifference",
    "Voice",
    "compare_policies",
    "uses_that_differ",
]
