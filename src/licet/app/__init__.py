"""Every operation of licet once, as a method of one object: `licet.open(path)` gives a `Workspace`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from licet.app.workspace import Workspace, create, open

__all__ = ["Workspace", "create", "open"]


def __getattr__(name: str) -> Any:
    # Loaded when asked for: checking a receipt needs no tables, and starts at once.
    if name in ("Workspace", "create", "open"):
        from licet.app import workspace

        return getattr(workspace, name)
    raise AttributeError(f"module 'licet.app' has no attribute {name!r}")
