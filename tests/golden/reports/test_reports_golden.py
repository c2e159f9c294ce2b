"""Notices and reports as they are read, word for word; a small workspace whose ids do not matter here.

To accept a change, run once with LICET_GOLDEN=write and read the difference.
"""

from __future__ import annotations

import dataclasses
import os
from datetime import date
from pathlib import Path

import pytest

from licet.app import Workspace
from licet.app.reporting import gather
from licet.reports.ab2013_summary import ab2013_summary
from licet.reports.content_summary import content_summary
from licet.reports.disclosure import Report
from licet.reports.disclosure_page import lines, page
from licet.reports.training_notice import notice_of
from unit.app.test_models import make_untrained
from unit.reports.conftest import SETTINGS

HERE = Path(__file__).parent
DAY = date(2026, 11, 30)


def check(name: str, text: str) -> None:
    file = HERE / name
    if os.environ.get("LICET_GOLDEN") == "write":
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def as_text(report: Report) -> str:
    return "".join(f"{line}\n" for line, _ in lines(report))


@pytest.mark.parametrize("pack", ["linkedin_official", "exemplum", "reddit", "stack_overflow", "openai_jobs"])
def test_notices(pack: str) -> None:
    check(f"notice_{pack}.txt", as_text(notice_of(pack, DAY)))


def test_reports(tmp_path: Path) -> None:
    made: Workspace
    with make_untrained(tmp_path / "w") as made:
        made.corpus_build()
        made.uses["model"].train()
        made.layout.reports.write_text(SETTINGS)
        known = dataclasses.replace(gather(made, "model"), id="0" * 64)
    assert known.model is not None
    model = known.model.model_copy(update={"root": "1" * 64})
    known = dataclasses.replace(known, model=model)
    check("ab2013.txt", as_text(ab2013_summary(known)))
    check("ab2013.html", page(ab2013_summary(known)))
    check("art53.txt", as_text(content_summary(known)))
