"""Bringing data in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from licet.app.argument_types import names_wrong_types
from licet.app.core import Core
from licet.app.results import Imported
from licet.terms import SELF

if TYPE_CHECKING:
    from licet.enforce.postgres_views import Standing


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

    def import_events(
        self,
        file: str | Path,
        *,
        subject: str,
        item: str,
        category: str,
        time: str | None = None,
        table: str = "events",
        form: str | None = None,
        time_unit: str | None = None,
        at: datetime | None = None,
        items: str | None = None,
        items_are: str | None = None,
        region: str | None = None,
        age: int | None = None,
        replace: bool = False,
        progress: Any = None,
    ) -> Imported:
        """Import a log of who did what to which item when, as a table of events beside those that are there.

        subject, item, time: its columns; `at` instead of `time` where all of it happened at one moment. category: the
        kind of data that it is. items: the table whose key the items are; items_are: where there is none, the kind of
        data of which they are, about nobody, as `organisation.courses`, and those of five members are listed. region,
        age: of all members, where the workspace does not say yet who they are.
        """
        from licet.app import event_log_import
        from licet.sources.event_files import EventColumns
        from licet.sources.event_import import EventLog

        log = EventLog(
            table,
            EventColumns(subject, item, time),
            category,
            form,
            time_unit,
            at,
            items,
            items_are,
            region,
            age,
        )
        return event_log_import.import_events(self._core, Path(file), log, replace, progress)

    def make_demo_world(
        self, members: int = 2000, seed: int = 7, *, replace: bool = False, progress: Any = None
    ) -> Imported:
        """Fill the workspace with a made-up professional network, the same for the same members and seed."""
        from licet.app import data_import

        return data_import.make_demo_world(self._core.layout, members, seed, replace, progress)

    def view_script(
        self, purpose: str, *, recipient: str = SELF, schema: str | None = None, readers: Sequence[str] = ()
    ) -> str:
        """What `refresh_views` would do, as SQL to be read. Raises: GateError GATE-231, GATE-235."""
        from licet.app import gate_views

        return gate_views.view_script(self._core, purpose, recipient, schema, readers)

    def refresh_views(
        self,
        purpose: str,
        *,
        recipient: str = SELF,
        schema: str | None = None,
        readers: Sequence[str] = (),
        hold_seconds: int = 300,
    ) -> Standing:
        """Make a use's part of the tables views in their database, or bring these to now.

        readers: roles that are granted them. hold_seconds: for so long they show what they show, and then nothing.
        Raises: GateError GATE-202 where something was recorded meanwhile, GATE-231 to GATE-238.
        """
        from licet.app import gate_views

        return gate_views.refresh_views(self._core, purpose, recipient, schema, readers, hold_seconds)
