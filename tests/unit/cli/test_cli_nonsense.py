"""Whatever is typed or handed in, the command line says what is wrong with a code: none of it is a fault of licet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import licet
from journeys.networks import RECIPE, make_network, member, post
from licet.cli.main import app
from licet.terms import AppError

NUMBERS = (str(2**70), "-5", "9" * 400)
DAYS = (
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "10000-01-01",
    "٢٠٢٥-٠١-٠١",
    "2025-02-30",
    "\x00",
    "",
)
WORDS = ("\ud800", "\x00", "", "a" * 5000, "../../etc/passwd")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("nonsense") / "w"
    rows = {"members": [member("ann")], "profiles": [], "posts": [post("p", "ann", "hello")], "messages": []}
    make_network(root, rows, recipe=RECIPE).close()
    return root


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Files that are none of what is asked for, and paths that lead to none."""
    folder = tmp_path_factory.mktemp("files")
    for name, content in {
        "bytes": bytes(range(256)) * 10, "empty": b"", "deep": b"[" * 100_000, "number": b"9" * 5_000,
        "surrogate": b'{"a": "\\ud800"}', "nul": b'a: "\\0"', "alias": b"a: &a [*a]",
    }.items():  # fmt: skip
        (folder / name).write_bytes(content)
    (folder / "folder").mkdir()
    paths = [str(path) for path in sorted(folder.iterdir())]
    return [*paths, str(folder / "missing"), str(folder / "bytes" / "below"), "a" * 5000, "/dev/null", "\x00"]


def told(*command: str) -> None:
    answer = CliRunner().invoke(app, [*command])
    assert answer.exception is None or isinstance(answer.exception, SystemExit), (command, answer.exception)
    assert answer.exit_code in (0, 1, 2) and "APP-099" not in answer.output, (command, answer.output)
    assert "Traceback" not in answer.output


def _of_files(file: str, root: str) -> Iterator[list[str]]:
    here = ["-w", root]
    for command in ("lint", "show", "import", "drift"):
        yield ["packs", command, file]
    yield from (["packs", "diff", file, "linkedin_official"], ["packs", "use", file, *here], ["audit", file])
    yield from (["verify", file, "--key", file], ["guide", file], ["compare", file], ["whatif", file, *here])
    yield from (["import", kind, file, *here] for kind in ("stackexchange", "linkedin", "choices"))
    yield from (["corpus", "build", "--recipe", file, *here], ["ledger", "verify", "--against", file, *here])
    yield ["packs", "list", "-w", file]


def test_files_of_no_kind_are_told_by_every_command(files: list[str], root: Path) -> None:
    for file in files:
        for command in _of_files(file, str(root)):
            told(*command)


def test_numbers_days_and_words_of_no_kind_are_told(root: Path) -> None:
    here = ["-w", str(root)]
    asked = [
        "decide",
        "--subject",
        "ann",
        "--purpose",
        "generative_ai_training",
        "--category",
        "content.posts",
        *here,
    ]
    for number in NUMBERS:
        for option in ("--position", "--at-least"):
            told(*asked, option, number)
        told("gate", "counts", "--purpose", "generative_ai_training", "--position", number, *here)
        told("receipt", number, *here)
    for day in DAYS:
        told(*asked, "--at", day)
        told("guide", "linkedin_official", "--region", "CH", "--on", day)
        told("packs", "impact", "linkedin_as_reported", "linkedin_official", "--from", day, *here)
        told("tokens", "create", "a name", "--expires", day, "--scope", "packs:read", *here)
    for word in WORDS:
        told("decide", "--subject", word, "--purpose", word, "--category", word, *here)
        told("choose", "--subject", word, "--setting", word, "off", *here)
        told("tokens", "create", word, "--scope", word, *here)
        told("compare", "--region", word)


def test_a_path_that_no_system_opens_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(AppError, match="APP-214"):
        licet.open(tmp_path / ("a" * 5000))
