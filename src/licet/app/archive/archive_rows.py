"""The rows about one member as they may leave with them, as JSON has them; each names what was left out of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from licet.app.member.record_contents import plain_rows
from licet.app.member.shared_records import own_part
from licet.enforce.engine_choice import engine_for
from licet.enforce.tables import Tables
from licet.sources.catalogue import Catalogue
from licet.terms.canonical import JsonObject

_ROWS_AT_ONCE = 1024


class MemberRows:
    """The rows of one member, table by table, read as they are asked for and never all at once."""

    def __init__(self, catalogue: Catalogue, base: Path, subject: str) -> None:
        """Opens every table about people. Raises: SourceError when one cannot be."""
        self._catalogue, self._subject = catalogue, subject
        self._engine = engine_for(catalogue)
        self._tables = Tables(catalogue, self._engine, base, {}, None)
        about_people = {name: table for name, table in catalogue.tables.items() if table.subjects}
        #: Tables that only exist while a program hands them in.
        self.not_here = tuple(
            name for name, table in about_people.items() if table.location.arrow is not None
        )
        self.names = tuple(name for name in about_people if name not in self.not_here)
        for name in self.names:
            self._tables.content(name)

    def of(self, name: str) -> Iterator[JsonObject]:
        """The rows of one table in a fixed order, each as ``columns`` and the names of what is ``left_out``."""
        table = self._catalogue.tables[name]
        content = self._tables.content(name)
        rows = self._tables.about(name, content, [self._subject])
        with self._engine.reading(f"table {name!r}"):
            for batch in self._engine.batches(rows.order_by(list(rows.columns)), _ROWS_AT_ONCE):
                for row in plain_rows(batch):
                    columns, left_out = own_part(row, table, self._subject)
                    yield {
                        "columns": {name: plain(one) for name, one in columns.items()},
                        "left_out": left_out,
                    }


def plain(value: Any) -> Any:
    """A value of a table as JSON has it; what JSON lacks becomes text."""
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, (Decimal, timedelta)) else value
