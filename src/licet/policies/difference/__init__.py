"""What changed between two policies: which uses reach whom with what, which controls and days, rule by rule."""

from licet.policies.difference.audience import ABOUT_MEMBERS, TO_YOU, Voice
from licet.policies.difference.policy_difference import PolicyDifference, compare_policies
from licet.policies.difference.use_changes import UseDifference, uses_that_differ

__all__ = [
    "ABOUT_MEMBERS",
    "TO_YOU",
    "PolicyDifference",
    "UseDifference",
    "Voice",
    "compare_policies",
    "uses_that_differ",
]
