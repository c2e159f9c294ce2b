"""Advertisers' questions in a workspace: by permitted attributes, kept, the same all month, and over the API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from journeys.api import platform
from journeys.command_line import run_licet
from journeys.harbours import CATALOGUE, POLICY, make_harbour
from licet.app import Workspace
from licet.terms import LicetError

PEOPLE: list[dict[str, Any]] = [
    {
        "id": f"m{n:04}", "region": ("DE", "FR")[n % 2], "place": ("Brest", "Kiel", "Hull")[n % 3],
        "skills": ["tig", "rigging"] if n % 2 else ["rigging"] if n else ["diving"],
    }
    for n in range(2_400)
]  # fmt: skip
CAMPAIGNS = """
licet_campaigns: 1
campaigns: {}
attributes:
  place: {table: profiles, column: place}
  skill: {table: profiles, column: skills}
"""
FILES = {
    "campaigns.yaml": CAMPAIGNS,
    "catalogue.yaml": CATALOGUE.replace("region: region}", "region: region, age_is: 40}", 1),
    "policy.yaml": POLICY.replace("purposes: {", "purposes: {ad_targeting: {}, ", 1)
    + "  - {id: ads, effect: permit, purposes: [ad_targeting], categories: [profile], notice: n, setting: personal}\n",
}


def made(root: Path, **files: str) -> Workspace:
    return make_harbour(root, PEOPLE, files=FILES | {f"{name}.yaml": text for name, text in files.items()})


def test_a_size_is_of_those_who_permit_and_of_no_others(tmp_path: Path) -> None:
    with made(tmp_path / "w") as workspace:
        told = workspace.uses.advertisers.ask("acme", {"place": ["Kiel"]})
        assert (told.size, told.widening, told.month, told.asked) == (800, None, "2026-03", 1)
        for one in PEOPLE[1::3]:
            workspace.choose(one["id"], "personal", "off")
        again = workspace.uses.advertisers.ask("other", {"place": ["Kiel"]})
        assert again.size == 800  # drawn once a month, whoever asks
        skilled = workspace.uses.advertisers.ask("other", {"place": ["Kiel", "Brest"], "skill": ["tig"]})
        assert skilled.size == 400 and skilled.asked == 2
        refused = workspace.uses.advertisers.ask("new", {"place": ["Kiel"], "skill": ["tig"]})
        assert refused.size is None and refused.widening is not None


def test_what_was_told_is_kept_and_a_refusal_is_the_same_whatever_they_chose(tmp_path: Path) -> None:
    answers = []
    for name, value in (("w", "on"), ("v", "off")):
        with made(tmp_path / name) as workspace:
            workspace.choose("m0000", "personal", value)
            ask = workspace.uses.advertisers.ask
            first = ask("acme", {"place": ["Kiel", "Hull"]}), ask("acme", {"place": ["Kiel"]})
        with Workspace(tmp_path / name) as workspace:
            assert [one.wanted for one in workspace.uses.advertisers.live()] == [one.wanted for one in first]
            assert workspace.uses.advertisers.end("acme", {"place": ["Kiel"]})
            assert not workspace.uses.advertisers.end("acme", {"place": ["Kiel"]})
            assert [one.wanted for one in workspace.uses.advertisers.live()] == [first[0].wanted]
        answers.append(first)
    assert answers[0] == answers[1]


def test_no_value_of_few_is_named_and_what_is_wrong_has_its_code(tmp_path: Path) -> None:
    with made(tmp_path / "w") as workspace:
        ask = workspace.uses.advertisers.ask
        for advertiser, wanted, code in (
            ("acme", {"skill": ["diving"]}, "ADS-081"), ("acme", {"height": ["2"]}, "ADS-081"),
            ("acme", {}, "ADS-080"), ("acme", {"place": []}, "ADS-080"), (" ", {"place": ["Kiel"]}, "ADS-092"),
        ):  # fmt: skip
            with pytest.raises(LicetError) as told:
                ask(advertiser, wanted)
            assert told.value.code == code and "diving" not in told.value.fix
        layout = tmp_path / "w" / "campaigns.yaml"
        for text, code in (
            ("attributes: {place: {table: nowhere, column: place}}", "GATE-002"),
            ("attributes: {place: {table: profiles, column: nothing}}", "GATE-240"),
            ("attributes: {place: {table: jobs, column: location}}", "ADS-093"),
            ("attributes: {}", "ADS-090"), ("[", "ADS-041"),
        ):  # fmt: skip
            layout.write_text(text if text == "[" else f"licet_campaigns: 1\ncampaigns: {{}}\n{text}")
            with pytest.raises(LicetError) as told:
                ask("acme", {"place": ["Kiel"]})
            assert told.value.code == code
        layout.unlink()
        with pytest.raises(LicetError) as told:
            ask("acme", {"place": ["Kiel"]})
        assert told.value.code == "ADS-040"
        layout.write_text(CAMPAIGNS)
        ask("acme", {"place": ["Kiel"]})
        kept = tmp_path / "w" / "ads" / "audiences.json"
        assert kept.stat().st_mode & 0o077 == 0 and b"m0000" not in kept.read_bytes()
        kept.write_text('{"licet_audiences": 1, "figures": {"a": "1"}}')
        with pytest.raises(LicetError) as told:
            ask("acme", {"place": ["Kiel"]})
        assert told.value.code == "ADS-091"


def test_the_command_asks_ends_and_lists(tmp_path: Path) -> None:
    with made(tmp_path / "w") as workspace:
        for one in PEOPLE[1::6]:  # all in Kiel who weld
            workspace.choose(one["id"], "personal", "off")
    where = ("--workspace", str(tmp_path / "w"))
    assert "About 400 members" in run_licet("ads", "audience", "acme", "place=Kiel", *where).out
    assert "This may do" in run_licet("ads", "audience", "new", "place=Kiel", "skill=tig", *where).out
    assert "place=kiel" in run_licet("ads", "audiences", *where).out
    assert json.loads(run_licet("ads", "audience", "acme", "place=Kiel", "--end", "--json", *where).out) == {
        "ended": True
    }
    assert json.loads(run_licet("ads", "audiences", "--json", *where).out) == []
    assert "ADS-094" in run_licet("ads", "audience", "acme", "place", *where).err


def test_over_the_api_the_same_is_told(tmp_path: Path) -> None:
    made(tmp_path / "w").close()
    with platform(tmp_path / "w", ["advertisers:write"]) as api:
        told = api.post("/advertisers/acme/audiences", json={"wanted": {"place": ["Kiel"]}}).json()
        assert told["size"] == 800 and told["widening"] is None
        live = [{"advertiser": "acme", "wanted": {"place": ["kiel"]}}]
        assert api.get("/advertisers/audiences").json() == {"audiences": live}
        assert api.post("/advertisers/acme/audiences/end", json={"wanted": {"place": ["Kiel"]}}).json() == {
            "ended": True
        }
        for body, status, code in (
            ({"wanted": {"place": ["Oslo"]}}, 404, "ADS-081"),
            ({"wanted": {"place": ["Kiel"], "skill": ["tig"], "a": ["b"], "c": ["d"]}}, 422, "APP-090"),
        ):
            answer = api.post("/advertisers/acme/audiences", json=body)
            assert (answer.status_code, answer.json()["code"]) == (status, code)
    with platform(tmp_path / "w", ["choices:read"]) as api:
        assert (
            api.post("/advertisers/acme/audiences", json={"wanted": {"place": ["Kiel"]}}).status_code == 403
        )
