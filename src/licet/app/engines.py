"""Which engine a workspace's gates run on: Spark where the user says, else PostgreSQL where the tables lie there, else
DuckDB in this process.

pyspark is imported only by who asks for it: it is an extra, and takes seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from licet.enforce.engine_choice import engine_for

if TYPE_CHECKING:
    from licet.enforce.engine import Engine
    from licet.sources.catalogue import Catalogue


def spark_session(spark: Any) -> Any:
    """A session as it is; one for "local" or a Connect server's address; None for None."""
    if not isinstance(spark, str):
        return spark
    from licet.enforce.spark_session import open_session

    return open_session(None if spark == "local" else spark)


def new_engine(session: Any, catalogue: Catalogue) -> Engine:
    """An engine for one gate: on the Spark session, or where the tables of the catalogue want it without one."""
    if session is None:
        return engine_for(catalogue)
    from licet.enforce.spark_engine import SparkEngine

    return SparkEngine(session)
