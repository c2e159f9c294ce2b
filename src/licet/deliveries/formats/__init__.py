"""How recipients of lists take them: pure functions from what is asked to files, each with its own identifiers."""

from licet.deliveries.formats.list_formats import (
    ListFormat,
    is_same_list,
    most_days,
    replaces_by_name,
    scheme_of,
    write_list,
)
from licet.deliveries.formats.list_request import ListAction, ListFile, ListRequest

__all__ = [
    "ListAction",
    "ListFile",
    "ListFormat",
    "ListRequest",
    "is_same_list",
    "most_days",
    "replaces_by_name",
    "scheme_of",
    "write_list",
]
