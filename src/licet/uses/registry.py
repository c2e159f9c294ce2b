"""Which uses there are: a line each. One is loaded when it is asked for, from the folder of the workspace it is of."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

from licet.terms import UseError
from licet.uses.use import Use

#: Makes a use from what a workspace's folder says of it, such as its recipe.
Opener: TypeAlias = Callable[[Path], Use]

#: By the name of a use what opens it, or the module and the name of that.
USES: dict[str, Opener | str] = {
    "corpus": "licet.uses.corpus.corpus:open_corpus",
    "model": "licet.uses.model.text_model:open_model",
    "adapted": "licet.uses.model.adapted_model:open_adapted",
    "recommend": "licet.uses.recommend.recommend_use:open_recommend",
    "insights": "licet.uses.insights.insights_use:open_insights",
    "people": "licet.uses.people.people_use:open_people",
    "search": "licet.uses.search.search_use:open_search",
    "ads": "licet.uses.ads.audience_use:open_audiences",
}


def open_use(name: str, root: Path) -> Use:
    """A use as the workspace in a folder has it.

    Raises: UseError CORP-213 for a name that no use has; what the use raises where its own files are missing.
    """
    found = USES.get(name)
    if found is None:
        raise UseError(
            "CORP-213", f"there is no use called {name!r}", fix=f"one of: {', '.join(sorted(USES))}"
        )
    if isinstance(found, str):
        module, _, opener = found.partition(":")
        found = getattr(import_module(module), opener)
    made: Use = found(root)
    return made


def in_order(names: set[str], root: Path) -> list[str]:
    """Names of uses, each after those it is derived from, else as they stand here: what costs most comes last."""
    ordered, known = list[str](), list(USES)

    def add(name: str) -> None:
        if name in names and name not in ordered:
            for parent in open_use(name, root).parents:
                add(parent)
            ordered.append(name)

    for name in sorted(names, key=lambda name: (known.index(name) if name in USES else len(known), name)):
        add(name)
    return ordered
