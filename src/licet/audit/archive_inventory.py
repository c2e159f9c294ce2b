"""Reading what comes as JSON or HTML: every file once, a record at a time, counted as it comes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from licet.audit.file_account import read_whole
from licet.audit.inventory import (
    MOST_PLACES,
    Alike,
    AuditedFile,
    Column,
    Contents,
    Distinctions,
    Owner,
    Words,
    shortened,
)
from licet.sources.archives import (
    chatgpt,
    claude_export,
    linkedin_api,
    meta,
    meta_html,
    meta_layout,
    reddit_request,
    takeout,
    takeout_csv,
    takeout_html,
    x_archive,
)
from licet.sources.archives.archive_kinds import Kind, base_name, is_handed_over, kind_of_file, signature_of
from licet.sources.archives.archive_records import Facts, Record, Thing, either, shown
from licet.sources.archives.json_reader import read_elements
from licet.sources.byte_reader import ByteReader
from licet.sources.download import Download
from licet.sources.import_report import FileOutcome, Unread
from licet.sources.zip_archive import Entry
from licet.terms import SourceError

#: What is wrong with one file; whatever else is wrong is wrong with the download.
FILE_CODES = frozenset({"SRC-041", "SRC-052", "SRC-053", "SRC-054"})
#: How much of a table is looked at to know it by its header.
_HEADER_BYTES = 4096
_MEDIA = re.compile(
    r"\.(jpe?g|png|gif|webp|heic|bmp|svg|mp4|mov|webm|avi|mkv|mp3|m4a|wav|aac|ogg|opus|pdf|docx?|xlsx?|pptx?|dat)$",
    re.IGNORECASE,
)
#: The file that Google Photos keeps beside a picture: ``a.jpg.json``, ``a.jpg.supplemental-metadata(1).json``.
_BESIDE = re.compile(r"(.+)(\.\w{2,5})(?:\.su[a-z.-]*)?(\(\d+\))?\.json", re.IGNORECASE)
_UNOPENED = "the files themselves are not looked into"
_META_FILES = Thing("meta_media", "content.media", _UNOPENED)
_META_MESSAGE_FILES = Thing("meta_message_media", "private_communication", _UNOPENED)
_GEMINI_FILES = Thing("google_uploads", "ai_conversation.uploads", _UNOPENED)
_GOOGLE_FILES = Thing("google_files", "content.media", _UNOPENED)
_X_FILES = Thing("x_media", "content.media", _UNOPENED)
_X_PRIVATE_FILES = Thing("x_message_media", "private_communication", _UNOPENED)
_REDDIT_FILES = Thing("reddit_media", "content.media", _UNOPENED)
_CLAUDE_FILES = Thing("claude_uploads", "ai_conversation.uploads", _UNOPENED)


class _Counting:
    """The records of one file, by what they are: a file may hold several things."""

    def __init__(self, name: str, distinctions: Distinctions) -> None:
        self._name, self._distinctions = name, distinctions
        self._files: dict[Thing, AuditedFile] = {}
        self._columns: dict[Thing, dict[tuple[str, str | None], Column]] = {}

    def add(self, record: Record) -> None:
        file = self._files.get(record.thing)
        if file is None:
            file = self._files[record.thing] = AuditedFile(self._name, record.thing)
            self._columns[record.thing] = {}
        columns = self._columns[record.thing]
        cells: dict[str | None, int] = {}
        for key, count in record.values.items():
            column = columns.get(key)
            if column is None and len(columns) < MOST_PLACES:
                column = columns[key] = Column(*key)
                file.columns.append(column)
            if column is None:
                file.beyond_cells += count
            else:
                column.cells += count
            kind = None if column is None else column.kind
            cells[kind] = cells.get(kind, 0) + count
        created = record.written.moment if record.written is not None and record.is_dated else None
        alike = Alike(
            self._distinctions.audience(record.audience), self._distinctions.era(created), frozenset(cells)
        )
        file.add(alike, cells, record.written, created, _words(record))

    def files(self) -> Iterator[AuditedFile]:
        for file in self._files.values():
            unknown = [column.name for column in file.columns if column.kind is None]
            more = f" and {len(unknown) - 12} more" if len(unknown) > 12 else ""
            file.remark = f"values not understood: {', '.join(unknown[:12])}{more}" if unknown else ""
            yield file


def _words(record: Record) -> Iterator[Words]:
    text = shortened(shown(record.words))
    if text and record.words_kind is not None:
        yield Words(text, record.words_kind, record.written)


class Recorder:
    """Counts the files of one download into `found`."""

    def __init__(self, download: Download, kind: Kind, distinctions: Distinctions, found: Contents) -> None:
        self._download, self._kind, self._distinctions, self._found = download, kind, distinctions, found
        self._folders: dict[tuple[str, Thing], AuditedFile] = {}
        self._paths = frozenset(entry.name for entry in download.entries())
        self._names = frozenset(base_name(path).casefold() for path in self._paths)
        self._is_public = kind is Kind.X and _were_always_public(download)

    def take(self, entry: Entry) -> FileOutcome | None:
        """Count one file; what became of it where there is nothing to count."""
        name, kind = entry.name, self._kind
        if kind is Kind.CHATGPT and chatgpt.is_upload(name):
            self._add_media(name)
            return None
        if entry.is_nested:
            return FileOutcome(name, "nested archive", reason="archives inside the archive are not opened")
        if (copy := self._copy(name)) is not None:
            return FileOutcome(name, "not imported", reason=copy)
        if _MEDIA.search(name) or (kind is Kind.CLAUDE and is_handed_over(name)):
            self._add_media(name)
            return None
        if kind is Kind.META and meta_layout.is_contents_page(name):
            return FileOutcome(name, "not imported", reason="it only leads to the other pages")
        if kind is Kind.META and meta_layout.is_nothing(name):
            return FileOutcome(name, "empty", reason="it says that there is nothing")
        is_read = name.casefold().endswith((".json", ".html", ".htm")) and not meta_layout.is_sent(name)
        if kind is Kind.META and not is_read:
            self._add_media(name)
            return None
        counting = _Counting(name, self._distinctions)
        unread: list[Unread] = []
        try:
            if not _is_known(kind, name, self._download):
                return FileOutcome(name, "not understood", reason="no such file of an export is known")
            with read_whole(self._download, name, unread) as file:
                for one in _records(kind, name, file, self._is_public, unread):
                    if isinstance(one, Facts):
                        _learn(one, self._found.owner)
                    elif isinstance(one, Unread):
                        is_whole = one.bytes is None and one.what == "the whole file"
                        unread.append(one._replace(bytes=entry.claimed_bytes) if is_whole else one)
                    elif one.values:
                        counting.add(one)
        except SourceError as error:
            if error.code not in FILE_CODES:
                raise
            unread.append(Unread(name, "the whole file", error.line(), entry.claimed_bytes))
        if unread and kind is Kind.META and meta_layout.holds_birthday(name):
            self._found.owner.age_unread = True
        self._found.unread += unread
        files = list(counting.files())
        if kind is Kind.META and not name.casefold().endswith(".json"):
            for counted in files:
                counted.remark = "; ".join(filter(None, (counted.remark, meta_html.REMARK)))
        self._found.files += files
        if files:
            return None
        if unread:
            return FileOutcome(name, "not understood", reason=unread[0].why)
        return FileOutcome(name, "empty", reason="it says that there is nothing")

    def _copy(self, name: str) -> str | None:
        """Why a file is not counted, where it is a copy of another or a page that shows them."""
        base = base_name(name).casefold()
        if self._kind is Kind.CHATGPT:
            return chatgpt.COPIES.get(base)
        if self._kind is Kind.TAKEOUT and base == "archive_browser.html":
            return "it shows in a browser what was downloaded"
        if self._kind is Kind.TAKEOUT and (match := _BESIDE.fullmatch(name)) is not None:
            picture = f"{match[1]}{match[3] or ''}{match[2]}"
            return "what Google keeps about the picture beside it" if picture in self._paths else None
        if self._kind is Kind.X and x_archive.VIEWER.search(name):
            return "it shows the archive in a browser"
        if self._kind is Kind.REDDIT and base == "checkfile.csv":
            return "a list of the files of this download"
        whole = x_archive.COPIES.get(base) if self._kind is Kind.X else None
        if self._kind is Kind.REDDIT and base.endswith("_headers.csv"):
            whole = base.removesuffix("_headers.csv") + ("" if "archive" in base else "s") + ".csv"
        if whole is None or whole not in self._names:
            return None
        return f"the same once more, without its text, as in {whole}"

    def _add_media(self, name: str) -> None:
        """Count a picture, a recording or a document: those of one folder together, for there may be thousands."""
        folder = name.replace("\\", "/").rpartition("/")[0]
        thing = _things_in(folder, self._kind)
        file = self._folders.get((folder, thing))
        if file is None:
            named = f"{folder}/" if folder else "(files beside the others)"
            file = AuditedFile(named, thing, columns=[Column("(the file itself)", thing.kind)])
            self._folders[folder, thing] = file
            self._found.files.append(file)
        file.columns[0].cells += 1
        file.members.append(name)
        alike = Alike(None, self._distinctions.era(None), frozenset((thing.kind,)))
        file.add(alike, {thing.kind: 1}, None, None, iter(()))


def _things_in(folder: str, kind: Kind) -> Thing:
    """What the pictures and recordings of a folder are."""
    folded = folder.casefold()
    if kind is Kind.CHATGPT:
        return chatgpt.UPLOADS
    if kind is Kind.CLAUDE:
        return _CLAUDE_FILES
    if kind is Kind.X:
        is_shown = re.search(r"(^|/)(tweets?|community_tweet|profile|moments(_tweets)?)_media$", folded)
        return _X_FILES if is_shown else _X_PRIVATE_FILES
    if kind is Kind.REDDIT:
        return _REDDIT_FILES
    if kind is Kind.TAKEOUT:
        return _GEMINI_FILES if "gemini" in folded or "bard" in folded else _GOOGLE_FILES
    return _meta_files(folder)


def _meta_files(folder: str) -> Thing:
    """What the pictures of a Meta folder are; where no name of Meta's own says so, they may be of messages."""
    of = meta_layout.pictures_in(folder)
    if of is None:
        return Thing("meta_media", either(_META_MESSAGE_FILES.kind, _META_FILES.kind), _UNOPENED)
    if of.kind.startswith("private_communication"):
        return _META_MESSAGE_FILES
    return Thing("meta_ai_media", of.kind, _UNOPENED) if of is meta_layout.AI_CHATS else _META_FILES


