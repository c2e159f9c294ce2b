"""Which posts a member sees first: whom they follow, what it is about, how new it is, and in which language.

Nothing here knows what anybody clicked, liked or read: a post has no such field, and nothing is aimed at. Posts come
permitted, and what is known of the reader is of their own permitted rows. Beside it stands the timeline: the same posts
by their time alone. Whole numbers in a fixed order: a list is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from licet.uses.recommend.fixed_point import ONE

Numbers: TypeAlias = npt.NDArray[np.int64]
Kind: TypeAlias = Literal["followed", "connected", "topic", "language", "new"]

#: Of one author the newest so many posts are looked at, and of all so many: nobody fills, or slows, a list.
MOST_OF_AUTHOR, MOST_POSTS = 50, 5_000
#: A post of this age is half as new as one of this moment; 2 days.
_HALF_AS_NEW_US = 2 * 86_400 * 1_000_000
_FOLLOWED, _CONNECTED, _TOPIC, _LANGUAGE, _NEW = 6, 4, 2, 4, 8
#: Of a reader's topics so many are looked for, and so many that are shared count.
MOST_TOPICS, _MOST_SHARED = 64, 3
#: Before every time that is known, and far enough from what 64 bits hold.
_UNKNOWN = -(1 << 62)


class Post(NamedTuple):
    """created_us: µs since 1970, or None. topics: what it says or is about. language: BCP 47; empty: not known."""

    id: str
    author: str
    created_us: int | None = None
    topics: frozenset[str] = frozenset()
    language: str = ""


class Reader(NamedTuple):
    """What of a member's own may be used, each part empty where it may not. hidden: posts and authors not wanted.

    meant: of a topic what a post must all say to be about it; else the topic itself.
    """

    subject: str
    followed: frozenset[str] = frozenset()
    connected: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    meant: Mapping[str, frozenset[str]] = {}


class RankedPost(NamedTuple):
    """reasons: what counted for it, with the topics that are shared, at most three; all of the reader's own."""

    post: Post
    score: int
    reasons: tuple[Kind, ...]
    topics: tuple[str, ...]


