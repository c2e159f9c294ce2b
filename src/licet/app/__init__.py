"""Every operation of licet once, as a method of one object: `licet.open(path)` gives a `Workspace`."""

from licet.app.workspace import Workspace, create, open

__all__ = ["Workspace", "create", "open"]
