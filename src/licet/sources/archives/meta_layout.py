"""What the files of a Facebook, Instagram or Threads download are, by the names that Meta itself gives to places.

A path holds names of two sorts: Meta's own (``messages``, ``preferences``, ``liked_posts``), and those that strangers
chose (of threads, pages, albums, the archive itself). Only whole names of the first sort decide, the most private of
them before all others: what lies anywhere under ``messages`` is private, whatever it is called. A file that no name
places is placed by the key of its list, which is Meta's too, and else by nothing.
"""

from __future__ import annotations

import importlib.resources
import re

from licet.sources.archives.archive_records import Thing, either, kinds_in

_MESSAGES = "private_communication.messages"
_OTHERS = "holds what other people wrote or who they are; the archive's owner alone counts as subject"
#: What a person should know of some of them.
_NOTES = {
    "meta_posts": "who could see each of these does not stand in the file",
    "meta_threads": "posts on Threads are public unless the profile is private, which does not stand in the file",
    "meta_outside": "what other companies told Meta about you",
    **dict.fromkeys(("meta_groups", "meta_contacts", "meta_follows", "meta_connections"), _OTHERS),
}
#: The messages of a thread. That Meta's AI took part is nowhere said but by names, which anybody can take.
THREADS = Thing(
    "meta_messages",
    _MESSAGES,
    "what was asked of Meta's AI within a thread, or of an AI under another name, is not told apart: it counts as"
    " private, and so as left out of training",
)
#: A thread with one other, whose name is that of Meta's AI: a chat with it, or with somebody who is called so.
NAMED_AI = Thing(
    "meta_ai_by_name",
    either(_MESSAGES, "ai_conversation"),
    "nothing but the other's name says that this is Meta's AI, and names can be chosen: nobody can say from the file",
)
AI_CHATS = Thing("meta_ai_chats", "ai_conversation")
CHANNELS = Thing(
    "meta_channels",
    either(_MESSAGES, "group_communication"),
    "messages in channels: whether the channel is public does not stand in the file",
)
MESSAGE_LISTS = Thing("meta_messages_settings", "private_communication")
#: Folders in which everything is private, and the one of them in which Meta keeps what was said to its AI.
_PRIVATE = frozenset(
    ("messages", "inbox", "archived_threads", "filtered_threads", "message_requests", "e2ee_cutover", "messenger",
     "secret_conversations", "encrypted_messages", "data_messenger_e2e", "your_group_messages", "group_messages",
     "community_chats", "direct", "broadcast")
)  # fmt: skip
_AI = frozenset(("ai_conversations", "ai_conversation"))
#: What is so called right under one of Meta's own folders was said to its AI, too.
_AI_AREAS = _AI | {"ai", "meta_ai", "ai_studio"}
#: Folders that only Meta's downloads have.
_ROOTS = frozenset(
    ("your_facebook_activity", "your_instagram_activity", "your_threads_activity", "your_activity_across_facebook",
     "this_profile_s_activity_across_facebook", "apps_and_websites_off_of_facebook",
     "apps_and_websites_off_of_instagram", "ads_information", "security_and_login_information", "logged_information")
)  # fmt: skip
#: Keys of a thread, in the order in which the forms of a thread begin.
_THREAD_KEYS = frozenset(("participants", "threadName", "messages", "replies"))
#: Pages that lead to the others and hold nothing of their own.
CONTENTS_PAGES = frozenset(("start_here", "index"))
#: Keys under which the rest is in the owner's own language and belongs to the record whole.
MAPS = frozenset(("string_map_data", "string_list_data", "label_values", "media_map_data", "media_list_data"))


