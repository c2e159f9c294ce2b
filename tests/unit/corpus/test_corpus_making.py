"""The pure half of the corpus: a `Maker` travels, looks at each row alone, and commits to what it made."""

from __future__ import annotations

import pickle
from datetime import datetime
from pathlib import Path

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from journeys.networks import RECIPE, assert_update_equals_rebuild, comment, make_network, member, post
from licet.enforce import Access
from licet.enforce.access import secret_of
from licet.enforce.pool_worker import apply
from licet.terms.canonical import canonical_json
from licet.terms.log_tree import leaf_hash
from licet.terms.moments import parse_moment
from licet.testing.effort import examples
from licet.uses.corpus.document_maker import NAME, REGION, Maker, leaf_hashes, schema
from licet.uses.corpus.document_selection import make_documents
from licet.uses.corpus.incremental import documents_about
from licet.uses.corpus.recipe import load_recipe, parse_recipe

DAY = parse_moment("2025-10-15")
LONG = "the harbour opens at seven and the boats go out for herring and for cod in every weather but fog"
KIND = "licet_recipe: 1\ndocuments:\n  - {kind: post, table: posts, text: '{body}'}\n"
MADE = parse_recipe(KIND, "here")
MAKER = Maker(MADE.documents[0], MADE, b"salt" * 8, "post", "post", ("author", "with"), "made")
THREADS = parse_recipe(
    "licet_recipe: 1\ndocuments:\n"
    "  - {kind: thread, table: comments, text: '{body}', group_by: thread, order_by: made}\n",
    "here",
)
JOINER = Maker(THREADS.documents[0], THREADS, b"salt" * 8, "post", "post", ("author",), "made")

PEOPLE = st.sampled_from(["ann", "ben", "cy"])
BODIES = st.sampled_from(
    [LONG, LONG + " again", "Write to ann@example.org or call +44 20 7946 0958", "", "+1"]
)
ROWS = st.lists(
    st.tuples(PEOPLE, st.lists(PEOPLE, max_size=2), BODIES, st.sampled_from(["t1", "t2", "t3"])), max_size=12
)


def table(rows: list[tuple[str, list[str], str, str]]) -> pa.Table:
    return pa.table(
        {
            "post": pa.array([str(n) for n in range(len(rows))], pa.string()),
            "author": pa.array([row[0] for row in rows], pa.string()),
            "with": pa.array([row[1] for row in rows], pa.list_(pa.string())),
            "body": pa.array([row[2] for row in rows], pa.string()),
            "thread": pa.array([row[3] for row in rows], pa.string()),
            "made": pa.array([datetime(2024, 1, 1 + n % 3) for n in range(len(rows))], pa.timestamp("us")),  # noqa: DTZ001
            NAME: pa.array([row[0].title() for row in rows], pa.string()),
            REGION: pa.array(["GB" if row[0] == "ann" else None for row in rows], pa.string()),
        }
    )


def told(parts: list[pa.RecordBatch]) -> list[dict[str, object]]:
    rows = [row for part in parts for row in part.to_pylist()]
    return sorted(rows, key=lambda row: str(row["document_id"]))


def batches(rows: pa.Table) -> list[pa.RecordBatch]:
    return rows.to_batches() or [pa.RecordBatch.from_pylist([], rows.schema)]


@given(ROWS, st.integers(0, 12))
@examples(30)
def test_documents_do_not_depend_on_the_batch(rows: list[tuple[str, list[str], str, str]], cut: int) -> None:
    whole, travelled = table(rows), pickle.loads(pickle.dumps(MAKER))
    at_once = [apply(MAKER, batch, schema(MADE)) for batch in batches(whole.combine_chunks())]
    parts = [*batches(whole.slice(0, cut)), *batches(whole.slice(cut))]
    assert told(at_once) == told([apply(travelled, part, schema(MADE)) for part in parts])


@given(ROWS)
@examples(30)
def test_threads_depend_on_their_own_rows_alone(rows: list[tuple[str, list[str], str, str]]) -> None:
    whole = table(rows)
    at_once = [apply(JOINER, batch, schema(THREADS)) for batch in batches(whole.combine_chunks())]
    alone = [
        apply(JOINER, batch, schema(THREADS))
        for thread in ("t1", "t2", "t3")
        for batch in batches(whole.filter(pa.array([row[3] == thread for row in rows], pa.bool_())))
    ]
    assert told(at_once) == told(alone)


