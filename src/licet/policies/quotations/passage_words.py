"""A policy text as its words, each with its line: what is left when layout, markup and the look of characters are gone.

Plain text, markdown and HTML are read alike. White space, typographic quotes and dashes, entities, tags, link targets
and markdown's marks do not count; words and the punctuation between them do (capitals are for `SearchedText` to fold).
A link and an em dash part words, a hyphen joins them. The time follows the length, whatever the text holds.
"""

from __future__ import annotations

import html
import re
import unicodedata
from array import array
from collections.abc import Iterator
from typing import NamedTuple


class Words(NamedTuple):
    """words[n] stands in line lines[n], counted from 1."""

    words: list[str]
    lines: array[int]


#: Elements whose text nobody sees, and those that do not end a word.
_UNSEEN = frozenset({"script", "style", "template"})
_WITHIN_A_WORD = frozenset(
    (
        "abbr",
        "b",
        "code",
        "del",
        "em",
        "font",
        "i",
        "ins",
        "mark",
        "s",
        "small",
        "span",
        "strong",
        "u",
        "wbr",
    )
)
_OPENING = re.compile(r"<(?=[a-zA-Z/!?])")
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)[^<>]{0,2000}>")
#: A number so long that it names no character; Python would refuse to read it.
_NO_CHARACTER = re.compile(r"&#[xX]?[0-9a-fA-F]{9,};?")
_LINK_TARGET = re.compile(r"\](?:\((?:[^()\n]|\([^()\n]{0,200}\)){0,1000}\)|\[[^\[\]\n]{0,200}\])")
#: A bracket that opens a link, or an image within one. Text glued to a link is another word, on its left and its right.
_LINK_START = re.compile(r"!?\[(?=!?\[|[^\[\]\n]*\][(\[])")
_LIST_MARK = re.compile(r"\A\s*(?:[>#|]\s*)*(?:[-*+•·]|\d{1,3}[.)])(?=\s)")
#: Invisible in print: soft hyphens, zero-width spaces and joiners, marks of direction.
_INVISIBLE = dict.fromkeys(
    (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF)
)
_LOOKS = _INVISIBLE | {
    ord(mark): plain
    for marks, plain in (("‘’‚‛′ʼ`´", "'"), ("‐‑‒–−﹘﹣－", "-"), ("—―", " "), ("“”„‟«»‹›″", '"'))
    for mark in marks
}
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|[.,;:!?()%$€£&+]")


def words_of(text: str) -> Words:
    """The words of a text, markup and layout aside."""
    words: list[str] = []
    lines = array("L")
    line, pending = 1, [""]
    for number, part in _seen(text.replace("\r\n", "\n").replace("\r", "\n")):
        if number == line:
            pending.append(part)
            continue
        _collect("".join(pending), line, words, lines)
        line, pending = number, [part]
    _collect("".join(pending), line, words, lines)
    return Words(words, lines)


def said(words: list[str]) -> str:
    """Words as a sentence again: punctuation at the word before it."""
    text = " ".join(words)
    return re.sub(r"\( ", "(", re.sub(r" ([.,;:!?)%])", r"\1", text))


def _collect(text: str, line: int, words: list[str], lines: array[int]) -> None:
    if not text or text.isspace():
        return
    text = html.unescape(_NO_CHARACTER.sub(" ", text))
    text = unicodedata.normalize("NFKC", text).translate(_LOOKS)
    text = _LIST_MARK.sub(" ", text, count=1).replace("![", "[")
    text = _LINK_TARGET.sub(" ", _LINK_START.sub(" ", text))
    found = _WORD.findall(_unmarked(text))
    words += found
    lines.extend([line] * len(found))


def _unmarked(text: str) -> str:
    """Without marks of emphasis and escapes: a word with one letter in bold stays a word, ``file_name`` becomes two."""
    return re.sub(r"[*~\\\[\]]", "", re.sub(r"(?<=\w)_(?=\w)", " ", text)).replace("_", " ")


def _seen(text: str) -> Iterator[tuple[int, str]]:
    """The text between tags, in pieces of one line each with its number."""
    line, position = 1, 0
    while position < len(text):
        opening = _OPENING.search(text, position)
        end = len(text) if opening is None else opening.start()
        yield from _numbered(text[position:end], line)
        line += text.count("\n", position, end)
        if opening is None:
            return
        stop, between = _markup(text, end)
        yield line, between
        line += text.count("\n", end, stop)
        position = stop


def _numbered(text: str, line: int) -> Iterator[tuple[int, str]]:
    for offset, part in enumerate(text.split("\n")):
        yield line + offset, part


def _markup(text: str, start: int) -> tuple[int, str]:
    """Where what begins with ``<`` ends, and what stands in its place. What never ends hides the rest."""
    if text.startswith("<!--", start):
        end = text.find("-->", start + 4)
        return (len(text) if end < 0 else end + 3), " "
    if text.startswith(("<!", "<?"), start):
        end = text.find(">", start, start + 2000)
        return (start + 1, " ") if end < 0 else (end + 1, " ")
    tag = _TAG.match(text, start)
    if tag is None:
        return start + 1, " "
    name = tag[1].lower()
    if name in _UNSEEN and text[start + 1] != "/":
        closing = re.compile(rf"</{name}\b", re.IGNORECASE).search(text, tag.end())
        return (len(text) if closing is None else closing.start()), " "
    return tag.end(), "" if name in _WITHIN_A_WORD else " "
