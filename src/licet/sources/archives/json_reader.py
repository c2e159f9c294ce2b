"""JSON from a stranger: divided into its elements first and read one element at a time, within bounds.

What is counted before anything is built: how deep it goes, how many values an element has. Whole numbers of absurd
length stay text, a key that stands twice is kept twice, and what is not UTF-8 or not JSON is refused with its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

from licet.terms import SourceError
from licet.terms.canonical import JsonObject

LONGEST_JSON_BYTES = 192 * 1024**2
#: How deep lists and objects may stand in one another; exports stay below 30.
MOST_DEPTH = 100
#: Values of one element, and of all: what is read is held one element at a time.
MOST_IN_ELEMENT, MOST_IN_FILE = 400_000, 20_000_000
#: A string is taken whole, also one that never ends; whatever stands between these is one value or nothing.
_TOKEN = re.compile(rb'(?:[^"\[\]{},:]++|"(?:[^"\\]++|\\.)*+(?:"|\\?\Z))*+([\[\]{},:]|\Z)', re.DOTALL)
_LONGEST_WHOLE = 18
_BLANK = b" \t\r\n"
_CLOSED_BY = {b"[": b"]", b"{": b"}"}


class Readable(Protocol):
    """A file of a download."""

    def read_all(self, limit: int) -> bytes: ...


class Element(NamedTuple):
    """An element of the file's list, or a value of its object under `key`; of a list under a key, each element."""

    key: str | None
    value: Any


def read_elements(file: Readable, where: str) -> Iterator[Element]:
    """The elements of a JSON file, as they are needed.

    Raises: SourceError SRC-050 when it is not UTF-8, SRC-053 for JSON larger or deeper than any export's, SRC-054 for
    what is not JSON, and what reading the archive raises.
    """
    data = file.read_all(LONGEST_JSON_BYTES)
    if len(data) > LONGEST_JSON_BYTES:
        raise _beyond(f"the file is larger than {LONGEST_JSON_BYTES // 1024**2} MiB", where)
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    view = memoryview(data)
    for key, start, end in _divide(data, where):
        piece = bytes(view[start:end]).strip(_BLANK)
        name = None if key is None else _text(_parsed(key, where))
        if piece or name is not None:
            yield Element(name, _parsed(piece, where))


def _divide(data: bytes, where: str) -> Iterator[tuple[bytes | None, int, int]]:
    """Where each element starts and ends. Only brackets, commas and colons outside of strings are looked at."""
    start = len(data) - len(data.lstrip(_BLANK))
    if data[start : start + 1] not in (b"[", b"{"):
        yield None, 0, len(data)
        return
    open_: list[bytes] = []
    in_element = in_all = 0
    level, begun = 1, start + 1  # elements stand so deep, and one begins here
    key: bytes | None = None
    is_told = False  # whether the value under the key was told already, as the elements of its list
    for match in _TOKEN.finditer(data, start):
        if not (token := match[1]):
            break
        at = match.end() - 1
        if token == b":":
            if len(open_) == 1 and open_[0] == b"{":
                key, begun = data[begun:at].strip(_BLANK), at + 1
            continue
        if token in _CLOSED_BY:
            open_.append(token)
            if len(open_) > MOST_DEPTH:
                raise _beyond(f"lists and objects stand more than {MOST_DEPTH} deep in one another", where)
            if len(open_) == 2 and token == b"[" and key is not None and not data[begun:at].strip(_BLANK):
                level, begun = 2, at + 1
            continue
        in_element += 1
        in_all += 1
        if in_element > MOST_IN_ELEMENT or in_all > MOST_IN_FILE:
            raise _beyond("it holds more values than an export does", where)
        if len(open_) == level:
            is_there = bool(data[begun:at].strip(_BLANK))
            if is_told and is_there:
                raise _no_json("something stands after a list", where)
            if is_there or (key is not None and level == 1 and not is_told):
                yield key, begun, at
            begun, in_element = at + 1, 0
            if level == 1:
                key, is_told = None, False
        if token == b",":
            continue
        if token != _CLOSED_BY[open_.pop()]:
            raise _no_json("a bracket closes another's", where)
        if len(open_) < level:
            level, begun, is_told = 1, at + 1, True
        if not open_:
            if data[at + 1 :].strip(_BLANK):
                raise _no_json("something stands after its end", where)
            return
    raise _no_json("it ends too early", where)


def _parsed(piece: bytes, where: str) -> Any:
    try:
        return json.loads(
            piece.decode("utf-8"), parse_int=_whole, parse_constant=str, object_pairs_hook=_object
        )
    except UnicodeDecodeError:
        raise SourceError("SRC-050", "the text is not UTF-8", where, "export again") from None
    except (ValueError, RecursionError) as error:
        raise _no_json(str(error), where) from None


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_WHOLE else digits


def _object(pairs: list[tuple[str, Any]]) -> JsonObject:
    """An object; a key that stands again is kept under a name of its own, so that nothing is lost."""
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    kept: JsonObject = {}
    for number, (key, value) in enumerate(pairs):
        kept[key if key not in kept else f"{key} (again, {number})"] = value
    return kept


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _beyond(what: str, where: str) -> SourceError:
    return SourceError("SRC-053", what, where, "open the file to see what it is, and export again")


def _no_json(why: str, where: str) -> SourceError:
    return SourceError("SRC-054", f"the file is not JSON: {why}", where, "download the archive again")
