"""Masking below the cell, on values one can read: fields, elements, entries, and elements about others."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from enforce_samples import Told, as_written, make_gate, permit

from licet.terms import SourceError

POSTS, HEAD, NAME = "content.posts", "profile.headline", "profile.name"
#: ann (DE) permits both kinds, ben (CH) only content; the others nothing.
RULES = (permit(), permit("head", categories=["profile"], regions=["DE"]))


def told(
    values: list[Any], kind: pa.DataType, columns: dict[str, str | None], *, column: str = "cell", **more: Any
) -> dict[str, Any]:
    """Author to what is shown of the cell; each value is written by ann and by ben. The type must stay."""
    authors = [author for author in ("ann", "ben") for _ in values]
    posts = pa.table(
        {
            "id": pa.array(range(len(authors)), pa.int64()),
            "author": authors,
            "text": ["t"] * len(authors),
            column: pa.array(values * 2, kind),
        }
    )
    table = {"columns": {"text": POSTS, **columns}, **more}
    read = make_gate(*RULES, posts=posts, table=table).read("posts")
    assert read.schema.field(column).type == kind
    rows = sorted(as_written(read), key=lambda row: row["id"])
    assert [row["id"] for row in rows] == list(range(len(authors)))
    return {who: [row[column] for row in rows if row["author"] == who] for who in ("ann", "ben")}


def record(**fields: pa.DataType) -> pa.DataType:
    return pa.struct(list(fields.items()))


TEXT = pa.string()


def test_a_field_is_shown_or_null_and_a_null_record_stays_null() -> None:
    values = [{"a": "1", "b": "2", "c": "3"}, {"a": None, "b": "2", "c": None}, None]
    seen = told(values, record(a=TEXT, b=TEXT, c=TEXT), {"cell.a": POSTS, "cell.b": HEAD})
    assert seen["ann"] == [{"a": "1", "b": "2", "c": None}, {"a": None, "b": "2", "c": None}, None]
    assert seen["ben"] == [{"a": "1", "b": None, "c": None}, {"a": None, "b": None, "c": None}, None]


def test_the_narrowest_label_wins_and_a_null_label_is_no() -> None:
    values = [{"a": "1", "b": {"c": "2", "d": "3"}, "e": "4"}]
    columns = {"cell": POSTS, "cell.b": HEAD, "cell.b.d": POSTS, "cell.e": None}
    seen = told(values, record(a=TEXT, b=record(c=TEXT, d=TEXT), e=TEXT), columns)
    assert seen["ann"] == [{"a": "1", "b": {"c": "2", "d": "3"}, "e": None}]
    assert seen["ben"] == [{"a": "1", "b": {"c": None, "d": "3"}, "e": None}]


def test_a_value_of_which_nothing_is_permitted_is_null_at_the_highest_place() -> None:
    values = [{"a": "1", "b": {"c": "2", "d": ["3"]}}]
    columns = {"cell.a": POSTS, "cell.b.c": HEAD, "cell.b.d": HEAD}
    seen = told(values, record(a=TEXT, b=record(c=TEXT, d=pa.list_(TEXT))), columns)
    assert seen["ann"] == values
    assert seen["ben"] == [{"a": "1", "b": None}]


def test_a_column_of_which_nobody_permits_any_part_is_absent() -> None:
    posts = pa.table({"author": ["ben"], "text": ["t"], "cell": [{"a": "1", "b": "2"}]})
    table = {"key": None, "columns": {"text": POSTS, "cell.a": HEAD}}
    ledger = Told(("ann", "sharing", None, "refused"))
    rules = (permit(), permit("head", categories=["profile"], regions=["DE"], setting="sharing"))
    read = make_gate(*rules, posts=posts, table=table, ledger=ledger).read("posts")
    assert as_written(read) == [{"author": "ben", "text": "t"}]


def test_elements_keep_their_places_and_lists_that_are_empty_or_null_stay_so() -> None:
    values = [[{"a": "1", "b": "2"}, None, {"a": None, "b": "3"}], [], None]
    seen = told(values, pa.list_(record(a=TEXT, b=TEXT)), {"cell[].a": POSTS, "cell[].b": HEAD})
    assert seen["ann"] == values
    assert seen["ben"] == [[{"a": "1", "b": None}, None, {"a": None, "b": None}], [], None]


def test_lists_within_lists() -> None:
    values = [[[{"a": "1", "b": "2"}], None, [], [None, {"a": "3", "b": "4"}]]]
    kind = pa.list_(pa.list_(record(a=TEXT, b=TEXT)))
    seen = told(values, kind, {"cell[][].a": POSTS, "cell[][].b": HEAD})
    assert seen["ann"] == values
    assert seen["ben"] == [[[{"a": "1", "b": None}], None, [], [None, {"a": "3", "b": None}]]]


def test_a_list_of_fixed_length_is_one_still() -> None:
    """Arrow hands it on as a plain list; within the engine its type stays."""
    values = [[{"a": "1", "b": "2"}, {"a": "3", "b": "4"}], None]
    kind = pa.list_(record(a=TEXT, b=TEXT), 2)
    posts = pa.table({"author": ["ben"] * 2, "text": ["t"] * 2, "cell": pa.array(values, kind)})
    columns = {"text": POSTS, "cell[].a": POSTS, "cell[].b": HEAD}
    gate = make_gate(*RULES, posts=posts, table={"key": None, "columns": columns})
    shown = gate.table("posts")["cell"]
    assert shown.type() == gate._engine.hand_in(posts)["cell"].type()
    assert shown.to_pyarrow().to_pylist() == [[{"a": "1", "b": None}, {"a": "3", "b": None}], None]


def test_an_entry_named_by_its_key_stays_and_any_other_goes_with_its_value() -> None:
    values = [[("phone", "1"), ("city", "2"), ("odd", "3")], [("odd", "3"), ("city", None)], [], None]
    kind = pa.map_(TEXT, TEXT)
    seen = told(values, kind, {"cell{phone}": HEAD, "cell{city}": POSTS})
    assert seen["ann"] == [[("phone", "1"), ("city", "2")], [("city", None)], [], None]
    assert seen["ben"] == [[("phone", None), ("city", "2")], [("city", None)], [], None]
    seen = told(values, kind, {"cell{}": HEAD, "cell{city}": POSTS})
    assert seen["ann"] == values
    assert seen["ben"] == [[("city", "2")], [("city", None)], [], None]


def test_entries_whose_values_hold_several_kinds_stay_when_something_of_them_is_shown() -> None:
    values = [[("x", {"a": "1", "b": "2"}), ("y", None)]]
    seen = told(values, pa.map_(TEXT, record(a=TEXT, b=TEXT)), {"cell{}.a": POSTS, "cell{}.b": HEAD})
    assert seen["ann"] == values
    assert seen["ben"] == [[("x", {"a": "1", "b": None}), ("y", None)]]


def test_what_is_said_of_every_entry_does_not_hold_for_one_that_is_named() -> None:
    values = [[("x", {"a": "1", "b": "2"}), ("y", {"a": "3", "b": "4"})]]
    kind = pa.map_(TEXT, record(a=TEXT, b=TEXT))
    seen = told(values, kind, {"cell{}": POSTS, "cell{y}.b": HEAD})
    assert seen["ann"] == [[("x", {"a": "1", "b": "2"}), ("y", {"a": None, "b": "4"})]]
    assert seen["ben"] == [[("x", {"a": "1", "b": "2"}), ("y", None)]]


def test_keys_that_are_whole_numbers_are_named_by_their_digits() -> None:
    values = [[(7, "1"), (-8, "2"), (9, "3")]]
    seen = told(values, pa.map_(pa.int32(), TEXT), {"cell{7}": HEAD, "cell{-8}": POSTS})
    assert seen["ann"] == [[(7, "1"), (-8, "2")]]
    assert seen["ben"] == [[(7, None), (-8, "2")]]


def test_five_deep_through_every_kind_of_nesting() -> None:
    inner = record(a=TEXT, b=TEXT)
    kind = record(one=pa.list_(record(two=pa.map_(TEXT, pa.list_(record(three=inner))), other=pa.int64())))

    def value(b: str | None) -> Any:
        return {"one": [{"two": [("k", [{"three": {"a": "1", "b": b}}, None])], "other": 5}, None]}

    columns = {
        "cell.one[].two{k}[].three.a": POSTS,
        "cell.one[].two{k}[].three.b": HEAD,
        "cell.one[].other": POSTS,
    }
    seen = told([value("2")], kind, columns)
    assert seen == {"ann": [value("2")], "ben": [value(None)]}


def test_structs_five_deep() -> None:
    kind, value, hidden = record(a=TEXT, b=TEXT), {"a": "1", "b": "2"}, {"a": "1", "b": None}
    for _ in range(5):
        kind = record(d=kind, s=pa.int32())
        value, hidden = {"d": value, "s": 1}, {"d": hidden, "s": 1}
    seen = told([value, None], kind, {"cell": POSTS, "cell.d.d.d.d.d.b": HEAD})
    assert seen == {"ann": [value, None], "ben": [hidden, None]}


ODD = ("a b", 'x"y', "p.q", "r[]", "s{t}", "`u`", "v'w", "ü", "select", "element")


def test_names_may_be_anything_when_quoted() -> None:
    columns = {f'"{column_name}"."{name}"': kind for column_name, name, kind in _odd_labels()}
    for column in ODD:
        own = {
            path: kind
            for path, kind in columns.items()
            if path.startswith(f'"{column.replace(chr(34), chr(34) * 2)}"')
        }
        seen = told([{name: name for name in ODD}], record(**dict.fromkeys(ODD, TEXT)), own, column=column)
        assert seen["ann"] == [{name: name for name in ODD}]
        assert seen["ben"] == [{name: name if n % 2 else None for n, name in enumerate(ODD)}]


def _odd_labels() -> list[tuple[str, str, str]]:
    quoted = [name.replace('"', '""') for name in ODD]
    return [(c, name, POSTS if n % 2 else HEAD) for c in quoted for n, name in enumerate(quoted)]


def test_the_exact_name_of_a_column_is_that_whole_column() -> None:
    posts = pa.table({"author": ["ann"], "cell.a": ["whole"], "cell": [{"a": "part", "b": "x"}]})
    gate = make_gate(*RULES, posts=posts, table={"key": None, "columns": {"cell.a": POSTS}})
    assert as_written(gate.read("posts")) == [{"author": "ann", "cell.a": "whole"}]
    gate = make_gate(*RULES, posts=posts, table={"key": None, "columns": {'"cell".a': POSTS}})
    assert as_written(gate.read("posts")) == [{"author": "ann", "cell": {"a": "part", "b": None}}]


MENTION = record(who=TEXT, name=TEXT, words=TEXT)


def mention(who: Any, name: str | None = "n", words: str | None = "w") -> dict[str, Any]:
    return {"who": who, "name": name, "words": words}


def test_an_element_about_somebody_else_is_shown_as_that_person_permits() -> None:
    values = [[mention("ben"), mention("ann"), None, mention("eve"), mention(None), mention("cy")], [], None]
    columns = {"cell[].name": HEAD, "cell[].words": POSTS}
    seen = told(values, pa.list_(MENTION), columns, element_subjects=["cell[].who"])
    assert seen["ann"] == [[mention(None, None), mention(None), None, None, None, None], [], None]
    assert seen["ben"] == [[mention(None, None), mention(None, None), None, None, None, None], [], None]


def test_the_id_of_whom_an_element_is_about_is_shown_only_where_it_is_labelled_and_permitted() -> None:
    columns = {"cell": POSTS, "cell[].name": HEAD}
    seen = told(
        [[mention("ben"), mention("eve")]], pa.list_(MENTION), columns, element_subjects=["cell[].who"]
    )
    assert seen["ann"] == [[mention("ben", None), None]]


def test_elements_that_are_ids_themselves_and_lists_within_lists() -> None:
    seen = told([["ann", "eve", None, "ben"]], pa.list_(TEXT), {"cell": POSTS}, element_subjects=["cell[]"])
    assert seen["ann"] == [["ann", None, None, "ben"]]
    values = [[[mention("ben"), mention("eve")], None, [mention("ann")]]]
    columns = {"cell[][].words": POSTS, "cell[][].name": HEAD}
    seen = told(values, pa.list_(pa.list_(MENTION)), columns, element_subjects=["cell[][].who"])
    assert seen["ann"] == [[[mention(None, None), None], None, [mention(None)]]]


def test_every_subject_of_an_element_must_permit_and_those_of_the_lists_around_it_too() -> None:
    kind = record(of=TEXT, replies=pa.list_(record(who=TEXT, to=TEXT, words=TEXT)))
    replies = [
        {"who": "ann", "to": "ben", "words": "1"},
        {"who": "ann", "to": "eve", "words": "2"},
    ]
    values = [[{"of": "ann", "replies": replies}, {"of": "eve", "replies": replies}]]
    seen = told(
        values, pa.list_(kind), {"cell[].replies[].words": POSTS},
        element_subjects=["cell[].replies[].who", "cell[].replies[].to", "cell[].of"],
    )  # fmt: skip
    shown = [{"who": None, "to": None, "words": "1"}, None]
    assert seen["ann"] == [[{"of": None, "replies": shown}, None]]


def test_element_subjects_within_records_and_maps() -> None:
    kind = record(m=pa.map_(TEXT, pa.list_(record(who=pa.int64(), words=TEXT))))
    values = [{"m": [("k", [{"who": 1, "words": "a"}, {"who": 2, "words": "b"}]), ("l", None)]}]
    columns = {"cell.m{k}[].words": POSTS}
    members = pa.table(
        {
            "who": ["ann", "ben", "1"],
            "region": ["DE", "CH", "DE"],
            "plan": ["x"] * 3,
            "born": pa.array([None] * 3, pa.date32()),
        }
    )
    posts = pa.table({"author": ["ann"], "cell": pa.array(values, kind)})
    gate = make_gate(
        *RULES, posts=posts, members=members,
        table={"key": None, "columns": columns, "element_subjects": ["cell.m{}[].who"]},
    )  # fmt: skip
    assert gate.read("posts")["cell"].to_pylist() == [{"m": [("k", [{"who": None, "words": "a"}, None])]}]


def test_the_row_s_own_class_decides_for_its_elements_too() -> None:
    posts = pa.table(
        {"author": ["ann"] * 2, "seen": ["public", "friends"], "text": ["t"] * 2, "cell": [["ben"]] * 2}
    )
    rules = (permit(visibility=["public"]), permit("head", categories=["profile"]))
    table = {
        "key": None, "visibility": "seen", "columns": {"text": HEAD, "seen": HEAD, "cell[]": POSTS},
        "element_subjects": ["cell[]"],
    }  # fmt: skip
    rows = as_written(make_gate(*rules, posts=posts, table=table).read("posts"))
    assert {row["seen"]: row["cell"] for row in rows} == {"public": ["ben"], "friends": None}


def test_parts_without_a_label_are_reported_by_their_path() -> None:
    posts = pa.table(
        {
            "author": ["ann"],
            "cell": pa.array(
                [None], record(a=TEXT, b=pa.list_(record(c=TEXT, d=TEXT)), m=pa.map_(TEXT, TEXT))
            ),
        }
    )
    columns = {"cell.a": POSTS, "cell.b[].c": HEAD, 'cell.m{"x.y"}': POSTS}
    gate = make_gate(posts=posts, table={"key": None, "columns": columns})
    assert gate.unlabelled()["posts"] == ("cell.b[].d", "cell.m{}")
    assert gate.categories("posts") == columns
    quoted = make_gate(
        posts=posts, table={"key": None, "columns": {'cell.m{"x.y"}': None, "cell.m{}": POSTS}}
    )
    assert quoted.unlabelled()["posts"] == ("cell.a", "cell.b", 'cell.m{"x.y"}')


def test_labels_that_cover_nothing_let_no_row_through() -> None:
    """Every field has a label of its own, so there is nothing left that is `content`."""
    posts = pa.table({"author": ["ben"], "cell": [{"a": "1"}]})
    columns = {"cell": POSTS, "cell.a": HEAD}
    gate = make_gate(*RULES, posts=posts, table={"key": None, "columns": columns})
    assert gate.read("posts").num_rows == 0
    assert gate.verdicts("posts")["code"].to_pylist() == ["region_not_covered"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("nowhere.a", "SRC-038"),
        ("cell.b", "SRC-039"),
        ("cell[]", "SRC-039"),
        ("cell{}", "SRC-039"),
        ("cell{a}", "SRC-039"),
        ("text.a", "SRC-039"),
        ("dates{2020}", "SRC-039"),
        ("cell.", "SRC-038"),
        ("cell[0]", "SRC-038"),
        ('"cell', "SRC-038"),
    ],
)
def test_a_label_for_a_part_that_is_not_there_is_refused(path: str, code: str) -> None:
    posts = pa.table(
        {
            "author": ["ann"],
            "text": ["t"],
            "cell": [{"a": "1"}],
            "dates": pa.array([None], pa.map_(pa.date32(), TEXT)),
        }
    )
    with pytest.raises(SourceError) as caught:
        make_gate(posts=posts, table={"key": None, "columns": {path: POSTS}}).read("posts")
    assert caught.value.code == code and caught.value.fix


def test_one_part_with_two_labels_is_refused() -> None:
    posts = pa.table({"author": ["ann"], "cell": [{"a": "1"}]})
    columns = {"cell.a": POSTS, '"cell".a': HEAD}
    with pytest.raises(SourceError, match="SRC-039"):
        make_gate(posts=posts, table={"key": None, "columns": columns}).read("posts")


def test_a_use_sees_the_parts_of_the_columns_it_asked_for() -> None:
    posts = pa.table({"author": ["ann"], "cell": [{"a": "1"}], "other": [{"a": "1"}]})
    table = {"key": None, "columns": {"cell.a": POSTS, "other.a": HEAD}}
    gate = make_gate(*RULES, posts=posts, table=table, columns={"posts": ["cell"]})
    assert as_written(gate.read("posts")) == [{"author": "ann", "cell": {"a": "1"}}]
    assert gate.categories("posts") == {"cell.a": POSTS}
