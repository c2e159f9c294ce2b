"""Whom somebody may know: only of edges they could see anyhow, whatever stands behind a hidden list."""

from __future__ import annotations

import math
import random
from collections import defaultdict

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.uses.people.connection_graph import ConnectionGraph
from licet.uses.people.permitted_edges import EDGES

Pairs = set[tuple[str, str]]
_MEMBER = st.sampled_from("abcdefgh")


def graph(pairs: Pairs, hidden: set[str] = frozenset()) -> ConnectionGraph:  # type: ignore[assignment]
    directed = sorted({pair for who, whom in pairs if who != whom for pair in ((who, whom), (whom, who))})
    rows = [{"owner": who, "other": whom, "is_readable": who not in hidden} for who, whom in directed]
    return ConnectionGraph(pa.Table.from_pylist(rows, EDGES))


def own(pairs: Pairs, asker: str) -> set[str]:
    return {other for pair in pairs if asker in pair for other in pair} - {asker}


@settings(max_examples=60)
@given(st.sets(st.tuples(_MEMBER, _MEMBER), max_size=20), st.sets(_MEMBER), st.data())
def test_the_answer_is_a_function_of_edges_that_the_asker_can_see(
    pairs: Pairs, hidden: set[str], data: st.DataObject
) -> None:
    pairs = {(who, whom) for who, whom in pairs if who != whom}
    seen_by_a = {"a", *(own(pairs, "a") - hidden)}
    seen = {pair for pair in pairs if seen_by_a & set(pair)}
    others = data.draw(st.sets(st.tuples(_MEMBER, _MEMBER), max_size=20))
    unseen = {pair for pair in others if not seen_by_a & set(pair)}
    asked, elsewhere = (
        graph(each, hidden).suggest("a", own(pairs, "a"), 9) for each in (pairs, seen | unseen)
    )
    assert asked == elsewhere
    for one in asked:
        assert set(one.through) <= own(pairs, "a") - hidden and one.subject not in {"a", *own(pairs, "a")}


@settings(max_examples=30)
@given(st.sets(st.tuples(_MEMBER, _MEMBER), max_size=20), _MEMBER)
def test_whoever_left_was_never_there_in_whatever_order_edges_come(pairs: Pairs, leaver: str) -> None:
    kept = {pair for pair in pairs if leaver not in pair}
    edges = [
        {"owner": who, "other": whom, "is_readable": True}
        for pair in sorted(pairs)
        if pair[0] != pair[1]
        for who, whom in (pair, pair[::-1])
        if leaver not in pair
    ]
    random.Random(1).shuffle(edges)
    for asker in "abcdefgh":
        shuffled = ConnectionGraph(pa.Table.from_pylist(edges, EDGES).group_by(EDGES.names).aggregate([]))
        assert shuffled.suggest(asker, own(kept, asker), 9) == graph(kept).suggest(asker, own(kept, asker), 9)


def test_scores_are_those_of_adamic_and_adar() -> None:
    pairs = {("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("c", "e"), ("c", "f")}
    told = {one.subject: one.score / 2**20 for one in graph(pairs).suggest("a", {"b", "c"}, 9)}
    assert told.keys() == {"d", "e", "f"}
    assert math.isclose(told["d"], 1 / math.log(3) + 1 / math.log(5), rel_tol=1e-5)
    assert math.isclose(told["e"], 1 / math.log(5), rel_tol=1e-5) and told["e"] == told["f"]
    assert [one.subject for one in graph(pairs).suggest("a", {"b", "c"}, 9)] == ["d", "e", "f"], "ties by id"


def test_befriending_somebody_shows_nothing_of_their_hidden_list() -> None:
    """The attack: an account with one edge, to somebody who hides theirs. Plain Adamic-Adar shows it; this, no row."""
    rng, friends = random.Random(5), defaultdict[str, set[str]](set)
    for _ in range(2_400):
        who, whom = (f"m{int(rng.random() ** 2 * 300)}" for _ in range(2))
        if who != whom:
            friends[who].add(whom)
            friends[whom].add(who)
    victims = [who for who in sorted(friends) if 10 <= len(friends[who]) <= 200][:100]
    pairs = {(who, whom) for who, others in friends.items() for whom in others}
    attacked = pairs | {(f"spy of {victim}", victim) for victim in victims}
    shown = []
    for each in (graph(attacked), graph(attacked, set(victims))):
        found = {
            who: {one.subject for one in each.suggest(f"spy of {who}", {who}, 20)} & friends[who]
            for who in victims
        }
        shown.append(sum(len(found[who]) / len(friends[who]) for who in victims) / len(victims))
    plain, kept = shown
    print(f"of a hidden list 20 rows show {plain:.0%} plain, and {kept:.0%} here")
    assert len(victims) == 100 and plain > 0.5 and kept == 0


def test_two_ways_to_a_hidden_list_show_no_more_than_the_open_one() -> None:
    pairs = {("spy", "v"), ("spy", "w"), ("v", "x"), ("w", "x"), ("v", "y"), ("v", "w")}
    (found,) = graph(pairs, {"v"}).suggest("spy", {"v", "w"}, 9)
    assert (found.subject, found.through) == ("x", ("w",))
    assert graph(pairs - {("v", "x"), ("v", "y")}, {"v"}).suggest("spy", {"v", "w"}, 9) == [found]


def test_nobody_knows_anybody() -> None:
    assert graph(set()).suggest("a", set(), 9) == [] and graph({("a", "a")}).suggest("a", {"a", "z"}, 9) == []
