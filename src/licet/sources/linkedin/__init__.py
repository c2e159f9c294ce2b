"""Import of a LinkedIn "Get a copy of your data" archive."""

from licet.sources.linkedin.linkedin_import import import_linkedin
from licet.sources.zip_archive import Limits

__all__ = ["Limits", "import_linkedin"]
