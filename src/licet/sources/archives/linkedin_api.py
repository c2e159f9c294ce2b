"""LinkedIn's portability interface: the same tables as in its archive, as JSON with the columns' names for keys.

``GET /rest/memberSnapshotData`` answers ``elements[].snapshotData[]``, a page at a time; a file holds one answer or a
list of them. What a page is of says ``snapshotDomain``. Its columns are read with the layouts of the archive. How the
interface hands out its pages, and what it calls them, is about nobody: no record, and no data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from licet.sources.archives.archive_records import (
    LONGEST_PLACE,
    Facts,
    Record,
    Thing,
    count_values,
    filled,
    shown,
    text_at,
)
from licet.sources.archives.json_reader import Element
from licet.sources.dates import read_date
from licet.sources.linkedin.linkedin_csv import fold_word
from licet.sources.linkedin.linkedin_layout import OWN_WORDS, FileLayout, layout_of
from licet.sources.linkedin.sheets import moment_of
from licet.terms.canonical import JsonObject

#: Domains whose tables have another name in the archive; the others have the same.
_DOMAINS = {
    "MEMBER_SHARE_INFO": "Shares", "ALL_COMMENTS": "Comments", "ALL_LIKES": "Reactions", "ALL_VOTES": "Votes",
    "INSTANT_REPOSTS": "InstantReposts", "INBOX": "messages", "LEARNING_COACH_INBOX": "learning_coach_messages",
    "VOLUNTEERING_EXPERIENCES": "Volunteering", "MEMBER_FOLLOWING": "Member_Follows",
    "COMPANY_FOLLOWS": "Company Follows",
    "MEMBER_HASHTAG": "Hashtag_Follows", "ACTOR_SAVE_ITEM": "Saved_Items", "CONTACTS": "ImportedContacts",
    "SEARCHES": "SearchQueries", "SAVED_JOB_ALERTS": "SavedJobAlerts", "LOGIN_HISTORY": "Logins",
    "SECURITY_CHALLENGE_PIPE": "Security Challenges", "WHATSAPP_NUMBERS": "Whatsapp Phone Numbers",
}  # fmt: skip
_UNKNOWN = Thing("unknown_domain", "activity", "no such domain of the portability interface is known")
_DATA, _DOMAIN = "snapshotData", "snapshotDomain"
#: Bookkeeping of the interface.
_ABOUT_PAGES = frozenset(("paging", _DOMAIN, "metadata", "$URN"))


def records(name: str, elements: Iterable[Element]) -> Iterator[Record | Facts]:
    """The rows of every page in the file; what nobody knows of a page is a record of its own."""
    domain = ""
    for element in elements:
        value = element.value
        domain = domain if element.goes_on else ""
        if element.key == "elements" or (element.key is None and _is_page(value)):
            domain = text_at(value, _DOMAIN) or domain
            yield from _page(value, domain)
        elif element.key is None and isinstance(value, dict) and isinstance(value.get("elements"), list):
            for page in value["elements"]:
                yield from _page(page, text_at(page, _DOMAIN))
            yield from _besides({key: inner for key, inner in value.items() if key != "elements"})
        else:
            yield from _besides({element.key or "": value})


def _is_page(value: Any) -> bool:
    return isinstance(value, dict) and (_DATA in value or _DOMAIN in value)


def _page(page: Any, domain: str) -> Iterator[Record | Facts]:
    layout = layout_of(_DOMAINS.get(domain.upper(), domain.replace("_", " "))) if domain else None
    rows = page.get(_DATA) if isinstance(page, dict) else page
    for row in rows if isinstance(rows, list) else [rows]:
        if layout is None or not isinstance(row, dict):
            yield from _besides({domain: row})
            continue
        yield from _facts(layout, row)
        yield _row(layout, row)
    if isinstance(page, dict):
        yield from _besides({key: inner for key, inner in page.items() if key != _DATA})


def _row(layout: FileLayout, row: JsonObject) -> Record:
    record = Record(Thing(layout.table, layout.kind, layout.note))
    count_values(record, row, lambda place, key: layout.label(key))
    record.written = read_date(_cell(row, layout.created))
    if record.written is not None and moment_of(record.written) is None:
        record.is_dated = False
    record.audience = _cell(row, layout.visibility).casefold() or None
    column = OWN_WORDS.get(layout.table)
    if column is not None and layout.kind != "ai_conversation":  # of which the other side is the AI's
        record.words, record.words_kind = _cell(row, column), layout.label(column)
    return record


def _besides(value: JsonObject) -> Iterator[Record]:
    """What nobody knows, counted as that; bookkeeping of the interface is left out."""
    counts = {key: sum(1 for _ in filled(inner)) for key, inner in value.items() if key not in _ABOUT_PAGES}
    if any(counts.values()):
        record = Record(_UNKNOWN)
        record.values = {
            (shown(key)[:LONGEST_PLACE] or "(the value itself)", None): count
            for key, count in counts.items()
            if count
        }
        yield record


def _cell(row: JsonObject, column: str | None) -> str:
    if column is None:
        return ""
    folded = fold_word(column)
    return next((text_at(row, key).strip() for key in row if fold_word(key) == folded), "")


def _facts(layout: FileLayout, row: JsonObject) -> Iterator[Facts]:
    if layout.table != "profile":
        return
    born = read_date(_cell(row, "Birth Date"))
    yield Facts(
        name=" ".join(part for part in (_cell(row, "First Name"), _cell(row, "Last Name")) if part) or None,
        location=_cell(row, "Geo Location") or None,
        born=born.moment.date() if born is not None and born.precision == "day" else None,
    )
