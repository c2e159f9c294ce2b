"""`licet subjects` and `licet import choices`, as they are typed."""

from __future__ import annotations

from pathlib import Path

import pytest

import licet
from journeys.api import platform
from journeys.command_line import run_licet
from journeys.networks import make_network, member, post


@pytest.fixture
def home(tmp_path: Path) -> Path:
    names = ("Ann", "ann", "ben")
    rows = {"members": [member(one) for one in names], "posts": [post(one, one, "text") for one in names]}
    make_network(tmp_path / "w", rows).close()
    return tmp_path / "w"


def test_who_goes_by_which_id_is_said_and_shown(home: Path) -> None:
    run_licet("choose", "-s", "ben", "--setting", "ai", "off", cwd=home)
    renamed = run_licet("subjects", "rename", "ben", "benedikt", "--json", cwd=home).json
    assert (renamed["old"], renamed["new"], renamed["choices"], renamed["known"]) == (
        "ben",
        "benedikt",
        1,
        False,
    )
    said = run_licet("subjects", "rename", "ben", "benedikt", cwd=home)
    assert said.status == 0 and "goes by 'benedikt' already" in said.out
    assert "1 choices" in run_licet("subjects", "rename", "benedikt", "benno", cwd=home).out
    assert run_licet("subjects", "alike", "--json", cwd=home).json == {"alike": [["Ann", "ann"]]}
    assert "'Ann' · 'ann'" in run_licet("subjects", "alike", cwd=home).out
    assert run_licet("gate", "show", "--json", cwd=home).json["look_alikes"] == [["Ann", "ann"]]
    assert "'Ann' · 'ann'" in run_licet("gate", "show", cwd=home).out
    assert run_licet("subjects", "distinct", "Ann", "ann", "--json", cwd=home).json["entry"] is not None
    assert "already" in run_licet("subjects", "distinct", "ann", "Ann", cwd=home).out
    assert run_licet("subjects", "rename", "ann", "ann", cwd=home).status == 2


def test_regions_that_are_none_are_shown_with_what_was_meant(tmp_path: Path) -> None:
    home, people = (
        tmp_path / "w",
        [member("ann", "UK"), member("ben", "UK"), member("cy", "uk"), member("dee")],
    )
    make_network(home, {"members": people, "posts": [post("1", "ann", "text")]}).close()
    shown = run_licet("gate", "show", cwd=home).out
    assert "members: 2 members have the region 'UK', which is not known; GB is meant" in shown
    words = run_licet("gate", "show", "--json", cwd=home).json["unknown_words"]
    assert [(word["word"], word["meant"], word["number"]) for word in words if word["fact"] == "region"] == [
        ("UK", "GB", 2),
        ("uk", "GB", 1),
    ]


def test_an_import_says_what_became_of_the_rows(home: Path) -> None:
    (home / "c.csv").write_text(
        "subject,setting,state,when\nben,ai,off,2024-03-01\nben,ai,on,2024-02-01\nnew,ai,on,2024-03-01\n"
    )
    dry = run_licet("import", "choices", "c.csv", "--dry-run", cwd=home)
    assert (
        dry.status == 0
        and "3 would be recorded (1 off, 2 on)" in dry.out
        and "Nothing was written" in dry.out
    )
    done = run_licet("import", "choices", "c.csv", cwd=home)
    assert (
        "3 are recorded" in done.out and "speak for nothing" in done.out and "1 subjects are not" in done.out
    )
    named = run_licet("import", "choices", "c.csv", "--pack", "policy.yaml", "--json", cwd=home).json
    assert (named["recorded"], named["unbound_yeses"]) == (2, 0), "the same yeses, given under a policy now"
    assert "3 were there already" in run_licet("import", "choices", "c.csv", cwd=home).out
    run_licet("choose", "-s", "ben", "--setting", "ai", "on", cwd=home)
    (home / "c.csv").write_text("subject,setting,state,when\nben,ai,off,2024-03-02\n")
    assert "older than what stands" in run_licet("import", "choices", "c.csv", cwd=home).out


def test_a_platforms_program_says_who_goes_by_which_id(home: Path) -> None:
    with platform(home) as api:
        api.post("/subjects/ben/choices", json={"setting": "ai", "value": "off"})
        said = api.post("/subjects/ben/rename", json={"new": "benno"}).json()
        assert (said["choices"], said["known"]) == (1, False)
        assert api.post("/subjects/ben/rename", json={"new": "benno"}).json()["entry"] is None
        assert api.post("/subjects/ben/rename", json={"new": "other"}).json()["code"] == "APP-176"
        assert api.post("/subjects/ben/rename", json={"new": "ben"}).json()["code"] == "APP-175"
        assert api.post("/subjects/Ann/distinct", json={"other": "ann"}).json()["entry"] is not None
        assert api.post("/subjects/Ann/distinct", json={"other": "ann"}).json()["entry"] is None
    with licet.open(home) as workspace:
        assert workspace.ledger.choices_of("benno")[0].value == "off"
