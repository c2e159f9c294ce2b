"""Updating a corpus, case by case: who comes, who goes, what returns, and what is not touched."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from journeys.networks import (
    RECIPE,
    Clock,
    assert_update_equals_rebuild,
    comment,
    make_network,
    member,
    post,
    texts_of,
    write_table,
)
from licet.app import Workspace
from licet.terms import UseError
from licet.terms.moments import parse_moment
from licet.uses.corpus.corpus_log import CorpusLog
from licet.uses.corpus.snapshot import read_corpus

DAY = parse_moment("2025-10-15")
LONG = "the harbour opens at seven and the boats go out for herring and for cod in every weather but fog"
PEOPLE = [member("ann"), member("ben"), member("cy", "US")]


def test_nothing_changed_rewrites_nothing(tmp_path: Path) -> None:
    with make_network(tmp_path / "w", {"members": PEOPLE, "posts": [post("1", "ann", LONG)]}) as workspace:
        first = workspace.corpus_build(at=DAY)
        again = workspace.corpus_update()
        assert (again.how, again.written, again.root) == ("updated", 0, first.root)
        assert buckets(workspace, again.snapshot) == buckets(workspace, first.snapshot)
        assert again.position == first.position + 1, "the build was noted in the ledger"


def test_a_near_duplicate_comes_back_when_the_earlier_one_leaves(tmp_path: Path) -> None:
    posts = [post("1", "ann", LONG, made=day(1)), post("2", "ben", LONG + " today", made=day(2))]
    with make_network(tmp_path / "w", {"members": PEOPLE, "posts": posts}) as workspace:
        first = workspace.corpus_build(at=DAY)
        assert (first.documents, first.set_aside) == (1, 1) and texts_of(workspace) == {LONG}
        workspace.choose("ann", "ai", "off")
        updated = workspace.corpus_update()
        assert (updated.documents, updated.set_aside) == (1, 0) and texts_of(workspace) == {LONG + " today"}
        assert_update_equals_rebuild(workspace, updated.snapshot)
        workspace.choose("ann", "ai", "on")
        back = workspace.corpus_update(snapshot=updated.snapshot)
        assert texts_of(workspace, back.snapshot) == {LONG} and back.root == first.root
        assert_update_equals_rebuild(workspace, back.snapshot)


def test_copies_of_copies_repeat_the_earliest_that_is_left(tmp_path: Path) -> None:
    """Chains of texts that resemble their neighbours, many at one moment: who leaves and comes back, in any order."""
    chance, names = Random(5), [f"m{number}" for number in range(8)]
    words = (LONG + " where the old men mend nets and sell what the night has left in them").split()
    texts = [" ".join(words[start : start + 22]) for start in (0, 1, 2, 4, 6)]
    posts = [
        post(str(number), chance.choice(names), chance.choice(texts), made=day(chance.randrange(1, 4)))
        for number in range(40)
    ]
    rows = {"members": [member(name) for name in names], "posts": posts}
    with make_network(tmp_path / "w", rows) as workspace:
        snapshot, off = workspace.corpus_build(at=DAY).snapshot, set[str]()
        for _ in range(8):
            name = chance.choice(names)
            workspace.choose(name, "ai", "on" if name in off else "off")
            off ^= {name}
            snapshot = workspace.corpus_update(snapshot=snapshot).snapshot
            assert_update_equals_rebuild(workspace, snapshot)


def test_a_thread_is_written_anew_when_one_of_its_people_leaves(tmp_path: Path) -> None:
    said = [
        comment("1", "p", "ann", "one", 1),
        comment("2", "p", "ben", "two", 2),
        comment("3", "p", "ann", "three", 3),
    ]
    with make_network(tmp_path / "w", {"members": PEOPLE, "comments": said}) as workspace:
        first = workspace.corpus_build(at=DAY)
        assert texts_of(workspace) == {"one\n\ntwo\n\nthree"} and first.subjects == 2
        workspace.choose("ann", "talk", "off", category="content.comments")
        updated = workspace.corpus_update()
        assert texts_of(workspace) == {"two"} and updated.subjects == 1
        difference = workspace.corpus_diff(first.snapshot, updated.snapshot)
        assert [one["kind"] for one in difference.changed] == [
            "thread"
        ] and not difference.added + difference.removed
        assert_update_equals_rebuild(workspace, updated.snapshot)


def test_the_last_one_to_leave_leaves_no_bucket(tmp_path: Path) -> None:
    with make_network(tmp_path / "w", {"members": PEOPLE, "posts": [post("1", "ann", LONG)]}) as workspace:
        first = workspace.corpus_build(at=DAY)
        workspace.choose("ann", "ai", "off")
        updated = workspace.corpus_update()
        assert (updated.documents, updated.subjects, texts_of(workspace, updated.snapshot)) == (0, 0, set())
        assert_update_equals_rebuild(workspace, updated.snapshot)
        workspace.choose("ann", "ai", "on")
        assert workspace.corpus_update(snapshot=updated.snapshot).root == first.root


def test_a_document_of_two_leaves_with_either(tmp_path: Path) -> None:
    posts = [post("1", "ann", LONG, **{"with": ["ann", "ben"]}), post("2", "ben", "by ben alone")]
    with make_network(tmp_path / "w", {"members": PEOPLE, "posts": posts}) as workspace:
        workspace.corpus_build(at=DAY)
        assert len(texts_of(workspace)) == 2
        workspace.choose("ben", "ai", "off", category="content.posts")
        updated = workspace.corpus_update()
        assert texts_of(workspace) == set()
        assert_update_equals_rebuild(workspace, updated.snapshot)


def test_a_privacy_signal_reaches_the_corpus(tmp_path: Path) -> None:
    with make_network(tmp_path / "w", {"members": PEOPLE, "posts": [post("1", "ann", LONG)]}) as workspace:
        workspace.corpus_build(at=DAY)
        workspace.signal("ann", "gpc", True)
        assert workspace.corpus_update().documents == 0
        workspace.signal("ann", "gpc", False)
        assert workspace.corpus_update().documents == 1


def test_a_name_that_may_be_read_later_is_kept_in_words_from_then_on(tmp_path: Path) -> None:
    """Names come from a table that no document is made from, and are permitted from October to November."""
    recipe = RECIPE.replace(
        "  - kind: profile\n    table: profiles\n    text: |-\n      {headline}\n      {summary}\n", ""
    )
    recipe += "declared_names: {table: profiles, subject: id, column: name}\n"
    rows = {
        "members": PEOPLE,
        "profiles": [{"id": "ann", "name": "@annofthequay"}],
        "posts": [post("1", "ann", "Signed by @annofthequay herself, of this harbour.")],
    }
    clock = Clock(parse_moment("2025-09-15"))
    with make_network(tmp_path / "w", rows, recipe=recipe, clock=clock) as workspace:
        workspace.corpus_build()
        (september,) = texts_of(workspace)
        clock.at = DAY
        updated = workspace.corpus_update()
        assert_update_equals_rebuild(workspace, updated.snapshot)
        (october,) = texts_of(workspace, updated.snapshot)
        assert ("@annofthequay" in september, "@annofthequay" in october) == (False, True)
        write_table(workspace.layout.root, "profiles", [{"id": "ann", "name": "Ann"}])
        changed = workspace.corpus_update(snapshot=updated.snapshot)
        assert_update_equals_rebuild(workspace, changed.snapshot)
        assert changed.why == "the tables changed"


def test_equal_words_said_at_once_by_two_come_in_one_order(tmp_path: Path) -> None:
    said = [comment(str(n), "p", f"m{n}", "Thanks!") for n in range(40)]
    rows = {"members": [member(f"m{n}") for n in range(40)], "comments": said}
    with make_network(tmp_path / "w", rows) as workspace:
        workspace.corpus_build(at=DAY)
        (document,) = workspace.corpus_documents()
        assert document["subjects"] == [f"m{n}" for n in sorted(range(40), key=str)], (
            "by the key of the comment"
        )
        write_table(workspace.layout.root, "comments", reversed(said))
        workspace.corpus_build(at=DAY)
        (turned,) = workspace.corpus_documents()
        assert turned == document


def test_rows_are_put_in_the_order_of_numbers_as_numbers(tmp_path: Path) -> None:
    said = [comment(str(n), "p", "ann", f"number {n}") for n in (10, 9, 2)]
    with make_network(tmp_path / "w", {"members": PEOPLE, "comments": said}) as workspace:
        path = workspace.layout.data / "comments.parquet"
        table = pq.read_table(path)
        pq.write_table(table.set_column(3, "made", pa.array([10, 9, 2])), path)
        catalogue = workspace.layout.catalogue.read_text()
        before, _, after = catalogue.partition("  comments:")
        after = after.replace("    created: made\n", "", 1)
        after = after.replace("      made: null", "      made: content.comments", 1)
        workspace.layout.catalogue.write_text(before + "  comments:" + after)
        workspace.corpus_build(at=DAY)
        assert texts_of(workspace) == {"number 2\n\nnumber 9\n\nnumber 10"}


@pytest.mark.parametrize("kind", [pa.int64(), pa.large_string()], ids=str)
def test_an_opt_out_reaches_members_whatever_type_their_ids_have(tmp_path: Path, kind: pa.DataType) -> None:
    """Gate, ledger and a snapshot's index must name a person alike: 7.0 is not "7" to one and "7.0" to another."""
    rows = {
        "members": [member("7"), member("8")],
        "posts": [post("1", "7", "by seven " + LONG), post("2", "8", "by eight")],
        "comments": [comment("1", "3", "7", "one", 1), comment("2", "3", "8", "two", 2)],
    }
    with make_network(tmp_path / "w", rows) as workspace:
        for name, columns in {
            "members": ["id"], "posts": ["author", "with", "post"], "comments": ["author", "post"]
        }.items():  # fmt: skip
            recast(workspace.layout.data / f"{name}.parquet", columns, kind)
        workspace.corpus_build(at=DAY)
        assert {document["kind"] for document in workspace.corpus_documents()} == {"post", "thread"}
        subject = next(one for one in ("7", "7.0") if workspace.facts(one, DAY) is not None)
        assert {subject} <= {who for document in workspace.corpus_documents() for who in document["subjects"]}
        workspace.choose(subject, "ai", "off")
        workspace.choose(subject, "talk", "off")
        updated = workspace.corpus_update()
        assert texts_of(workspace) == {"by eight", "two"}
        assert_update_equals_rebuild(workspace, updated.snapshot)


