"""Whose download a file is, by what stands in it: names are translated, shortened and changed, and shapes are not.

A few kilobytes of each JSON and HTML file are looked at. A CSV file is LinkedIn's when its name is one of an export,
and so is an article; its header is held against its name when it is read.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

from licet.sources.archives.meta_layout import is_of_meta, looks_like_meta
from licet.sources.download import Download
from licet.sources.linkedin.linkedin_import import is_article
from licet.sources.linkedin.linkedin_layout import layout_of

_LOOKED_AT_BYTES = 64 * 1024
#: Files looked at before the answer is taken; a download holds hundreds of the same kind.
_MOST_LOOKED_AT = 400


class Kind(StrEnum):
    """A platform whose download is read."""

    LINKEDIN = "linkedin"
    CHATGPT = "chatgpt"
    META = "meta"
    TAKEOUT = "takeout"


#: What stands in a file of each kind: every one of the words.
_MARKS: tuple[tuple[Kind, tuple[bytes, ...]], ...] = (
    (Kind.LINKEDIN, (b'"snapshotData"',)),
    (Kind.CHATGPT, (b'"mapping"', b'"current_node"')),
    (Kind.CHATGPT, (b'"mapping"', b'"children"')),
    (Kind.CHATGPT, (b'"chatgpt_plus_user"',)),
    (Kind.TAKEOUT, (b'"header"', b'"title"', b'"products"')),
    (Kind.TAKEOUT, (b"outer-cell", b"mdl-typography--title")),
)


def kind_of(download: Download) -> Kind | None:
    """Whose download it is: the kind of most of its files; None when nothing in it is known."""
    found: Counter[Kind] = Counter()
    looked = 0
    for entry in download.entries():
        name = entry.name.casefold()
        if entry.is_nested:
            continue
        if is_article(entry.name) or (name.endswith(".csv") and layout_of(entry.name) is not None):
            found[Kind.LINKEDIN] += 1
        elif name.endswith((".json", ".html", ".htm")) and looked < _MOST_LOOKED_AT:
            looked += 1
            if (kind := kind_of_file(download, entry.name)) is not None:
                found[kind] += 1
    return found.most_common(1)[0][0] if found else None


def kind_of_file(download: Download, name: str) -> Kind | None:
    """Whose file it is, by how it starts. Raises: SourceError SRC-041 when it is damaged."""
    start = download.peek(name, _LOOKED_AT_BYTES)
    kind = next((kind for kind, marks in _MARKS if all(mark in start for mark in marks)), None)
    if kind is None and (is_of_meta(name) or looks_like_meta(start)):
        return Kind.META
    return kind
