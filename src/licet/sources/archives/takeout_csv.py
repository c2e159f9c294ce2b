"""Google Takeout's tables of YouTube: comments, chats, playlists and whom one follows, known by their headers.

Other tables of Takeout are not guessed at: what no header is known of is told as unread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from licet.sources.archives.archive_records import Record, Thing
from licet.sources.byte_reader import ByteReader
from licet.sources.import_report import Unread
from licet.sources.linkedin.linkedin_csv import fold_word, read_sheet
from licet.sources.linkedin.sheets import column_position, date_in, full_rows
from licet.terms import SourceError


class _Form(NamedTuple):
    """A table: what its rows are, the column that says when each was made, and all its columns, the first of all."""

    thing: Thing
    created: str | None
    words: tuple[str, ...]


_COMMENTS = Thing("youtube_comments", "content.comments")
_FORMS = (
    _Form(_COMMENTS, "Comment Create Timestamp", (
        *("Comment ID", "Comment Text", "Comment Create Timestamp", "Channel ID", "Price", "Parent Comment ID"),
        *("Video ID", "Post ID", "Top-Level Comment ID"),
    )),
    _Form(_COMMENTS, "Live Chat Create Timestamp", (
        *("Live Chat ID", "Live Chat Text", "Live Chat Create Timestamp", "Channel ID", "Price", "Video ID"),
    )),
    _Form(Thing("youtube_follows", "activity.follows"), None, ("Channel Id", "Channel Url", "Channel Title")),
    _Form(Thing("youtube_playlists", "activity.saved"), "Playlist Video Creation Timestamp", (
        *("Video ID", "Playlist Video Creation Timestamp"),
    )),
)  # fmt: skip


def is_known(start: bytes) -> bool:
    """Whether a file that starts so is one of these tables."""
    return (
        _form(start.decode("utf-8", "replace").removeprefix("\ufeff").partition("\n")[0].split(","))
        is not None
    )


def _form(header: Iterable[str]) -> _Form | None:
    folded = {fold_word(cell) for cell in header}
    return next((form for form in _FORMS if {fold_word(word) for word in form.words[:2]} <= folded), None)


def records(name: str, file: ByteReader) -> Iterator[Record | Unread]:
    """The rows of one of these tables, and what of it could not be read. Raises what reading the sheet raises."""
    sheet = read_sheet(file, (), name)
    if sheet is None:
        return
    if (form := _form(sheet.header)) is None:
        raise SourceError(
            "SRC-052", "no row reads like this file's header", name,
            "check the file; a localised or newer export may use other words",
        )  # fmt: skip
    sheet.rows.begin(list(sheet.header), form.created)
    known = {fold_word(word) for word in form.words}
    kinds = [form.thing.kind if fold_word(cell) in known else None for cell in sheet.header]
    created = column_position(sheet, form.created)
    for row in full_rows(sheet):
        record = Record(form.thing, written=date_in(row, created))
        for number, cell in enumerate(row):
            if cell.strip():
                within = number < len(kinds)
                key = (
                    sheet.header[number] if within else "(beyond the header)",
                    kinds[number] if within else None,
                )
                record.values[key] = record.values.get(key, 0) + 1
        yield record
    yield from (piece._replace(kind=form.thing.kind) for piece in sheet.unread)
