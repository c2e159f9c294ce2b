"""Whether a pack's quotations still stand in the texts they were read from: on local files, nothing is fetched."""

from licet.app.drifting.checking import Drift, Passage, QuoteFound, check_quotes
from licet.app.drifting.texts import Limits

__all__ = ["Drift", "Limits", "Passage", "QuoteFound", "check_quotes"]
