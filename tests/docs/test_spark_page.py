"""The page on Spark: what it shows runs, and what it says of the two engines holds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from journeys.networks import make_network, member, post

PAGE = (Path(__file__).parents[2] / "docs" / "spark.md").read_text()


def test_what_the_page_shows_runs(
    spark_session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert spark_session is not None, "and the page's getOrCreate() finds it"
    rows = {
        "members": [member("ann"), member("cy", "US")],
        "posts": [post("1", "ann", "the harbour opens"), post("2", "cy", "kept back")],
    }
    make_network(tmp_path / "network", rows).close()
    monkeypatch.chdir(tmp_path)
    exec(
        "".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)).replace(
            '"permitted_posts"', repr(f"file:{tmp_path}/out")
        ),
        {},
    )
    reasons, built = capsys.readouterr().out.splitlines()
    assert "region_not_covered" in reasons and built.startswith("1 ")
    assert pq.read_table(tmp_path / "out")["post"].to_pylist() == ["1"]
