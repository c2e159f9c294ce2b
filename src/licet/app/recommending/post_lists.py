"""The list of posts for one member: whom they follow, what it is about, its language and how new it is; or by time.

Offered are posts that everybody may see and whose author permits that they are recommended. What anybody clicked, liked
or read is not gone by. A topic is something of the reader's own profile that a post says.
"""

from __future__ import annotations

from datetime import datetime

from licet.app.recommending.offered_items import OfferedItem, OfferedItems
from licet.app.recommending.own_history import OwnHistory
from licet.app.recommending.ranked_items import RankedItems, micros
from licet.app.recommending.recommendation_answers import ChosenBy
from licet.uses.recommend.post_ranking import Post, PostBoard, Reader
from licet.uses.recommend.text_terms import words

_MOST_RANKED = 100
#: Of a profile so many values are topics.
_MOST_TOPICS = 64
#: Columns of a profile that say where and in which language, and not about what.
_NO_TOPICS = frozenset(("languages", "location"))


class PostLists:
    """Of one workspace. Used by one thread at a time."""

    def __init__(self) -> None:
        self._version, self._board = -1, PostBoard(())

    def list_for(
        self, subject: str, own: OwnHistory, offered: OfferedItems, at: datetime, newest_first: bool
    ) -> RankedItems:
        if self._version != offered.version:
            self._version = offered.version
            self._board = PostBoard(map(_post, offered.items.values()))
        told = [values for column, values in own.profile.items() if column not in _NO_TOPICS]
        values = sorted({value for each in told for value in each})[:_MOST_TOPICS]
        topics = {value: found for value in values if (found := frozenset(words(value)))}
        languages = frozenset(own.profile.get("languages", ()))
        reader = Reader(subject, own.followed, own.connected, frozenset(topics), languages, meant=topics)
        if newest_first:
            shown = self._board.timeline(reader, micros(at))[:_MOST_RANKED]
            return RankedItems(
                [offered.items[one.id] for one in shown],
                "newest",
                False,
                offered.items,
                lambda item: [],
                lambda item: None,
            )
        ranked = self._board.rank(reader, micros(at), _MOST_RANKED)
        why = {one.post.id: [said for kind in one.reasons if (said := _SAID[kind])] for one in ranked}
        about = {one.post.id: one.topics for one in ranked if one.topics}

        def reasons(item: OfferedItem) -> list[str]:
            told = why.get(item.key, [])
            return [one.format(topics=", ".join(about.get(item.key, ()))) for one in told]

        def first(item: OfferedItem) -> str | None:
            return next(iter(reasons(item)), None)

        is_own = any(kind not in ("new", "language") for one in ranked for kind in one.reasons)
        chosen_by: ChosenBy = (
            "following" if is_own and own.followed | own.connected else "profile" if is_own else "newest"
        )
        return RankedItems(
            [offered.items[one.post.id] for one in ranked], chosen_by, False, offered.items, reasons, first
        )


def _post(item: OfferedItem) -> Post:
    created = None if item.created is None else micros(item.created)
    said = frozenset(words(f"{item.title} {item.text}"))
    return Post(item.key, next(iter(sorted(item.people)), ""), created, said, item.language)


_SAID = {
    "followed": "Because you follow its author",
    "connected": "Because you are connected with its author",
    "topic": "Because your profile says {topics}",
    "language": "",
    "new": "It is new",
}
