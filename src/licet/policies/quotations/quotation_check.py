"""The quotations of packs held against texts on this machine, each against the document that it was read from.

The texts are local files and the pack is not changed; what a drift means for a rule is for a person to say. Of a text
that is no document of the packs, and of a quotation whose document is not here, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from licet.packs import Pack, open_pack, shipped
from licet.policies.quotations.archive_history import archives_in
from licet.policies.quotations.document_watch import DocumentSeen, watch_document
from licet.policies.quotations.pack_quotations import Document, QuotedSource, quoted_sources
from licet.policies.quotations.policy_documents import held_texts
from licet.policies.quotations.policy_texts import Limits, NotRead
from licet.policies.quotations.quotation_status import QuoteStatus, Status
from licet.terms import AppError
from licet.terms.canonical import JsonObject


class Watched(NamedTuple):
    """What became of the quotations of packs.

    not_held: documents that packs name and that are not here. no_text: sources that name none and were not recognised.
    """

    documents: tuple[DocumentSeen, ...]
    not_held: tuple[Document, ...]
    no_text: tuple[QuotedSource, ...]
    not_this_document: tuple[str, ...]
    not_read: tuple[NotRead, ...]
    files: int

    def quotations(self, *statuses: Status) -> Iterator[QuoteStatus]:
        """Of these statuses; of all where none is named."""
        for document in self.documents:
            yield from (it for it in document.quotations if not statuses or it.status in statuses)

    @property
    def drifted(self) -> bool:
        return any(self.quotations("altered", "gone"))

    @property
    def is_wrong(self) -> bool:
        """Whether the packs need a person: a quotation was never so, or is no more."""
        return any(self.quotations("misquoted", "altered", "gone"))

    def as_json(self) -> JsonObject:
        return {
            "drifted": self.drifted, "files": self.files, "documents": [it.as_json() for it in self.documents],
            "misquoted": [it.as_json() for it in self.quotations("misquoted")],
            "not_held": [{"archive": it.archive, "document": it.path} for it in self.not_held],
            "no_text": [{"pack": it.pack, "source": it.id, "quotes": len(it.quotations)} for it in self.no_text],
            "not_this_document": list(self.not_this_document),
            "not_read": [it._asdict() for it in self.not_read],
        }  # fmt: skip


def check_quotes(
    root: str | Path,
    packs: Sequence[str | Pack] = (),
    sources: Sequence[str] = (),
    documents: Sequence[str] = (),
    since: date | None = None,
    limits: Limits | None = None,
) -> Watched:
    """Hold the quotations of packs against the texts of a file or folder.

    packs:     packs, their names or files; by default all shipped ones.
    sources:   only quotations read from these sources, by id; of a single file the caller says that it is their text.
    documents: only these, by their path in the archive.
    since:     also tell what each version from this day on did to the one before it.
    Raises:    PackErrors for a pack that cannot be read; AppError APP-130, APP-131 as `read_texts`, APP-132 when no
               pack has such a source, APP-133, APP-134 where git cannot be asked, APP-135 when no text is a document
               of the packs.
    """
    opened = [pack if isinstance(pack, Pack) else open_pack(pack) for pack in packs or shipped()]
    asked = [
        source
        for source in quoted_sources(opened, sources)
        if not documents or source.document.path in documents
    ]
    held = held_texts(Path(root), asked, bool(sources), limits or Limits())
    if not held.files and not archives_in(Path(root)):
        raise AppError(
            "APP-130", "there is no text to be read: no file of it is text, markdown or HTML", str(root),
            "name a text, markdown or HTML file, or a folder of them",
        )  # fmt: skip
    if not held.documents:
        raise AppError(
            "APP-135", "no text here is a document that these packs quote", str(root),
            "name the archive or the folder they were read from, or a text and its source with --source",
        )  # fmt: skip
    by_document: dict[Document, list[QuotedSource]] = {}
    for source in asked:
        by_document.setdefault(source.document, []).append(source)
    here = {it.document for it in held.documents}
    return Watched(
        tuple(watch_document(it, by_document[it.document], since) for it in held.documents),
        tuple(sorted(it for it in by_document if it.archive and it not in here)),
        tuple(it for it in asked if it.document not in here and it.source.document is None),
        held.not_this_document, held.not_read, held.files,
    )  # fmt: skip
