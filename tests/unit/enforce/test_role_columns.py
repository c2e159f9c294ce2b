"""Key, subject, date and audience columns are data: shown where their label is permitted, else not or hashed."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest
from enforce_samples import AT, MEMBERS, POSTS, SALT, Told, make_gate, permit

from licet.enforce import Access, Gate
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.pseudonyms import pseudonym_of_key, pseudonym_of_subject
from licet.enforce.selection import ROW, SHOWN_KEY, people_columns

PROFILE = permit("head", categories=["profile"], regions=["DE"])
DATED = POSTS.append_column(
    "made",
    pa.array([datetime(2025, 1, n) for n in range(1, 6)], pa.timestamp("us")),  # noqa: DTZ001
).append_column("seen", pa.array(["public"] * 5))
SOME: dict[str, Any] = {"created": "made", "visibility": "seen"}


def rows_of(gate: Gate, name: str = "posts") -> list[dict[str, Any]]:
    return sorted(gate.read(name).to_pylist(), key=lambda row: str(row.get("text")))


@pytest.mark.parametrize("prepared", [False, True])
def test_without_labels_ids_are_pseudonyms_and_date_and_audience_are_absent(prepared: bool) -> None:
    gate = make_gate(permit(created_from="2025-01-01", visibility=["public"]), posts=DATED, table=SOME)
    if prepared:
        gate.prepare(["posts"])
    assert rows_of(gate) == [
        {
            "id": pseudonym_of_key(SALT, "posts", str(n)),
            "author": pseudonym_of_subject(SALT, who),
            "text": text,
        }
        for n, who, text in ((1, "ann", "a"), (2, "ben", "b"))
    ]
    assert gate.unlabelled()["posts"] == ("draft", "made", "seen")
    assert gate.pseudonymous() == {"posts": ("id", "author")}


@pytest.mark.parametrize("prepared", [False, True])
def test_a_label_shows_them_row_by_row_where_it_is_permitted(prepared: bool) -> None:
    labels = dict.fromkeys(("id", "author", "made", "seen"), "profile.headline")
    gate = make_gate(
        permit(), PROFILE, posts=DATED, table={**SOME, "columns": {"text": "content.posts", **labels}}
    )
    if prepared:
        gate.prepare(["posts"])
    ann, ben = rows_of(gate)
    assert ann == {"id": "1", "author": "ann", "text": "a", "made": datetime(2025, 1, 1), "seen": "public"}  # noqa: DTZ001
    assert ben == {
        "id": pseudonym_of_key(SALT, "posts", "2"), "author": pseudonym_of_subject(SALT, "ben"),
        "text": "b", "made": None, "seen": None,
    }  # fmt: skip
    keys = {row["key"]: row["code"] for row in gate.verdicts("posts").to_pylist()}
    assert list(keys)[:2] == ["1", pseudonym_of_key(SALT, "posts", "2")]
    assert all(len(key) == 64 and code for key, code in list(keys.items())[2:])


def test_a_key_that_is_a_message_or_a_day_of_birth_is_never_handed_out() -> None:
    secrets = pa.array(["keep this between us", "and this", "x", "y", "z"])
    for told in (secrets, pa.array([f"1990-01-{n:02}" for n in range(1, 6)])):
        gate = make_gate(posts=POSTS.append_column("secret", told), table={"key": "secret"})
        shown = repr([*gate.read("posts").to_pylist(), *gate.verdicts("posts").to_pylist()])
        assert not any(str(value) in shown for value in told.slice(0, 2).to_pylist())


def test_a_pseudonym_is_hmac_sha256_under_a_key_of_its_domain() -> None:
    for domain, told in (
        ("subject", pseudonym_of_subject(SALT, "é'\\x00")),
        ("key posts", pseudonym_of_key(SALT, "posts", "é'\\x00")),
    ):
        derived = hmac.new(SALT, f"licet pseudonym: {domain}".encode(), hashlib.sha256).digest()
        assert told == hmac.new(derived, "é'\\x00".encode(), hashlib.sha256).hexdigest()


@pytest.mark.parametrize("odd", [" ", "é", "o'clock", "\\x41", "😀", "a" * 1000])
def test_the_engine_hashes_any_text_as_python_does(odd: str) -> None:
    members = pa.table({"who": [odd], "region": ["DE"], "plan": ["free"], "born": pa.nulls(1, pa.date32())})
    posts = pa.table({"id": [odd], "author": [[odd, None]], "text": ["a"], "title": ["A"], "draft": ["x"]})
    for gate in (
        make_gate(posts=posts, members=members),
        make_gate(posts=posts.slice(0, 0), members=members),
    ):
        assert {row["key"] for row in gate.verdicts("posts").to_pylist()} <= {
            pseudonym_of_key(SALT, "posts", odd)
        }
    whole = posts.set_column(1, "author", pa.array([[odd, odd]]))
    (row,) = make_gate(posts=whole, members=members).read("posts").to_pylist()
    assert row["author"] == [pseudonym_of_subject(SALT, odd)] * 2


def test_one_person_has_one_pseudonym_in_all_tables_and_a_key_one_in_each() -> None:
    table = {"key": "author", "subjects": ["author"]}
    gate = make_gate(posts=POSTS, table=table)
    assert rows_of(gate)[0]["author"] == pseudonym_of_subject(SALT, "ann")
    assert pseudonym_of_key(SALT, "posts", "1") != pseudonym_of_key(SALT, "comments", "1")
    assert pseudonym_of_subject(SALT, "1") not in {pseudonym_of_key(SALT, "posts", "1")}


def test_a_gate_without_a_salt_draws_one_for_itself() -> None:
    gate = make_gate()
    shown = [
        Gate(
            gate.policy, gate.purpose, AT, gate._catalogue, DuckDBEngine(threads=1), gate._ledger,
            tables={"members": MEMBERS, "posts": POSTS},
        ).read("posts")["id"].to_pylist()
        for _ in range(2)
    ]  # fmt: skip
    assert not set(shown[0]) & set(shown[1])


def test_a_table_of_which_nothing_passes_has_its_columns_of_ids_and_no_rows() -> None:
    empty = make_gate(table={"columns": {}, "created": None}).read("posts")
    assert empty.num_rows == 0 and empty.schema.names == ["id", "author"]
    assert {field.type for field in empty.schema} == {pa.string()}


def test_no_method_of_a_gate_gives_a_key_or_a_person_in_clear() -> None:
    gate = make_gate(ledger=Told(("ben", "sharing", None, "refused")))
    shown = [
        gate.read("posts"), gate.table("posts").to_pyarrow(), gate.verdicts("posts"), gate.counts(),
        gate.categories("posts"), gate.inputs(["posts"]), gate.unlabelled(), gate.pseudonymous(),
        gate.unknown_words(),
    ]  # fmt: skip
    assert not any(who in repr(part) for part in shown for who in ("'ann'", "'ben'", '"ann"', '"ben"'))
    assert {name for name in dir(gate) if not name.startswith("_")} == {
        "about_nobody",
        "at",
        "categories",
        "columns",
        "counts",
        "deletion_vectors",
        "for_inspection",
        "for_training",
        "inputs",
        "names",
        "policy",
        "position",
        "prepare",
        "pseudonymous",
        "purpose",
        "read",
        "recipient",
        "same_at",
        "table",
        "tense",
        "unknown_words",
        "unlabelled",
        "verdicts",
    }


def test_the_bookkeeping_of_a_use_has_people_in_clear_and_a_key_only_where_it_is_permitted() -> None:
    people, row = people_columns(("author",))[0], pseudonym_of_key(SALT, "posts", "2")
    for kind, shown in ((None, row), ("content.posts", "2")):
        columns = {"text": "content.posts", "author": "content.posts"} | ({"id": kind} if kind else {})
        access = Access({"recommendation": make_gate(table={"columns": columns})}, b"")
        (told,) = access.rows("posts", subjects=["ben"]).read_all().to_pylist()
        assert told.pop("id", None) == (kind and shown)
        assert told == {"author": "ben", "text": "b", ROW: row, SHOWN_KEY: shown, people: "ben"}
