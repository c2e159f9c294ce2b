"""What a person is told about policies, kept as text to read: broken packs, findings, the two accounts side by side.

To accept a change, run once with LICET_GOLDEN=write and read the difference.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from licet.packs import PackErrors, difference, locate_policy, open_pack, parse_pack, shipped
from licet.policies.lint import lint

HERE = Path(__file__).parent
BROKEN = sorted(file.stem for file in HERE.glob("broken_*.yaml"))
TODAY = date(2026, 12, 1)


def compare(name: str, lines: list[str]) -> None:
    file, text = HERE / f"{name}.txt", "\n".join(lines) + "\n"
    if os.environ.get("LICET_GOLDEN") == "write":
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_pack_is_explained(name: str) -> None:
    with pytest.raises(PackErrors) as caught:
        parse_pack((HERE / f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml")
    compare(name, [problem.line() for problem in caught.value.problems])


@pytest.mark.parametrize("name", shipped())
def test_the_findings_of_a_shipped_pack(name: str) -> None:
    pack, positions = locate_policy(name)
    compare(f"lint_{name}", [finding.line() for finding in lint(pack, today=TODAY, positions=positions)])


def test_the_two_accounts_of_linkedin_side_by_side() -> None:
    changes = difference(open_pack("linkedin_as_reported"), open_pack("linkedin_official"))
    lines = [line for c in changes for line in (c.sentence, *(f"    {detail}" for detail in c.details))]
    compare("difference_linkedin", lines)
