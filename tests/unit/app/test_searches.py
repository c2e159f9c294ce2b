"""Searching a workspace: who said no is not found by the next request, and who is out of training is, as before."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import licet
from journeys.harbours import CATALOGUE, POLICY, TODAY, make_harbour, make_quay
from journeys.networks import Clock
from licet.app import Workspace
from licet.terms import LicetError

MARKER = "zzmarkerzz"
JOBS: list[dict[str, Any]] = [
    {"job": "j1", "title": "Crane operator", "location": "Hamburg, Germany", "skills": ["cranes"], "remote": False},
    {"job": "j2", "title": "Senior data engineer", "location": "Berlin, Germany", "skills": ["Python"],
     "seniority": "senior", "remote": True},
    {"job": "j3", "title": "Data engineer", "location": "Berlin, Germany", "skills": ["Java"], "remote": True},
]  # fmt: skip
PEOPLE: list[dict[str, Any]] = [
    {
        "id": "ann",
        "headline": "Welder on the quay",
        "summary": f"says {MARKER}",
        "place": "Hamburg",
        "skills": ["TIG"],
    },
    {"id": "ben", "headline": "Welder and diver", "place": "Bremen", "skills": ["diving"]},
    {"id": "cy", "headline": "Harbour pilot", "place": "Hamburg"},
    {"id": "dot"},
]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = make_harbour(tmp_path / "w", PEOPLE, jobs=JOBS)
    made.uses.search.build()
    return made


def keys(workspace: Workspace, kind: str, sentence: str, **more: Any) -> list[str | None]:
    return [one.key for one in workspace.uses.search.find(kind, sentence, **more).found]


def test_the_draft_names_what_the_catalogue_has_and_is_written_once(workspace: Workspace) -> None:
    path = workspace.layout.root / "search.yaml"
    text = path.read_text()
    assert "expires: expires" in text and "list_for" not in text
    path.write_text(text + "buckets: 3\n")
    assert workspace.uses.search.build().how == "built"
    assert path.read_text() == text + "buckets: 3\n"


def test_jobs_are_found_by_a_sentence(workspace: Workspace) -> None:
    finds = workspace.uses.search.find("jobs", "remote data engineer in Berlin, no Java")
    assert [one.key for one in finds.found] == ["j2"] and finds.searched == 3
    assert {chip.kind for chip in finds.chips} == {"remote", "place", "not"}
    assert keys(workspace, "jobs", "data engineer", without=["seniority:senior"], most=1) == ["j3"]
    assert finds.as_json()["found"][0]["title"] == "Senior data engineer"


def test_a_no_is_out_of_the_very_next_answer_and_back_after_a_yes(workspace: Workspace) -> None:
    assert keys(workspace, "people", "welder") == ["ben", "ann"]
    before = workspace.uses.search.find("people", "welder").found
    workspace.choices.choose("ann", "personal", "off")
    assert keys(workspace, "people", "welder") == ["ben"]
    held = workspace.uses.search.find("people", "diver").found
    list(workspace.uses.update())
    assert workspace.uses.search.find("people", "diver").found == held, "an update changes nothing more"
    workspace.choices.choose("ann", "personal", "on")
    assert workspace.uses.search.find("people", "welder").found == before


def test_who_left_was_never_there(workspace: Workspace, tmp_path: Path) -> None:
    workspace.choices.choose("ann", "personal", "off")
    never = make_harbour(tmp_path / "never", PEOPLE[1:], jobs=JOBS)
    never.uses.search.build()
    for sentence in ("welder", "hamburg", MARKER, ""):
        told, other = (one.uses.search.find("people", sentence) for one in (workspace, never))
        assert (told.found, told.searched, told.chips) == (other.found, other.searched, other.chips)


def test_members_change_no_answer_about_jobs(workspace: Workspace, tmp_path: Path) -> None:
    alone = make_harbour(tmp_path / "alone", [{"id": "zed"}], jobs=JOBS)
    alone.uses.search.build()
    for sentence in ("data engineer", "crane welder", "Hamburg"):
        told, other = (one.uses.search.find("jobs", sentence) for one in (workspace, alone))
        assert told.found == other.found and told.chips == other.chips


def test_who_does_not_train_is_found_as_before(workspace: Workspace) -> None:
    """Exposure parity: out of training, in two groups of places, nobody's place in the answer changes."""
    before = {
        place: workspace.uses.search.find("people", place).found for place in ("Hamburg", "Bremen", "welder")
    }
    for who in ("ann", "ben"):
        workspace.choices.choose(who, "learning", "off")
    for place, found in before.items():
        assert workspace.uses.search.find("people", place).found == found