def test_a_date_that_is_text_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with make_network(tmp_path / "w", {"members": PEOPLE, "posts": [post("1", "ann", LONG)]}) as workspace:
        recast(workspace.layout.data / "posts.parquet", ["made"], pa.string())
        table = pq.read_table(workspace.layout.data / "posts.parquet")
        place = table.column_names.index("made")
        pq.write_table(
            table.set_column(place, "made", pa.array(["yesterday"])), workspace.layout.data / "posts.parquet"
        )
        with pytest.raises(UseError) as refused:
            workspace.corpus_build(at=DAY)
        assert refused.value.code == "CORP-014" and "'made'" in refused.value.what
        assert workspace.corpus_list() == []


def test_a_changed_table_a_changed_recipe_and_a_changed_policy_make_everything_anew(tmp_path: Path) -> None:
    with make_network(tmp_path / "w", {"members": PEOPLE, "posts": [post("1", "ann", LONG)]}) as workspace:
        workspace.corpus_build(at=DAY)
        write_table(
            workspace.layout.root, "posts", [post("1", "ann", LONG), post("2", "ben", "quite another thing")]
        )
        tables = workspace.corpus_update()
        assert (tables.how, tables.why, tables.documents) == ("rebuilt", "the tables changed", 2)
        recipe = workspace.layout.recipe
        recipe.write_text(recipe.read_text().replace("buckets: 5", "buckets: 6"))
        assert workspace.corpus_update().why == "the recipe changed"
        policy = workspace.layout.root / "policy.yaml"
        policy.write_text(policy.read_text().replace('version: "1"', 'version: "2"'))
        workspace.use_pack(str(policy))
        assert workspace.corpus_update().why == "the policy changed"
        workspace.layout.catalogue.write_text(
            workspace.layout.catalogue.read_text().replace("title: content.posts", "title: null")
        )
        catalogue = workspace.corpus_update()
        assert catalogue.why == "the catalogue changed"
        assert_update_equals_rebuild(workspace, catalogue.snapshot)


