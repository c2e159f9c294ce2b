"""Import of a LinkedIn "Get a copy of your data" archive: one person's own data, every file accounted for.

Each known file becomes a stamped Parquet table; one that is not understood is listed in the report with the
reason. Private messages are labelled as such and stay out of every training use. A hostile archive is refused
whole; a damaged file in an honest one only loses itself.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

from licet.sources.catalogue import FactsTable, Location, Table
from licet.sources.dates import read_date
from licet.sources.download import Download, open_download
from licet.sources.import_report import FileOutcome, ImportReport, Progress, Unread
from licet.sources.linkedin.articles import read_article
from licet.sources.linkedin.linkedin_csv import read_sheet
from licet.sources.linkedin.linkedin_layout import ARTICLES, FileLayout, is_article, layout_of
from licet.sources.linkedin.sheets import SheetTable, sheet_table
from licet.sources.parquet_files import write_table
from licet.sources.places import resolve_place
from licet.sources.zip_archive import Entry, Limits
from licet.terms import SourceError
from licet.terms.regions import is_region

SOURCE = "LinkedIn archive"
_MOMENT = pa.timestamp("us", tz="UTC")
#: Names listed in one note; the report's files list them all.
_MOST_NAMED = 20
#: Cells of all files together: many times what people have, and still little enough for memory.
MOST_CELLS = 50_000_000
#: What is wrong with one file; whatever else is wrong is wrong with the archive.
FILE_CODES = frozenset({"SRC-041", "SRC-052", "SRC-053"})


@dataclass(slots=True)
class _Findings:
    """What the archive's own files say about its owner, and what there was."""

    location: str | None = None
    birth_date: date | None = None
    joined: datetime | None = None
    parts: dict[str, list[SheetTable]] = field(default_factory=dict)
    layouts: dict[str, FileLayout] = field(default_factory=dict)
    outcomes: list[FileOutcome] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    damage: SourceError | None = None
    cells: int = 0


def import_linkedin(
    zip_path: Path | str,
    out_dir: Path | str,
    progress: Progress | None = None,
    *,
    subject: str = "me",
    region: str | None = None,
    limits: Limits | None = None,
) -> ImportReport:
    """Read an archive, or its folder, and write its tables to `out_dir` as stamped Parquet, of the owner.

    subject: the owner's id in the catalogue.
    region:  the owner's region (``CH``, ``US-CA``); when None, what the profile's location resolves to, if anything.
    Raises: SourceError SRC-040 to SRC-046 for an archive that cannot be trusted, SRC-047 for a `region` that is no
    region, SRC-048 when nothing in it is known (SRC-041 when all that is known is damaged), SRC-017 when a table
    cannot be written.
    """
    # late: whose a download is shows in this package's own layouts
    from licet.sources.archives.archive_kinds import Kind
    from licet.sources.archives.whose_download import part_of

    if region is not None and not is_region(region):
        raise no_region(region)
    findings = _Findings()
    with open_download(zip_path, limits) as download:
        found = part_of(Kind.LINKEDIN, download, zip_path)
        archive, entries = found.download, found.download.entries()
        findings.unread += found.unread
        findings.outcomes += found.others
        findings.outcomes += (
            FileOutcome(each.name, "not understood", reason=each.why) for each in found.unread
        )
        total, done = sum(entry.claimed_bytes for entry in entries), 0
        for entry in entries:
            findings.outcomes.append(_take(archive, entry, subject, findings))
            done += entry.claimed_bytes
            if progress is not None:
                progress(entry.name, done, total)
    if not findings.parts:
        raise findings.damage or no_export(zip_path)
    return _write(findings, Path(out_dir), subject, region)


def _take(archive: Download, entry: Entry, subject: str, findings: _Findings) -> FileOutcome:
    """Read one file of the archive into `findings`, and say what became of it."""
    name = entry.name
    if entry.is_nested:
        return FileOutcome(name, "nested archive", reason="archives inside the archive are not opened")
    layout = ARTICLES if is_article(name) else layout_of(name) if name.casefold().endswith(".csv") else None
    if layout is None:
        return FileOutcome(name, "not understood", reason="no such file of an export is known")
    try:
        with archive.open(name) as file:
            if layout is ARTICLES:
                return _keep(findings, ARTICLES, name, read_article(name, file, subject))
            sheet = read_sheet(file, layout.words, name, layout.created, layout.kind)
            table = None if sheet is None else sheet_table(sheet, layout, name, subject)
    except SourceError as error:
        if error.code not in FILE_CODES:
            raise
        if error.code == "SRC-041":
            findings.damage = error
        return FileOutcome(name, "not understood", layout.table, reason=error.line())
    if table is not None and table.data.num_rows == 0 and table.unread:
        findings.unread += table.unread
        return FileOutcome(name, "not understood", layout.table, reason=_told(table.unread))
    if table is None or table.data.num_rows == 0:
        return FileOutcome(name, "empty", layout.table, reason="it says that there is nothing")
    _learn(findings, layout, table)
    return _keep(findings, layout, name, table)


def _keep(findings: _Findings, layout: FileLayout, name: str, table: SheetTable) -> FileOutcome:
    findings.cells += table.data.num_rows * table.data.num_columns
    check_cells(findings.cells, name)
    findings.unread += table.unread
    findings.parts.setdefault(layout.table, []).append(table)
    findings.layouts[layout.table] = layout
    reason = "; ".join(part for part in (table.remark, _told(table.unread)) if part)
    return FileOutcome(name, "imported", layout.table, table.data.num_rows, reason)


