"""The same members under other policies: counts equal deciding about every record with the reference, one by one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from journeys.networks import comment, make_network, member, message, post
from licet.app import Workspace
from licet.app.impact.policy_impact import policy_as_in_force
from licet.cli.main import app
from licet.enforce.impact import uses_of
from licet.packs import open_pack, shipped
from licet.terms import AppError, PackError
from licet.testing.expected_refusals import people_of
from licet.testing.expected_rows import expect
from licet.testing.worlds import World

AT = datetime(2026, 6, 1, tzinfo=UTC)
PLACES = ["DE", "CH", "GB", "CA", "US", "KR", "HK", None]
PACKS = ["linkedin_as_reported", "linkedin_official", "meta_ai", "x_grok", "reddit", "openai_jobs"]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    rng = Random(5)
    people = [f"m{number}" for number in range(24)]
    rows = {
        "members": [member(one, rng.choice(PLACES)) for one in people],
        "profiles": [{"id": one, "name": one, "headline": "h", "summary": "s", "internal": "i"} for one in people],
        "posts": [
            post(f"p{n}", rng.choice(people), "words", **{"with": rng.sample(people, rng.randrange(2))})
            for n in range(40)
        ],
        "comments": [comment(f"c{n}", "p1", rng.choice(people), "aye") for n in range(20)],
        "messages": [message(f"x{n}", *(lambda a, b: (a, [b]))(*rng.sample(people, 2)), "psst") for n in range(5)],
    }  # fmt: skip
    made = make_network(tmp_path_factory.mktemp("what_if") / "w", rows)
    made.use_pack("linkedin_as_reported")
    for one in people[:6]:
        made.choose(one, "data_for_generative_ai_improvement", "off")
    yield made
    made.close()


def by_brute_force(workspace: Workspace, pack: str) -> dict[tuple[str, str], tuple[int, int, dict[str, int]]]:
    """Per use: records, members, and records by kind of data."""
    catalogue, ledger = workspace.catalogue, workspace.ledger
    policy = policy_as_in_force(open_pack(pack), workspace.packs_in_force())
    tables = {
        name: pq.read_table(workspace.layout.root / str(table.location.parquet))
        for name, table in catalogue.tables.items()
    }
    found = {}
    for purpose, recipient in uses_of(policy):
        world = World(
            policy, catalogue, tables, ledger.choices_table(ledger.position), ledger.signals_table(ledger.position),
            purpose, recipient, AT,
        )  # fmt: skip
        records, people, kinds = 0, set(), Counter[str]()
        for name, table in catalogue.tables.items():
            for row, verdict in zip(tables[name].to_pylist(), expect(world, name).verdicts, strict=True):
                if verdict.permitted:
                    records += 1
                    people |= set(people_of(row, table))
                    kinds.update(verdict.permitted)
        if records:
            found[purpose, recipient] = (records, len(people), dict(kinds))
    return found


@pytest.mark.parametrize("pack", PACKS)
def test_the_counts_equal_deciding_about_every_record(workspace: Workspace, pack: str) -> None:
    (found,) = workspace.what_if(pack, at=AT).policies
    assert {
        (one.purpose, one.recipient): (
            one.records,
            one.members,
            {kind.category: kind.records for kind in one.kinds},
        )
        for one in found.uses
    } == by_brute_force(workspace, pack)
    assert all(sum(one.regions.values()) == one.members for one in found.uses)


def test_one_member_is_told_the_same_as_a_network_of_their_records(workspace: Workspace) -> None:
    told = {one: workspace.what_if(*PACKS, member=one, at=AT) for one in ("m0", "m9")}
    assert all(one.members == 1 for one in told.values())
    for one in told.values():
        training = {p.pack.id: {(u.purpose, u.recipient): u.records for u in p.uses} for p in one.policies}
        refused = one.member == "m0"
        for pack in ("linkedin_as_reported", "linkedin_official"):
            assert not (refused and ("generative_ai_training", "self") in training[pack])
    assert {one.pack.id for one in told["m9"].policies} == set(PACKS)


def test_members_add_up_to_the_network_where_each_record_is_about_one(workspace: Workspace) -> None:
    (all_of_them,) = workspace.what_if("linkedin_official", at=AT).policies
    comments = 0
    for number in range(24):
        (own,) = workspace.what_if("linkedin_official", member=f"m{number}", at=AT).policies
        comments += sum(
            any(kind.category == "content.comments" for kind in use.kinds)
            for use in own.uses
            if (use.purpose, use.recipient) == ("generative_ai_training", "self")
        )
    (use,) = [
        one for one in all_of_them.uses if (one.purpose, one.recipient) == ("generative_ai_training", "self")
    ]
    assert comments == next(kind.members for kind in use.kinds if kind.category == "content.comments")


def test_the_command(workspace: Workspace) -> None:
    home, run = ["-w", str(workspace.layout.root)], CliRunner()
    before = workspace.ledger.position
    told = run.invoke(app, ["whatif", "meta_ai", "openai_jobs", "--at", "2026-06-01", *home])
    assert told.exit_code == 0 and "nothing would be used: it permits nothing on any day" in told.stdout
    told = run.invoke(app, ["whatif", "linkedin_official", "--member", "m9", "--at", "2026-06-01", *home])
    assert "of yours would be used for" in told.stdout or "nothing would be used" in told.stdout
    answer = json.loads(run.invoke(app, ["whatif", "--json", "--at", "2026-06-01", *home]).stdout)
    assert len(answer["policies"]) == len(shipped()) and answer["members"] == 24
    early = json.loads(run.invoke(app, ["whatif", "meta_ai", "--json", "--at", "2020-01-01", *home]).stdout)
    assert early["policies"][0]["uses"] == []
    assert workspace.ledger.position == before, "nothing is recorded"


def test_who_and_what_is_not_known_is_refused(workspace: Workspace) -> None:
    with pytest.raises(AppError, match="APP-013"):
        workspace.what_if("meta_ai", member="nobody")
    with pytest.raises(PackError, match="PACK-027"):
        workspace.what_if("no_such_policy")
