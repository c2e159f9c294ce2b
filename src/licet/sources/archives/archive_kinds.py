"""Whose a file of a download is, by what only that platform writes: its name together with what stands in it.

Names are translated and shared (``comments.csv`` is anybody's), so a name alone says nothing; neither do words that
anybody may write, far down in a file. What is of a platform's shape under another name is a hint, and no signature:
somebody may have handed the file over in a chat. `whose_download` weighs all of a download.
"""

from __future__ import annotations

import csv
import re
from enum import StrEnum
from typing import NamedTuple

from licet.sources.archives.meta_layout import is_of_meta, looks_like_meta, thing_at
from licet.sources.archives.reddit_layout import file_at
from licet.sources.download import Download
from licet.sources.linkedin.linkedin_csv import fold_word
from licet.sources.linkedin.linkedin_layout import is_article, layout_of
from licet.terms import SourceError

#: The files that are looked into; of any other the name is all that there is.
LOOKED_INTO = (".json", ".js", ".html", ".htm", ".csv", ".xml", ".txt")
_LOOKED_AT_BYTES = 64 * 1024
#: A page whose style sheet has not ended there is looked at so far.
_STYLED_BYTES = 1024**2


class Kind(StrEnum):
    """A platform whose download is read."""

    LINKEDIN = "linkedin"
    CHATGPT = "chatgpt"
    META = "meta"
    TAKEOUT = "takeout"
    X = "x"
    REDDIT = "reddit"
    CLAUDE = "claude"


#: What people call them.
KIND_NAMES = {
    Kind.LINKEDIN: "LinkedIn", Kind.CHATGPT: "ChatGPT", Kind.META: "Facebook or Instagram", Kind.TAKEOUT: "Google",
    Kind.X: "X", Kind.REDDIT: "Reddit", Kind.CLAUDE: "Claude",
}  # fmt: skip


class Other(NamedTuple):
    """A platform whose download is known and not read. `pack` is the shipped policy that there is of it."""

    name: str
    pack: str | None = None


class Signature(NamedTuple):
    """What a file says about whose download it is in.

    mark:    which of the platform's files it is; a download has few of one mark, or many.
    is_sure: whether both its name and what is in it are that platform's; else somebody may have put it there.
    """

    kind: Kind | Other
    mark: str
    is_sure: bool


_GITHUB, _DISCORD = Other("GitHub", "github_copilot"), Other("Discord")
_SLACK, _COPILOT = Other("Slack"), Other("Microsoft Copilot", "microsoft_copilot")
_STACK, _SHEET = Other("Stack Overflow", "stack_overflow"), Other("a spreadsheet")


class _Shape(NamedTuple):
    """A file by the pattern of its name, and words all of which stand in it."""

    kind: Kind | Other
    mark: str
    name: str
    words: tuple[bytes, ...] = ()


