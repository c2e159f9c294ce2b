"""No module of the room knows itself by way of another, imports for type checkers included."""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path

import licet.decide


def test_no_module_of_decide_imports_itself_by_way_of_another() -> None:
    folder = Path(licet.decide.__file__).parent
    imports: dict[str, set[str]] = {}
    for path in folder.glob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        named = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
        named |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        imports[path.stem] = {
            "__init__" if name == "licet.decide" else name.removeprefix("licet.decide.")
            for name in named
            if name == "licet.decide" or name.startswith("licet.decide.")
        }
    assert {"specification", "evaluator", "explain"} <= {*graphlib.TopologicalSorter(imports).static_order()}
    assert imports["specification"] == {"question"}
