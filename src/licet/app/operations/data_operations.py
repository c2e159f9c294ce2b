"""Bringing data in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from licet.app.argument_types import names_wrong_types
from licet.app.core import Core
from licet.app.results import Imported


@names_wrong_types
class DataOperations:
    """Bringing data in."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def import_stackexchange(
        self, folder: str | Path, *, replace: bool = False, progress: Any = None
    ) -> Imported:
        """Import a Stack Exchange dump: a folder with Users.xml, Posts.xml and the others."""
        from licet.app import data_import

        return data_import.import_stackexchange(self._core.layout, Path(folder), replace, progress)

    def import_linkedin(
        self,
        archive: str | Path,
        *,
        subject: str = "me",
        region: str | None = None,
        replace: bool = False,
        progress: Any = None,
    ) -> Imported:
        """Import one member's downloaded archive."""
        from licet.app import data_import

        return data_import.import_linkedin(
            self._core.layout, Path(archive), subject, region, replace, progress
        )

    def make_demo_world(
        self, members: int = 2000, seed: int = 7, *, replace: bool = False, progress: Any = None
    ) -> Imported:
        """Fill the workspace with a made-up professional network, the same for the same members and seed."""
        from licet.app import data_import

        return data_import.make_demo_world(self._core.layout, members, seed, replace, progress)
