"""`licet tokens`: made once, shown once, listed, revoked; and `--at-least`, which demands that a choice is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import licet
from journeys.command_line import Answer, run_licet
from journeys.networks import make_network, member, post
from journeys.site import site


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("tokens") / "w"
    rows = {"members": [member("ann"), member("ben")], "posts": [post("1", "ann", "the harbour opens")]}
    with make_network(root, rows) as made:
        made.choose("ann", "ai", "off")
    yield root


def tokens(home: Path, *words: str) -> Answer:
    return run_licet("tokens", *words, "-w", home)


def reaches(home: Path, token: str) -> int:
    with site(home) as browser:
        headers = {"Authorization": f"Bearer {token}"}
        return browser.get("/api/v1/subjects/ann/choices", headers=headers).status_code


def test_a_token_is_shown_once_works_is_listed_and_ends_when_it_is_revoked(home: Path) -> None:
    made = tokens(home, "create", "--name", "the settings page", "--scope", "choices:read")
    assert made.status == 0 and "shown this once" in made.err, made.all
    text = made.out.strip()
    assert text.startswith("licet_") and len(made.out.splitlines()) == 1, "standard output is the token alone"
    assert reaches(home, text) == 200
    kept = "".join(file.read_text() for file in home.rglob("*tokens*") if file.is_file())
    assert "the settings page" in kept and text not in kept, "only its digest is kept"

    listed = tokens(home, "list")
    assert "the settings page" in listed.out and text not in listed.out
    (one,) = tokens(home, "list", "--json").json["tokens"]
    assert one["scopes"] == ["choices:read"] and one["revoked"] is None and "token" not in one
    ended = tokens(home, "revoke", one["id"])
    assert ended.status == 0 and "no longer accepted" in ended.out
    assert reaches(home, text) == 401
    (one,) = tokens(home, "list", "--json").json["tokens"]
    assert one["revoked"] is not None


def test_a_token_may_be_made_for_a_program_and_for_a_while(home: Path) -> None:
    words = ("create", "--name", "n", "--scope", "decisions:read", "--scope", "choices:write")
    made = tokens(home, *words, "--expires", "2099-01-01", "--json").json
    assert made["scopes"] == ["decisions:read", "choices:write"] and made["expires"] == "2099-01-01T00:00:00Z"
    assert made["token"].startswith("licet_") and reaches(home, made["token"]) == 403, "it is not for reading"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("create", "--name", "x"), "APP-070"),
        (("create", "--name", "x", "--scope", "everything"), "APP-070"),
        (("create", "--name", " ", "--scope", "choices:read"), "APP-071"),
        (("create", "--name", "x\x1b[2J", "--scope", "choices:read"), "APP-071"),
        (("create", "--name", "x", "--scope", "choices:read", "--expires", "2001-01-01"), "APP-072"),
        (("create", "--name", "x", "--scope", "choices:read", "--expires", "soon"), "APP-010"),
        (("revoke", "00000000"), "APP-073"),
    ],
)
def test_what_cannot_be_made_or_ended_is_said_with_its_code(
    home: Path, words: tuple[str, ...], code: str
) -> None:
    before = tokens(home, "list", "--json").json
    told = tokens(home, *words)
    assert told.status == 2 and code in told.err and told.out == "", told.all
    assert "\x1b" not in told.err.replace("\x1b[2m", "").replace("\x1b[0m", "")
    assert tokens(home, "list", "--json").json == before


def test_no_tokens_are_said_with_the_way_to_one(tmp_path: Path) -> None:
    licet.create(tmp_path / "w").close()
    assert "licet tokens create" in tokens(tmp_path / "w", "list").out


def test_at_least_demands_a_ledger_that_knows_a_choice(home: Path) -> None:
    with licet.open(home) as workspace:
        here = workspace.ledger.position
    asked = ("--purpose", "generative_ai_training", "-w", home)
    for command in (
        ("decide", "--subject", "ann", "--category", "content.posts", *asked),
        ("gate", "show", *asked),
    ):
        assert run_licet(*command, "--at-least", str(here)).status == 0
        refused = run_licet(*command, "--at-least", str(here + 1))
        assert refused.status == 2 and "APP-085" in refused.err and refused.out == "", refused.all
        past = run_licet(*command, "--at-least", str(here), "--position", str(here - 1))
        assert past.status == 2 and "APP-085" in past.err, "an earlier position does not know it"
    told = run_licet(
        "decide", "--subject", "ann", "--category", "content.posts", *asked, "--at-least", str(here), "--json"
    )
    assert told.json["code"] == "refused"
