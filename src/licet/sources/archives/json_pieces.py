"""Pieces of JSON: where one may be cut so that every part is JSON of the same shape, and what stands in one.

A cut is made at a comma or after a closing bracket: what is open there is closed in the first part, and opened again,
under the same keys, in the next. Whole numbers of absurd length stay text, a key that stands twice is kept twice, and
control characters and backslashes that JSON forbids are read as they stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from licet.terms.canonical import JsonObject

CLOSED_BY = {b"[": b"]", b"{": b"}"}
BLANK = b" \t\r\n"
#: A string is taken whole, also one that never ends; whatever stands between these is one value or nothing.
_STRINGS = rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z))*+'
TOKEN = re.compile(rb'(?:[^"\[\]{},:]++|' + _STRINGS + rb"([\[\]{},:]|\Z)", re.DOTALL)
BRACKET = re.compile(rb'(?:[^"\[\]{}]++|' + _STRINGS + rb"([\[\]{}]|\Z)", re.DOTALL)
#: A backslash with what may follow it; alone where it may not.
_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9a-fA-F]{4})|)')
_LONGEST_WHOLE = 18
#: A key that is longer is not repeated in every part.
_LONGEST_KEY_BYTES = 1024


class Open(NamedTuple):
    """A list or an object that is not closed, and the key in it under which one stands, as it is written."""

    bracket: bytes
    key: bytes = b""


class Cuts(NamedTuple):
    """Where a stretch of JSON may be cut.

    open_:    what is open at its end, the outermost first.
    commas:   by how many of those are open there, the last comma that stands directly in the innermost.
    last_end: the last place at which a value had ended, and how many were open there; None where none had.
    """

    open_: list[Open]
    commas: dict[int, int]
    last_end: tuple[int, int] | None


def cuts(data: bytes, start: int, end: int, inner: list[Open]) -> Cuts:
    """Where ``data[start:end]`` may be cut; at its start those of `inner` are open."""
    open_, commas, last_end = list(inner), dict[int, int](), None
    at = begun = start
    while (match := TOKEN.match(data, at, end)) is not None and (token := match[1]):
        place = match.end() - 1
        at = place + 1
        if token == b":":
            if open_ and not open_[-1].key:
                open_[-1] = Open(open_[-1].bracket, data[begun:place].strip(BLANK))
            continue
        begun = at
        if token in CLOSED_BY:
            open_.append(Open(token))
        elif token == b",":
            commas[len(open_)] = place
            last_end = place, len(open_)
            if open_:
                open_[-1] = Open(open_[-1].bracket)
        elif open_:
            commas.pop(len(open_), None)
            open_.pop()
            last_end = at, len(open_)
    return Cuts(open_, commas, last_end)


def reopened(open_: list[Open]) -> list[Open]:
    """The same lists and objects, of which the innermost goes on with a value, or a key, of its own."""
    return [*open_[:-1], Open(open_[-1].bracket)] if open_ else []


def beginning(open_: list[Open]) -> bytes:
    """What opens them again."""
    return b"".join(each.bracket + (_short(each.key) + b":" if each.key else b"") for each in open_)


def ending(open_: list[Open]) -> bytes:
    """What closes them."""
    return b"".join(CLOSED_BY[each.bracket] for each in reversed(open_))


def _short(key: bytes) -> bytes:
    return key if len(key) <= _LONGEST_KEY_BYTES else b'"(a key that is too long)"'


def children(text: bytes) -> Iterator[tuple[int, int, int]]:
    """Of a list or an object, where each of its values starts, where its colon is, and where it ends.

    The colon is 0 where there is none, and -1 of what stands after the closing bracket.
    """
    depth, at, begun, colon = 0, 0, 0, 0
    while (match := TOKEN.match(text, at)) is not None and (token := match[1]):
        place = match.end() - 1
        at = place + 1
        depth += (token in CLOSED_BY) - (token in b"]}")
        if depth == 1 and token == b":":
            colon = colon or place
        elif (depth == 1 and token == b",") or depth == 0:
            if text[begun:place].strip(BLANK):
                yield begun, colon, place
            begun, colon = at, 0
            if depth == 0:
                break
        elif depth == 1 and begun == 0:
            begun = at
    if text[begun:].strip(BLANK):
        yield begun, -1, len(text)


def parsed(text: str) -> Any:
    """The value of a text. Raises: ValueError, with the reason alone, for what is not JSON."""
    try:
        try:
            return _loaded(text)
        except ValueError:
            mended = _ESCAPE.sub(lambda found: found[0] if found[1] else "\\\\", text)
            if mended == text:
                raise
            return _loaded(mended)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON ({error.msg})") from None
    except RecursionError:
        raise ValueError("lists and objects stand too deep in one another") from None


def _loaded(text: str) -> Any:
    return json.loads(text, strict=False, parse_int=_whole, parse_constant=str, object_pairs_hook=_object)


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
