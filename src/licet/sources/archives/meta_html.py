"""The download of Facebook and Instagram in its HTML form, which is the one that Meta sends unless asked for another.

A page is a row of sections, each with a heading, a body and, where it is a record, the moment at its foot. What a page
holds is said by `meta_layout`, as for JSON. Headings are people's names: they say nothing, but for that of Meta's AI,
by which a thread becomes one of which nobody can say. Nothing of the markup survives; a page in which no section is
found is told as unread, with what to ask for instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from licet.sources.archives.archive_records import Facts, Record, Thing
from licet.sources.archives.meta import AI_NAME, Counted, Found, birthday_in, held_together
from licet.sources.archives.meta_layout import MESSAGE_LISTS, NAMED_AI, THREADS, kind_unread, thing_at
from licet.sources.byte_reader import ByteReader
from licet.sources.dates import WrittenDate, read_date
from licet.sources.html_text import plain_text
from licet.sources.import_report import Unread
from licet.terms import SourceError

LONGEST_HTML_BYTES = 128 * 1024**2
_BLOCK_BYTES = 1024**2
#: A section that is longer is cut there, which is told.
LONGEST_SECTION = 1024**2
_ASK = "ask for the download in JSON"
#: What to know of what was read from a page.
REMARK = "read from the HTML form, which says less of who wrote what and when than the JSON form, if you ask for that"
_CLASS = r'\bclass="(?:[^"<>]{0,300}\s)?'
#: What a section begins with: by the name of its style, which changes; else by its element; settings stand in tables.
_SECTIONS = tuple(
    re.compile(begins.encode())
    for begins in (
        r"<(?:div|section)\b[^<>]{0,300}?" + _CLASS + r'(?:_a6-g|_2lej|uiBoxWhite)[\s"]',
        r"<(?:section|article)\b",
        r"<table\b",
    )
)
_FOOT = re.compile(
    r"<footer\b[^<>]{0,300}>|<div\b[^<>]{0,300}?" + _CLASS + r'(?:_a6-o|_2lem|_a72d)[\s"][^<>]{0,300}>'
)
_HEADING = re.compile(
    r"<(h\d|div)\b[^<>]{0,300}?" + _CLASS + r'(?:_a6-h|_2lek)[\s"][^<>]{0,300}>(.{0,2000}?)</\1>', re.DOTALL
)


class _Section(NamedTuple):
    """One section. written: what stands at its foot; has_foot: whether it has one, as a record has."""

    heading: str
    lines: list[str]
    written: WrittenDate | None
    has_foot: bool
    is_cut: bool


def records(name: str, file: ByteReader) -> Iterator[Found]:
    """The records of one page; that it is unread where it is none of Meta's, or built in another way."""
    data, damage = _read(file)
    thing = thing_at(name)
    why = None if thing is not None else "no such file of an export is known"
    if len(data) > LONGEST_HTML_BYTES:
        why = f"the page is larger than {LONGEST_HTML_BYTES // 1024**2} MiB: {_ASK}"
    begun = (list(section.finditer(data)) for section in _SECTIONS)
    starts = [match.start() for match in next((found for found in begun if found), ())]
    if not starts:
        why = why or f"the page is not built as those of this platform are: {_ASK}"
    if thing is None or why is not None:
        yield Unread(name, "the whole file", why or _ASK, len(data), kind_unread(thing))
        return
    sections = [
        _section(data[start:end]) for start, end in zip(starts, [*starts[1:], len(data)], strict=True)
    ]
    if thing.table in ("meta_profile", "meta_place"):
        yield _facts(thing, sections)
    if thing is THREADS and _is_with_ai(sections):
        thing = NAMED_AI
    yield from held_together(MESSAGE_LISTS if thing is THREADS else thing, _counted(thing, sections))
    if damage:
        yield Unread(name, f"from byte {len(data):,} on", damage, None, kind_unread(thing))
    for number, section in enumerate(sections, 1):
        if section.is_cut:
            yield Unread(
                name,
                f"section {number} beyond 1 MiB",
                f"it is longer than any: {_ASK}",
                None,
                kind_unread(thing),
            )


def _read(file: ByteReader) -> tuple[bytes, str]:
    """The bytes of a page, up to where it is damaged or longer than any, and what is wrong with it there."""
    blocks, length = [], 0
    try:
        while length <= LONGEST_HTML_BYTES and (block := file.read(_BLOCK_BYTES)):
            blocks.append(block)
            length += len(block)
    except SourceError as error:
        if error.code != "SRC-041":
            raise
        return b"".join(blocks), error.line()
    return b"".join(blocks), ""


def _section(data: bytes) -> _Section:
    html = data[:LONGEST_SECTION].decode("utf-8", "replace")
    feet = list(_FOOT.finditer(html))
    body = html[: feet[0].start()] if feet else html
    heading = _HEADING.search(body)
    inside = body[: heading.start()] + body[heading.end() :] if heading is not None else body
    below = [read_date(line) for line in _lines(html[feet[0].end() :])] if feet else []
    return _Section(
        plain_text(heading[2]).strip() if heading is not None else "",
        _lines(inside),
        next((written for written in below if written is not None), None),
        bool(feet),
        len(data) > LONGEST_SECTION,
    )


def _lines(html: str) -> list[str]:
    return [line for line in plain_text(html).splitlines() if line.strip()]


def _counted(thing: Thing, sections: list[_Section]) -> Iterator[Counted]:
    """A section with a foot is a record; on a page without any, each section is."""
    has_feet = any(section.has_foot for section in sections)
    for section in sections:
        record = Record(thing, written=section.written)
        parts = (
            ("heading", 1 if section.heading else 0),
            ("text", len(section.lines)),
            ("date", int(section.has_foot)),
        )
        record.values = {(place, thing.kind): count for place, count in parts if count}
        if thing.table == "meta_threads":
            record.audience = "public"
        if thing.kind in ("content.posts", "content.comments"):
            record.words, record.words_kind = " ".join(section.lines), thing.kind
        yield record, section.has_foot or not has_feet


def _is_with_ai(sections: list[_Section]) -> bool:
    """Whether all that was said is of two, and one is called as Meta's AI is; of a group, the others are listed."""
    said = {section.heading.casefold() for section in sections if section.has_foot}
    return AI_NAME in said and len(said) <= 2 and all(section.has_foot for section in sections)


def _facts(thing: Thing, sections: list[_Section]) -> Facts:
    lines = [line.strip() for section in sections for line in section.lines]
    if thing.table == "meta_place":
        return Facts(location=lines[-1] if len(lines) == 2 else None)
    days = {day for line in lines if (day := birthday_in(line)) is not None}
    born = days.pop() if len(days) == 1 else None
    return Facts(born=born, born_unread=born is None)
