"""What the workspace says when there is too little, or when the disk says no."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

import licet
from licet.app.demo_story import pick_someone
from licet.terms import AppError
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.moments import parse_moment


def test_a_corpus_of_nobody_has_nobody_to_ask(tmp_path: Path) -> None:
    with licet.create(tmp_path / "w") as workspace:
        workspace.make_demo_world(20)
        workspace.use_pack("linkedin_as_reported")
        day_before = workspace.corpus_build(at=parse_moment("2025-11-02"))
        with pytest.raises(AppError, match=r"APP-051.*--members"):
            pick_someone(workspace, day_before)


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "APP-020"), (errno.EDQUOT, "APP-020"), (errno.EROFS, "APP-021"), (errno.EACCES, "APP-021"),
     (errno.EIO, "APP-022")],
)  # fmt: skip
def test_the_disks_refusals_are_told_apart(number: int, code: str) -> None:
    with pytest.raises(AppError) as caught, clear_disk_errors("testing"):
        raise OSError(number, "no", "/somewhere")
    assert (caught.value.code, caught.value.where) == (code, "/somewhere")
