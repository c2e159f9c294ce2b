"""The demo world as tables: labelled, stamped, connected, and the same for everyone."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from licet.sources.catalogue import STAMP, Catalogue, is_category
from licet.sources.catalogue_file import merge_tables
from licet.sources.demo import CAST, make_demo_world, member_id
from licet.terms import SourceError

KINDS_OF_DATA = {
    ("posts", "body"): "content.posts",
    ("comments", "post_id"): "content.comments",
    ("messages", "text"): "private_communication.messages",
    ("group_messages", "text"): "group_communication.messages",
    ("ai_conversations", "prompt"): "ai_conversation",
    ("work_history", "title"): "profile.work_history",
    ("education", "school"): "profile.education",
    ("members", "birth_date"): "demographic.age",
    ("profiles", "skills"): "profile.skills",
}


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def make_in_new_process(folder: Path, hash_seed: str) -> dict[str, str]:
    code = f"from licet.sources.demo import make_demo_world; make_demo_world({str(folder)!r}, members=60, seed=3)"
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ | {"PYTHONHASHSEED": hash_seed})
    return digests(folder)


def test_the_same_members_and_seed_give_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    assert make_in_new_process(tmp_path / "a", "1") == make_in_new_process(tmp_path / "b", "2")


def test_another_seed_makes_another_network(tmp_path: Path) -> None:
    make_demo_world(tmp_path / "a", members=40, seed=1)
    make_demo_world(tmp_path / "b", members=40, seed=2)
    assert digests(tmp_path / "a")["posts.parquet"] != digests(tmp_path / "b")["posts.parquet"]


def test_nothing_but_the_tables_is_left_in_the_folder(world: Any) -> None:
    assert {path.name for path in world.folder.iterdir()} == {
        f"{name}.parquet" for name in world.report.tables
    }


def test_every_location_lies_in_the_folder_and_is_there(world: Any) -> None:
    for name, table in world.report.tables.items():
        assert Path(table.location.parquet).is_relative_to(world.folder), name
        assert Path(table.location.parquet).is_file()


def test_every_column_is_labelled_but_the_declared_one(world: Any) -> None:
    unlabelled = {
        (name, column)
        for name, table in world.report.tables.items()
        for column, label in table.columns.items()
        if label is None
    }
    assert unlabelled == {("profiles", "internal_score")}


def test_the_labels_travel_inside_the_files(world: Any) -> None:
    for name, table in world.report.tables.items():
        schema = pq.read_schema(world.folder / f"{name}.parquet")
        assert set(schema.names) == set(table.named_columns) == {*table.columns} - {*table.hashed}, name
        for field in schema:
            stamp = (field.metadata or {}).get(STAMP, b"").decode() or None
            assert stamp == table.columns[field.name] and (stamp is None or is_category(stamp))


@pytest.mark.parametrize(("place", "label"), KINDS_OF_DATA.items(), ids=".".join)
def test_a_column_holds_the_kind_of_data_it_says(world: Any, place: tuple[str, str], label: str) -> None:
    table, column = place
    assert world.report.tables[table].columns[column] == label


def test_the_report_makes_a_catalogue_and_counts_what_was_written(world: Any) -> None:
    empty = Catalogue(licet_catalogue=1, tables={})
    catalogue = merge_tables(empty, dict(world.report.tables), world.report.facts, replace=True)
    assert catalogue.facts is not None and catalogue.facts.table == "members"
    assert {name: len(world.rows(name)) for name in catalogue.tables} == dict(world.report.counts)
    assert all(world.report.counts.values()), "every table has rows"
    assert {outcome.table for outcome in world.report.files} == set(catalogue.tables)


def test_keys_are_unique(world: Any) -> None:
    for name, table in world.report.tables.items():
        keys = [row[table.key] for row in world.rows(name)]
        assert len(set(keys)) == len(keys), name


def test_everyone_a_row_names_is_a_member(world: Any) -> None:
    members = {row["member_id"] for row in world.rows("members")}
    assert len(members) == 1200
    for name, table in world.report.tables.items():
        for row in world.rows(name):
            for column in table.subjects:
                named = row[column] if isinstance(row[column], list) else [row[column]]
                assert named and members.issuperset(named), (name, column, row)


@pytest.mark.parametrize(
    ("table", "column", "target"),
    [
        ("comments", "post_id", "posts"), ("comments", "reply_to", "comments"), ("posts", "copied_from", "posts"),
        ("reactions", "post_id", "posts"), ("applications", "job_id", "jobs"), ("profiles", "member_id", "members"),
        ("job_contacts", "job_id", "jobs"), ("ad_clicks", "ad_id", "campaigns"), ("job_views", "job_id", "jobs"),
        ("saved_jobs", "job_id", "jobs"), ("not_interested", "job_id", "jobs"),
    ],
)  # fmt: skip
def test_a_reference_points_at_a_row_there_is(world: Any, table: str, column: str, target: str) -> None:
    keys = {row[world.report.tables[target].key] for row in world.rows(target)}
    references = {row[column] for row in world.rows(table)} - {None}
    assert references and references <= keys


def test_a_comment_is_as_visible_as_its_post_and_comes_after_it(world: Any) -> None:
    posts = {row["post_id"]: row for row in world.rows("posts")}
    for comment in world.rows("comments"):
        post = posts[comment["post_id"]]
        assert comment["visibility"] == post["visibility"] and comment["created"] > post["created"]


def test_nobody_acts_before_they_joined_or_after_the_world_ends(world: Any) -> None:
    joined = {row["member_id"]: row["joined"] for row in world.rows("members")}
    end = datetime(2026, 6, 30, 18, 0, tzinfo=UTC)
    for name, table in world.report.tables.items():
        for row in world.rows(name) if table.subjects else ():
            one = row[table.subjects[0]]
            assert joined[one] <= row[table.created] <= end, (name, row)


def test_a_private_message_has_two_subjects_or_more_and_is_private(world: Any) -> None:
    table = world.report.tables["messages"]
    assert table.subjects == ("sender", "recipients") and table.visibility_is == "private"
    messages = world.rows("messages")
    assert all(
        len({row["sender"], *row["recipients"]}) == 1 + len(row["recipients"]) >= 2 for row in messages
    )
    assert any(len(row["recipients"]) > 1 for row in messages)
    for field in pq.read_schema(world.folder / "messages.parquet"):
        assert field.metadata[STAMP] == b"private_communication.messages"


def test_a_connection_is_about_both_and_counted_once(world: Any) -> None:
    assert world.report.tables["connections"].subjects == ("member_id", "connected_to")
    pairs = [frozenset((row["member_id"], row["connected_to"])) for row in world.rows("connections")]
    assert all(len(pair) == 2 for pair in pairs) and len(set(pairs)) == len(pairs)


def test_what_members_do_are_events_whom_they_know_are_edges_and_what_is_offered_is_about_nobody(
    world: Any,
) -> None:
    tables = world.report.tables
    events = {name for name, table in tables.items() if table.event}
    assert events == {
        "comments", "job_contacts", "applications", "follows", "ad_clicks", "reactions", "job_views", "saved_jobs",
        "not_interested",
    }  # fmt: skip
    assert {name for name, table in tables.items() if table.edge} == {"connections"}
    assert {name for name, table in tables.items() if table.is_about_nobody} == {"jobs", "campaigns"}
    referring = {name: dict(table.references) for name, table in tables.items() if table.references}
    assert referring == {
        "reactions": {"post_id": "posts"}, "applications": {"job_id": "jobs"}, "job_contacts": {"job_id": "jobs"},
        "ad_clicks": {"ad_id": "campaigns"},
        **{name: {"job_id": "jobs"} for name in ("job_views", "saved_jobs", "not_interested")},
    }  # fmt: skip


def test_a_job_advertisement_says_nothing_of_who_placed_it(world: Any) -> None:
    profiles = {row["member_id"]: row for row in world.rows("profiles")}
    placed = {row["job_id"]: profiles[row["recruiter"]] for row in world.rows("job_contacts")}
    jobs = world.rows("jobs")
    assert len(placed) == len(jobs) > 100
    for job in jobs:
        recruiter, said = placed[job["job_id"]], f"{job['title']}\n{job['description']}"
        for told in (recruiter["name"], recruiter["handle"], recruiter["email"], recruiter["phone"]):
            assert told is None or told not in said, job
    # in the form that is said of anybody: none is in that of the women who placed some of them
    french = [job["title"] for job in jobs if job["language"] == "fr"]
    assert french and not [title for title in french if re.match(r"\w+(ère|euse|trice)\b", title)]


def test_members_live_in_many_countries_and_some_regions_are_finer_or_unknown(world: Any) -> None:
    regions = [row["region"] for row in world.rows("members")]
    assert len({region[:2] for region in regions if region}) >= 25
    assert {"CA-QC", "US-CA", "CA", None} <= set(regions)


def test_some_members_are_minors_some_have_no_birth_date_and_all_have_a_plan(world: Any) -> None:
    members = world.rows("members")
    day = date(2025, 11, 3)
    born = [row["birth_date"] for row in members]
    minors = [
        b
        for b in born
        if b is not None and (day.year - b.year - ((day.month, day.day) < (b.month, b.day))) < 18
    ]
    assert minors and None in born
    assert {row["plan"] for row in members} == {"free", "premium", "business", "student"}


def test_posts_run_from_the_first_years_to_the_last_and_most_are_recent(world: Any) -> None:
    years = [row["created"].year for row in world.rows("posts")]
    assert min(years) <= 2005 and max(years) == 2026
    assert sum(year >= 2018 for year in years) > len(years) / 2
    after = sum(row["created"] >= datetime(2025, 11, 3, tzinfo=UTC) for row in world.rows("posts"))
    assert 0.08 < after / len(years) < 0.35
    assert {row["visibility"] for row in world.rows("posts")} == {"public", "connections"}


def test_the_cast_is_the_same_under_every_seed(world: Any, tmp_path: Path) -> None:
    make_demo_world(tmp_path, members=12, seed=99)
    other = {
        row["member_id"]: row["name"] for row in pq.read_table(tmp_path / "profiles.parquet").to_pylist()
    }
    names = {row["member_id"]: row["name"] for row in world.rows("profiles")}
    for number, part in enumerate(CAST):
        assert names[member_id(number)] == other[member_id(number)] == f"{part.first} {part.last}"


def test_everyone_in_the_cast_has_posts(world: Any) -> None:
    authors = [row["author"] for row in world.rows("posts")]
    assert all(authors.count(member_id(number)) >= 5 for number in range(len(CAST)))


def test_progress_ends_at_the_number_of_members(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    make_demo_world(tmp_path, members=70, progress=lambda *call: seen.append(call))
    assert seen[-1] == ("members", 70, 70) and [done for _, done, _ in seen] == sorted(
        done for _, done, _ in seen
    )


def test_two_members_are_enough_and_one_is_refused(tmp_path: Path) -> None:
    assert make_demo_world(tmp_path / "two", members=2).counts["members"] == 2
    with pytest.raises(SourceError) as caught:
        make_demo_world(tmp_path / "one", members=1)
    assert caught.value.code == "SRC-060" and not (tmp_path / "one").exists()


def test_a_failure_half_way_leaves_no_spill_behind(tmp_path: Path) -> None:
    def fail(stage: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_demo_world(tmp_path, members=60, progress=fail)
    assert list(tmp_path.iterdir()) == []
