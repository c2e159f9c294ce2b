"""A toggle reaches whatever was made, under every shipped policy: what a platform promises of the past is only told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import licet
from journeys.networks import AUTUMN, PACK, make_network, member, post
from licet.app import Workspace
from licet.packs import shipped
from licet.terms import LicetError
from licet.terms.moments import parse_moment


def test_what_a_platform_promises_of_the_past_changes_nothing_here(tmp_path: Path) -> None:
    pack = PACK.replace("honours: [gpc]", "retroactive: false\n    honours: [gpc]")
    rows = {
        "members": [member("ann"), member("ben")],
        "posts": [post("1", "ann", "hers"), post("2", "ben", "his")],
    }
    with make_network(tmp_path / "w", rows, pack=pack, clock=lambda: AUTUMN) as workspace:
        workspace.corpus_build()
        workspace.choose("ann", "ai", "off")
        assert [one.how for one in workspace.update()] == ["updated"]
        assert [one["text"] for one in workspace.corpus_documents()] == ["his"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    root = tmp_path_factory.mktemp("world") / "w"
    with licet.create(root, clock=lambda: parse_moment("2026-06-01")) as workspace:
        workspace.make_demo_world(60)
        yield workspace


def test_under_every_shipped_policy_a_toggle_reaches_every_corpus(world: Workspace) -> None:
    reached = set()
    for name in shipped():
        world.use_pack(name)
        pack = world.policy().pack
        permits = [rule for rule in pack.rules if rule.effect == "permit"]
        for purpose in sorted({purpose for rule in permits for purpose in rule.purposes}):
            try:
                world.corpus_build(purpose=purpose)
            except LicetError as error:
                assert error.code == "GATE-200", "nothing is trained for it"
                continue
            found = (one["subjects"] for one in world.corpus_documents())
            who = next((people[0] for people in found if len(people) == 1), None)
            if who is None:
                continue
            line = {*pack.purpose_line(purpose)}
            for setting in {rule.setting for rule in permits if line & {*rule.purposes}} - {None}:
                world.choose(who, str(setting), "off")
            assert all(one.status.standing.value == "exact" for one in world.update())
            if all(rule.setting is not None for rule in permits if line & {*rule.purposes}):
                assert not [one for one in world.corpus_documents() if who in one["subjects"]], (
                    name,
                    purpose,
                )
                reached.add(name)
    assert len(reached) >= 3
