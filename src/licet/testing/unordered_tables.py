"""An engine that keeps no order of rows, as one on a cluster: every row is judged by the engine's own expressions.

Whatever is told by marks elsewhere is held to what it says.
"""

from __future__ import annotations

from typing import Any

from licet.enforce.duckdb_engine import DuckDBEngine


class UnorderedTables(DuckDBEngine):
    def in_order(self, *table: Any) -> None:
        """None, whichever table is asked about."""
