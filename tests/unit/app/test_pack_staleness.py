"""A passage that changed after a pack was read makes the pack stale wherever people read it, and decides nothing."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from journeys.archives import BASIC, zipped
from journeys.policy_archives import POLICY, write_folder, write_pack
from licet.audit import audit_archive
from licet.audit.audit_sentences import verdict
from licet.cli.main import app
from licet.packs import open_pack
from licet.policies.comparison import as_html, as_markdown, compare
from licet.policies.pack_staleness import Staleness, changes_in, staleness
from licet.policies.policy_guide import guide

DAY = date(2026, 1, 1)
CHANGED = POLICY.replace("and photos.", "and photos; your messages.")


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stale")
    write_folder(folder / "same", {"2025-01-02": POLICY, "2025-06-02": POLICY + "\nA new page.\n"})
    write_folder(folder / "texts", {"2025-01-02": POLICY, "2025-06-02": CHANGED})
    (folder / "others").mkdir()
    (folder / "others" / "cooking.md").write_text("How to cook an egg.")
    write_pack(folder)
    return folder


def test_a_changed_passage_is_counted_once_with_its_first_day_and_what_nobody_has_is_no_change(
    acme: Path,
) -> None:
    pack = open_pack(str(acme / "acme.yaml"))
    changes = changes_in(acme / "texts", [pack])
    assert staleness(pack, DAY, changes) == Staleness("changed", "2025-06-02", 1), "two quotations of one row"
    for texts in (acme / "same", acme / "others", None, ""):
        assert staleness(pack, DAY, changes_in(texts, [pack])) is None


def test_a_comparison_says_so_and_marks_the_cells_whose_own_quotation_changed(acme: Path) -> None:
    (row,) = compare([str(acme / "acme.yaml")], day=DAY, texts=acme / "texts").rows
    assert row.stale is not None and row.as_json()["stale"]["because"] == "changed"
    assert all(line.changed for line in row.cells["data"].lines)
    assert not any(line.changed for line in row.cells["default"].lines)
    found = compare([str(acme / "acme.yaml")], day=DAY, texts=acme / "texts")
    for text in (as_markdown(found), as_html(found)):
        assert "stale: a passage that this rests on changed on 2025-06-02" in text
        assert "changed since it was read" in text
    assert compare([str(acme / "acme.yaml")], day=DAY, texts=acme / "same") == compare(
        [str(acme / "acme.yaml")], day=DAY
    )


def test_a_guide_says_so(acme: Path) -> None:
    found = guide(str(acme / "acme.yaml"), "CH", day=DAY, texts=acme / "texts")
    assert found.stale == Staleness("changed", "2025-06-02", 1) and found.as_json()["stale"]["passages"] == 1
    assert "changed since it was read" in json.dumps(
        [line.told for it in found.controls for line in it.will_change]
    )


def test_an_audit_says_so_in_its_answer(acme: Path, tmp_path: Path) -> None:
    download = zipped(tmp_path / "download.zip", BASIC)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    words = {"pack": str(acme / "acme.yaml"), "region": "CH", "age": 30}
    told = verdict(audit_archive(download, at, texts=acme / "texts", **words))
    assert "is stale: a passage that this rests on changed on 2025-06-02" in told
    before, after = (
        audit_archive(download, at, texts=texts, **words).as_json() for texts in (None, acme / "texts")
    )
    assert after["policy"].pop("stale") and before["policy"].pop("stale") is None
    assert before == after, "what is used is decided by the pack, stale or not"


def test_the_commands_take_the_texts_by_option_or_environment(
    acme: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, pack, sentence = CliRunner(), str(acme / "acme.yaml"), "rests on changed on 2025-06-02"
    assert sentence in run.invoke(app, ["compare", pack, "--texts", str(acme / "texts")]).stdout
    assert sentence not in run.invoke(app, ["compare", pack]).stdout
    monkeypatch.setenv("LICET_TEXTS", str(acme / "texts"))
    assert sentence in run.invoke(app, ["guide", pack, "--region", "CH"]).stdout
    shutil.rmtree(acme / "others")
    told = run.invoke(app, ["compare", pack, "--texts", str(acme / "others")])
    assert told.exit_code == 2
