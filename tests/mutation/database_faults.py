"""Faults of the gate in PostgreSQL: each lets out what is held back, or takes a part of a table for the whole."""

from __future__ import annotations

from faults import Fault

_ENGINE, _VIEWS = "licet.enforce.postgres_engine", "licet.enforce.postgres_views"

FAULTS = [
    Fault(
        "rows that row security hides are passed over",
        _ENGINE,
        '"SET row_security = off",',
        '"SET row_security = on",',
        "a table with some rows left out passes for the whole one",
    ),
    Fault(
        "a reader's condition is met below the gate",
        _ENGINE,
        "AS licet_permitted OFFSET 0",
        "AS licet_permitted",
        "a cast that fails tells of a row that is held back",
    ),
    Fault(
        "a view shows its reader's functions every row",
        _VIEWS,
        "WITH (security_barrier) AS",
        "AS",
        "a leaky function in WHERE sees rows that are held back",
    ),
    Fault(
        "a view never ends",
        _VIEWS,
        " AND statement_timestamp() < until",
        "",
        "who said no is shown for ever once the refresher is dead",
    ),
]
