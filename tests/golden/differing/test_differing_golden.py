"""What a reader is shown when two policies are laid over each other.

To accept a change, run once with LICET_GOLDEN=write and read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from licet.app.member.announced_changes import in_words
from licet.cli.main import app
from licet.packs import open_pack

HERE = Path(__file__).parent


def held(name: str, text: str) -> None:
    file = HERE / name
    if os.environ.get("LICET_GOLDEN") == "write":
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("before", "after", "form"),
    [
        ("linkedin_as_reported", "linkedin_official", "txt"), ("meta_ai", "github_copilot", "txt"),
        ("x_grok", "reddit", "json"),
    ],
)  # fmt: skip
def test_two_policies(before: str, after: str, form: str) -> None:
    told = CliRunner().invoke(app, ["packs", "diff", before, after, *(["--json"] if form == "json" else [])])
    assert told.exit_code == 0
    held(f"{before}_{after}.{form}", told.stdout)


def test_what_a_member_is_told_of_the_two_accounts_of_linkedin() -> None:
    told = in_words(open_pack("linkedin_as_reported"), open_pack("linkedin_official"))
    held("to_the_member.txt", "".join(f"{sentence}\n" for sentence in told))