class PostBoard:
    """Posts as they are offered, each once, made ready for any number of readers."""

    def __init__(self, posts: Iterable[Post]) -> None:
        self._posts = sorted({post.id: post for post in posts}.values(), key=lambda post: post.id)
        self._number = {post.id: number for number, post in enumerate(self._posts)}
        times = [_UNKNOWN if post.created_us is None else post.created_us for post in self._posts]
        self._created = np.clip(np.array(times, object), _UNKNOWN, -_UNKNOWN).astype(np.int64)
        self._authors, self._author = _coded([post.author for post in self._posts])
        self._languages, self._language = _coded([_main(post.language) for post in self._posts])
        said: dict[str, list[int]] = {}
        for number, post in enumerate(self._posts):
            for topic in post.topics:
                said.setdefault(topic, []).append(number)
        self._said = {topic: np.array(numbers, np.int64) for topic, numbers in said.items()}

    def timeline(self, reader: Reader, now_us: int) -> list[Post]:
        """The posts of others that are not hidden, the newest first, equal ones by id; of no or a coming time: last."""
        return [self._posts[number] for number in self._newest_first(reader, self._times(now_us))]

    def rank(self, reader: Reader, now_us: int, size: int, in_a_row: int = 2) -> list[RankedPost]:
        """The posts that a reader sees first, at most `size`.

        in_a_row: so many posts of one author, or about one of the reader's topics, stand next to each other and no
        more, as long as there is another to put between them. 0: as many as there are.
        """
        times = self._times(now_us)
        looked_at = self._newest_first(reader, times)
        looked_at = looked_at[_nth_of_equal(self._author[looked_at]) < MOST_OF_AUTHOR][:MOST_POSTS]
        topics = sorted(reader.topics)[:MOST_TOPICS]
        about = self._about(topics, reader)[looked_at]
        told = self._told(reader, now_us, looked_at, about)
        score = np.sum(list(told.values()), axis=0)
        order = np.lexsort((looked_at, -times[looked_at], -score))
        picked = []
        for place in order[
            _apart(self._author[looked_at][order], about[order], max(size, 0), in_a_row)
        ].tolist():
            kinds = tuple(kind for kind, counted in told.items() if counted[place])
            shared = [topic for bit, topic in enumerate(topics) if int(about[place]) >> bit & 1]
            post = self._posts[looked_at[place]]
            picked.append(RankedPost(post, int(score[place]), kinds, tuple(shared[:_MOST_SHARED])))
        return picked

    def _times(self, now_us: int) -> Numbers:
        """When each was written; long ago where that is not known, or yet to come."""
        return np.where(self._created <= now_us, self._created, _UNKNOWN)

    def _newest_first(self, reader: Reader, times: Numbers) -> Numbers:
        shown = ~self._by_any({reader.subject, *reader.hidden})
        for one in reader.hidden & self._number.keys():
            shown[self._number[one]] = False
        numbers = np.flatnonzero(shown)
        return numbers[np.lexsort((numbers, -times[numbers]))]

    def _by_any(self, people: Iterable[str]) -> npt.NDArray[np.bool_]:
        return _among(self._authors, people)[self._author]

    def _about(self, topics: list[str], reader: Reader) -> npt.NDArray[np.uint64]:
        """Of each post a bit for every topic that it is about."""
        about = np.zeros(len(self._posts), np.uint64)
        for bit, topic in enumerate(topics):
            parts = [self._said.get(part) for part in reader.meant.get(topic, frozenset((topic,)))]
            held = sorted((part for part in parts if part is not None), key=len)
            if held and len(held) == len(parts):
                numbers = held[0]
                for other in held[1:]:
                    numbers = numbers[np.isin(numbers, other, assume_unique=True)]
                about[numbers] |= np.uint64(1 << bit)
        return about

    def _told(
        self, reader: Reader, now_us: int, numbers: Numbers, about: npt.NDArray[np.uint64]
    ) -> dict[Kind, Numbers]:
        """What counts for each of some posts, and how much."""
        created = self._created[numbers]
        known = (created != _UNKNOWN) & (created <= now_us)
        age_ms = np.where(known, now_us - created, 0) // 1000
        half_ms = _HALF_AS_NEW_US // 1000
        spoken = {_main(language) for language in reader.languages} - {""}
        return {
            "followed": self._by_any(reader.followed)[numbers] * (_FOLLOWED * ONE),
            "connected": self._by_any(reader.connected)[numbers] * (_CONNECTED * ONE),
            "topic": np.minimum(np.bitwise_count(about), _MOST_SHARED).astype(np.int64) * (_TOPIC * ONE),
            "language": _among(self._languages, spoken)[self._language][numbers] * (_LANGUAGE * ONE),
            "new": np.where(known, _NEW * ONE * half_ms // (half_ms + age_ms), 0),
        }


def _coded(texts: list[str]) -> tuple[dict[str, int], Numbers]:
    """The different texts with a number each, and the number of each."""
    numbers: dict[str, int] = {}
    return numbers, np.array([numbers.setdefault(text, len(numbers)) for text in texts], np.int64)


def _among(numbers: Mapping[str, int], wanted: Iterable[str]) -> npt.NDArray[np.bool_]:
    """By number whether a text is wanted."""
    found = np.zeros(len(numbers), bool)
    found[[numbers[text] for text in wanted if text in numbers]] = True
    return found


def _main(language: str) -> str:
    """The language without its region or script, `pt` of `pt-BR`."""
    return language.replace("_", "-").partition("-")[0].lower()


def _nth_of_equal(values: Numbers) -> Numbers:
    """Of each value how many equal ones stand before it."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    nth = np.empty(len(values), np.int64)
    nth[order] = np.arange(len(values)) - np.searchsorted(ordered, ordered)
    return nth


def _apart(authors: Numbers, about: npt.NDArray[np.uint64], size: int, in_a_row: int) -> list[int]:
    """Places in the order in which they are picked: always the first that has not its author, nor a topic, in common
    with all of the last `in_a_row`; where there is none, the first."""
    left, picked = np.arange(len(authors)), list[int]()
    while len(left) and len(picked) < size:
        first, last = 0, picked[-in_a_row:] if len(picked) >= in_a_row > 0 else []
        if last:
            is_same_author = len({int(authors[place]) for place in last}) == 1
            shared = np.bitwise_and.reduce(about[last])
            other = (about[left] & shared) == 0
            if is_same_author:
                other &= authors[left] != authors[last[0]]
            first = int(other.argmax())
        picked.append(int(left[first]))
        left = np.delete(left, first)
    return picked
