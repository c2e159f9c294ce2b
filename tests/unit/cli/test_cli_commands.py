"""The command line: help with an example everywhere, JSON with its promised keys, a terminal nobody can paint."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import licet
from journeys.command_line import run_licet, serves
from journeys.networks import RECIPE, comment, make_network, member, post, write_table
from licet.cli.command_support import printable
from licet.cli.main import app
from licet.terms.moments import parse_moment

DAY = "2025-10-15"
EVIL = "\x1b[2J\x1b]0;owned\x07[bold red]boo[/] [link=https://evil.example]x[/link] \x9b31m\u202e\r"


def commands() -> Iterator[tuple[str, ...]]:
    def below(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for name, one in getattr(command, "commands", {}).items():
            yield from below(one, (*path, name))
        if not hasattr(command, "commands"):
            yield path

    yield from below(typer.main.get_command(app), ())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose members, ids, texts and recipe try to paint the terminal."""
    root = tmp_path_factory.mktemp("cli") / "w"
    rows = {
        "members": [
            member("ann"),
            member("ben", "CH"),
            member(EVIL),
            member("cy", "US"),
            member("[red]", EVIL),
        ],
        "posts": [
            post("1", "ann", "the harbour opens \x1b[2J\x1b]0;owned\x07[bold red]boo[/]"),
            post(EVIL, EVIL, f"said {EVIL}"),
        ],
        "comments": [comment("1", "1", "ben", "aye"), comment("2", "1", "[red]", "nay", 1)],
    }
    with make_network(root, rows, recipe=RECIPE) as workspace:
        workspace.corpus_build(at=parse_moment(DAY))
        workspace.choose(EVIL, "ai", "off")
        workspace.corpus_update()
    return root


#: Those that ask of files and shipped policies alone.
NO_WORKSPACE = {
    ("demo",), ("verify",), ("audit",), ("compare",), ("guide",), ("packs", "diff"), ("packs", "check"),
    ("packs", "watch"), ("packs", "export"), ("packs", "import"), ("packs", "notice"), ("apply",), ("model", "base"),
    ("recipient", "result"), ("recipient", "serve"), ("recipient", "hand"), ("signals", "read"),
    ("ads", "request"),
}  # fmt: skip


@pytest.mark.parametrize("command", list(commands()), ids=" ".join)
def test_every_command_has_help_with_an_example_of_itself(command: tuple[str, ...]) -> None:
    answer = run_licet(*command, "--help")
    assert answer.status == 0 and answer.err == ""
    assert f"Example: licet {' '.join(command)}" in re.sub(r"\s+", " ", answer.out.replace("│", " "))
    assert command in NO_WORKSPACE or "--workspace" in answer.out
    assert "--json" in answer.out


def test_there_are_the_commands_that_the_banner_names() -> None:
    answer = run_licet()
    named = [
        line.split("  ")[1].split()[1:] for line in answer.out.splitlines() if line.startswith("  licet ")
    ]
    known = [" ".join(command) for command in commands()]
    assert len(named) == 9
    for words in named:
        assert any(" ".join(words).startswith(command) for command in known), words


@pytest.mark.parametrize(
    "command", [("gate",), ("corpus",), ("packs",), ("ledger",), ("import",)], ids=" ".join
)
def test_a_group_alone_shows_its_commands(command: tuple[str, ...]) -> None:
    assert "Usage: licet" in run_licet(*command).all


def test_a_word_that_is_no_command_is_told_with_exit_status_2() -> None:
    for words in (("dance",), ("corpus", "dance"), ("choose",), ("corpus", "build", "--speed", "9")):
        answer = run_licet(*words)
        assert answer.status == 2 and answer.out == "" and "Traceback" not in answer.err and answer.err


