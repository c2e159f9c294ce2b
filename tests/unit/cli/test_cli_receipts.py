"""`licet receipt`, `licet verify` and their exit statuses: 0 valid, 1 not valid, 2 not a receipt at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from journeys.command_line import run_licet
from journeys.networks import make_network, member

EVIL = "\x1b[2J\x1b]0;owned\x07[bold red]boo[/]\u202e"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workspace `w`, a receipt of ann's, and the ledger's public key in a file."""
    root = tmp_path_factory.mktemp("receipts")
    make_network(root / "w", {"members": [member("ann"), member("ben"), member(EVIL)]}).close()
    run_licet(
        "choose", "-s", "ann", "--setting", "ai", "off", "--receipt", "receipt.json", "-w", "w", cwd=root
    )
    (root / "ledger.pub").write_text(run_licet("ledger", "key", "-w", "w", cwd=root).out)
    return root


def test_a_receipt_is_made_with_the_choice_and_verified_without_the_workspace(
    home: Path, tmp_path: Path
) -> None:
    for name in ("receipt.json", "ledger.pub"):
        (tmp_path / name).write_bytes((home / name).read_bytes())
    answer = run_licet("verify", "receipt.json", "--key", "ledger.pub", cwd=tmp_path)
    assert answer.status == 0 and answer.err == ""
    assert (
        "This receipt is valid." in answer.out
        and "In the ledger: ann switched ai off (refused)" in answer.out
    )
    assert "It does not prove that the platform did as the choice asks." in answer.out
    as_text = run_licet(
        "verify", "receipt.json", "--key", (home / "ledger.pub").read_text().strip(), "--json", cwd=tmp_path
    )
    assert as_text.status == 0 and as_text.json["ok"] and as_text.json["choice"]["subject"] == "ann"


def test_a_receipt_that_was_changed_ends_with_status_one(home: Path, tmp_path: Path) -> None:
    receipt = json.loads((home / "receipt.json").read_bytes())
    receipt["licet:choice"]["value"] = "on"
    (tmp_path / "changed.json").write_text(json.dumps(receipt))
    answer = run_licet("verify", tmp_path / "changed.json", "--key", home / "ledger.pub")
    assert answer.status == 1 and "NOT valid" in answer.out and "says_otherwise" in answer.out
    as_json = run_licet("verify", tmp_path / "changed.json", "--key", home / "ledger.pub", "--json")
    assert as_json.status == 1 and not as_json.json["ok"]
    assert {one["code"] for one in as_json.json["problems"]} == {"not_signed", "says_otherwise"}


def test_what_is_no_receipt_or_no_key_ends_with_status_two(home: Path, tmp_path: Path) -> None:
    (tmp_path / "text.json").write_text("a picture of a receipt")
    (tmp_path / "binary").write_bytes(bytes(range(256)))
    key, receipt = home / "ledger.pub", home / "receipt.json"
    for file, with_key, code in (
        (tmp_path / "text.json", key, "APP-081"),
        (tmp_path / "binary", key, "APP-081"),
        (tmp_path / "nowhere.json", key, "APP-082"),
        (tmp_path, key, "APP-082"),
        (receipt, "nonsense", "APP-082"),
        (receipt, "n" * 5000, "APP-082"),
        (receipt, "a+b+c", "LEDG-005"),
        (receipt, tmp_path / "binary", "LEDG-005"),
    ):
        answer = run_licet("verify", file, "--key", with_key, "--json")
        assert (answer.status, answer.json["error"]["code"]) == (2, code), (file, with_key)


def test_a_checkpoint_kept_elsewhere_is_held_against_the_receipt(home: Path, tmp_path: Path) -> None:
    made = run_licet("receipt", "1", "--json", "-w", "w", cwd=home)
    (tmp_path / "receipt.json").write_text(json.dumps(made.json))
    kept = run_licet("ledger", "checkpoint", "-w", "w", cwd=home)
    (tmp_path / "kept").write_text(kept.out)
    checked = run_licet(
        "verify", tmp_path / "receipt.json", "--key", home / "ledger.pub", "--checkpoint", tmp_path / "kept"
    )
    assert checked.status == 0 and "The checkpoint you gave signs the same entries." in checked.out
    (tmp_path / "kept").write_text("nonsense")
    refused = run_licet(
        "verify", tmp_path / "receipt.json", "--key", home / "ledger.pub", "--checkpoint", tmp_path / "kept"
    )
    assert refused.status == 2 and "LEDG-016" in refused.err


def test_a_receipt_is_given_to_whom_it_is_of(home: Path) -> None:
    assert run_licet("receipt", "1", "-s", "ann", "-w", "w", cwd=home).status == 0
    told = {run_licet("receipt", entry, "-s", "ben", "-w", "w", cwd=home).err for entry in ("0", "1", "999")}
    assert len(told) == 1 and "APP-080" in told.pop()


def test_a_receipt_that_cannot_be_written_does_not_unmake_the_choice(home: Path) -> None:
    answer = run_licet(
        "choose",
        "-s",
        "ben",
        "--setting",
        "ai",
        "off",
        "--receipt",
        "no/such/folder/r.json",
        "-w",
        "w",
        cwd=home,
    )
    assert answer.status == 2 and "the choice itself is recorded, as entry" in answer.err
    assert "ai off" in run_licet("ledger", "show", "--last", "1", "-w", "w", cwd=home).out


def test_nobody_paints_the_terminal_through_a_receipt(home: Path) -> None:
    made = run_licet(
        "choose",
        "-s",
        EVIL,
        "--setting",
        "ai",
        "off",
        "--receipt",
        "evil.json",
        "-w",
        "w",
        "--json",
        cwd=home,
    )
    for command in (
        ("verify", "evil.json", "--key", "ledger.pub"),
        ("receipt", str(made.json["entry"]), "-w", "w"),
    ):
        answer = run_licet(*command, cwd=home)
        assert answer.status == 0
        assert not set(answer.out) & {"\x1b", "\x07", "\u202e"} and "[bold red]boo[/]" in answer.out
