"""Facts about members by their ids: found by a hash, told by the id."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from licet.enforce import facts_index
from licet.enforce.facts_index import FactsIndex

ROWS = pa.table(
    {
        "subject": ["ann", "Ann", "bob", "ann", "7", "é"],
        "region": ["DE", "FR", None, "DE", "US", "SE"],
        "birth_date": pa.array([date(1990, 1, 2), None, None, date(1991, 1, 2), None, None], pa.date32()),
        "plan": pa.nulls(6, pa.string()),
    }
)


@pytest.mark.parametrize("hashed", [hash, lambda _: 1], ids=["by their hashes", "all of one hash"])
def test_everybody_is_found_by_their_own_id_and_by_no_other(hashed, monkeypatch) -> None:
    monkeypatch.setattr(facts_index, "hash", hashed, raising=False)
    index = FactsIndex(ROWS)
    for subject in (*ROWS["subject"].to_pylist(), "nobody", "ANN", ""):
        expected = [row for row in ROWS.to_pylist() if row.pop("subject") == subject]
        assert index.rows_about(subject) == expected
    assert sorted(index.ids().to_pylist()) == sorted({*ROWS["subject"].to_pylist()})


def test_nobody_is_found_where_there_is_nobody() -> None:
    index = FactsIndex(ROWS.schema.empty_table())
    assert index.rows_about("ann") == [] and index.ids().to_pylist() == []
