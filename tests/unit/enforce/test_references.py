"""A row that refers to another passes with it and goes with it, by however many steps, on every way out."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from enforce_samples import AT, FACTS, MEMBERS, PACK, Told

from licet.decide import Policy
from licet.enforce import Access, Gate
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.impact import Impact, Side
from licet.packs import Pack
from licet.sources.catalogue import Catalogue
from licet.terms import SourceError

POSTS = pa.table(
    {"id": [1, 2, 3, 4, 4, None], "author": ["ann", "ben", "eve", "ann", "eve", "ann"], "text": [*"abcdef"]}
)
LIKES = pa.table(
    {
        "like": [10, 11, 12, 13, 14, 15, 16],
        "who": ["ann", "ann", "ann", "ann", "ann", "ann", "eve"],
        "post": ["1", "2", "3", "4", None, "99", "1"],
        "note": [*"tuvwxyz"],
    }
)
THANKS = pa.table({"who": ["ben", "ben"], "for": [10, 11], "word": ["ta", "thx"]})
TABLES: dict[str, Any] = {
    "members": {"location": {"arrow": "members"}, "subjects": ["who"], "columns": {}},
    "posts": {
        "location": {"arrow": "posts"}, "key": "id", "subjects": ["author"], "columns": {"text": "content.posts"},
    },
    "likes": {
        "location": {"arrow": "likes"}, "key": "like", "subjects": ["who"], "references": {"post": "posts"},
        "columns": {"note": "content.posts"},
    },
    "thanks": {
        "location": {"arrow": "thanks"}, "subjects": ["who"], "references": {"for": "likes"},
        "columns": {"word": "content.posts"},
    },
}  # fmt: skip
DATA = {"members": MEMBERS, "posts": POSTS, "likes": LIKES, "thanks": THANKS}
BEN_REFUSES = ("ben", "sharing", None, "refused")


def catalogue(**tables: Any) -> Catalogue:
    return Catalogue.model_validate({"licet_catalogue": 2, "facts": FACTS, "tables": TABLES | tables})


def gate(*choices: tuple[str, str, str | None, str], policy: Policy | None = None, **asked: Any) -> Gate:
    data, tables = asked.pop("data", {}), asked.pop("catalogued", {})
    ledger: Any = Told(*choices)
    return Gate(
        policy or Policy(Pack.model_validate(PACK)), "recommendation", AT, catalogue(**tables), DuckDBEngine(),
        ledger, tables=DATA | data, **asked,
    )  # fmt: skip


def test_a_row_passes_with_the_row_it_refers_to_and_goes_with_it() -> None:
    for choices, notes in (((), ["t", "u"]), ((BEN_REFUSES,), ["t"])):
        through = gate(*choices)
        assert through.read("likes")["note"].to_pylist() == notes
        through.prepare(["likes"])
        assert through.read("likes")["note"].to_pylist() == notes, "by marks as by joining"
        assert sum(row.records for row in through.counts(["likes"]).passed) == len(notes)


def test_a_reference_to_nothing_to_nobody_and_to_two_of_one_key_holds_the_row_back() -> None:
    told = gate().verdicts("likes").to_pylist()
    assert [row["code"] for row in told] == [
        None, None, "reference_withheld", "reference_withheld", "reference_withheld", "reference_withheld",
        "subject_unknown",
    ]  # fmt: skip
    assert told[2]["region"] == "DE", "counted where its own people are"


def test_a_refusal_is_felt_by_however_many_steps() -> None:
    assert gate().read("thanks")["word"].to_pylist() == ["ta", "thx"]
    ann = gate(("ann", "sharing", None, "refused"))
    assert ann.read("thanks").num_rows == 0
    assert set(ann.verdicts("thanks")["code"].to_pylist()) == {"reference_withheld"}


def test_what_is_referred_to_is_judged_whole_whatever_a_use_asks_for() -> None:
    for asked in ({"likes": ["note"]}, {"likes": ["note"], "posts": []}):
        assert gate(columns=asked).read("likes")["note"].to_pylist() == ["t", "u"]


def test_asking_for_some_people_is_a_filter_on_top() -> None:
    assert gate().read("thanks", ["ben"]).num_rows == 2
    assert gate(BEN_REFUSES).read("likes", ["ann", "ben"])["note"].to_pylist() == ["t"]


def test_a_row_may_refer_to_one_about_nobody() -> None:
    jobs = {
        "location": {"arrow": "jobs"}, "about": "nobody", "key": "id",
        "columns": {"title": "organisation.job_postings"},
    }  # fmt: skip
    applications = TABLES["likes"] | {"references": {"post": "jobs"}}
    data = {"jobs": pa.table({"id": ["1", "2"], "title": ["Baker", "Nurse"]})}
    tables = {"jobs": jobs, "likes": applications}
    assert gate(catalogued=tables, data=data).read("likes").num_rows == 0
    rule = PACK["rules"][0] | {"id": "jobs", "categories": ["organisation"]}
    offered = Policy(Pack.model_validate(PACK | {"rules": [*PACK["rules"], rule]}))
    assert gate(catalogued=tables, data=data, policy=offered).read("likes")["note"].to_pylist() == ["t", "u"]


def test_impact_counts_what_goes_with_what_it_refers_to() -> None:
    adults = Policy(Pack.model_validate(PACK | {"rules": [PACK["rules"][0] | {"minimum_age": 18}]}))
    sides = Side(Policy(Pack.model_validate(PACK)), AT), Side(adults, AT)
    ledger: Any = Told()
    likes_only = catalogue(thanks=TABLES["thanks"] | {"columns": {}})
    told = Impact(*sides, likes_only, DuckDBEngine(), ledger, tables=DATA).of("recommendation", "self")
    # ben's age is not known: his post goes, and with it the like of ann, whose own yes stands
    assert told.records_lost == 2
    assert set(told.losing) == {"ann", "ben"}


def test_whoever_follows_a_change_hears_whose_rows_refer_to_the_touched() -> None:
    access, ben = Access({"recommendation": gate()}, b""), frozenset({"ben"})
    assert access.with_referring(["likes"], ben) == {"ann", "ben"}
    assert access.with_referring(["posts"], ben) == ben
    assert access.with_referring(["likes", "posts"], frozenset()) == frozenset()


def test_the_tables_referred_to_are_inputs_and_bind_a_moment() -> None:
    assert {*gate().inputs(["thanks"])} == {"thanks", "likes", "posts", "members"}
    assert gate().same_at(["thanks"], AT)


@pytest.mark.parametrize(("kind", "code"), [(pa.list_(pa.int64()), "SRC-194"), (pa.float64(), "SRC-160")])
def test_a_reference_is_one_id(kind: pa.DataType, code: str) -> None:
    likes = LIKES.set_column(2, "post", pa.nulls(len(LIKES), kind))
    with pytest.raises(SourceError, match=code):
        gate(data={"likes": likes}).read("likes")
