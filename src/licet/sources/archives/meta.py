"""The download of Facebook, Instagram and Threads in its JSON form, with the fault in its letters mended.

What a file holds is said by `meta_layout`, and never by a name that somebody chose. Shapes are few: a list under a
key, labels with values, and maps of labels in the owner's language. A record is what a person would count: a message,
a post, an advertiser; what stands beside a list (who takes part, a title) is counted with its last record. Every
letter beyond ASCII is written as the bytes of its UTF-8, each as a letter of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from typing import Any

from licet.sources.archives.archive_records import (
    DEEPER,
    Facts,
    Labelling,
    Record,
    Thing,
    count_values,
    filled,
    from_epoch,
    text_at,
)
from licet.sources.archives.json_reader import Element
from licet.sources.archives.meta_layout import (
    AI_CHATS,
    KEYS,
    MAPS,
    MESSAGE_LISTS,
    NAMED_AI,
    THREADS,
    thing_of,
)
from licet.sources.dates import WrittenDate, read_date
from licet.sources.import_report import Unread
from licet.terms.canonical import JsonObject

#: What Meta calls its AI. Anybody can be called so.
AI_NAME = "meta ai"
_KINDS = {
    "emails": "contact.email", "email": "contact.email", "phone_numbers": "contact.phone",
    "phone_number": "contact.phone", "address": "contact.address", "birthday": "demographic.age",
    "gender": "demographic.gender", "current_city": "profile.location", "hometown": "profile.location",
    "ip_address": "security.logins", "user_agent": "security.logins",
}  # fmt: skip
#: Lists that are parts of one record and no list of records.
_PARTS = MAPS | {"media", "data", "attachments", "tags", "vec", "dict", "participants"}
#: Lists whose elements are what a person would count, wherever in an element they stand.
_COUNTED = ("entries", "children")
_MESSAGES = ("messages", "replies", "conversation")
#: Of what is kept about somebody for advertisers, each value of a list of values is one thing.
_ONE_A_VALUE = frozenset(("meta_advertisers", "meta_ads", "meta_inferences"))
_STAMPS = (
    "timestamp",
    "creation_timestamp",
    "added_timestamp",
    "created_timestamp",
    "timestamp_ms",
    "timestamp_value",
)
_MILLISECONDS = 100_000_000_000
_EARLIEST_BIRTH = 1900
_OWN = "the record's own"

Found = Record | Facts | Unread
#: A record, and whether a person would count it; what stands beside one is counted with it.
Counted = tuple[Record, bool]


def records(name: str, elements: Iterable[Element]) -> Iterator[Found]:
    """The records of one file of the download; that it is unread where neither names nor keys say what it is."""
    mendeds: Iterator[Element] = (
        element._replace(key=mended(element.key), value=mended(element.value)) for element in elements
    )
    first = next(mendeds, None)
    if first is None:
        return
    thing = thing_of(name, first.key)
    if thing is None:
        yield Unread(name, "the whole file", "no such file of an export is known")
        return
    mendeds = chain((first,), mendeds)
    if thing.kind == "profile.location":
        yield from _places(thing, mendeds)
    elif thing.table == "meta_profile":
        yield from _profile(thing, mendeds)
    elif thing.kind.startswith(("private_communication", "ai_conversation")):
        yield from _thread(thing, mendeds)
    else:
        yield from held_together(thing, _listed(thing, mendeds))


# ---- what is counted ------------------------------------------------------------------------------------------------


def held_together(alone: Thing, counted: Iterable[Counted]) -> Iterator[Record]:
    """The records, each held back until the next, so that the last takes what stands beside them.

    alone: what that is where there is no record.
    """
    held: Record | None = None
    beside: dict[
        tuple[str, str | None], int
    ] = {}  # by place and kind, where that is another than the record's
    written: WrittenDate | None = None
    for record, is_one in counted:
        if is_one:
            if held is not None:
                yield held
            held = record
            continue
        for (place, kind), count in record.values.items():
            key = (place, _OWN if kind == record.thing.kind else kind)
            beside[key] = beside.get(key, 0) + count
        written = written or record.written
    held = held or Record(alone)
    for (place, kind), count in beside.items():
        key = (place, held.thing.kind if kind == _OWN else kind)
        held.values[key] = held.values.get(key, 0) + count
    held.written = held.written or written
    yield held


def _listed(thing: Thing, elements: Iterable[Element]) -> Iterator[Counted]:
    """Each element of a list is one; the parts of one thing, and what stands under a key by itself, are none."""
    lone: Element | None = None  # a text may be one of a list, or stand by itself
    before: str | None = None
    for element in elements:
        key, value = element.key, element.value
        if lone is not None:
            yield _record(thing, {lone.key or "": lone.value}), lone.key in (key, before)
            before = lone.key
        is_part = key in _PARTS
        lone = element if not is_part and key is not None and not isinstance(value, dict) else None
        if lone is None:
            yield from _of_element(thing, key, value, is_part, not element.goes_on)
    if lone is not None:
        yield _record(thing, {lone.key or "": lone.value}), lone.key == before


def _of_element(
    thing: Thing, key: str | None, value: Any, is_part: bool, is_first: bool = True
) -> Iterator[Counted]:
    counted = ("vec",) if is_part and thing.table in _ONE_A_VALUE else () if is_part else _COUNTED
    inner = [name for name in counted if isinstance(value, dict) and isinstance(value.get(name), list)]
    for name in inner:
        for entry in value[name]:
            yield from _of_element(thing, name, entry, False)
    rest = {name: beside for name, beside in value.items() if name not in inner} if inner else value
    is_named = is_part or not isinstance(rest, dict)
    yield _record(thing, {key or "": rest} if is_named else rest), is_first and not is_part and not inner


# ---- messages -------------------------------------------------------------------------------------------------------


def _thread(thing: Thing, elements: Iterable[Element]) -> Iterator[Record]:
    """The messages of a thread, or of several in one list. Who takes part is no message, and stands before them.

    Where the other's name is that of Meta's AI, each is of one of two kinds, unless Meta's own folder says which.
    """
    yield from held_together(MESSAGE_LISTS if thing is THREADS else thing, _messages(thing, elements))


def _messages(thing: Thing, elements: Iterable[Element]) -> Iterator[Counted]:
    people: set[str] = set()
    for element in elements:
        key, value = element.key, element.value
        if key == "participants":
            people.add((value if isinstance(value, str) else text_at(value, "name")).strip().casefold())
        is_with_ai = AI_NAME in people and len(people) <= 2
        said_in = (
            NAMED_AI if is_with_ai and thing is THREADS else THREADS if thing is MESSAGE_LISTS else thing
        )
        if key in _MESSAGES:
            yield _message(said_in, value, is_with_ai), not element.goes_on
            continue
        said, beside = _split(value) if isinstance(value, dict) else ([], value)
        for message in said:
            yield _message(said_in, message, is_with_ai), True
        if said or (key is not None and (people or thing is THREADS)):
            yield _record(said_in, {key or "": beside}), False
        else:
            yield from _listed(thing, [element])


def _split(value: JsonObject) -> tuple[list[Any], JsonObject]:
    """The messages in a list of conversations, and what stands beside them."""
    said: list[Any] = []
    beside: JsonObject = {}
    for key, inner in value.items():
        if key in _MESSAGES and isinstance(inner, list):
            said += inner
        elif isinstance(inner, dict):
            more, beside[key] = _split(inner)
            said += more
        else:
            beside[key] = inner
    return said, beside


def _message(thing: Thing, value: Any, is_with_ai: bool) -> Record:
    record = _record(thing, value if isinstance(value, dict) else {"": value})
    sender = text_at(value, "sender_name").strip().casefold()
    if thing is AI_CHATS and is_with_ai and sender != AI_NAME:
        record.words, record.words_kind = text_at(value, "content"), thing.kind
    return record


# ---- whose it is ----------------------------------------------------------------------------------------------------


def _profile(thing: Thing, elements: Iterable[Element]) -> Iterator[Record | Facts]:
    record = Record(thing)
    about: JsonObject = {}
    labels: list[Any] = []
    for element in elements:
        key, value = element.key, element.value
        if key == "label_values":
            labels.append(value)
        elif isinstance(value, dict) and not about:
            about = value
        count_values(record, {key or "": value}, _labelling(thing))
    about = about | {"label_values": labels} if labels else about
    born = _born(about)
    yield Facts(
        name=text_at(about, "name", "full_name") or _labelled(about, "name") or None,
        location=text_at(about, "current_city", "name") or None,
        born=born,
        born_unread=born is None,
    )
    yield record


def _born(about: JsonObject) -> date | None:
    """The date of birth: Facebook's stands in parts; Instagram's is the one value that is a day, under any label.

    Two different days are none: nobody can say which of them it is.
    """
    born = about.get("birthday")
    if isinstance(born, dict):
        try:
            return date(int(born["year"]), int(born["month"]), int(born["day"]))
        except (KeyError, TypeError, ValueError, OverflowError):
            return None
    days = {day for text in labelled_texts(about) if (day := birthday_in(text)) is not None}
    return days.pop() if len(days) == 1 else None


def birthday_in(text: str) -> date | None:
    """The day that a text is, if somebody who lives can be born on it."""
    written = read_date(text)
    if written is None or written.precision != "day" or written.moment.year < _EARLIEST_BIRTH:
        return None
    return written.moment.date()


def labelled_texts(about: JsonObject) -> Iterator[str]:
    """The values of a map of labels, and of a list of labels with values, in order."""
    labelled = about.get("string_map_data")
    for value in labelled.values() if isinstance(labelled, dict) else ():
        yield text_at(value, "value")
    labels = about.get("label_values")
    for value in labels if isinstance(labels, list) else ():
        yield text_at(value, "value")


def _labelled(about: JsonObject, label: str) -> str:
    found = about.get("string_map_data")
    for key, value in found.items() if isinstance(found, dict) else ():
        if key.casefold() == label:
            return text_at(value, "value")
    return ""


def _places(thing: Thing, elements: Iterable[Element]) -> Iterator[Record | Facts]:
    """Where the owner is based, as the platform has it; several places are none that can be told."""
    kept = list(elements)
    if thing.table == "meta_place":
        texts = [text for element in kept for text in _place_texts(element.key, element.value)]
        yield Facts(location=texts[0] if len(set(texts)) == 1 else None)
    yield from held_together(thing, _listed(thing, kept))


def _place_texts(key: str | None, value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    texts = [text for text in labelled_texts(value) if text]
    if key == "label_values":
        texts = [text_at(value, "value")]
    pairs = value.get("city_region_pairs")
    for pair in pairs if isinstance(pairs, list) else ():
        yield ", ".join(str(part) for part in filled(pair))
    texts += [text for part in ("city", "region", "country") if (text := text_at(value, part))]
    if any(texts):
        yield ", ".join(text for text in texts if text)


# ---- one record -----------------------------------------------------------------------------------------------------


def _record(thing: Thing, value: Any) -> Record:
    value = value if isinstance(value, dict) else {"": value}
    record = Record(thing, written=_written(value))
    count_values(record, value, _labelling(thing))
    if thing.table == "meta_threads":
        record.audience = "public"
    if thing.kind in ("content.posts", "content.comments"):
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


def _written(value: JsonObject) -> WrittenDate | None:
    """When a record was made: the stamp beside it, else the first one a level or two further in."""
    if (written := _stamped(value)) is not None:
        return written
    for within in (value[key] for key in (*sorted(MAPS), "media", "data", "attachments") if key in value):
        candidates = (
            within.values() if isinstance(within, dict) else within if isinstance(within, list) else ()
        )
        for candidate in list(candidates)[:20]:
            if isinstance(candidate, dict) and (written := _stamped(candidate)) is not None:
                return written
    return None


def _stamped(value: JsonObject) -> WrittenDate | None:
    for key in _STAMPS:
        stamp = value.get(key)
        if isinstance(stamp, int | float) and not isinstance(stamp, bool):
            written = from_epoch(stamp / 1000 if stamp >= _MILLISECONDS else stamp)
            if written is not None:
                return written
    return None


def _own_words(value: JsonObject) -> str:
    """What the owner wrote in a post or a comment, wherever the form of the file has it."""
    data = value.get("data")
    for part in data if isinstance(data, list) else ():
        if said := text_at(part, "post") or text_at(part, "comment", "comment"):
            return said
    said = text_at(value, "string_map_data", "Comment", "value")
    media = value.get("media")
    first = media[0] if isinstance(media, list) and media else None
    return said or text_at(first, "title") or (text_at(value, "title") if media else "")
