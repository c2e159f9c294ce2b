"""The download of ChatGPT: ``conversations.json`` (or numbered parts of it) and the small files beside it.

A conversation is a tree of messages by id under ``mapping``; each node that holds a message is a record, whatever
its parent and children say, so a tree that runs in a circle costs nothing. What stands beside the tree is a record.
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
    text_at,
)
from licet.sources.archives.json_reader import Element
from licet.terms.canonical import JsonObject

_KIND = "ai_conversation"
MESSAGES = Thing("chatgpt_messages", _KIND)
CONVERSATIONS = Thing("chatgpt_conversations", _KIND, "titles and settings of the conversations")
_SHARED = Thing(
    "chatgpt_shared", _KIND, "whoever has the link can read these; the switch does not take a link back"
)
_FEEDBACK = Thing("chatgpt_feedback", "feedback")
_USER = Thing("chatgpt_user", "contact")
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
    r"(conversations|shared_conversations|message_feedback|user)(?:[-_]?\d+)?\.json", re.IGNORECASE
)
#: Read by nobody here, with what to say of them.
COPIES = {
    "chat.html": "the same conversations once more, for reading in a browser",
    "export_manifest.json": "a list of the files of this download",
}


def is_known(name: str) -> bool:
    """Whether a file is one that `records` reads."""
    return _NAMES.fullmatch(_base(name)) is not None


def records(name: str, elements: Iterable[Element]) -> Iterator[Record | Facts]:
    """The records of one file of the download."""
    match = _NAMES.fullmatch(_base(name))
    what = (
        match[1].casefold() if match is not None else "conversations"
    )  # renamed, and known by what is in it
    if what == "conversations":
        for element in elements:
            yield from _conversation(element.value)
    elif what == "user":
        yield from _user(
            [({element.key: element.value} if element.key else element.value) for element in elements]
        )
    else:
        thing, keys = (_SHARED, _OTHERS) if what == "shared_conversations" else (_FEEDBACK, _RATING)
        for element in elements:
            yield _flat(element.value, thing, keys)


def _conversation(value: Any) -> Iterator[Record]:
    about = Record(CONVERSATIONS, written=from_epoch(_at(value, "create_time")))
    if not isinstance(value, dict):
        count_values(about, [value], _no_key)
        yield about
        return
    mapping = value.get("mapping")
    nodes = mapping if isinstance(mapping, dict) else {}
    rest = {key: inner for key, inner in value.items() if key != "mapping" or not nodes}
    # a node without a message, such as the root, belongs to the tree
    rest["mapping"] = [node for node in nodes.values() if not _holds_message(node)] or rest.get("mapping")
    count_values(about, rest, _in_conversation)
    if about.values:
        yield about
    for node in nodes.values():
        if _holds_message(node):
            yield _message(node)


def _holds_message(node: Any) -> bool:
    return isinstance(node, dict) and isinstance(node.get("message"), dict)


def _message(node: JsonObject) -> Record:
    message = node["message"]
    record = Record(MESSAGES, written=from_epoch(message.get("create_time")))
    count_values(record, node, _in_node)
    if text_at(message, "author", "role") == "user":
        content = message.get("content")
        parts = content.get("parts") if isinstance(content, dict) else None
        said = [part for part in parts if isinstance(part, str)] if isinstance(parts, list) else []
        record.words, record.words_kind = " ".join(said[:3]), _KIND
    return record


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


def _at(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _no_key(place: str, key: str) -> str | None:
    return None


def _base(name: str) -> str:
    return re.split(r"[/\\]", name)[-1]