def test_after_a_purge_no_file_of_the_workspace_has_the_marker(workspace: Workspace) -> None:
    def holding() -> set[str]:
        root = workspace.layout.root
        files = (path for path in root.rglob("*") if path.is_file() and "data" not in path.parts)
        return {path.suffix for path in files if MARKER.encode() in path.read_bytes()}

    keys(workspace, "people", "welder")
    assert ".gate" in holding(), "the index that was kept is found"
    assert workspace.store.scan([MARKER.encode()]), "and so is the artefact"
    workspace.choices.choose("ann", "personal", "off")
    assert keys(workspace, "people", MARKER) == []
    list(workspace.uses.update())
    assert workspace.uses.purge().is_clean
    assert keys(workspace, "people", "welder") == ["ben"]
    assert holding() == set() and workspace.store.scan([MARKER.encode()]) == []


def test_what_cannot_be_asked_says_so(workspace: Workspace, tmp_path: Path) -> None:
    search = workspace.uses.search
    for code, ask in (
        ("RCMD-104", lambda: search.find("jobs", "x", purpose="recommender_training")),
        ("RCMD-107", lambda: search.find("boats", "x")),
        ("RCMD-108", lambda: search.find("jobs", "x", most=0)),
        ("APP-085", lambda: search.find("jobs", "x", at_least=99)),
    ):
        with pytest.raises(LicetError, match=code):
            ask()
    layout = workspace.layout.root / "search.yaml"
    for code, text in (
        ("RCMD-101", "kinds: {jobs: {table: jobs}}"),
        ("RCMD-101", "[[["),
        ("RCMD-102", "kinds: {edges: {table: knows, title: edge}}"),
    ):
        layout.write_text(text)
        with pytest.raises(LicetError, match=code):
            search.build()
    layout.unlink()
    (workspace.layout.root / "catalogue.yaml").write_text("licet_catalogue: 2\ntables: {}\n")
    with pytest.raises(LicetError, match="RCMD-106"):
        search.build()


def test_without_its_file_nothing_is_answered(workspace: Workspace) -> None:
    (workspace.layout.root / "search.yaml").unlink()
    with pytest.raises(LicetError, match="RCMD-100"):
        workspace.uses.search.find("jobs", "crane")


def test_jobs_are_read_anew_where_their_table_changed_and_people_are_found_as_before(
    workspace: Workspace, tmp_path: Path
) -> None:
    assert len(keys(workspace, "people", "welder")) == 2 and keys(workspace, "jobs", "crane") == ["j1"]
    other = make_harbour(tmp_path / "other", PEOPLE, jobs=JOBS[1:])
    other.uses.search.build()
    data = (tmp_path / "other" / "data" / "jobs.parquet").read_bytes()
    (workspace.layout.root / "data" / "jobs.parquet").write_bytes(data)
    told = workspace.uses.search.find("jobs", "crane engineer")
    assert told.searched == 2 and told.found == other.uses.search.find("jobs", "crane engineer").found
    assert keys(workspace, "people", "welder") == ["ben", "ann"], "what became of jobs is nothing to them"
    workspace.choices.choose("ann", "personal", "off")
    assert keys(workspace, "people", "welder") == ["ben"], "and a no is heard all the same"
    list(workspace.uses.update())
    assert workspace.uses.search.find("jobs", "crane engineer").found == told.found
    assert keys(workspace, "people", "welder") == ["ben"]


def test_where_members_rows_changed_nobody_is_found_before_an_update(
    workspace: Workspace, tmp_path: Path
) -> None:
    assert keys(workspace, "people", "welder") == ["ben", "ann"]
    make_harbour(tmp_path / "other", PEOPLE[1:], jobs=JOBS)
    for name in ("profiles", "members"):
        data = (tmp_path / "other" / "data" / f"{name}.parquet").read_bytes()
        (workspace.layout.root / "data" / f"{name}.parquet").write_bytes(data)
        with pytest.raises(LicetError, match="RCMD-105"):
            keys(workspace, "people", "welder")
    list(workspace.uses.update())
    assert keys(workspace, "people", "welder") == ["ben"]


def test_a_search_that_finds_nothing_says_what_to_leave_out_and_that_is_so(workspace: Workspace) -> None:
    find = workspace.uses.search.find
    for sentence, ways in (
        ("remote crane operator in Hamburg", {("remote:yes",): 1}),
        ("remote crane operator in Berlin", {}),
        ("juggler in Berlin", {("words",): 2}),
        ("juggler", {}),
        ("senior crane operator, remote, no Python", {}),
    ):
        finds = find("jobs", sentence)
        assert not finds.found or finds.relaxed == ()
        if ways:
            assert {way.without: way.found for way in finds.relaxed} == ways, sentence
        for way in finds.relaxed:
            assert len(find("jobs", sentence, without=way.without).found) == way.found > 0


