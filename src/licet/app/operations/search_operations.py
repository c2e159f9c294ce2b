"""Searching what may be found: `workspace.uses.search`."""

from __future__ import annotations

import functools
from collections.abc import Collection
from typing import TYPE_CHECKING

from licet.app.argument_types import names_wrong_types
from licet.app.core import Core
from licet.app.results import silent
from licet.terms import SELF
from licet.terms.disk_errors import clear_disk_errors

if TYPE_CHECKING:
    from licet.app.searches import Finds, SearchBuilt, SentenceSearch
    from licet.uses.use import Progress


@names_wrong_types
class SearchOperations:
    """Searching what may be found: `workspace.uses.search`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    @functools.cached_property
    def _sentences(self) -> SentenceSearch:
        from licet.app.searches import SentenceSearch

        return SentenceSearch(self._core)

    def is_set_up(self) -> bool:
        """Whether search.yaml says what can be searched."""
        return (self._core.layout.root / "search.yaml").is_file()

    def kinds(self) -> tuple[str, ...]:
        """What is searched for here, such as jobs and people. Raises: UseError RCMD-100, RCMD-101."""
        from licet.uses.search.search_use import open_search

        return tuple(open_search(self._core.layout.root).layout.kinds)

    def build(
        self, *, purpose: str = "recommendation", recipient: str = SELF, progress: Progress = silent
    ) -> SearchBuilt:
        """Make what is searched of all that is permitted now, as `search.yaml` says; drafted where there is none.

        Raises: UseError RCMD-101, RCMD-102, RCMD-106.
        """
        from licet.app import searches

        with clear_disk_errors("building the search"):
            return searches.build(self._core, purpose, recipient, progress)

    def find(
        self,
        kind: str,
        sentence: str,
        *,
        without: Collection[str] = (),
        most: int = 10,
        purpose: str = "recommendation",
        recipient: str = SELF,
        at_least: int | None = None,
    ) -> Finds:
        """The rows of a kind, such as "jobs" or "people", that fit a sentence best, as choices and policy are now.

        without: the ids of chips that are taken off; "words" takes off what is no filter.
        at_least: demand a ledger with so many entries.
        Raises: AppError RCMD-104 where none was built, RCMD-105 where only an update will do, RCMD-107, RCMD-108,
        APP-085; UseError RCMD-103.
        """
        from licet.enforce.origin import PurposeRef

        asked = PurposeRef(purpose, recipient)
        return self._sentences.find(kind, sentence, without, most, asked, at_least)
