"""Import of a LinkedIn "Get a copy of your data" archive."""

from licet.sources.archive import Limits
from licet.sources.linkedin.importing import import_linkedin

__all__ = ["Limits", "import_linkedin"]
