"""X, Claude and Reddit: of whatever shape a file is, every value that says anything is counted once, and none fails."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from licet.sources.archives import claude_export, reddit_request, x_archive
from licet.sources.archives.archive_records import Record, filled
from licet.sources.archives.json_reader import read_elements
from licet.sources.archives.reddit_layout import file_at

KEYS = st.sampled_from(
    [
        *(
            "tweet",
            "full_text",
            "created_at",
            "dmConversation",
            "messages",
            "messageCreate",
            "text",
            "createdAt",
        ),
        *("p13nData", "interests", "audienceAndAdvertisers", "advertisers", "shows", "ad", "adsUserData"),
        *("adImpressions", "impressions", "adEngagements", "engagements", "impressionAttributes", "profile"),
        *("description", "location", "ageMeta", "ageInfo", "birthDate", "account", "grokChatItem", "sender"),
        *("chat_messages", "uuid", "name", "full_name", "attachments", "content", "docs", "prompt_template"),
        *("conversations_memory", "email_address", "", "\ud800", "x"),
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["", " ", "1990-03-04", "USER", "橋", "\ud800"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
X_FILES = st.sampled_from(
    [
        *(
            "tweets",
            "direct-messages",
            "direct-messages-group",
            "personalization",
            "ad-impressions",
            "ageinfo",
        ),
        *("profile", "account", "grok-chat-item", "never-heard-of", "ad-engagements-part1", "like"),
    ]
)


def counted(records: Iterable[Any]) -> int:
    return sum(sum(one.values.values()) for one in records if isinstance(one, Record))


@settings(max_examples=150, deadline=None)
@given(X_FILES, st.lists(VALUES, max_size=4), st.booleans())
@example("personalization", [{"p13nData": {"interests": {"interests": [1], "shows": [{}]}}}], False)
@example("direct-messages", [{"dmConversation": {"messages": []}}], True)
def test_every_value_of_a_file_of_x_is_counted_once(name: str, values: list[Any], is_public: bool) -> None:
    text = f"window.YTD.{name.replace('-', '_')}.part0 = {json.dumps(values)}"
    file = x_archive.AfterAssignment(io.BytesIO(text.encode()))
    elements = read_elements(file, "x")
    assert counted(x_archive.records(f"data/{name}.js", elements, is_public)) == sum(
        1 for _ in filled(values)
    )
    assert elements.unread == []


@settings(max_examples=150, deadline=None)
@given(st.lists(VALUES, max_size=4) | st.dictionaries(KEYS, VALUES, max_size=5))
@example({"chat_messages": [], "name": "a"})
def test_every_value_of_a_file_of_claude_is_counted_once(value: Any) -> None:
    elements = read_elements(io.BytesIO(json.dumps(value).encode()), "x")
    assert counted(claude_export.records("conversations.json", elements)) == sum(1 for _ in filled(value))


CELLS = st.text(st.sampled_from("ab ,;\"'\n橋-2025:"), max_size=8)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["posts.csv", "messages.csv", "chat_history_2.csv", "birthdate.csv", "statistics.csv"]),
    st.lists(st.lists(CELLS, min_size=1, max_size=14), max_size=6),
)
def test_every_cell_of_a_file_of_reddit_is_counted_once_or_told(name: str, rows: list[list[str]]) -> None:
    layout = file_at(name)
    assert layout is not None
    held = io.StringIO()
    writer = csv.writer(held, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(sorted(layout.known))
    writer.writerows(rows)
    made = list(reddit_request.records(name, io.BytesIO(held.getvalue().encode())))
    told = any(not isinstance(one, Record) and hasattr(one, "why") for one in made)
    cells = sum(1 for row in rows for cell in row if cell and not cell.isspace())
    assert counted(made) == cells or (told and counted(made) < cells)
