"""What there is to recommend: the rows of item tables that the policy permits for `recommendation`, followed as they
and the policy change.

An item whose key is not permitted has no name and is not offered. Nor is what not everybody may see, as the table has
it: that a row may be used for recommending says nothing of to whom it may be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from licet.app.recommending.followed_rows import FollowedRows, Moment
from licet.app.recommending.learned_counts import texts_of
from licet.enforce import Access
from licet.enforce.origin import PurposeRef
from licet.enforce.selection import people_columns
from licet.enforce.serving import OwnRows
from licet.sources.catalogue import Catalogue, Table
from licet.terms import SELF

if TYPE_CHECKING:
    from licet.app.core import Core

#: What items and own rows are read for, by the vocabulary's own word.
RECOMMENDING = "recommendation"


#: So many characters of a title, and of each detail, are told.
_MOST_TOLD = 300


class OfferedItem(NamedTuple):
    """details: what is told of it beside its title, by column. text, skills: what it asks for, to be compared.

    people: whose row it is; nobody's where it is about nobody. language: BCP 47; empty where not known.
    name: what it goes by among all that is counted.
    """

    table: str
    key: str
    name: str
    title: str
    details: Mapping[str, str]
    text: str
    skills: tuple[str, ...]
    language: str
    created: datetime | None
    expires: datetime | None
    people: frozenset[str]

    @property
    def told_title(self) -> str:
        """As it is shown: an item of megabytes makes no list of them."""
        return self.title[:_MOST_TOLD]

    def is_open(self, at: datetime) -> bool:
        return self.expires is None or self.expires > at


class OfferedItems:
    """Those of some tables of one workspace. Used by one thread at a time.

    items: by name, in the order of names. version: another number whenever they changed.
    """

    name, learns = "recommend", False

    def __init__(
        self,
        core: Core,
        catalogue: Catalogue,
        columns: Mapping[str, Mapping[str, str]],
        own_of: Callable[[Moment, str, Collection[str]], OwnRows],
        name_of: Callable[[str, str], str] = lambda table, key: key,
    ) -> None:
        """columns: by table and part of an item, such as title, the column that holds it.
        own_of: the permitted rows about one member in some tables, read by themselves.
        name_of: what the item of a table and a key goes by."""
        self._catalogue, self._columns, self._own_of, self._name_of = catalogue, columns, own_of, name_of
        self.items: dict[str, OfferedItem] = {}
        self.version = 0
        self._followed = FollowedRows(core, self, PurposeRef(RECOMMENDING, SELF), catalogue)

    def find(self, key: str, table: str | None) -> OfferedItem | None:
        """The item of a key that is offered. table: None for the first that offers it, in the order of the layout."""
        names = (self._name_of(each, key) for each in self._columns if table in (None, each))
        return next((self.items[name] for name in names if name in self.items), None)

    def asks_for(self) -> Mapping[str, Collection[str]]:
        found = {}
        for name, columns in self._columns.items():
            table = self._catalogue.tables[name]
            roles = (table.key, table.created, table.visibility, *table.subjects)
            found[name] = frozenset((*columns.values(), *(role for role in roles if role is not None)))
        return found

    def bring(self, now: Moment) -> None:
        """As `FollowedRows.bring`; what failed leaves nothing to offer."""
        try:
            self._followed.bring(now)
        except BaseException:
            self.items, self.version = {}, self.version + 1
            raise

    def take(self, access: Access, subjects: frozenset[str] | None) -> None:
        kept = {
            key: item
            for key, item in self.items.items()
            if subjects is not None and not item.people & subjects
        }
        for name in self._columns:
            table = access.tables[name]
            if subjects is not None and table.about_nobody and not table.about_others:
                kept |= {key: item for key, item in self.items.items() if item.table == name}
                continue
            wanted = None if table.about_nobody else subjects
            rows = access.rows(name, subjects=wanted).read_all()
            kept |= self._told(name, rows)
        self.items, self.version = dict(sorted(kept.items())), self.version + 1

    def take_few(self, now: Moment, subjects: Collection[str]) -> None:
        peopled = [name for name in self._columns if self._catalogue.tables[name].subjects]
        if not peopled:
            return
        kept = {key: item for key, item in self.items.items() if not item.people & {*subjects}}
        for member in subjects:
            own = self._own_of(now, member, peopled)
            for name in peopled:
                if name in own.tables:
                    kept |= self._told(name, own.tables[name], frozenset((member,)))
        self.items, self.version = dict(sorted(kept.items())), self.version + 1

    def _told(self, name: str, rows: pa.Table, whose: frozenset[str] | None = None) -> dict[str, OfferedItem]:
        found = _items(name, self._catalogue.tables[name], self._columns[name], rows, self._name_of, whose)
        return {item.name: item for item in found}


def _items(
    name: str,
    table: Table,
    columns: Mapping[str, str],
    rows: pa.Table,
    name_of: Callable[[str, str], str],
    whose: frozenset[str] | None,
) -> Iterator[OfferedItem]:
    """whose: all of the rows; None where they say so themselves."""
    people = people_columns(table.subjects) if whose is None else ()
    for row in rows.to_pylist():
        key = row.get(table.key)
        if key is None or not _is_for_everybody(table, row):
            continue
        said = {part: row.get(column) for part, column in columns.items()}
        details = {
            columns[part]: _text(value)[:_MOST_TOLD]
            for part, value in said.items()
            if part in _SHOWN and value is not None
        }
        text = _text(said.get("text"))
        yield OfferedItem(
            name, str(key), name_of(name, str(key)),
            _text(said.get("title")) or _beginning(text) or str(key), details, text,
            tuple(texts_of(said.get("skills"))), _text(said.get("language")),
            _moment(said.get("created", row.get(table.created))), _moment(said.get("expires")),
            whose or frozenset(one for column in people for one in texts_of(row[column])),
        )  # fmt: skip


def _is_for_everybody(table: Table, row: Mapping[str, Any]) -> bool:
    if table.visibility is None:
        return table.visibility_is == "public" or table.is_about_nobody
    seen_by = str(row.get(table.visibility))
    return table.visibilities.get(seen_by, seen_by) == "public"


_LONGEST_TITLE = 90
#: What of an item is told beside its title.
_SHOWN = ("place", "seniority", "remote", "skills", "language")


def _beginning(text: str) -> str:
    """What stands for a title where there is none: the first words."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_TITLE else line[:_LONGEST_TITLE].rsplit(" ", 1)[0] + " …"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _moment(value: Any) -> datetime | None:
    """A plain timestamp is UTC here, as it is at the gate; a day begins at midnight."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return datetime(value.year, value.month, value.day, tzinfo=UTC) if isinstance(value, date) else None
