"""Spark sessions for the doors: one that is there already, one on a Connect server, or a local one.

From Python a session of the user's own is handed in instead, and nothing here is asked. Each way Spark may fail
to start has its own error that says what to install.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from licet.terms import SourceError

#: A local session is for one machine and one user: no web page, no address but this machine's own.
LOCAL: Mapping[str, str] = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.log.level": "ERROR",
    "spark.sql.session.timeZone": "UTC",
    # Spark's two hundred are for a cluster; here each is a task of its own to be waited for.
    "spark.sql.shuffle.partitions": str(2 * (os.cpu_count() or 1)),
}


def open_session(remote: str | None = None, settings: Mapping[str, str] | None = None) -> Any:
    """A Spark session.

    remote:   a Connect server, such as sc://host:15002. Without one: the session this process has or was
              submitted with (spark-submit, a notebook), else a new local one on all cores.
    settings: Spark's own settings for a new local session, over those of `LOCAL`.
    Raises:   SourceError SRC-065 without Java, SRC-066 without pyspark, SRC-067 when Spark does not start.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise SourceError(
            "SRC-066", "Spark is not installed", fix="install it with licet: pip install 'licet[spark]'"
        ) from error
    try:
        if remote is not None:
            return SparkSession.builder.remote(remote).getOrCreate()
        active = SparkSession.getActiveSession()
        if active is not None:
            return active
        if "PYSPARK_GATEWAY_PORT" in os.environ:  # submitted: master and settings are the submitter's
            return SparkSession.builder.getOrCreate()
        return _local(SparkSession.builder, {**LOCAL, **(settings or {})})
    except (PySparkException, ImportError, OSError, ValueError) as error:
        raise SourceError(
            "SRC-067",
            f"Spark does not start: {(str(error).splitlines() or [type(error).__name__])[0]}",
            remote or "a local session",
            "check the server's address" if remote else "see Spark's own messages above",
        ) from error


def _local(builder: Any, settings: Mapping[str, str]) -> Any:
    if not _java():
        raise SourceError(
            "SRC-065",
            "Spark needs Java, and there is none",
            fix="install Java 17, on Debian and Ubuntu: apt-get install openjdk-17-jre-headless",
        )
    # Executors of a local session are children of this process and want its Python, not the system's.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = builder.master("local[*]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=str(Path(home) / "bin") if home else None)
