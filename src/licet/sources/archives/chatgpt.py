"""The download of ChatGPT: ``conversations.json`` (or numbered parts of it, or one conversation) and what lies beside.

A conversation is a tree of messages by id under ``mapping``; each node that holds a message is a record, whatever
its parent and children say, so a tree that runs in a circle costs nothing. What stands beside the tree is a record.
Instructions, tools' steps and thoughts, which the page does not show, are records of their own kind, so that the
messages are those that a person would count. Canvas documents, group chats, videos' prompts are what they are, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from licet.sources.archives.archive_records import (
    DEEPER,
    Facts,
    Record,
    Thing,
    count_values,
    from_epoch,
    joined,
    text_at,
)
from licet.sources.archives.json_reader import Element
from licet.sources.dates import read_date
from licet.terms.canonical import JsonObject

_KIND = "ai_conversation"
MESSAGES = Thing("chatgpt_messages", _KIND)
_HIDDEN = Thing("chatgpt_hidden", _KIND, "instructions and tools' steps, which the page does not show")
CONVERSATIONS = Thing("chatgpt_conversations", _KIND, "titles and settings of the conversations")
_SHARED = Thing(
    "chatgpt_shared", _KIND, "whoever has the link can read these; the switch does not take a link back"
)
_FEEDBACK = Thing("chatgpt_feedback", "feedback")
_USER = Thing("chatgpt_user", "contact")
_CANVAS = Thing("chatgpt_canvas", _KIND)
#: Files of which every value is of one kind of data, with what their records are.
_WHOLE = {
    "model_comparisons": Thing("chatgpt_comparisons", _KIND),
    "group_chats": Thing("chatgpt_group_chats", _KIND, "what others wrote in them is not yours alone"),
    "shopping": Thing("chatgpt_shopping", _KIND),
    "sora": Thing("chatgpt_videos", "content.sora", "the switch of ChatGPT is not that of Sora"),
}
UPLOADS = Thing("chatgpt_uploads", f"{_KIND}.uploads", "the files themselves are not looked into")

_NODE = frozenset(("id", "parent", "children"))
_MESSAGE = frozenset(
    (
        *(
            "id",
            "author",
            "create_time",
            "update_time",
            "content",
            "status",
            "end_turn",
            "weight",
            "metadata",
        ),
        *("recipient", "channel"),
    )
)
_CONVERSATION = frozenset(
    (
        *("id", "title", "create_time", "update_time", "moderation_results", "current_node", "plugin_ids"),
        *(
            "conversation_id",
            "conversation_template_id",
            "gizmo_id",
            "gizmo_type",
            "is_archived",
            "is_starred",
        ),
        *("safe_urls", "blocked_urls", "default_model_slug", "conversation_origin", "voice", "async_status"),
        *("disabled_tool_ids", "is_do_not_remember", "memory_scope", "context_scopes", "is_read_only"),
        *(
            "is_study_mode",
            "sugar_item_id",
            "sugar_item_visible",
            "owner",
            "pinned_time",
            "atlas_mode_enabled",
        ),
    )
)
_OTHERS = frozenset(
    ("id", "conversation_id", "title", "is_anonymous", "is_visible", "create_time", "update_time")
)
_RATING = frozenset(
    (
        *(
            "id",
            "conversation_id",
            "user_id",
            "rating",
            "content",
            "create_time",
            "update_time",
            "workspace_id",
        ),
        *("evaluation_name", "evaluation_treatment", "storage_protocol", "tags", "text"),
    )
)
_USER_KINDS = {
    "id": "security",
    "email": "contact.email",
    "phone_number": "contact.phone",
    "birth_year": "demographic.age",
    "chatgpt_plus_user": "payment",
}
_NAMES = re.compile(
    rf"(conversations?|shared_conversations|message_feedback|user|{'|'.join(_WHOLE)})(?:[-_]?\d+)?\.json",
    re.IGNORECASE,
)
#: A file that was handed over in a conversation, or made in one; its ending says nothing.
_UPLOADED = re.compile(r"file[-_].+", re.IGNORECASE)
#: Read by nobody here, with what to say of them.
COPIES = {
    "chat.html": "the same conversations once more, for reading in a browser",
    "export_manifest.json": "a list of the files of this download",
}


def is_known(name: str) -> bool:
    """Whether a file is one that `records` reads."""
    return _NAMES.fullmatch(_base(name)) is not None or _is_canvas(name)


def is_upload(name: str) -> bool:
    """Whether a file was handed over or made in a conversation: any but JSON and HTML of the export's own."""
    base = _base(name)
    is_own = base.casefold().endswith((".json", ".html", ".htm"))
    return not _is_canvas(name) and (_UPLOADED.fullmatch(base) is not None or not is_own)


def records(name: str, elements: Iterable[Element]) -> Iterator[Record | Facts]:
    """The records of one file of the download."""
    match = _NAMES.fullmatch(_base(name))
    # renamed, it is known by what is in it
    what = match[1].casefold() if match is not None else "canvas" if _is_canvas(name) else "conversations"
    if what in ("conversations", "conversation"):
        yield from _conversations(elements)
    elif what == "user":
        yield from _user(
            [({element.key: element.value} if element.key else element.value) for element in elements]
        )
    elif what == "canvas":
        yield from joined((number > 0, _whole(_CANVAS, each)) for number, each in enumerate(elements))
    elif what in _WHOLE:
        yield from joined(
            (each.goes_on or (number > 0 and each.key is not None and not isinstance(each.value, dict)),
             _whole(_WHOLE[what], each))
            for number, each in enumerate(elements)
        )  # fmt: skip
    else:
        thing, keys = (_SHARED, _OTHERS) if what == "shared_conversations" else (_FEEDBACK, _RATING)
        yield from joined((element.goes_on, _flat(element.value, thing, keys)) for element in elements)


