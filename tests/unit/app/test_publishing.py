"""Public pages: what of a member they show, and when they may say to a crawler that it may train generative AI."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from journeys.networks import PACK, make_network, member, post
from licet.app import Workspace
from licet.terms import AppError

#: Posts and headlines, for the platform and for a partner, each under a control of its own; posts of adults alone.
POLICY = (
    PACK[: PACK.index("rules:")].replace(
        "purposes: {generative_ai_training: {}}",
        "purposes: {generative_ai_training: {}, partner_models: {kind_of: generative_ai_training}}\n"
        "recipients: {partner: {name: A partner, kind: partner}}",
    )
    + """
rules:
  - {id: headlines, effect: permit, purposes: [generative_ai_training], categories: [profile.headline],
     notice: winter, setting: ai}
  - {id: posts, effect: permit, purposes: [generative_ai_training], categories: [content.posts],
     regions: [EEA], minimum_age: 18, notice: winter, setting: ai}
"""
)
FORBID = """
  - {id: never, effect: forbid, purposes: [generative_ai_training], categories: [content.posts], regions: [DE]}
"""
PARTNER = """
  - {id: partners, effect: permit, purposes: [partner_models], categories: [content.posts], recipients: [partner],
     notice: winter, setting: talk}
"""


def network(root: Path, *, policy: str = POLICY, **tables: list[dict[str, Any]]) -> Workspace:
    rows = {
        "members": [member("ann"), member("ben"), member("kid", born=datetime(2020, 1, 1, tzinfo=UTC).date())],
        "profiles": [{"id": who, "name": None, "headline": "A baker", "summary": None, "internal": "7"}
                     for who in ("ann", "ben", "kid")],
        "posts": [post(f"of-{who}", who, "Bread wants time") for who in ("ann", "ben", "kid")],
    } | tables  # fmt: skip
    workspace = make_network(root, rows, pack=policy)
    assert not workspace.is_willing_to_train("ann"), "it is on by default, and nobody asked her"
    for who in ("ann", "ben", "kid"):
        workspace.choose(who, "ai", "on")
    return workspace


def test_a_page_says_yes_where_its_author_did_and_the_policy_permits_it(tmp_path: Path) -> None:
    workspace = network(tmp_path / "w")
    assert workspace.is_willing_to_train("ann") and workspace.willing_to_train(5) == ["ann", "ben"]
    assert workspace.willing_to_train(2) == [], "none, where more than so many switched it on"
    assert not workspace.is_willing_to_train("kid"), "the policy asks for adults"
    assert workspace.public_page("kid").records, "the page itself is shown"
    workspace.choose("ann", "ai", "off")
    assert not workspace.is_willing_to_train("ann")
    with pytest.raises(AppError, match="APP-013"):
        workspace.public_page("zoe")


def test_a_signal_and_a_narrow_refusal_are_a_no(tmp_path: Path) -> None:
    workspace = network(tmp_path / "w")
    workspace.choose("ann", "ai", "off", category="content")
    workspace.signal("ben", "gpc", True)
    assert workspace.willing_to_train(9) == []
    assert not workspace.public_page("ann", ("posts", "of-ann")).is_willing
    assert workspace.public_page("ann", ("profiles", "ann")).is_willing, "only what she says was refused"


def test_a_forbid_is_a_no(tmp_path: Path) -> None:
    assert not network(tmp_path / "w", policy=POLICY + FORBID).is_willing_to_train("ann")


def test_a_refusal_carried_from_an_earlier_policy_is_a_no(tmp_path: Path) -> None:
    workspace = network(tmp_path / "w")
    workspace.choose("ann", "ai", "off")
    later = tmp_path / "later.yaml"
    later.write_text(POLICY.replace("  ai:\n", "  machine:\n").replace("setting: ai", "setting: machine"))
    workspace.use_pack(str(later))
    workspace.choose("ben", "machine", "on")
    workspace.choose("ann", "machine", "on")
    decided = workspace.decide("ann", "generative_ai_training", "content.posts", visibility="public")
    assert workspace.is_willing_to_train("ann") == decided.permitted


def test_before_its_notice_a_yes_is_none_yet(tmp_path: Path) -> None:
    policy = POLICY.replace(
        "published: 2024-12-01, effective: 2025-01-01", "published: 2026-01-01, effective: 2090-01-01"
    )
    assert policy != POLICY and not network(tmp_path / "w", policy=policy).is_willing_to_train("ann")


def test_outside_what_the_policy_speaks_for_a_page_says_no_and_its_author_that_nobody_has_read_it(
    tmp_path: Path,
) -> None:
    scope = "scope: [{regions: [CA], purposes: [generative_ai_training]}]\nrules:"
    workspace = network(tmp_path / "w", policy=POLICY.replace("rules:", scope))
    assert not workspace.is_willing_to_train("ann") and not workspace.public_page("ann").is_willing
    flow = next(one for one in workspace.members.member("ann").flows() if one.use.recipient == "self")
    assert flow.is_unread and {part.reason for part in flow.parts if part.table == "posts"} == {
        "nobody here has read what applies to the member"
    }
    told = workspace.decide("ann", "generative_ai_training", "content.posts", visibility="public")
    assert (told.permitted, told.code) == (False, "not_read")


def test_a_crawler_is_anybody_so_every_use_must_be_permitted(tmp_path: Path) -> None:
    workspace = network(tmp_path / "w", policy=POLICY + PARTNER)
    assert not workspace.public_page("ann", ("posts", "of-ann")).is_willing, (
        "partners' models are trained too"
    )
    workspace.choose("ann", "talk", "on")
    assert workspace.public_page("ann", ("posts", "of-ann")).is_willing
    assert not workspace.is_willing_to_train("ann"), "the partner has no rule for headlines"


def test_what_no_control_governs_nobody_said_yes_to(tmp_path: Path) -> None:
    policy = POLICY.replace(
        "minimum_age: 18, notice: winter, setting: ai", "notice: winter, no_opt_out: true"
    )
    workspace = network(tmp_path / "w", policy=policy)
    assert workspace.decide("ann", "generative_ai_training", "content.posts", visibility="public").permitted
    assert not workspace.public_page("ann", ("posts", "of-ann")).is_willing


def test_of_a_record_about_two_people_both_must_have_said_yes(tmp_path: Path) -> None:
    shared = post("both", "ann", "Together", **{"with": ["ann", "ben"]})
    workspace = network(tmp_path / "w", posts=[shared])
    assert workspace.is_willing_to_train("ann")
    workspace.choose("ben", "ai", "off")
    assert not workspace.is_willing_to_train("ann")
    stranger = post("both", "ann", "Together", **{"with": ["ann", "stranger"]})
    assert not network(tmp_path / "v", posts=[stranger]).is_willing_to_train("ann")


def test_a_key_or_a_date_that_is_not_published_stands_on_no_page(tmp_path: Path) -> None:
    workspace, catalogue = network(tmp_path / "w"), tmp_path / "w" / "catalogue.yaml"
    (record,) = workspace.public_page("ann", ("posts", "of-ann")).records
    assert record.created is not None
    text = catalogue.read_text()
    for column in ("post", "made"):
        text = text.replace(
            f"      {column}: content.posts\n", f"      {column}: private_communication.messages\n", 1
        )
    catalogue.write_text(text)
    page = workspace.public_page("ann")
    (shown,) = (record for record in page.records if record.table == "posts")
    assert page.is_willing and shown.created is None and not {"post", "made"} & {*shown.row}
    assert shown.key is not None and "of-ann" not in shown.key
    assert workspace.public_page("ann", ("posts", shown.key)).records == [shown]
    assert workspace.public_page("ann", ("posts", "of-ann")).records == [], "no key is tried out either"


def test_a_public_page_shows_no_part_that_is_not_published(tmp_path: Path) -> None:
    workspace = network(tmp_path / "w")
    path, catalogue = tmp_path / "w" / "data" / "profiles.parquet", tmp_path / "w" / "catalogue.yaml"
    cards = [{"line": "A baker", "mail": "ann@example.org"}]
    pq.write_table(pa.table({"id": ["ann"], "card": cards, "headline": ["Bread"]}), path)
    text = catalogue.read_text()
    for name, label in (("name", "profile.name"), ("summary", "profile.summary"), ("internal", "null")):
        text = text.replace(f"      {name}: {label}\n", "")
    parts = "      headline: profile.headline\n      card.line: profile.headline\n      card.mail: contact.email\n"
    catalogue.write_text(text.replace("      headline: profile.headline\n", parts))
    (record,) = workspace.public_page("ann", ("profiles", "ann")).records
    assert record.row["headline"] == "Bread" and "card" not in record.row
