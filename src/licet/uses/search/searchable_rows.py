"""Permitted rows as what is searched: title, text, and what filters look at, in one schema whatever table they are of.

A row about nobody is its own owner, under a name that tells nothing; a row about a member is theirs. Refused: rows
about several people, which nobody can be shown as one find.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from licet.enforce.access import Access
from licet.enforce.selection import ROW, SHOWN_KEY, people_columns
from licet.terms import UseError
from licet.terms.canonical import canonical_json
from licet.uses.row_buckets import OWNER
from licet.uses.search.search_layout import SearchedKind, SearchLayout

_TEXT = pa.string()
#: remote: null where nobody says. created, expires: UTC. document_id: 32 hex digits. subject: for our books;
#: shown_subject: where its own column permits that it be told.
SEARCHABLE = pa.schema(
    [
        ("document_id", _TEXT), ("kind", _TEXT), (OWNER, _TEXT), ("subject", _TEXT), ("shown_subject", _TEXT),
        ("key", _TEXT), ("title", _TEXT), ("text", _TEXT), ("place", _TEXT), ("seniority", _TEXT),
        ("skills", pa.list_(_TEXT)), ("remote", pa.bool_()), ("created", pa.timestamp("us")),
        ("expires", pa.timestamp("us")),
    ]
)  # fmt: skip
_YES, _NO = ("true", "yes", "1", "remote"), ("false", "no", "0", "onsite", "on-site", "office")


def searchable_rows(
    access: Access, layout: SearchLayout, subjects: Collection[str] | None = None
) -> pa.Table:
    """Everything that may be found; of a table SEARCHABLE. subjects: what is about some people alone.

    Raises: UseError RCMD-102 for a table that is not there or whose rows are about several people; as `Access.rows`.
    """
    made: dict[str, dict[str, Any]] = {}
    for kind, searched in layout.kinds.items():
        table = access.tables.get(searched.table)
        is_unfit = table is None or not (table.about_nobody or table.subjects)
        if is_unfit or not (
            access.tables[searched.table].about_nobody or access.is_about_one(searched.table)
        ):
            raise UseError(
                "RCMD-102",
                f"{kind} are looked for in table {searched.table!r}, and its rows are about nobody and no one person",
                fix="name a table of the catalogue whose rows are about one person each, or that says about: nobody",
            )
        if subjects is None or table.subjects:  # type: ignore[union-attr]
            for row in _rows(access, kind, searched, subjects):
                made.setdefault(row["document_id"], row)
    return pa.Table.from_pylist([made[id_] for id_ in sorted(made)], SEARCHABLE)


def _rows(
    access: Access, kind: str, searched: SearchedKind, subjects: Collection[str] | None
) -> Iterator[dict[str, Any]]:
    about = access.tables[searched.table].subjects
    people = people_columns(about)
    with access.rows(searched.table, list(dict.fromkeys((*searched.columns, *about))), subjects) as batches:
        rows = [row for batch in batches for row in batch.to_pylist()]
    for row in sorted(rows, key=repr) if any(row[ROW] is None for row in rows) else rows:
        subject = row[people[0]] if people else None
        title = _text(row.get(searched.title))
        if title is None or (people and not isinstance(subject, str)):
            continue
        told = {
            "kind": kind, "subject": subject, "key": row[SHOWN_KEY], "title": title,
            "shown_subject": subject if about and row.get(about[0]) is not None else None,
            "text": "\n".join(filter(None, (_text(row.get(column)) for column in searched.text))),
            "place": _text(_of(row, searched.place)), "seniority": _text(_of(row, searched.seniority)),
            "skills": _words(_of(row, searched.skills)), "remote": _flag(_of(row, searched.remote)),
            "created": _moment(_of(row, searched.created)), "expires": _moment(_of(row, searched.expires)),
        }  # fmt: skip
        place = row[ROW] if row[ROW] is not None else repr(sorted(told.items()))
        id_ = _id(access.secret, kind, searched.table, subject, place)
        yield {**told, "document_id": id_, OWNER: id_ if subject is None else subject}


def _id(secret: bytes, *parts: str | None) -> str:
    told = hashlib.blake2b(canonical_json(list(parts)), digest_size=16, key=secret, person=b"licet search")
    return told.hexdigest()


def _of(row: dict[str, Any], column: str | None) -> Any:
    return None if column is None else row.get(column)


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        value = ", ".join(map(str, filter(None, value)))
    return None if value is None or not str(value).strip() else str(value).strip()


def _words(value: Any) -> list[str]:
    parts = value if isinstance(value, list) else str(value or "").replace(";", ",").split(",")
    return list(dict.fromkeys(text for part in parts if (text := str(part or "").strip())))


def _flag(value: Any) -> bool | None:
    told = str(value).strip().lower()
    return True if told in _YES else False if told in _NO else None


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
    return datetime(value.year, value.month, value.day) if isinstance(value, date) else None  # noqa: DTZ001
