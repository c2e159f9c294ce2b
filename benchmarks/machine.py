"""On what it was measured: processor, memory, system, Python, and the version of every library that took part."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

LIBRARIES = (
    "licet", "duckdb", "ibis-framework", "pyarrow", "SQLAlchemy", "cryptography", "pydantic", "numpy", "rensa",
    "py3langid", "phonenumbers", "python-stdnum", "pyspark", "cedarpy", "casbin", "regopy", "pymerkle", "consentml",
    "psutil", "matplotlib",
)  # fmt: skip


def describe_machine() -> dict[str, Any]:
    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": _memory_gib(),
        "os": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def versions() -> dict[str, str | None]:
    """Versions of the libraries that take part; None for one that is not installed."""
    return {name: _version(name) for name in LIBRARIES}


def peer(name: str) -> ModuleType:
    """A library that only the benchmarks need. Raises: SystemExit with what to install when it is missing."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        sys.exit(f"the benchmarks need {name}: pip install 'licet[bench]'")


def spark_settings(session: Any) -> str:
    """How a Spark session is set up, as far as it bears on speed."""
    names = (
        "spark.master",
        "spark.driver.memory",
        "spark.sql.shuffle.partitions",
        "spark.sql.adaptive.enabled",
    )
    return ", ".join(
        f"{name.removeprefix('spark.')}={session.conf.get(name, None) or 'as it comes'}" for name in names
    )


def load() -> float | None:
    """How many processes wanted the processor over the last minute, before this run added its own."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "not known"
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or "not known")


def _memory_gib() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (ValueError, OSError, AttributeError):
        return None
