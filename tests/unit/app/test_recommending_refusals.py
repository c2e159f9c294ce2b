"""Noes that no member switched: their browser's signal, and their organisation's for its work data."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeys.job_board import BOAT, CATALOGUE, POLICY, board_rows, make_board
from licet.app import Workspace
from licet.app.recommending.recommender import Recommender


def honouring(setting: str) -> str:
    label = f"  {setting}: {{label:"
    assert label in POLICY
    return POLICY.replace(label, f"  {setting}: {{honours: [gpc], label:")


def learned(recommender: Recommender) -> tuple[str, str]:
    """Digests of what is counted."""
    recommender.recommend("blank", "jobs", 20, None)
    parts = recommender._parts
    assert parts is not None and parts.learned.items is not None
    attributes = parts.learned.attributes(list(parts.jobs.items))
    assert attributes is not None
    return parts.learned.items.digest(), attributes.digest()


def test_a_browsers_signal_ends_a_list_of_ones_own_and_its_end_brings_it_back(tmp_path: Path) -> None:
    with make_board(tmp_path / "w", policy=honouring("personal")) as workspace:
        asked = Recommender(workspace)
        before = asked.recommend(BOAT[0], "jobs", 20, None)
        assert before.personalises
        workspace.signal(BOAT[0], "gpc", True)
        after = asked.recommend(BOAT[0], "jobs", 20, None)
        assert not after.personalises and after.chosen_by == "newest" and after.trains
        assert [one.key for one in after.items] == [one.key for one in lists_of_nobody(asked)]
        assert asked.recommend(BOAT[1], "jobs", 20, None).personalises, "it is theirs alone"
        workspace.signal(BOAT[0], "gpc", False)
        assert asked.recommend(BOAT[0], "jobs", 20, None).items == before.items


def lists_of_nobody(asked: Recommender) -> tuple[object, ...]:
    """What whoever's own rows may not be read for it sees."""
    return asked.recommend("blank", "jobs", 20, None).items


@pytest.mark.parametrize("said", ["gpc", "organisation"])
def test_what_is_said_so_leaves_what_is_learned_as_if_it_had_never_been_there(
    tmp_path: Path, said: str
) -> None:
    rows = board_rows()
    if said == "gpc":
        whole, policy, catalogue = board_rows(), honouring("learning"), CATALOGUE
        for name in ("views", "applications"):
            rows[name] = [one for one in rows[name] if one["who"] != BOAT[0]]
        rows["profiles"] = [one for one in rows["profiles"] if one["id"] != BOAT[0]]
    else:
        whole, policy, catalogue = (
            board_rows(),
            of_organisations(POLICY),
            CATALOGUE.replace("data/views.parquet}, event", "data/views.parquet}, organisation: job, event"),
        )
        assert catalogue != CATALOGUE
        rows["views"] = [one for one in rows["views"] if one["job"] != "boat-3"]
    with make_board(tmp_path / "w", whole, policy=policy, catalogue=catalogue) as workspace:
        asked = Recommender(workspace)
        all_in = learned(asked)
        say(workspace, said, is_no=True)
        without = learned(asked)
        assert without == learned(Recommender(workspace)) != all_in
        say(workspace, said, is_no=False)
        assert learned(asked) == all_in
    with make_board(tmp_path / "never", rows, policy=policy, catalogue=catalogue) as workspace:
        assert learned(Recommender(workspace)) == without


def of_organisations(policy: str) -> str:
    letting = policy.replace("  learning: {label:", "  learning: {organisation_may_refuse: true, label:")
    return letting.replace("activity: {}", "activity: {organisation_may_refuse: true}")


def say(workspace: Workspace, said: str, *, is_no: bool) -> None:
    if said == "gpc":
        workspace.signal(BOAT[0], "gpc", is_no)
    else:
        workspace.choices.choose_for_organisation("boat-3", "learning", "off" if is_no else "on")
