"""The adapted model by its doors: made, withdrawn and brought; what is not as it was written, and another machine."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from typer.testing import CliRunner

import licet
from journeys.networks import AUTUMN, RECIPE, Clock, make_network, member, post
from journeys.small_bases import SETTINGS, write_small_base
from licet.app import Workspace, purge, removal
from licet.cli.main import app
from licet.enforce.access import secret_of
from licet.receipts import check_forgetting_certificate
from licet.terms import LicetError
from licet.uses.manifest import read_manifest
from licet.uses.model import shard_training
from licet.uses.model.adapted_model import networks, shards_of
from licet.uses.model.base_card import Environment
from licet.uses.model.checkpoint_chain import AdaptedManifest, Checkpoint

WHO = ("ann", "ben", "cy", "dot", "eve", "fay", "gus", "hal")
ROWS = {
    "members": [member(who) for who in WHO],
    "posts": [post(f"{who}-{n}", who, f"{who} saw {n} boats come home to the quay") for who in WHO for n in (2, 7)],
}  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    recipe = re.sub("near_duplicates: .*", "near_duplicates: null", RECIPE)
    with make_network(tmp_path / "w", ROWS, clock=Clock(AUTUMN), recipe=recipe) as made:
        (made.layout.root / "keys" / "salt").write_text("0a" * 32)  # by which members get their shards
        write_small_base(made.layout.root)
        made.corpus_build()
        yield made


def asked(workspace: Workspace, *words: str) -> Any:
    told = CliRunner().invoke(app, ["model", *words, "--json", "--workspace", str(workspace.layout.root)])
    assert told.exit_code == 0, told.output
    return json.loads(told.output)


def shard_of(workspace: Workspace, who: str) -> int:
    (shard,) = shards_of(latest(workspace), secret_of(workspace.salt, "adapted"), [who])
    return shard


def latest(workspace: Workspace) -> AdaptedManifest:
    return read_manifest(AdaptedManifest, workspace.store.snapshot("adapted"))


def in_service(workspace: Workspace) -> set[int]:
    return {one.shard for one in workspace.model_shards() if one.in_service}


def ends(workspace: Workspace) -> list[str]:
    return [chain[-1].network.sha256 for chain in latest(workspace).shards]


def test_a_shard_is_out_of_service_from_the_no_on_until_it_was_trained_again(workspace: Workspace) -> None:
    made = asked(workspace, "adapt")
    assert made["trained"] == SETTINGS.shards * SETTINGS.segments and made["subjects"] == len(WHO)
    workspace.model_train()
    every, before = in_service(workspace), ends(workspace)
    own = shard_of(workspace, "ann")
    assert own in every and len(every) > 1
    text = asked(workspace, "generate", "ann saw", "--adapted", "--seed", "3", "--tokens", "9")["text"]
    assert text == workspace.model_generate("ann saw", seed=3, most_tokens=9, adapted=True)

    workspace.choose("ann", "ai", "off")
    assert in_service(workspace) == every - {own}
    told = asked(workspace, "shards")
    assert [one["in_service"] for one in told] == [one["shard"] in every - {own} for one in told]
    (standing,) = (one for one in workspace.uses.status() if one.use == "adapted")
    assert standing.standing.value == "pending"
    workspace.model_update()  # counts are there at once; the shard is not until it was trained
    assert in_service(workspace) == every - {own}
    workspace.model_generate("ann saw", most_tokens=3, adapted=True)

    again = asked(workspace, "adapt")
    assert (again["how"], again["subjects"]) == ("updated", len(WHO) - 1)
    assert again["trained"] <= SETTINGS.segments
    assert in_service(workspace) == every
    changed = {
        shard for shard, (was, now) in enumerate(zip(before, ends(workspace), strict=True)) if was != now
    }
    assert changed == {own}
    assert asked(workspace, "adapt")["trained"] == 0


def test_what_is_forgotten_is_purged_with_all_that_was_trained_after_it(workspace: Workspace) -> None:
    workspace.model_adapt()
    before = {one.network.sha256 for chain in latest(workspace).shards for one in chain}
    own, every = shard_of(workspace, "cy"), latest(workspace)
    told = workspace.uses.forget("cy")
    assert told.standing.value == "exact"
    outcome = (
        told.people[0].certificate
        and check_forgetting_certificate(told.people[0].certificate, workspace.ledger.public_key_text).outcome
    )
    assert outcome is not None
    (replay,) = outcome.replays
    trained = {one.id for one in latest(workspace).shards[own]} - {one.id for one in every.shards[own]}
    assert (replay.shards, replay.replayed, replay.checkpoints) == (SETTINGS.shards, 1, len(trained))
    assert f"PyTorch {torch.__version__}" in replay.environment
    after = {one.network.sha256 for chain in latest(workspace).shards for one in chain}
    assert before - after and not any(workspace.store.has(sha) for sha in before - after)
    assert workspace.store.verify() == []


def test_tried_on_members_held_out_beside_base_counts_and_reader(workspace: Workspace) -> None:
    workspace.model_train()
    tried = asked(workspace, "evaluate", "--held-out", "50", "--adapted")
    assert tried["by_adapted"] < tried["by_base"], "it learnt from the others how people write here"
    assert 0 < tried["by_adapted_reader"] < tried["by_base"]
    assert not workspace.store.snapshots("adapted"), "nothing is kept"
    with pytest.raises(LicetError) as caught:
        workspace.model_generate(adapted=True)
    assert caught.value.code == "MODL-083"


@pytest.mark.parametrize("damage", ["torn", "cut", "exchanged", "gone"])
def test_a_checkpoint_that_is_not_as_it_was_is_refused_and_trained_again(
    workspace: Workspace, damage: str
) -> None:
    workspace.model_adapt()
    workspace.model_train()
    before, said = ends(workspace), latest(workspace)
    full = max(said.shards, key=lambda chain: sum(one.documents for one in chain))
    first, last = full[0].network.sha256, full[-1].network.sha256
    path, data = Path(workspace.store.path(last)), bytearray(workspace.store.get(last))
    if damage == "torn":
        data[-1] ^= 1
    path.chmod(0o600)
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(
            data[:-7] if damage == "cut" else workspace.store.get(first) if damage == "exchanged" else data
        )
    with pytest.raises(LicetError) as caught:
        networks(workspace.store, said, range(len(said.shards)))
    assert caught.value.code in ("STOR-006", "STOR-007")
    assert workspace.model_adapt().trained == 1
    assert ends(workspace) == before and workspace.store.verify() == []


def test_a_manifest_in_which_checkpoints_were_exchanged_is_refused(workspace: Workspace) -> None:
    workspace.model_adapt()
    said = latest(workspace)
    one, other = (chain for chain in said.shards[:2])
    whole = (*one[:-1], other[-1])  # of another shard, as it was written
    renamed = (*one[:-1], Checkpoint(one[-1].id, *astuple(other[-1])[1:-1], other[-1].network))
    files_alone = (*one[:-1], replace(one[-1], network=other[-1].network))
    for chain in (whole, renamed, files_alone):
        bad = said.model_copy(update={"shards": (chain, *said.shards[1:])})
        with pytest.raises(LicetError) as caught:
            networks(workspace.store, bad, [0])
        assert caught.value.code == "MODL-081"


def test_elsewhere_it_is_not_gone_on_with_but_made_anew(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.model_adapt()
    workspace.choose("ben", "ai", "off")
    for elsewhere, what in (
        (lambda: write_small_base(workspace.layout.root, SETTINGS.model_copy(update={"threads": 2})), "threads is 2"),
        (lambda: monkeypatch.setattr(torch, "__version__", "2.12.0"), "torch is 2.12.0"),
        (lambda: monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2"), "ONEDNN_MAX_CPU_ISA=AVX2"),
    ):  # fmt: skip
        elsewhere()
        with pytest.raises(LicetError) as caught:
            workspace.model_adapt()
        assert caught.value.code == "MODL-080" and what in caught.value.what
        write_small_base(workspace.layout.root)
        monkeypatch.undo()
    told = subprocess.run(
        [sys.executable, "-c", _ELSEWHERE], capture_output=True, text=True, check=True,
        env={**os.environ, "ATEN_CPU_CAPABILITY": "default"},
    )  # fmt: skip
    other = Environment.model_validate(
        {name: json.loads(told.stdout)[name] for name in Environment.model_fields}
    )
    assert any("instructions" in why for why in other.differs(latest(workspace).chain_environment))

    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    assert workspace.model_adapt(anew=True).how == "built"
    assert in_service(workspace)


def test_the_last_member_may_leave_and_a_member_of_every_shard(workspace: Workspace) -> None:
    workspace.model_adapt()
    first_of: dict[int, str] = {}
    for who in WHO:
        first_of.setdefault(shard_of(workspace, who), who)
    for who in first_of.values():
        workspace.choose(who, "ai", "off")
    assert in_service(workspace) == set()
    workspace.model_adapt()
    for who in WHO:
        workspace.choose(who, "ai", "off")
    made = workspace.model_adapt()
    assert made.subjects == made.documents == made.steps == 0 and in_service(workspace) == set()
    workspace.model_train()
    workspace.model_generate(most_tokens=2, adapted=True)  # by the base alone
    for who in WHO:
        workspace.choose(who, "ai", "on")
    assert workspace.model_adapt().subjects == len(WHO)


_ELSEWHERE = """
from licet.uses.model.chain_environment import chain_environment_here
print(chain_environment_here(1).model_dump_json())
"""
_KILLED = """
import os, signal, sys
from pathlib import Path
import licet
from journeys.networks import AUTUMN
root, steps = Path(sys.argv[1]), int(sys.argv[2])
def tell(stage, done, total=None):
    if stage.startswith("training") and done == steps:
        os.kill(os.getpid(), signal.SIGKILL)
