"""What watching found as one HTML file: a time line of each document, newest on top, with the passages that changed.

It holds its style and no script, and stays below its bound by telling fewer of the passages that no quotation rests on;
those that one rests on are never left out.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from licet.policies.quotations import watch_sentences
from licet.policies.quotations.document_watch import DocumentSeen, VersionSeen
from licet.policies.quotations.quotation_check import Watched
from licet.policies.quotations.quotation_status import QuoteStatus
from licet.standalone.standalone_page import SHARED, document

MOST_BYTES = 500_000
_STYLES = (*SHARED, "licet.policies.quotations/templates/watch.css")
#: Of words that stay, so many are shown beside those that changed.
_BESIDE = 10


def as_html(found: Watched) -> str:
    """One page: no script, no request; prints as it stands."""
    drift = watch_sentences.drift_sentence(found.documents)
    for others in (20, 5, 1, 0):
        page = document(
            "licet.policies.quotations/templates/watch.html", _STYLES, found=found, others=others, marked=marked,
            title="What changed in the policies that packs quote", drift=drift,
            unwatched=_unwatched(found), standing=_standing, line_of=_line_of, says=watch_sentences,
            known_by=watch_sentences.KNOWN_BY, by_passage=_by_passage,
        )  # fmt: skip
        if len(page.encode()) <= MOST_BYTES:
            break
    return page


def marked(was: str, now: str) -> Iterator[tuple[str, str]]:
    """Two passages as one: pieces that are the same, del or ins, with long runs of the same cut."""
    old, new = was.split(), now.split()
    folded = [[word.casefold() for word in words] for words in (old, new)]
    matcher = difflib.SequenceMatcher(None, folded[0], folded[1], autojunk=len(old) * len(new) > 10**7)
    for how, i, j, k, m in matcher.get_opcodes():
        if how == "equal":
            words = new[k:m]
            cut = len(words) > 2 * _BESIDE + 3
            yield "same", " ".join([*words[:_BESIDE], "…", *words[-_BESIDE:]] if cut else words)
            continue
        if i < j:
            yield "del", " ".join(old[i:j])
        if k < m:
            yield "ins", " ".join(new[k:m])


def _line_of(seen: DocumentSeen) -> Iterator[tuple[str, VersionSeen, int]]:
    """Newest first: a band where packs have read up to, the version, and how many before it were only laid out anew."""
    versions = list(reversed(seen.versions))
    shown = [n for n, it in enumerate(versions) if it.step.kind != "same"]
    band = ", ".join(pack for pack, _ in seen.packs)
    for place, number in enumerate(shown):
        after = shown[place + 1] if place + 1 < len(shown) else len(versions)
        version = versions[number]
        is_last_read = version.read and (number == 0 or not versions[number - 1].read)
        yield f"read by {band} up to here" if is_last_read else "", version, after - number - 1


def _by_passage(cited: tuple[QuoteStatus, ...]) -> list[list[QuoteStatus]]:
    """Quotations of which the same became, in the same passage."""
    found: dict[tuple[object, ...], list[QuoteStatus]] = {}
    for it in cited:
        where = (it.now.text if it.now else "") if it.quote_stands else it.quotation.quote
        found.setdefault(
            (it.status, it.quote_stands, it.passage if it.quote_stands else "", where), []
        ).append(it)
    return list(found.values())


def _standing(seen: DocumentSeen) -> str:
    """Where a document stands: what its quotations are by now."""
    drifted = sum(it.status in ("altered", "gone") for it in seen.quotations)
    total = len(seen.quotations)
    if not drifted:
        return f"none of {total} quotations changed after it was last read"
    return f"{drifted} of {total} quotations changed after it was last read"


def _unwatched(found: Watched) -> str:
    """What was not watched."""
    said = []
    quotes = sum(len(it.quotations) for it in found.no_text)
    if quotes:
        said.append(f"{quotes} quotations rest on no text of an archive and were not watched.")
    if found.not_held:
        said.append(f"Not here: {', '.join(f'{it.archive} {it.path}' for it in found.not_held)}.")
    if found.not_read:
        said.append(f"Not read: {', '.join(f'{it.name} ({it.why})' for it in found.not_read)}.")
    return " ".join(said)
