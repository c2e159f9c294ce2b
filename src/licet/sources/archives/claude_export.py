"""The download of Claude: ``conversations.json``, the projects and memories beside it, and whose it is.

A conversation is a list of messages under ``chat_messages``; each is a record, and so is what stands beside the list.
Files that were handed over stand in the messages as text, and are counted there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from licet.sources.archives.archive_records import DEEPER, Facts, Record, Thing, count_values, text_at
from licet.sources.archives.json_reader import Element
from licet.sources.dates import read_date


def _keys(words: str) -> frozenset[str]:
    return frozenset(words.split())


_KIND = "ai_conversation"
_MESSAGES = Thing("claude_messages", _KIND)
_CONVERSATIONS = Thing("claude_conversations", _KIND, "titles and settings of the conversations")
_PROJECTS = Thing("claude_projects", _KIND)
_MEMORIES = Thing("claude_memories", _KIND, "what Claude noted about you from your conversations")
_USER = Thing("claude_user", "contact")

_MESSAGE = _keys(
    "uuid text content sender created_at updated_at truncated parent_message_uuid index input_mode"
)
_HANDED_OVER = frozenset(("attachments", "files", "files_v2", "sync_sources"))
_CONVERSATION = _keys(
    "uuid name summary created_at updated_at account model settings is_starred project_uuid project"
    " current_leaf_message_uuid"
)
_PROJECT = _keys(
    "uuid name description is_private is_starter_project prompt_template created_at updated_at creator docs"
)
_MEMORY = frozenset(("conversations_memory", "project_memories", "account_uuid"))
_USER_KINDS = {
    "uuid": "security", "full_name": "profile.name", "email_address": "contact.email",
    "verified_phone_number": "contact.phone",
}  # fmt: skip


def records(name: str, elements: Iterable[Element]) -> Iterator[Record | Facts]:
    """The records of one file of the download, whatever it is called: its shape says what it is."""
    besides: dict[str, Any] = {}
    for element in elements:
        if element.key is None:
            yield from _of(element.value)
        elif element.key == "chat_messages":  # one conversation, not a list of them
            yield _message(element.value)
        elif element.key in besides:
            yield from _of({element.key: element.value})
        else:
            besides[element.key] = element.value
    if besides:
        yield from _of(besides)


def _of(value: Any) -> Iterator[Record | Facts]:
    if not isinstance(value, dict):
        yield _flat(value, _CONVERSATIONS, frozenset())
    elif "chat_messages" in value:
        yield from _conversation(value)
    elif "full_name" in value or "email_address" in value:
        record = Record(_USER)
        count_values(record, value, lambda place, key: _USER_KINDS.get(key))
        yield Facts(name=text_at(value, "full_name") or None)
        yield record
    elif not _MEMORY.isdisjoint(value):
        yield _flat(value, _MEMORIES, _MEMORY)
    elif "prompt_template" in value or "docs" in value or "is_starter_project" in value:
        yield _flat(value, _PROJECTS, _PROJECT)
    else:
        yield _flat(value, _CONVERSATIONS, _CONVERSATION)


def _conversation(value: dict[str, Any]) -> Iterator[Record]:
    messages = value["chat_messages"]
    about = _flat(
        {key: inner for key, inner in value.items() if key != "chat_messages"}, _CONVERSATIONS, _CONVERSATION
    )
    if about.values:
        yield about
    for message in messages if isinstance(messages, list) else [messages]:
        yield _message(message)


def _message(message: Any) -> Record:
    record = Record(_MESSAGES, written=read_date(text_at(message, "created_at")))
    count_values(record, message if isinstance(message, dict) else {"": message}, _in_message)
    if text_at(message, "sender") == "human":
        record.words, record.words_kind = text_at(message, "text"), _KIND
    return record


def _in_message(place: str, key: str) -> str | None:
    if place == "":
        return f"{_KIND}.uploads" if key in _HANDED_OVER else _KIND if key in _MESSAGE else None
    return DEEPER


def _flat(value: Any, thing: Thing, keys: frozenset[str]) -> Record:
    record = Record(thing, written=read_date(text_at(value, "created_at")))
    count_values(record, value if isinstance(value, dict) else {"": value},
                 lambda place, key: thing.kind if key in keys else None)  # fmt: skip
    return record