with licet.open(root, clock=lambda: AUTUMN) as workspace:
    workspace.model_adapt(progress=tell)
"""


def test_killed_while_it_trains_it_goes_on_from_the_last_checkpoint(workspace: Workspace) -> None:
    tests = str(Path(__file__).parents[2])
    paths = os.pathsep.join([tests, *filter(None, [os.environ.get("PYTHONPATH")])])
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(workspace.layout.root), "4"], env={**os.environ, "PYTHONPATH": paths}
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL and not workspace.store.snapshots("adapted")
    kept = sorted(workspace.layout.kept_checkpoints.glob("*.checkpoint"))
    assert len(kept) >= 2  # empty buckets of several shards have the same ids
    torn, exchanged = kept[0], kept[1]
    torn.write_bytes(torn.read_bytes()[:-1] + b"x")
    exchanged.write_bytes(kept[-1].read_bytes())

    trained: list[int] = []

    def counted(*given: Any) -> bytes:
        trained.append(1)
        return train(*given)

    train = shard_training.train_segment
    shard_training.train_segment = counted
    try:
        workspace.model_adapt()
    finally:
        shard_training.train_segment = train
    assert 0 < len(trained) < SETTINGS.shards * SETTINGS.segments
    assert not list(workspace.layout.kept_checkpoints.glob("*"))
    resumed = workspace.store.snapshot("adapted").manifest
    workspace.model_adapt(anew=True)
    assert workspace.store.snapshot("adapted").manifest["shards"] == resumed["shards"]


def test_what_an_interrupted_training_left_goes_with_a_purge(workspace: Workspace) -> None:
    def stop(stage: str, done: int, total: int | None = None) -> None:
        if stage.startswith("training") and done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        workspace.model_adapt(progress=stop)
    assert list(workspace.layout.kept_checkpoints.glob("*"))
    workspace.purge()
    assert not list(workspace.layout.kept_checkpoints.glob("*"))
    (workspace.layout.kept_checkpoints / "nobody.checkpoint").mkdir(parents=True)
    with pytest.raises(LicetError) as caught:
        workspace.purge()
    assert caught.value.code == "MODL-082"


def test_a_disk_that_is_full_at_any_checkpoint_leaves_what_was_there_and_it_goes_on(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.model_adapt()
    before = workspace.store.snapshot("adapted")
    workspace.choose("dot", "ai", "off")
    workspace.corpus_update()
    write = os.fsync
    for room in range(40):
        left = iter(range(room))

        def full(file: int, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            write(file)

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            try:
                workspace.model_adapt()
            except LicetError as error:
                assert error.code in ("STOR-004", "APP-020"), error.code
                assert not list(workspace.layout.kept_checkpoints.glob("*.part"))
        if workspace.store.snapshot("adapted").id != before.id:
            break  # whole, or whole and not yet known to last
    assert 2 < room < 40
    assert workspace.model_adapt().trained == 0 and workspace.store.verify() == []


def test_who_says_yes_again_while_their_shard_is_trained_is_in_it_at_the_next_update(
    workspace: Workspace,
) -> None:
    workspace.model_adapt()
    before = ends(workspace)
    workspace.choose("ann", "ai", "off")
    workspace.corpus_update()

    def change_mind(stage: str, done: int, total: int | None = None) -> None:
        if stage.startswith("training") and done == 0:
            workspace.choose("ann", "ai", "on")

    made = workspace.model_adapt(progress=change_mind)
    assert made.subjects == len(WHO) - 1, "it is of the position it began at"
    assert shard_of(workspace, "ann") not in in_service(workspace), "and of who chose since nothing is read"
    assert workspace.model_adapt().subjects == len(WHO) and ends(workspace) == before
    assert shard_of(workspace, "ann") in in_service(workspace)


def test_forgetting_while_it_trains_waits_and_goes_on_when_asked_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "_WAIT_SECONDS", 0)
    monkeypatch.setattr(purge, "_WAIT_SECONDS", 0)
    found = []

    def forget(stage: str, done: int, total: int | None = None) -> None:
        if stage.startswith("training") and done == 1:
            with licet.open(workspace.layout.root, clock=Clock(AUTUMN)) as other:
                found.append(other.uses.forget("eve"))

    workspace.model_adapt(progress=forget)
    assert found[0].standing.value == "pending"
    (shard,) = shards_of(latest(workspace), secret_of(workspace.salt, "adapted"), ["eve"])
    assert shard not in in_service(workspace)
    assert workspace.uses.forget("eve").standing.value == "exact"
    assert latest(workspace).counts["subjects"] == len(WHO) - 1
