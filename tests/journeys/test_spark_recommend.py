"""What recommendations learn from, made and counted on Spark: the rows, the root and the counts that are made here."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import licet
from journeys.piers import DAY, NOW, Pier
from licet.uses.recommend import spread_pairs
from licet.uses.recommend.kept_interactions import read_interactions
from licet.uses.recommend.recommend_use import item_counts, open_recommend


def test_on_spark_the_rows_the_root_and_the_counts_are_the_same(
    tmp_path: Path, spark_session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spread_pairs, "BATCH_ROWS", 3)
    rows = [(who, item, DAY + timedelta(hours=n)) for n, (who, item) in enumerate(
        [("ann", 1), ("ann", 2), ("ben", 2), ("ben", 3), ("cy", 3), ("cy", 10), ("dot", None), ("ann", 2)]
    )]  # fmt: skip
    here = Pier(tmp_path / "w", rows[:4], rows[4:])
    one = here.build()
    there = Pier.at(here.root, licet.open(here.root, clock=lambda: NOW, spark=spark_session))
    other = there.build()
    for part in ("root", "buckets", "members", "counts"):
        assert one.manifest[part] == other.manifest[part]
    assert one.manifest["counts"] == {"subjects": 3, "interactions": 6}
    said = there.said(other)
    held = read_interactions(there.workspace.store, said)
    counted = spread_pairs.spread_item_counts(there.access(open_recommend(there.root)), held, said.recipe)
    assert counted.digest() == item_counts(here.workspace.store, one).digest()

    here.workspace.choices.choose("ben", "learn", "off")
    (brought,) = there.workspace.uses.update()
    assert brought.how == "updated", brought.why
    assert there.newest().manifest["buckets"] == here.build().manifest["buckets"]
    for each in (here, there):
        each.workspace.close()
