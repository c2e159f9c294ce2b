"""What a version of a document did, in sentences that the terminal and the page share."""

from __future__ import annotations

from licet.policies.quotations.document_watch import DocumentSeen, VersionSeen
from licet.policies.quotations.nearest_passage import Difference
from licet.policies.quotations.quotation_status import QuoteStatus

KNOWN_BY = {
    "git": "by its place in the archive",
    "table": "by the table beside the texts",
    "quotations": "taken for it, since its quotations stand there",
    "caller": "as you say",
}
_SHOWN_CHARACTERS = 240
_SHOWN_DIFFERENCES = 6


def version_sentence(seen: VersionSeen) -> str:
    """What became of the document: by its day, its pages, its passages."""
    says = [page.day for _, page in seen.pages if page is not None]
    now, was = ", ".join(dict.fromkeys(says)), ", ".join(dict.fromkeys(seen.was_said))
    named = f"it names {now}" if now else "it names no day"
    did = seen.step
    said = {
        "first": f"The first version here; {named}.",
        "same": "Nothing changed but layout or link targets.",
        "dated": f"Nothing changed but the day: {named}" + (f" (before: {was})." if was else "."),
        "changed": f"Changed under the day that it named before ({now})."
        if did.silent and now == was
        else f"Changed, in part under the day that it named before; {named} (before: {was})."
        if did.silent
        else f"Changed; {named}" + (f" (before: {was})." if was and was != now else "."),
        "pages": "",
        "ended": "The document is no longer in the archive.",
    }[did.kind]
    for pages, how, but in (
        (did.pages_added, "appended", ", which changes no other"),
        (did.pages_removed, "dropped", ""),
    ):
        if pages:
            names = ", ".join(f"“{page}”" for page in pages)
            said += f" The archive {how} {'a page' if len(pages) == 1 else 'pages'}{but}: {names}."
    return said.strip()


def quotations_sentence(seen: VersionSeen) -> str:
    """What became of the quotations that stood in the version before; empty where none did."""
    around = sum(it.status == "altered" and it.quote_stands for it in seen.cited)
    counts = (
        ("moved", sum(it.status == "moved" for it in seen.cited)),
        ("with a passage that changed around the words", around),
        ("altered", sum(it.status == "altered" for it in seen.cited) - around),
        ("gone", sum(it.status == "gone" for it in seen.cited)),
    )
    total = seen.kept + len(seen.cited)
    if not total:
        return ""
    if not seen.cited:
        return (
            "The one quotation is kept."
            if total == 1
            else f"All {total} quotations are kept, with their passages."
        )
    return (
        f"Of {total} quotations: {seen.kept} kept, " + ", ".join(f"{n} {how}" for how, n in counts if n) + "."
    )


def read_sentence(document: DocumentSeen) -> str:
    """Up to where packs have read a document."""
    return "; ".join(
        f"{pack} has read it up to {known.recorded}"
        if known.recorded
        else f"{pack} says no day on which it was read"
        for pack, known in document.packs
    )


def status_words(found: QuoteStatus) -> str:
    """What became of a quotation, in a line that is not too long."""
    if found.status == "altered":
        around = "its passage changed: " if found.quote_stands else "altered: "
        return around + changed_words(found.differences)
    return "moved, word for word" if found.status == "moved" else found.status


def changed_words(differences: tuple[Difference, ...]) -> str:
    """What differs between two passages, in a line that is not too long."""
    told = "; ".join(difference_words(it) for it in differences[:_SHOWN_DIFFERENCES])
    rest = len(differences) - _SHOWN_DIFFERENCES
    return (
        f"{told}; and in {rest} other place{'s' if rest > 1 else ''}"
        if rest > 0
        else told or "moved as it is"
    )


def difference_words(difference: Difference) -> str:
    """What differs, as a sentence."""
    was, now = (_short(text) for text in difference)
    if not was:
        return f"“{now}” was added"
    return f"“{was}” {f'is now “{now}”' if now else 'is missing'}"


def drift_sentence(documents: tuple[DocumentSeen, ...]) -> str:
    """Whether passages that packs rest on changed after they were last read, and since when."""
    drifted = [it for document in documents for it in document.quotations if it.status in ("altered", "gone")]
    if not drifted:
        return "No passage that these packs rest on changed after they were last read."
    packs = ", ".join(sorted({it.quotation.pack for it in drifted}))
    days = ", ".join(sorted({it.since.isoformat() for it in drifted if it.since is not None}))
    many = len({(it.quotation.pack, it.passage) for it in drifted})
    said = f"{many} passages that {packs} rests on" if many > 1 else f"A passage that {packs} rests on"
    return f"{said} changed after the pack was last read" + (f" (recorded {days})." if days else ".")


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1].rstrip() + "…"