_SHAPES = (
    _Shape(Kind.CHATGPT, "conversations", r"conversations?(?:[-_]?\d+)?\.json", (b'"mapping"', b'"message"')),
    _Shape(Kind.CHATGPT, "user", r"user\.json", (b'"chatgpt_plus_user"',)),
    _Shape(Kind.CHATGPT, "user", r"user\.json", (b'"user-', b'"email"')),
    _Shape(Kind.CHATGPT, "shared", r"shared_conversations\.json", (b'"conversation_id"',)),
    _Shape(Kind.CHATGPT, "feedback", r"message_feedback\.json", (b'"conversation_id"',)),
    _Shape(Kind.CHATGPT, "page", r"chat\.html", (b"jsonData",)),
    _Shape(Kind.CLAUDE, "conversations", r"conversations\.json", (b'"chat_messages"', b'"uuid"')),
    _Shape(Kind.CLAUDE, "users", r"users\.json", (b'"uuid"', b'"full_name"', b'"email_address"')),
    _Shape(Kind.CLAUDE, "projects", r"projects\.json", (b'"uuid"', b'"is_starter_project"')),
    _Shape(Kind.CLAUDE, "memories", r"memories\.json", (b'"conversations_memory"',)),
    _Shape(Kind.LINKEDIN, "snapshot", r".*\.json", (b'"snapshotData"',)),
    _Shape(Kind.X, "manifest", r"manifest\.js", (b"window.__THAR_CONFIG",)),
    _Shape(Kind.TAKEOUT, "activity", r".*\.json", (b'"header"', b'"title"', b'"products"')),
    _Shape(Kind.TAKEOUT, "activity", r".*\.html?", (b"outer-cell", b"mdl-typography--title")),
    _Shape(_DISCORD, "user", r"user\.json", (b'"avatar_hash"', b'"discriminator"')),
    _Shape(_DISCORD, "channel", r"messages\.json", (b'"Contents"', b'"Timestamp"')),
    _Shape(_DISCORD, "channel", r"messages\.csv", (b"ID,Timestamp,Contents",)),
    _Shape(_SLACK, "users", r"users\.json", (b'"team_id"', b'"is_bot"')),
    _Shape(_SLACK, "channels", r"(channels|dms|mpims|groups)\.json", (b'"members"', b'"created"')),
    _Shape(_SLACK, "log", r"integration_logs\.json", (b'"app_id"',)),
    _Shape(_GITHUB, "schema", r"schema\.json", (b'"github_sha"',)),
    _Shape(_GITHUB, "users", r"(users|repositories|issues|pull_requests)_\d{6}\.json", (b'"type"', b'"url"')),
    _Shape(_COPILOT, "history", r".*\.csv", (b"Conversation,Time,Author,Message",)),
    _Shape(_STACK, "users", r"Users\.xml", (b"<users>",)),
    _Shape(_STACK, "posts", r"Posts\.xml", (b"<posts>",)),
    _Shape(_SHEET, "workbook", r"workbook\.xml", (b"spreadsheetml",)),
    _Shape(_SHEET, "workbook", r"manifest\.xml", (b"opendocument.spreadsheet",)),
    _Shape(Other("Telegram"), "result", r"result\.json", (b'"personal_information"', b'"user_id"')),
    _Shape(Other("TikTok"), "user_data", r"user_data(_tiktok)?\.json", (b'"Profile', b'"App Settings"')),
    _Shape(Other("WhatsApp"), "chat", r"_chat\.txt|WhatsApp Chat with .*\.txt"),
)  # fmt: skip
_PATTERNS = tuple((shape, re.compile(shape.name, re.IGNORECASE)) for shape in _SHAPES)
#: Of these only the shape is known: somebody renamed the file, or handed it over to an AI.
_HINTS: tuple[tuple[Kind, tuple[bytes, ...]], ...] = (
    (Kind.CHATGPT, (b'"mapping"', b'"current_node"')),
    (Kind.CHATGPT, (b'"mapping"', b'"children"', b'"author"')),
    (Kind.CHATGPT, (b'"chatgpt_plus_user"',)),
    (Kind.CLAUDE, (b'"chat_messages"', b'"uuid"')),
)
#: The messages of an end-to-end encrypted chat, whose files are called after people.
_META_ENCRYPTED = (b'"threadName"', b'"senderName"', b'"participants"')
#: What Google puts everything into.
_TAKEOUT = re.compile(r"(?:[^/]+/)*?Takeout/(?=[^/]+)")
_SPREADSHEETS = (".xlsx", ".xls", ".xlsm", ".ods", ".numbers")
_YTD = re.compile(rb"\s*(?:window\.YTD\.(\w+)\.part\d+|Grailbird\.data\.\w+)\s*=")


def base_name(name: str) -> str:
    """A file's name without its folders."""
    return re.split(r"[/\\]", name)[-1]


def signature_of(download: Download, name: str) -> Signature | None:
    """Whose a file is; None where it says nothing. Raises: SourceError SRC-041 when it is damaged."""
    found = _signature(download, name)
    # what somebody handed over in a chat is never a signature
    return found._replace(is_sure=False) if found is not None and is_handed_over(name) else found


