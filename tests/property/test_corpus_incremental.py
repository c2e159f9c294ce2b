"""Law 8 on made-up networks: whatever members choose and wherever the moment goes, an update ends in the very
snapshot a build from scratch makes; and law 4: the past can be looked at, with the refusals of today.

What the corpus holds is also said a second time, from `licet.testing.expected_rows`, record by record.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from journeys.networks import Clock, assert_update_equals_rebuild, comment, make_network, member, post
from licet.app import Workspace
from licet.enforce.pseudonyms import identifying, pseudonym_of_subject
from licet.ledger import EntryKind, NewEntry
from licet.terms.moments import parse_moment
from licet.testing.effort import examples
from licet.testing.expected_rows import expect
from licet.testing.worlds import World
from licet.uses.corpus.corpus_log import CorpusLog
from licet.uses.corpus.recipe import load_recipe
from licet.uses.corpus.snapshot import read_corpus

MEMBERS = ("ann", "ben", "cy", "dot")
PEOPLE = st.sampled_from(MEMBERS)
#: Moments on both sides of every date of the policy.
MOMENTS = ("2024-12-31", "2025-01-01", "2025-06-01", "2025-09-01", "2025-10-15", "2025-12-01")
FAMILIES = (
    "the harbour opens at seven and the boats go out for herring and for cod in every weather but fog",
    "bread wants time and a warm room and a baker who can leave it alone until it has doubled in size",
)
ENDINGS = ("", " today", " again", " and more besides that nobody had asked for or even thought of at all")
BODIES = st.builds(str.__add__, st.sampled_from(FAMILIES), st.sampled_from(ENDINGS)) | st.sampled_from(
    ["+1", "", " "]
)
MADE = st.sampled_from([datetime(2024, 1, 1), datetime(2024, 1, 2), None])  # noqa: DTZ001 - plain, as in tables


@st.composite
def networks(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    authors = st.sampled_from((*MEMBERS, "ghost")) | PEOPLE | PEOPLE
    company = st.lists(st.sampled_from((*MEMBERS, *MEMBERS, None)), max_size=2)
    return {
        "members": [
            member(one, draw(st.sampled_from(["DE", "CH", "FR", "US", None])), draw(st.sampled_from(
                [date(1980, 1, 1), date(2007, 9, 1), date(2015, 1, 1), None])))
            for one in MEMBERS
        ],
        "profiles": [
            {"id": one, "name": one.title(), "headline": draw(BODIES), "summary": draw(st.none() | BODIES)}
            for one in MEMBERS if draw(st.booleans())
        ],
        "posts": [
            post(f"p{n}", author, draw(BODIES), made=draw(MADE),
                 seen_by=draw(st.sampled_from(["public"] * 3 + ["few"])),
                 **{"with": [*draw(company), author][:: draw(st.sampled_from([1, -1]))]})
            for n in range(draw(st.integers(0, 7)))
            for author in [draw(authors)]
        ],
        "comments": [
            comment(f"c{n}", draw(st.sampled_from(["p0", "p1"])), draw(authors), draw(BODIES), draw(st.integers(0, 1)))
            for n in range(draw(st.integers(0, 7)))
        ],
    }  # fmt: skip


def choices() -> st.SearchStrategy[NewEntry]:
    choice = st.builds(
        lambda who, setting, value, category: NewEntry(
            EntryKind.CHOICE, who, {"setting": setting, "value": value, "category": category}
        ),
        PEOPLE, st.sampled_from(["ai", "talk"]), st.sampled_from(["off", "off", "on"]),
        st.sampled_from([None, None, "content.posts", "profile.headline", "content.comments", "content"]),
    )  # fmt: skip
    signal = st.builds(
        lambda who, sent: NewEntry(EntryKind.SIGNAL, who, {"signal": "gpc", "value": sent}),
        PEOPLE,
        st.booleans(),
    )
    return choice | choice | signal


#: What happens before one update: entries, the moment it then is (None: as it was), and at which step of it the process
#: dies once before it comes to its end (None: it does not). And whether everything superseded is purged after it.
STEPS = st.lists(
    st.tuples(
        st.lists(choices(), max_size=3),
        st.sampled_from([None, None, *MOMENTS]),
        st.none() | st.integers(0, 4),
        st.booleans(),
    ),
    min_size=1,
    max_size=2,
)


@given(networks(), st.sampled_from(MOMENTS[1:]), STEPS)
@examples(3)
def test_an_update_equals_a_rebuild(
    network: dict[str, list[dict[str, Any]]],
    at: str,
    steps: list[tuple[list[NewEntry], str | None, int | None, bool]],
) -> None:
    clock = Clock(parse_moment(at))
    with (
        tempfile.TemporaryDirectory() as folder,
        make_network(Path(folder, "w"), network, clock=clock) as workspace,
    ):
        latest = workspace.corpus_build().snapshot
        for entries, moment, dies_at, purges in steps:
            if entries:
                workspace.ledger.append(entries)
            if moment is not None:
                clock.at = parse_moment(moment)
            if dies_at is not None:
                with contextlib.suppress(KeyboardInterrupt):
                    workspace.corpus_update(snapshot=latest, progress=Dying(dies_at))
            updated = workspace.corpus_update(snapshot=latest)
            latest = updated.snapshot
            passes = any(row.records for row in updated.counts.passed)
            assert updated.how == ("updated" if passes else "rebuilt"), "of nothing it is made anew"
            assert_holds_what_is_permitted(workspace, updated.snapshot)
            assert_update_equals_rebuild(workspace, updated.snapshot)
            if purges:
                assert workspace.purge().is_clean
                latest = workspace.corpus_list()[-1].id
        past = workspace.corpus_build(at=clock.at - timedelta(days=150))
        assert past.inspection
        assert_holds_what_is_permitted(workspace, past.snapshot)
        assert workspace.store.verify() == []


class Dying:
    """Whoever is told of progress, and dies of it."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise KeyboardInterrupt