def test_json_has_the_keys_it_promises(home: Path) -> None:
    def asked(*command: str) -> Any:
        answer = run_licet(*command, "--json", cwd=home)
        assert (answer.status, answer.err) == (0, ""), answer
        assert answer.out.count("\n") == 1, "one document, one line"
        return answer.json

    looked = asked("corpus", "build", "--at", DAY)
    assert looked["inspection"] is True, "of the past"
    built = asked("corpus", "build")
    assert built["inspection"] is False
    updated = asked("corpus", "update")
    for told in (built, updated):
        assert {"snapshot", "name", "root", "how", "why", "documents", "set_aside", "subjects", "held_back", "at",
                "position", "policy", "written"} <= told.keys()  # fmt: skip
        assert all(
            isinstance(code, str) and isinstance(count, int) for code, count in told["held_back"].items()
        )
    assert (built["documents"], updated["documents"]) == (2, 2)
    assert updated["held_back"]["refused"] == 1

    decided = asked("decide", "-s", "cy", "--purpose", "generative_ai_training", "--category", "content.posts",
                    "--at", DAY, "--visibility", "public")  # fmt: skip
    assert {"permitted", "code", "rule", "reason", "would_change", "source"} <= decided.keys()
    assert (decided["permitted"], decided["code"]) == (False, "region_not_covered") and decided[
        "would_change"
    ]
    permitted = asked("decide", "-s", "ann", "--purpose", "generative_ai_training", "--category", "content.posts",
                      "--at", DAY, "--visibility", "public", "--created", "2024-01-01")  # fmt: skip
    assert (permitted["permitted"], permitted["rule"], permitted["would_change"]) == (True, "posts", None)

    listed = asked("corpus", "list")
    assert {
        "snapshot",
        "name",
        "root",
        "at",
        "inspection",
        "position",
        "policy",
        "documents",
        "subjects",
    } == listed[0].keys()
    shown = asked("corpus", "show", built["snapshot"], "--documents", "2")
    assert shown["manifest"]["root"] == built["root"] and len(shown["shown"]) == 2
    difference = asked("corpus", "diff", whole(home))
    assert difference.keys() == {"before", "after", "added", "removed", "changed", "unchanged"}
    assert len(difference["removed"]) == 1
    gate = asked("gate", "show", "--at", DAY)
    assert {
        "purpose",
        "recipient",
        "position",
        "passed",
        "held_back",
        "held_back_detail",
        "columns",
        "unlabelled",
        "pseudonymous",
        "about_nobody",
        "look_alikes",
        "unknown_words",
    } == gate.keys()
    assert gate["unlabelled"]["profiles"] == ["internal"]
    ledger = asked("ledger", "show", "--last", "3")
    assert ledger.keys() == {"size", "root", "entries"} and len(ledger["entries"]) == 3
    assert asked("ledger", "verify")["ok"] is True
    published = asked("ledger", "publish", "--out", str(home / "public"))
    assert published["size"] == ledger["size"] and (home / "public" / "checkpoint").is_file()
    chosen = asked("choose", "-s", "cy", "--setting", "talk", "off", "--category", "content.comments")
    assert {
        "subject", "setting", "category", "value", "entry", "position", "recorded_at", "known", "notes", "record",
        "organisation",
    } == chosen.keys()  # fmt: skip
    assert asked("packs", "list")["in_force"]["pack"] == "harbour"
    assert {"pack", "rules", "settings"} <= asked("packs", "show", "policy.yaml").keys()
    assert asked("packs", "schema")["$schema"]
    used = asked("packs", "use", "policy.yaml")
    assert used["changed"] is False and used["pack"] == "harbour"


def test_exports_are_told_in_json(home: Path, tmp_path: Path) -> None:
    for form in ("parquet", "jsonl", "huggingface", "croissant"):
        told = run_licet("corpus", "export", tmp_path / form, "--format", form, "--json", "-w", home).json
        assert told.keys() == {
            "path",
            "format",
            "documents",
            "files",
            "bytes",
            "left_out",
            "export",
            "lease",
        } and (told["documents"], told["export"]) == (2, None)
        assert sum((tmp_path / form / name).stat().st_size for name in told["files"]) == told["bytes"]
    lines = (tmp_path / "jsonl" / "documents.jsonl").read_text().splitlines()
    assert all(
        json.loads(line).keys() == {"document_id", "kind", "text", "language", "created"} for line in lines
    )


def test_data_cannot_paint_the_terminal(home: Path) -> None:
    """Escape sequences and markup in ids, regions and texts come out as what they are; in a real terminal too."""
    for command in (
        ("corpus", "build", "--at", DAY), ("corpus", "show", "--documents", "9"),
        ("corpus", "diff", whole(home)), ("gate", "show", "--at", DAY), ("ledger", "show"),
        ("decide", "-s", EVIL, "--purpose", EVIL, "--category", "content.posts"),
        ("corpus", "show", EVIL), ("choose", "-s", "ann", "--setting", EVIL, "off"),
    ):  # fmt: skip
        answer = run_licet(*command, cwd=home)
        assert_unpainted(answer.all)
        assert "Traceback" not in answer.err
    shown = run_licet("corpus", "show", whole(home), "--documents", "9", cwd=home).out
    assert "\\x1b[2J" in shown and "[bold red]boo[/]" in shown, "shown, not obeyed and not swallowed"
    error = run_licet("corpus", "show", "[bold]x[/bold]", cwd=home).err
    assert "[bold]x[/bold]" in error


