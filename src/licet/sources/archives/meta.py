"""The download of Facebook and Instagram in its JSON form, with the fault in its letters mended.

Files are known by the words of their path, of which hundreds are in use; a file whose path says nothing known is
listed and not guessed at. Their shapes are few: a list under a key, labels with values, and maps of labels in the
owner's language. Every letter beyond ASCII is written as the bytes of its UTF-8, each as a letter of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from licet.sources.archives.archive_records import (
    DEEPER,
    Facts,
    Labelling,
    Record,
    Thing,
    count_values,
    from_epoch,
    text_at,
)
from licet.sources.archives.json_reader import Element
from licet.sources.archives.meta_layout import KEYS, MAPS, THREADS, thing_at
from licet.sources.dates import WrittenDate
from licet.terms.canonical import JsonObject

AI_CHATS = Thing("meta_ai_chats", "ai_conversation")
_AI_NAMES = frozenset(("meta ai", "ai studio"))
_KINDS = {
    "emails": "contact.email", "email": "contact.email", "phone_numbers": "contact.phone",
    "phone_number": "contact.phone", "address": "contact.address", "birthday": "demographic.age",
    "gender": "demographic.gender", "current_city": "profile.location", "hometown": "profile.location",
    "ip_address": "security.logins", "user_agent": "security.logins",
}  # fmt: skip


def is_known(name: str) -> bool:
    """Whether a file is one that `records` reads."""
    return thing_at(name) is not None


def records(name: str, elements: Iterable[Element]) -> Iterator[Record | Facts]:
    """The records of one file of the download."""
    thing = thing_at(name)
    assert thing is not None
    if thing.table == "meta_profile":
        profile = [(element.key or "", mended(element.value)) for element in elements]
        yield _facts(next((value for _, value in profile if isinstance(value, dict)), {}))
        record = Record(thing)
        for key, value in profile:
            count_values(record, {key: value}, _labelling(thing))
        yield record
    elif thing is THREADS:
        yield from _thread(elements)
    else:
        for element in elements:
            value = mended(element.value)
            yield _record(thing, value if isinstance(value, dict) else {element.key or "": value})


def _thread(elements: Iterable[Element]) -> Iterator[Record]:
    """The messages of one thread: with Meta's AI alone they are a conversation with it, else they are private.

    Who takes part stands before the messages; where it does not, they count as private.
    """
    others: set[str] = set()
    about = Record(THREADS)
    for element in elements:
        value = mended(element.value)
        if element.key == "participants" and isinstance(value, dict):
            others.add(text_at(value, "name").casefold())
        thing = AI_CHATS if others & _AI_NAMES and len(others) <= 2 else THREADS
        if element.key != "messages":
            about.thing = thing
            count_values(about, {element.key or "": value}, _labelling(thing))
            continue
        record = _record(thing, value if isinstance(value, dict) else {"": value})
        if thing is AI_CHATS and text_at(value, "sender_name").casefold() not in _AI_NAMES:
            record.words, record.words_kind = text_at(value, "content"), thing.kind
        yield record
    if about.values:
        about.values = {
            (place, about.thing.kind if kind else None): n for (place, kind), n in about.values.items()
        }
        yield about


def _record(thing: Thing, value: Any) -> Record:
    record = Record(thing, written=_written(value))
    count_values(record, value, _labelling(thing))
    if thing.table in ("meta_posts", "meta_comments"):
        record.words, record.words_kind = _own_words(value), thing.kind
    return record


def _labelling(thing: Thing) -> Labelling:
    def label(place: str, key: str) -> str | None:
        if thing.kind == "profile" and key in _KINDS:
            return _KINDS[key]
        if key in MAPS or key == "":
            return thing.kind
        return DEEPER if key in KEYS else None

    return label


def mended(value: Any) -> Any:
    """A JSON value with the letters of its texts and keys as they were written."""
    if isinstance(value, str):
        return _mended_text(value)
    if isinstance(value, list):
        return [mended(inner) for inner in value]
    if isinstance(value, dict):
        return {_mended_text(key): mended(inner) for key, inner in value.items()}
    return value


def _mended_text(text: str) -> str:
    """A text whose letters are the bytes of UTF-8, read as that; any other text as it is."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _written(value: Any) -> WrittenDate | None:
    """When a record was made: the stamp beside it, else the first one a level or two further in."""
    if not isinstance(value, dict):
        return None
    for key in ("timestamp", "creation_timestamp", "added_timestamp", "created_timestamp"):
        if (written := from_epoch(value.get(key))) is not None:
            return written
    stamp = value.get("timestamp_ms")
    if isinstance(stamp, int | float) and (written := from_epoch(stamp / 1000)) is not None:
        return written
    inner = [value[key] for key in (*sorted(MAPS), "media", "data", "attachments") if key in value]
    for within in inner:
        candidates = (
            within.values() if isinstance(within, dict) else within if isinstance(within, list) else ()
        )
        for candidate in list(candidates)[:20]:
            if isinstance(candidate, dict):
                for key in ("timestamp", "creation_timestamp", "timestamp_value"):
                    if (written := from_epoch(candidate.get(key))) is not None:
                        return written
    return None


def _own_words(value: Any) -> str:
    """What the owner wrote in a post or a comment, wherever the form of the file has it."""
    if not isinstance(value, dict):
        return ""
    data = value.get("data")
    for one in data if isinstance(data, list) else ():
        if said := text_at(one, "post") or text_at(one, "comment", "comment"):
            return said
    said = text_at(value, "string_map_data", "Comment", "value")
    media = value.get("media")
    first = media[0] if isinstance(media, list) and media else None
    return said or text_at(first, "title") or (text_at(value, "title") if media else "")


def _facts(about: JsonObject) -> Facts:
    """Whose download it is: Facebook's profile; Instagram's is a map of labels in the owner's language."""
    born = about.get("birthday")
    day = None
    if isinstance(born, dict):
        try:
            day = date(int(born["year"]), int(born["month"]), int(born["day"]))
        except (KeyError, TypeError, ValueError, OverflowError):
            day = None
    elif found := re.search(r'"(\d{4})-(\d\d)-(\d\d)"', f'"{_labelled(about, "date of birth")}"'):
        try:
            day = date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            day = None
    return Facts(
        name=text_at(about, "name", "full_name") or _labelled(about, "name") or None,
        location=text_at(about, "current_city", "name") or None,
        born=day,
    )


def _labelled(about: JsonObject, label: str) -> str:
    found = about.get("string_map_data")
    for key, value in found.items() if isinstance(found, dict) else ():
        if key.casefold() == label:
            return text_at(value, "value")
    return ""