def test_whose_row_it_is_is_told_where_its_column_permits(tmp_path: Path) -> None:
    unlabelled = CATALOGUE.replace("columns: {id: profile, headline", "columns: {headline")
    made = make_harbour(tmp_path / "w", PEOPLE, files={"catalogue.yaml": unlabelled})
    made.uses.search.build()
    found = made.uses.search.find("people", "welder").found
    assert [one.subject for one in found] == [None, None] and not {"ann", "ben"} & {one.key for one in found}
    made.choices.choose("ann", "personal", "off")
    assert len(made.uses.search.find("people", "welder").found) == 1, "and leaves all the same"
    other = make_harbour(tmp_path / "labelled", PEOPLE)
    other.uses.search.build()
    assert [one.subject for one in other.uses.search.find("people", "welder").found] == ["ben", "ann"]


def test_out_of_training_recruiters_find_everybody_where_they_found_them_group_by_group(
    tmp_path: Path,
) -> None:
    """Exposure: what of a recruiter's eye is on somebody, 1/log2(1 + rank), over searches for every trade and town."""
    with make_quay(tmp_path / "w", 90) as workspace:
        workspace.uses.search.build()
        asked = [
            f"{trade} {place}"
            for trade in ("welder", "crane operator", "harbour pilot", "rigger", "dock nurse")
            for place in ("in Hamburg", "in Kiel", "in Rotterdam", "")
        ]

        def exposures() -> dict[str, float]:
            seen = defaultdict[str, float](float)
            for sentence in asked:
                found = workspace.uses.search.find("people", sentence, most=100).found
                for rank, one in enumerate(found, 1):
                    seen[str(one.key)] += 1 / math.log2(1 + rank)
            return dict(seen)

        before = exposures()
        out = random.Random(16).sample(sorted(before), 30)
        for who in out:
            workspace.choices.choose(who, "learning", "off")
        after = exposures()
        groups = {who: (who in out, int(who[1:]) % 3) for who in before}
        for is_out, town in sorted({*groups.values()}):
            here = [who for who, group in groups.items() if group == (is_out, town)]
            was, now = (sum(each[who] for who in here) / len(here) for each in (before, after))
            print(
                f"town {town}, {'out' if is_out else 'in'}: {len(here)} members, exposure {was:.3f} and {now:.3f}"
            )
        assert len(before) == 90 and after == before


def test_who_may_no_more_be_found_from_noon_on_is_found_no_more_in_the_same_process(tmp_path: Path) -> None:
    """Whole years begin at noon UTC, when a birthday has begun everywhere: what stands in memory ends there, too."""
    born = [date(1990, 1, 1), date(1986, 3, 10), date(1990, 1, 1)]
    people = [{"id": who, "headline": "Welder"} for who in ("ann", "ben", "cy")]
    catalogue = CATALOGUE.replace("region: region}", "region: region, birth_date: born}", 1).replace(
        "{region: profile.location}", "{region: profile.location, born: demographic.age}"
    )
    rule = """
  - {id: older, effect: forbid, purposes: [recommendation, recommender_training], categories: [profile, connections],
     minimum_age: 40, notice: n}
"""
    made = make_harbour(tmp_path / "w", people, [("ann", "cy"), ("cy", "ben")])
    pq.write_table(
        pa.table({"id": ["ann", "ben", "cy"], "region": ["DE"] * 3, "born": born}),
        made.layout.root / "data" / "members.parquet",
    )
    for name, text in (("catalogue", catalogue), ("policy", POLICY + rule)):
        (made.layout.root / f"{name}.yaml").write_text(text)
    made.close()
    clock = Clock(TODAY.replace(hour=3))
    with licet.open(tmp_path / "w", clock=clock) as held:
        held.policies.use(str(held.layout.root / "policy.yaml"))
        held.uses.search.build(), held.uses.people.build()
        for hour, found, met in ((11, ["ann", "ben", "cy"], ["ben"]), (12, ["ann", "cy"], [])):
            clock.at = TODAY.replace(hour=hour)
            with licet.open(tmp_path / "w", clock=clock) as fresh:
                for workspace in (held, fresh):
                    assert keys(workspace, "people", "welder") == found
                    assert [one.subject for one in workspace.uses.people.suggest("ann").suggested] == met


def test_a_chip_is_written_as_rows_write_it_and_a_job_is_found_until_it_expires(tmp_path: Path) -> None:
    ends = TODAY.replace(tzinfo=None)
    jobs = [{**JOBS[1], "expires": ends + timedelta(seconds=1)}, {**JOBS[2], "expires": ends}]
    with make_harbour(tmp_path / "w", PEOPLE, jobs=jobs) as workspace:
        workspace.uses.search.build()
        finds = workspace.uses.search.find("jobs", "remote SENIOR python engineer in berlin, no JAVA")
        assert [one.label for one in finds.chips] == ["remote", "senior", "Python", "Berlin", "no Java"]
        assert keys(workspace, "jobs", "data engineer") == ["j2"], "as in lists: over at that moment"
        (found,) = workspace.uses.search.find("jobs", "remote").found
        assert str(found.score) == "0.0"
