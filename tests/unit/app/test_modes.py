"""What a workspace makes is for its owner alone, whatever the umask, and stays as open as its owner made it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

import licet
from licet.sources.file_replacement import replace_file


@pytest.fixture(autouse=True, params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def open_to_others(root: Path) -> list[str]:
    """Paths that others than the owner can get at: by their own mode, under folders that let them through."""
    found, waiting = [], [root]
    while waiting:
        for path in waiting.pop().iterdir():
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077 and path.name != "licet.json":
                found.append(f"{path.relative_to(root)} {mode:o}")
            if path.is_dir() and mode & 0o077:
                waiting.append(path)
    return found


def test_a_workspace_and_what_is_brought_in_is_for_its_owner_alone(tmp_path: Path) -> None:
    with licet.create(tmp_path / "w") as workspace:
        workspace.use_pack("linkedin_as_reported")
        workspace.make_demo_world(members=20)
        workspace.signal(workspace.some_subjects(1)[0].subject, "gpc", True)
        assert {path.name for path in (tmp_path / "w").glob("ledger*")} == {
            "ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "ledger.checkpoint",
        }  # fmt: skip
        assert open_to_others(tmp_path / "w") == []
        workspace.make_demo_world(members=10, replace=True)
        inside = list(workspace.layout.data.rglob("*"))
        assert inside and all(path.stat().st_mode & 0o077 == 0 for path in inside)
    assert open_to_others(tmp_path / "w") == []


def test_a_file_that_its_owner_opened_to_a_group_stays_open_when_it_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.yaml"
    for mode in (0o600, 0o640):
        with replace_file(path) as file:
            file.write(b"x")
        assert stat.S_IMODE(path.stat().st_mode) == mode
        path.chmod(0o640)
