"""Of whoever is forgotten no file of a model holds a run of words that they alone wrote; the scan would find it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.networks import AUTUMN, RECIPE, Clock, make_network, member, post
from licet.app import Workspace, purge
from licet.receipts import check_forgetting_certificate
from licet.store import Store
from licet.store.packed_numbers import number_marker
from licet.uses.manifest import read_manifest
from licet.uses.model.counts_log import ModelManifest
from licet.uses.model.text_model import open_model
from licet.uses.use import Numbering

PLANTED = "vermilion axolotls juggle zinc"
QUOTED = "the ferry leaves at half past nine in the morning"
WHO = ("ann", "ben", "cy")
EVERY = re.sub("near_duplicates: .*", "near_duplicates: null", RECIPE)
ROWS = {
    "members": [member(who) for who in WHO],
    "posts": [
        *(post(f"{who}-0", who, f"{who} says {QUOTED}") for who in WHO[:2]),
        post("cy-0", "cy", "cy says nothing of that"), post("ann-1", "ann", f"Once {PLANTED}, and none saw it"),
    ],
}  # fmt: skip


@pytest.fixture(params=[True, False], ids=["two members", "every run"])
def workspace(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Workspace]:
    with make_network(tmp_path / "w", ROWS, clock=Clock(AUTUMN), recipe=EVERY) as made:
        (made.layout.root / "model.yaml").write_text(f"buckets: 2\ntwo_members: {str(request.param).lower()}")
        made.corpus_build()
        made.uses["model"].train()
        yield made


def runs(workspace: Workspace, text: str) -> list[bytes]:
    """What a word in the middle of a text is looked for by: each run that lies wholly in it."""
    use = open_model(workspace.layout.root)
    assert isinstance(use, Numbering)
    numbers = use.numbers(workspace.store, workspace.uses["model"].show(), [f"a {text} z"])
    vocabulary = use.vocabulary
    inner = vocabulary.encode(f" {text}").tolist()
    return [
        number_marker(number)
        for number in numbers
        if [number >> 12 * back & 4095 for back in range(4, -1, -1)]
        in [inner[at : at + 5] for at in range(len(inner))]
    ]


def files(workspace: Workspace, marks: list[bytes]) -> set[str]:
    return {one.file for one in workspace.store.scan(marks)}


def test_a_word_of_one_member_is_in_tables_deltas_and_leftovers_and_afterwards_nowhere(
    workspace: Workspace,
) -> None:
    planted, quoted = runs(workspace, PLANTED), runs(workspace, QUOTED)
    assert len(planted) > 3 and len(quoted) > 3
    said = read_manifest(ModelManifest, workspace.uses["model"].show())
    tables = {path for path in files(workspace, planted) if path.endswith(".counts")}
    digests = {one.table.sha256 for one in said.tables} | {said.served.sha256}
    named = {Path(path).stem for path in tables}
    assert named <= digests and (said.served.sha256 in named) is not said.recipe.two_members
    # Whoever died while writing leaves part of a table behind.
    left = Path(workspace.store.where, "staging", "half.part")
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(Path(workspace.store.where, sorted(tables)[0]).read_bytes()[:-5])
    reader = Store.open(workspace.store.where, read_only=True)  # a writer sweeps what is left there
    assert left.relative_to(reader.where).as_posix() in {one.file for one in reader.scan(planted)}

    workspace.choose("ann", "ai", "off")
    workspace.uses["model"].update()
    (delta,) = read_manifest(ModelManifest, workspace.uses["model"].show()).deltas
    assert delta.changes.sha256 in {Path(path).stem for path in files(workspace, planted)}

    told = workspace.forget("ann")
    assert (told.standing.value, told.pending) == ("exact", ())
    assert files(workspace, planted) == set() and not left.exists()
    assert told.purge is not None and told.purge.search.found_after == ()
    # What Ben says as well stays, is counted, and is certified as such.
    assert files(workspace, quoted) and told.purge.search.shared >= len(quoted)
    (certificate,) = (one.certificate for one in told.people)
    check = check_forgetting_certificate(certificate or {}, workspace.ledger.public_key_text)
    assert check.ok and check.outcome is not None and check.outcome.purge is not None
    (store,) = (one for one in check.outcome.purge if one.store == "snapshots")
    assert (store.found_after, store.shared) == (0, told.purge.search.shared)
    assert store.marks > len(planted) + len(quoted) and store.found_before > len(planted)


def test_a_table_that_was_left_behind_keeps_a_forgetting_from_being_done(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path, *_) = sorted(
        path for path in files(workspace, runs(workspace, PLANTED)) if path.endswith(".counts")
    )
    data = Path(workspace.store.where, path).read_bytes()
    forget = workspace.store.__class__.purge

    def leaving(self: object, snapshots: list[str]) -> list[str]:
        gone = forget(self, snapshots)  # type: ignore[arg-type]
        Path(workspace.store.where, "copy-of-a-table").write_bytes(data)
        return gone

    monkeypatch.setattr(workspace.store.__class__, "purge", leaving)
    told = workspace.forget("ann")
    assert told.standing.value == "pending" and "copy-of-a-table" in " ".join(told.pending)


def test_what_is_looked_for_is_what_was_taught(workspace: Workspace) -> None:
    (snapshot,) = workspace.uses["model"].snapshots()
    rows = purge.rows_about(workspace, snapshot, ["ann"])["ann"]
    marks = purge.marks_in(workspace, snapshot, rows)
    assert {*runs(workspace, PLANTED), *runs(workspace, QUOTED)} <= marks
