"""Whom members may know: `workspace.uses.people`."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from licet.app.argument_types import names_wrong_types
from licet.app.core import Core
from licet.app.results import silent
from licet.terms.disk_errors import clear_disk_errors

if TYPE_CHECKING:
    from licet.app.people_suggestions import PeopleBuilt, PeopleSuggested, PeopleYouMayKnow
    from licet.uses.use import Progress


@names_wrong_types
class PeopleOperations:
    """Whom members may know: `workspace.uses.people`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    @functools.cached_property
    def _suggestions(self) -> PeopleYouMayKnow:
        from licet.app.people_suggestions import PeopleYouMayKnow

        return PeopleYouMayKnow(self._core)

    def is_set_up(self) -> bool:
        """Whether people.yaml says which edges join people."""
        return (self._core.layout.root / "people.yaml").is_file()

    def build(self, *, progress: Progress = silent) -> PeopleBuilt:
        """Make the graph of all edges that both ends let be learnt from, as `people.yaml` says; drafted where there is
        none. Raises: UseError RCMD-111, RCMD-112, RCMD-113."""
        from licet.app import people_suggestions

        with clear_disk_errors("building the graph of people"):
            return people_suggestions.build(self._core, progress)

    def suggest(self, subject: str, *, most: int = 20, at_least: int | None = None) -> PeopleSuggested:
        """Whom a member may know, best first: of edges that they could see anyhow, as choices and policy are now.

        at_least: demand a ledger with so many entries. Raises: AppError RCMD-104 where no graph was built, RCMD-105
        where only an update will do, RCMD-114, APP-013, APP-085.
        """
        return self._suggestions.suggest(subject, most, at_least)
