"""Import of a Stack Exchange dump: a folder of Users.xml, Posts.xml, Comments.xml, Tags.xml and Votes.xml.

Each file becomes one or two stamped Parquet tables. Only what is surely of a kind is labelled; scores and counts
stay unlabelled, and a row whose owner the dump does not name has no subject: nothing is guessed. Rows stream;
memory does not follow the size of the dump.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from licet.sources.catalogue import FactsTable, Location, Table
from licet.sources.import_report import FileOutcome, ImportReport, Progress, Unread
from licet.sources.parquet_files import write_batches
from licet.sources.places import resolve_place
from licet.sources.stackexchange_layout import LAYOUTS, Layout, Row, moment_of
from licet.sources.xml_rows import Mended, read_rows
from licet.terms import SourceError

SOURCE = "Stack Exchange dump"
_BATCH_ROWS = 8192
_NEEDED = ("users.xml", "posts.xml")
#: No rows at all. A file that declares a document type, or names a member twice, makes the whole dump suspect.
_UNREADABLE = frozenset({"SRC-021", "SRC-023"})


#: An id as dumps write it; those of accounts of the system are below zero.
_ID = re.compile(r"0|-?[1-9][0-9]{0,17}")
_PAGE_BITS = 1024
#: Rows that were not read are told one by one up to here, in every file.
_MOST_TOLD = 20


@dataclass(slots=True)
class _Findings:
    """What is counted on the way, for the notes.

    members: a bit for each, by pages, so that neither many nor far apart ones take much memory.
    """

    counts: Counter[str] = field(default_factory=Counter)
    members: dict[int, bytearray] = field(default_factory=dict)
    unread: dict[str, list[Unread]] = field(default_factory=dict)

    def add_member(self, member: str, path: Path) -> None:
        if self.is_member(member):
            raise SourceError(
                "SRC-025",
                f"user {member} is there twice",
                str(path),
                "download the dump again; it is not whole",
            )
        page, bit = divmod(int(member), _PAGE_BITS)
        bits = self.members.setdefault(page, bytearray(_PAGE_BITS // 8))
        bits[bit // 8] |= 1 << bit % 8

    def is_member(self, member: str) -> bool:
        if _ID.fullmatch(member) is None:
            return False
        page, bit = divmod(int(member), _PAGE_BITS)
        return page in self.members and bool(self.members[page][bit // 8] >> bit % 8 & 1)

    def add_unread(self, piece: Unread) -> None:
        told = self.unread.setdefault(piece.name, [])
        if told and told[-1].what == piece.what:  # more of one row without an end
            told[-1] = told[-1]._replace(bytes=(told[-1].bytes or 0) + (piece.bytes or 0))
            return
        if len(told) < _MOST_TOLD or piece.bytes is None:
            told.append(piece)
            return
        more = self.counts[f"{piece.name} more"] = self.counts[f"{piece.name} more"] + 1
        size = (told.pop().bytes or 0) + (piece.bytes or 0) if more > 1 else piece.bytes
        told.append(piece._replace(what=f"{more:,} more rows", bytes=size))


def import_stackexchange(
    folder: Path | str, out_dir: Path | str, progress: Progress | None = None
) -> ImportReport:
    """Read a dump folder and write its tables to `out_dir` as stamped Parquet.

    Users.xml and Posts.xml must be there; others may be missing or unreadable, and the report says so. Tables: members
    (the facts), profiles, posts (questions and answers), wikis, comments, votes, tags, badges. A row that cannot be
    read costs itself, and the report tells of it.

    Raises: SourceError SRC-020 for a folder that is no dump, SRC-021 to SRC-025 for files that cannot be trusted,
    SRC-017 when a table cannot be written. Tables finished before an error stay; the catalogue names none of them
    until the report is merged.
    """
    folder, out_dir = Path(folder), Path(out_dir)
    try:
        present = {path.name.casefold(): path for path in sorted(folder.iterdir()) if path.is_file()}
    except OSError as error:
        raise SourceError(
            "SRC-020", f"the folder cannot be read: {error}", str(folder), "give a folder"
        ) from None
    for needed in _NEEDED:
        if needed not in present:
            raise SourceError(
                "SRC-020",
                f"there is no {needed.capitalize()} here",
                str(folder),
                "unpack the dump's .7z file and give the folder of its XML files",
            )
    findings, tables, counts, outcomes = _Findings(), {}, {}, []
    total = sum(present[layout.file].stat().st_size for layout in LAYOUTS.values() if layout.file in present)
    before = 0
    for name, layout in LAYOUTS.items():
        path = present.get(layout.file)
        if path is None:
            continue
        size = path.stat().st_size
        rows = _rows(path, name, layout, findings, _reporter(progress, path.name, before, total))
        before += size
        target = out_dir / f"{name}.parquet"
        schema = pa.schema([(column, kind) for column, kind, _, _ in layout.columns])
        labels = {column: label for column, _, label, _ in layout.columns}
        try:
            counts[name] = write_batches(target, schema, labels, _batches(rows, layout, schema))
        except SourceError as error:
            if layout.file in _NEEDED or error.code not in _UNREADABLE:
                raise
            why = f"{error.what}; {error.fix}"
            findings.unread[path.name] = [Unread(path.name, "the whole file", why, size)]
            outcomes.append(FileOutcome(path.name, "not understood", name, reason=why))
            continue
        tables[name] = Table(
            location=Location(parquet=str(target.absolute())),
            key=layout.columns[0][0],
            subjects=(layout.subject,) if layout.subject else (),
            created=layout.created,
            visibility_is="public" if layout.is_public else None,
            columns=labels,
            source=SOURCE,
        )
        outcomes.append(FileOutcome(path.name, "imported", name, counts[name]))
    return ImportReport(
        tables=tables,
        facts=FactsTable(table="members", subject="member_id", region="region"),
        counts=counts,
        notes=tuple(_notes(findings.counts, present, tables)),
        files=(*outcomes, *_left_out(present)),
        unread=tuple(piece for told in findings.unread.values() for piece in told),
    )


def _rows(
    path: Path, name: str, layout: Layout, findings: _Findings, on_bytes: Callable[[int], None]
) -> Iterator[Row]:
    """The rows of a file that belong in table `name`, counted on the way."""
    counts = findings.counts
    is_first = next(table for table, each in LAYOUTS.items() if each.file == layout.file) == name
    for row in read_rows(path, on_bytes):
        if isinstance(row, Mended):
            counts["mended rows"] += is_first
            counts["mended characters"] += row.characters * is_first
            continue
        if isinstance(row, Unread):
            if is_first:
                findings.add_unread(row)
            continue
        if not layout.takes(row):
            continue
        if layout.file == "users.xml" and _ID.fullmatch(row.get("Id", "")) is None:
            if is_first:
                findings.add_unread(
                    Unread(path.name, f"a user whose Id is {row.get('Id')!r}", "that is no id", _size(row))
                )
            continue
        if name == "members":
            findings.add_member(row["Id"], path)
            counts["located"] += "Location" in row
            counts["resolved"] += resolve_place(row.get("Location")).region is not None
        elif layout.subject is not None and name != "profiles":
            owner = row.get("OwnerUserId") or row.get("UserId")
            if owner is None:
                counts[f"{name} without owner"] += 1
            elif not findings.is_member(owner):
                counts["owners who are no members"] += 1
            elif row.get("LastEditorUserId", owner) != owner:
                counts["edited by others"] += 1
            counts["community owned"] += "CommunityOwnedDate" in row
        if layout.created is not None and moment_of(row, "CreationDate") is None:
            counts["without date"] += 1
        yield row


def _size(row: Row) -> int:
    """About how many bytes a row has."""
    return sum(len(name) + len(value.encode()) + 4 for name, value in row.items()) + 8


def _batches(rows: Iterator[Row], layout: Layout, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    waiting: list[Row] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == _BATCH_ROWS:
            yield _batch(waiting, layout, schema)
            waiting = []
    if waiting:
        yield _batch(waiting, layout, schema)


def _batch(rows: list[Row], layout: Layout, schema: pa.Schema) -> pa.RecordBatch:
    columns = [pa.array([read(row) for row in rows], kind) for _, kind, _, read in layout.columns]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _reporter(progress: Progress | None, step: str, before: int, total: int) -> Callable[[int], None]:
    def report(done: int) -> None:
        if progress is not None:
            progress(step, min(before + done, total), total)

    return report


def _notes(counts: Counter[str], present: Mapping[str, Path], tables: Mapping[str, Table]) -> Iterator[str]:
    yield f"{counts['resolved']} of {counts['located']} written locations could be resolved to a region"
    for table in ("posts", "wikis", "comments"):
        if number := counts[f"{table} without owner"]:
            yield f"{number} {table} name no owner (the account was deleted); they have no subject"
    if number := counts["owners who are no members"]:
        yield f"{number} rows are owned by accounts that Users.xml does not list"
    if number := counts["edited by others"]:
        yield (
            f"{number} posts were last edited by someone other than their author, and may hold the editor's words;"
            " the author alone counts as subject, and column last_editor_id names the editor"
        )
    if number := counts["community owned"]:
        yield f"{number} posts are community wikis with several authors, of whom the dump names one"
    if number := counts["mended characters"]:
        rows = counts["mended rows"]
        yield f"{number} characters that XML forbids, in {rows} rows, stand as U+FFFD; these rows were read"
    if number := counts["without date"]:
        yield f"{number} rows have no readable date"
    if "votes" in tables:
        yield "votes name their voter only for favourites and bounties; all others have no subject"
    for name in ("comments.xml", "tags.xml", "votes.xml"):
        if name not in present:
            yield f"there is no {name.capitalize()} in this dump"


def _left_out(present: Mapping[str, Path]) -> Iterator[FileOutcome]:
    used = {layout.file for layout in LAYOUTS.values()}
    for name, path in present.items():
        if name not in used:
            reason = "revisions and links are not read" if name.endswith(".xml") else "not a file of a dump"
            yield FileOutcome(path.name, "not imported", reason=reason)
