"""Whom California's deletion lists name among the members, by the columns that `drop.yaml` says.

Read straight from the catalogued table: no rule of a policy is asked whether somebody may be recognised who asks to be
left alone. Nothing that is read here is kept, and only hashes are compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from licet.enforce.engine_choice import engine_for
from licet.enforce.tables import Tables, require_there
from licet.sources import drop_identifiers as drop
from licet.sources.drop_download import Kind
from licet.terms import SourceError
from licet.uses.layout_file import read_layout

if TYPE_CHECKING:
    from licet.app.core import Core

FILE_NAME = "drop.yaml"


class MatchLayout(BaseModel):
    """table: of the catalogue. subject: the column of ids. The others: columns of what the lists go by, where there are
    any; a list by columns that are not named here matches nobody, and its items stay open."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    licet_drop: Literal[1]
    table: str
    subject: str
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    birth_date: str | None = None
    zip: str | None = None
    vin: str | None = None
    maid: str | None = None
    ctvid: str | None = None

    def columns_of(self, kind: Kind) -> dict[str, str] | None:
        """The columns of a kind of list, by what each is; None where one is not named."""
        named = {what: getattr(self, what) for what in _PARTS[kind]}
        return None if None in named.values() else named


#: What each kind of list is made of, in the order in which it is hashed.
_PARTS: dict[Kind, tuple[str, ...]] = {
    "NDZ": ("first_name", "last_name", "birth_date", "zip"),
    "Email": ("email",),
    "Phone": ("phone",),
    "MAID": ("maid",),
    "NameVIN": ("first_name", "last_name", "vin"),
    "CTVID": ("ctvid",),
}
_WRITTEN: dict[str, Callable[[str], str | None]] = {
    "first_name": drop.name_written, "last_name": drop.name_written, "zip": drop.zip_written,
    "email": drop.email_written, "phone": drop.phone_written, "vin": drop.vin_written, "maid": drop.maid_written,
    "ctvid": drop.ctvid_written,
}  # fmt: skip


class MemberHashes(NamedTuple):
    """subjects: whose each hash is, by kind. unmatchable: by kind, how many have something there that no hash can be
    made of; of them nobody can say that a list does not name them."""

    subjects: Mapping[Kind, Mapping[str, frozenset[str]]]
    unmatchable: Mapping[Kind, int]


def load_layout(core: Core) -> MatchLayout:
    """Raises: SourceError SRC-216 where the file is not there, or makes no sense."""
    path = core.layout.root / FILE_NAME
    found = read_layout(MatchLayout, path)
    if isinstance(found, MatchLayout):
        return found
    why = "it is not there" if found is None else found
    raise SourceError(
        "SRC-216",
        f"nobody can be matched without the columns that lists go by: {why}",
        str(path),
        "write there table:, subject: and the columns: docs/deliveries.md shows how",
    )


def member_hashes(core: Core, layout: MatchLayout, kinds: frozenset[Kind]) -> MemberHashes:
    """Of all members. Raises: SourceError where the table or a column is not there."""
    catalogue, engine = core.catalogue, engine_for(core.catalogue)
    tables = Tables(catalogue, engine, core.layout.root, {}, None)
    content = tables.content(layout.table)
    wanted = {kind: named for kind in sorted(kinds) if (named := layout.columns_of(kind)) is not None}
    columns = {layout.subject, *(column for of_kind in wanted.values() for column in of_kind.values())}
    require_there(layout.table, columns, content.columns)
    found: dict[Kind, dict[str, set[str]]] = {kind: defaultdict(set) for kind in wanted}
    unmatchable: dict[Kind, int] = dict.fromkeys(wanted, 0)
    with engine.reading(f"table {layout.table!r}"):
        for batch in engine.batches(content.select(*sorted(columns))):
            for row in batch.to_pylist():
                subject = row[layout.subject]
                if subject is None:
                    continue
                for kind, of_kind in wanted.items():
                    values = {what: row[column] for what, column in of_kind.items()}
                    if any(value in (None, "") for value in values.values()):
                        continue
                    hashed = _hash(values)
                    if hashed is None:
                        unmatchable[kind] += 1
                    else:
                        found[kind][hashed].add(str(subject))
    return MemberHashes(
        {kind: {hashed: frozenset(ids) for hashed, ids in by.items()} for kind, by in found.items()},
        unmatchable,
    )


def _hash(values: dict[str, Any]) -> str | None:
    written = [_written(what, value) for what, value in values.items()]
    if len(written) > 1:
        return drop.composite_hash(*written)
    return None if written[0] is None else drop.drop_hash(written[0])


def _written(what: str, value: Any) -> str | None:
    if what != "birth_date":
        return _WRITTEN[what](str(value))
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value.strip()[:10])
        except ValueError:
            return None
    if isinstance(value, datetime):
        value = value.date()
    return drop.birth_date_written(value) if isinstance(value, date) else None
