"""Policies one after another in a workspace: what members said keeps its meaning, and whoever asks is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

import licet
from licet.app.workspace import Workspace
from licet.packs import Pack
from licet.policies.difference import compare_policies
from licet.terms import Code
from unit.decide.decide_samples import make_pack, make_setting

CATALOGUE = """
licet_catalogue: 1
facts: {table: members, subject: id, region: region, age_is: 40}
tables:
  members:
    location: {parquet: data/members.parquet}
    subjects: [id]
    columns: {id: profile, region: profile.location}
  posts:
    location: {parquet: data/posts.parquet}
    key: pid
    subjects: [who]
    columns: {text: content.posts}
"""


def permit(setting: str, purpose: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"{setting}_{purpose}", "effect": "permit", "purposes": [purpose], "categories": ["content.posts"],
        "notice": "autumn", "setting": setting,
    } | more  # fmt: skip


ADS: dict[str, Any] = {"ads_a": {"label": "plain ads", "kind_of": "ad_targeting"}, "recommendation": {}}
MORE_ADS: dict[str, Any] = ADS | {"ads_b": {"label": "video ads", "kind_of": "ad_targeting"}}
FIRST = make_pack(
    permit("ads", "ads_a"), permit("feed", "recommendation"), purposes=ADS,
    settings={"ads": make_setting("Ads"), "feed": make_setting("Feed", "off")},
)  # fmt: skip
SECOND = make_pack(
    permit("more", "ads_b"), permit("feed", "recommendation"), permit("feed", "generative_ai_training"),
    purposes=MORE_ADS | {"generative_ai_training": {}}, version="2",
    settings={"more": make_setting("More ads"), "feed": make_setting("Feed", "off")},
)  # fmt: skip


def written(pack: Pack, folder: Path) -> str:
    path = folder / f"v{pack.version}.yaml"
    path.write_text(yaml.safe_dump(pack.as_json()), encoding="utf-8")
    return str(path)


@pytest.fixture
def workspace(tmp_path: Path) -> Any:
    licet.create(tmp_path / "work").close()
    data = tmp_path / "work" / "data"
    data.mkdir(exist_ok=True)
    members = ["ann", "ben", "cat"]
    pq.write_table(pa.table({"id": members, "region": ["DE"] * 3}), data / "members.parquet")
    pq.write_table(
        pa.table({"pid": ["1", "2", "3"], "who": members, "text": members}), data / "posts.parquet"
    )
    (tmp_path / "work" / "catalogue.yaml").write_text(CATALOGUE, encoding="utf-8")
    with licet.open(tmp_path / "work") as opened:
        opened.use_pack(written(FIRST, tmp_path))
        yield opened


def asked(workspace: Workspace, who: str, purpose: str) -> Code:
    return workspace.decide(who, purpose, "content.posts").code


def passed(workspace: Workspace, purpose: str) -> list[str]:
    return sorted(row["text"] for row in workspace.gate(purpose).read("posts").to_pylist())


def test_a_no_travels_and_a_yes_stays_where_it_was_given(workspace: Workspace, tmp_path: Path) -> None:
    workspace.choose("ann", "ads", "off")
    workspace.choose("ben", "feed", "on")
    assert asked(workspace, "ben", "recommendation") is Code.PERMITTED
    used = workspace.use_pack(written(SECOND, tmp_path))
    assert any("“Ads” holds for video ads too" in sentence for sentence in used.carries)
    assert used.asks_again == ("Of the yeses to “Feed”, 1 for a part of it; the rest is asked again.",)
    assert [asked(workspace, who, "ads_b") for who in ("ann", "ben")] == [Code.REFUSED, Code.PERMITTED]
    assert passed(workspace, "ads_b") == ["ben", "cat"]
    assert asked(workspace, "ben", "recommendation") is Code.PERMITTED
    assert asked(workspace, "ben", "generative_ai_training") is Code.OFF_BY_DEFAULT
    assert passed(workspace, "recommendation") == ["ben"]
    assert passed(workspace, "generative_ai_training") == []

    workspace.choose("ann", "more", "on")
    workspace.choose("ben", "feed", "on")
    assert passed(workspace, "ads_b") == ["ann", "ben", "cat"]
    assert passed(workspace, "generative_ai_training") == ["ben"]


def test_where_a_member_stands_says_what_is_asked_again(workspace: Workspace, tmp_path: Path) -> None:
    workspace.choose("ben", "feed", "on")
    assert workspace.member("ben").setting("feed").standing.sentence == "You switched this on."
    workspace.use_pack(written(SECOND, tmp_path))
    standing = workspace.member("ben").setting("feed").standing
    assert standing.on and "come to govern more" in standing.sentence
    elsewhere = make_pack(
        permit("feed", "personalisation"), purposes={"personalisation": {}}, version="3",
        settings={"feed": make_setting("Feed", "off")},
    )  # fmt: skip
    used = workspace.use_pack(written(elsewhere, tmp_path))
    assert used.asks_again == (
        "Of the yeses to “Feed”, 1 speak for nothing it governs now; the rest is asked again.",
    )
    standing = workspace.member("ben").setting("feed").standing
    assert not standing.on and standing.how == "default"


def test_a_difference_says_which_noes_travel_and_which_yeses_fall_silent(tmp_path: Path) -> None:
    topics = compare_policies(written(FIRST, tmp_path), written(SECOND, tmp_path)).topics
    assert topics["noes that travel"] == (
        "A no to “Ads” holds for video ads too, new and of the same sort as plain ads.",
    )
    (sentence,) = topics["yeses that fall silent"]
    assert sentence.startswith("A yes to “Feed” given before does not speak for training AI")
    lying = make_pack(
        permit("ads", "ads_b"), version="3", settings={"ads": make_setting("Ads")},
        purposes={"ads_b": {"label": "video ads", "kind_of": "ad_targeting", "succeeds": ["ads_z"]}},
    )  # fmt: skip
    topics = compare_policies(written(FIRST, tmp_path), written(lying, tmp_path)).topics
    assert (
        "The policy says that video ads succeeds “ads_z”, of which no policy before it spoke."
        in (topics["noes that travel"])
    )