def _is_known(kind: Kind, name: str, download: Download) -> bool:
    """Whether a reader of this kind knows the file: by its name, or, where names are translated, by what is in it."""
    folded = name.casefold()
    if kind is Kind.LINKEDIN:
        return is_of_the_interface(name, download)
    if kind is Kind.TAKEOUT:
        if folded.endswith(".csv"):
            return takeout_csv.is_known(download.peek(name, _HEADER_BYTES))
        found = signature_of(download, name) if folded.endswith((".json", ".html", ".htm")) else None
        return found is not None and found.kind is kind and found.mark == "activity"
    if kind is Kind.X:
        return folded.endswith(".js") and kind_of_file(download, name) is kind
    if kind is Kind.REDDIT:
        return folded.endswith(".csv") and kind_of_file(download, name) is kind
    if kind is Kind.META:
        return True
    if not folded.endswith(".json"):
        return False
    if kind is Kind.CLAUDE:
        return kind_of_file(download, name) is kind
    return chatgpt.is_known(name) or kind_of_file(download, name) is kind


def is_of_the_interface(name: str, download: Download) -> bool:
    """Whether a file is an answer of LinkedIn's portability interface."""
    return name.casefold().endswith(".json") and kind_of_file(download, name) is Kind.LINKEDIN


def _were_always_public(download: Download) -> bool:
    """Whether X's archive says that the owner's posts were never protected."""
    for entry in download.entries():
        if base_name(entry.name).casefold() == "protected-history.js":
            try:
                return x_archive.were_always_public(download.peek(entry.name, 4096))
            except SourceError:
                return False
    return False


