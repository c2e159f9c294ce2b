"""What stands in memory of an artefact: made anew whenever an answer could be another, and at no other time."""

from __future__ import annotations

from pathlib import Path

import pytest

import licet
from journeys.harbours import POLICY, TODAY, make_harbour
from journeys.networks import Clock
from licet.app import Workspace
from licet.app.present_artefact import Presence
from licet.app.standing_views import StandingViews
from licet.enforce.origin import PurposeRef
from licet.terms import SELF, LicetError

LEARNING = PurposeRef("recommender_training", SELF)


@pytest.fixture
def clock() -> Clock:
    return Clock(TODAY)


@pytest.fixture
def workspace(tmp_path: Path, clock: Clock) -> Workspace:
    people = [{"id": who, "headline": "Welder"} for who in ("ann", "ben", "cy")]
    with make_harbour(tmp_path / "w", people, [("ann", "ben"), ("ben", "cy")]) as made:
        made.uses.people.build()
    return licet.open(tmp_path / "w", clock=clock)


def test_a_view_stands_while_nothing_could_change_an_answer_and_no_longer(
    workspace: Workspace, clock: Clock
) -> None:
    views, position = StandingViews[frozenset[str]](workspace, "people"), workspace.ledger.position

    def made(present: Presence) -> frozenset[str]:
        return frozenset((*present.touched, "made"))

    def view() -> frozenset[str]:
        return views.of("edges", LEARNING, workspace.ledger.position, made)

    def is_another() -> bool:
        before = view()
        return view() is not before

    first = view()
    assert view() is first and first == {"made"}
    workspace.uses.search.build()
    assert workspace.ledger.position > position and view() is first, "that something was made changes nothing"
    workspace.choices.choose("cy", "learning", "off")
    then = view()
    assert then is not first and "cy" in then and not is_another()
    clock.at = TODAY.replace(hour=12)
    noon = view()
    assert noon is not then and not is_another()
    workspace.choices.choose("ann", "personal", "off")
    policy = workspace.layout.root / "next.yaml"
    policy.write_text(
        POLICY.replace('version: "1"', 'version: "2"').replace("{label: Learn from", "{label: Learn of")
    )
    workspace.policies.use(str(policy))
    with pytest.raises(LicetError, match="RCMD-105"):
        view()
    list(workspace.uses.update())
    assert view() == {"made"}
    assert len(views._views) == 2, "one of each artefact, however often somebody chose"
