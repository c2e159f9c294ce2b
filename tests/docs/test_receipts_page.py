"""The page on receipts: its commands and its Python run, and its tables name what a receipt holds."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from journeys.command_line import run_licet
from journeys.networks import make_network, member, post
from journeys.receipts import choice, receipt_of

PAGE = (Path(__file__).parents[2] / "docs" / "receipts.md").read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the workspace that the page speaks of."""
    rows = {"members": [member("42")], "posts": [post("1", "42", "the harbour opens")]}
    with make_network(tmp_path / "work", rows) as workspace:
        workspace.use_pack("linkedin_as_reported")
    return tmp_path


def test_what_the_page_shows_runs(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # The page's ledger has one policy, so its first choice is entry 1; this one had another policy before.
    shown = PAGE.replace("receipt 1 ", "receipt 2 ").replace("receipt(1,", "receipt(2,")
    for snippet in re.findall(r"```sh\n(.*?)```", shown, re.DOTALL):
        for line in snippet.strip().splitlines():
            command, _, to = line.partition(" > ")
            answer = run_licet(*shlex.split(command)[1:], cwd=folder)
            assert answer.status == 0, (line, answer.all)
            if to:
                (folder / to).write_text(answer.out)
    monkeypatch.chdir(folder)
    (snippet,) = re.findall(r"```python\n(.*?)```", shown, re.DOTALL)
    exec(snippet, {})
    assert capsys.readouterr().out == "True off refused\n"
    assert (folder / "member-42.zip").stat().st_size > 1000


def test_every_part_the_page_names_is_there() -> None:
    receipt = receipt_of(choice(3, "ann", "ai", "off"), "refused")
    parts = re.findall(r"^\| `([\w:]+)` \|", PAGE, re.MULTILINE)
    assert len(parts) == 8 and not [part for part in parts if part not in receipt]
    for text in ("licet receipt v1", "dpv:NotAvailable", "dpv:RequestAccepted", "eu-gdpr:A21"):
        assert text in PAGE and text in str(receipt)
