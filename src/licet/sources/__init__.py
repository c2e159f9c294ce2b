"""Where member data lies: the catalogue, the stamps inside the files, and the importers that write both.

Nothing here decides or opens a table for use; `licet.enforce` does. May import only `licet.terms`. The names below
are imported when first used: the importers' libraries are many, and most processes need none of them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from licet.sources.catalogue import STAMP, Catalogue, FactsTable, Location, Table
    from licet.sources.catalogue_file import load_catalogue, merge_tables, save_catalogue
    from licet.sources.embedded_labels import check_stamps, stamped_labels
    from licet.sources.import_report import FileOutcome, ImportReport, Progress
    from licet.sources.linkedin import import_linkedin
    from licet.sources.parquet_files import parquet_files, write_table
    from licet.sources.places import Place, resolve_place
    from licet.sources.stackexchange import import_stackexchange

_HOMES = {
    "Catalogue": "licet.sources.catalogue",
    "FactsTable": "licet.sources.catalogue",
    "FileOutcome": "licet.sources.import_report",
    "ImportReport": "licet.sources.import_report",
    "Location": "licet.sources.catalogue",
    "Place": "licet.sources.places",
    "Progress": "licet.sources.import_report",
    "STAMP": "licet.sources.catalogue",
    "Table": "licet.sources.catalogue",
    "check_stamps": "licet.sources.embedded_labels",
    "import_linkedin": "licet.sources.linkedin",
    "import_stackexchange": "licet.sources.stackexchange",
    "load_catalogue": "licet.sources.catalogue_file",
    "merge_tables": "licet.sources.catalogue_file",
    "parquet_files": "licet.sources.parquet_files",
    "resolve_place": "licet.sources.places",
    "save_catalogue": "licet.sources.catalogue_file",
    "stamped_labels": "licet.sources.embedded_labels",
    "write_table": "licet.sources.parquet_files",
}

__all__ = [
    "STAMP",
    "Catalogue",
    "FactsTable",
    "FileOutcome",
    "ImportReport",
    "Location",
    "Place",
    "Progress",
    "Table",
    "check_stamps",
    "import_linkedin",
    "import_stackexchange",
    "load_catalogue",
    "merge_tables",
    "parquet_files",
    "resolve_place",
    "save_catalogue",
    "stamped_labels",
    "write_table",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
