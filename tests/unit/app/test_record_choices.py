"""A no to one record, and to what refers to it: by its people alone, lifted by its withdrawal alone, everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from journeys.networks import (
    PACK,
    assert_update_equals_rebuild,
    comment,
    make_network,
    member,
    post,
    texts_of,
)
from licet.app.workspace import Workspace
from licet.ledger import EntryKind, NewEntry
from licet.terms import AppError, GateError, SourceError
from licet.terms.moments import parse_moment

DAY = parse_moment("2025-10-15")
TRAINING, POSTS = "generative_ai_training", "content.posts"
#: The setting goes by another name, and by two.
LATER = (
    PACK.replace('version: "1"', 'version: "2"')
    .replace("  ai:\n", "  ai_text:\n    replaces: [ai]\n")
    .replace("setting: ai}", "setting: ai_text}")
)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    rows = {
        "members": [member("ann"), member("ben"), member("cy")],
        "posts": [post("p1", "ann", "Bread wants time"), post("p2", "ann", "So does wine")],
        "comments": [comment("c1", "p1", "ben", "and salt"), comment("c2", "p2", "ben", "and sun")],
    }
    with make_network(tmp_path / "w", rows) as made:
        path = tmp_path / "w" / "catalogue.yaml"
        text = path.read_text().replace("licet_catalogue: 1", "licet_catalogue: 2")
        path.write_text(
            text.replace("    key: comment\n", "    key: comment\n    references: {post: posts}\n")
        )
        yield made


def codes(workspace: Workspace, table: str) -> list[str | None]:
    found: list[str | None] = workspace.gate(TRAINING, at=DAY).verdicts(table)["code"].to_pylist()
    return found


def test_a_no_to_one_post_holds_for_it_and_for_what_refers_to_it(workspace: Workspace) -> None:
    told = workspace.choose("ann", None, "off", record=("posts", "p1"))
    assert told.record == ("posts", "p1") and told.notes == () and told.known
    assert codes(workspace, "posts") == ["record_refused", None]
    assert codes(workspace, "comments") == ["record_refused", None]
    assert workspace.gate(TRAINING, at=DAY).counts(["posts"]).by_reason()["record_refused"] == 1
    answers = [
        workspace.decide("ann", TRAINING, POSTS, visibility="public", at=DAY, record=record)
        for record in (("posts", "p1"), ("posts", "p2"), None)
    ]
    assert [answer.code for answer in answers] == ["record_refused", "permitted", "permitted"]
    change = answers[0].would_change
    assert change is not None and change.steps[0].kind == "record"
    assert "said no to this use of it" in answers[0].reason


def test_pages_preview_and_a_corpus_say_what_the_gate_says(workspace: Workspace) -> None:
    first = workspace.corpus_build()
    workspace.choose("ann", record=("posts", "p1"))
    (flow,) = workspace.member("ann", DAY).flows()
    fates = {part.code: part.records for part in flow.parts if part.table == "posts"}
    assert fates == {"record_refused": 1, "permitted": 1}
    (flow,) = workspace.member("ben", DAY).flows()
    fates = {part.code: part.records for part in flow.parts if part.table == "comments"}
    assert fates == {"record_refused": 1, "permitted": 1}
    updated = workspace.corpus_update()
    assert texts_of(workspace) == {"So does wine", "and sun"}
    assert_update_equals_rebuild(workspace, updated.snapshot)
    workspace.choose("ann", None, "on", record=("posts", "p1"))
    assert workspace.corpus_update(snapshot=updated.snapshot).root == first.root


def test_no_yes_to_anything_wider_lifts_it_and_only_its_withdrawal_does(workspace: Workspace) -> None:
    workspace.choose("ann", "ai", record=("posts", "p1"))
    workspace.choose("ann", "ai", "off")
    workspace.choose("ann", "ai", "on")
    assert codes(workspace, "posts") == ["record_refused", None]
    workspace.choose("ann", None, "on", record=("posts", "p1"))  # that was another no
    workspace.choose("ben", "ai", "on", record=("comments", "c1"))  # and so is this
    assert codes(workspace, "posts") == ["record_refused", None]
    workspace.choose("ann", "ai", "on", record=("posts", "p1"))
    assert codes(workspace, "posts") == [None, None]


def test_a_later_policy_that_renames_the_setting_keeps_it(workspace: Workspace) -> None:
    workspace.choose("ann", "ai", record=("posts", "p1"))
    path = workspace.layout.root / "later.yaml"
    path.write_text(LATER)
    workspace.use_pack(str(path))
    workspace.choose("ann", "ai_text", "on")
    assert codes(workspace, "posts") == ["record_refused", None]


def test_nobody_else_says_no_to_it(workspace: Workspace) -> None:
    with pytest.raises(AppError, match="APP-228"):
        workspace.choose("ben", record=("posts", "p1"))
    with pytest.raises(AppError, match="APP-227"):
        workspace.choose("ben", record=("nowhere", "p1"))
    with pytest.raises(AppError, match="APP-226"):
        workspace.choose("ben", record="posts/p1")  # type: ignore[arg-type]
    with pytest.raises(AppError, match="APP-229"):
        workspace.choose("ann", "ai", category=POSTS, record=("posts", "p1"))
    # What was recorded all the same, as an import of another day might, counts for nothing.
    workspace.ledger.append(
        [
            NewEntry(EntryKind.RECORD_CHOICE, who, {"table": table, "key": key, "value": "off"})
            for who, table, key in (("ben", "posts", "p1"), ("cy", "comments", "c1"), ("ann", "posts", "p9"))
        ]
    )
    assert codes(workspace, "posts") == codes(workspace, "comments") == [None, None]


def test_it_can_be_recorded_while_the_tables_cannot_be_read_or_lack_the_record(workspace: Workspace) -> None:
    assert "no record 'p7' at present" in workspace.choose("ann", record=("posts", "p7")).notes[0]
    posts = workspace.layout.root / "data" / "posts.parquet"
    kept = posts.read_bytes()
    posts.write_bytes(b"torn")
    assert "cannot be read" in workspace.choose("ann", record=("posts", "p1")).notes[0]
    posts.write_bytes(kept)
    assert codes(workspace, "posts") == ["record_refused", None]


def test_it_outlives_erasure_and_a_change_of_id_and_names_no_key_then(workspace: Workspace) -> None:
    workspace.choose("ann", record=("posts", "p1"))
    workspace.choose("ann", record=("posts", "p2"))
    workspace.choose("ann", None, "on", record=("posts", "p2"))
    workspace.ledger.erase("ann")
    (erasure,) = workspace.ledger.entries_of_kind(EntryKind.ERASURE)
    assert erasure.payload is not None and "p1" not in str(erasure.payload)
    assert workspace.ledger.verify().ok
    assert codes(workspace, "posts") == ["record_refused", None]
    workspace.rename_subject("ann", "anna")
    noes = workspace.ledger.record_noes(known=lambda: ["ann"]).to_pylist()
    assert {no["subject"] for no in noes} == {"ann", "anna"} and not any(no["key"] for no in noes)
    assert codes(workspace, "posts") == ["record_refused", None]
    workspace.choose("ann", None, "on", record=("posts", "p1"))  # a new choice of theirs
    assert codes(workspace, "posts") == [None, None]


def test_of_a_table_that_nobody_handed_in_nothing_is_used_and_of_others_what_may_be(
    workspace: Workspace,
) -> None:
    workspace.choose("ann", record=("posts", "p1"))
    workspace.choose("ben", record=("comments", "c1"))
    for subject in ("ann", "ben"):  # which key their no names is then seen in the tables alone
        workspace.ledger.erase(subject)
    path = workspace.layout.root / "catalogue.yaml"
    path.write_text(path.read_text().replace("parquet: data/comments.parquet", "arrow: comments"))
    assert codes(workspace, "posts") == ["record_refused", None]
    with pytest.raises(SourceError, match="SRC-031"):
        codes(workspace, "comments")


def test_a_batch_of_records_tells_of_noes_to_them_or_is_not_decided(workspace: Workspace) -> None:
    records = pa.table(
        {
            "region": ["CH", "CH", "CH"], "age": [40, 40, 40], "visibility": ["public"] * 3,
            "choice.ai": pa.nulls(3, pa.string()), "signal.gpc": [False] * 3,
        }
    )  # fmt: skip

    def decided(records: pa.Table) -> list[str]:
        told: list[str] = workspace.decide_batch(records, TRAINING, POSTS, at=DAY)["code"].to_pylist()
        return told

    assert decided(records) == ["permitted"] * 3
    workspace.choose("ann", None, "off", record=("posts", "p1"))
    with pytest.raises(GateError, match=r"refused\.record"):
        decided(records)
    told = records.append_column("refused.record", pa.array([True, False, None]))
    assert decided(told) == ["record_refused", "permitted", "record_refused"]
