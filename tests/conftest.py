"""One Spark session for all tests that ask for one, and all of those in one process of a parallel run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

#: Small tables want no parallel shuffles, no plans changed on the way, and little compiling of Java.
SMALL = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.driver.memory": "1g",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.autoBroadcastJoinThreshold": "10m",
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        chosen = getattr(item, "callspec", None)
        on_spark = chosen is not None and chosen.params.get("engine") == "spark"
        if on_spark or "spark_session" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("spark"))


@pytest.fixture(scope="session")
def spark_session() -> Iterator[Any]:
    from licet.enforce.spark_session import open_session  # not before a test wants it: it takes seconds

    session = open_session(settings=SMALL)
    yield session
    session.stop()


@pytest.fixture(params=["duckdb", "spark"])
def engine(request: pytest.FixtureRequest) -> Any:
    """Either engine; a test that takes it runs on both."""
    if request.param == "duckdb":
        from licet.enforce.duckdb_engine import DuckDBEngine

        return DuckDBEngine(threads=1)
    from licet.enforce.spark_engine import SparkEngine

    return SparkEngine(request.getfixturevalue("spark_session"))
