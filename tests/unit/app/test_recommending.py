"""Recommendations for a member: by what they permit of their own, by what others permit to be learned, as of now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from journeys.command_line import run_licet
from journeys.job_board import AT, BOAT, CATALOGUE, KITCHEN, POLICY, Rows, board_rows, make_board, write_board
from journeys.networks import Clock
from licet.app import Workspace
from licet.terms import LicetError


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Whoever chooses something in it chooses it back."""
    with make_board(tmp_path_factory.mktemp("board") / "w") as made:
        yield made


def keys(workspace: Workspace, who: str, **more: Any) -> list[str]:
    return [one.key for one in workspace.recommend.jobs(who, **more).items]


def refused(workspace: Workspace, way: str, *asked: Any, **more: Any) -> str:
    with pytest.raises(LicetError) as caught:
        getattr(workspace.recommend, way)(*asked, **more)
    return caught.value.code


def test_a_list_goes_by_what_the_member_did_and_says_why(workspace: Workspace) -> None:
    made = workspace.recommend.jobs(KITCHEN[0])
    assert made.chosen_by == "history" and made.trains and made.personalises
    first = made.items[0]
    assert first.key.startswith("kitchen-") and (first.reason or "").startswith(
        "Because you looked at or applied for Kitchen hand"
    )
    own = {one["job"] for one in board_rows()["views"] if one["who"] == KITCHEN[0]}
    shown = {one.key for one in made.items}
    assert own and not own & shown, "what was looked at already is not shown"
    assert not {"kitchen-9", "boat-9"} & shown, "what is over is not shown"
    assert "kitchen-7" not in shown, "what is not wanted is not shown"
    assert dict(made.settings) == {"learning": "Learn from what I do", "personal": "Recommend by what I do"}
    assert {one.table: (one.read, one.left_out) for one in made.rows}["views"] == (3, 0)


def test_who_did_nothing_yet_is_recommended_to_by_their_profile_and_who_has_none_by_what_is_new(
    workspace: Workspace,
) -> None:
    fresh, blank = workspace.recommend.jobs("fresh"), workspace.recommend.jobs("blank")
    assert fresh.chosen_by == "profile" and fresh.items[0].key.startswith("boat-") and not fresh.trains
    assert not blank.personalises and fresh.personalises
    assert blank.chosen_by == "newest" and blank.items[0].key.endswith("-0")


def test_who_is_too_young_to_be_learned_from_is_served_all_the_same(workspace: Workspace) -> None:
    kid = workspace.recommend.jobs("kid")
    assert kid.chosen_by == "history" and not kid.trains and "boat-1" not in [one.key for one in kid.items]


def test_a_no_to_being_recommended_to_is_heard_by_the_very_next_request(workspace: Workspace) -> None:
    before = workspace.recommend.jobs(BOAT[5])
    said = workspace.choose(BOAT[5], "personal", "off")
    made = workspace.recommend.jobs(BOAT[5], at_least=said.position)
    assert made.position == said.position and made.items != before.items
    assert (made.trains, made.personalises, made.chosen_by) == (True, False, "newest")
    assert made.because.startswith(
        "Nothing of yours is read for this: you switched “Recommend by what I do” off."
    )
    assert all(
        one.reason in (None, "It is new", "Several members looked at or applied for this")
        for one in made.items
    )
    assert {(one.read, one.code) for one in made.rows} == {(0, "refused")}
    workspace.choose(KITCHEN[0], "personal", "off")
    theirs = list(workspace.recommend.jobs(KITCHEN[0]).items)
    assert theirs == list(made.items), "all to whom nothing of theirs is recommended by see the same"
    workspace.choose(KITCHEN[0], "personal", "on")
    workspace.choose(BOAT[5], "personal", "on")
    assert workspace.recommend.jobs(BOAT[5]).items == before.items
    assert refused(workspace, "jobs", BOAT[5], at_least=99) == "APP-085"


def test_a_no_to_being_learned_from_takes_the_rows_out_and_leaves_the_own_list(workspace: Workspace) -> None:
    whole = workspace.recommend.jobs(BOAT[5])
    workspace.choose(BOAT[5], "learning", "off")
    made = workspace.recommend.jobs(BOAT[5])
    assert made.personalises and not made.trains and made.chosen_by == "history"
    assert {one.key for one in made.items} == {one.key for one in whole.items}
    workspace.choose(BOAT[5], "learning", "on")
    assert workspace.recommend.jobs(BOAT[5]).items == whole.items


