"""Tokens: shown once, kept as digests, for their owner's eyes, ended at once."""

from __future__ import annotations

import json
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from licet.app.access_tokens import SCOPES, Tokens
from licet.terms import LicetError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "tokens.json"


def test_a_token_is_found_by_its_text_alone(path: Path) -> None:
    tokens = Tokens(path)
    assert tokens.find("licet_anything") is None and tokens.all() == []
    made, text = tokens.create("settings page", ["choices:write", "choices:read", "choices:write"])
    assert made.scopes == ("choices:write", "choices:read")
    found = Tokens(path).find(text)
    assert found == made == tokens.find(text)
    assert (
        tokens.find(text + "=") is None and tokens.find(made.digest) is None and tokens.find("\ud800") is None
    )


def test_the_file_holds_no_token_and_is_its_owners(path: Path) -> None:
    made, text = Tokens(path).create("a", ["packs:read"])
    kept = path.read_text()
    assert text not in kept and text.removeprefix("licet_") not in kept and made.digest in kept
    assert len(text) >= 43, "256 bits"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert text not in json.dumps(made.as_json()) and made.digest not in json.dumps(made.as_json())


def test_another_process_revokes_and_it_is_so_at_once(path: Path) -> None:
    here, there = Tokens(path), Tokens(path)
    made, text = here.create("a", ["packs:read"])
    assert here.find(text) is not None
    ended = there.revoke(made.id)
    assert here.find(text) is None
    assert there.revoke(made.id) == ended, "ended once"
    assert [token.revoked for token in here.all()] == [ended.revoked]


def test_writers_take_turns(path: Path) -> None:
    threads = [
        threading.Thread(target=Tokens(path).create, args=(f"t{number}", ["packs:read"]))
        for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tokens = Tokens(path).all()
    assert {token.name for token in tokens} == {f"t{number}" for number in range(20)}
    assert len({token.id for token in tokens}) == 20


@pytest.mark.parametrize(
    ("name", "scopes", "days", "code"),
    [
        ("a", [], None, "APP-070"),
        ("a", ["choices:write", "everything"], None, "APP-070"),
        ("", ["packs:read"], None, "APP-071"),
        ("a\nb", ["packs:read"], None, "APP-071"),
        ("a" * 101, ["packs:read"], None, "APP-071"),
        ("a", ["packs:read"], -1, "APP-072"),
    ],
)
def test_an_unfit_token_is_not_made(
    path: Path, name: str, scopes: list[str], days: int | None, code: str
) -> None:
    expires = None if days is None else datetime.now(UTC) + timedelta(days=days)
    with pytest.raises(LicetError, match=code):
        Tokens(path).create(name, scopes, expires)
    assert not path.exists()


def test_a_token_of_an_organisation_has_no_scope_that_another_program_knows(path: Path) -> None:
    tokens = Tokens(path)
    made, text = tokens.create("acme's own", ["organisations:write"], organisation="acme")
    found = Tokens(path).find(text)
    assert found == made and found.is_for_organisation("acme") and not found.is_for_organisation("Acme")
    assert not {*found.scopes} & {*SCOPES}
    for organisation, scopes, code in (
        ("acme", ["packs:read"], "APP-233"),
        ("acme", ["organisations:write", "choices:write"], "APP-233"),
        ("", [], "APP-231"),
        ("a\0", [], "APP-231"),
    ):
        with pytest.raises(LicetError, match=code):
            tokens.create("a", scopes, organisation=organisation)
    with pytest.raises(LicetError, match="APP-070"):
        tokens.create("a", ["organisations:write:acme"])
    assert tokens.all() == [made]


def test_what_is_not_there_cannot_be_revoked(path: Path) -> None:
    with pytest.raises(LicetError, match="APP-073"):
        Tokens(path).revoke("1f2e3d4c")


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"licet_tokens": 2, "tokens": []}', '{"licet_tokens": 1, "tokens": [{}]}']
)
def test_a_damaged_file_lets_nobody_in(path: Path, text: str) -> None:
    tokens = Tokens(path)
    _, sent = tokens.create("a", list(SCOPES))
    path.write_text(text)
    with pytest.raises(LicetError, match="APP-075"):
        tokens.find(sent)


def test_a_file_that_others_may_read_lets_nobody_in(path: Path) -> None:
    tokens = Tokens(path)
    _, sent = tokens.create("a", list(SCOPES))
    path.chmod(0o640)
    with pytest.raises(LicetError, match="APP-074"):
        Tokens(path).find(sent)