def _told(unread: tuple[Unread, ...]) -> str:
    """What was not read of a file, in one sentence; empty where everything was."""
    return "not read: " + "; ".join(f"{each.what} ({each.why})" for each in unread) if unread else ""


def no_region(region: str) -> SourceError:
    """What to say of a region that is none."""
    return SourceError("SRC-047", f"{region!r} is not a region", "region", "write it as CH or US-CA")


def no_export(zip_path: Path | str) -> SourceError:
    """What to say of an archive in which no file is known."""
    return SourceError(
        "SRC-048",
        "no file of this archive is one of a LinkedIn export",
        str(zip_path),
        "give the ZIP that LinkedIn sent, as it was downloaded",
    )


def check_cells(cells: int, name: str) -> None:
    """Refuse an archive whose files together have more cells than any export. Raises: SourceError SRC-046."""
    if cells > MOST_CELLS:
        raise SourceError(
            "SRC-046", "the archive holds far more rows than an export", name, "check what it is"
        )


def _learn(findings: _Findings, layout: FileLayout, table: SheetTable) -> None:
    """Take facts about the owner from the files that hold them."""
    if layout.table == "profile":
        findings.location = table.first("geo_location") or findings.location
        born = read_date(table.first("birth_date"))
        if born is not None and born.precision == "day":
            findings.birth_date = born.moment.date()
    elif layout.table == "registration":
        registered = read_date(table.first("registered_at"))
        findings.joined = findings.joined if registered is None else registered.moment


def _write(findings: _Findings, out_dir: Path, subject: str, region: str | None) -> ImportReport:
    tables: dict[str, Table] = {}
    counts: dict[str, int] = {}
    members, detail = _members(findings, subject, region)
    parts = {"members": [members], **findings.parts}
    for name, pieces in parts.items():
        data = pa.concat_tables([piece.data for piece in pieces], promote_options="default")
        numbered = _numbered(name, data) if name != "members" else data
        labels = {column: _label(column, pieces) for column in numbered.column_names}
        target = out_dir / f"{name}.parquet"
        write_table(target, numbered, labels)
        counts[name] = data.num_rows
        tables[name] = Table(
            location=Location(parquet=str(target.absolute())),
            key="member_id" if name == "members" else "record_id",
            subjects=("member_id",),
            created="created" if "created" in labels else None,
            visibility="visibility" if any(piece.has_visibility for piece in pieces) else None,
            columns={column: labels.get(column) for column in numbered.column_names},
            source=SOURCE,
        )
    return ImportReport(
        tables=tables,
        facts=FactsTable(table="members", subject="member_id", region="region", birth_date="birth_date"),
        counts=counts,
        notes=tuple(_notes(findings, detail)),
        files=tuple(findings.outcomes),
        unread=tuple(findings.unread),
    )


def _label(column: str, pieces: list[SheetTable]) -> str | None:
    """The kind that every file having the column gives it; when one does not know it, nor do we."""
    kinds = {piece.labels[column] for piece in pieces if column in piece.labels}
    return kinds.pop() if len(kinds) == 1 else None


def _numbered(name: str, data: pa.Table) -> pa.Table:
    """The table with a record_id in front: its own name and a running number."""
    ids = pa.array([f"{name}-{number:07d}" for number in range(1, data.num_rows + 1)], pa.string())
    return data.add_column(0, "record_id", ids)


def _members(findings: _Findings, subject: str, region: str | None) -> tuple[SheetTable, str]:
    """The facts about the one member, and a sentence on where the region comes from."""
    method, detail = "given", "given at the import"
    if region is None:
        place = resolve_place(findings.location)
        region, method, detail = place.region, place.method, place.detail
    columns = {
        "member_id": (pa.string(), subject, "profile"),
        "region": (pa.string(), region, "profile.location"),
        "location": (pa.string(), findings.location, "profile.location"),
        "region_method": (pa.string(), method, None),
        "region_detail": (pa.string(), detail, "profile.location"),
        "birth_date": (pa.date32(), findings.birth_date, "demographic.age"),
        "joined": (_MOMENT, findings.joined, None),
    }
    data = pa.table({name: pa.array([value], kind) for name, (kind, value, _) in columns.items()})
    shown = region or "unknown"
    return SheetTable(data, {name: label for name, (_, _, label) in columns.items()}), f"{shown} ({detail})"


def _notes(findings: _Findings, region: str) -> Iterator[str]:
    yield f"your region: {region}"
    if all(outcome.table != "shares" for outcome in findings.outcomes):
        yield (
            "there are no posts in this archive: the basic export leaves them out, so ask for the complete one before"
            " concluding that you have none"
        )
    for table, layout in findings.layouts.items():
        if layout.note:
            yield f"{table}: {layout.note}"
    with contextlib.suppress(KeyError):
        written = {value for piece in findings.parts["shares"] for value in piece.visibilities}
        others = ", ".join(sorted(written - {"public"}))
        if others:
            yield f"shares: visibility is kept as the archive writes it ({others}); only PUBLIC counts as public"
    for fate, what in (
        ("not understood", "files were not understood"),
        ("nested archive", "archives inside were not opened"),
    ):
        names = [outcome.name for outcome in findings.outcomes if outcome.fate == fate]
        if names:
            more = ", ..." if len(names) > _MOST_NAMED else ""
            yield f"{len(names)} {what} and not imported: {', '.join(names[:_MOST_NAMED])}{more}"
