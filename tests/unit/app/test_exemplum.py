"""Under the made-up network's own policy every use has data of it, and none a private message."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import licet
from licet.app import Workspace
from licet.enforce import Access
from licet.packs import open_pack
from licet.policies.policy_guide import guide
from licet.terms import SELF
from licet.terms.moments import parse_moment

AT = parse_moment("2026-06-30T18:00:00")
#: One table of every kind of row there is.
TABLES = (
    "profiles", "posts", "comments", "reactions", "applications", "connections", "jobs", "job_contacts", "campaigns",
    "ad_clicks", "job_views", "saved_jobs", "not_interested", "messages",
)  # fmt: skip
DONE = {"reactions", "applications", "connections", "job_views", "saved_jobs", "not_interested"}
#: Each use, with those of them of which rows pass.
USES = {
    ("generative_ai_training", SELF): {"profiles", "posts", "comments", "jobs"},
    ("recommender_training", SELF): {"profiles", "posts", "comments", "jobs", *DONE},
    ("recommendation", SELF): {"profiles", "posts", "comments", "jobs", "job_contacts", *DONE},
    ("ai_assistance", SELF): {"profiles", "posts"},
    ("ad_targeting", SELF): {"profiles", "campaigns", "ad_clicks"},
    ("ad_sharing", "exemplum_media"): {"profiles", "campaigns", "ad_clicks"},
}  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with licet.open(tmp_path_factory.mktemp("exemplum") / "w", make=True, clock=lambda: AT) as made:
        made.make_demo_world(60)
        made.use_pack("exemplum")
        yield made


@pytest.mark.parametrize("use", USES, ids=lambda use: use[0])
def test_every_use_has_data_and_none_a_private_message(workspace: Workspace, use: tuple[str, str]) -> None:
    told = workspace.gate(use[0], recipient=use[1]).counts(TABLES)
    assert {row.table for row in told.passed} == USES[use]
    messages = [row for row in told.held_back if row.table == "messages"]
    assert messages and {row.code for row in messages} <= {"forbidden", "closed_by_vocabulary"}


def test_every_use_that_the_policy_speaks_of_is_tried_here() -> None:
    assert {*open_pack("exemplum").uses()} == {*USES}


def test_a_use_is_given_events_edges_and_items(workspace: Workspace) -> None:
    access = Access({"recommender_training": workspace.gate("recommender_training")}, b"")
    for name in ("reactions", "comments", "follows", "job_views", "saved_jobs", "not_interested"):
        assert access.events(name).read_all().num_rows, name
    assert access.edges("connections").read_all().num_rows
    jobs = {*access.items("jobs").read_all()["job_id"].to_pylist()}
    applied = {*access.events("applications").read_all()["item"].to_pylist()}
    assert applied and applied <= jobs
    adverts = Access({"ad_targeting": workspace.gate("ad_targeting")}, b"")
    clicked = {*adverts.events("ad_clicks").read_all()["item"].to_pylist()}
    assert clicked and clicked <= {*adverts.items("campaigns").read_all()["ad_id"].to_pylist()}


def test_a_reaction_goes_where_its_post_goes(workspace: Workspace) -> None:
    told = workspace.gate("recommender_training").counts(["reactions"])
    assert {row.code for row in told.held_back} >= {"reference_withheld"} and told.passed


def test_who_placed_an_advertisement_decides_about_that_and_not_about_the_advertisement(
    workspace: Workspace,
) -> None:
    placed, *_ = workspace.gate("recommendation").read("job_contacts").to_pylist()
    workspace.choose(placed["recruiter"], "personalisation", "off")
    gate = workspace.gate("recommendation")
    assert placed["recruiter"] not in gate.read("job_contacts")["recruiter"].to_pylist()
    assert placed["job_id"] in gate.read("jobs")["job_id"].to_pylist()


def test_what_organisations_publish_is_told_as_nobodys_own(workspace: Workspace) -> None:
    page = workspace.member("m000001").setting("learning")
    told = {rule.rule: rule.because for rule in page.does_not_govern}
    for rule in ("use_job_advertisements", "choose_among_campaigns", "share_campaigns"):
        assert told[rule].startswith("This is what organisations publish")
    assert told["choose_ads"] == "Your data is used for this."
    found = guide("exemplum", "CA", day=AT.date())
    assert found.without == () and "No control" not in found.answer
    assert all(
        sum("of what organisations publish" in line.text for line in control.will_not_change) == 3
        for control in found.controls
    )


def test_a_corpus_holds_job_advertisements_that_are_nobodys(workspace: Workspace) -> None:
    workspace.corpus_build()
    made = [one for one in workspace.corpus_documents() if one["kind"] == "job"]
    jobs = workspace.gate("generative_ai_training").read("jobs")
    assert {one["key"] for one in made} == {*jobs["job_id"].to_pylist()} and len(made) > 2
    assert all(one["subjects"] == [] for one in made)
