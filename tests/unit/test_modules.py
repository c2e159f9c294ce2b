"""The house as its modules show it: a name stands once, and no module imports itself by way of another."""

from __future__ import annotations

import ast
import graphlib
from collections import Counter
from pathlib import Path

import licet

SOURCE = Path(licet.__file__).parents[1]


def _name(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


MODULES = {_name(path): path for path in (SOURCE / "licet").rglob("*.py")}


def _imported(path: Path) -> set[str]:
    """The modules that one names anywhere: at once, when called, or for types alone."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            full = (f"{node.module}.{alias.name}" for alias in node.names)
            found |= {name if name in MODULES else node.module for name in full}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found & MODULES.keys()


def test_a_modules_name_stands_once_in_the_tree() -> None:
    names = Counter(path.stem for path in MODULES.values() if not path.stem.startswith("__"))
    assert [name for name, times in names.items() if times > 1] == []


def test_no_module_imports_itself_by_way_of_another() -> None:
    imports = {name: _imported(path) - {name} for name, path in MODULES.items()}
    assert len(list(graphlib.TopologicalSorter(imports).static_order())) == len(MODULES)
