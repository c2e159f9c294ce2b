"""What a gate hands out, on tables one can read: rows, cells, columns, reasons and counts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest
from enforce_samples import MEMBERS, POSTS, POSTS_TABLE, SALT, Told, as_written, make_gate, permit

from licet.enforce.access import _eligibility
from licet.enforce.pseudonyms import pseudonym_of_subject

PROFILE = permit("head", categories=["profile"], regions=["DE"])


def texts(gate: Any, name: str = "posts", column: str = "text") -> list[Any]:
    return sorted(gate.read(name)[column].to_pylist())


def test_only_permitted_rows_of_known_people_come_through() -> None:
    gate = make_gate(ledger=Told(("ben", "sharing", None, "refused")))
    assert as_written(gate.read("posts")) == [{"id": 1, "author": "ann", "text": "a"}]
    told = {
        row["key"]: (row["code"], row["rule"], row["region"]) for row in as_written(gate.verdicts("posts"))
    }
    assert told == {
        1: (None, None, "DE"),
        2: ("refused", "share", "CH"),
        3: ("region_unknown", "share", None),
        4: ("subject_unknown", None, None),
        5: ("subject_unknown", None, None),
    }


def test_columns_nobody_permits_are_absent_and_cells_not_permitted_are_null() -> None:
    gate = make_gate(permit(), PROFILE)
    assert sorted(as_written(gate.read("posts")), key=lambda row: row["id"]) == [
        {"id": 1, "author": "ann", "text": "a", "title": "A"},
        {"id": 2, "author": "ben", "text": "b", "title": None},
    ]
    assert gate.read("posts").schema.field("title").type == pa.string()
    assert "title" not in make_gate().read("posts").column_names


def test_a_column_without_a_label_is_denied_and_reported() -> None:
    gate = make_gate()
    assert gate.unlabelled() == {"members": ("who", "region", "plan", "born"), "posts": ("draft",)}
    assert "draft" not in gate.read("posts").column_names
    assert gate.categories("posts") == {"text": "content.posts", "title": "profile.headline"}
    assert gate.names == ("members", "posts")


def test_a_table_without_labels_or_subjects_lets_nothing_through_and_says_why() -> None:
    bare = make_gate(table={"columns": {}})
    assert bare.read("posts").num_rows == 0
    assert set(bare.verdicts("posts")["code"].to_pylist()) == {"unlabelled"}
    orphan = make_gate(table={"subjects": []})
    assert orphan.read("posts").num_rows == 0
    assert set(orphan.verdicts("posts")["code"].to_pylist()) == {"subject_unknown"}
    for gate in (bare, orphan):
        assert [(row.code, row.region) for row in gate.counts(["posts"]).held_back] == [
            (gate.verdicts("posts")["code"][0].as_py(), None)
        ]


def test_counts_add_up_by_reason_most_first() -> None:
    counts = make_gate(ledger=Told(("ann", "sharing", None, "withdrawn"))).counts(["posts"])
    assert [(row.region, row.records) for row in counts.passed] == [("CH", 1)]
    assert list(counts.by_reason().items()) == [("subject_unknown", 2), ("refused", 1), ("region_unknown", 1)]


def test_two_rows_about_one_person_that_disagree_make_nothing_known() -> None:
    """Though both ages are above the limit: a contradiction is not a yes, on either side of any line."""
    twice = pa.concat_tables(
        [MEMBERS, MEMBERS.slice(0, 1).set_column(3, "born", pa.array([date(1991, 5, 1)]))]
    )
    gate = make_gate(permit(minimum_age=18), members=twice)
    told = {row["key"]: row["code"] for row in as_written(gate.verdicts("posts"))}
    assert told[1] == "age_unknown"
    same = make_gate(permit(minimum_age=18), members=pa.concat_tables([MEMBERS, MEMBERS]))
    assert [row["id"] for row in as_written(same.read("posts"))] == [1]


def test_a_fact_that_one_of_two_rows_leaves_out_is_not_known() -> None:
    """Region, plan and day of birth alike: half a statement is none."""
    for place, name, code in ((1, "region", "region"), (2, "plan", "plan"), (3, "born", "age")):
        left_out = pa.array([None], MEMBERS.schema.field(name).type)
        twice = pa.concat_tables([MEMBERS, MEMBERS.slice(0, 1).set_column(place, name, left_out)])
        gate = make_gate(permit(minimum_age=18, plans=["free"]), members=twice)
        assert gate.verdicts("posts")["code"][0].as_py() == f"{code}_unknown"


def test_a_default_that_depends_on_age_is_told_apart_by_that_age_alone() -> None:
    """No rule names the age; only where the setting starts does."""
    young = {"state": "off", "below_age": 40}
    gate = make_gate(sharing={"state": "on", "exceptions": [young]})
    told = {row["key"]: row["code"] for row in as_written(gate.verdicts("posts"))}
    assert (told[1], told[2]) == ("off_by_default", "default_unknown")  # 35 years old, and nobody knows
    older = make_gate(sharing={"state": "on", "exceptions": [young | {"below_age": 30}]})
    assert [row["id"] for row in as_written(older.read("posts"))] == [1]


@pytest.mark.parametrize("bad", ["\x1f", "", "|", "DE|18"])
def test_odd_text_in_facts_neither_doubles_rows_nor_opens_anything(bad: str) -> None:
    """Texts that a key made by gluing facts together would confuse with others, or with nothing at all."""
    members = pa.table(
        {
            "who": ["ann", "ben", "cy", "eve"],
            "region": ["DE", bad, None, "DE"],
            "plan": ["|free", "free", bad, None],
            "born": pa.array([date(1990, 1, 1), None, date(1990, 1, 1), date(1990, 1, 1)]),
        }
    )
    gate = make_gate(permit(minimum_age=18, plans=["|free", "free"]), members=members)
    assert [row["id"] for row in as_written(gate.read("posts"))] == [1]
    told = as_written(gate.verdicts("posts"))
    assert sorted(row["key"] for row in told) == [1, 2, 3, 4, 5]
    assert {row["key"]: row["region"] for row in told} == {1: "DE", 2: bad, 3: None, 4: "DE", 5: None}


def test_a_row_about_several_people_needs_every_one_of_them() -> None:
    posts = pa.table(
        {
            "id": [1, 2, 3, 4, 5, 6],
            "author": ["ann", "ann", "ann", "ben", "ann", "ann"],
            "with": [["ann"], ["ben", "ann"], ["cy", "ben"], [None], [], None],
            "text": list("abcdef"),
            "title": list("ABCDEF"),
        }
    )
    gate = make_gate(permit(), PROFILE, posts=posts, table={"subjects": ["author", "with"]})
    assert {row["id"]: (row["text"], row["title"]) for row in as_written(gate.read("posts"))} == {
        1: ("a", "A"),
        2: ("b", None),
    }
    told = {row["key"]: (row["code"], row["region"]) for row in as_written(gate.verdicts("posts"))}
    assert told[3] == ("region_unknown", None)  # the first in order who permits nothing
    assert told[4] == told[5] == told[6] == ("subject_unknown", None)


def test_people_who_permit_different_parts_disagree() -> None:
    posts = pa.table({"id": [1], "author": [["ann", "ben"]], "text": ["a"], "title": ["A"]})
    told = Told(("ann", "sharing", "content", "refused"), ("ben", "sharing", "profile", "refused"))
    rules = (permit(setting="sharing"), permit("head", categories=["profile"], setting="sharing"))
    gate = make_gate(*rules, posts=posts, ledger=told)
    assert gate.read("posts").num_rows == 0
    assert as_written(gate.verdicts("posts")) == [
        {"key": 1, "mask": 0, "region": "DE", "code": "subjects_disagree", "rule": None}
    ]


AWKWARD = (
    "self",
    "subject",
    "region",
    "mask",
    "reason",
    "position",
    "people",
    "a b",
    'x"y',
    "class_id",
    "t0",
)


@pytest.mark.parametrize("listed", [False, True])
def test_columns_may_be_called_anything(listed: bool) -> None:
    posts = pa.table({"author": [["ann"]] if listed else ["ann"], **{name: [name] for name in AWKWARD}})
    table = {"key": None, "columns": dict.fromkeys(AWKWARD, "content.posts")}
    gate = make_gate(permit(created_from="2020-01-01", visibility=["public"]), posts=posts, table=table)
    assert gate.read("posts").num_rows == 0 and gate.verdicts("posts").num_rows == 1
    (row,) = as_written(make_gate(permit(), posts=posts, table=table).read("posts", ["ann", "nobody"]))
    assert row == {"author": ["ann"] if listed else "ann", **{name: name for name in AWKWARD}}


CUT = datetime(2025, 11, 3, tzinfo=UTC)
NS = 1_000_000_000 * int(CUT.timestamp())


@pytest.mark.parametrize(
    ("made", "ids"),
    [
        (pa.array([NS // 1000 - 1, NS // 1000, None], pa.timestamp("us")), [2]),
        (pa.array([NS - 1, NS, None], pa.timestamp("ns")), [2]),
        (pa.array([NS - 1, NS, None], pa.timestamp("ns", "UTC")), [2]),
        (pa.array([NS // 1000 - 1, NS // 1000, None], pa.timestamp("us", "Asia/Tokyo")), [2]),
        (pa.array([NS // 10**6 - 1, NS // 10**6, None], pa.timestamp("ms")), [2]),
        (pa.array([NS // 10**9 - 1, NS // 10**9, None], pa.timestamp("s")), [2]),
        (pa.array([date(2025, 11, 2), date(2025, 11, 3), None], pa.date32()), [2]),
    ],
)
def test_a_record_counts_from_the_first_moment_of_a_day_in_utc(made: pa.Array, ids: list[int]) -> None:
    posts = pa.table(
        {"id": [1, 2, 3], "author": ["ann"] * 3, "text": ["a"] * 3, "title": ["A"] * 3, "made": made}
    )
    gate = make_gate(permit(created_from="2025-11-03"), posts=posts, table={"created": "made"})
    assert [row["id"] for row in as_written(gate.read("posts"))] == ids
    before = make_gate(permit(created_before="2025-11-03"), posts=posts, table={"created": "made"})
    assert [row["id"] for row in as_written(before.read("posts"))] == [1]


def test_asking_for_subjects_filters_what_is_permitted_and_adds_nothing() -> None:
    gate = make_gate()
    assert texts(gate) == ["a", "b"]
    assert gate.read("posts", ["ben", "cy", "eve"])["text"].to_pylist() == ["b"]
    assert gate.read("posts", []).num_rows == 0


def test_eligibility_lists_every_known_person_with_what_they_permit() -> None:
    gate = make_gate(permit(), PROFILE)
    told = {row["subject"]: row["mask_0"] for row in _eligibility(gate, "posts").to_pylist()}
    assert told == {"ann": 0b11, "ben": 0b01, "cy": 0}


def test_ids_as_numbers_and_as_text_name_the_same_person() -> None:
    members = MEMBERS.set_column(0, "who", pa.array([1, 2, 3], pa.int32()))
    for author in (pa.array([1, 2, 3, 4, None], pa.int64()), pa.array(["1", "2", "3", "4", None])):
        posts = POSTS.set_column(1, "author", author)
        assert texts(make_gate(members=members, posts=posts)) == ["a", "b"]
    padded = POSTS.set_column(1, "author", pa.array(["01", "2", "3", "4", None]))
    assert texts(make_gate(members=members, posts=padded)) == ["b"]


def test_the_facts_table_itself_passes_the_gate_like_any_other() -> None:
    gate = make_gate(permit("head", categories=["profile"]), table=dict(POSTS_TABLE))
    assert gate.read("members").num_rows == 0  # none of its columns has a label


def test_a_column_of_no_type_is_one_that_says_nothing() -> None:
    """As Arrow makes of values that are all missing: the rows are denied for what is not known, and no error told."""
    silent = MEMBERS.set_column(3, "born", pa.nulls(3))
    gate = make_gate(permit(minimum_age=18), members=silent, ledger=Told())
    assert set(gate.verdicts("posts")["code"].to_pylist()) == {
        "age_unknown",
        "subject_unknown",
        "region_unknown",
    }
    undated = POSTS.append_column("made", pa.nulls(5))
    gate = make_gate(permit(created_from="2025-11-03"), posts=undated, table={"created": "made"})
    assert set(gate.verdicts("posts")["code"].to_pylist()) == {
        "created_unknown",
        "subject_unknown",
        "region_unknown",
    }
    nobodys = POSTS.set_column(1, "author", pa.nulls(5))
    assert make_gate(posts=nobodys).read("posts").num_rows == 0


def test_times_to_the_nanosecond_stand_before_or_after_days_that_nanoseconds_cannot_say() -> None:
    dated = POSTS.append_column("made", pa.array([0, 1, 2, 3, None], pa.timestamp("ns")))
    for rule, passes in (
        ({"created_from": "0001-01-01"}, True),
        ({"created_from": "9999-12-31"}, False),
        ({"created_before": "9999-12-31"}, True),
        ({"created_before": "0001-01-01"}, False),
    ):
        gate = make_gate(permit(**rule), posts=dated, table={"created": "made"}, ledger=Told())
        assert (gate.read("posts").num_rows > 0) is passes, rule


def test_a_labelled_column_that_places_a_row_needs_permission_though_nobody_asked_for_it() -> None:
    labelled = {"columns": {"text": "content.posts", "author": "profile.name"}}
    for marked in (False, True):
        gate = make_gate(permit(), table=labelled, columns={"posts": ["text"]})
        if marked:
            gate.prepare(["posts"])
        authors = gate.read("posts")["author"].to_pylist()
        assert authors == [pseudonym_of_subject(SALT, who) for who in ("ann", "ben")]
        both = make_gate(permit(), PROFILE, table=labelled, columns={"posts": ["text"]})
        if marked:
            both.prepare(["posts"])
        shown = {row["text"]: row["author"] for row in both.read("posts").to_pylist()}
        assert shown == {"a": "ann", "b": pseudonym_of_subject(SALT, "ben")}
