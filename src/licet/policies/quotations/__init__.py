"""Whether a pack's quotations still stand in the texts they were read from: on local files, nothing is fetched."""

from licet.policies.quotations.policy_texts import Limits
from licet.policies.quotations.quotation_check import Watched, check_quotes

__all__ = ["Limits", "Watched", "check_quotes"]
