"""A table's files are known again, or known to have changed, whatever their dates say."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from licet.sources.catalogue import Location
from licet.sources.fingerprints import fingerprint


def test_content_put_in_place_of_other_content_of_one_size_and_date_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "posts.csv"
    file.write_text("who\nann\n")
    before, location = file.stat(), Location(csv="posts.csv")
    known = fingerprint(location, tmp_path)
    assert known == fingerprint(location, tmp_path)
    file.write_text("who\nben\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_mtime_ns == before.st_mtime_ns and file.stat().st_size == before.st_size
    assert fingerprint(location, tmp_path) != known


def test_content_is_read_only_where_a_file_does_not_stand_as_it_stood(tmp_path: Path) -> None:
    file, location = tmp_path / "posts.csv", Location(csv="posts.csv")
    file.write_text("who\nann\n")
    known = fingerprint(location, tmp_path)
    assert known is not None
    planted = (replace(known[0], content="as it was said before"),)
    assert fingerprint(location, tmp_path, planted) == planted
    file.touch()
    touched = fingerprint(location, tmp_path, planted)
    assert touched is not None and touched[0].content == known[0].content and touched != known


def test_a_folder_that_is_renamed_is_another_file(tmp_path: Path) -> None:
    (tmp_path / "posts" / "who=ann").mkdir(parents=True)
    (tmp_path / "posts" / "who=ann" / "a.csv").write_text("text\nx\n")
    location = Location(csv="posts", hive=True)
    known = fingerprint(location, tmp_path)
    (tmp_path / "posts" / "who=ann").rename(tmp_path / "posts" / "who=ben")
    now = fingerprint(location, tmp_path, known or ())
    assert [file.file for file in now or ()] == ["posts/who=ben/a.csv"]


def test_a_file_deep_in_a_folder_counts(tmp_path: Path) -> None:
    (tmp_path / "posts" / "day=1").mkdir(parents=True)
    (tmp_path / "posts" / "a.csv").write_text("who\nann\n")
    known = fingerprint(Location(csv="posts"), tmp_path)
    (tmp_path / "posts" / "day=1" / "B.CSV").write_text("who\nben\n")
    now = fingerprint(Location(csv="posts"), tmp_path)
    assert (
        now != known
        and now is not None
        and [file.file for file in now]
        == [
            "posts/a.csv",
            "posts/day=1/B.CSV",
        ]
    )


@pytest.mark.parametrize(
    "location",
    [{"parquet": "nowhere"}, {"parquet": "s3://far/away"}, {"sql": "sqlite:///x.db", "table": "t"}],
)
def test_what_no_file_tells_has_no_fingerprint(tmp_path: Path, location: dict[str, Any]) -> None:
    assert fingerprint(Location(**location), tmp_path) is None
