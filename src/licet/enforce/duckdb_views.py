"""Views of a DuckDB file: only those whose rows lie in the file itself.

A view may read other files, and then the labels inside those would be lost: a column of stamped messages comes out of
the view without its stamp. So what a view scans is asked of DuckDB, before any rewriting of the query, and a view that
scans anything but tables of the file is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from licet.terms import SourceError
from licet.terms.canonical import JsonObject

#: Parts of a plan that take rows from nothing, or from tables that DuckDB itself holds.
_WITHIN = frozenset(
    {
        "SEQ_SCAN",
        "TABLE_SCAN",
        "INDEX_SCAN",
        "DUMMY_SCAN",
        "COLUMN_DATA_SCAN",
        "EXPRESSION_SCAN",
        "EMPTY_RESULT",
    }
    | {"CTE_SCAN", "REC_CTE_SCAN", "DELIM_SCAN", "CHUNK_SCAN", "RANGE", "GENERATE_SERIES", "UNNEST", "REPEAT"}
)


def require_rows_within(connection: Any, name: str, query: str, where: str) -> None:
    """Raises: SourceError SRC-181 where the query takes rows from anything but tables of the database.

    name: of the table in the catalogue; where: the DuckDB file.
    """
    connection.execute("PRAGMA disable_optimizer")
    try:
        ((_, plan),) = connection.execute(f"EXPLAIN (FORMAT json) {query}").fetchall()
    finally:
        connection.execute("PRAGMA enable_optimizer")
    scans = sorted({scan for part in json.loads(plan) for scan in _leaves(part)} - _WITHIN)
    if scans:
        raise SourceError(
            "SRC-181",
            f"table {name!r} is a view that reads something else than tables of its file: {', '.join(scans)}",
            where,
            "name in the catalogue what the view reads, such as the Parquet file, or make a table of it",
        )


def _leaves(part: JsonObject) -> Iterator[str]:
    """The parts of a plan that stand on no other."""
    below = part.get("children") or []
    if not below:
        yield str(part["name"]).strip()
    for inner in below:
        yield from _leaves(inner)