def test_what_many_looked_at_comes_first_where_nothing_of_the_member_may_be_read(tmp_path: Path) -> None:
    rows = board_rows()
    for who in (*KITCHEN, *BOAT):
        rows["views"].append({"who": who, "job": "boat-8", "at": rows["views"][0]["at"]})
    with make_board(tmp_path / "w", rows) as workspace:
        made = workspace.recommend.jobs("blank")
        assert made.chosen_by == "popular" and made.items[0].key == "boat-8"
        assert made.items[0].reason == "Several members looked at or applied for this"
        for who in (*KITCHEN, *BOAT)[:19]:
            workspace.choose(who, "learning", "off")
        made = workspace.recommend.jobs("blank")
        assert made.chosen_by == "newest", "nine are not told of, and nobody who said no is counted"


def test_what_everybody_may_see_beside_a_job_is_of_two_members_at_least(tmp_path: Path) -> None:
    rows, near = board_rows(), []
    for who in KITCHEN[:2]:
        rows["views"] += [
            {"who": who, "job": job, "at": rows["views"][0]["at"]} for job in ("boat-8", "kitchen-9")
        ]
    acts = [*rows["views"], *rows["applications"]]
    with make_board(tmp_path / "w", rows) as workspace:
        for out in (None, KITCHEN[1]):
            if out is not None:
                workspace.choose(out, "learning", "off")
            counted = [
                {row["job"] for row in acts if row["who"] == who} for who in (*KITCHEN, *BOAT) if who != out
            ]
            beside = [job for taken in counted if "boat-8" in taken for job in taken]
            expected = {job for job in beside if beside.count(job) > 1} - {"boat-8", "boat-9", "kitchen-9"}
            found = workspace.recommend.similar("boat-8", most=50)
            assert {one.key for one in found.items} == expected and json.dumps(found.as_json())
            near.append(expected)
        assert near[0] - near[1] == {"kitchen-1"}, "one member alone says nothing to everybody"
        assert refused(workspace, "similar", "no such job") == "APP-282"
        assert refused(workspace, "similar", "boat-8", most=0) == "APP-281"


def test_both_ways_are_what_then_is_seen_and_nothing_is_recorded(workspace: Workspace) -> None:
    position = workspace.ledger.position
    for setting in ("personal", "learning"):
        both = workspace.recommend.both_ways(BOAT[2], setting)
        assert both.is_on and both.on.items == workspace.recommend.jobs(BOAT[2], most=10).items
        assert workspace.ledger.position == position and workspace.recommend.jobs(BOAT[2]).trains
        workspace.choose(BOAT[2], setting, "off")
        seen = workspace.recommend.jobs(BOAT[2], most=10)
        assert (seen.items, seen.trains, seen.personalises) == (
            both.off.items,
            both.off.trains,
            both.off.personalises,
        )
        again = workspace.recommend.both_ways(BOAT[2], setting)
        assert not again.is_on and again.on.items == both.on.items and again.off.items == both.off.items
        workspace.choose(BOAT[2], setting, "on")
        position = workspace.ledger.position
    assert workspace.recommend.both_ways(BOAT[2]).setting == "learning"
    assert workspace.recommend.both_ways(BOAT[2], "personal").differing > 0
    assert refused(workspace, "both_ways", BOAT[2], "no_such") == "APP-283"


def test_what_is_asked_amiss_has_its_code(workspace: Workspace) -> None:
    assert refused(workspace, "jobs", "nobody") == "APP-013"
    assert (
        refused(workspace, "jobs", BOAT[0], most=0)
        == refused(workspace, "posts", BOAT[0], most=101)
        == "APP-281"
    )
    assert refused(workspace, "explain", BOAT[0], "no-such-job") == "APP-282"
    assert refused(workspace, "explain", BOAT[0], "boat-1", kind="poems") == "APP-280"


def test_why_says_what_of_ones_own_it_goes_back_to(workspace: Workspace) -> None:
    made = workspace.recommend.jobs(BOAT[7])
    told = workspace.recommend.explain(BOAT[7], made.items[0].key)
    assert told.rank == 1 and told.item.reason == told.sentences[0] == made.items[0].reason
    assert "Because your profile says sailing, boat" in told.sentences
    over = workspace.recommend.explain(BOAT[7], "boat-9")
    assert over.rank is None and over.sentences == ()


