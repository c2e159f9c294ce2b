"""What rows say of a member: by the kind of data in a column and its name, in whichever tables a platform keeps it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa

from licet.uses.writing.own_words import Origin, OwnWords, Rows, is_read, read_own_words


def rows(table: str, kind: str | dict[str, str], *values: dict[str, Any]) -> Rows:
    made = pa.Table.from_pylist([*values])
    return Rows(table, made, dict.fromkeys(made.column_names, kind) if isinstance(kind, str) else kind)


def words(*tables: Rows) -> OwnWords:
    return read_own_words(tables).words


def test_a_profile_in_one_row_and_a_download_in_many_files_are_read_alike() -> None:
    history = {"Company Name": "Acme", "Title": "Baker", "Started On": "Jan 2015", "Finished On": ""}
    before = {"Company Name": "Inn", "Title": "Waiter", "Started On": "Mar 2009", "Finished On": "Dec 2014"}
    found = words(
        rows("positions", "profile.work_history", before, history),
        rows("skills", "profile.skills", {"Name": "bread"}, {"Name": "cakes"}, {"Name": "bread"}),
        rows("languages", "profile.languages", {"Name": "French"}, {"Name": "German"}),
        rows(
            "education", "profile.education", {"School Name": "ETH", "Degree Name": "BSc", "End Date": "2008"}
        ),
    )
    assert found == OwnWords(
        position="Baker", organisation="Acme", skill="bread", skills="bread and cakes", languages="French and German",
        earlier_position="Waiter", earlier_organisation="Inn", since="2009", school="ETH", degree="BSc",
    )  # fmt: skip
    kinds = {"position": "profile.position", "skills": "profile.skills", "languages": "profile.languages"}
    one = {"position": "Baker", "skills": ["bread", "cakes", None], "languages": ["fr", "de", "xx"]}
    profile = words(rows("profiles", kinds, one))
    assert (profile.position, profile.skills, profile.languages) == (
        found.position,
        found.skills,
        found.languages,
    )


def test_the_newest_row_counts_and_a_position_that_ended_is_none_of_now() -> None:
    kinds = "content.posts"
    assert words(rows("posts", kinds, {"title": "Old"}, {"title": None}, {"title": "New"})).post == "New"
    ended = {"title": "Baker", "organisation": "Acme", "started": date(2010, 1, 1), "ended": date(2020, 1, 1)}
    found = words(rows("work", "profile.work_history", ended))
    assert found.position is None and found.earlier_position == "Baker" and found.since == "2010"


def test_only_columns_of_a_kind_and_name_that_are_read_say_anything() -> None:
    row = {"position": "Baker", "salary": "90000", "note": "x"}
    kinds = {"position": "profile.position", "salary": "job_seeking.salary"}
    assert words(rows("profiles", kinds, row)) == OwnWords(position="Baker")
    assert words(rows("profiles", "profile.summary", row)) == OwnWords()
    assert is_read("Job Title", "profile.position") and not is_read("region", "profile.location")
    assert not is_read("position", None) and not is_read("position", "profile.position.secret")


def test_what_cannot_be_said_in_a_sentence_is_not_there() -> None:
    for value in (None, "", " \u202e ", "…"[:0], 7, {"x": 1}):
        assert words(rows("profiles", "profile.industry", {"industry": value})).industry is None
    assert words(rows("languages", "profile.languages", {"name": ["en"]})).languages is None, "one is no list"


def test_what_stands_in_one_sentence_stood_in_one_row() -> None:
    kinds = "profile.position"
    found = words(
        rows(
            "profiles", kinds, {"position": "Cook", "company": "Acme"}, {"position": "Baker", "company": None}
        )
    )
    assert (found.position, found.organisation) == ("Baker", None), "not a baker at Acme"
    work = {"title": None, "company": "Inn", "started": "2001", "ended": None}
    elsewhere = words(
        rows("profiles", kinds, {"position": "Baker"}), rows("work", "profile.work_history", work)
    )
    assert (elsewhere.position, elsewhere.organisation, elsewhere.since) == ("Baker", None, "2001")


def test_nobody_went_from_a_post_to_the_same_one() -> None:
    same = OwnWords(position="Baker", earlier_position="Baker", earlier_organisation="Inn").fields()
    assert "earlier_position" not in same and same["earlier_organisation"] == "Inn"


def test_where_nothing_says_what_has_ended_no_position_is_called_present() -> None:
    found = words(
        rows("work", "profile.work_history", {"title": "Baker", "company": "Acme", "started": "2001"})
    )
    assert found == OwnWords(since="2001")


def test_it_is_told_where_each_field_was_read() -> None:
    found = read_own_words(
        [
            rows("work", "profile.work_history", {"title": "Baker", "started": "2010", "ended": None}),
            rows("profiles", {"position": "profile.position", "industry": "profile.industry"},
                 {"position": "Cook", "industry": "Food"}),
        ]
    )  # fmt: skip
    assert found.words.position == "Baker", "the first table that says it"
    assert found.origins["position"] == Origin("work", "profile.work_history") == found.origins["since"]
    assert found.origins["industry"] == Origin("profiles", "profile.industry")
