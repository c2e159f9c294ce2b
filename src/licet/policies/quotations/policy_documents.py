"""Which of the texts at hand is which document that packs quote, and in which version.

It is known by its place in a git checkout of its archive, by a table ``INDEX.md`` beside the texts, by the quotations
that stand in a text, or because the caller says so; the answer names the way. Of a text that is no document of the
packs nothing is said: it is never guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple

from licet.policies.quotations.archive_history import archive_names, archives_in, text_of, versions_of
from licet.policies.quotations.pack_quotations import Document, QuotedSource
from licet.policies.quotations.policy_texts import Limits, NotRead, Text, read_texts
from licet.policies.quotations.text_passages import Page, pages_of

KnownBy = Literal["git", "table", "quotations", "caller"]

#: Of the quotations of a source, one in so many may be missing from a text that is taken for its document.
_MISSING = 5
#: Where another document has one in so many of the quotations that the best has, it could be either.
_NEAR = 3
_DAY_NAMED = re.compile(r"\d{4}-\d{2}-\d{2}")


class Version(NamedTuple):
    """A document as it was recorded once. recorded, commit: where known. read: its text, None where it had ended."""

    file: str
    recorded: date | None
    commit: str | None
    title: str
    read: Callable[[], str | None]

    def pages(self) -> tuple[Page, ...] | None:
        text = self.read()
        return None if text is None else pages_of(text)


class HeldDocument(NamedTuple):
    """versions: oldest first, at least one."""

    document: Document
    known_by: KnownBy
    versions: tuple[Version, ...]


class HeldTexts(NamedTuple):
    """not_this_document: texts that are no document of the packs asked about."""

    documents: tuple[HeldDocument, ...]
    not_this_document: tuple[str, ...]
    not_read: tuple[NotRead, ...]
    files: int


def held_texts(root: Path, sources: Sequence[QuotedSource], vouched: bool, limits: Limits) -> HeldTexts:
    """The documents of `sources` that a file, a folder or a checkout, or a folder of checkouts, holds.

    vouched: the caller says that the one text is what the sources were read from.
    Raises:  AppError APP-130, APP-131 as `read_texts`, APP-133, APP-134 as `versions_of`.
    """
    not_read: list[NotRead] = []
    held: dict[tuple[Document, KnownBy], list[Version]] = {}
    archives = archives_in(root)
    for folder in archives:
        for document, versions in _recorded(folder, sources, limits, not_read):
            held.setdefault((document, "git"), versions)
    texts = {
        text.name: text for text in (() if root in archives else read_texts(root, limits, not_read, archives))
    }
    table = _table(texts.pop("INDEX.md").text) if "INDEX.md" in texts else {}
    wanted = {source.document for source in sources} - {document for document, _ in held}
    for name, (document, commit, recorded) in table.items():
        if name in texts and document in wanted:
            held.setdefault((document, "table"), []).append(_version(texts[name], recorded, commit))
    rest = [name for name in table if name in texts and table[name][0] not in wanted]
    unknown = [
        source for source in sources if source.document in wanted and (source.document, "table") not in held
    ]
    best: dict[Document, tuple[int, list[Version]]] = {}
    for versions in _histories(text for name, text in texts.items() if name not in table):
        if vouched and len(texts) == 1:
            held |= {(document, "caller"): versions for document in wanted}
            continue
        taken_for = _recognised(versions, unknown)
        for document, standing in taken_for.items():
            best[document] = max(best.get(document, (0, [])), (standing, versions), key=lambda it: it[0])
        rest += [version.file for version in versions]
    for document, (_, versions) in best.items():
        held[document, "quotations"] = versions
        rest = [name for name in rest if name not in {version.file for version in versions}]
    return HeldTexts(
        tuple(
            HeldDocument(document, known_by, tuple(sorted(versions, key=lambda it: it.recorded or date.max)))
            for (document, known_by), versions in sorted(held.items(), key=lambda it: it[0][0])
        ),
        tuple(sorted(rest)), tuple(not_read),
        len(texts) + sum(len(versions) for (_, known_by), versions in held.items() if known_by == "git"),
    )  # fmt: skip


def _recorded(
    folder: Path, sources: Sequence[QuotedSource], limits: Limits, not_read: list[NotRead]
) -> Iterator[tuple[Document, list[Version]]]:
    """The documents that an archive's history holds.

    They are those that packs name of it; where it is none that packs name, such as a copy, those at the same paths.
    """
    names = archive_names(folder)
    named = {source.document for source in sources if source.source.document is not None}
    own = {document for document in named if document.archive in names}
    for path in sorted({document.path for document in own or named}):
        versions = [
            Version(path, it.recorded, it.commit, it.title, partial(_text, folder, it.blob))
            for it in versions_of(folder, path, limits, not_read)
        ]
        like = {document for document in own or named if document.path == path}
        if len(like) > 1 and versions:
            like = set(_recognised(versions[-1:], [it for it in sources if it.document in like]))
        for document in like if versions else ():
            yield document, versions


def _text(folder: Path, blob: str | None) -> str | None:
    return None if blob is None else text_of(folder, blob)


def _version(text: Text, recorded: date | None = None, commit: str | None = None) -> Version:
    return Version(text.name, recorded, commit, "", lambda: text.text)


def _table(text: str) -> dict[str, tuple[Document, str | None, date | None]]:
    """File to document, commit and day recorded, from the tables of an index that have these columns."""
    found: dict[str, tuple[Document, str | None, date | None]] = {}
    columns: list[str] = []
    for line in text.splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        if {"file", "archive", "document"} <= (names := {cell.casefold() for cell in cells}) and len(
            names
        ) == len(cells):
            columns = [cell.casefold() for cell in cells]
        elif len(cells) == len(columns):
            row = dict(zip(columns, cells, strict=True))
            found[str(PurePosixPath(row["file"]))] = (
                Document(row["archive"], row["document"]), row.get("commit") or None, _day(row.get("recorded", "")),
            )  # fmt: skip
        else:
            columns = []
    return found


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if _DAY_NAMED.fullmatch(said) else None
    except ValueError:
        return None


def _histories(texts: Iterable[Text]) -> list[list[Version]]:
    """Files of one folder that are named by days are versions of one document; any other file is one by itself."""
    found: dict[str, list[Version]] = {}
    for text in texts:
        path = PurePosixPath(text.name)
        day = _day(path.stem)
        found.setdefault(text.name if day is None else str(path.parent), []).append(_version(text, day))
    return list(found.values())


def _recognised(versions: Sequence[Version], sources: Sequence[QuotedSource]) -> dict[Document, int]:
    """The document whose quotations stand in these texts, if no other comes near; else sources that name none.

    With how many stand there.
    """
    texts = [pages for version in versions if (pages := version.pages()) is not None]
    named: dict[Document, int] = {}
    nameless: dict[Document, int] = {}
    for source in sources:
        most = max((_standing(source, pages) for pages in texts), default=0)
        if most and (len(source.quotations) - most) * _MISSING <= len(source.quotations):
            found = nameless if source.source.document is None else named
            found[source.document] = max(found.get(source.document, 0), most)
    near = {document: most for document, most in named.items() if most * _NEAR >= max(named.values())}
    return near if len(near) == 1 else {} if near else nameless


def _standing(source: QuotedSource, pages: Sequence[Page]) -> int:
    return sum(any(any(page.searched.find_all(it.words)) for page in pages) for it in source.quotations)
