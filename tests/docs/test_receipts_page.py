"""The page on receipts: its commands and its Python run, and its tables name what a receipt holds."""

from __future__ import annotations

import copy
import re
import runpy
import shlex
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from journeys.command_line import run_licet
from journeys.networks import make_network, member, post
from journeys.receipts import OTHER_SIGNER, SIGNER, choice, receipt_of
from licet.receipts import check, to_bytes
from licet.receipts.receipt_proof import sign

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "receipts.md").read_text()
EXAMPLES = ROOT / "examples"


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


def test_a_receipt_can_be_checked_without_licet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = str(EXAMPLES / "03_check_a_receipt_yourself.py")
    assert "import licet" not in Path(script).read_text()
    (tmp_path / "receipt.json").write_bytes(to_bytes(receipt_of(choice(3, "ann", "ai", "off"), "refused")))
    (tmp_path / "ledger.pub").write_text(SIGNER.public_key_text + "\n")
    monkeypatch.setattr("sys.argv", [script, str(tmp_path / "receipt.json"), str(tmp_path / "ledger.pub")])
    runpy.run_path(script, run_name="__main__")
    assert capsys.readouterr().out.startswith("entry 3: ann {")


@pytest.mark.parametrize("others", [3, 4, 6, 7, 12, 30])
def test_who_checks_without_licet_finds_what_licet_finds(others: int) -> None:
    """An oracle of its own: it shares no line with the checker, and they agree on good receipts and on forged ones."""
    theirs = runpy.run_path(str(EXAMPLES / "03_check_a_receipt_yourself.py"))["check"]
    good = receipt_of(choice(3, "ann", "ai", "off"), "refused", others=others)
    assert theirs(good, SIGNER.public_key_text)["subject"] == "ann"
    assert check(good, SIGNER.public_key_text).ok
    forged = [
        good | {"licet:notGoverned": []},
        good | {"licet:signature": good["licet:proof"]["checkpoint"]},
        receipt_of(choice(3, "ann", "ai", "off"), "refused", others=others, signer=OTHER_SIGNER),
    ]
    for entry in ({"subject": "ben"}, {"index": 2}, {"salt": "00" * 16}):
        changed = copy.deepcopy(good)
        changed["licet:proof"]["entry"] |= entry
        del changed["licet:signature"]
        forged.append(changed | {"licet:signature": sign(changed, SIGNER)})
    for receipt in forged:
        assert not check(receipt, SIGNER.public_key_text).ok
        with pytest.raises((AssertionError, InvalidSignature, ValueError)):
            theirs(receipt, SIGNER.public_key_text)