@given(st.lists(st.tuples(st.text(), st.none() | st.sampled_from(["en", "de"]), st.none() | st.datetimes())))
@examples(100)
def test_leaf_hashes_are_those_of_canonical_json(rows: list[tuple[str, str | None, datetime | None]]) -> None:
    texts = [text.encode("utf-8", "ignore").decode() for text, _, _ in rows]
    languages, created = (
        [language for _, language, _ in rows],
        pa.array([at for _, _, at in rows], pa.timestamp("us")),
    )
    ids, dates = [f"{n:032x}" for n in range(len(rows))], created.cast(pa.int64()).to_pylist()
    expected = [
        leaf_hash(canonical_json([id_, "post", language, text, at]))
        for id_, language, text, at in zip(ids, languages, texts, dates, strict=True)
    ]
    assert leaf_hashes(ids, "post", languages, texts, created) == expected


def test_what_was_redacted_is_counted(tmp_path: Path) -> None:
    posts = [
        post(
            "1", "ann", "Write to ann@example.org, or to ben@example.org, and he will tell you all about it."
        ),
        post("2", "ben", "Ask @benofthequay or write to ben@example.org: it is all the same to us here."),
    ]
    with make_network(
        tmp_path / "w", {"members": [member("ann"), member("ben")], "posts": posts}
    ) as workspace:
        recipe = load_recipe(workspace.layout.recipe)
        gate = workspace.gate("generative_ai_training", at=DAY, columns=recipe.asks_for(), for_training=True)
        made = make_documents(Access({gate.purpose: gate}, workspace.salt), recipe)
        assert made.redactions == {"email": 3, "handle": 1}
        assert len(made.documents) == 2


def test_without_near_duplicates_an_update_equals_a_rebuild(tmp_path: Path) -> None:
    posts = [post(str(n), who, LONG) for n, who in enumerate(["ann", "ben", "ann", "ben"])]
    people = [member("ann"), member("ben")]
    recipe = RECIPE.partition("near_duplicates:")[0] + "near_duplicates: null\nbuckets: 5\n"
    with make_network(tmp_path / "w", {"members": people, "posts": posts}, recipe=recipe) as workspace:
        assert workspace.corpus_build(at=DAY).documents == 4
        workspace.choose("ann", "ai", "off")
        updated = workspace.corpus_update()
        assert (updated.how, updated.documents) == ("updated", 2)
        assert_update_equals_rebuild(workspace, updated.snapshot)


def test_a_snapshot_of_an_older_licet_is_built_anew(tmp_path: Path) -> None:
    people = [member("ann"), member("ben")]
    with make_network(tmp_path / "w", {"members": people, "posts": [post("1", "ann", LONG)]}) as workspace:
        first = workspace.corpus_build(at=DAY)
        manifest = workspace.corpus_show(first.snapshot).manifest
        with workspace.store.build("corpus") as build:
            build.publish({**manifest, "format": 1})
        updated = workspace.corpus_update()
        assert (
            updated.how == "rebuilt" and updated.why == "another version of licet wrote the snapshot's files"
        )
        assert updated.root == first.root


def test_what_a_snapshot_without_an_index_holds_is_told(tmp_path: Path) -> None:
    """As an earlier licet left it: its documents are read through, whoever asks."""
    people = [member("ann"), member("ben")]
    with make_network(tmp_path / "w", {"members": people, "posts": [post("1", "ann", LONG)]}) as workspace:
        first = workspace.corpus_build(at=DAY).snapshot
        manifest = workspace.corpus_show(first).manifest
        with workspace.store.build("corpus") as build:
            old = build.publish(
                {part: manifest[part] for part in manifest if part != "index"} | {"format": 4}
            )
        snapshot, secret = workspace.corpus_show(old), secret_of(workspace.salt, "corpus")
        (document,) = documents_about(workspace.store, snapshot, secret, "ann")
        assert document["text"] == LONG and documents_about(workspace.store, snapshot, secret, "ben") == []
        told = workspace.corpus_diff(old, first)
        assert (told.added, told.removed, told.changed, told.unchanged) == ([], [], [], 1)


def test_telephone_numbers_are_known_as_their_authors_region_writes_them(tmp_path: Path) -> None:
    said = "Ring me on 079 123 45 67, or leave a word at the harbour office."
    rows = {
        "members": [member("ann", "CH"), member("ben", "DE")],
        "posts": [post("1", "ann", said), post("2", "ben", said + " Anytime at all.")],
        "comments": [
            comment("1", "p", "ben", "079 765 43 21 is mine", 1),
            comment("2", "p", "ann", "good", 2),
        ],
    }
    recipe = RECIPE.replace("redact: [email, handle]", "redact: [phone]")
    with make_network(tmp_path / "w", rows, recipe=recipe) as workspace:
        workspace.corpus_build()
        texts = [row["text"] for row in workspace.corpus_documents()]
        assert "[phone] is mine\n\ngood" in texts, "one of its people writes numbers so"
        assert any("Ring me on [phone]," in text for text in texts)
        workspace.choose("ann", "ai", "off")
        assert_update_equals_rebuild(workspace, workspace.corpus_update().snapshot)
