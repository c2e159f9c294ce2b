"""People in a workspace: both noes, from the next request on; who left was never there; odd edges harm nobody."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from journeys.harbours import CATALOGUE, POLICY, make_harbour
from licet.app import Workspace
from licet.terms import LicetError

NAMES = ("ann", "ben", "cy", "dot", "fay", "gus")
PEOPLE = [{"id": who, "list_for": "connections"} for who in NAMES]
#: ann knows ben and cy; by way of them dot, fay and gus.
EDGES = [("ann", "ben"), ("ann", "cy"), ("ben", "dot"), ("cy", "dot"), ("cy", "fay"), ("gus", "ben")]
HIDING = """
edges: {table: knows, from: who, to: whom}
lists: {table: profiles, column: list_for, readable: [connections, everyone]}
buckets: 4
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = make_harbour(tmp_path / "w", PEOPLE, EDGES)
    made.uses.people.build()
    return made


def told(workspace: Workspace, who: str = "ann") -> list[tuple[str, tuple[str, ...]]]:
    return [(one.subject, one.through) for one in workspace.uses.people.suggest(who).suggested]


ALL = [("dot", ("ben", "cy")), ("fay", ("cy",)), ("gus", ("ben",))]


def test_people_are_suggested_by_way_of_those_one_knows(workspace: Workspace) -> None:
    answer = workspace.uses.people.suggest("ann")
    assert told(workspace) == ALL and (answer.own, answer.why) == (2, None)
    assert answer.as_json()["suggested"][0]["through"] == ("ben", "cy")
    assert told(workspace, "gus") == [("ann", ("ben",)), ("dot", ("ben",))]
    assert "lists: connections" in (workspace.layout.root / "people.yaml").read_text()


def test_who_does_not_train_is_walked_through_and_suggested_for_nobody_and_is_served_still(
    workspace: Workspace,
) -> None:
    workspace.choices.choose("ben", "learning", "off")
    assert told(workspace) == [("dot", ("cy",)), ("fay", ("cy",))]
    workspace.choices.choose("dot", "learning", "off")
    assert told(workspace) == [("fay", ("cy",))]
    workspace.choices.choose("ann", "learning", "off")
    assert told(workspace) == [("fay", ("cy",))], "served from her own edges"
    assert ("ann", ("cy",)) not in told(workspace, "fay")


def test_who_is_not_personalised_is_suggested_nobody_and_is_told_so(workspace: Workspace) -> None:
    workspace.choices.choose("ann", "personal", "off")
    answer = workspace.uses.people.suggest("ann")
    assert answer.suggested == () and answer.why is not None and "choices" in answer.why
    assert told(workspace, "fay") == [("ann", ("cy",)), ("dot", ("cy",))], "and others' answers stand"


def test_any_sequence_ends_as_if_those_out_had_never_been_there(workspace: Workspace, tmp_path: Path) -> None:
    first = {who: told(workspace, who) for who in NAMES}
    for step, (who, value) in enumerate((("cy", "off"), ("ben", "off"), ("cy", "on"), ("gus", "off"))):
        workspace.choices.choose(who, "learning", value)
        if step % 2:
            list(workspace.uses.update())
    never = make_harbour(
        tmp_path / "never", PEOPLE, [pair for pair in EDGES if not {"ben", "gus"} & set(pair)]
    )
    never.uses.people.build()
    for who in ("ann", "cy", "dot", "fay"):
        assert told(workspace, who) == told(never, who)
    list(workspace.uses.update())
    (now,), (without,) = (one.store.snapshots("people")[-1:] for one in (workspace, never))
    assert now.manifest["root"] == without.manifest["root"]
    for who in ("ben", "gus"):
        workspace.choices.choose(who, "learning", "on")
    assert {who: told(workspace, who) for who in NAMES} == first


def test_a_hidden_list_is_not_walked_through(tmp_path: Path) -> None:
    people = [
        {**one, "list_for": {"ben": "nobody", "gus": None}.get(str(one["id"]), "everyone")} for one in PEOPLE
    ]
    workspace = make_harbour(
        tmp_path / "w", people, [*EDGES, ("ann", "gus"), ("gus", "fay")], files={"people.yaml": HIDING}
    )
    workspace.uses.people.build()
    assert told(workspace) == [("dot", ("cy",)), ("fay", ("cy",))]
    assert told(workspace, "dot")[0] == ("ann", ("cy",)), "and who hides it sees others'"
    assert told(workspace, "ben") == [("cy", ("ann", "dot"))], "ann shows gus, whom ben knows already"


def test_odd_edges_harm_nobody(tmp_path: Path) -> None:
    odd = [
        *EDGES,
        ("ann", "ann"),
        ("ben", "ann"),
        ("ann", "ben"),
        ("cy", "left"),
        ("left", "ann"),
        ("dot", "cy"),
    ]
    workspace = make_harbour(tmp_path / "w", PEOPLE, odd)
    assert workspace.uses.people.build().edges == len(EDGES)
    assert told(workspace) == ALL