def test_a_real_terminal_is_not_painted_either(home: Path) -> None:
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "licet", "corpus", "show", whole(home), "--documents", "9", "-w", str(home)],
        stdout=slave, stderr=slave, stdin=slave, env={**os.environ, "TERM": "xterm", "COLUMNS": "120"},
    )  # fmt: skip
    os.close(slave)
    said = b""
    try:
        while chunk := os.read(master, 65536):
            said += chunk
    except OSError:  # the other end is closed
        pass
    os.close(master)
    assert process.wait() == 0
    text = said.decode()
    styled = re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r\n", "\n")  # what rich itself may do: colours
    assert_unpainted(styled)
    assert "\\x1b[2J" in styled and "owned" in styled


def test_a_closed_pipe_is_quiet(home: Path) -> None:
    for command in (
        ("corpus", "show", "--documents", "9"),
        ("corpus", "list", "--json"),
        ("packs", "schema"),
        ("--help",),
    ):
        read, write = os.pipe()
        os.close(read)
        process = subprocess.Popen(
            [sys.executable, "-m", "licet", *command, *(("-w", str(home)) if len(command) > 1 else ())],
            stdout=write, stderr=subprocess.PIPE, text=True, cwd=home,
        )  # fmt: skip
        os.close(write)
        _, err = process.communicate()
        assert err == "", (command, err)
        assert process.returncode in (0, 1, 141), command


def test_what_cannot_be_printed_is_made_visible() -> None:
    assert printable("a\x1b[31mb\x00\u202ec\x9b") == "a\\x1b[31mb\\x00\\x202ec\\x9b"
    assert printable("two\nlines, Grüße, 日本") == "two\nlines, Grüße, 日本"


def test_an_import_is_told_and_used(tmp_path: Path) -> None:
    dump = tmp_path / "dump"
    dump.mkdir()
    (dump / "Users.xml").write_text(
        '<users><row Id="4" DisplayName="ann" Location="Berlin, Germany" '
        'CreationDate="2021-05-01T10:00:00.000" AboutMe="Bakes." /></users>'
    )
    (dump / "Posts.xml").write_text(
        '<posts><row Id="1" PostTypeId="1" CreationDate="2021-05-01T10:00:00.000" '
        'Body="&lt;p&gt;Hello&lt;/p&gt;" OwnerUserId="4" Title="Hi" Tags="&lt;x&gt;" /></posts>'
    )
    told = run_licet("import", "stackexchange", dump, "-w", tmp_path / "w", "--json").json
    assert told["rows"]["posts"] == 1 and told["source"] == "stackexchange" and told["notes"]
    assert run_licet("packs", "use", "linkedin_as_reported", "-w", tmp_path / "w").status == 0
    built = run_licet("corpus", "build", "-w", tmp_path / "w", "--json").json
    assert (built.get("documents"), built.get("subjects")) == (2, 1), built
    again = run_licet("import", "stackexchange", dump, "-w", tmp_path / "w", "--json", "--replace")
    assert again.status == 0 and again.json["rows"] == told["rows"]


def test_what_an_import_did_not_read_is_said_first_and_by_the_exit_status(tmp_path: Path) -> None:
    (tmp_path / "Users.xml").write_text(
        '<users>\n<row Id="4" />\n<row Id="5" DisplayName="B" b" />\n</users>'
    )
    (tmp_path / "Posts.xml").write_text(
        '<posts>\n<row Id="1" PostTypeId="1" Body="one&#x0E;" />\n<row Id="2"'
    )
    told = run_licet("import", "stackexchange", tmp_path, "-w", tmp_path / "w")
    assert told.status == 1
    first, user, post, rest, *_ = told.out.splitlines()
    assert first == "Not everything was read:"
    assert user.startswith("· Users.xml, row 2 (") and post.startswith("· Posts.xml, row 2 (")
    assert rest.startswith("· Posts.xml, all after row 2: ") and "cut off" in rest
    again = run_licet("import", "stackexchange", tmp_path, "-w", tmp_path / "w", "--replace", "--json")
    assert again.status == 1 and again.json["rows"]["members"] == again.json["rows"]["posts"] == 1
    assert [piece["name"] for piece in again.json["unread"]] == ["Users.xml", "Posts.xml", "Posts.xml"]


def test_the_demo_tells_its_story_in_words_and_in_json(tmp_path: Path) -> None:
    told = run_licet("demo", "-w", tmp_path / "demo", "--members", "150", "--json")
    assert (told.status, told.err) == (0, "")
    story = told.json
    assert story["day_before"]["documents"] == 0 and story["day_before"]["held_back"]["too_early"] > 500
    assert (story["day_before"]["inspection"], story["first"]["inspection"]) == (True, False)
    assert story["first"]["documents"] > 20 and story["rebuilt_root"] == story["second"]["root"]
    assert (story["before"]["permitted"], story["after"]["code"]) == (True, "refused")
    assert story["difference"]["removed"] and story["ledger"]["holds"] is True
    words = run_licet("demo", "-w", tmp_path / "demo", "--members", "150", "--replace")
    assert (
        words.status == 0
        and "the very same root" in words.out
        and "every hash and signature holds" in words.out
    )
    assert "--purpose ad_sharing --recipient microsoft" in words.out
    for line in (line.strip() for line in words.out.splitlines() if line.startswith("  licet ")):
        suggested = line.split()[1:]
        if suggested[0] == "serve":
            assert serves(suggested, tmp_path), f"the demo suggests what does not work: {line}"
            continue
        assert run_licet(*suggested, cwd=tmp_path).status == 0, (
            f"the demo suggests what does not work: {line}"
        )