def _signature(download: Download, name: str) -> Signature | None:
    base = base_name(name).casefold()
    path = name.replace("\\", "/")
    start = b""
    if base.endswith(LOOKED_INTO):
        start = _start_of(download, name)
    if base.endswith(".js") and (match := _YTD.match(start)) is not None:
        return Signature(Kind.X, "old" if match[1] is None else match[1].decode(), True)
    if base.endswith(".csv") and (found := _of_sheet(name, start)) is not None:
        return found
    for shape, pattern in _PATTERNS:
        if pattern.fullmatch(base) and all(word in start for word in shape.words):
            return Signature(shape.kind, shape.mark, True)
    found = _of_shape(name, start)
    if found is not None and found.is_sure:
        return found
    if (within := _TAKEOUT.match(path)) is not None:
        # a folder may be called so for many reasons; Google's is at the top and written so in every language
        is_top = within[0].startswith("Takeout/") or within[0].count("/") == 2
        return Signature(Kind.TAKEOUT, "browser" if base == "archive_browser.html" else "folder", is_top)
    if base.endswith(_SPREADSHEETS) and (layout := layout_of(base.rpartition(".")[0])) is not None:
        return Signature(_SHEET, layout.table, False)
    if is_of_meta(name):
        return Signature(Kind.META, "folder", True)
    return Signature(Kind.LINKEDIN, "article", False) if is_article(name) else found


def kind_of_file(download: Download, name: str) -> Kind | None:
    """Whose file it is, of those that are read. Raises: SourceError SRC-041 when it is damaged."""
    found = signature_of(download, name)
    return found.kind if found is not None and isinstance(found.kind, Kind) else None


def _of_shape(name: str, start: bytes) -> Signature | None:
    """Whose a JSON or HTML file is by its shape: surely, where its name is one of the platform's, too."""
    if all(word in start for word in _META_ENCRYPTED):
        return Signature(Kind.META, "encrypted", True)
    for kind, words in _HINTS:
        if all(word in start for word in words):
            return Signature(kind, "shape", False)
    if not looks_like_meta(start):
        return None
    thing = thing_at(name)
    return Signature(Kind.META, thing.table if thing is not None else "shape", thing is not None)


def is_handed_over(name: str) -> bool:
    """Whether a name is one that a chat gives to what was handed over in it."""
    return re.match(r"file[-_][0-9a-z]+", base_name(name), re.IGNORECASE) is not None


def _of_sheet(name: str, start: bytes) -> Signature | None:
    """Whose a CSV file is: its header must be the one that the platform gives to a file of that name."""
    rows = header_rows(start)
    for row in rows[:1]:
        found = file_at(name)
        cells = {cell.strip().casefold() for cell in row}
        if found is not None and found.words <= cells:
            return Signature(Kind.REDDIT, found.table, len(found.words) > 1)
    layout = layout_of(name)
    if layout is None or not layout.words:
        return None
    known = {fold_word(word) for word in layout.words}
    for row in rows:
        folded = [fold_word(cell) for cell in row if cell.strip()]
        hits = sum(cell in known for cell in folded)
        is_most = hits * 10 >= len(folded) * 6 and hits >= min(2, len(known))
        if folded and (is_most or (hits > 2 and hits * 10 >= len(known) * 6)):
            # one or two words, such as Name, are anybody's
            return Signature(Kind.LINKEDIN, layout.table, len(known) > 2)
    return None


def header_rows(start: bytes, most: int = 12) -> list[list[str]]:
    """The first rows of a CSV file, whatever a spreadsheet made of its letters and commas."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = start[: len(start) // 2 * 2].decode("utf-16", "replace")
    else:
        text = start.decode("utf-8-sig", "replace")
    lines = text.splitlines()[:most]
    joined = "\n".join(lines)
    separator = max(",;\t", key=joined.count)
    try:
        return [row for row in csv.reader(lines, delimiter=separator) if any(cell.strip() for cell in row)]
    except csv.Error:
        return []


def saved_again(download: Download, name: str) -> bool:
    """Whether a spreadsheet wrote a CSV file anew, with other letters or separators than the platform's."""
    if not name.casefold().endswith(".csv") or layout_of(name) is None:
        return False
    try:
        start = download.peek(name, 4096)
    except SourceError:
        return False
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    first = start.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0]
    return b"," not in first and (b";" in first or b"\t" in first) and _of_sheet(name, start) is not None


def _start_of(download: Download, name: str) -> bytes:
    start = download.peek(name, _LOOKED_AT_BYTES)
    if (
        name.casefold().endswith((".html", ".htm"))
        and b"<body" not in start
        and len(start) == _LOOKED_AT_BYTES
    ):
        return download.peek(name, _STYLED_BYTES)
    return start
