"""Every command that an error's way out, another sentence of the program, or a page names is there, with its options.

In a sentence, `licet` is also a name, and a verb may follow it: those that do are listed. In code, a command follows.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from licet.cli.main import app

ROOT = Path(__file__).parents[2]
#: What follows the name where a sentence, or a head of what is signed or hashed, speaks of the program.
SAID_OF_LICET = {
    "acknowledgement", "and", "are", "built", "certificate", "checkpoint", "does", "error", "for", "from",
    "generates", "is", "it", "itself", "knows", "made", "may", "membership", "or", "policy", "pseudonym",
    "puts", "reads", "recipe", "recorded", "removal", "says", "ships", "snapshot", "that", "treats", "use", "waits",
    "was", "works", "write", "writes", "wrote",
}  # fmt: skip
COMMAND = re.compile(r"(?<![\w./@-])(?<!-client-id )licet[ \n]+((?:(?!\blicet )[^`;()#])*)")
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(licet [^`]+(?<! v\d)(?<! \d))`")


def test_every_sentence_of_the_program_names_commands_that_are_there() -> None:
    assert not [wrong for where, text in _sentences() for wrong in _wrong(where, text)]


def test_every_page_names_commands_that_are_there() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    assert not [
        wrong
        for path in pages
        for line in _code_lines(path.read_text())
        for wrong in _wrong(path.name, line, is_code=True)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "licet recipients add NAME --key KEY", "run `licet exports --due`", "licet update --all", "licet corpus make",
        "licet exports feed ID --to X; licet update", "licet model train|forget",
    ],
)  # fmt: skip
def test_what_is_not_there_is_found(text: str) -> None:
    assert [*_wrong("here", text)]


@pytest.mark.parametrize(
    "text",
    [
        "licet reads it", "what licet was", "licet choose --record TABLE KEY off; then licet update, --all of it",
        "licet exports lists them", "licet … build --purpose …", "licet exports feed ID -o FOLDER",
    ],
)  # fmt: skip
def test_what_is_there_and_what_is_no_command_is_passed_over(text: str) -> None:
    assert not [*_wrong("here", text)]


def _code_lines(page: str) -> Iterator[str]:
    for language, code in FENCED.findall(page):
        if language in ("sh", "bash", "console"):
            yield from code.replace("\\\n", " ").split("\n")
    yield from (line.replace("\n", " ") for line in INLINE.findall(FENCED.sub("", page)))


def _wrong(where: str, text: str, is_code: bool = False) -> Iterator[str]:
    for found in COMMAND.finditer(text):
        for line in _alternatives(found[1].split()):
            said = _unknown(line, is_code)
            if said is not None:
                yield f"{where}: licet {' '.join(line[:6])}: {said}"


def _alternatives(words: list[str]) -> Iterator[list[str]]:
    """A line for each of `train|update|list`."""
    place = next(
        (place for place, word in enumerate(words[:2]) if re.fullmatch(r"[a-z-]+(\|[a-z-]+)+\W?", word)), None
    )
    if place is None:
        yield words
    else:
        yield from ([*words[:place], one, *words[place + 1 :]] for one in words[place].strip(".,").split("|"))


def _unknown(words: list[str], is_code: bool) -> str | None:
    """What of a command line there is not."""
    command: Any = typer.main.get_command(app)
    for place, word in enumerate(words):
        name, below = word.strip(".,:'\"’”"), getattr(command, "commands", None)
        if name == "…":
            return None
        if below is None or not re.fullmatch(r"[a-z][a-z-]*", name):
            break
        if name not in below:
            is_prose = command.invoke_without_command if place else name in SAID_OF_LICET
            return None if is_prose and not is_code else f"no {name!r}"
        command = below[name]
        if word != word.rstrip(".,:"):
            return None  # the sentence goes on without it
    line = re.split(r" [|&>] ?|&&|, | then ", " ".join(words))[0]
    known = {option for one in command.params for option in (*one.opts, *one.secondary_opts)} | {"--help"}
    missing = [option for option in OPTION.findall(line) if option not in known]
    return f"no {', '.join(missing)}" if missing else None


def _sentences() -> Iterator[tuple[str, str]]:
    """Every text of the source that somebody is shown, with … for what is filled in."""
    for path in sorted((ROOT / "src").rglob("*.py")):
        tree = ast.parse(path.read_text())
        passed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                passed |= {id(part) for part in node.values}
                parts = (part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
                yield path.name, "".join(map(str, parts))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed:
                yield path.name, node.value