def test_posts_are_those_everybody_may_see_and_whose_authors_permit_it(workspace: Workspace) -> None:
    made = workspace.recommend.posts(KITCHEN[0], most=100)
    shown = {one.key: one.reason for one in made.items}
    assert made.items[0].key == f"p-{BOAT[2]}" and made.items[0].reason == "Because you follow its author"
    assert f"p-{KITCHEN[3]}" not in shown, "one that only connections may see is shown to nobody"
    assert f"p-{KITCHEN[0]}" not in shown and "Because your profile says cooking" in shown.values()
    by_time = [one.created for one in workspace.recommend.posts(KITCHEN[0], newest_first=True).items]
    assert by_time == sorted(by_time, key=str, reverse=True)
    workspace.choose(BOAT[2], "personal", "off")
    workspace.choose(BOAT[4], record=("posts", f"p-{BOAT[4]}"), via="web")
    now = {one.key for one in workspace.recommend.posts(KITCHEN[0], most=100).items}
    assert now == shown.keys() - {f"p-{BOAT[2]}", f"p-{BOAT[4]}"}
    workspace.choose(KITCHEN[0], "personal", "off")
    assert workspace.recommend.posts(KITCHEN[0]).chosen_by == "newest"
    for who in (BOAT[2], KITCHEN[0]):
        workspace.choose(who, "personal", "on")
    workspace.choose(BOAT[4], value="on", record=("posts", f"p-{BOAT[4]}"), via="web")
    assert {one.key: one.reason for one in workspace.recommend.posts(KITCHEN[0], most=100).items} == shown


def test_without_an_artefact_nothing_is_learned_and_files_are_followed(tmp_path: Path) -> None:
    with make_board(tmp_path / "w", built=False) as workspace:
        made = workspace.recommend.jobs(BOAT[0])
        both = workspace.recommend.both_ways(BOAT[0], "personal")
        assert not both.on.trains and not both.off.trains, "nor is it supposed to be"
        assert made.learned is None and not made.trains and made.items[0].key.startswith("boat-")
        workspace.recommend.build()
        made = workspace.recommend.jobs(BOAT[0])
        assert made.learned == "recommend-1" and made.trains and "boat-4" in keys(workspace, "fresh")
        rows: Rows = board_rows()
        rows["jobs"] = [one for one in rows["jobs"] if one["job"] != "boat-4"]
        for name in ("views", "applications"):
            rows[name] = [one for one in rows[name] if one["who"] != BOAT[0]]
        write_board(workspace.layout.root, rows)
        assert "boat-4" not in keys(workspace, "fresh") and not workspace.recommend.jobs(BOAT[0]).trains


def test_a_day_that_ends_a_rule_ends_what_is_learned_by_it(tmp_path: Path) -> None:
    clock = Clock(AT)
    ending = POLICY.replace(
        "minimum_age: 18,\n     notice: n,", "minimum_age: 18, until: 2026-07-02,\n     notice: n,"
    )
    assert ending != POLICY
    with make_board(tmp_path / "w", policy=ending, clock=clock) as workspace:
        assert workspace.recommend.jobs(BOAT[0]).trains
        clock.at += timedelta(days=3)
        made = workspace.recommend.jobs(BOAT[0])
        assert not made.trains and made.chosen_by == "history", "their own is still read"
        clock.at += timedelta(days=250)
        assert "boat-1" not in keys(workspace, "fresh"), "jobs end, too"


def test_what_cannot_be_read_is_not_gone_by(tmp_path: Path) -> None:
    """A damaged artefact teaches nothing, and members are served from their own."""
    with make_board(tmp_path / "w") as workspace:
        assert "what members who did alike did besides" in workspace.recommend.jobs(BOAT[0]).because
        (manifest,) = (workspace.layout.store / "snapshots" / "recommend").iterdir()
        manifest.write_bytes(manifest.read_bytes() + b" ")
        workspace.choose("fresh", "learning", "off")
        made = workspace.recommend.jobs(BOAT[0])
        assert not made.trains and made.learned is None
        assert "cannot be brought to this moment (STOR-010)" in made.because and "besides" not in made.because
        assert made.personalises and made.items[0].key.startswith("boat-")


