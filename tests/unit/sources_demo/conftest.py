"""One small demo world, made once and read by every test here."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq
import pytest

from licet.sources.demo import make_demo_world
from licet.sources.import_report import ImportReport


class World(NamedTuple):
    folder: Path
    report: ImportReport

    def rows(self, table: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = pq.read_table(self.folder / f"{table}.parquet").to_pylist()
        return rows


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """1,200 members: more than one block."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    return World(folder, make_demo_world(folder, members=1200, seed=7))
