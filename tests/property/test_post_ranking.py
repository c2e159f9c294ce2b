"""Posts: the same list in whatever order they come, of nothing but what was given, and never long of one thing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from licet.testing.effort import examples
from licet.uses.recommend.post_ranking import Post, PostBoard, RankedPost, Reader

NOW = 1_700_000_000_000_000
AUTHORS, TOPICS = ["ann", "ben", "\u202ecy"], ["care", "steel", "\x00"]
POSTS = st.lists(
    st.builds(
        Post,
        st.text("pqr\x00", min_size=1, max_size=3),
        st.sampled_from([*AUTHORS, "me"]),
        st.none() | st.integers(NOW - 10**13, NOW + 10**9) | st.sampled_from([0, -(10**18), 10**18]),
        st.frozensets(st.sampled_from(TOPICS), max_size=2),
        st.sampled_from(["", "en", "en-GB", "pt_BR"]),
    ),
    max_size=14,
    unique_by=lambda post: post.id,
)
READERS = st.builds(
    Reader,
    st.just("me"),
    st.frozensets(st.sampled_from(AUTHORS)),
    st.frozensets(st.sampled_from(AUTHORS)),
    st.frozensets(st.sampled_from(TOPICS)),
    st.frozensets(st.sampled_from(["en", "pt", ""])),
    st.frozensets(st.sampled_from(["p", "ben"])),
)


def run_at(ranked: list[RankedPost], place: int, in_a_row: int) -> bool:
    """Whether the posts before a place and the one there are all of one author, or about one of the reader's topics."""
    row = ranked[place - in_a_row : place + 1]
    shared = frozenset.intersection(*(frozenset(each.topics) for each in row))
    return len({each.post.author for each in row}) == 1 or bool(shared)


@given(POSTS, READERS, st.integers(1, 3))
@examples(120)
def test_no_more_than_asked_for_stand_in_a_row_while_another_is_left(
    posts: list[Post], reader: Reader, in_a_row: int
) -> None:
    ranked = PostBoard(posts).rank(reader, NOW, 100, in_a_row)
    for place in range(in_a_row, len(ranked)):
        if run_at(ranked, place, in_a_row):
            others = ([*ranked[:place], later] for later in ranked[place:])
            assert all(run_at(each, place, in_a_row) for each in others)


@given(POSTS, READERS, st.randoms(use_true_random=False))
@examples(80)
def test_a_list_depends_on_no_order_and_the_timeline_beside_it_has_the_same_posts(
    posts: list[Post], reader: Reader, random: object
) -> None:
    turned = posts[::-1]
    ranked = PostBoard(posts).rank(reader, NOW, 100)
    assert ranked == PostBoard(turned).rank(reader, NOW, 100)
    timeline = PostBoard(posts).timeline(reader, NOW)
    assert timeline == PostBoard(turned).timeline(reader, NOW)
    assert {each.post for each in ranked} == set(timeline)
    assert set(timeline) == {
        post for post in posts if post.author != "me" and not {post.id, post.author} & reader.hidden
    }
    times = [post.created_us for post in timeline if post.created_us is not None and post.created_us <= NOW]
    assert times == sorted(times, reverse=True)


@given(POSTS, READERS)
@examples(60)
def test_where_nothing_of_the_reader_may_be_used_posts_stand_by_language_and_time_of_nobody(
    posts: list[Post], reader: Reader
) -> None:
    unknown = Reader(reader.subject, hidden=reader.hidden)
    ranked = PostBoard(posts).rank(unknown, NOW, 100, in_a_row=0)
    assert [each.post for each in ranked if "new" in each.reasons] == [
        post
        for post in PostBoard(posts).timeline(unknown, NOW)
        if post.created_us is not None and post.created_us <= NOW
    ][: sum("new" in each.reasons for each in ranked)]
    assert not {kind for each in ranked for kind in each.reasons} - {"new"}


@given(POSTS, READERS, POSTS)
@examples(40)
def test_a_reason_is_of_the_readers_own_and_another_post_changes_no_score(
    posts: list[Post], reader: Reader, others: list[Post]
) -> None:
    ids = {post.id for post in posts}
    both = PostBoard([*posts, *(post for post in others if post.id not in ids)]).rank(reader, NOW, 100)
    alone = {each.post.id: each for each in PostBoard(posts).rank(reader, NOW, 100)}
    assert {each.post.id: each for each in both if each.post.id in ids} == alone
    for each in both:
        assert set(each.topics) <= reader.topics & each.post.topics
        assert ("followed" in each.reasons) == (each.post.author in reader.followed)
        assert ("connected" in each.reasons) == (each.post.author in reader.connected)