@pytest.mark.parametrize("named", ["{table: views}", "{jobs: ", "{profiles: ", "table: posts", "unwanted"])
def test_a_table_that_is_not_there_is_named_and_goes_by_when_it_is_mended(
    workspace: Workspace, named: str
) -> None:
    path = workspace.layout.recommend
    text = path.read_text()
    word = named.strip("{: ").removeprefix("table: ").rstrip("}")
    try:
        path.write_text(text.replace(named, named.replace(word, "nowhere"), 1))
        for way in ("jobs", "posts", "both_ways"):
            assert refused(workspace, way, BOAT[0]) == "RCMD-004"
    finally:
        path.write_text(text)
    assert workspace.recommend.jobs(BOAT[0]).items


def test_the_commands_say_the_same(workspace: Workspace) -> None:
    root = str(workspace.layout.root)
    told = run_licet("recommend", "jobs", "--subject", BOAT[0], "--most", "3", "--json", "--workspace", root)
    made = json.loads(told.out)
    assert told.status == 0 and [one["key"] for one in made["items"]] == keys(workspace, BOAT[0], most=3)
    told = run_licet("recommend", "jobs", "--subject", BOAT[0], "--workspace", root)
    assert (
        "1. Boat hand" in told.out
        and "Because you looked at or applied for" in told.out
        and "is among what" in told.out
    )
    told = run_licet(
        "recommend", "both-ways", "--subject", BOAT[0], "--setting", "personal", "--workspace", root
    )
    assert "would not be there with it off" in told.out and "“Recommend by what I do”, now on" in told.out


def test_an_item_goes_by_its_table_and_its_key_where_several_tables_hold_items(tmp_path: Path) -> None:
    """A course and a job of one key are two: what somebody did with one says nothing of the other."""
    rows = board_rows()
    courses = """
  courses:
    {location: {parquet: data/courses.parquet}, about: nobody, key: job, created: made, visibility_is: public,
     columns: {job: organisation.job_postings, title: organisation.job_postings, made: organisation.job_postings}}
"""
    with make_board(
        tmp_path / "w", rows, catalogue=CATALOGUE + courses.lstrip("\n"), built=False
    ) as workspace:
        root = workspace.layout.root
        keyed = [one | {"title": f"Course {one['job']}"} for one in rows["jobs"]]
        pq.write_table(pa.Table.from_pylist(keyed), root / "data" / "courses.parquet")
        layout = workspace.layout.recommend
        layout.write_text(layout.read_text().replace("items: {", "items: {courses: {title: title}, ", 1))
        workspace.recommend.build()
        made = workspace.recommend.jobs(BOAT[0], most=50)
        own = {one["job"] for one in rows["views"] if one["who"] == BOAT[0]}
        assert not {("jobs", key) for key in own} & {(one.table, one.key) for one in made.items}
        assert {("courses", key) for key in own} <= {(one.table, one.key) for one in made.items}
        first = made.items[0]
        assert first.table == "jobs" and "hand" in (first.reason or "")
        told = workspace.recommend.explain(BOAT[0], first.key, table="courses")
        assert told.item.title == f"Course {first.key}" and told.rank != 1
        assert workspace.recommend.explain(BOAT[0], first.key, table="jobs").rank == 1
        near = workspace.recommend.similar(first.key, table="jobs").items
        assert near and {one.table for one in near} == {"jobs"}
        assert not workspace.recommend.similar(first.key, table="courses").items


def test_a_stranger_of_ten_million_characters_is_told_shortly(workspace: Workspace) -> None:
    long = "x" * 10_000_000
    for way, *asked in (("jobs", long), ("both_ways", BOAT[0], long), ("explain", BOAT[0], long)):
        with pytest.raises(LicetError) as caught:
            getattr(workspace.recommend, way)(*asked)
        assert len(str(caught.value)) < 5_000


def test_an_item_of_megabytes_makes_no_list_of_them(tmp_path: Path) -> None:
    rows = board_rows()
    for job in rows["jobs"]:
        job["title"] += " and so on" * 20_000
        job["place"] = "far " * 50_000
    with make_board(tmp_path / "w", rows) as workspace:
        made = workspace.recommend.jobs(KITCHEN[0])
        assert made.items and all(len(one.title) == len(one.details["place"]) == 300 for one in made.items)
        assert any("Kitchen hand" in (one.reason or "") for one in made.items)
        assert len(json.dumps(made.as_json())) < 50_000
