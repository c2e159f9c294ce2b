"""Reading an archive for its owner: every file once, a row at a time, with the importer's own bounds and words.

Nothing is written anywhere, not even for a while, and nothing leaves this process.
"""

from __future__ import annotations

from collections.abc import Iterator

from licet.audit.archive_inventory import Recorder, is_of_the_interface
from licet.audit.file_account import missing, read_whole
from licet.audit.inventory import (
    Alike,
    AuditedFile,
    Column,
    Contents,
    Distinctions,
    Owner,
    Words,
    shortened,
)
from licet.sources.archives.archive_kinds import Kind
from licet.sources.dates import WrittenDate, read_date
from licet.sources.download import Download
from licet.sources.import_report import FileOutcome, Progress, Unread
from licet.sources.linkedin.articles import read_article
from licet.sources.linkedin.linkedin_csv import Sheet, fold_word, read_sheet
from licet.sources.linkedin.linkedin_import import FILE_CODES, check_cells
from licet.sources.linkedin.linkedin_layout import ARTICLES, OWN_WORDS, FileLayout, is_article, layout_of
from licet.sources.linkedin.sheets import audience_in, column_position, date_in, full_rows, moment_of
from licet.sources.zip_archive import Entry
from licet.terms import SourceError


def read_contents(
    download: Download, kind: Kind, distinctions: Distinctions, progress: Progress | None = None
) -> Contents:
    """Read a download of a platform.

    Raises: SourceError SRC-041 and SRC-046 for one that turns out not to be what it claims.
    """
    found = Contents([], [], Owner())
    recorder = Recorder(download, kind, distinctions, found)
    # whose archive it is comes first: in a conversation, only the owner's side is the owner's words
    entries = sorted(download.entries(), key=lambda entry: (not _is_profile(entry.name), entry.name))
    total, done, cells = sum(entry.claimed_bytes for entry in entries), 0, 0
    for entry in entries:
        before = len(found.files)
        is_sheet = kind is Kind.LINKEDIN and not is_of_the_interface(entry.name, download)
        outcome = _take(download, entry, distinctions, found) if is_sheet else recorder.take(entry)
        if outcome is not None:
            found.others.append(outcome)
        for file in found.files[before:]:
            # as the importer counts: empty cells cost time, too
            cells += file.rows * max(len(file.columns), 1)
            check_cells(cells, entry.name)
        done += entry.claimed_bytes
        if progress is not None:
            progress(entry.name, done, total)
    found.unread += list(missing(entries, found))
    found.files.sort(key=lambda file: (file.name, file.layout.table))
    return found


def _is_profile(name: str) -> bool:
    layout = layout_of(name)
    return layout is not None and layout.table == "profile"


def _take(archive: Download, entry: Entry, distinctions: Distinctions, found: Contents) -> FileOutcome | None:
    """Count one file into `found`; what became of it where there is nothing to count."""
    name = entry.name
    if entry.is_nested:
        return FileOutcome(name, "nested archive", reason="archives inside the archive are not opened")
    if is_article(name):
        try:
            found.files.append(_article(archive, name, distinctions, found.unread))
        except SourceError as error:
            return _lost(entry, ARTICLES, error, found)
        return None
    layout = layout_of(name) if name.casefold().endswith(".csv") else None
    if layout is None:
        return FileOutcome(name, "not understood", reason="no such file of an export is known")
    try:
        with read_whole(archive, name, found.unread) as file:
            sheet = read_sheet(file, layout.words, name, layout.created, layout.kind)
            counted = None if sheet is None else _count(sheet, layout, name, distinctions, found.owner)
    except SourceError as error:
        return _lost(entry, layout, error, found)
    unread = () if sheet is None else tuple(sheet.unread)
    found.unread += unread
    if unread and (counted is None or counted.rows == 0):
        return FileOutcome(name, "not understood", layout.table, reason=unread[0].why)
    if counted is None or counted.rows == 0:
        return FileOutcome(name, "empty", layout.table, reason="it says that there is nothing")
    found.files.append(counted)
    return None


