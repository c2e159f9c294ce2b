"""Releases of insights: `workspace.uses.insights`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licet.app.argument_types import names_wrong_types
from licet.app.core import Core
from licet.app.results import silent
from licet.terms.disk_errors import clear_disk_errors

if TYPE_CHECKING:
    from licet.app.insight_releases import Release
    from licet.uses.use import Progress


@names_wrong_types
class InsightOperations:
    """Releases of insights: `workspace.uses.insights`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def is_set_up(self) -> bool:
        """Whether insights.yaml says what releases are made of."""
        return (self._core.layout.root / "insights.yaml").is_file()

    def release(self, *, progress: Progress = silent) -> Release:
        """This month's release: drawn of what is permitted now, or the one there is. It is never made again.

        Raises: UseError RCMD-121, RCMD-122, RCMD-123, RCMD-124; AppError RCMD-127.
        """
        from licet.app import insight_releases

        with clear_disk_errors("making a release of insights"):
            return insight_releases.release(self._core, progress)

    def releases(self) -> list[Release]:
        """All releases, the latest first. Raises: AppError RCMD-127 where one is not as it was published."""
        from licet.app import insight_releases

        return insight_releases.releases(self._core)

    def months(self) -> list[str]:
        """Of which there is a release, the latest first."""
        from licet.app import insight_releases

        return insight_releases.months(self._core)

    def show(self, month: str = "latest") -> Release:
        """One release, such as "2026-03". Raises: AppError RCMD-125, RCMD-127."""
        from licet.app import insight_releases

        return insight_releases.show(self._core, month)
