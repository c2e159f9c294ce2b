"""Which events count of a member, and what they come to whatever order they lie in."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.uses.recommend.interactions import EVENTS, Interactions, newest_items
from licet.uses.recommend.walk_recipe import NEWEST

DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - as tables have them


def events(*rows: tuple[str | None, str | None, datetime | None]) -> pa.Table:
    return pa.table(list(zip(*rows, strict=True)) or [[], [], []], schema=EVENTS)


def own_of(*rows: tuple[str, str, datetime]) -> list[tuple[str, int]]:
    return [(item, (time - datetime(1970, 1, 1)) // timedelta(microseconds=1)) for _, item, time in rows]  # noqa: DTZ001


def test_members_and_items_stand_in_the_order_of_their_ids() -> None:
    held = Interactions.of(events(("zoe", "b", DAY), ("ann", "ö", DAY), ("zoe", "a", DAY)), ["c"])
    assert (held.members, held.items) == (["ann", "zoe"], ["a", "b", "c", "ö"])
    assert held.starts.tolist() == [0, 1, 3] and held.item_numbers.tolist() == [3, 0, 1]
    assert held.items_of("zoe") == ["a", "b"] and held.items_of("nobody") == []


def test_a_pair_counts_once_at_its_newest_time() -> None:
    later = DAY + timedelta(days=3)
    held = Interactions.of(events(("ann", "a", later), ("ann", "a", DAY), ("ann", "a", DAY)))
    assert held.item_numbers.tolist() == [0]
    assert held.times.tolist() == [int((later - datetime(1970, 1, 1)).total_seconds()) * 10**6]  # noqa: DTZ001


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_an_event_of_which_something_is_not_said_is_left_out(missing: int) -> None:
    row: list[str | datetime | None] = ["ann", "a", DAY]
    row[missing] = None
    held = Interactions.of(events(tuple(row), ("ben", "b", DAY)))  # type: ignore[arg-type]
    assert (held.members, held.items) == (["ben"], ["b"])


def test_the_newest_count_and_what_only_stood_beyond_them_is_not_there() -> None:
    rows = [("ann", f"{n:05}", DAY + timedelta(minutes=n)) for n in range(NEWEST + 5)]
    held = Interactions.of(events(*rows, ("ben", "00003", DAY)))
    assert held.items_of("ann") == [f"{n:05}" for n in range(5, NEWEST + 5)]
    assert held.items[:2] == ["00003", "00005"], "what ben has is there, what nobody has is not"
    assert sorted(newest_items(own_of(*rows))) == held.items_of("ann")


def test_of_equal_times_the_first_items_count() -> None:
    rows = [("ann", f"{n:05}", DAY) for n in reversed(range(NEWEST + 5))]
    assert Interactions.of(events(*rows)).items_of("ann") == [f"{n:05}" for n in range(NEWEST)]


def test_a_time_to_come_counts_as_its_members_newest() -> None:
    rows = [("ann", f"{n:05}", DAY) for n in range(NEWEST)] + [("ann", "x", datetime(9999, 1, 1))]  # noqa: DTZ001
    assert "x" in Interactions.of(events(*rows)).items_of("ann")


def test_of_nothing_there_is_nothing() -> None:
    held = Interactions.of(events())
    assert (held.members, held.items, held.starts.tolist()) == ([], [], [0])
    assert newest_items([]) == []


@given(st.lists(st.tuples(st.integers(0, NEWEST + 20), st.integers(0, 3)), max_size=NEWEST + 40))
def test_by_themselves_a_member_has_the_items_that_they_have_among_all(done: list[tuple[int, int]]) -> None:
    rows = [("ann", f"{item:05}", DAY + timedelta(days=day)) for item, day in done]
    newest = newest_items(own_of(*rows))
    assert sorted(newest) == Interactions.of(events(*rows)).items_of("ann")
    latest = {f"{item:05}": day for item, day in sorted(done, key=lambda one: one[1])}
    assert newest == sorted(newest, key=lambda item: (-latest[item], item))


def test_ids_with_odd_characters_are_told_apart() -> None:
    odd = ["a", "a\x00", "a\x00b", "\u202ea", ""]
    held = Interactions.of(events(*((who, who, DAY) for who in odd)))
    assert held.members == held.items == sorted(odd)
    assert all(held.items_of(who) == [who] for who in odd)
