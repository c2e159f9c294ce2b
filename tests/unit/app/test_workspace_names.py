"""The names of operations: by what they are about, and those that stood on the workspace before."""

from __future__ import annotations

import operator
from pathlib import Path

import pytest

import licet
from licet.app.flat_names import FLAT_NAMES
from licet.terms import AppError


def test_every_name_from_before_leads_to_the_operation(tmp_path: Path) -> None:
    with licet.create(tmp_path / "work") as workspace:
        for name, path in FLAT_NAMES.items():
            assert getattr(workspace, name) == operator.attrgetter(path)(workspace), name
            assert name in dir(workspace)
        with pytest.raises(AttributeError, match="no attribute 'chose'"):
            workspace.chose  # type: ignore[attr-defined]  # noqa: B018


def test_a_use_is_found_by_its_name_and_no_other(tmp_path: Path) -> None:
    with licet.create(tmp_path / "work") as workspace:
        assert workspace.uses["corpus"].snapshots() == []
        with pytest.raises(AppError, match="APP-225"):
            workspace.uses["ads"]
