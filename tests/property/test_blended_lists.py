"""A list made without a member is the list of a world that never had them (laws 8 and 9): every part, the blend, the
order and the reasons, byte for byte, after any sequence of noes and yeses, whatever that member's rows said."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from hypothesis import assume, given
from hypothesis import strategies as st

from licet.testing.effort import examples
from licet.uses.recommend.attribute_counts import AttributeCounts, MemberTraits, profile_values
from licet.uses.recommend.candidate_blend import NO_TIME, Availability, Parts, blend, strongest, supported
from licet.uses.recommend.interactions import EVENTS, Interactions
from licet.uses.recommend.item_counts import ItemCounts
from licet.uses.recommend.item_walk import walk_scores
from licet.uses.recommend.reasons import Asker, Known, Reason, reasons
from licet.uses.recommend.text_overlap import ItemText, TextOverlap, own_terms
from licet.uses.recommend.walk_recipe import GRID

NOW = 1_700_000_000_000_000
DAY = datetime(2023, 1, 1)  # noqa: DTZ001 - events have no zone
JOBS = {
    "icu": ItemText("ICU nurse", ("triage",), "nights"),
    "icu\x00": ItemText("看護師", (), "夜勤"),
    "\u202eweld": ItemText("Welder", ("steel", "C++"), "by the quay"),
    "ward": ItemText("Nurse", ("triage", "wards"), ""),
    "zoo": ItemText(),
}
ITEMS = sorted(JOBS)
OVERLAP = TextOverlap.of(JOBS, ITEMS)
THERE = Availability(
    ITEMS,
    np.array([NOW - 1, NO_TIME, NOW - 10**14, NOW, NOW + 5], np.int64),
    np.array([NO_TIME, NOW + 1, NO_TIME, NOW, NO_TIME], np.int64),
)
MARKER = "kept apart 4711"


class Person(NamedTuple):
    """items: what they took up; some that are in no catalogue."""

    title: str
    skills: tuple[str, ...]
    items: tuple[str, ...]

    def traits(self) -> MemberTraits:
        return MemberTraits(profile_values({"title": self.title, "skill": self.skills}), self.items)


PEOPLE = st.builds(
    Person,
    st.sampled_from(["Nurse", "Head nurse", "Welder", ""]),
    st.lists(st.sampled_from(["triage", "steel", "C++"]), max_size=2).map(tuple),
    st.lists(st.sampled_from([*ITEMS, "in no catalogue"]), max_size=4, unique=True).map(tuple),
)
NAMES = st.sampled_from([f"member {number}" for number in range(7)])
WORLDS = st.dictionaries(NAMES, PEOPLE, min_size=1)
RECIPES = st.builds(
    lambda recipe, least: recipe.model_copy(update={"min_support": least}),
    st.sampled_from(GRID),
    st.integers(1, 2),
)
Lists = list[tuple[int, int, list[Reason]]]


class Learned:
    """What is learned from some people, and is changed as they change."""

    def __init__(self, world: dict[str, Person], recipe: object) -> None:
        rows = [
            (who, item, DAY + timedelta(days=number))
            for who, person in sorted(world.items())
            for number, item in enumerate(person.items)
        ]
        events = pa.table(list(zip(*rows, strict=True)) or [[], [], []], schema=EVENTS)
        self.items = ItemCounts.of(Interactions.of(events), recipe)  # type: ignore[arg-type]
        self.attributes = AttributeCounts.of((person.traits() for person in world.values()), ITEMS)

    def replace(self, before: Person | None, after: Person | None) -> None:
        self.items.replace(before.items if before else (), after.items if after else ())
        self.attributes.replace(before and before.traits(), after and after.traits())

    def support_of(self, item: str, other: str) -> int:
        return self.items.supports_of([item], [other]).get((item, other), 0)

    def list_for(self, asker: Person, refused: tuple[str, ...], size: int) -> Lists:
        least = self.items.recipe.min_support
        walked = dict(zip(self.items.items, walk_scores(self.items, asker.items), strict=True))
        walk = np.array([walked.get(item, 0.0) for item in ITEMS])
        asked, values = own_terms(asker.skills, [asker.title]), asker.traits().values
        parts = Parts(
            walk,
            self.attributes.scores(values, least),
            OVERLAP.scores(asked),
            OVERLAP.scores(OVERLAP.asked_by_items(asker.items)),
            supported(self.attributes.popularity, least),
            THERE.newness(NOW),
        )
        out = THERE.left_out(NOW, [*asker.items, *refused])
        of = Asker(asker.items, asked, values, lambda number: bool(walk[number]))
        known = Known(OVERLAP, self.attributes, self.support_of, lambda number: False)
        return [
            (ranked.number, ranked.score, reasons(ranked.number, of, known))
            for ranked in strongest(blend(parts, len(asker.items)), out, size)
        ]


ASKERS = st.tuples(PEOPLE, st.sampled_from([(), ("ward", "in no catalogue")]), st.integers(0, 6))


@given(WORLDS, st.lists(st.tuples(NAMES, st.none() | PEOPLE), max_size=6), RECIPES, ASKERS)
@examples(120)
def test_a_list_after_any_noes_and_yeses_is_that_of_a_world_which_never_had_who_is_gone(
    world: dict[str, Person],
    changes: list[tuple[str, Person | None]],
    recipe: object,
    asked: tuple[Person, tuple[str, ...], int],
) -> None:
    learned, world = Learned(world, recipe), dict(world)
    for who, after in changes:
        learned.replace(world.pop(who, None), after)
        world |= {who: after} if after is not None else {}
        assert learned.list_for(*asked) == Learned(world, recipe).list_for(*asked)


@given(WORLDS, NAMES, PEOPLE, RECIPES, ASKERS)
@examples(60)
def test_a_marker_in_the_rows_of_somebody_who_is_out_is_in_nobodys_list_or_reason(
    world: dict[str, Person],
    who: str,
    person: Person,
    recipe: object,
    asked: tuple[Person, tuple[str, ...], int],
) -> None:
    without = {name: other for name, other in world.items() if name != who}
    marked = person._replace(title=MARKER, skills=(MARKER,), items=(*person.items, MARKER))
    learned = Learned(without, recipe)
    before = learned.list_for(*asked)
    learned.replace(None, marked)
    learned.replace(marked, None)
    assert learned.list_for(*asked) == before
    assert MARKER not in repr(before)


@given(WORLDS, NAMES, RECIPES)
@examples(40)
def test_somebody_who_is_in_can_change_a_list(world: dict[str, Person], who: str, recipe: object) -> None:
    """The control: that nothing changes above says something only where something can."""
    asker = Person("Nurse", ("triage",), ("icu",))
    crowd = {f"of a crowd {number}": Person("Nurse", (), ("icu", "\u202eweld")) for number in range(9)}
    learned = Learned(world, recipe)
    assume(all("\u202eweld" not in person.items for person in world.values()))
    before = learned.list_for(asker, (), 9)
    for person in crowd.values():
        learned.replace(None, person)
    after = learned.list_for(asker, (), 9)
    assert before != after
    told = {kind for _, _, why in after for kind in (reason.kind for reason in why)}
    assert "others_of_item" in told


@given(WORLDS, RECIPES, st.integers(0, 6))
@examples(40)
def test_a_list_leaves_out_what_is_over_refused_or_the_askers_own_and_has_each_item_once(
    world: dict[str, Person], recipe: object, size: int
) -> None:
    for asker in world.values():
        numbers = [number for number, _, _ in Learned(world, recipe).list_for(asker, ("ward",), size)]
        items = [ITEMS[number] for number in numbers]
        assert len(set(items)) == len(items) <= size
        assert not {*items} & {"zoo", "ward", *asker.items}
        assert len(items) == min(size, len({*ITEMS} - {"zoo", "ward", *asker.items}))
