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


def test_a_library_is_imported_whole_before_its_parts() -> None:
    """Where two threads import first, who asks for a part of what the other has half imported is given half of it."""
    for name, path in MODULES.items():
        if name.startswith("licet.testing"):
            continue
        whole = set[str]()
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    library, _, part = alias.name.partition(".")
                    assert not part or library not in _HEAVY or library in whole, f"{name}: {alias.name}"
                    whole |= set() if part else {library}
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                library, _, part = node.module.partition(".")
                assert not part or library not in _HEAVY or library in whole, f"{name}: {node.module}"


#: Libraries that take long to import, and import themselves by way of their parts.
_HEAVY = frozenset({"ibis", "pyarrow", "numpy", "pandas", "torch"})
