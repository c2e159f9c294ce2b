"""The corpus written by hand holds what its policy permits, redacted, and of two alike the earlier."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow.parquet as pq
from benchmarks.peers.hand_written_corpus import COLUMNS, write_corpus

LONG = "every morning the same train leaves the same station with the same people in it"


def test_it_keeps_what_may_be_used_and_the_first_of_two_alike(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        for name, rows in {
            "members": "SELECT * FROM (VALUES ('a', 'DE'), ('b', 'CA-ON'), ('c', 'US'), ('d', 'FR'), ('e', NULL)) "
            "t(member_id, region)",
            "choices": "SELECT * FROM (VALUES ('d', 's', 'on', 1), ('d', 's', 'off', 3), ('b', 's', 'off', 2), "
            "('b', 's', 'on', 4), ('a', 'other', 'off', 5)) t(subject, setting, value, entry)",
            "profiles": "SELECT 'a' AS member_id, 'Ann' AS name, '' AS headline, NULL::TEXT AS summary, 'cook' AS "
            "position, NULL::TEXT AS location, ['bread', 'soup'] AS skills, TIMESTAMPTZ '2020-01-09' AS updated",
            "posts": f"SELECT * FROM (VALUES ('1', 'b', 'public', 'On time', '{LONG}', TIMESTAMPTZ '2020-01-02'), "
            f"('2', 'a', 'public', 'On time', '{LONG}', TIMESTAMPTZ '2020-01-01'), "
            "('3', 'a', 'public', NULL, 'write to ann@example.org or @ann.b', TIMESTAMPTZ '2020-01-03'), "
            "('4', 'a', 'connections', NULL, 'for few', TIMESTAMPTZ '2020-01-04'), "
            "('5', 'c', 'public', NULL, 'elsewhere', TIMESTAMPTZ '2020-01-05'), "
            "('6', 'd', 'public', NULL, 'said no', TIMESTAMPTZ '2020-01-06'), "
            "('7', 'e', 'public', NULL, 'nobody knows where', TIMESTAMPTZ '2020-01-07')) "
            "t(post_id, author, visibility, title, body, created)",
        }.items():
            con.execute(f"COPY ({rows}) TO '{tmp_path}/{name}.parquet' (FORMAT PARQUET)")
    aside = write_corpus(tmp_path, tmp_path / "choices.parquet", "s", tmp_path / "out.parquet")
    written = pq.read_table(tmp_path / "out.parquet")
    assert tuple(written.column_names) == COLUMNS and written["language"].null_count == 0
    assert [(row["key"], row["subject"], row["text"]) for row in written.to_pylist()] == [
        ("2", "a", f"On time\n{LONG}"),
        ("3", "a", "write to [email] or [handle]"),
        ("a", "a", "Ann\ncook\nSkills: bread, soup"),
    ]
    assert aside == [("post", "1")]