def test_nobody_to_suggest_says_why(tmp_path: Path) -> None:
    workspace = make_harbour(tmp_path / "w", PEOPLE, [("ann", "ben")])
    workspace.uses.people.build()
    whys = {who: workspace.uses.people.suggest(who).why for who in ("ann", "cy")}
    assert whys == {"ann": "none of those they know shows them anybody new", "cy": "they know nobody yet"}


def test_what_cannot_be_asked_says_so(workspace: Workspace, tmp_path: Path) -> None:
    people = workspace.uses.people
    for code, ask in (
        ("RCMD-114", lambda: people.suggest("ann", most=0)),
        ("APP-013", lambda: people.suggest("nobody")),
        ("APP-085", lambda: people.suggest("ann", at_least=99)),
    ):
        with pytest.raises(LicetError, match=code):
            ask()
    layout = workspace.layout.root / "people.yaml"
    for code, text in (
        ("RCMD-111", "lists: connections"),
        ("RCMD-111", "{"),
        ("RCMD-112", "{edges: {table: jobs, from: job, to: title}, lists: nobody}"),
        ("RCMD-112", HIDING.replace("profiles", "knows").replace("list_for", "edge")),
    ):
        layout.write_text(text)
        with pytest.raises(LicetError, match=code):
            people.build()
    layout.unlink()
    with pytest.raises(LicetError, match="RCMD-110"):
        people.suggest("ann")
    (workspace.layout.root / "catalogue.yaml").write_text("licet_catalogue: 2\ntables: {}\n")
    with pytest.raises(LicetError, match="RCMD-113"):
        people.build()
    empty = make_harbour(tmp_path / "e", PEOPLE)
    with pytest.raises(LicetError, match="RCMD-104"):
        (empty.layout.root / "people.yaml").write_text(HIDING)
        empty.uses.people.suggest("ann")


def test_a_list_that_is_hidden_by_the_file_or_its_table_is_hidden_in_the_same_process(
    tmp_path: Path,
) -> None:
    workspace = make_harbour(tmp_path / "w", PEOPLE, EDGES, files={"people.yaml": HIDING})
    layout, data = (workspace.layout.root / name for name in ("people.yaml", "data/profiles.parquet"))
    make_harbour(tmp_path / "hid", [{"id": who, "list_for": "nobody"} for who in NAMES])
    workspace.uses.people.build()
    assert told(workspace) == ALL
    layout.write_text("{edges: {table: knows, from: who, to: whom}, lists: nobody}")
    with pytest.raises(LicetError, match="RCMD-105"):
        told(workspace)
    layout.write_text(HIDING)
    assert told(workspace) == ALL
    shutil.copy(tmp_path / "hid/data/profiles.parquet", data)
    with pytest.raises(LicetError, match="RCMD-105"):
        told(workspace)
    list(workspace.uses.update())
    assert told(workspace) == []


def test_an_edge_is_learnt_from_where_the_columns_of_both_ends_let_it(tmp_path: Path) -> None:
    catalogue = CATALOGUE.replace("whom: connections}", "whom: contact}")
    policy = POLICY.replace("connections: {}, ", "connections: {}, contact: {}, ").replace(
        "[recommendation], categories: [profile, connections]",
        "[recommendation], categories: [profile, connections, contact]",
    )
    files = {"catalogue.yaml": catalogue, "policy.yaml": policy}
    workspace = make_harbour(tmp_path / "w", PEOPLE, EDGES, files=files)
    assert workspace.uses.people.build().edges == 0
    assert told(workspace) == [] and workspace.uses.people.suggest("ann").own == 2


def test_of_who_left_no_file_of_the_store_has_the_id_and_the_control_is_found(tmp_path: Path) -> None:
    marker = "zzmarkerzz"
    people = [{"id": who, "headline": "Welder", "skills": ["tig"]} for who in (*NAMES, marker)]
    jobs = [{"job": f"j{n}", "title": "Welder", "skills": ["tig"], "location": "DE"} for n in range(4)]
    with make_harbour(tmp_path / "w", people, [*EDGES, ("ann", marker)], jobs) as workspace:
        uses, store = workspace.uses, workspace.store
        for build in (uses.people.build, uses.search.build, uses.insights.release):
            before = len(store.scan([marker.encode()]))
            build()
            assert len(store.scan([marker.encode()])) > before, "what is there is found"
        assert marker in dict(told(workspace, "ben")), "by way of ann"
        for setting in ("learning", "personal"):
            workspace.choices.choose(marker, setting, "off")
        list(uses.update())
        assert uses.purge().is_clean and store.scan([marker.encode()]) == []
        release = (workspace.layout.root / "insights" / "2026-03.json").read_text()
        assert marker not in release, "nobody is named in one"
