"""A policy in other vocabularies, and what those cannot say, kept to be read.

To accept a change, run once with LICET_GOLDEN=write and read the difference.
"""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest

from licet.policies.exchange.exchange_files import FORMS, export_policy, import_policy

HERE = Path(__file__).parent


def held(name: str, text: str) -> None:
    file = HERE / name
    if os.environ.get("LICET_GOLDEN") == "write":
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("pack", ["linkedin_as_reported", "github_copilot"])
def test_a_policy_out_and_back(pack: str, form: str, tmp_path: Path) -> None:
    told = export_policy(pack, form)
    document = told["document"]
    name = next(key for key in ("uid", "@id") if key in document)
    document[name] = document[name].rpartition(":")[0] + ":DIGEST"  # a pack's digest is held elsewhere
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    held(f"{pack}.{form}.jsonld", text)
    held(f"{pack}.{form}.unsaid.txt", "".join(f"{o['of']}: {o['what']}: {o['so']}\n" for o in told["unsaid"]))
    file = tmp_path / "policy.jsonld"
    file.write_text(text, encoding="utf-8")
    held(f"{pack}.{form}.yaml", import_policy(file, form, date(2026, 11, 26))["yaml"])
