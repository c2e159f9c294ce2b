"""The tables made of a Stack Exchange dump: which file each comes from, and what kind of data each column is.

Only what is surely of a kind is labelled: a record's own id, author and date are of the kind of the record. Scores,
counts, other ids and badges stay unlabelled, which denies them.
Source: the dumps' own readme, "Database schema documentation for the public data dump".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from licet.sources.html_text import plain_text
from licet.sources.places import resolve_place

_MOMENT = pa.timestamp("us", tz="UTC")
_KINDS = {
    **{"1": "question", "2": "answer", "3": "orphaned_wiki", "4": "tag_wiki_excerpt", "5": "tag_wiki"},
    **{"6": "moderator_nomination", "7": "wiki_placeholder", "8": "privilege_wiki"},
}
_VOTES = {
    **{
        "1": "accepted",
        "2": "up",
        "3": "down",
        "4": "offensive",
        "5": "favourite",
        "6": "close",
        "7": "reopen",
    },
    **{"8": "bounty_start", "9": "bounty_close", "10": "deletion", "11": "undeletion", "12": "spam"},
    **{"15": "moderator_review", "16": "approve_edit"},
}

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Layout:
    """One table to be made: from which file, from which rows, and how each column is read.

    columns: name, Arrow type, kind of data, and how to read it off a row.
    """

    file: str
    columns: tuple[tuple[str, pa.DataType, str | None, Callable[[Row], Any]], ...]
    takes: Callable[[Row], bool] = lambda row: True
    subject: str | None = None
    created: str | None = None
    is_public: bool = False


def number_of(row: Row, name: str) -> int | None:
    """A whole number of 64 bits, None for anything else."""
    try:
        number = int(row[name])
    except (KeyError, ValueError):
        return None
    return number if -(2**63) <= number < 2**63 else None


def moment_of(row: Row, name: str) -> datetime | None:
    """A dump's moment, which is UTC without saying so; None where there is none, or none of the years 1 to 9999."""
    try:
        moment = datetime.fromisoformat(row[name])
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (KeyError, ValueError, OverflowError):
        return None


def _tags(row: Row) -> list[str]:
    return row.get("Tags", "").replace("<", " ").replace(">", " ").replace("|", " ").split()


def _text(name: str) -> Callable[[Row], str | None]:
    return lambda row: row.get(name) or None


def _html(name: str) -> Callable[[Row], str | None]:
    return lambda row: plain_text(row[name]) or None if name in row else None


def _count(name: str) -> Callable[[Row], int | None]:
    return lambda row: number_of(row, name)


def _when(name: str) -> Callable[[Row], datetime | None]:
    return lambda row: moment_of(row, name)


def _word(name: str, words: Mapping[str, str]) -> Callable[[Row], str | None]:
    return lambda row: words.get(row.get(name, ""), row.get(name))


def _posts(kind: str) -> tuple[tuple[str, pa.DataType, str | None, Callable[[Row], Any]], ...]:
    return (
        ("post_id", pa.string(), kind, _text("Id")),
        ("author_id", pa.string(), kind, _text("OwnerUserId")),
        ("author_name", pa.string(), "profile.name", _text("OwnerDisplayName")),
        ("kind", pa.string(), None, _word("PostTypeId", _KINDS)),
        ("parent_id", pa.string(), None, _text("ParentId")),
        ("title", pa.string(), kind, _text("Title")),
        ("body", pa.string(), kind, _html("Body")),
        ("tags", pa.list_(pa.string()), kind, _tags),
        ("created", _MOMENT, kind, _when("CreationDate")),
        ("last_editor_id", pa.string(), None, _text("LastEditorUserId")),
        ("last_edited", _MOMENT, None, _when("LastEditDate")),
        ("score", pa.int64(), None, _count("Score")),
        ("views", pa.int64(), None, _count("ViewCount")),
        ("licence", pa.string(), None, _text("ContentLicense")),
    )


def _is_post(row: Row) -> bool:
    return row.get("PostTypeId") in ("1", "2")


#: Members come first: who is one must be known before the others are counted.
LAYOUTS: dict[str, Layout] = {
    "members": Layout(
        "users.xml",
        (
            ("member_id", pa.string(), "profile", _text("Id")),
            (
                "region",
                pa.string(),
                "profile.location",
                lambda row: resolve_place(row.get("Location")).region,
            ),
            ("location", pa.string(), "profile.location", _text("Location")),
            ("region_method", pa.string(), None, lambda row: resolve_place(row.get("Location")).method),
            (
                "region_detail",
                pa.string(),
                "profile.location",
                lambda row: resolve_place(row.get("Location")).detail,
            ),
            ("joined", _MOMENT, None, _when("CreationDate")),
        ),
        subject="member_id",
    ),
    "profiles": Layout(
        "users.xml",
        (
            ("member_id", pa.string(), "profile", _text("Id")),
            ("name", pa.string(), "profile.name", _text("DisplayName")),
            ("about", pa.string(), "profile.summary", _html("AboutMe")),
            ("location", pa.string(), "profile.location", _text("Location")),
            ("website", pa.string(), "profile.websites", _text("WebsiteUrl")),
            ("reputation", pa.int64(), None, _count("Reputation")),
        ),
        subject="member_id",
        is_public=True,
    ),
    "posts": Layout("posts.xml", _posts("content.posts"), _is_post, "author_id", "created", is_public=True),
    "wikis": Layout(
        "posts.xml",
        _posts("content.contributions"),
        lambda row: not _is_post(row),
        "author_id",
        "created",
        is_public=True,
    ),
    "comments": Layout(
        "comments.xml",
        (
            ("comment_id", pa.string(), "content.comments", _text("Id")),
            ("post_id", pa.string(), "content.comments", _text("PostId")),
            ("author_id", pa.string(), "content.comments", _text("UserId")),
            ("author_name", pa.string(), "profile.name", _text("UserDisplayName")),
            ("text", pa.string(), "content.comments", _text("Text")),
            ("created", _MOMENT, "content.comments", _when("CreationDate")),
            ("score", pa.int64(), None, _count("Score")),
            ("licence", pa.string(), None, _text("ContentLicense")),
        ),
        subject="author_id",
        created="created",
        is_public=True,
    ),
    "votes": Layout(
        "votes.xml",
        (
            ("vote_id", pa.string(), "activity.votes", _text("Id")),
            ("post_id", pa.string(), "activity.votes", _text("PostId")),
            ("voter_id", pa.string(), "activity.votes", _text("UserId")),
            ("kind", pa.string(), "activity.votes", _word("VoteTypeId", _VOTES)),
            ("bounty", pa.int64(), "activity.votes", _count("BountyAmount")),
            ("created", _MOMENT, "activity.votes", _when("CreationDate")),
        ),
        subject="voter_id",
        created="created",
    ),
    "tags": Layout(
        "tags.xml",
        (
            ("tag_id", pa.string(), None, _text("Id")),
            ("tag", pa.string(), None, _text("TagName")),
            ("posts", pa.int64(), None, _count("Count")),
        ),
    ),
    "badges": Layout(
        "badges.xml",
        (
            ("badge_id", pa.string(), None, _text("Id")),
            ("member_id", pa.string(), None, _text("UserId")),
            ("name", pa.string(), None, _text("Name")),
            ("created", _MOMENT, None, _when("Date")),
        ),
        subject="member_id",
    ),
}
