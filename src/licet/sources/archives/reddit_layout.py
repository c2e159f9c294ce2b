"""The files of a Reddit data request: what each is called, the columns that it has, and what kind of data they hold.

Facts read off public parsers of requests of 2023 to 2026. A file is known by its name without the number of its part,
and is one of Reddit's only when its header is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple


class RedditFile(NamedTuple):
    """One file. `words` must all stand in its header; `columns` are the kinds of those that are not of `kind`.

    created, written: the columns that say when a record was made, and in which the owner writes.
    """

    table: str
    kind: str
    words: frozenset[str]
    known: frozenset[str]
    columns: Mapping[str, str]
    created: str | None = None
    written: str | None = None
    note: str = ""

    def label(self, column: str) -> str | None:
        """The kind of data of a column; None for one that is not known."""
        return self.columns.get(column, self.kind if column in self.known else None)


_OTHERS = "holds what other people wrote or who they are; the archive's owner alone counts as subject"
_WHO_SAW = "whether the community was public when this was written does not stand in the file"
_IP = {"ip": "security.logins"}


def _file(table: str, kind: str, words: str, more: str = "", **rest: object) -> RedditFile:
    required = frozenset(words.split(","))
    columns = rest.pop("columns", {})
    return RedditFile(table, kind, required, required | frozenset(more.split(",")) - {""}, columns, **rest)  # type: ignore[arg-type]


_HEAD = "id,permalink,date,subreddit"
_MESSAGE = "id,permalink,from,to"
_POSTS = _file("reddit_posts", "content.posts", _HEAD, "ip,gildings,title,url,body", columns=_IP, created="date",
               written="body", note=_WHO_SAW)  # fmt: skip
_COMMENTS = _file("reddit_comments", "content.comments", _HEAD, "ip,gildings,link,parent,body,media", columns=_IP,
                  created="date", written="body", note=_WHO_SAW)  # fmt: skip
_MESSAGES = _file("reddit_messages", "private_communication", _MESSAGE, "thread_id,date,ip,subject,body", columns=_IP,
                  created="date", note=_OTHERS)  # fmt: skip
_VOTES = _file("reddit_votes", "activity.reactions", "id,permalink,direction")
_SAVED = _file("reddit_saved", "activity.saved", "id,permalink")
_FOLLOWS = _file("reddit_communities", "activity.follows", "subreddit")

_FILES = {
    "posts": _POSTS,
    "post_headers": _POSTS._replace(table="reddit_headers"),
    "comments": _COMMENTS,
    "comment_headers": _COMMENTS._replace(table="reddit_headers"),
    **dict.fromkeys(("messages", "messages_archive"), _MESSAGES),
    **dict.fromkeys(
        ("message_headers", "messages_archive_headers"), _MESSAGES._replace(table="reddit_message_headers")
    ),
    "chat_history": _file(
        "reddit_chats", "private_communication", "message_id,created_at,username,message",
        "updated_at,thread_parent_message_id,channel_url,subreddit,channel_name,conversation_type",
        created="created_at", note=_OTHERS,
    ),
    **dict.fromkeys(("post_votes", "comment_votes"), _VOTES),
    "poll_votes": _file(
        "reddit_poll_votes", "content.poll_responses", "post_id,user_selection",
        "text,image_url,is_prediction,stake_amount",
    ),
    **dict.fromkeys(("saved_posts", "saved_comments", "hidden_posts"), _SAVED),
    **dict.fromkeys(
        ("subscribed_subreddits", "moderated_subreddits", "approved_submitter_subreddits"), _FOLLOWS
    ),
    "multireddits": _file(
        "reddit_communities", "activity.follows", "id,display_name,subreddits",
        "date,description,privacy,image_url,is_owner,favorited,followers", created="date",
    ),
    "friends": _file("reddit_follows", "activity.follows", "username,note", note=_OTHERS),
    "drafts": _file(
        "reddit_drafts", "content.drafts", "id,title,body,kind",
        "created,spoiler,nsfw,original_content,content_category,flair_id,flair_text,send_replies,subreddit,is_public_link",
        created="created", written="body",
    ),
    "scheduled_posts": _file(
        "reddit_drafts", "content.drafts", "scheduled_post_id,subreddit", "title,body,url,submission_time,recurrence",
        created="submission_time", written="body",
    ),
    "announcements": _file(
        "reddit_announcements", "activity", "announcement_id,sent_at", "read_at,from_id,from_username,subject,body,url",
        created="sent_at",
    ),
    "gilded_content": _file("reddit_awards", "activity.reactions", "content_link,award", "amount,date", created="date"),
    "gold_received": _file(
        "reddit_awards", "activity.reactions", "content_link,gold_received", "gilder_username,date", created="date"
    ),
    "purchases": _file(
        "reddit_purchases", "payment.receipts", "processor,transaction_id", "product,date,cost,currency,status",
        created="date",
    ),
    "subscriptions": _file(
        "reddit_purchases", "payment.receipts", "processor,subscription_id",
        "product,product_id,product_name,status,start_date,end_date", created="start_date",
    ),
    "payouts": _file("reddit_purchases", "payment.receipts", "payout_amount_usd,date", "payout_id", created="date"),
    "stripe": _file("reddit_purchases", "payment", "stripe_account_id"),
    "persona": _file("reddit_identity", "identity", "persona_inquiry_id"),
    "account_gender": _file("reddit_profile", "demographic.gender", "account_gender"),
    "birthdate": _file(
        "reddit_birthdate", "demographic.age", "birthdate", "verified_birthdate,verification_state,verification_method"
    ),
    "statistics": _file("reddit_statistics", "profile", "statistic,value"),
    "user_preferences": _file("reddit_preferences", "activity", "preference,value"),
    "sensitive_ads_preferences": _file("reddit_ads", "advertising.targeting", "type,preference"),
    "linked_identities": _file("reddit_identity", "security", "issuer_id,subject_id"),
    "linked_phone_number": _file("reddit_phone", "contact.phone", "phone_number"),
    "twitter": _file("reddit_profile", "profile.websites", "username"),
    "ip_logs": _file("reddit_logins", "security.logins", "date,ip", created="date"),
}  # fmt: skip


def file_at(name: str) -> RedditFile | None:
    """What a file of the request is, by its name; None where no such file is known."""
    base = re.split(r"[/\\]", name)[-1].casefold()
    match = re.fullmatch(r"([a-z_]+?)(?:_\d+)?\.csv", base)
    return None if match is None else _FILES.get(match[1])
