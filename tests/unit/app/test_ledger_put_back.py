"""A workspace whose ledger was put back, or whose tables of choices were tampered with, uses nobody's data by it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

import licet
from journeys.networks import RECIPE, make_network, member, post
from licet.app import Workspace
from licet.terms import LedgerError

AT = datetime(2025, 12, 1, tzinfo=UTC)
TRAINING = ("generative_ai_training", "content.posts")
ROWS = {
    "members": [member("ann"), member("ben")],
    "posts": [post("p-ann", "ann", "Boats leave early."), post("p-ben", "ben", "My garden is full of apples.")],
}  # fmt: skip

#: Everything by which somebody's data would be used, or a choice recorded.
USES: list[Callable[[Workspace], object]] = [
    lambda workspace: workspace.decide("ann", *TRAINING, visibility="public"),
    lambda workspace: workspace.gate(TRAINING[0]).read("posts"),
    lambda workspace: workspace.corpus_build(),
    lambda workspace: workspace.corpus_update(),
    lambda workspace: workspace.choose("ben", "ai", "off"),
    lambda workspace: workspace.signal("ben", "gpc", True),
    lambda workspace: workspace.ledger_erase("ben"),
    lambda workspace: workspace.willing_to_train(10),
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("built") / "w"
    with make_network(root, ROWS, recipe=RECIPE, clock=lambda: AT) as workspace:
        workspace.corpus_build()
    return root


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "w"))


@pytest.mark.parametrize("use", USES)
def test_an_older_ledger_beside_the_newer_checkpoint_is_used_for_nothing(
    folder: Path, use: Callable[[Workspace], object]
) -> None:
    shutil.copy2(folder / "ledger.sqlite", folder / "old")
    with licet.open(folder, clock=lambda: AT) as workspace:
        workspace.choose("ann", "ai", "off")
    shutil.copy2(folder / "old", folder / "ledger.sqlite")
    with licet.open(folder, clock=lambda: AT) as workspace, pytest.raises(LedgerError, match="LEDG-017"):
        use(workspace)


@pytest.mark.parametrize("use", USES)
def test_an_older_ledger_put_back_under_an_open_workspace_is_used_for_nothing(
    folder: Path, use: Callable[[Workspace], object]
) -> None:
    shutil.copy2(folder / "ledger.sqlite", folder / "old")
    with licet.open(folder, clock=lambda: AT) as workspace:
        workspace.choose("ann", "ai", "off")
        for log in folder.glob("ledger.sqlite-*"):
            log.unlink()
        (folder / "old").replace(folder / "ledger.sqlite")
        with pytest.raises(LedgerError, match="LEDG-152"):
            use(workspace)


@pytest.mark.parametrize("use", USES)
def test_a_table_of_choices_with_rows_taken_out_is_used_for_nothing(
    folder: Path, use: Callable[[Workspace], object]
) -> None:
    with licet.open(folder, clock=lambda: AT) as workspace:
        workspace.choose("ann", "ai", "off")
    with sqlite3.connect(folder / "ledger.sqlite") as connection:
        connection.execute("DELETE FROM choices")
    connection.close()
    with licet.open(folder, clock=lambda: AT) as workspace:
        with pytest.raises(LedgerError, match="LEDG-153"):
            use(workspace)
        assert not workspace.ledger_verify().ok
