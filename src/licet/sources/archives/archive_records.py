"""A record of a download, and what is counted of it: filled values by the place they stand at and what they are.

A place is a path of keys such as ``message.content``; the elements of a list stand at the list's own place. What a
reader does not know is counted at the first key that it does not know, under no kind of data at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from licet.sources.dates import WrittenDate

#: What `Labelling` answers where the keys further in are to be asked for.
DEEPER = "…"
#: How long a place may get before it is cut, in characters.
LONGEST_PLACE = 80

#: Between the kinds of data of which something is one, and nothing in the file says which.
_OR = "|"

#: The kind of data at a key inside a place: a kind and everything under it, `DEEPER`, or None where nobody knows.
Labelling = Callable[[str, str], str | None]


def either(*kinds: str) -> str:
    """The kind of what is of one of several kinds, and nobody can say from the file of which."""
    return _OR.join(kinds)


def kinds_in(kind: str) -> tuple[str, ...]:
    """The kinds that something may be of: mostly the one."""
    return tuple(kind.split(_OR))


class Thing(NamedTuple):
    """What the records of a file are. `table` names it, `kind` is the kind of data of most of it."""

    table: str
    kind: str
    note: str = ""


class Facts(NamedTuple):
    """What a file says about whose download it is.

    born_year:   where only the year of birth is given.
    born_unread: whether this is where a date of birth stands, and none could be read.
    """

    name: str | None = None
    location: str | None = None
    born: date | None = None
    born_year: int | None = None
    plan: str | None = None
    born_unread: bool = False


@dataclass(slots=True)
class Record:
    """One record.

    values: filled values, by place and kind; kind is None where nobody knows what it is.
    is_dated: whether `written` is exact enough to say when it was made; a month is not.
    words:  a passage the owner wrote, if there is one, of the kind `words_kind`.
    """

    thing: Thing
    values: dict[tuple[str, str | None], int] = field(default_factory=dict)
    written: WrittenDate | None = None
    is_dated: bool = True
    audience: str | None = None
    words: str = ""
    words_kind: str | None = None


def count_values(record: Record, value: Any, label: Labelling, place: str = "") -> None:
    """Add every filled value of a JSON value to the record. `value` is no deeper than `json_reader` lets through."""
    if isinstance(value, list):
        for element in value:
            count_values(record, element, label, place)
    elif isinstance(value, dict):
        for key, inner in value.items():
            within = f"{place}.{key}" if place else key
            kind = label(place, key)
            if kind == DEEPER:
                count_values(record, inner, label, within)
            else:
                _add(record, within, kind, sum(1 for _ in filled(inner)))
    else:
        _add(record, place, record.thing.kind, sum(1 for _ in filled(value)))


def _add(record: Record, place: str, kind: str | None, count: int) -> None:
    if count:
        key = (shown(place)[:LONGEST_PLACE] or "(the value itself)", kind)
        record.values[key] = record.values.get(key, 0) + count


def joined(parts: Iterable[tuple[bool, Record]]) -> Iterator[Record]:
    """Records of which one that goes on from the one before it is counted with it, as one."""
    whole: Record | None = None
    for goes_on, record in parts:
        if whole is None or not goes_on:
            if whole is not None:
                yield whole
            whole = record
            continue
        for key, count in record.values.items():
            whole.values[key] = whole.values.get(key, 0) + count
        whole.written = whole.written or record.written
        whole.audience = whole.audience or record.audience
        if not whole.words:
            whole.words, whole.words_kind = record.words, record.words_kind
    if whole is not None:
        yield whole


def filled(value: Any) -> Iterator[Any]:
    """The values under a JSON value that say anything: no null, no empty text, list or object."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from filled(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from filled(inner)
    elif value is not None and not (isinstance(value, str) and (not value or value.isspace())):
        yield value


def shown(text: str) -> str:
    """Text that can be written out: half characters, which JSON allows and no encoding does, are replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")


def from_epoch(seconds: Any) -> WrittenDate | None:
    """The moment of a count of seconds since 1970; None for what is none, or lies outside the years 1990 to 2200."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not math.isfinite(seconds):
        return None
    if not 631_152_000 <= seconds <= 7_258_118_400:
        return None
    return WrittenDate(datetime.fromtimestamp(seconds, UTC), "moment")


def text_at(value: Any, *keys: str) -> str:
    """The text found by going from key to key; empty where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return shown(value) if isinstance(value, str) else ""
