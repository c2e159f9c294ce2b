"""A Reddit data request: CSV files with a header each, known by it. What people wrote to one another is private.

The date of birth is read where the file has it; where somebody lives stands in no file of the request.
"""

from __future__ import annotations

from collections.abc import Iterator

from licet.sources.archives.archive_records import Facts, Record, Thing, shown
from licet.sources.archives.reddit_layout import file_at
from licet.sources.byte_reader import ByteReader
from licet.sources.dates import read_date
from licet.sources.import_report import Unread
from licet.sources.linkedin.linkedin_csv import read_sheet


def records(name: str, file: ByteReader) -> Iterator[Record | Facts | Unread]:
    """The rows of one file.

    Raises: SourceError SRC-052 as `read_sheet` does, and what reading the archive raises.
    """
    layout = file_at(name)
    assert layout is not None
    sheet = read_sheet(file, tuple(sorted(layout.known)), name, layout.created, layout.kind)
    if sheet is None:
        return
    columns = [cell.casefold() for cell in sheet.header]
    thing = Thing(layout.table, layout.kind, layout.note)
    for row in sheet.rows:
        record = Record(thing)
        values: dict[str, str] = {}
        for position, cell in enumerate(row):
            if not cell or cell.isspace():
                continue
            column = columns[position] if position < len(columns) else "(beyond the header)"
            key = (shown(column) or "(a column without a name)", layout.label(column))
            record.values[key] = record.values.get(key, 0) + 1
            values.setdefault(column, cell.strip())
        if layout.created is not None:
            record.written = read_date(values.get(layout.created))
        if layout.written is not None:
            record.words, record.words_kind = values.get(layout.written, ""), layout.kind
        born = read_date(values.get("verified_birthdate") or values.get("birthdate"))
        if layout.table == "reddit_birthdate" and born is not None and born.precision in ("day", "moment"):
            yield Facts(born=born.moment.date())
        if layout.table == "reddit_statistics" and values.get("statistic") == "account name":
            yield Facts(name=values.get("value"))
        yield record
    yield from sheet.unread
