"""JSON from a stranger, as a stream: one element at a time, in memory that does not grow with the file.

An element that is too large to hold comes in pieces of its own shape, cut at its outermost commas, so that nothing of
it is lost. What is broken costs the smallest part that the brackets let one leave out; where they do not, or where the
file ends too early, everything before counts and the rest is told as unread.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from typing import Any, NamedTuple

from licet.sources.archives.json_pieces import (
    BLANK,
    BRACKET,
    CLOSED_BY,
    TOKEN,
    Open,
    beginning,
    children,
    cuts,
    ending,
    parsed,
    reopened,
)
from licet.sources.byte_reader import ByteReader
from licet.sources.import_report import Unread
from licet.terms import SourceError

#: How deep lists and objects may stand in one another; exports stay below 30. What is deeper is left out.
MOST_DEPTH = 100
#: What is built at once: larger elements come in pieces of about so many bytes.
PIECE_BYTES = 2 * 1024**2
#: A text or a number that is longer than the first is cut to the second.
LONGEST_RUN_BYTES, KEPT_OF_RUN_BYTES = 8 * 1024**2, 64 * 1024
_BLOCK_BYTES = 256 * 1024
#: Places told one by one; any more are told together.
MOST_PLACES_TOLD = 20
#: How many levels into a broken element the part that is broken is looked for.
_LOOKED_INTO = 6
_WHOLE_CHARACTERS = re.compile(rb'(?:[^"\\]|\\(?:u[0-9a-fA-F]{4}|[^u]))*+', re.DOTALL)
_IN_TEXT = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
#: Texts that end, and what stands between them.
_CLOSED = re.compile(rb'(?:[^"\[\]{},:]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_DIGITS = b"0123456789+-.eE" + BLANK
_TOO_EARLY = "it ends too early: download it again"


class Element(NamedTuple):
    """An element of the file's list, or a value of its object under `key`; of a list under a key, each element.

    goes_on: more of the element before it, which was too large or broken in places: the same shape, other parts.
    """

    key: str | None
    value: Any
    goes_on: bool = False


class _Gap(NamedTuple):
    start: int
    length: int
    why: str


def read_elements(file: ByteReader, where: str) -> Elements:
    """The elements of a JSON file.

    Raises, when iterated: SourceError SRC-054 for a file that is neither a list nor an object nor one value, and what
    reading the archive raises but SRC-041: what comes before the damage counts.
    """
    return Elements(file, where)


class Elements:
    """The elements of one file, once, as they are needed; `unread` is whole when they are through."""

    def __init__(self, file: ByteReader, name: str) -> None:
        self.unread: list[Unread] = []
        self._file, self._name = file, name
        self._data, self._base = b"", 0  # what is held, and where in the file it starts
        self._begun = 0  # where in what is held the element, or the rest of it, begins
        self._inner: list[Open] = []  # the lists and objects of the element in which that rest stands
        self._key: str | None = None
        self._goes_on = False
        self._gaps: list[_Gap] = []
        self._more_gaps = self._more_bytes = 0
        self._damage: str | None = None
        self._span = (0, 0)  # where in the file the piece that is being built starts and ends
        self._dropped = 0  # bytes after what is held that were let go while an end was looked for

    def __iter__(self) -> Iterator[Element]:
        self._load()
        self._begun = 3 if self._data.startswith(b"\xef\xbb\xbf") else 0
        while not (start := self._data[self._begun :].lstrip(BLANK)) and self._load():
            self._data, self._base, self._begun = b"", self._base + len(self._data), 0
        self._begun = len(self._data) - len(start)
        yield from self._divided(start[:1]) if start[:1] in CLOSED_BY else self._single()
        told = [
            Unread(
                self._name,
                f"{'one byte' if gap.length == 1 else f'{gap.length:,} bytes'} from byte {gap.start:,} on",
                gap.why,
                gap.length,
            )
            for gap in self._gaps
        ]
        if self._more_gaps:
            what, why = f"{self._more_gaps:,} more places", "broken in more places than are told one by one"
            told.append(Unread(self._name, what, why, self._more_bytes))
        self.unread = told + self.unread

    def _single(self) -> Iterator[Element]:
        """A file that is neither a list nor an object: one value, or nothing that anybody can read."""
        while len(self._data) - self._begun <= PIECE_BYTES and self._load():
            pass
        piece = self._data[self._begun :].strip(BLANK)
        try:
            if len(piece) > PIECE_BYTES or self._damage is not None:
                raise ValueError(self._damage or "it is neither a list nor an object")
            value = parsed(piece.decode("utf-8"))
        except ValueError as error:
            why = "it is empty" if not piece and self._damage is None else str(error)
            raise SourceError(
                "SRC-054", f"the file is not JSON: {why}", self._name, "download the archive again"
            ) from None
        yield Element(None, value)

    def _divided(self, top: bytes) -> Iterator[Element]:
        """Within an element only brackets are looked at, between elements commas and colons, too."""
        open_: list[bytes] = [top]
        self._begun += 1
        at = self._begun
        level = 1  # elements stand so deep
        is_told = False  # the value under the key was told already, as the elements of its list
        while True:
            match = (TOKEN if len(open_) == level else BRACKET).match(self._data, at)
            if match is None or not (token := match[1]):
                at = yield from self._onward(at)
                if at < 0:
                    return
                continue
            place = match.end() - 1
            at = place + 1
            if token in CLOSED_BY:
                is_list = len(open_) == 1 and token == b"[" and self._key is not None and not is_told
                if is_list and not self._data[self._begun : place].strip(BLANK):
                    level, self._begun = 2, at
                elif len(open_) == MOST_DEPTH:
                    if (at := self._without_depth(place)) < 0:
                        yield from self._ended(place, _TOO_EARLY)
                        return
                    continue
                open_.append(token)
                continue
            if token == b":":
                if len(open_) == 1 and top == b"{" and self._key is None:
                    self._key, self._begun = self._named(place), at
                continue
            if token != b"," and token != CLOSED_BY[open_[-1]]:
                yield from self._ended(
                    place, "a bracket closes another's, and nobody knows what belongs to what"
                )
                return
            if len(open_) == level:
                yield from self._element(place, top, is_told and level == 1, level == 1)
                self._begun = at
                if level == 1:
                    self._key, is_told = None, False
            if token == b",":
                continue
            open_.pop()
            if len(open_) < level:
                level, is_told = 1, True
            if not open_:
                yield from self._ended(at, "it stands after the file's end")
                return

    def _onward(self, at: int) -> Generator[Element, None, int]:
        """Read on where what is held was looked through from `at`, and say where to look next; -1 at the end."""
        if len(self._data) - self._begun > PIECE_BYTES:
            yield from self._cut()
        at = max(at, self._begun) - self._begun
        self._data, self._base, self._begun = self._data[self._begun :], self._base + self._begun, 0
        if len(self._data) - at > LONGEST_RUN_BYTES:
            self._shorten(at)
            return at
        if self._load(len(self._data) - at):
            return at
        yield from self._ended(len(self._data), _TOO_EARLY)
        return -1

    def _load(self, wanted: int = 0) -> bool:
        """Hold more of the file: at least as much again as waits, so that nothing is looked at many times."""
        block = self._block(max(wanted, _BLOCK_BYTES))
        self._data += block
        return bool(block)

    def _block(self, wanted: int) -> bytes:
        parts: list[bytes] = []
        try:
            while wanted > 0 and self._damage is None and (part := self._file.read(wanted)):
                parts.append(part)
                wanted -= len(part)
        except SourceError as error:
            if error.code != "SRC-041":
                raise
            self._damage = f"{error.what}: {error.fix}"
        return b"".join(parts)

    def _named(self, end: int) -> str:
        """The key that stands before `end`; what is no text is left out, and its value told under no name."""
        written = self._data[self._begun : end]
        try:
            key = self._built(written.strip(BLANK), self._base + self._begun)
        except ValueError:
            key = None
        if isinstance(key, str):
            return key
        self._leave_out(self._base + self._begun, len(written), "it is no key")
        return ""

    def _element(self, end: int, top: bytes, is_told: bool, is_needed: bool) -> Iterator[Element]:
        """The element that ends here, or the rest of it; nothing where nothing stands and nothing need to."""
        opened = beginning(self._inner)
        piece, offset = opened + self._data[self._begun : end], self._base + self._begun - len(opened)
        is_there = bool(piece.strip(BLANK))
        self._span = (self._base + self._begun, self._base + end)
        if is_there and is_told:
            self._leave_out(offset, len(piece), "it stands after a list")
        elif is_there and top == b"{" and self._key is None:
            self._leave_out(offset, len(piece), "it stands where a key should")
        elif is_there:
            yield from self._pieces(piece, offset)
        elif is_needed and self._key is not None and not is_told:
            self._leave_out(offset, max(len(piece), 1), "a value is missing")
        self._inner, self._goes_on = [], False

    def _cut(self) -> Iterator[Element]:
        """Give what can be given of an element that is too large, cut as far outside as will do."""
        found = cuts(self._data, self._begun, len(self._data), self._inner)
        for depth, comma in sorted(found.commas.items()):
            if len(self._data) - self._begun <= PIECE_BYTES // 2 or depth == 0:
                break
            yield from self._closed(comma, found.open_[:depth])
            self._begun, self._inner = comma + 1, reopened(found.open_[:depth])

    def _closed(self, end: int, open_: list[Open]) -> Iterator[Element]:
        """The element up to here, where those are open."""
        opened = beginning(self._inner)
        piece = opened + self._data[self._begun : end] + ending(open_)
        self._span = (self._base + self._begun, self._base + end)
        if self._data[self._begun : end].strip(BLANK):
            yield from self._pieces(piece, self._base + self._begun - len(opened))

    def _pieces(self, piece: bytes, offset: int) -> Iterator[Element]:
        """An element or a part of one; of a broken one the parts that are not."""
        try:
            value = self._built(piece.strip(BLANK), offset)
        except ValueError as error:
            yield from self._salvaged(piece, offset, [], str(error))
        else:
            yield self._given(value)

    def _given(self, value: Any) -> Element:
        element = Element(self._key, value, self._goes_on)
        self._goes_on = True
        return element

    def _salvaged(self, piece: bytes, offset: int, outer: list[str | None], why: str) -> Iterator[Element]:
        """The parts of a broken list or object that can be read, each within the `outer` keys it stands under."""
        text = piece.strip(BLANK)
        bracket, offset = text[:1], offset + len(piece) - len(piece.lstrip(BLANK))
        if bracket not in CLOSED_BY or len(outer) == _LOOKED_INTO:
            self._leave_out_of_piece(offset, len(text), why)
            return
        for start, colon, end in children(text):
            try:
                if colon < 0:
                    raise ValueError("something stands after a closing bracket")
                part = self._built(bracket + text[start:end] + CLOSED_BY[bracket], offset + start - 1)
            except ValueError as error:
                key = self._key_at(text[start:colon]) if bracket == b"{" and colon > 0 else None
                if colon < 0 or (bracket == b"{" and key is None):
                    self._leave_out_of_piece(offset + start, end - start, str(error))
                else:
                    inside = start if bracket == b"[" else colon + 1
                    yield from self._salvaged(text[inside:end], offset + inside, [*outer, key], str(error))
                continue
            for outside in reversed(outer):
                part = [part] if outside is None else {outside: part}
            yield self._given(part)

    def _key_at(self, written: bytes) -> str | None:
        try:
            key = parsed(written.strip(BLANK).decode("utf-8"))
        except ValueError:
            return None
        return key if isinstance(key, str) else None

    def _built(self, piece: bytes, offset: int) -> Any:
        """The value of a piece; bytes that are not UTF-8 are left out of it. Raises: ValueError."""
        try:
            return parsed(piece.decode("utf-8"))
        except UnicodeDecodeError as error:
            text = piece.decode("utf-8", "replace")
            value = parsed(text)
            count = text.count("\ufffd") - piece.count("\ufffd".encode())
            self._leave_out_of_piece(offset + error.start, max(count, 1), "it is not UTF-8")
            return value

    def _leave_out_of_piece(self, start: int, length: int, why: str) -> None:
        """Note what nobody could read of the piece being built; what is opened again in it was told before."""
        first, end = max(start, self._span[0]), min(start + length, self._span[1])
        if first < end:
            self._leave_out(first, end - first, why)

    def _leave_out(self, start: int, length: int, why: str) -> None:
        """Note what nobody could read: neighbours together, and what is too much to tell as a count."""
        last = self._gaps[-1] if self._gaps else None
        if last is not None and last.why == why and 0 <= start - last.start - last.length <= 2:
            self._gaps[-1] = last._replace(length=start + length - last.start)
        elif len(self._gaps) < MOST_PLACES_TOLD:
            self._gaps.append(_Gap(max(start, 0), length, why))
        else:
            self._more_gaps += 1
            self._more_bytes += length

    def _ended(self, end: int, why: str) -> Iterator[Element]:
        """Give what had ended before `end`, and tell the rest of the file as unread, if there is any."""
        found = cuts(self._data, self._begun, end, self._inner)
        if found.last_end is not None:
            place, depth = found.last_end
            yield from self._closed(place, found.open_[:depth])
            self._begun = place
        rest, is_blank = (
            len(self._data) - self._begun + self._dropped,
            not self._data[self._begun :].strip(BLANK),
        )
        while block := self._block(_BLOCK_BYTES):
            rest, is_blank = rest + len(block), is_blank and not block.strip(BLANK)
        if self._damage is not None:
            self.unread.append(
                Unread(self._name, f"from byte {self._base + self._begun:,} on", self._damage, None)
            )
        elif not is_blank:
            start = self._base + self._begun
            self.unread.append(Unread(self._name, f"from byte {start:,} on", why, rest))
        if self._damage is None and why == _TOO_EARLY:
            length = self._base + self._begun + rest
            self.unread.append(Unread(self._name, f"what should come after byte {length:,}", why))

    def _without_depth(self, place: int) -> int:
        """Leave out the list or object at `place`, which is too deep; where to look next, or -1 at the file's end."""
        depth, at, cut = 0, place, 0
        while True:
            match = BRACKET.match(self._data, at)
            if match is None or not match[1]:
                self._data, cut, at = self._data[:place] + self._data[at:], cut + at - place, place
                if len(self._data) - place > LONGEST_RUN_BYTES or not self._load(len(self._data) - place):
                    self._dropped = cut
                    return -1
                continue
            at = match.end()
            depth += 1 if match[1] in CLOSED_BY else -1
            if depth == 0:
                break
        length = cut + at - place
        why = f"lists and objects stand more than {MOST_DEPTH} deep in one another"
        self._leave_out(self._base + place, length, why)
        self._data = self._data[:place] + b"null" + self._data[at:]
        self._base += length - 4
        return place + 4

    def _shorten(self, start: int) -> None:
        """Leave out most of what does not end, from `start` on, within any measure: a text, a number, or garbage."""
        at = start
        while (match := TOKEN.match(self._data, at)) is not None and match[1]:
            at = match.end()
        match = _CLOSED.match(self._data, at)
        text = match.end() if match is not None else at
        if len(self._data) - text > KEPT_OF_RUN_BYTES:
            self._shorten_text(text)
            return
        start, end = (at + KEPT_OF_RUN_BYTES, text) if text - at > KEPT_OF_RUN_BYTES else (start, at)
        if self._data[start:end].strip(_DIGITS):
            self._leave_out(self._base + start, end - start, "it is not JSON")
        self._data, self._base = self._data[:start] + self._data[end:], self._base + end - start

    def _shorten_text(self, start: int) -> None:
        """Leave out most of the text that starts here, and read on to where it ends."""
        match = _WHOLE_CHARACTERS.match(self._data, start + 1, start + KEPT_OF_RUN_BYTES)
        cut = match.end() if match is not None else start + 1
        while self._data[cut] & 0xC0 == 0x80:  # within a character
            cut -= 1
        kept, rest = self._data[:cut], self._data[cut:]
        end = 0
        while (match := _IN_TEXT.match(rest)) is not None and (end := match.end()) >= len(rest) - 1:
            if rest[end:] == b'"':
                break
            self._base += end
            rest, end = rest[end:], 0
            if not (block := self._block(_BLOCK_BYTES)):
                break
            rest += block
        self._base += end
        self._data = kept + rest[end:]
