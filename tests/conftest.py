"""One Spark session and one PostgreSQL server for all tests that ask for one, and files in memory.

In a parallel run all tests on one of them go to one process. Nothing that a test writes must survive the machine: what
is killed there is a process. So where the machine has files in memory, tests' files are there, and a disk's `fsync`,
which was a sixth of the time, costs nothing.
"""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger_homes import Home, PostgresHome, SqliteHome
from nightly_sample import left_to_the_night
from postgres_server import HASTY, PostgresServer

#: Small tables want no parallel shuffles, no plans changed on the way, and little compiling of Java.
SMALL = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.driver.memory": "1g",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
    "spark.connect.grpc.binding.address": "127.0.0.1",
}


_MEMORY = Path("/dev/shm")
#: A run never has more than a tenth of this at once, since what a test wrote goes when it passed.
_ROOM_BYTES = 4 << 30


def _has_room(folder: Path) -> bool:
    """Whether all that tests do can be done in a folder: containers often have a small one that runs no programs."""
    if not os.access(folder, os.W_OK):
        return False
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize >= _ROOM_BYTES and not found.f_flag & os.ST_NOEXEC


if "TMPDIR" not in os.environ and _has_room(_MEMORY):
    os.environ["TMPDIR"] = tempfile.tempdir = str(
        _MEMORY
    )  # pytest's own folders, and those of processes that tests start


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    left = left_to_the_night()
    for item in items:
        if any(each.holds(item.nodeid) for each in left):
            item.add_marker(pytest.mark.nightly)
        chosen = getattr(item, "callspec", None)
        on_spark = chosen is not None and "spark" in chosen.params.values()
        if on_spark or {"spark_session", "connect_session"} & {*getattr(item, "fixturenames", ())}:
            item.add_marker(pytest.mark.xdist_group("spark"))
        on_postgres = chosen is not None and "postgres" in chosen.params.values()
        if on_postgres or {"postgres_server", "postgres_home"} & {*getattr(item, "fixturenames", ())}:
            item.add_marker(pytest.mark.xdist_group("postgres"))
    yield
    # xdist 3.8 writes a test's group into `_nodeid`, which pytest has not read since 9.2: it reads `_id`. Without the
    # group there, tests of one group run on both processes, each with a Spark and a PostgreSQL of its own. This can go
    # once the xdist that is installed names groups where pytest looks for them: then `_nodeid` is not in `vars(item)`.
    for item in items:
        grouped = vars(item).get("_nodeid")
        if grouped is not None and hasattr(item, "_id"):
            item._id = type(item._id).parse(grouped)


@pytest.fixture(scope="session")
def spark_session() -> Iterator[Any]:
    from licet.enforce.spark_session import open_session  # not before a test wants it: it takes seconds

    session = open_session(settings=SMALL | {"spark.connect.grpc.binding.port": str(_free_port())})
    yield session
    session.stop()


@pytest.fixture(scope="session")
def connect_session(spark_session: Any) -> Iterator[Any]:
    """A client of the Connect server that runs in that session's JVM: all it knows of it is its address."""
    from pyspark.sql.connect.session import SparkSession

    port = spark_session.conf.get("spark.connect.grpc.binding.port")
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").create()
    yield session
    session.stop()


def _free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


@pytest.fixture(params=["duckdb", "spark"])
def engine(request: pytest.FixtureRequest) -> Any:
    """Either engine that reads files; a test that takes it runs on both."""
    return _engine(request)


@pytest.fixture(params=["duckdb", "spark", "postgres"])
def any_engine(request: pytest.FixtureRequest) -> Any:
    """Every engine, for tests that hand their tables in."""
    return _engine(request)


def _engine(request: pytest.FixtureRequest) -> Any:
    if request.param == "duckdb":
        from licet.enforce.duckdb_engine import DuckDBEngine

        return DuckDBEngine(threads=1)
    if request.param == "postgres":
        from licet.enforce.postgres_engine import PostgresEngine

        return PostgresEngine(request.getfixturevalue("postgres_server").address())
    from licet.enforce.spark_engine import SparkEngine

    return SparkEngine(request.getfixturevalue("spark_session"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    server = PostgresServer(*HASTY)
    yield server
    server.close()


@pytest.fixture
def postgres_home(postgres_server: PostgresServer, tmp_path: Path) -> PostgresHome:
    """A place for a ledger on PostgreSQL."""
    return PostgresHome(postgres_server, tmp_path)


@pytest.fixture
def sqlite_home(tmp_path: Path) -> SqliteHome:
    """A place for a ledger on SQLite."""
    return SqliteHome(tmp_path / "ledger.sqlite")


@pytest.fixture(params=["sqlite", "postgres"])
def home(request: pytest.FixtureRequest) -> Home:
    """A place for a ledger on either database; a test that takes it runs on both."""
    found: Home = request.getfixturevalue(f"{request.param}_home")
    return found