def test_the_demo_under_the_networks_own_policy_stops_at_its_own_setting(tmp_path: Path) -> None:
    told = run_licet(
        "demo", "-w", tmp_path / "demo", "--members", "20", "--policy", "exemplum", "--json"
    ).json
    assert told["day_before"]["documents"] == 0 and told["choice"]["setting"] == "learning"
    assert (told["before"]["permitted"], told["after"]["code"]) == (True, "refused")
    assert told["difference"]["removed"] and told["rebuilt_root"] == told["second"]["root"]


def test_the_gate_can_be_looked_through_for_every_purpose(tmp_path: Path) -> None:
    with licet.create(tmp_path / "demo") as workspace:
        workspace.make_demo_world(40)
        workspace.use_pack("linkedin_as_reported")
    answer = run_licet("gate", "show", "--purpose", "recommender_training", "-w", tmp_path / "demo")
    assert answer.status == 0, answer.err
    out, home = tmp_path / "out.puffin", tmp_path / "demo"
    asked = ("gate", "vectors", "posts", "--column", "body", "--out", out, "-w", home)
    told = run_licet(*asked, "--json").json
    with licet.open(tmp_path / "demo") as workspace:
        passed = workspace.gate("generative_ai_training").read("posts").num_rows
    assert told["rows"] - told["held_back"] == passed > 0 and "body" in told["columns"]
    assert out.read_bytes()[:4] == b"PFA1"
    assert "rows of posts are held back" in run_licet(*asked).out
    misspelt = run_licet(*("bodies" if word == "body" else word for word in asked))
    assert misspelt.status == 2 and "GATE-240" in misspelt.err


def whole(home: Path) -> str:
    """The id of the snapshot from before anybody chose: names move when the same is made again, ids do not."""
    with licet.open(home) as workspace:
        return next(ref.id for ref in workspace.corpus_list() if ref.manifest["counts"]["documents"] == 3)


def assert_unpainted(text: str) -> None:
    bad = [c for c in text if not c.isprintable() and c != "\n"]
    assert bad == [], (bad, text[:300])


def test_choices_at_the_command_line_reach_the_next_update(tmp_path: Path) -> None:
    make_network(tmp_path, {"members": [member("ann")], "posts": [post("1", "ann", "hello")]}).close()
    assert run_licet("corpus", "build", "--json", cwd=tmp_path).json["documents"] == 1
    said = run_licet("choose", "-s", "ann", "--setting", "ai", "off", cwd=tmp_path)
    assert said.status == 0 and "ai is off for ann" in said.out
    assert run_licet("corpus", "update", "--json", cwd=tmp_path).json["documents"] == 0
    with licet.open(tmp_path) as workspace:
        (choice,) = workspace.ledger.choices_of("ann")
        assert str(choice.state) == "refused"


def test_the_members_table_may_be_empty(tmp_path: Path) -> None:
    make_network(tmp_path, {}).close()
    write_table(tmp_path, "members", ())
    assert run_licet("corpus", "build", "--json", cwd=tmp_path).json["documents"] == 0
    assert run_licet("corpus", "export", "out", cwd=tmp_path).status == 0


def test_a_choice_for_an_id_the_table_has_not_is_recorded_with_a_word_about_it(tmp_path: Path) -> None:
    with make_network(tmp_path / "w", {"members": [member("Ann")]}):
        pass
    answer = run_licet("choose", "-s", "ann ", "--setting", "ai", "off", cwd=tmp_path / "w")
    assert answer.status == 0 and "has no 'ann ' yet" in answer.out and "'Ann': was that meant?" in answer.out
    assert "yet" not in run_licet("choose", "-s", "Ann", "--setting", "ai", "off", cwd=tmp_path / "w").out
    (tmp_path / "w" / "catalogue.yaml").unlink()
    answer = run_licet("choose", "-s", "ben", "--setting", "ai", "off", cwd=tmp_path / "w")
    assert answer.status == 0 and "cannot be read at present" in answer.out
    with licet.open(tmp_path / "w") as workspace:
        assert [workspace.ledger.choices_of(who)[0].value for who in ("ann ", "Ann", "ben")] == ["off"] * 3