def assert_holds_what_is_permitted(workspace: Workspace, snapshot: str) -> None:
    """The candidates of a snapshot (kept or set aside) are just the documents of the permitted rows."""
    manifest = workspace.corpus_show(snapshot).manifest
    log = CorpusLog(workspace.store, read_corpus(workspace.corpus_show(snapshot)))
    found = {
        (row["kind"], row["key"], frozenset(row["subjects"]))
        for row in log.read(log.everything()).to_pylist()
    }
    # Whose a document is, a snapshot knows by their ids, also where its rows show pseudonyms.
    ids = {pseudonym_of_subject(workspace.salt, who): who for who in (*MEMBERS, "ghost")}
    assert found == {
        (kind, key, frozenset(ids.get(who, who) for who in people))
        for kind, key, people in expected_documents(workspace, manifest)
    }


def expected_documents(
    workspace: Workspace, manifest: dict[str, Any]
) -> Iterator[tuple[str, str, frozenset[str]]]:
    world = _world(workspace, manifest)
    threads: dict[str, set[str]] = {}
    for name, kind, words in (
        ("profiles", "profile", ("headline", "summary")), ("posts", "post", ("title", "body")),
        ("comments", "", ("text",))
    ):  # fmt: skip
        for row in map(dict, expect(world, name).rows):
            if not any((row[word] or "").strip() for word in words):
                continue
            if name == "comments":
                threads.setdefault(row["post"], set()).add(row["author"])
            else:
                people = {
                    row.get("author", row["id"] if name == "profiles" else None),
                    *(row.get("with") or ()),
                }
                yield kind, row["post" if name == "posts" else "id"], frozenset(people)
    for post_, people in threads.items():
        yield "thread", post_, frozenset(people)


def _world(workspace: Workspace, manifest: dict[str, Any]) -> World:
    """The workspace as the second reading takes it: only what the recipe asks for, and what says whose, is labelled."""
    position, catalogue = manifest["ledger"]["position"], workspace.catalogue
    asked = load_recipe(workspace.layout.recipe).asks_for()
    tables = {
        name: table.model_copy(
            update={
                "columns": {
                    column: kind
                    for column, kind in table.columns.items()
                    if column in {*asked.get(name, ()), *identifying(table)}
                }
            }
        )
        for name, table in catalogue.tables.items()
    }
    data: dict[str, pa.Table] = {
        name: pq.read_table(workspace.layout.root / str(table.location.parquet))
        for name, table in tables.items()
    }
    return World(
        workspace.policy(position), catalogue.model_copy(update={"tables": tables}), data,
        workspace.ledger.choices_table(position), workspace.ledger.signals_table(position),
        "generative_ai_training", "self", parse_moment(manifest["at"]), salt=workspace.salt,
    )  # fmt: skip
