"""Articles: one HTML file each, as plain text with its title and the day it was published."""

from __future__ import annotations

import re

import pyarrow as pa

from licet.sources.byte_reader import ByteReader, read_up_to
from licet.sources.dates import read_date
from licet.sources.html_text import plain_text
from licet.sources.import_report import Unread
from licet.sources.linkedin.linkedin_layout import ARTICLES
from licet.sources.linkedin.sheets import SheetTable

LONGEST_ARTICLE_BYTES = 512 * 1024
#: Title and dates stand at the top.
_TOP_CHARACTERS = 16 * 1024
_TITLE = re.compile(r"<(h1|title)\b[^>]{0,1000}>(.{1,2000}?)</\1>", re.IGNORECASE | re.DOTALL)
_PUBLISHED = re.compile(r"published on:?\s{1,3}([^<\n]{4,40})", re.IGNORECASE)


def read_article(name: str, file: ByteReader, subject: str) -> SheetTable:
    """One row. What is not UTF-8 is replaced; an article longer than 512 KiB is cut there; both are told as unread.

    Raises: SourceError as reading the archive does.
    """
    data = read_up_to(file, LONGEST_ARTICLE_BYTES)
    beyond = max(0, len(data) - LONGEST_ARTICLE_BYTES)
    while beyond and (more := file.read(LONGEST_ARTICLE_BYTES)):
        beyond += len(more)
    html = data[:LONGEST_ARTICLE_BYTES].decode("utf-8-sig", "replace")
    replaced = max(0, html.count("\ufffd") - data.count("\ufffd".encode()))
    titles: dict[str, str] = {}
    for match in _TITLE.finditer(html[:_TOP_CHARACTERS]):
        titles.setdefault(match[1].casefold(), plain_text(match[2]))
    published = _PUBLISHED.search(html[:_TOP_CHARACTERS])
    written = read_date(published[1].strip()) if published else None
    row = {
        "member_id": subject,
        "archive_file": name,
        "title": titles.get("h1") or titles.get("title") or None,
        "body": plain_text(html) or None,
        "created": written.moment if written and written.precision in ("moment", "day") else None,
    }
    kinds = {"created": pa.timestamp("us", tz="UTC")}
    table = pa.table(
        {column: pa.array([value], kinds.get(column, pa.string())) for column, value in row.items()}
    )
    own = ("record_id", "member_id", "created", "title", "body")
    labels: dict[str, str | None] = dict.fromkeys(own, "content.articles")
    unread = [
        Unread(name, f"{count:,} bytes {where}", why, count, ARTICLES.kind)
        for count, where, why in (
            (beyond, "after the first 512 KiB", "of an article no more is read"),
            (replaced, "within it", "they are not UTF-8"),
        )
        if count
    ]
    return SheetTable(table, labels, unread=tuple(unread))
