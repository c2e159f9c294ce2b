"""The archive of X: ``data/*.js``, each a list of records that is assigned to a name, which says what they are.

Messages are private whatever their file is called, and so is a file of messages of a kind that nobody here knows yet.
Posts count as public only where the archive says that they were never protected. Where the owner lives is what the
profile says, and the date of birth the one that was given, not the one that was guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from licet.sources.archives.archive_records import DEEPER, Facts, Record, Thing, count_values, filled, text_at
from licet.sources.archives.json_reader import Element
from licet.sources.byte_reader import ByteReader
from licet.sources.dates import WrittenDate, read_date

_OTHERS = "holds what other people wrote or who they are; the archive's owner alone counts as subject"
_PRIVATE = Thing("x_messages", "private_communication", _OTHERS)
_GROK = Thing("x_grok", "ai_conversation")
_POSTS = Thing("x_posts", "content.posts")
_SEEN = Thing("x_ads_seen", "advertising.engagement")
_ADVERTISERS = Thing("x_ads", "advertising.targeting", "who chose you for their advertisements, by name")
_INTERESTS = Thing("x_interests", "inferences")
_INFERRED = Thing("x_inferred", "inferences")
_PROFILE = Thing("x_profile", "profile")
_CONNECTIONS = Thing("x_connections", "connections", _OTHERS)
_SECURITY = Thing("x_security", "security")
_LOGINS = Thing("x_logins", "security.logins")
_DEVICES = Thing("x_devices", "device")
_UNKNOWN = Thing("x_unknown", "activity", "no such file of X's archive is known")

#: What the records of a file are, by the name that they are assigned to.
_THINGS: dict[str, Thing] = {
    **dict.fromkeys(("tweets", "tweet", "note_tweet", "community_tweet", "article"), _POSTS),
    **dict.fromkeys(("deleted_tweets", "deleted_note_tweet"), Thing("x_deleted", "content.posts")),
    **dict.fromkeys(("twitter_circle_tweet",), Thing("x_circle_posts", "content.posts", "posts for a few people")),
    **dict.fromkeys(("like",), Thing("x_likes", "activity.reactions")),
    **dict.fromkeys(("bookmark", "bookmarks"), Thing("x_bookmarks", "activity.saved")),
    **dict.fromkeys(("follower", "following", "block", "mute", "twitter_circle_member", "contact"), _CONNECTIONS),
    **dict.fromkeys(
        ("lists_created", "lists_member", "lists_subscribed", "moment", "smartblock"), Thing("x_lists", "activity")
    ),
    "grok_chat_item": _GROK,
    **dict.fromkeys(("ad_impressions", "ad_engagements"), _SEEN),
    **dict.fromkeys(
        (
            "ad_mobile_conversions_attributed", "ad_mobile_conversions_unattributed",
            "ad_online_conversions_attributed", "ad_online_conversions_unattributed",
        ),
        Thing("x_outside", "advertising.affiliate_data", "what advertisers told X about you"),
    ),
    "personalization": _INFERRED,
    **dict.fromkeys(
        ("profile", "account", "screen_name_change", "verified", "verified_organization", "professional_data"), _PROFILE
    ),
    "ageinfo": Thing("x_age", "demographic.age"),
    "account_timezone": Thing("x_timezone", "profile.location"),
    "phone_number": Thing("x_phone", "contact.phone"),
    "email_address_change": Thing("x_email", "contact.email"),
    **dict.fromkeys(("ip_audit", "account_creation_ip"), _LOGINS),
    **dict.fromkeys(("device_token", "ni_devices", "key_registry"), _DEVICES),
    **dict.fromkeys(
        ("account_suspension", "account_label", "connected_application", "sso", "app", "protected_history"), _SECURITY
    ),
    "saved_search": Thing("x_searches", "activity.searches"),
    "user_link_clicks": Thing("x_clicks", "activity.views"),
    **dict.fromkeys(
        ("spaces_metadata", "community_note", "community_note_rating", "community_note_batsignal", "reply_prompt",
         "tweetdeck", "branch_links"),
        Thing("x_activity", "activity"),
    ),
    "ads_revenue_sharing": Thing("x_payments", "payment"),
}  # fmt: skip
_KINDS = {
    "email": "contact.email", "username": "profile.name", "accountDisplayName": "profile.name",
    "location": "profile.location", "bio": "profile.summary", "website": "profile.websites",
    "matchedTargetingCriteria": "advertising.targeting", "phoneNumber": "contact.phone",
    "phone_number": "contact.phone", "inferredAgeInfo": "inferences",
}  # fmt: skip
#: Headers of what stands in whole in another file.
COPIES = {
    "tweet-headers.js": "tweets.js", "deleted-tweet-headers.js": "deleted-tweets.js",
    "direct-message-headers.js": "direct-messages.js", "direct-message-group-headers.js": "direct-messages-group.js",
}  # fmt: skip
#: The pages that show the archive in a browser.
VIEWER = re.compile(r"(^|/)(assets/.*|Your archive\.html|data/(README\.txt|manifest\.js))$", re.IGNORECASE)
_ASSIGNED = re.compile(rb"\s*(?:window|Grailbird)\.[A-Za-z0-9_.]{1,200}\s*=\s*")
_ASSIGNED_WITHIN = 512
_EMPTY = re.compile(rb"\s*window\.YTD\.protected_history\.part0\s*=\s*\[\s*\]\s*")


class AfterAssignment:
    """A file of the archive from its list on."""

    def __init__(self, file: ByteReader) -> None:
        self._file = file
        self._waiting = b""
        self._is_begun = False

    def read(self, size: int, /) -> bytes:
        if not self._is_begun:
            self._is_begun = True
            start = b""
            while len(start) < _ASSIGNED_WITHIN and (data := self._file.read(_ASSIGNED_WITHIN)):
                start += data
            match = _ASSIGNED.match(start)
            self._waiting = start[match.end() if match else 0 :]
        if not self._waiting:
            return self._file.read(size)
        data, self._waiting = self._waiting[:size], self._waiting[size:]
        return data


def were_always_public(protected_history: bytes) -> bool:
    """Whether the file that says when posts were protected says never. Anything else says nothing."""
    return _EMPTY.fullmatch(protected_history) is not None


def records(name: str, elements: Iterable[Element], is_public: bool = False) -> Iterator[Record | Facts]:
    """The records of one file; `is_public`: whether the owner's posts were never protected."""
    what = re.sub(r"-part\d+$", "", re.split(r"[/\\]", name)[-1].casefold().removesuffix(".js")).replace(
        "-", "_"
    )
    thing = _THINGS.get(what, _PRIVATE if "message" in what or "_dm" in what else _UNKNOWN)
    for element in elements:
        value = element.value if element.key is None else {element.key: element.value}
        yield from _facts(what, value)
        for part in _parts(thing, value):
            yield _record(*part, is_public and what in ("tweets", "tweet", "note_tweet", "article"))


