"""Rows that are about several people: who of them says no takes the row out, whoever of them it is kept under."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from journeys import job_board
from journeys.job_board import BOAT, KITCHEN, Rows, board_rows, make_board
from licet.app import Workspace
from licet.app.recommending.recommender import Recommender

Making = Callable[[str, dict[str, str], Rows], Workspace]


@pytest.fixture
def making(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Making:
    """A board whose table of a name has a column of text more, `beside`, and another catalogue."""

    def make(table: str, changes: dict[str, str], rows: Rows) -> Workspace:
        catalogue = job_board.CATALOGUE
        for before, after in changes.items():
            assert before in catalogue
            catalogue = catalogue.replace(before, after)
        shape = {**job_board._SHAPES[table], "beside": pa.string()}
        monkeypatch.setitem(job_board._SHAPES, table, shape)
        return make_board(tmp_path / "w", rows, catalogue=catalogue)

    return make


def _digest(recommender: Recommender) -> str:
    recommender.recommend(KITCHEN[5], "jobs", 20, None)
    assert recommender._parts is not None and recommender._parts.learned.items is not None
    return recommender._parts.learned.items.digest()


def test_an_event_leaves_counts_and_artefact_with_a_no_of_whoever_else_it_is_about(making: Making) -> None:
    """And the sentence of what a member did tells of what they did, not of what was done beside them."""
    rows = board_rows()
    for row in rows["views"]:
        row["beside"] = row["who"]
    rows["views"].append({**rows["views"][0], "who": BOAT[0], "job": "kitchen-8", "beside": BOAT[13]})
    event = "event: {actor: who, item: job, time: at}, references: {job: jobs},\n     columns: {job: activity.views"
    more = event.replace("references", "subjects: [who, beside], references")
    with making("views", {event: more}, rows) as workspace:
        following = Recommender(workspace)
        together, before = _digest(following), workspace.recommend.show().manifest["root"]
        shown = following.recommend(BOAT[13], "jobs", 100, None)
        assert not any("Kitchen hand 8" in (one.reason or "") for one in shown.items)
        for value, same in (("off", False), ("on", True)):
            workspace.choose(BOAT[13], "learning", value)
            assert _digest(following) == _digest(Recommender(workspace))
            assert (_digest(following) == together) is same
            updated = workspace.recommend.update()
            assert updated.how == "updated" and updated.root == workspace.recommend.build().root
            assert (updated.root == before) is same


def test_a_post_of_two_is_shown_to_nobody_once_either_says_no(making: Making) -> None:
    rows = board_rows()
    for row in rows["posts"]:
        row["beside"] = row["author"]
    rows["posts"][0]["beside"] = BOAT[13]
    changes = {
        "subjects: [author], created": "subjects: [author, beside], created",
        "columns: {post: content.posts": "columns: {beside: content.posts, post: content.posts",
    }
    with making("posts", changes, rows) as workspace:

        def is_shown() -> bool:
            shown = workspace.recommend.posts(KITCHEN[7], most=100).items
            return rows["posts"][0]["post"] in {one.key for one in shown}

        assert is_shown()
        workspace.choose(rows["posts"][0]["author"], "learning", "off")
        assert is_shown(), "it is not learned from, and is shown"
        workspace.choose(BOAT[13], "personal", "off")
        assert not is_shown()
        workspace.choose(BOAT[13], "personal", "on")
        assert is_shown()


def test_a_job_of_a_member_comes_and_goes_with_their_own_control(making: Making) -> None:
    rows = board_rows()
    for row in rows["jobs"]:
        row["beside"] = BOAT[12]
    changes = {
        "about: nobody, key: job": "key: job, subjects: [beside]",
        "columns: {job: organisation": "columns: {beside: activity, job: organisation",
        "organisation.job_postings": "activity",
    }
    with making("jobs", changes, rows) as workspace:

        def offered() -> int:
            return workspace.recommend.jobs(KITCHEN[0]).offered

        assert offered() == 20
        for setting, value, left in (
            ("learning", "off", 20),
            ("learning", "on", 20),
            ("personal", "off", 0),
            ("personal", "on", 20),
        ):
            workspace.choose(BOAT[12], setting, value)
            assert offered() == left, (setting, value)
