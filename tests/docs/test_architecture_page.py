"""The page shows the use that the contract is tried on, as it is, and rooms that there are."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")


def test_the_use_that_the_page_adds_is_the_one_that_keeps_the_contract() -> None:
    lines = (ROOT / "tests/contract/popularity.py").read_text(encoding="utf-8").splitlines()
    assert "\n".join(f"+{line}" for line in lines) in PAGE
    kept = (ROOT / "tests/contract/test_uses.py").read_text(encoding="utf-8")
    shown = PAGE.partition("+++ tests/contract/test_uses.py\n")[2].partition("\n+++ ")[0]
    assert "\n".join(line[1:] for line in shown.splitlines()) in kept
    assert '     "corpus": "licet.uses.corpus.corpus:open_corpus",'.strip() in (
        ROOT / "src/licet/uses/registry.py"
    ).read_text(encoding="utf-8")


def test_every_room_is_on_a_floor() -> None:
    rooms = {path.name for path in (ROOT / "src/licet").iterdir() if (path / "__init__.py").exists()}
    table = [line for line in PAGE.splitlines() if line.startswith("| ")]
    assert rooms - {"testing"} == {room for room in rooms if any(f"`{room}`" in line for line in table)} - {
        "testing"
    }
