"""`licet recipient` and `licet drop`: what they say, and by which status they end."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeys.command_line import run_licet, serves
from journeys.networks import AUTUMN, make_network, member
from journeys.receiving import receiving

A, B = "a" * 64, "b" * 64


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_network(tmp_path / "w", {"members": [member("ann")]}, clock=lambda: AUTUMN).close()
    return tmp_path / "w"


def test_a_recipient_is_asked_and_what_came_of_it_is_listed(home: Path, tmp_path: Path) -> None:
    import licet

    (tmp_path / "gone.txt").write_text(f"{A}\n")
    with licet.open(home) as workspace, receiving(workspace, tmp_path / "r") as lab:
        lab.put({A, B})
        asked = run_licet("recipient", "ask", "lab", tmp_path / "gone.txt", "--trial", lab.place, "-w", home)
        assert asked.status == 0 and "1 received" in asked.all and "not that they deleted" in asked.all
        assert lab.holds() == {B}
        within = run_licet("recipient", "ask", "lab", tmp_path / "gone.txt", "-w", home)
        assert within.status == 2 and "DLVR-073" in within.err
    (listed,) = run_licet("recipient", "asked", "-w", home, "--json").json
    assert (listed["recipient"], listed["state"]) == ("lab", "received")
    assert "received" in run_licet("recipient", "asked", "-w", home).all
    own = run_licet("recipient", "own", "--endpoint", "https://network.example/d", "-w", home, "--json").json
    assert own["publicKey"][0]["crv"] == "Ed25519" and "d" not in own["publicKey"][0]


def test_a_file_of_results_is_read_by_its_status(tmp_path: Path) -> None:
    (tmp_path / "sent.txt").write_text(f"{A}\n{B}\n")
    rows = ["Type,Client Id,Text,Error", "Customer List,n-000001-remove,,"]
    rows += [f"Customer List Item,n-000001-remove,{one}," for one in (A, B)]
    (tmp_path / "good.csv").write_text("\n".join(rows))
    command = ("recipient", "result")
    good = run_licet(*command, tmp_path / "good.csv", "n-000001-remove", tmp_path / "sent.txt", "--json")
    assert good.status == 0 and good.json["taken"] == 2 and good.json["is_applied"]
    (tmp_path / "bad.csv").write_text("\n".join([*rows, f"Customer List Item Error,n-000001-remove,{B},Bad"]))
    bad = run_licet(*command, tmp_path / "bad.csv", "n-000001-remove", tmp_path / "sent.txt")
    assert bad.status == 1 and "1 taken" in bad.all and "1 refused" in bad.all and "Bad" in bad.all
    other = run_licet(*command, tmp_path / "good.csv", "n-000002-remove", tmp_path / "sent.txt")
    assert other.status == 2 and "DLVR-066" in other.err


def test_what_nobody_delivered_has_no_results_and_is_handed_to_nobody(home: Path, tmp_path: Path) -> None:
    (tmp_path / "results.csv").write_text("")
    refused = run_licet("recipient", "import-result", "nurses", "3", tmp_path / "results.csv", "-w", home)
    assert refused.status == 2 and "DLVR-067" in refused.err
    handed = run_licet("recipient", "hand", tmp_path / "nowhere", "http://127.0.0.1:1")
    assert handed.status == 2 and "DLVR-087" in handed.err
    (tmp_path / "none").mkdir()
    assert run_licet("recipient", "hand", tmp_path / "none", "http://127.0.0.1:1", "--json").json == []


def test_the_recipient_serves(tmp_path: Path) -> None:
    assert serves(["recipient", "serve", str(tmp_path / "r"), "--manner", "silent"], tmp_path)
    refused = run_licet("recipient", "serve", tmp_path / "r", "--asker", "nothing")
    assert refused.status == 2 and "DLVR-084" in refused.all


def test_californias_lists_are_refused_and_answered_by_the_command(home: Path, tmp_path: Path) -> None:
    (home / "drop.yaml").write_text("licet_drop: 1\ntable: members\nsubject: id\nzip: region\n")
    (tmp_path / "notes.csv").write_text("x\n")
    refused = run_licet("drop", "take", tmp_path / "notes.csv", "-w", home)
    assert refused.status == 2 and "SRC-212" in refused.err
    hashed = "KA18MT/ph6IHYjzT9zwETySDQyvSh87YuoSBpOQtkhE="
    (tmp_path / "20261201_4821_Email.csv").write_text(f"ID,Hash\nAbCdEfGhIjK1,{hashed}\n")
    taken = run_licet("drop", "take", tmp_path / "20261201_4821_Email.csv", "-w", home, "--json").json
    assert (taken["items"], taken["open"], taken["people"]) == (1, 1, 0)
    assert "1 identifiers are kept" in run_licet("drop", "screen", "-w", home).all
    assert "Nothing is to be answered" in run_licet("drop", "answer", tmp_path / "out", "-w", home).all
    assert run_licet("drop", "answer", tmp_path / "out", "-w", home, "--json").json == []
