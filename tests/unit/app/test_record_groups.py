"""A member's records in groups: no two in one that a rule could tell apart, however dates and people are written."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from licet.app.member.own_records import OwnRecords, TableRecords
from licet.app.member.record_contents import OwnRecord
from licet.enforce.subject_rows import SubjectIndexes
from licet.sources.catalogue import Catalogue

CUTS = [
    datetime(1969, 12, 31, 23, tzinfo=UTC),
    datetime(2024, 5, 1, tzinfo=UTC),
    datetime(2024, 5, 1, 0, 0, 1, 1, tzinfo=UTC),
]
MADE = [
    cut + timedelta(microseconds=step)
    for cut in CUTS
    for step in (-86_400_000_000, -1_000_001, -1, 0, 1, 1_000_000)
]
NAIVE = [each.replace(tzinfo=None) for each in MADE]


@pytest.mark.parametrize(
    "kind",
    [pa.timestamp("us"), pa.timestamp("us", "UTC"), pa.timestamp("ms"), pa.timestamp("s"), pa.timestamp("ns"),
     pa.date32()],
    ids=str,
)  # fmt: skip
def test_no_two_records_of_a_group_are_told_apart_by_any_rule(kind: pa.DataType, tmp_path: Path) -> None:
    values: list[Any] = [each.date() for each in MADE] if pa.types.is_date(kind) else NAIVE
    made = pa.array(values, pa.date32() if pa.types.is_date(kind) else pa.timestamp("us"))
    rows = [*range(len(MADE)), None, None]
    table = pa.table(
        {
            "key": [f"k{number}" for number in range(len(rows))],
            "who": ["ann"] * len(rows),
            "with": [[["ann"], ["ann", "ben"], [], None][number % 4] for number in range(len(rows))],
            "seen": [["public", None, "friends"][number % 3] for number in range(len(rows))],
            "text": [["x", "", None][number % 3] for number in range(len(rows))],
            "made": made.take(pa.array(rows, pa.int64())).cast(kind, safe=False),
        }
    )
    pq.write_table(table, tmp_path / "posts.parquet")
    said = {
        "location": {"parquet": "posts.parquet"}, "key": "key", "subjects": ["who", "with"], "created": "made",
        "visibility": "seen", "columns": {"text": "content.posts", "key": "profile.name"},
    }  # fmt: skip
    catalogue = Catalogue.model_validate({"licet_catalogue": 1, "tables": {"posts": said}})
    records = OwnRecords(catalogue, SubjectIndexes(tmp_path), "ann").of("posts")
    told = list(records)
    days = sorted((record.created for record in told if record.created), reverse=True)
    assert [record.created for record in told] == [*days, None, None], "newest first"
    by_question: dict[Any, set[str | None]] = defaultdict(set)
    for record in told:
        by_question[_question(record)].add(record.key)
    groups = groups_of(records)
    assert sorted(sorted(map(str, keys)) for keys in by_question.values()) == sorted(
        sorted(str(record.key) for record in group) for group in groups
    )
    assert sum(map(len, groups)) == len(records) == len(rows)
    noes = {"k1": 1, "k2": 1, "k3": 2}
    numbers = np.array([noes.get(str(record.key), 0) for record in told])
    for group in groups_of(records, noes=numbers):
        assert len({(_question(record), noes.get(str(record.key))) for record in group}) == 1
    alike = groups_of(records, class_of=lambda person: person is None)
    assert len({tuple({_question(record)[1:] for record in group}) for group in alike}) < len(groups), (
        "and people of whom nothing tells one from the other are one"
    )


def groups_of(
    records: TableRecords,
    class_of: Callable[[str | None], Hashable] = lambda person: person,
    noes: Any = None,
) -> list[list[OwnRecord]]:
    found = records.alike(CUTS, class_of, noes)
    told = [
        [record for record, number in zip(records, found.number_of, strict=True) if number == group]
        for group in range(len(found.firsts))
    ]
    assert [group[0].key for group in told] == [record.key for record in found.firsts]
    return told


def _question(record: OwnRecord) -> tuple[Any, ...]:
    era = None if record.created is None else bisect_right(CUTS, record.created)
    return record.subjects, record.visibility, era, tuple(record.kinds)


def test_a_slice_and_a_place_are_the_records_that_stand_there(tmp_path: Path) -> None:
    table = pa.table(
        {
            "key": [f"k{n}" for n in range(9)],
            "who": ["ann"] * 9,
            "made": [date(2024, 1, n + 1) for n in range(9)],
        }
    )
    pq.write_table(table, tmp_path / "posts.parquet")
    said = {
        "location": {"parquet": "posts.parquet"},
        "key": "key",
        "subjects": ["who"],
        "created": "made",
        "columns": {},
    }
    catalogue = Catalogue.model_validate({"licet_catalogue": 1, "tables": {"posts": said}})
    records = OwnRecords(catalogue, SubjectIndexes(tmp_path), "ann").of("posts")
    keys = [record.key for record in records]
    assert keys == [f"k{n}" for n in reversed(range(9))]
    for place in (0, 2, 3, 8, -1, -9):
        assert records[place].key == keys[place]
    for part in (
        slice(0, 2),
        slice(0, 3),
        slice(0, 5),
        slice(4, 7),
        slice(20, 30),
        slice(None),
        slice(None, None, -2),
    ):
        assert [record.key for record in records[part]] == keys[part]
    with pytest.raises(IndexError):
        records[9]
