"""docs/errors.md lists every error code of the source, and a test triggers every one.

The table is read off the source: run with LICET_GOLDEN=write to write it anew.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "errors.md"
CODE = re.compile(r"(PACK|LEDG|STOR|SRC|GATE|CORP|MODL|DLVR|RCMD|ADS|RPT|APP)-\d{3}")

ROOMS = {
    "LEDG": "The ledger",
    "STOR": "The store",
    "SRC": "Tables and importers",
    "GATE": "The gate",
    "CORP": "The corpus",
    "MODL": "The model",
    "DLVR": "Copies that left",
    "RCMD": "Recommendations, people, search and insights",
    "ADS": "Advertisements",
    "RPT": "Reports",
    "APP": "The workspace",
}

#: Sentences that the source puts together from parts and that cannot be read off it: what, how to mend it.
SAID_ELSEWHERE = {
    "STOR-005": ("", "wait for it or stop it; off a local disk, break_lock() when it is surely dead"),
    "SRC-006": ("a location names no place, or two", "write one place, such as parquet: posts.parquet"),
    "SRC-007": (
        "the catalogue names a kind of data, a column or a key that there is not",
        "use the word it suggests, or one of the vocabulary",
    ),
    "SRC-009": ("a key stands twice", "keep one"),
    "SRC-173": (
        "this is a download of …, which licet does not read; or a spreadsheet that was saved again",
        "read the guide that it names, or give a download of LinkedIn, OpenAI, Meta, Google, X, Reddit or Anthropic",
    ),
    "SRC-190": (
        "table … says what its rows are, which format 1 cannot",
        "write licet_catalogue: 2, which reads all that 1 does",
    ),
    "SRC-191": (
        "a table about nobody names people, or holds what people wrote to one another",
        "take `about` out and name the people under subjects, or leave them out of the catalogue",
    ),
    "SRC-193": (
        "a table refers to one that is not there or has no key, or what it refers to leads back to it",
        "name a column that holds the key of another table, and leave out the one that leads back",
    ),
    "SRC-203": (
        "what is said of a log of events is unknown, or does not fit together: kind of data, table, moment, columns",
        "say what the sentence names: --category, --table, --time or --at, --time-unit",
    ),
    "SRC-192": (
        "what a table says its rows are contradicts itself: an event, an edge or a role",
        "write it as the documentation of the catalogue shows",
    ),
    "SRC-217": (
        "the address of a database is none, or holds a password, which a catalogue would keep",
        "write url: env:NAME, or postgresql://user@host:5432/database without a password",
    ),
    "SRC-219": (
        "cannot read …: the database does not answer, or refuses the role",
        "start it, or correct the address, the role or its password",
    ),
    "SRC-220": (
        "cannot read …: the role may not, or is shown only some of the rows",
        "GRANT it SELECT, USAGE on the schema and TEMPORARY on the database, on the primary server, past row security",
    ),
    "SRC-221": (
        "cannot read …: a value, or the table, is not what it was read as",
        "correct the data or the catalogue, or name a view of the table that leaves such values out",
    ),
}

HEAD = """# Errors

An error is one line: a code, what went wrong, where, and how to mend it; `--json` gives the same four. The
command ends with exit status 2. A deny is not an error: it is an answer with a code of its own (`licet decide`).

This page is read off the source by a test. `…` stands for what differs from case to case. The errors of
policies (PACK-001 and on) and the findings of `licet packs lint` are in [packs.md](packs.md).
"""


def test_every_error_is_documented() -> None:
    page = _page()
    assert "|  |" not in page, "an error without a sentence or a way to mend it"
    if os.environ.get("LICET_GOLDEN") == "write":
        PAGE.write_text(page)
    assert PAGE.read_text() == page, (
        "run LICET_GOLDEN=write pytest tests/docs/test_errors.py and read the difference"
    )


def test_every_error_of_a_policy_is_in_its_page() -> None:
    page = (ROOT / "docs" / "packs.md").read_text()
    assert not [code for code in _errors() if code.startswith("PACK") and code not in page]


def test_every_error_is_triggered_by_a_test() -> None:
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__))
    missing = sorted(code for code in _errors() if code not in tests)
    assert not missing


def _page() -> str:
    found = _errors()
    parts = [HEAD]
    for prefix, room in ROOMS.items():
        codes = sorted(code for code in found if code.startswith(prefix))
        if not codes:
            continue
        parts.append(f"\n## {room}\n\n| code | what | how to mend it |\n|---|---|---|\n")
        parts += [f"| {code} | {_cell(found[code][0])} | {_cell(found[code][1])} |\n" for code in codes]
    return "".join(parts)


def _cell(texts: list[str]) -> str:
    return "; or ".join(dict.fromkeys(text for text in texts if text)).replace("|", "\\|").replace("\n", " ")


def _errors() -> dict[str, tuple[list[str], list[str]]]:
    """Code to the things said with it: what went wrong, and how to mend it."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        for code, what, fix in _calls(ast.parse(path.read_text())):
            whats, fixes = found.setdefault(code, ([], []))
            other_what, other_fix = SAID_ELSEWHERE.get(code, ("", ""))
            whats.append(other_what or what)
            fixes.append(other_fix or fix)
    return dict(sorted(found.items()))


def _calls(tree: ast.AST) -> Iterator[tuple[str, str, str]]:
    for node in ast.walk(tree):
        parts: list[ast.expr] = []
        named: dict[str, ast.expr] = {}
        if isinstance(node, ast.Call):
            parts, named = list(node.args), {word.arg: word.value for word in node.keywords if word.arg}
        elif isinstance(node, ast.Tuple):
            parts = list(node.elts)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.Return) and isinstance(
            node.value, ast.Constant
        ):
            parts = [node.value]
        place = next((n for n, part in enumerate(parts) if _is_code(part)), None)
        if place is None:
            continue
        texts = [_text(part) for part in parts[place + 1 :]]
        sentences = [text for text in texts if " " in text]
        what = _text(named["what"]) if "what" in named else (sentences[0] if sentences else "")
        fix = _text(named["fix"]) if "fix" in named else (sentences[-1] if len(sentences) > 1 else "")
        code = parts[place]
        assert isinstance(code, ast.Constant)
        yield str(code.value), what, fix


def _is_code(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(CODE.fullmatch(node.value))


def _text(node: ast.expr) -> str:
    """The text of a literal, with … for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
    if isinstance(node, ast.BinOp):
        return _text(node.left) + _text(node.right)
    if isinstance(node, ast.IfExp):
        return _text(node.body)
    return ""
