"""What the files of a Facebook or Instagram download hold, by the words of their paths, and the keys they use."""

from __future__ import annotations

import importlib.resources
import re

from licet.sources.archives.archive_records import Thing

_OTHERS = "holds what other people wrote or who they are; the archive's owner alone counts as subject"
#: What a person should know of some of them.
_NOTES = {
    "meta_messages": "what was asked of Meta AI within a thread with others stands among these and is not told apart:"
    " ambiguous, treated as private, and so excluded from training",
    "meta_posts": "who could see each of these does not stand in the file",
    "meta_outside": "what other companies told Meta about you",
    **dict.fromkeys(("meta_groups", "meta_contacts", "meta_follows", "meta_connections"), _OTHERS),
}


def _lines(name: str) -> list[str]:
    text = importlib.resources.files("licet.sources.archives").joinpath(name).read_text("utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


def _paths() -> list[tuple[re.Pattern[str], Thing]]:
    made: list[tuple[re.Pattern[str], Thing]] = []
    for line in _lines("meta_paths.txt"):
        table, kind, pattern = line.split(" ", 2)
        made.append((re.compile(pattern), Thing(table, kind, _NOTES.get(table, ""))))
    return made


_PATHS = _paths()
#: The messages of a thread, which are private unless it is with Meta's AI alone.
THREADS = next(thing for _, thing in _PATHS if thing.table == "meta_messages")
#: Keys under which the rest is in the owner's own language and belongs to the record whole.
MAPS = frozenset(("string_map_data", "string_list_data", "label_values", "media_map_data"))
#: Keys that files of every kind use.
KEYS = frozenset(" ".join(_lines("meta_keys.txt")).split())


def thing_at(name: str) -> Thing | None:
    """What the records of a file are; None for a path that says nothing known."""
    path = re.sub(r"[\s’']", "_", name.replace("\\", "/").casefold())
    return next((thing for pattern, thing in _PATHS if pattern.search(path)), None)
