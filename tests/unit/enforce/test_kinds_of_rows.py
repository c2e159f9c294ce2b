"""What a table says its rows are, through the gate: about nobody, events of one person, edges between two."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from enforce_samples import AT, FACTS, MEMBERS, PACK, POSTS, Told

from licet.decide import Policy
from licet.enforce import Access, Gate
from licet.enforce.access import Touched
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.impact import Impact, Side
from licet.packs import Pack
from licet.sources.catalogue import STAMP, Catalogue
from licet.terms import GateError, SourceError

JOBS = pa.table({"id": [1, 2], "title": ["Baker", "Nurse"], "note": ["x", "y"], "seen_by": ["public", None]})
JOBS_TABLE: dict[str, Any] = {
    "location": {"arrow": "jobs"},
    "about": "nobody",
    "key": "id",
    "columns": {"title": "organisation.job_postings", "id": "organisation.job_postings"},
}
OFFERED = {
    "id": "offer", "effect": "permit", "notice": "n", "purposes": ["recommendation"],
    "categories": ["organisation"],
}  # fmt: skip
LIKES = pa.table(
    {
        "who": ["ann", "ben", "cy", None],
        "post": [1, 1, 2, 2],
        "at": pa.array([4, 3, 2, 1]).cast(pa.timestamp("s")),
    }
)
FOLLOWS = pa.table({"a": ["ann", "ann", "ben", "ann"], "b": ["ben", "cy", "ann", None], "n": [1, 2, 3, 4]})


def policy_with(*rules: dict[str, Any]) -> Policy:
    return Policy(Pack.model_validate(PACK | {"rules": [*PACK["rules"], *rules]}))


def gate_over(
    tables: dict[str, Any], data: dict[str, pa.Table], policy: Policy, ledger: Any = None, **asked: Any
) -> Gate:
    catalogue = Catalogue.model_validate(
        {
            "licet_catalogue": 2,
            "facts": FACTS,
            "tables": {"members": {"location": {"arrow": "members"}, "subjects": ["who"], "columns": {}}}
            | tables,
        }
    )
    return Gate(
        policy, "recommendation", AT, catalogue, DuckDBEngine(), ledger or Told(),
        tables={"members": MEMBERS} | data, **asked,
    )  # fmt: skip


def jobs_gate(*rules: dict[str, Any], **of_table: Any) -> Gate:
    return gate_over({"jobs": JOBS_TABLE | of_table}, {"jobs": JOBS}, policy_with(*rules))


def test_a_rule_that_asks_nothing_about_a_person_permits_rows_about_nobody() -> None:
    gate = jobs_gate(OFFERED)
    assert gate.about_nobody == ("jobs",)
    assert gate.read("jobs").to_pylist() == [{"id": "1", "title": "Baker"}, {"id": "2", "title": "Nurse"}]
    assert sum(row.records for row in gate.counts(["jobs"]).passed) == 2
    assert gate.verdicts("jobs")["code"].to_pylist() == [None, None]


def test_no_rule_means_no_row_about_nobody() -> None:
    gate = jobs_gate()
    assert gate.read("jobs").num_rows == 0
    assert set(gate.verdicts("jobs")["code"].to_pylist()) == {"no_rule"}


@pytest.mark.parametrize(
    ("asks", "code"),
    [
        ({"regions": ["CH"]}, "region_not_covered"),
        ({"minimum_age": 16}, "age_unknown"),
        ({"plans": ["pro"]}, "plan_unknown"),
    ],
)
def test_a_rule_that_asks_about_a_person_permits_nothing_about_nobody(
    asks: dict[str, Any], code: str
) -> None:
    gate = jobs_gate(OFFERED | asks)
    assert gate.read("jobs").num_rows == 0
    assert set(gate.verdicts("jobs")["code"].to_pylist()) == {code}


@pytest.mark.parametrize("asks", [{}, {"regions": ["FR"]}, {"minimum_age": 90}])
def test_no_forbid_is_passed_by_because_a_row_is_about_nobody(asks: dict[str, Any]) -> None:
    forbid = {key: OFFERED[key] for key in ("purposes", "categories")} | {"id": "f", "effect": "forbid"}
    gate = jobs_gate(OFFERED, forbid | asks)
    assert gate.read("jobs").num_rows == 0


def test_what_a_rule_asks_of_the_row_is_asked_of_rows_about_nobody() -> None:
    gate = jobs_gate(OFFERED | {"visibility": ["public"]}, visibility="seen_by")
    for _ in range(2):
        assert gate.read("jobs")["title"].to_pylist() == ["Baker"]
        gate.prepare(["jobs"])
    assert gate.verdicts("jobs")["code"].to_pylist() == [None, "visibility_unknown"]


def test_rows_about_nobody_are_about_none_of_the_people_asked_for() -> None:
    assert jobs_gate(OFFERED).read("jobs", ["ann"]).num_rows == 0


def test_a_table_without_people_that_does_not_say_so_is_denied() -> None:
    assert jobs_gate(OFFERED, about=None).read("jobs").num_rows == 0


def test_of_a_table_that_shows_nothing_and_names_no_row_its_first_column_is_left_empty() -> None:
    """No table is without columns; one about nobody is like one of which nobody said whose it is."""
    without_key = JOBS_TABLE | {"key": None, "columns": {"title": "organisation.job_postings"}}
    told = {about: gate_over({"jobs": without_key | {"about": about}}, {"jobs": JOBS}, policy_with())
            for about in ("nobody", None)}  # fmt: skip
    for gate in told.values():
        assert gate.columns("jobs") == ("id",)
        assert gate.read("jobs").to_pylist() == []
        assert Access({"recommendation": gate}, b"").schema("jobs").names == []
    permitted = gate_over({"jobs": without_key}, {"jobs": JOBS}, policy_with(OFFERED))
    assert permitted.columns("jobs") == ("title",)


def test_impact_counts_rows_about_nobody_under_no_region_and_no_member() -> None:
    gate = jobs_gate(OFFERED)
    catalogue, tables = gate._catalogue, {"members": MEMBERS, "jobs": JOBS}
    before, after = policy_with(), policy_with(OFFERED)
    ledger: Any = Told()
    impact = Impact(Side(before, AT), Side(after, AT), catalogue, DuckDBEngine(), ledger, tables=tables)
    told = impact.of("recommendation", "self")
    assert (told.records_gained, told.records_lost, len(told.gaining)) == (2, 0, 0)
    (change,) = told.changes
    assert (change.category, change.region, change.records_gained, change.members_gained) == (
        "organisation.job_postings", None, 2, 0,
    )  # fmt: skip


def test_who_acts_in_an_event_decides_about_it() -> None:
    likes = {
        "location": {"arrow": "likes"},
        "event": {"actor": "who", "item": "post", "time": "at"},
        "columns": {"post": "content.posts"},
    }
    gate = gate_over({"likes": likes}, {"likes": LIKES},
                     policy_with(), Told(("ben", "sharing", None, "refused")))  # fmt: skip
    assert gate._catalogue.tables["likes"].subjects == ("who",)
    assert gate._catalogue.tables["likes"].created == "at"
    assert gate.read("likes")["post"].to_pylist() == [1]


def test_both_ends_of_an_edge_must_permit_it() -> None:
    follows = {
        "location": {"arrow": "follows"},
        "edge": {"from": "a", "to": "b"},
        "columns": {"n": "content.posts"},
    }
    gate = gate_over({"follows": follows}, {"follows": FOLLOWS}, policy_with(), Told())
    # cy's region is not known, and whom the last leads to is not
    assert gate.read("follows")["n"].to_pylist() == [1, 3]
    refused = gate_over(
        {"follows": follows}, {"follows": FOLLOWS}, policy_with(), Told(("ben", "sharing", None, "refused"))
    )
    assert refused.read("follows").num_rows == 0


def test_a_role_names_people_and_lets_nobody_out() -> None:
    mentions = {
        "location": {"arrow": "follows"},
        "subjects": {"author": "a", "mentioned": "b"},
        "columns": {"n": "content.posts"},
    }
    gate = gate_over({"m": mentions}, {"follows": FOLLOWS}, policy_with(), Told())
    assert gate._catalogue.tables["m"].roles == {"a": "author", "b": "mentioned"}
    assert gate.read("m")["n"].to_pylist() == [1, 3]


def test_an_actor_that_is_not_there_is_refused() -> None:
    likes = {
        "location": {"arrow": "likes"},
        "event": {"actor": "whom", "item": "post", "time": "at"},
        "columns": {"post": "content.posts"},
    }
    gate = gate_over({"likes": likes}, {"likes": LIKES}, policy_with())
    with pytest.raises(SourceError, match="SRC-038"):
        gate.read("likes")


def access_to(gate: Gate) -> Access:
    return Access({gate.purpose: gate}, b"")


def test_a_use_is_given_events_in_order_of_time_where_all_of_one_is_permitted() -> None:
    columns = {"post": "content.posts", "at": "content.posts"}
    said = {"location": {"arrow": "likes"}, "event": {"actor": "who", "item": "post", "time": "at"}}
    for given, told in (
        (columns, [("ben", 1, 3), ("ann", 1, 4)]),
        ({"post": "content.posts"}, []),
        ({"at": "content.posts"}, []),
    ):
        gate = gate_over({"likes": said | {"columns": given}}, {"likes": LIKES}, policy_with())
        events = access_to(gate).events("likes").read_all()
        assert events.column_names == ["actor", "item", "time"]
        assert [(e["actor"], e["item"], e["time"].second) for e in events.to_pylist()] == told


def test_a_use_is_given_edges_that_both_ends_permit() -> None:
    said = {
        "location": {"arrow": "follows"},
        "edge": {"from": "a", "to": "b"},
        "columns": {"n": "content.posts"},
    }
    gate = gate_over({"follows": said}, {"follows": FOLLOWS}, policy_with())
    edges = access_to(gate).edges("follows").read_all()
    assert sorted(map(tuple, (row.values() for row in edges.to_pylist()))) == [("ann", "ben"), ("ben", "ann")]


def test_a_use_is_given_items_about_nobody_and_told_when_a_table_is_something_else() -> None:
    access = access_to(jobs_gate(OFFERED))
    assert sorted(access.items("jobs", ["title"]).read_all()["title"].to_pylist()) == ["Baker", "Nurse"]
    assert access.tables["jobs"].about_nobody and not access.tables["members"].about_nobody
    for ask in (access.events, access.edges, access.items):
        for name in ("members", "nowhere"):
            with pytest.raises(GateError) as caught:
                ask(name)
            assert caught.value.code == "GATE-212"


def test_each_field_of_a_struct_goes_by_the_label_it_carries() -> None:
    field = pa.struct(
        [
            pa.field("text", pa.string(), metadata={STAMP: "content.posts"}),
            pa.field("to", pa.string(), metadata={STAMP: "contact.email"}),
        ]
    )
    notes = pa.table({"who": ["ann"], "note": pa.array([{"text": "hello", "to": "x@y"}], field)})

    def read(**labels: str) -> list[dict[str, Any]]:
        table = {"location": {"arrow": "notes"}, "subjects": ["who"], "columns": labels}
        found: list[dict[str, Any]] = (
            gate_over({"notes": table}, {"notes": notes}, policy_with()).read("notes").to_pylist()
        )
        return found

    (row,) = read(**{"note.text": "content.posts", "note.to": "contact.email"})
    assert row["note"] == {"text": "hello", "to": None}
    for labels in ({"note": "content.posts"}, {"note.to": "content.posts"}):
        with pytest.raises(SourceError, match="SRC-013"):
            read(**labels)


class Followed(Told):
    """A ledger in which Ann alone said something since."""

    def root(self, position: int) -> bytes:
        return b"root"

    def erased_since(self, position: int) -> bool:
        return False

    def changed_subjects(self, since: int, until: int) -> set[str]:
        return {"ann"}

    def changed_organisations(self, since: int, until: int) -> set[str]:
        return set()


def touched_since_november(gate: Gate) -> Touched:
    """Whom it is about, where something was made of `jobs` at the same position two months earlier."""
    access = access_to(gate)
    earlier = replace(access.provenance().origin({}), at="2025-11-01T00:00:00Z")
    return access.touched_since(earlier, ["jobs"], {})


@pytest.mark.parametrize(("starts", "told"), [("2025-12-01", None), ("2020-06-01", {"ann"})])
def test_where_time_opened_rows_about_nobody_all_is_made_anew(starts: str, told: set[str] | None) -> None:
    gate = gate_over(
        {"jobs": JOBS_TABLE}, {"jobs": JOBS}, policy_with(OFFERED | {"from": starts}), Followed()
    )
    touched = touched_since_november(gate)
    assert touched.subjects == told and ("about nobody" in str(touched.why)) is (told is None)


def test_rows_about_nobody_that_refer_to_somebodys_are_made_anew_with_them() -> None:
    posts = {
        "location": {"arrow": "posts"},
        "key": "id",
        "subjects": ["author"],
        "columns": {"id": "content.posts"},
    }
    tables = {"jobs": JOBS_TABLE | {"references": {"id": "posts"}}, "posts": posts}
    gate = gate_over(tables, {"jobs": JOBS, "posts": POSTS}, policy_with(OFFERED), Followed())
    touched = touched_since_november(gate)
    assert touched.subjects is None and "refer to theirs" in str(touched.why)


def test_rows_about_nobody_of_an_organisation_that_spoke_are_made_anew() -> None:
    class Spoken(Followed):
        def changed_organisations(self, since: int, until: int) -> set[str]:
            return {"1"}

    for of_table, told in (({"organisation": "id"}, None), ({}, {"ann"})):
        gate = gate_over({"jobs": JOBS_TABLE | of_table}, {"jobs": JOBS}, policy_with(OFFERED), Spoken())
        touched = touched_since_november(gate)
        assert touched.subjects == told and ("an organisation spoke" in str(touched.why)) is (told is None)
