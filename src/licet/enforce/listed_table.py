"""A table that nobody has catalogued yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from licet.sources.catalogue import Location


class ListedTable(NamedTuple):
    """keys: the columns that the database says name a row; references: column to the name of the table it refers to."""

    location: Location
    keys: tuple[str, ...] = ()
    references: Mapping[str, str] = {}
