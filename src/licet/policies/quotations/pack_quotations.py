"""The quotations of packs, by the document of a public archive that each was read from.

A document is known by its archive and its path there: one path may be two policies in two archives. A source that names
no document is one of its own, known by nothing but its quotations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from licet.packs import Pack
from licet.packs.model import Source
from licet.packs.pack_problems import Path
from licet.packs.pack_references import citations
from licet.policies.quotations.passage_words import words_of
from licet.terms import AppError

_PARTS = {
    "notices": "notice", "settings": "setting", "region_groups": "region group", "recipients": "recipient",
    "purposes": "purpose", "categories": "kind of data", "statements": "statement", "versions": "version",
}  # fmt: skip


class Document(NamedTuple):
    """archive: the empty string for a source that names no document; path is then ``pack, source``."""

    archive: str
    path: str


class Quotation(NamedTuple):
    """cited_by: the parts of the pack that rest on it. words: as quoted, without punctuation at the ends."""

    pack: str
    source: str
    quote: str
    cited_by: tuple[str, ...]
    words: tuple[str, ...]


class QuotedSource(NamedTuple):
    """One source of a pack with what was quoted from it."""

    pack: str
    id: str
    source: Source
    quotations: tuple[Quotation, ...]

    @property
    def document(self) -> Document:
        path = self.source.document
        return (
            Document("", f"{self.pack}, {self.id}")
            if path is None
            else Document(self.source.archive or "", path)
        )

    @property
    def recorded(self) -> date:
        """The day its words were recorded; where it does not say, the first of all days."""
        return self.source.recorded or date.min


def quoted_sources(packs: Iterable[Pack], only: Sequence[str] = ()) -> tuple[QuotedSource, ...]:
    """The sources of packs that something was quoted from.

    only:   ids of sources; by default all.
    Raises: AppError APP-132 when no pack has such a source.
    """
    opened = list(packs)
    known = {id_ for pack in opened for id_ in pack.sources}
    for id_ in only:
        if id_ not in known:
            raise AppError(
                "APP-132", f"no source {id_!r} is in these packs", "", f"one of: {', '.join(sorted(known))}"
            )
    found = []
    for pack in opened:
        cited: dict[str, dict[str, list[str]]] = {}
        for path, cite in citations(pack):
            cited.setdefault(cite.source, {}).setdefault(cite.quote, []).append(_part(pack, path))
        for id_, quotes in cited.items():
            if not only or id_ in only:
                quotations = tuple(
                    Quotation(
                        pack.id, id_, quote, tuple(dict.fromkeys(parts)), _trimmed(words_of(quote).words)
                    )
                    for quote, parts in quotes.items()
                )
                found.append(QuotedSource(pack.id, id_, pack.sources[id_], quotations))
    return tuple(found)


def _part(pack: Pack, path: Path) -> str:
    part, key, rest = path[0], path[1], path[2]
    if part == "rules":
        return f"rule {pack.rules[int(key)].id}"
    return f"default of {key}" if rest == "default" else f"{_PARTS[str(part)]} {key}"


def _trimmed(words: list[str]) -> tuple[str, ...]:
    """Without punctuation at its ends: a quotation may stop before the full stop."""
    first = next((n for n, word in enumerate(words) if word[0].isalnum()), len(words))
    last = next((n for n in range(len(words), first, -1) if words[n - 1][0].isalnum()), first)
    return tuple(words[first:last])
