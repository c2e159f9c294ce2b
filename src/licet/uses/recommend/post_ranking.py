"""Which posts a member sees first: whom they follow, what it is about, how new it is, and in which language.

Nothing here knows what anybody clicked, liked or read: a post has no such field, and nothing is aimed at. Posts come
permitted, and what is known of the reader is of their own permitted rows. Beside it stands `chronological`: the same
posts by their time alone. Whole numbers in a fixed order: a list is the same on every machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from licet.uses.recommend.fixed_point import ONE

#: Of one author the newest so many posts are looked at, and of all so many: nobody fills, or slows, a list.
MOST_OF_AUTHOR, MOST_POSTS = 50, 5_000
#: A post of this age is half as new as one of this moment; 2 days.
_HALF_AS_NEW_US = 2 * 86_400 * 1_000_000
_FOLLOWED, _CONNECTED, _TOPIC, _LANGUAGE, _NEW = 6, 4, 2, 4, 8
#: So many shared topics count.
_MOST_TOPICS = 3

Kind: TypeAlias = Literal["followed", "connected", "topic", "language", "new"]


class Post(NamedTuple):
    """created_us: µs since 1970; None: not known. language: BCP 47; empty: not known."""

    id: str
    author: str
    created_us: int | None = None
    topics: frozenset[str] = frozenset()
    language: str = ""


class Reader(NamedTuple):
    """What of a member's own may be used, each part empty where it may not. hidden: posts and authors not wanted."""

    subject: str
    followed: frozenset[str] = frozenset()
    connected: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()


class RankedPost(NamedTuple):
    """reasons: what counted for it, with the topics that are shared; all of the reader's own."""

    post: Post
    score: int
    reasons: tuple[Kind, ...]
    topics: tuple[str, ...]


def chronological(posts: Iterable[Post], reader: Reader, now_us: int) -> list[Post]:
    """The posts of others that are not hidden, the newest first, equal ones by id; of no or a coming time: last."""
    shown = {post.id: post for post in posts if _is_for(post, reader)}
    return sorted(shown.values(), key=lambda post: (-_time(post, now_us), post.id))


def rank_posts(
    posts: Iterable[Post], reader: Reader, now_us: int, size: int, in_a_row: int = 2
) -> list[RankedPost]:
    """The posts that a reader sees first, at most `size`.

    in_a_row: so many posts of one author, or about one topic, stand next to each other and no more, as long as there is
    another to put between them.
    """
    weighed = [_weigh(post, reader, now_us) for post in _looked_at(chronological(posts, reader, now_us))]
    weighed.sort(key=lambda ranked: (-ranked.score, -_time(ranked.post, now_us), ranked.post.id))
    picked: list[RankedPost] = []
    while weighed and len(picked) < size:
        last = [ranked.post for ranked in picked[-in_a_row:]] if len(picked) >= in_a_row > 0 else []
        picked.append(weighed.pop(_first_other(weighed, last)))
    return picked


def _is_for(post: Post, reader: Reader) -> bool:
    return post.author != reader.subject and not {post.id, post.author} & reader.hidden


def _time(post: Post, now_us: int) -> int:
    """When a post was written; long ago where that is not known, or yet to come."""
    known = post.created_us is not None and post.created_us <= now_us
    return post.created_us if known and post.created_us is not None else -(1 << 63)


def _looked_at(newest_first: Sequence[Post]) -> list[Post]:
    of_author: Counter[str] = Counter()
    kept: list[Post] = []
    for post in newest_first:
        of_author[post.author] += 1
        if of_author[post.author] <= MOST_OF_AUTHOR:
            kept.append(post)
    return kept[:MOST_POSTS]


def _weigh(post: Post, reader: Reader, now_us: int) -> RankedPost:
    shared = tuple(sorted(post.topics & reader.topics))[:_MOST_TOPICS]
    told: dict[Kind, int] = {
        "followed": _FOLLOWED * ONE * (post.author in reader.followed),
        "connected": _CONNECTED * ONE * (post.author in reader.connected),
        "topic": _TOPIC * ONE * len(shared),
        "language": _LANGUAGE
        * ONE
        * (_main(post.language) in {_main(own) for own in reader.languages} - {""}),
        "new": _NEW * _newness(post, now_us),
    }
    return RankedPost(post, sum(told.values()), tuple(kind for kind in told if told[kind]), shared)


def _newness(post: Post, now_us: int) -> int:
    if post.created_us is None or post.created_us > now_us:
        return 0
    return ONE * _HALF_AS_NEW_US // (_HALF_AS_NEW_US + now_us - post.created_us)


def _main(language: str) -> str:
    """The language without its region or script, `pt` of `pt-BR`."""
    return language.replace("_", "-").partition("-")[0].lower()


def _first_other(weighed: Sequence[RankedPost], last: Collection[Post]) -> int:
    """The first place whose post has not its author, nor a topic, in common with all of the last; 0 where none is."""
    authors = {post.author for post in last}
    topics = frozenset.intersection(*(post.topics for post in last)) if last else frozenset()
    for place, ranked in enumerate(weighed):
        if authors != {ranked.post.author} and not topics & ranked.post.topics:
            return place
    return 0
