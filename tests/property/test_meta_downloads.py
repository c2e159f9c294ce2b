"""Meta's downloads, made up: every value of a file is counted once, whatever its shape, and no private place leaks."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from licet.sources.archives import meta
from licet.sources.archives.archive_records import Record, filled, kinds_in
from licet.sources.archives.json_reader import read_elements
from licet.sources.archives.meta_layout import thing_at
from licet.sources.import_report import Unread

_KEYS = st.sampled_from(
    ["participants", "messages", "threadName", "title", "label_values", "string_map_data", "vec", "dict", "entries",
     "media", "data", "timestamp", "value", "name", "sender_name", "comments_v2", "custom_audiences_v2", "é", ""]
)  # fmt: skip
_TEXTS = st.sampled_from(["", " ", "Meta AI", "a", "2012-05-01", "Ã¼", "\ud83d"])
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2_000_000_000_000) | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=20,
)
_FOLDERS = st.lists(
    st.sampled_from(["your_facebook_activity", "inbox", "posts", "ai_conversations", "ads_information", "preferences",
                     "personal_information", "location", "groups", "Meta AI", "x"]),
    max_size=4,
)  # fmt: skip
_FILES = st.sampled_from(
    ["message_1.json", "ai_conversations.json", "profile_information.json", "profile_based_in.json", "comments.json",
     "advertisers_using_your_activity_or_information.json", "Posts_2.json", "new.json"]
)  # fmt: skip


class Held:
    """A file in memory."""

    def __init__(self, content: Any) -> None:
        self._data, self._at = json.dumps(content).encode(), 0

    def read(self, size: int, /) -> bytes:
        start, self._at = self._at, self._at + size
        return self._data[start : self._at]

    def read_all(self, limit: int) -> bytes:
        return self._data[: limit + 1]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(_VALUES, max_size=5)
    | st.dictionaries(_KEYS, _VALUES | st.lists(_VALUES, max_size=5), max_size=5),
    _FOLDERS,
    _FILES,
)
def test_every_value_is_counted_once_or_the_file_is_told_as_unread(
    content: Any, folders: list[str], file: str
) -> None:
    name = "/".join([*folders, file])
    found = list(meta.records(name, read_elements(Held(content), name)))
    if any(isinstance(one, Unread) for one in found):
        assert not any(isinstance(one, Record) for one in found)
    else:
        counted = sum(sum(one.values.values()) for one in found if isinstance(one, Record))
        assert counted == sum(1 for _ in filled(content))


@settings(max_examples=150, deadline=None)
@given(_VALUES, _FOLDERS, _FOLDERS, _FILES, st.booleans())
def test_what_lies_under_messages_is_private_or_said_by_meta_to_be_said_to_its_ai(
    content: Any, above: list[str], below: list[str], file: str, is_named: bool
) -> None:
    name = "/".join([*above, "messages", *(["inbox"] if is_named else []), *below, file])
    thing = thing_at(name)
    assert thing is not None
    for one in meta.records(name, read_elements(Held([content]), name)):
        if isinstance(one, Record):
            kinds = {kind for _, key in one.values if key is not None for kind in kinds_in(key)}
            assert all(kind.startswith(("private_communication", "ai_conversation")) for kind in kinds)
            if (
                is_named
            ):  # the name of a thread's folder, or of somebody in it, never says that it is the AI's alone
                assert "ai_conversation" not in {key for _, key in one.values}
