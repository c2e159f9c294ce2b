"""Which permitted rows a use asks for: a description in words, from which no engine, table or query can be reached.

Beside the permitted columns every row carries what a use needs to keep its books, and shows to nobody: see `ROW`,
`SHOWN_KEY` and `people_columns`.
"""

from __future__ import annotations

from typing import NamedTuple

#: Columns beside the permitted ones: a name of the row that is the same at every reading and tells nothing (null where
#: the table has no key), and its key as it may be shown: itself where that is permitted, else a pseudonym.
ROW, SHOWN_KEY = "__licet_row", "__licet_shown_key"
#: Among the columns that a use asks for of a table: those of an event's item and time, by whatever name it has them.
EVENT = "__licet_event"
_PEOPLE = "__licet_people_of_"


def people_columns(subjects: tuple[str, ...]) -> tuple[str, ...]:
    """Where the people of each subject column stand, in the catalogue's order: a text, or a list of texts."""
    return tuple(f"{_PEOPLE}{place}" for place in range(len(subjects)))


class Lookup(NamedTuple):
    """A permitted column of another table about the person a row names first; of several values the least, as text.

    subject: the column of `table` that names whom its row is about.
    """

    table: str
    subject: str
    column: str


class Selection(NamedTuple):
    """Rows of one table.

    columns:  the permitted ones to read; None for all. One that nobody permits is left out.
    subjects: rows about any of these people; None for everybody's.
    group_by: a column whose equal rows belong together: groups come whole, and as text. groups: those wanted besides.
    lookups:  by the name of a column to add, what stands in it; null where a row's first person permits none.
    region:   the name of a column to add, with the region in which that person is, so that telephone numbers and the
              like, as they are written there, can be taken out of their words. Asked no permission for.
    """

    table: str
    columns: tuple[str, ...] | None = None
    subjects: frozenset[str] | None = None
    group_by: str | None = None
    groups: frozenset[str] = frozenset()
    lookups: tuple[tuple[str, Lookup], ...] = ()
    region: str | None = None
