"""Law 8 for networks: whatever members choose and edit, weights updated are, byte for byte, weights trained anew in
another process; and what is not as it was written is trained again or refused.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.networks import AUTUMN, Clock, make_network, write_table
from journeys.small_bases import write_small_base
from licet.app import Workspace, artefacts
from licet.ledger import NewEntry
from licet.store import SnapshotRef
from licet.terms import SELF
from licet.testing.effort import examples
from licet.uses.registry import open_use
from licet.uses.use import silent
from property.test_corpus_incremental import BODIES, PEOPLE, choices, networks

_STRANGER = """
import json, sys
from pathlib import Path
import licet
from journeys.networks import AUTUMN
from property.test_adapted_updates import trained_anew
for line in sys.stdin:
    root, position = json.loads(line)
    with licet.open(Path(root), clock=lambda: AUTUMN) as workspace:
        print(json.dumps(trained_anew(workspace, position)), flush=True)
"""

#: What happens before one update: choices, and what somebody's post says from now on.
STEPS = st.lists(
    st.tuples(st.lists(choices(), max_size=3), st.none() | st.tuples(PEOPLE, BODIES)), min_size=1, max_size=3
)


def trained_anew(workspace: Workspace, position: int) -> Any:
    """The manifest of a build from scratch at a position of the ledger; nothing is published, nothing kept before."""
    assert not list((workspace.layout.root / "cache" / "checkpoints").glob("*"))
    use = open_use("adapted", workspace.layout.root)
    access = artefacts.open_access(
        workspace, use, "generative_ai_training", SELF, None, position, workspace.absences
    )
    made: list[Any] = []

    def stop(manifest: Any, id_: str) -> None:
        made.append(manifest.as_json())
        raise KeyboardInterrupt

    from licet.uses import run

    parents = artefacts.present_parents(workspace, use, access)
    try:
        run.build(use, access, workspace.store, record=stop, parents=parents)
    except KeyboardInterrupt:
        return made[0]
    raise AssertionError("it published")


class Stranger:
    """Another process, which trains what it is told of."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None and process.stdout is not None
        self._asked: IO[str] = process.stdin
        self._told: IO[str] = process.stdout

    def train(self, root: Path, position: int) -> Any:
        self._asked.write(json.dumps([str(root), position]) + "\n")
        self._asked.flush()
        return json.loads(self._told.readline())


@pytest.fixture(scope="module")
def stranger() -> Iterator[Stranger]:
    tests = str(Path(__file__).parents[1])
    paths = os.pathsep.join([tests, *filter(None, [os.environ.get("PYTHONPATH")])])
    with subprocess.Popen(
        [sys.executable, "-c", _STRANGER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": paths},
    ) as process:  # fmt: skip
        yield Stranger(process)


def train(workspace: Workspace) -> SnapshotRef:
    use, position = open_use("adapted", workspace.layout.root), workspace.ledger.position
    access = artefacts.open_access(
        workspace, use, "generative_ai_training", SELF, None, position, workspace.absences
    )
    return artefacts.build(workspace, use, access, silent).snapshot


def bring(workspace: Workspace) -> SnapshotRef:
    brought = list(workspace.uses.update())
    assert all(one.how != "failed" for one in brought), brought
    (updated,) = artefacts.latest(workspace, "adapted")
    return updated


@given(network=networks(), steps=STEPS)
@examples(3)
def test_weights_updated_are_weights_trained_anew_by_another_process(
    stranger: Stranger,
    network: dict[str, list[dict[str, Any]]],
    steps: list[tuple[list[NewEntry], tuple[str, str] | None]],
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        make_network(Path(folder, "w"), network, clock=Clock(AUTUMN)) as workspace,
    ):
        write_small_base(workspace.layout.root)
        workspace.corpus_build()
        train(workspace)
        for entries, edit in steps:
            if entries:
                workspace.ledger.append(entries)
            if edit is not None:
                who, says = edit
                posts = [row | {"body": says} if row["author"] == who else row for row in network["posts"]]
                network = network | {"posts": posts}
                write_table(workspace.layout.root, "posts", posts)
            updated = bring(workspace)
            fresh = stranger.train(workspace.layout.root, updated.manifest["ledger"]["position"])
            assert updated.manifest == fresh
        assert workspace.store.verify() == []
