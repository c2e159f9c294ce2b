"""What an importer hands back: the tables it made, who the members are, and everything it could not use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

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


class Unread(NamedTuple):
    """Something of a download that nobody read: a file, a row, a stretch of bytes, a part that is not there.

    name:  the file's, or what is missing (``part 1 of 3``).
    what:  how much: ``the whole file``, ``row 17``, ``from byte 65,536 on``.
    why:   one sentence, with what to do where something can be done.
    bytes: how many; None where nobody knows.
    kind:  the kind of data it would have held; None where it may be any.
    """

    name: str
    what: str
    why: str
    bytes: int | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The outcome of an import. `merge_tables` puts `tables` and `facts` into a catalogue.

    counts: rows written, by table.
    notes:  sentences a person should read: what is missing, doubtful, or was left out.
    files:  one outcome a file that was met; nothing is lost silently.
    unread: what of these files nobody read; told before everything else.
    """

    tables: Mapping[str, Table]
    facts: FactsTable
    counts: Mapping[str, int]
    notes: tuple[str, ...]
    files: tuple[FileOutcome, ...]
    unread: tuple[Unread, ...] = ()