def _lines(name: str) -> list[str]:
    text = importlib.resources.files("licet.sources.archives").joinpath(name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _read_places() -> dict[str, dict[str, Thing]]:
    places: dict[str, dict[str, Thing]] = {"folders": {}, "whole": {}, "files": {}, "keys": {}}
    thing = THREADS
    for line in _lines("meta_places.txt"):
        first, *names = line.split(" ")
        if first in places:
            places[first].update(dict.fromkeys(names, thing))
        else:
            thing = Thing(first, names[0], _NOTES.get(first, ""))
    places["folders"] |= places["whole"]
    return places


_PLACES = _read_places()
#: Keys that files of every kind use.
KEYS = frozenset(" ".join(_lines("meta_keys.txt")).split()) | _PLACES["keys"].keys()
#: What a record stands under, by which a file of any name is known.
_MARKS = re.compile(
    rb'"(?:sender_name|timestamp_ms|threadName|string_map_data|string_list_data|label_values|creation_timestamp'
    rb"|" + b"|".join(key.encode() for key in sorted(_PLACES["keys"])) + rb')"\s*:'
    rb'|"data"\s*:\s*\[\s*\{\s*"(?:post|reaction|comment|update_timestamp)"\s*:'
    rb'|class="[^"<>]*\b(?:_a6-g|_a6-p|_2lej)\b'
)


def is_of_meta(name: str) -> bool:
    """Whether a path runs through a folder that only Meta's downloads have."""
    return not _ROOTS.isdisjoint(_folders(name))


def looks_like_meta(start: bytes) -> bool:
    """Whether a JSON or HTML file starts as those of Meta's downloads do."""
    return _MARKS.search(start) is not None


def thing_at(name: str) -> Thing | None:
    """What the records of a file are; None for a path in which no name of Meta's says so."""
    folders, file = _folders(name), _file(name)
    if (private := _private_thing(folders, file)) is not None:
        return private
    nearest = _nearest(folders)
    if nearest in _PLACES["whole"]:
        return _PLACES["whole"][nearest]
    return _PLACES["files"].get(file) or _PLACES["folders"].get(nearest)


def _nearest(folders: list[str]) -> str:
    """The folder nearest to a file that has a name of Meta's; empty where none has."""
    return next((folder for folder in reversed(folders) if folder in _PLACES["folders"]), "")


def thing_of(name: str, key: str | None) -> Thing | None:
    """What the records of a file are, by its path and the key that stands first in it.

    A thread is private whatever its file is called: those that are end-to-end encrypted are called as the other is.
    """
    if key in _THREAD_KEYS and _PRIVATE.isdisjoint(_folders(name)):
        return THREADS
    return thing_at(name) or _PLACES["keys"].get(key or "")


def kind_unread(thing: Thing | None) -> str | None:
    """The kind of what could not be read of a file; None where it may be of several."""
    if thing is None or thing is THREADS or len(kinds_in(thing.kind)) > 1:
        return None
    return thing.kind


def pictures_in(folder: str) -> Thing | None:
    """What pictures and recordings in a folder belong to; None where no name of Meta's says so."""
    folders = _folders(folder + "/x")
    if (private := _private_thing(folders, "")) is not None:
        return private
    if folders[-1:] == ["media"] and len(folders) <= 2 and _PLACES["folders"].keys().isdisjoint(folders[:-1]):
        return THREADS  # beside end-to-end encrypted threads, which lie flat
    return _PLACES["folders"].get(_nearest(folders))


def is_contents_page(name: str) -> bool:
    """Whether it is a page that leads to the others."""
    is_page = name.casefold().endswith((".html", ".htm")) and _file(name) in CONTENTS_PAGES
    return is_page and _PRIVATE.isdisjoint(_folders(name))


def is_sent(name: str) -> bool:
    """Whether it is a file that somebody sent in a thread, which is no part of the download whatever it is called."""
    folders = _folders(name)
    place = next((n for n, folder in enumerate(folders) if folder in _PRIVATE), len(folders))
    return len(folders) - place > 2 and folders[place + 1] not in _AI and _file(name) != "message"


def is_nothing(name: str) -> bool:
    """Whether it is the note that Meta leaves where it has nothing."""
    return name.casefold().endswith(".txt") and _file(name) == "no_data"


def holds_birthday(name: str) -> bool:
    """Whether it is the file in which the owner's date of birth stands."""
    thing = thing_at(name)
    return thing is not None and thing.table == "meta_profile"


def _private_thing(folders: list[str], file: str) -> Thing | None:
    """What a private place holds. Deeper down than right under Meta's own folder, names are a stranger's."""
    names = [*folders, file]
    place = next((n for n, folder in enumerate(folders) if folder in _PRIVATE), None)
    root = max((n for n, folder in enumerate(folders) if folder in _ROOTS), default=-1)
    below = names[(root if place is None else place) + 1]
    if place is None:
        if below in (_AI_AREAS if root >= 0 else _AI):
            return AI_CHATS
        return THREADS if file in ("message", "messages") else None
    if below in _AI and names[place] == "messages":
        return AI_CHATS
    if "broadcast" in (names[place], below):
        return CHANNELS
    is_thread = file in ("", "message") or names[place] in ("your_group_messages", "data_messenger_e2e")
    return THREADS if is_thread else MESSAGE_LISTS


def _folders(name: str) -> list[str]:
    return [_folded(part) for part in re.split(r"[/\\]", name)[:-1] if part]


def _file(name: str) -> str:
    """The name of a file without its ending and its number."""
    stem = re.split(r"[/\\]", name)[-1].rpartition(".")[0]
    return re.sub(r"(_\d+)+$", "", _folded(re.sub(r" ?\(\d+\)$", "", stem)))


def _folded(part: str) -> str:
    return re.sub(r"[^\w]+|_+", "_", part.casefold()).strip("_")
