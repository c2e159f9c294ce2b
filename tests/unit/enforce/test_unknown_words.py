"""What is not known of members and rows is counted by word, with what was meant; and what is known is not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
from enforce_samples import make_gate

from licet.enforce.unknown_words import UnknownWord

WHO = ["a", "b", "c", "d", "e", "f", "", None]
FACTS = {"table": "members", "subject": "who"}


def counted(engine: Any, column: pa.Array, **facts: Any) -> set[tuple[str | None, str | None, int]]:
    members = pa.table({"who": pa.array(WHO, pa.string()), "told": column})
    gate = make_gate(members=members, facts=FACTS | facts, engine=engine)
    assert all(word[:2] == ("members", "told") for word in gate.unknown_words())
    return {(word.word, word.meant, word.number) for word in gate.unknown_words()}


def test_regions_that_are_none_are_counted_with_what_was_meant(any_engine: Any) -> None:
    regions = pa.array(["UK", "UK", "ch", "CN-HK", None, "Elbonia", "UK", "UK"])
    assert counted(any_engine, regions, region="told") == {
        ("UK", "GB", 2),
        ("ch", "CH", 1),
        (None, None, 1),
        ("Elbonia", None, 1),
    }


def test_plans_are_known_as_pack_and_catalogue_declare_them(any_engine: Any) -> None:
    plans = pa.array(["premium", "Premium ", "gold", "other", None, "gold", "x", "x"])
    assert counted(any_engine, plans, plan="told", plans={"gold": "plus"}) == {
        ("Premium ", "premium", 1),
        ("other", None, 1),
        (None, None, 1),
    }


def test_ages_and_days_of_birth_that_are_nobodys_are_counted_together(any_engine: Any) -> None:
    assert counted(any_engine, pa.array([30, 1990, -1, 120, None, 121, 999, 999]), age="told") == {
        (None, None, 4)
    }
    born = pa.array(
        [date(1990, 1, 1), date(2100, 1, 1), date(1850, 1, 1), None, date(2025, 1, 1), date(1906, 1, 1)]
        + [None] * 2
    )
    assert counted(any_engine, born, birth_date="told") == {(None, None, 3)}


def test_a_member_of_two_rows_is_one(any_engine: Any) -> None:
    members = pa.table({"who": ["a", "a", "b"], "told": ["UK", "UK", "UK"]})
    (word,) = make_gate(members=members, facts=FACTS | {"region": "told"}, engine=any_engine).unknown_words()
    assert (word.word, word.number) == ("UK", 2)


def test_audiences_are_counted_by_rows(any_engine: Any) -> None:
    posts = pa.table(
        {
            "id": range(4),
            "author": ["a"] * 4,
            "text": ["x"] * 4,
            "seen": ["Public", "public", "Freunde", "Freunde"],
        }
    )
    members = pa.table({"who": ["a"], "region": ["CH"]})
    table = {"visibility": "seen", "visibilities": {"Freunde": "friends"}}
    gate = make_gate(
        posts=posts, members=members, facts=FACTS | {"region": "region"}, table=table, engine=any_engine
    )
    assert gate.unknown_words() == (UnknownWord("posts", "seen", "visibility", "Public", "public", 1),)