def _parts(thing: Thing, value: Any) -> Iterator[tuple[Thing, Any]]:
    """The records of one element: of a conversation its messages, of what X worked out each interest, and so on."""
    if thing is _PRIVATE:
        yield from _taken(thing, value, ("dmConversation", "messages"), thing)
    elif thing is _SEEN:
        within = ("ad", "adsUserData", "adImpressions", "impressions")
        if _at(value, within) is None:
            within = ("ad", "adsUserData", "adEngagements", "engagements")
        yield from _taken(thing, value, within, thing)
    elif thing is _INFERRED:
        rest = value
        for keys, part in (
            (("p13nData", "interests", "interests"), _INTERESTS),
            (("p13nData", "interests", "partnerInterests"), _INTERESTS),
            (("p13nData", "interests", "shows"), _INTERESTS),
            (("p13nData", "interests", "audienceAndAdvertisers", "advertisers"), _ADVERTISERS),
            (("p13nData", "interests", "audienceAndAdvertisers", "lookalikeAdvertisers"), _ADVERTISERS),
        ):
            items = _at(rest, keys)
            if isinstance(items, list):
                yield from ((part, _nested(keys, item)) for item in items)
                rest = _without(rest, keys)
        yield thing, rest
    else:
        yield thing, value


def _taken(thing: Thing, value: Any, keys: tuple[str, ...], part: Thing) -> Iterator[tuple[Thing, Any]]:
    """The items of a list within a value, each where it stood, and the value without them."""
    items = _at(value, keys)
    if not isinstance(items, list):
        yield thing, value
        return
    yield from ((part, _nested(keys, item)) for item in items)
    rest = _without(value, keys)
    if any(True for _ in filled(rest)):
        yield Thing(f"{thing.table}_about", thing.kind, thing.note), rest


def _keys(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _record(thing: Thing, value: Any, is_public: bool) -> Record:
    record = Record(thing, written=_written(value))
    known = None if thing is _UNKNOWN else thing.kind
    kinds = {} if thing.kind == _PRIVATE.kind else _KINDS

    def label(place: str, key: str) -> str | None:
        return DEEPER if known is not None and (not place or key in _DEEPER) else kinds.get(key, known)

    count_values(record, value if isinstance(value, dict) else {"": value}, label)
    if is_public:
        record.audience = "public"
    if thing.kind == "content.posts":
        inner = next(iter(value.values()), None) if isinstance(value, dict) else None
        record.words = text_at(inner, "full_text") or text_at(inner, "text") or text_at(inner, "core", "text")
        record.words_kind = thing.kind
    elif thing is _GROK and text_at(value, "grokChatItem", "sender", "originalName") == "USER":
        record.words, record.words_kind = text_at(value, "grokChatItem", "message"), thing.kind
    return record


#: Keys that hold things of different kinds.
_DEEPER = _keys(
    "description ageInfo p13nData interests audienceAndAdvertisers demographics dmConversation messages adsUserData"
    " adImpressions adEngagements impressions engagements impressionAttributes"
)


def _written(value: Any) -> WrittenDate | None:
    """When a record was made, wherever its kind of file has it."""
    inner = next(iter(value.values()), None) if isinstance(value, dict) else None
    while isinstance(inner, dict) and len(inner) == 1:
        inner = next(iter(inner.values()))
    if isinstance(inner, list):
        inner = inner[0] if inner else None
    for key in ("created_at", "createdAt", "impressionTime"):
        found = (
            text_at(inner, key)
            or text_at(inner, "messageCreate", key)
            or text_at(inner, "impressionAttributes", key)
        )
        if found:
            return read_date(found.replace(" +0000 ", " UTC "))
    return None


def _facts(what: str, value: Any) -> Iterator[Facts]:
    if what == "account":
        yield Facts(name=text_at(value, "account", "accountDisplayName") or None)
    elif what == "profile":
        yield Facts(location=text_at(value, "profile", "description", "location") or None)
    elif what == "ageinfo":
        born = read_date(text_at(value, "ageMeta", "ageInfo", "birthDate"))
        if born is not None and born.precision in ("day", "moment"):
            yield Facts(born=born.moment.date())


def _at(value: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _nested(keys: tuple[str, ...], item: Any) -> Any:
    for key in reversed(keys):
        item = {key: item}
    return item


def _without(value: Any, keys: tuple[str, ...]) -> Any:
    """A value without what stands at the end of the keys; the value itself is left as it is."""
    first, *rest = keys
    return {
        key: _without(inner, tuple(rest)) if key == first and rest else inner
        for key, inner in value.items()
        if rest or key != first
    }
