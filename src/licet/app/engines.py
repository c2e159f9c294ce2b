"""Which engine a workspace's gates run on: DuckDB in this process, or Spark where the user says.

pyspark is imported only by who asks for it: it is an extra, and takes seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from licet.enforce.engine import Engine


def spark_session(spark: Any) -> Any:
    """A session as it is; one for "local" or a Connect server's address; None for None."""
    if not isinstance(spark, str):
        return spark
    from licet.enforce.spark_session import open_session

    return open_session(None if spark == "local" else spark)


def new_engine(session: Any) -> Engine:
    """An engine for one gate: on the Spark session, or DuckDB where there is none."""
    if session is None:
        from licet.enforce.duckdb_engine import (
            DuckDBEngine,  # late: it takes a second, and one decision needs none
        )

        return DuckDBEngine()
    from licet.enforce.spark_engine import SparkEngine

    return SparkEngine(session)