def _lost(entry: Entry, layout: FileLayout, error: SourceError, found: Contents) -> FileOutcome:
    """A file that could not be read. Raises: the error, where it is the whole download's."""
    if error.code not in FILE_CODES:
        raise error
    found.unread.append(Unread(entry.name, "the whole file", error.line(), entry.claimed_bytes, layout.kind))
    return FileOutcome(entry.name, "not understood", layout.table, reason=error.line())


def _count(
    sheet: Sheet, layout: FileLayout, name: str, distinctions: Distinctions, owner: Owner
) -> AuditedFile:
    file = AuditedFile(name, layout, preamble_cells=len(sheet.preamble))
    file.columns = [Column(cell, layout.label(cell) if cell else None) for cell in sheet.header]
    columns, width = file.columns, len(file.columns)
    created_at, visible_at = (column_position(sheet, word) for word in (layout.created, layout.visibility))
    words_at = column_position(sheet, OWN_WORDS.get(layout.table))
    sender_at = column_position(sheet, "FROM") if layout.kind == "ai_conversation" else None
    for row in full_rows(sheet):
        cells: dict[str | None, int] = {}
        for position, cell in enumerate(row):
            if not cell or cell.isspace():
                continue
            if position < width:
                columns[position].cells += 1
                kind = columns[position].kind
            else:
                file.beyond_cells += 1
                kind = None
            cells[kind] = cells.get(kind, 0) + 1
        written = date_in(row, created_at)
        created = moment_of(written)
        alike = Alike(
            distinctions.audience(audience_in(row, visible_at)), distinctions.era(created), frozenset(cells)
        )
        file.add(alike, cells, written, created, _own(row, words_at, sender_at, columns, written, owner))
        if file.rows == 1:
            _learn(layout.table, sheet, row, owner)
    unknown = [
        column.name or "a column without a name" for column in columns if column.kind is None and column.cells
    ]
    remarks = [f"columns not understood: {', '.join(unknown)}"] if unknown else []
    if file.beyond_cells:
        remarks.append("some rows have more cells than the header")
    file.remark = "; ".join(remarks)
    return file


def _own(
    row: list[str],
    words_at: int | None,
    sender_at: int | None,
    columns: list[Column],
    written: WrittenDate | None,
    owner: Owner,
) -> Iterator[Words]:
    """The owner's own words in a record, if there are any."""
    if words_at is None or words_at >= len(row) or not (text := row[words_at].strip()):
        return
    if sender_at is not None and (owner.name is None or fold_word(row[sender_at]) != fold_word(owner.name)):
        return
    kind = columns[words_at].kind
    if kind is not None:
        yield Words(shortened(text), kind, written)


def _article(archive: Download, name: str, distinctions: Distinctions, unread: list[Unread]) -> AuditedFile:
    with read_whole(archive, name, unread) as opened:
        article = read_article(name, opened, "me")
    unread += article.unread
    row = article.data.to_pylist()[0]
    file = AuditedFile(name, ARTICLES, remark=article.remark)
    cells: dict[str | None, int] = {}
    for column in ("title", "body"):
        held = 1 if row[column] else 0
        file.columns.append(Column(column, article.labels[column], held))
        if held:
            cells[article.labels[column]] = cells.get(article.labels[column], 0) + 1
    created = row["created"]
    written = WrittenDate(created, "day") if created is not None else None
    alike = Alike(None, distinctions.era(created), frozenset(cells))
    body = row["body"]
    words = [Words(shortened(body), ARTICLES.kind, written)] if body else []
    file.add(alike, cells, written, created, iter(words))
    return file


def _learn(table: str, sheet: Sheet, row: list[str], owner: Owner) -> None:
    """Take facts about the owner from the files that hold them."""

    def cell(column: str) -> str | None:
        position = column_position(sheet, column)
        return row[position].strip() or None if position is not None and position < len(row) else None

    if table == "profile":
        names = [part for part in (cell("First Name"), cell("Last Name")) if part]
        owner.name = " ".join(names) or None
        location = cell("Geo Location")
        if location is not None:
            owner.locations.append(location)
        born = read_date(cell("Birth Date"))
        if born is not None and born.precision == "day":
            owner.births.add(born.moment.date())
    elif table == "registration":
        joined = read_date(cell("Registered At"))
        owner.joined = joined.moment if joined is not None else None
