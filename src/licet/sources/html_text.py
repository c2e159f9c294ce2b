"""HTML as plain text a person, or a model, can read: paragraphs kept apart, code kept as written.

Nothing of the markup survives, so neither scripts nor links do: of a link, its words stay. Broken markup never
fails; what cannot be parsed as a tag is text. The standard library's parser takes quadratic time over some broken
markup, so it is given whole tags only, and the time here follows the length.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

#: Elements that start on a line of their own, and the line breaks around each.
_BREAKS = dict.fromkeys(("li", "tr", "dt", "dd", "br"), 1) | dict.fromkeys(
    (
        *("address", "article", "aside", "blockquote", "div", "dl", "figcaption", "figure", "footer", "form"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre", "section"),
        *("table", "ul"),
    ),
    2,
)
_UNSEEN = frozenset({"script", "style", "template", "noscript", "head"})
_SPACES = re.compile(r"\s+")
_LONGEST_TAG = 1000
_DECLARATION = re.compile(r"<[!?][^<>]*>")
#: A "<" that does not begin a whole tag of bearable length.
_STRAY = re.compile(rf"<(?!/?[a-zA-Z][^<>]{{0,{_LONGEST_TAG}}}>)")


class _TextReader(HTMLParser):
    """Collects text; line breaks wait in `_breaks` until there is something to put after them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._breaks = self._pre = self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        self._break(_BREAKS.get(tag, 0))
        if tag == "li":
            self._write("- ")
        elif tag == "pre":
            self._pre += 1
        elif tag == "code" and not self._pre:
            self._write("`")
        elif tag in ("td", "th"):
            self._prose(" ")
        elif tag == "img":
            self._prose(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "pre":
            self._pre = max(0, self._pre - 1)
        elif tag == "code" and not self._pre:
            self._write("`")
        self._break(_BREAKS.get(tag, 0))

    def handle_data(self, data: str) -> None:
        if self._pre:
            # the line break right after the tag is not part of what is shown
            self._write(data.removeprefix("\n") if self._breaks else data)
        else:
            self._prose(data)

    def _prose(self, text: str) -> None:
        text = _SPACES.sub(" ", text)
        if self._breaks or not self._parts or self._parts[-1].endswith((" ", "\n")):
            text = text.lstrip(" ")
        self._write(text)

    def _write(self, text: str) -> None:
        if text and not self._unseen:
            if self._breaks and self._parts:
                self._parts[-1] = self._parts[-1].rstrip()
                self._parts.append("\n" * self._breaks)
            self._breaks = 0
            self._parts.append(text)

    def _break(self, lines: int) -> None:
        if not (self._parts and self._parts[-1] == "- "):  # an item's first paragraph stays beside its dash
            self._breaks = max(self._breaks, lines)

    def text(self) -> str:
        return "".join(self._parts).strip()


def plain_text(html: str) -> str:
    """The words of an HTML fragment: blank lines between paragraphs, ``-`` before items, code as written."""
    reader = _TextReader()
    whole = _DECLARATION.sub("", _without_comments(html.replace("\r\n", "\n")))
    reader.feed(_STRAY.sub("&lt;", whole))
    reader.close()
    return reader.text()


def _without_comments(html: str) -> str:
    """`html` without its comments; one that never ends hides the rest, as in a browser."""
    kept, position = [], 0
    while (start := html.find("<!--", position)) >= 0:
        kept.append(html[position:start])
        end = html.find("-->", start + 4)
        if end < 0:
            return "".join(kept)
        position = end + 3
    return "".join(kept) + html[position:]
