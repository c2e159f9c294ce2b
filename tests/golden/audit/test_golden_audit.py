"""Whole reports, word for word: as JSON and as a terminal shows it. LICET_GOLDEN=write writes them anew."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from journeys.archives import COMPLETE, zipped
from journeys.command_line import run_licet
from journeys.downloads import CHATGPT, META, TAKEOUT
from journeys.more_downloads import MORE_DOWNLOADS

HERE = Path(__file__).parent
#: One of each kind of download, and where its owner says they live.
KINDS = {
    "complete": (COMPLETE, "CH"), "meta": (META, "DE"), "chatgpt": (CHATGPT, "CH"), "takeout": (TAKEOUT, "CH"),
    **{name: (files, "DE") for name, files in MORE_DOWNLOADS.items()},
}  # fmt: skip

#: Of these every file is known.
WHOLE = ("chatgpt", "x", "claude")


def _without_digest(report: dict[str, Any]) -> dict[str, Any]:
    """The policy's digest changes with every word of it, and a report only with what matters."""
    return {**report, "policy": {key: value for key, value in report["policy"].items() if key != "digest"}}


@pytest.mark.parametrize(("name", "form"), [("complete", "json"), *((name, "txt") for name in KINDS)])
def test_a_report_is_the_same_word_for_word(tmp_path: Path, name: str, form: str) -> None:
    files, region = KINDS[name]
    path = zipped(tmp_path / "a.zip", files)
    answer = run_licet(
        "audit",
        path,
        "--region",
        region,
        "--at",
        "2026-10-01",
        *(["--json"] if form == "json" else []),
    )
    assert (
        answer.status == (0 if name in WHOLE else 3) and answer.err == ""
    )  # some is in files that nobody knows
    made = answer.out
    if form == "json":
        made = json.dumps(_without_digest(answer.json), ensure_ascii=False, indent=1) + "\n"
    kept = HERE / f"{name}.{form}"
    if os.environ.get("LICET_GOLDEN") == "write":
        kept.write_text(made, encoding="utf-8")
    assert made == kept.read_text(encoding="utf-8"), (
        "run LICET_GOLDEN=write pytest tests/golden/audit and read the difference"
    )
