"""Each quotation of a pack held against texts: it stands there word for word, stands there altered, or is gone.

The texts are local files and the pack is not changed; what a drift means for a rule is for a person to say.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from licet.packs import Pack, open_pack, shipped
from licet.packs.model import Citation
from licet.policies.quotations.nearest_passage import Difference, SearchedText, Window, lay_over
from licet.policies.quotations.passage_words import words_of
from licet.policies.quotations.policy_texts import Limits, NotRead, read_texts
from licet.terms import AppError
from licet.terms.canonical import JsonObject

#: A passage counts as the quotation altered when so much of it stands there.
_ALIKE = 0.5
#: In so many files the likeliest passage is laid over a quotation.
_CANDIDATES = 3
_ELLIPSIS = re.compile(r"\[?\(?(?:…|\.\.\.)\)?\]?")

Status = Literal["found", "altered", "gone"]


class Passage(NamedTuple):
    """Where something stands; for an altered quotation also what stands there and the words that differ."""

    file: str
    line: int
    text: str = ""
    differences: tuple[Difference, ...] = ()


class QuoteFound(NamedTuple):
    """One quotation and what became of it. cited_by: the parts of the pack that rest on it."""

    pack: str
    source: str
    quote: str
    cited_by: tuple[str, ...]
    status: Status
    passage: Passage | None

    def as_json(self) -> JsonObject:
        where = None
        if self.passage is not None:
            where = {"file": self.passage.file, "line": self.passage.line}
            if self.status == "altered":
                where |= {
                    "text": self.passage.text,
                    "differences": [one._asdict() for one in self.passage.differences],
                }
        return {
            "pack": self.pack, "source": self.source, "quote": self.quote, "cited_by": list(self.cited_by),
            "status": self.status, "passage": where,
        }  # fmt: skip


class Drift(NamedTuple):
    """quotes: of the packs that these texts are about; elsewhere: packs of which nothing stands in them."""

    quotes: tuple[QuoteFound, ...]
    elsewhere: tuple[str, ...]
    files: int
    not_read: tuple[NotRead, ...]

    @property
    def drifted(self) -> bool:
        return any(one.status != "found" for one in self.quotes)

    def as_json(self) -> JsonObject:
        return {
            "drifted": self.drifted, "files": self.files, "quotes": [one.as_json() for one in self.quotes],
            "elsewhere": list(self.elsewhere), "not_read": [one._asdict() for one in self.not_read],
        }  # fmt: skip


def check_quotes(
    root: str | Path, packs: Sequence[str] = (), sources: Sequence[str] = (), limits: Limits | None = None
) -> Drift:
    """Hold the quotations of packs against the texts of a file or folder.

    packs:   names or files; by default all shipped ones, of which those that the texts do not speak of are set apart.
    sources: only quotations read from these sources, by id; by default from all.
    Raises:  PackErrors for a pack that cannot be read; AppError APP-130, APP-131 as `read_texts`, APP-132 when no pack
             has such a source.
    """
    opened = [open_pack(name) for name in packs or shipped()]
    known = {id_ for pack in opened for id_ in pack.sources}
    for id_ in sources:
        if id_ not in known:
            raise AppError(
                "APP-132", f"no source {id_!r} is in these packs", "", f"one of: {', '.join(sorted(known))}"
            )
    asked = [_Asked(pack.id, *told) for pack in opened for told in _quotes(pack, sources)]
    not_read: list[NotRead] = []
    files = 0
    for text in read_texts(Path(root), limits or Limits(), not_read):
        files += 1
        searched = SearchedText(words_of(text.text))
        for one in asked:
            one.look(text.name, searched)
    if not files:
        raise AppError(
            "APP-130", "there is no text to be read: no file of it is text, markdown or HTML", str(root),
            "name a text, markdown or HTML file, or a folder of them",
        )  # fmt: skip
    found = [one.told() for one in asked]
    about = {pack.id for pack in opened if packs or _is_about(pack.id, found)}
    return Drift(
        tuple(one for one in found if one.pack in about),
        tuple(dict.fromkeys(pack.id for pack in opened if pack.id not in about)), files, tuple(not_read),
    )  # fmt: skip


def _is_about(pack: str, found: list[QuoteFound]) -> bool:
    """Whether enough of a pack's quotations stand in these texts for the others to be missed."""
    own = [one for one in found if one.pack == pack]
    return 4 * sum(one.status != "gone" for one in own) >= len(own) > 0


class _Asked:
    """One quotation on its way through the texts."""

    def __init__(self, pack: str, cite: Citation, cited_by: tuple[str, ...]) -> None:
        self.pack, self.cite, self.cited_by = pack, cite, cited_by
        parts = (_trimmed(words_of(part).words) for part in _ELLIPSIS.split(cite.quote))
        self._segments = [part for part in parts if part]
        self._words = [word for part in self._segments for word in part]
        self._found: Passage | None = None
        self._looked = 0
        self._best: list[tuple[float, int, str, Window]] = []  # a heap of so many candidates

    def look(self, file: str, text: SearchedText) -> None:
        if self._found is not None or not self._words:
            return
        line = text.find(self._segments)
        if line is not None:
            self._found = Passage(file, line)
            return
        likeliest = text.likeliest(self._words)
        if likeliest is None or (len(self._best) == _CANDIDATES and likeliest.score <= self._best[0][0]):
            return
        self._looked += 1
        entry = (likeliest.score, -self._looked, file, likeliest)
        (heapq.heappush if len(self._best) < _CANDIDATES else heapq.heapreplace)(self._best, entry)

    def told(self) -> QuoteFound:
        status: Status = "found"
        passage = self._found
        if passage is None:
            status = "gone"
            laid = [
                (lay_over(self._words, window), file)
                for _, _, file, window in sorted(self._best, reverse=True)
            ]
            near, file = max(laid, key=lambda one: one[0].alike, default=(None, ""))
            if near is not None and near.alike >= _ALIKE and len(self._words) > 1:
                status, passage = "altered", Passage(file, near.line, near.passage, near.differences)
        return QuoteFound(self.pack, self.cite.source, self.cite.quote, self.cited_by, status, passage)


def _trimmed(words: list[str]) -> list[str]:
    """Without punctuation at its ends: a quotation may stop before the full stop."""
    first = next((n for n, word in enumerate(words) if word[0].isalnum()), len(words))
    last = next((n for n in range(len(words), first, -1) if words[n - 1][0].isalnum()), first)
    return words[first:last]


def _quotes(pack: Pack, sources: Sequence[str]) -> Iterable[tuple[Citation, tuple[str, ...]]]:
    """Every quotation of a pack once, with the parts that cite it."""
    cited: dict[tuple[str, str], tuple[Citation, list[str]]] = {}
    for cite, part in _citations(pack):
        if cite is not None and (not sources or cite.source in sources):
            cited.setdefault((cite.source, cite.quote), (cite, []))[1].append(part)
    return [(cite, tuple(dict.fromkeys(parts))) for cite, parts in cited.values()]


def _citations(pack: Pack) -> Iterable[tuple[Citation | None, str]]:
    for part, entries in (
        ("rule", pack.rules_by_id), ("setting", pack.settings), ("notice", pack.notices),
        ("region group", pack.region_groups), ("recipient", pack.recipients), ("purpose", pack.purposes),
        ("kind of data", pack.categories), ("statement", pack.statements),
    ):  # fmt: skip
        for id_, entry in entries.items():
            yield entry.cite, f"{part} {id_}"
    for id_, setting in pack.settings.items():
        yield setting.default.cite, f"default of {id_}"
