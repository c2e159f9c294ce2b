"""What an importer hands back: the tables it made, who the members are, and everything it could not use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from licet.sources.catalogue import FactsTable, Table

#: Called now and then with a step's name, and how many bytes of how many are done.
Progress = Callable[[str, int, int], None]

Fate = Literal["imported", "empty", "not understood", "nested archive", "not imported"]


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file of the import.

    rows:   rows taken from it.
    reason: one sentence where it was not simply imported.
    """

    name: str
    fate: Fate
    table: str | None = None
    rows: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The outcome of an import. `merge_tables` puts `tables` and `facts` into a catalogue.

    counts: rows written, by table.
    notes:  sentences a person should read: what is missing, doubtful, or was left out.
    files:  one outcome a file that was met; nothing is lost silently.
    """

    tables: Mapping[str, Table]
    facts: FactsTable
    counts: Mapping[str, int]
    notes: tuple[str, ...]
    files: tuple[FileOutcome, ...]