def _conversations(elements: Iterable[Element]) -> Iterator[Record]:
    """Every message, and of each conversation what stands beside its messages when it is through.

    A file that is one conversation gives its values by their keys; a large or broken one comes in several parts, and
    so may a message at the end of a part.
    """
    about = Record(CONVERSATIONS)
    last: tuple[str, Record] | None = None
    is_single = False
    for element in elements:
        value: Any = element.value
        is_part = element.key is not None and not _is_conversation(value)
        if is_part:
            value = {element.key: value}
        if not (element.goes_on or (is_part and is_single)):
            yield from _through(last, about)
            about, last = Record(CONVERSATIONS), None
        is_single = is_part
        for node, record in _part(value, about):
            if last is not None and last[0] == node and element.goes_on:
                (record,) = joined(((False, last[1]), (True, record)))
            elif last is not None:
                yield last[1]
            last = node, record
    yield from _through(last, about)


def _through(last: tuple[str, Record] | None, about: Record) -> Iterator[Record]:
    if last is not None:
        yield last[1]
    if about.values:
        yield about


def _is_conversation(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("mapping"), dict)


def _part(value: Any, about: Record) -> Iterator[tuple[str, Record]]:
    """The messages in a conversation, or in a part of one, by node; what stands beside them is counted into `about`."""
    about.written = about.written or from_epoch(_at(value, "create_time"))
    if not isinstance(value, dict):
        count_values(about, [value], _no_key)
        return
    mapping = value.get("mapping")
    nodes = mapping if isinstance(mapping, dict) else {}
    rest = {key: inner for key, inner in value.items() if key != "mapping" or not nodes}
    # a node without a message, such as the root, belongs to the tree
    rest["mapping"] = [node for node in nodes.values() if not _holds_message(node)] or rest.get("mapping")
    count_values(about, rest, _in_conversation)
    for key, node in nodes.items():
        if _holds_message(node):
            yield key, _message(node)


def _holds_message(node: Any) -> bool:
    return isinstance(node, dict) and isinstance(node.get("message"), dict)


def _message(node: JsonObject) -> Record:
    message = node["message"]
    record = Record(
        _HIDDEN if _is_hidden(message) else MESSAGES, written=from_epoch(message.get("create_time"))
    )
    count_values(record, node, _in_node)
    if text_at(message, "author", "role") == "user":
        content = message.get("content")
        parts = content.get("parts") if isinstance(content, dict) else None
        said = [part for part in parts if isinstance(part, str)] if isinstance(parts, list) else []
        record.words, record.words_kind = " ".join(said[:3]), _KIND
    return record


def _is_hidden(message: JsonObject) -> bool:
    """Whether the page does not show it. What the owner wrote as their custom instructions counts as a message."""
    role, about = text_at(message, "author", "role"), message.get("metadata")
    if _at(about, "is_user_system_message") is True or role == "user":
        return False
    is_step = role == "assistant" and message.get("recipient") not in ("all", None)
    is_thought = text_at(message, "content", "content_type") in ("thoughts", "reasoning_recap")
    is_marked = _at(about, "is_visually_hidden_from_conversation") is True
    return role in ("system", "tool") or is_step or is_thought or is_marked


def _in_node(place: str, key: str) -> str | None:
    if place == "":
        return DEEPER if key == "message" else _KIND if key in _NODE else None
    return _KIND if key in _MESSAGE else None


def _in_conversation(place: str, key: str) -> str | None:
    if place == "":
        return DEEPER if key == "mapping" else _KIND if key in _CONVERSATION else None
    return _KIND if key in _NODE else None


def _user(values: list[Any]) -> Iterator[Record | Facts]:
    record = Record(_USER)
    for value in values:
        year, plus = _at(value, "birth_year"), _at(value, "chatgpt_plus_user")
        is_year = isinstance(year, int) and not isinstance(year, bool) and 1900 <= year <= 2200
        if is_year or isinstance(plus, bool):
            plan = ("plus" if plus else "free") if isinstance(plus, bool) else None
            yield Facts(born_year=year if is_year else None, plan=plan)
        count_values(record, value, lambda place, key: _USER_KINDS.get(key))
    yield record


def _flat(value: Any, thing: Thing, keys: frozenset[str]) -> Record:
    record = Record(thing, written=from_epoch(_at(value, "create_time")))
    count_values(record, value, lambda place, key: thing.kind if key in keys else None)
    return record


def _whole(thing: Thing, element: Element) -> Record:
    """A record of a file of which every value is of one kind."""
    value = element.value
    made = from_epoch(_at(value, "create_time")) or read_date(text_at(value, "created_at"))
    if element.key == "created_at" and isinstance(value, str):
        made = read_date(value)
    record = Record(thing, written=made)
    count_values(
        record, value if isinstance(value, dict) else {element.key or "": value}, lambda *_: thing.kind
    )
    return record


def _is_canvas(name: str) -> bool:
    folders = re.split(r"[/\\]", name.casefold())
    return len(folders) > 1 and folders[-2] == "textdocs" and folders[-1].endswith(".json")


def _at(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _no_key(place: str, key: str) -> str | None:
    return None


def _base(name: str) -> str:
    return re.split(r"[/\\]", name)[-1]
