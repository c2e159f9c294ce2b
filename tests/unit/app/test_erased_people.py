"""Whoever was erased from the ledger and whose data is still there: what they refused stays refused, everywhere."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from journeys.command_line import run_licet
from journeys.networks import RECIPE, make_network, member, post
from licet.app import Workspace
from licet.app.point_decisions import Question
from licet.ledger.tombstones import Marks

AT = datetime(2025, 12, 1, tzinfo=UTC)
TRAINING = ("generative_ai_training", "content.posts")
ROWS = {
    "members": [member(one) for one in ("ann", "ben", "cy")],
    "posts": [
        post("p-ann", "ann", "Boats leave the harbour early in the morning."),
        post("p-ben", "ben", "My garden is full of apples and of wasps this year."),
        post("p-cy", "cy", "Trains to the north were late, and nobody knew why."),
    ],
}  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_network(tmp_path / "w", ROWS, recipe=RECIPE, clock=lambda: AT) as made:
        yield made


def code(workspace: Workspace, subject: str, **asked: Any) -> str:
    return str(workspace.decide(subject, *TRAINING, visibility="public", **asked).code)


def authors(workspace: Workspace, **asked: Any) -> set[str]:
    gate = workspace.gate(TRAINING[0], **asked)
    return {row["post"] for row in gate.read("posts").to_pylist()}


def test_every_way_out_knows_the_no_of_somebody_erased(workspace: Workspace) -> None:
    workspace.choose("ann", "ai", "off")
    workspace.choose("ben", "ai", "off", category="content.posts")
    workspace.signal("cy", "gpc", True)
    assert authors(workspace) == set()
    for one in ("ann", "ben", "cy"):
        workspace.ledger_erase(one, compact=False)
    assert {code(workspace, one) for one in ("ann", "ben", "cy")} == {"refused"}
    asked = [Question(one, *TRAINING, visibility="public") for one in ("ann", "ben", "cy")]
    assert {str(one.code) for one in workspace.decide_many(asked)} == {"refused"}
    assert authors(workspace) == set()
    assert not [one for one in workspace.gate(TRAINING[0]).counts().passed if one.table == "posts"]
    assert workspace.corpus_build().documents == 0
    (stands,) = (one.standing for one in workspace.member("ann", AT).settings() if one.id == "ai")
    assert (stands.on, stands.how) == (False, "erased") and "still holds" in stands.sentence
    assert workspace.ledger_verify().ok


def test_the_person_comes_back_by_a_new_choice_alone(workspace: Workspace) -> None:
    workspace.choose("ann", "ai", "off")
    workspace.choose("ann", "talk", "off")
    position = workspace.ledger.position
    workspace.ledger_erase("ann", compact=False)
    assert code(workspace, "ann", position=position) == "refused"
    workspace.choose("ann", "talk", "on")
    assert code(workspace, "ann") == "refused"
    workspace.choose("ann", "ai", "on")
    assert code(workspace, "ann") == "permitted" and "p-ann" in authors(workspace)
    workspace.ledger_erase("ann", compact=False)
    assert code(workspace, "ann") == "refused" and "p-ann" not in authors(workspace)


def test_a_corpus_loses_whoever_refused_and_was_erased_before_its_update(workspace: Workspace) -> None:
    assert workspace.corpus_build().documents == 3
    workspace.choose("ann", "ai", "off")
    workspace.ledger_erase("ann", compact=False)
    assert workspace.corpus_update().documents == 2
    assert workspace.corpus_update().documents == 2


def test_erased_people_who_are_members_no_more_change_nothing(workspace: Workspace) -> None:
    workspace.choose("ben", "ai", "off")
    before = authors(workspace)
    workspace.choose("ann", "ai", "off")
    workspace.ledger_erase("ann", compact=False)
    path = workspace.layout.data / "members.parquet"
    pq.write_table(pq.read_table(path).filter(pa.array([False, True, True])), path)
    assert authors(workspace) == before - {"p-ann"}


def test_the_willing_are_those_without_a_no_from_before(workspace: Workspace) -> None:
    for one in ("ann", "ben"):
        workspace.choose(one, "ai", "off", category="content.posts")
        workspace.choose(one, "talk", "on")
    workspace.ledger_erase("ann", compact=False)
    for one in ("ann", "cy"):
        workspace.choose(one, "ai", "on")
        workspace.choose(one, "talk", "on")
    assert workspace.willing_to_train(10) == ["cy"]


def test_the_key_that_marks_are_made_with_leaves_with_no_archive(workspace: Workspace) -> None:
    workspace.choose("ann", "ai", "off")
    workspace.ledger_erase("ann", compact=False)
    workspace.choose("ann", "talk", "on")
    secrets = (
        workspace.layout.signing_key.read_bytes().strip().split(b"+", 4)[-1],
        workspace.signer.derive(b"licet tombstone"),
        workspace.signer.derive(b"licet tombstone").hex().encode(),
        Marks(workspace.signer).of("ann").encode(),
    )
    assert min(map(len, secrets)) >= 32
    archive = zipfile.ZipFile(io.BytesIO(b"".join(workspace.member_archive("ann"))))
    out = workspace.layout.root.parent / "out"
    workspace.corpus_build()
    workspace.corpus_export(out, "jsonl")
    left = [archive.read(name) for name in archive.namelist()]
    left += [path.read_bytes() for path in out.rglob("*") if path.is_file()]
    assert len(left) > 3
    assert not [secret for secret in secrets for content in left if secret in content]


def test_the_command_says_what_it_keeps(workspace: Workspace) -> None:
    workspace.choose("ann", "ai", "off")
    workspace.choose("ben", "ai", "on")
    folder = workspace.layout.root
    told = run_licet("ledger", "erase", "-s", "ann", "--yes", "--json", "-w", folder)
    assert json.loads(told.out) == {"erased": 1, "entry": 3, "noes_kept": 1, "signals_kept": 0}
    workspace.choose("ann", "talk", "off")
    assert "Kept under a mark" in run_licet("ledger", "erase", "-s", "ann", "--yes", "-w", folder).out
    assert "Kept under a mark" not in run_licet("ledger", "erase", "-s", "ben", "--yes", "-w", folder).out


def test_what_gates_keep_on_disk_goes_with_an_erasure_a_purge_and_a_removal(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("gate_cache._FEWEST_MEMBERS", "gate_cache._FEWEST_ROWS", "absences._FEWEST_KEPT"):
        monkeypatch.setattr(f"licet.enforce.{name}", 0)
    workspace.choose("ben", "ai", "off")
    folder = workspace.layout.gate_files
    ways = (
        lambda: workspace.ledger_erase("ben", compact=False), workspace.purge, lambda: workspace.forget("cy"),
    )  # fmt: skip
    for remove in ways:
        workspace.drop_caches()
        authors(workspace)
        workspace.gate(TRAINING[0]).prepare()
        assert any(b"cy" in path.read_bytes() for path in folder.glob("*.gate"))
        remove()
        assert not [*folder.glob("*")]