def test_a_table_of_the_same_content_is_the_same_table(tmp_path: Path) -> None:
    with make_network(tmp_path / "w", {"members": PEOPLE, "posts": [post("1", "ann", LONG)]}) as workspace:
        first = workspace.corpus_build()
        table = workspace.layout.data / "posts.parquet"
        table.touch()
        copied = table.with_suffix(".part")
        copied.write_bytes(table.read_bytes())
        copied.replace(table)
        workspace.choose("ann", "ai", "off")
        updated = workspace.corpus_update()
        assert (updated.how, updated.documents, first.documents) == ("rebuilt", 0, 1), (
            "of nothing it costs less"
        )
        assert_update_equals_rebuild(workspace, updated.snapshot)


def test_a_table_that_changes_while_it_is_read_is_read_anew_though_it_is_then_as_before(
    tmp_path: Path,
) -> None:
    rows = {"members": PEOPLE, "posts": [post("1", "ann", LONG)]}
    with make_network(tmp_path / "w", rows) as workspace:
        table = workspace.layout.data / "posts.parquet"
        before = table.read_bytes()

        def change_and_put_back(stage: str, done: int, total: int | None) -> None:
            if stage == "counting what is held back":
                write_table(
                    workspace.layout.root, "posts", [post("1", "ben", "other words of somebody else")]
                )
            elif stage == "writing buckets":
                table.write_bytes(before)

        assert workspace.corpus_build(progress=change_and_put_back).documents == 1
        held = [*CorpusLog(workspace.store, read_corpus(workspace.corpus_show())).documents()]
        assert [row["text"] for part in held for row in part.to_pylist()] == ["other words of somebody else"]
        assert texts_of(workspace) == set() and table.read_bytes() == before, "nor is it shown"
        updated = workspace.corpus_update()
        assert updated.how == "rebuilt" and texts_of(workspace) == {LONG}


def recast(path: Path, columns: list[str], kind: pa.DataType) -> None:
    table = pq.read_table(path)
    for name in columns:
        place, old = table.column_names.index(name), table[name].combine_chunks()
        if pa.types.is_list(old.type):
            items = (
                pa.array([float(one) for one in old.flatten().to_pylist()]).cast(kind)
                if not_text(kind)
                else old.flatten().cast(kind)
            )
            new = pa.ListArray.from_arrays(old.offsets, items)
        else:
            new = (
                old.cast(pa.float64()).cast(kind)
                if not_text(kind) and pa.types.is_string(old.type)
                else old.cast(kind)
            )
        table = table.set_column(place, name, new)
    pq.write_table(table, path)


def not_text(kind: pa.DataType) -> bool:
    return not (pa.types.is_string(kind) or pa.types.is_large_string(kind))


def buckets(workspace: Workspace, snapshot: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = workspace.corpus_show(snapshot).manifest["buckets"]
    return found


def day(number: int) -> datetime:
    return datetime(2024, 1, number)  # noqa: DTZ001 - a plain timestamp, as tables have them