def _records(
    kind: Kind, name: str, file: ByteReader, is_public: bool, unread: list[Unread]
) -> Iterator[Record | Facts | Unread]:
    """The records of a file; what of it could not be read goes to `unread`."""
    if kind is Kind.TAKEOUT and name.casefold().endswith(".csv"):
        yield from takeout_csv.records(name, file)
        return
    if kind is Kind.TAKEOUT and not name.casefold().endswith(".json"):
        yield from takeout_html.records(name, file)
        return
    if kind is Kind.META and not name.casefold().endswith(".json"):
        yield from meta_html.records(name, file)
        return
    if kind is Kind.REDDIT:
        yield from reddit_request.records(name, file)
        return
    if kind is Kind.X:
        elements = read_elements(x_archive.AfterAssignment(file), name)
        yield from x_archive.records(name, elements, is_public)
        unread += elements.unread
        return
    read = {
        Kind.CHATGPT: chatgpt.records, Kind.META: meta.records, Kind.TAKEOUT: takeout.records,
        Kind.LINKEDIN: linkedin_api.records, Kind.CLAUDE: claude_export.records,
    }[kind]  # fmt: skip
    elements = read_elements(file, name)
    yield from read(name, elements)
    unread += elements.unread


def _learn(facts: Facts, owner: Owner) -> None:
    owner.name = owner.name or facts.name
    if facts.location:
        owner.locations.append(facts.location)
    if facts.born is not None:
        owner.births.add(facts.born)
    owner.born_year = owner.born_year or facts.born_year
    owner.plan = owner.plan or facts.plan
    owner.age_unread = owner.age_unread or facts.born_unread
