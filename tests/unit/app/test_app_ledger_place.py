"""A workspace whose ledger is on PostgreSQL: made, opened by its server's role, shared, erased from by its owner."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import licet
from journeys.command_line import run_licet
from journeys.networks import AUTUMN, RECIPE, make_network, member, post
from ledger_homes import PostgresHome
from licet.terms import AppError, LedgerError
from postgres_server import SERVER_ROLE

ROWS = {
    "members": [member("ann"), member("ben", "CH")],
    "posts": [post("1", "ann", "the harbour opens"), post("2", "ben", "the harbour closes")],
    "comments": [],
}


@pytest.fixture
def shared(postgres_home: PostgresHome, tmp_path: Path) -> Path:
    """A network whose ledger its server's role uses."""
    root = tmp_path / "w"
    with make_network(root, ROWS, recipe=RECIPE, ledger=postgres_home.place, ledger_role=SERVER_ROLE):
        return root


def test_workspace_keeps_the_address_of_the_servers_role(shared: Path, postgres_home: PostgresHome) -> None:
    kept = json.loads((shared / "licet.json").read_text())
    assert kept == {
        "licet_workspace": 1,
        "ledger": postgres_home.server.url(postgres_home.schema, SERVER_ROLE),
    }
    assert not (shared / "ledger.sqlite").exists()
    with licet.open(shared) as workspace:
        assert workspace.ledger.place == kept["ledger"]
        assert workspace.ledger.checkpoint_path == shared / "ledger.checkpoint"
        assert (shared / "ledger.checkpoint").read_text() == workspace.ledger.checkpoint().text
        assert workspace.ledger_verify().held_against == (workspace.ledger.position,)


def test_choice_in_one_process_governs_decisions_corpora_and_positions_of_another(shared: Path) -> None:
    with licet.open(shared, clock=lambda: AUTUMN) as workspace:
        built = workspace.corpus_build()
        assert built.documents == 2
        chosen = json.loads(
            run_licet("choose", "-s", "ann", "--setting", "ai", "off", "-w", shared, "--json").out
        )
        assert workspace.ledger.position == chosen["position"]
        asked = {"at": AUTUMN, "visibility": "public", "position": chosen["position"]}
        assert not workspace.decide("ann", "generative_ai_training", "content.posts", **asked).permitted
        assert workspace.corpus_update().documents == 1


def test_owner_erases_where_the_server_may_not(shared: Path, postgres_home: PostgresHome) -> None:
    with licet.open(shared) as workspace:
        workspace.choose("ann", "ai", "off")
        workspace.choose("ben", "ai", "off")
        with pytest.raises(LedgerError, match="LEDG-024"):
            workspace.ledger_erase("ann")
    told = run_licet("ledger", "erase", "-s", "ann", "--yes", "-w", shared)
    assert told.status == 2 and "LEDG-024" in told.err
    owner = ("--ledger", postgres_home.place)
    told = run_licet("ledger", "erase", "-s", "ann", "-w", shared, *owner)
    assert told.status != 0  # nobody said yes
    told = run_licet("ledger", "erase", "-s", "ann", "--yes", "--json", "-w", shared, *owner)
    assert (told.status, json.loads(told.out)["erased"]) == (0, 1), told.err
    assert run_licet("ledger", "erase", "-s", "ann", "--yes", "-w", shared, *owner).out.startswith(
        "The ledger holds"
    )
    with licet.open(shared) as workspace:
        assert not list(workspace.ledger.entries(subject="ann"))
        for one in ("ann", "ben"):
            assert [choice.value for choice in workspace.ledger.choices_of(one)] == ["off"]
        assert workspace.ledger_verify().ok and workspace.ledger_verify().erased == 1


def test_ledger_in_a_file_is_erased_from_the_same_way(tmp_path: Path) -> None:
    with make_network(tmp_path / "w", ROWS, recipe=RECIPE) as workspace:
        workspace.choose("ann", "ai", "off")
        assert workspace.ledger_erase("ann") is not None and workspace.ledger_erase("ann") is None
        assert workspace.ledger_verify().ok


def test_init_makes_it_at_the_command_line(postgres_home: PostgresHome, tmp_path: Path) -> None:
    options = ("--ledger", postgres_home.place, "--ledger-role", SERVER_ROLE, "-w", tmp_path / "w")
    told = run_licet("init", "--pack", "linkedin_as_reported", *options)
    assert told.status == 0, told.err
    told = run_licet("ledger", "verify", "-w", tmp_path / "w")
    assert told.status == 0 and "1 entries" in told.out
    assert run_licet("init", *options).status == 2
    other = run_licet("init", *options[:-1], tmp_path / "other")
    assert other.status == 2 and "LEDG-002" in other.err and not (tmp_path / "other" / "licet.json").exists()


def test_init_that_was_cut_short_goes_on(postgres_home: PostgresHome, tmp_path: Path) -> None:
    licet.create(tmp_path / "w", ledger=postgres_home.place).close()
    (tmp_path / "w" / "licet.json").unlink()
    with licet.create(tmp_path / "w", ledger=postgres_home.place) as workspace:
        assert workspace.ledger.position == 0


def test_password_is_never_kept(postgres_home: PostgresHome, tmp_path: Path, monkeypatch) -> None:
    secret = postgres_home.place.replace("licet_owner@", "licet_owner:hunter2@")
    with pytest.raises(AppError, match=r"APP-041.*PGPASSWORD") as caught:
        licet.create(tmp_path / "w", ledger=secret)
    assert "hunter2" not in caught.value.line() and not (tmp_path / "w").exists()
    monkeypatch.setenv("LICET_LEDGER", secret)
    with licet.create(tmp_path / "w") as workspace:
        assert workspace.ledger.verify().ok
    assert "hunter2" not in (tmp_path / "w" / "licet.json").read_text()
    assert all(b"hunter2" not in path.read_bytes() for path in (tmp_path / "w").rglob("*") if path.is_file())


def test_environment_takes_precedence(postgres_home: PostgresHome, shared: Path, monkeypatch) -> None:
    monkeypatch.setenv("LICET_LEDGER", postgres_home.place)
    with licet.open(shared) as workspace:
        assert workspace.ledger.place == postgres_home.place
    monkeypatch.setenv("LICET_LEDGER", "postgresql://127.0.0.1:1/nowhere")
    with licet.open(shared) as workspace, pytest.raises(LedgerError, match="LEDG-023"):
        workspace.ledger_verify()


@pytest.mark.parametrize("options", [{"ledger": "work/ledger.sqlite"}, {"ledger_role": SERVER_ROLE}])
def test_what_is_no_address_is_refused_before_anything_is_made(tmp_path: Path, options) -> None:
    with pytest.raises(AppError, match="APP-042"):
        licet.create(tmp_path / "w", **options)
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize("kept", [7, "ledger.sqlite", ""])
def test_marker_with_something_else_for_an_address_is_damaged(tmp_path: Path, kept: object) -> None:
    licet.create(tmp_path / "w").close()
    (tmp_path / "w" / "licet.json").write_text(json.dumps({"licet_workspace": 1, "ledger": kept}))
    with licet.open(tmp_path / "w") as workspace, pytest.raises(AppError, match="APP-002"):
        workspace.ledger_verify()
