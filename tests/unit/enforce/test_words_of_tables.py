"""Words of audience and plan: known when spelt exactly as somebody declared them, and unknown is no."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from enforce_samples import FACTS, MEMBERS, make_gate, permit

from licet.enforce.people import People
from licet.sources.catalogue_file import load_catalogue
from licet.terms import SourceError

WORDS = [
    "private",
    "Private",
    "PRIVATE",
    "private ",
    "priv\u0430te",
    "secret",
    "",
    None,
    "public",
    "friends",
    "crew",
]
SEEN: dict[str, Any] = {"visibility": "seen", "columns": {"text": "content.posts"}}


def forbid(**conditions: Any) -> dict[str, Any]:
    return permit("never") | {"effect": "forbid", "notice": None} | conditions


def codes(*rules: dict[str, Any], **table: Any) -> dict[Any, Any]:
    """Per word why a row that is seen so is held back; None where it is not."""
    found: dict[Any, Any] = {}
    for word in WORDS:
        posts = pa.table({"id": [1], "author": ["ann"], "text": ["x"], "seen": pa.array([word], pa.string())})
        gate = make_gate(*rules, posts=posts, table=SEEN | table)
        found[word] = next(iter(gate.counts(["posts"]).by_reason()), None)
        assert gate.read("posts").num_rows == (found[word] is None)
    return found


def fates(*rules: dict[str, Any], **how: Any) -> list[Any]:
    """Why the rows of ann, ben and cy are held back; None where they are not."""
    found = []
    for who in ("ann", "ben", "cy"):
        posts = pa.table({"id": [1], "author": [who], "text": ["x"]})
        gate = make_gate(*rules, posts=posts, table={"columns": {"text": "content.posts"}}, **how)
        found.append(next(iter(gate.counts(["posts"]).by_reason()), None))
        assert gate.read("posts").num_rows == (found[-1] is None)
    return found


def test_an_audience_that_nobody_declared_does_not_escape_a_forbid() -> None:
    told = codes(permit(), forbid(visibility=["private"]))
    assert {word for word, code in told.items() if code is None} == {"public", "friends"}
    assert told["private"] == "forbidden"
    assert {told[word] for word in (*WORDS[1:8], "crew")} == {"visibility_unknown"}


def test_an_audience_is_declared_by_the_pack_or_in_the_catalogue() -> None:
    rules = permit(visibility=["crew"]), forbid(visibility=["secret"])
    told = codes(*rules, visibilities={"PRIVATE": "crew"})
    assert {word for word, code in told.items() if code is None} == {"crew", "PRIVATE"}
    assert told["secret"] == "forbidden" and told["public"] == "visibility_not_covered"
    assert told["Private"] == "visibility_unknown"


@pytest.mark.parametrize("word", ["Public", "gone"])
def test_one_audience_for_all_rows_is_held_to_the_same(word: str) -> None:
    table = {"visibility_is": word, "columns": {"text": "content.posts"}}
    gate = make_gate(permit(), forbid(visibility=["private"]), table=table)
    assert set(gate.counts(["posts"]).by_reason()) == {"visibility_unknown", "subject_unknown"}


def members(*plans: str | None) -> pa.Table:
    who = MEMBERS.slice(0, len(plans)).set_column(1, "region", pa.array(["CH"] * len(plans)))
    return who.set_column(2, "plan", pa.array(plans))


def test_a_plan_that_nobody_declared_does_not_escape_a_forbid() -> None:
    rules = permit(), forbid(plans=["enterprise"])
    plans = ("free", "Enterprise", "enterprise")
    assert fates(*rules, members=members(*plans)) == [None, "plan_unknown", "forbidden"]
    facts = FACTS | {"plans": {"Enterprise": "basic"}}
    assert fates(*rules, members=members(*plans), facts=facts) == [None, None, "forbidden"]


def test_a_fact_may_be_the_same_for_everybody() -> None:
    facts = {"table": "members", "subject": "who", "region_is": "CH", "age_is": 30, "plan_is": "free"}
    rules = permit(regions=["CH"], minimum_age=18, plans=["free"])
    gate = make_gate(rules, facts=facts)
    assert sorted(gate.read("posts")["text"].to_pylist()) == ["a", "b", "c"]
    people = People(gate._catalogue, lambda: gate._engine, Path(), {"members": MEMBERS})
    known = people._agreed("cy")
    assert known is not None and {known["region"], known["age"], known["plan"]} == {"CH", 30, "free"}
    assert make_gate(rules, facts=facts | {"region_is": "DE"}).read("posts").num_rows == 0


def test_a_facts_table_that_lacks_a_column_is_refused_alike_by_the_gate_and_for_one_person() -> None:
    gate = make_gate(permit(), facts=FACTS | {"region": "land"})
    people = People(gate._catalogue, lambda: gate._engine, Path(), {"members": MEMBERS})
    for ask in (lambda: gate.read("posts"), lambda: people.knows("cy")):
        with pytest.raises(SourceError, match="SRC-035"):
            ask()


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ("region: country, region_is: CH", "both"),
        ("age: years, age_is: 30", "both"),
        ("region_is: UK", "write GB"),
        ("age_is: 1990", "120"),
    ],
)
def test_a_fact_for_everybody_that_makes_no_sense_is_refused(tmp_path: Path, facts: str, why: str) -> None:
    tables = "tables: {m: {location: {arrow: m}, columns: {}}}"
    text = f"licet_catalogue: 1\nfacts: {{table: m, subject: id, {facts}}}\n{tables}\n"
    (tmp_path / "catalogue.yaml").write_text(text)
    with pytest.raises(SourceError, match=why):
        load_catalogue(tmp_path / "catalogue.yaml")
