"""What one member or author does a hundred thousand times neither fills a list nor is read to its end."""

from __future__ import annotations

from licet.uses.recommend.attribute_counts import (
    MOST_VALUES,
    AttributeCounts,
    MemberTraits,
    profile_values,
)
from licet.uses.recommend.post_ranking import MOST_OF_AUTHOR, Post, PostBoard, Reader

NOW = 1_700_000_000_000_000
MANY = 100_000


def test_of_a_hundred_thousand_posts_by_one_author_the_newest_few_are_looked_at() -> None:
    crowd = [Post(f"p{number}", "loud", NOW - number) for number in range(MANY)]
    quiet = [Post(f"q{number}", "quiet", NOW - 10**12 - number) for number in range(10)]
    ranked = PostBoard([*crowd, *quiet]).rank(Reader("me"), NOW, 30)
    assert [each.post.author for each in ranked] == ["loud", "loud", "quiet"] * 10
    everything = PostBoard([*crowd, *quiet]).rank(Reader("me"), NOW, MANY)
    assert len(everything) == MOST_OF_AUTHOR + 10
    assert len(PostBoard([*crowd, *quiet]).timeline(Reader("me"), NOW)) == MANY + 10


def test_no_post_one_post_and_a_reader_of_nothing() -> None:
    assert PostBoard([]).rank(Reader("me"), NOW, 30) == PostBoard([]).timeline(Reader("me"), NOW) == []
    own, other = Post("a", "me", NOW), Post("b\x00", "\u202eyou", None)
    assert [each.post.id for each in PostBoard([own, other]).rank(Reader("me"), NOW, 30)] == ["b\x00"]
    assert PostBoard([other]).rank(Reader("me", hidden=frozenset({"\u202eyou"})), NOW, 30) == []
    assert PostBoard([other]).rank(Reader("me"), NOW, 0) == []


def test_a_topic_of_several_words_is_that_of_a_post_that_says_them_all() -> None:
    posts = [
        Post("a", "x", NOW, frozenset({"machine", "learning"})),
        Post("b", "y", NOW, frozenset({"machine"})),
        Post("c", "z", NOW),
    ]
    topics = {f"topic {number}": frozenset({f"word {number}"}) for number in range(70)}
    topics |= {"Machine learning": frozenset({"machine", "learning"})}
    ranked = PostBoard(posts).rank(Reader("me", topics=frozenset(topics), meant=topics), NOW, 9)
    assert [(each.post.id, each.topics) for each in ranked] == [
        ("a", ("Machine learning",)),
        ("b", ()),
        ("c", ()),
    ]


def test_a_post_that_comes_twice_stands_once() -> None:
    post = Post("a", "you", NOW)
    assert [each.post for each in PostBoard([post, post]).rank(Reader("me"), NOW, 30)] == [post]


def test_a_profile_of_a_hundred_thousand_values_counts_by_few_of_them() -> None:
    values = profile_values({"skill": [f"skill {number}" for number in range(MANY)], "title": "x" * 10**7})
    assert len(values) == MOST_VALUES and max(map(len, values)) < 300
    assert profile_values({}) == profile_values({"a": None, "b": "", "c": ["\x00", "\u202e"]}) == ()


def test_a_member_who_took_everything_up_counts_once_an_item() -> None:
    items = sorted(f"j{number}" for number in range(1000))
    traits = MemberTraits(("a", "a"), items * 100)
    counts = AttributeCounts.of([traits], items)
    assert counts.popularity.tolist() == [1] * 1000 and counts.members_with("a") == 1
    counts.replace(traits, MemberTraits(("a",), items[:1]))
    assert counts.digest() == AttributeCounts.of([MemberTraits(("a",), items[:1])], items).digest()
