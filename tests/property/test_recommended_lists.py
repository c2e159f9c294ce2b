"""After any choices every list is that of a process that never saw who left; what they hold changes nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from journeys.job_board import BOAT, KITCHEN, MARKER, Rows, board_rows, make_board
from licet.app import Workspace
from licet.app.recommending.recommender import Recommender

_PROBERS = (KITCHEN[0], BOAT[5], "fresh", "blank", "kid")
_CHOOSING = (KITCHEN[1], BOAT[5], BOAT[6], "kid")
_CHOICES = st.lists(
    st.tuples(
        st.sampled_from(_CHOOSING), st.sampled_from(["learning", "personal"]), st.sampled_from(["off", "on"])
    ),
    min_size=1,
    max_size=5,
)


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with make_board(tmp_path_factory.mktemp("board") / "w") as made:
        yield made


@settings(
    max_examples=4, phases=[Phase.generate], deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(_CHOICES)
def test_after_any_choices_a_list_is_that_of_a_process_that_never_saw_who_left(
    board: Workspace, choices: list[tuple[str, str, str]]
) -> None:
    standing = Recommender(board)
    assert standing.recommend(BOAT[1], "jobs", 20, None).trains
    for chosen in choices:
        board.choose(*chosen)
        standing.recommend(BOAT[1], "jobs", 20, None)
    fresh = Recommender(board)
    for who in _PROBERS:
        for kind in ("jobs", "posts"):
            assert standing.recommend(who, kind, 20, None) == fresh.recommend(who, kind, 20, None)
    assert _digests(standing) == _digests(fresh)


def _digests(recommender: Recommender) -> tuple[str, str]:
    parts = recommender._parts
    assert parts is not None and parts.learned.items is not None
    attributes = parts.learned.attributes(list(parts.jobs.items))
    assert attributes is not None
    return parts.learned.items.digest(), attributes.digest()


def test_what_somebody_excluded_holds_changes_nobody_elses_list_or_reason(tmp_path: Path) -> None:
    marked, who = board_rows(), KITCHEN[1]
    for rows, told in ((marked["profiles"], {"skills": ["sailing"], "position": f"boat {MARKER}"}),
                       (marked["posts"], {"body": f"{MARKER} cooking sailing", "title": MARKER})):  # fmt: skip
        for row in rows:
            if who in (row.get("id"), row.get("author")):
                row.update(told)
    for name in ("views", "applications"):
        for row in (one for one in marked[name] if one["who"] == who):
            row["job"] = "boat-" + row["job"][-1]
    found = [
        _lists(tmp_path / name, rows, who) for name, rows in (("plain", board_rows()), ("marked", marked))
    ]
    (plain_in, plain_out), (marked_in, marked_out) = found
    assert plain_in != marked_in, "who is in is seen in some"
    assert plain_out == marked_out and MARKER in str(marked_in) and MARKER not in str(marked_out)


def _lists(root: Path, rows: Rows, who: str) -> tuple[list[Any], list[Any]]:
    """What others are recommended, and why, before somebody says no to both, and after."""
    with make_board(root, rows) as workspace:
        ask = workspace.recommend

        def told() -> list[Any]:
            lists: list[Any] = []
            for other in (KITCHEN[0], KITCHEN[2], BOAT[0], "fresh", "blank"):
                jobs = ask.jobs(other, most=100)
                why = [ask.explain(other, item.key).sentences for item in jobs.items[:2]]
                lists += [jobs.as_json()["items"], jobs.because, why]
            return lists + [ask.posts(other, most=100).as_json()["items"] for other in (KITCHEN[0], "blank")]

        before = told()
        for setting in ("learning", "personal"):
            workspace.choose(who, setting, "off")
        return before, told()
