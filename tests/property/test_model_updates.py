"""Law 8 for the model on made-up networks: whatever members choose and edit, counts updated are counts rebuilt.

Threads, near-duplicates that come back and rows of two people are in the networks; what was superseded is purged in
between. Root and, once put together, every byte are those of a build from scratch.
"""

from __future__ import annotations

import contextlib
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from journeys.networks import AUTUMN, Clock, comment, make_network, member, post, write_table
from licet.app import Workspace, artefacts
from licet.enforce import Access
from licet.ledger import NewEntry
from licet.store import SnapshotRef
from licet.terms import SELF
from licet.terms.canonical import JsonObject
from licet.testing.effort import examples
from licet.testing.use_contract import compacted
from licet.uses import run
from licet.uses.manifest import Manifest
from licet.uses.registry import open_use
from licet.uses.use import silent
from property.test_corpus_incremental import BODIES, PEOPLE, choices, networks

HARBOUR = "the harbour opens at seven and the boats go out for herring and for cod in every weather but fog"

#: What happens before one update: choices, what somebody's post says from now on, and whether it is purged afterwards.
STEPS = st.lists(
    st.tuples(st.lists(choices(), max_size=3), st.none() | st.tuples(PEOPLE, BODIES), st.booleans()),
    min_size=1,
    max_size=3,
)


def train(workspace: Workspace) -> None:
    use, access = open_use("model", workspace.layout.root), access_to(workspace, workspace.ledger.position)
    artefacts.build(workspace, use, access, silent)


def access_to(workspace: Workspace, position: int) -> Access:
    use = open_use("model", workspace.layout.root)
    return artefacts.open_access(
        workspace, use, "generative_ai_training", SELF, None, position, workspace.absences
    )


def rebuilt(workspace: Workspace, like: SnapshotRef) -> JsonObject:
    """The manifest of a build from scratch at the position of another; nothing is published."""
    use, access = (
        open_use("model", workspace.layout.root),
        access_to(workspace, like.manifest["ledger"]["position"]),
    )
    made = []

    def stop(manifest: Manifest, id_: str) -> None:
        made.append(manifest.as_json())
        raise KeyboardInterrupt

    parents = artefacts.present_parents(workspace, use, access)
    with contextlib.suppress(KeyboardInterrupt):
        run.build(use, access, workspace.store, record=stop, parents=parents)
    return made[0]


def bring(workspace: Workspace) -> SnapshotRef:
    """The model after `licet update`; it is held to a build from scratch."""
    brought = list(workspace.uses.update())
    assert all(one.how != "failed" for one in brought), brought
    (updated,) = artefacts.latest(workspace, "model")
    fresh = rebuilt(workspace, updated)
    assert updated.manifest["root"] == fresh["root"]
    assert compacted(open_use("model", workspace.layout.root), workspace.store, updated) == fresh
    return updated


@given(networks(), STEPS)
@examples(3)
def test_a_model_updated_is_a_model_rebuilt(
    network: dict[str, list[dict[str, Any]]],
    steps: list[tuple[list[NewEntry], tuple[str, str] | None, bool]],
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        make_network(Path(folder, "w"), network, clock=Clock(AUTUMN)) as workspace,
    ):
        workspace.corpus_build()
        train(workspace)
        for entries, edit, purges in steps:
            if entries:
                workspace.ledger.append(entries)
            if edit is not None:
                who, says = edit
                network = network | {
                    "posts": [
                        row | {"body": says} if row["author"] == who else row for row in network["posts"]
                    ]
                }
                write_table(workspace.layout.root, "posts", network["posts"])
            bring(workspace)
            if purges:
                assert workspace.purge().is_clean
        assert workspace.store.verify() == []


def test_a_thread_a_repeat_that_comes_back_and_a_row_of_two_are_taken_out_exactly(tmp_path: Path) -> None:
    later = datetime(2024, 1, 2)  # noqa: DTZ001 - a plain timestamp, as tables have them
    rows = {
        "members": [member(who, "DE", None) for who in ("ann", "ben", "cy")],
        "posts": [
            post("p0", "ann", HARBOUR), post("p1", "ben", f"{HARBOUR} today", made=later),
            post("p2", "ann", "the two of us baked bread and left it alone", **{"with": ["cy"]}),
        ],
        "comments": [
            comment("c0", "p0", "ann", "good morning", 0), comment("c1", "p0", "ben", "to all of you", 1),
            comment("c2", "p1", "cy", "well said of the boats", 0),
        ],
    }  # fmt: skip
    with make_network(tmp_path / "w", rows, clock=Clock(AUTUMN)) as workspace:
        workspace.corpus_build()
        train(workspace)

        def taught() -> dict[str, list[tuple[str, str]]]:
            use, made = open_use("model", workspace.layout.root), bring(workspace)
            parents = artefacts.parents_of(workspace, use, made)
            told = {
                who: [
                    (row["kind"], row["key"]) for row in use.about(workspace.store, made, b"", who, parents)
                ]
                for who in ("ann", "ben", "cy")
            }
            assert made.manifest["counts"]["documents"] == sum(map(len, told.values()))
            assert made.manifest["counts"]["subjects"] == sum(1 for one in told.values() if one)
            return told

        assert taught() == {"ann": [("post", "p0")], "ben": [], "cy": [("thread", "p1")]}
        workspace.choose("ann", "ai", "off")
        assert taught() == {"ann": [], "ben": [("post", "p1")], "cy": [("thread", "p1")]}, (
            "a repeat comes back"
        )
        workspace.choose("ann", "talk", "off")
        assert taught()["ben"] == [("thread", "p0"), ("post", "p1")], "a thread is now of one person"
        workspace.choose("ben", "talk", "off")
        workspace.choose("ann", "talk", "on")
        assert taught() == {"ann": [("thread", "p0")], "ben": [("post", "p1")], "cy": [("thread", "p1")]}
        workspace.choose("ann", "ai", "on")
        workspace.choose("ben", "talk", "on")
        assert taught() == {"ann": [("post", "p0")], "ben": [], "cy": [("thread", "p1")]}, "as it was"
