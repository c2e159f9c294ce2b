"""What each advertisement and each member gives to the insights: postings for every skill, and of a member one.

A member contributes one skill, whatever number they have: of those that are asked for often enough, the one that a
keyed hash puts first, so that nobody chooses it and it stays the same. More than that of a member is not kept.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from licet.enforce.access import Access
from licet.enforce.selection import ROW, people_columns
from licet.terms import UseError
from licet.terms.canonical import canonical_json
from licet.uses.insights.insights_layout import InsightsLayout
from licet.uses.row_buckets import OWNER

_TEXT = pa.string()
#: subject: null for a posting. region: as the table has it, null where nothing is said. month: of a posting, 2026-03.
CONTRIBUTIONS = pa.schema(
    [(OWNER, _TEXT), ("subject", _TEXT), ("skill", _TEXT), ("region", _TEXT), ("month", _TEXT)]
)


def postings(access: Access, layout: InsightsLayout) -> pa.Table:
    """A row for each advertisement and skill it asks for. Raises: UseError RCMD-122 for a table that is not about
    nobody; as `Access.rows`."""
    demand = layout.demand
    table = access.tables.get(demand.table)
    if table is None or not table.about_nobody:
        raise UseError(
            "RCMD-122",
            f"what is asked for is counted of advertisements, and the rows of {demand.table!r} are not about nobody",
            fix="name a table of the catalogue that says about: nobody",
        )
    wanted = [column for column in (demand.skill, demand.region, demand.created) if column is not None]
    made, seen = [], Counter[str]()
    with access.rows(demand.table, wanted) as batches:
        rows = [row for batch in batches for row in batch.to_pylist()]
    for row in sorted(rows, key=repr):
        told = [row[ROW], *(repr(row.get(column)) for column in wanted)]
        seen[repr(told)] += 1
        owner = _keyed(access.secret, "posting", *map(str, told), str(seen[repr(told)]))
        month = row.get(demand.created) if demand.created else None
        for skill in _skills(row.get(demand.skill)):
            made.append(
                {OWNER: owner, "subject": None, "skill": skill, "region": _text(row.get(demand.region or "")),
                 "month": month.strftime("%Y-%m") if isinstance(month, date | datetime) else None}
            )  # fmt: skip
    return pa.Table.from_pylist(made, CONTRIBUTIONS)


def told_of(layout: InsightsLayout, asked: pa.Table) -> frozenset[str]:
    """The skills that are told of at all: so many advertisements ask for them, or the layout names them."""
    counts, named = Counter(asked["skill"].to_pylist()), (_skills([skill]) for skill in layout.also)
    often = (skill for skill, postings in counts.items() if postings >= layout.least_postings)
    return frozenset((*often, *(skill for skills in named for skill in skills)))


def members_skills(
    access: Access, layout: InsightsLayout, skills: Collection[str], subjects: Collection[str] | None = None
) -> pa.Table:
    """One row for each member who has any of some skills. subjects: those of some members.

    Raises: UseError RCMD-123 for a table whose rows are not about one member each; as `Access.rows`.
    """
    held, where = layout.held, layout.held.region
    own = _cells(access, held.table, held.skill, subjects)
    if where is None:
        regions: Mapping[str, list[Any]] = {}
    else:
        regions = _cells(access, where.table, where.column, subjects)
    made = []
    for subject in sorted(own):
        known = {skill for value in own[subject] for skill in _skills(value)} & {*skills}
        if known:
            skill = min(known, key=lambda one: _keyed(access.secret, "skill", subject, one))
            told = sorted(filter(None, (_text(value) for value in regions.get(subject, ()))))
            made.append(
                {
                    OWNER: subject,
                    "subject": subject,
                    "skill": skill,
                    "region": told[0] if told else None,
                    "month": None,
                }
            )
    return pa.Table.from_pylist(made, CONTRIBUTIONS)


def _cells(access: Access, name: str, column: str, subjects: Collection[str] | None) -> dict[str, list[Any]]:
    """The permitted values of a column, by member."""
    table = access.tables.get(name)
    if table is None or not table.subjects or not access.is_about_one(name):
        raise UseError(
            "RCMD-123",
            f"what members have is counted of table {name!r}, and its rows are about no one person each",
            fix="name a table of the catalogue with a row for each member",
        )
    (person,) = people_columns(table.subjects)
    found: dict[str, list[Any]] = {}
    with access.rows(name, [column], subjects) as batches:
        for batch in batches:
            for row in batch.to_pylist():
                if row[person] is not None and row.get(column) is not None:
                    found.setdefault(row[person], []).append(row[column])
    return found


def _skills(value: Any) -> list[str]:
    parts = value if isinstance(value, list) else str(value or "").replace(";", ",").split(",")
    return sorted({text for part in parts if (text := " ".join(str(part or "").split()).casefold())})


def _text(value: Any) -> str | None:
    return None if value is None or not str(value).strip() else str(value).strip()


def _keyed(secret: bytes, *parts: str) -> str:
    told = hashlib.blake2b(canonical_json(list(parts)), digest_size=16, key=secret, person=b"licet insights")
    return told.hexdigest()
