"""Releases as arithmetic: the noise is what it says, follows from release and cell, and attacks by differences gain
what it lets them and no more. Figures of the attacks are printed (`pytest -s`)."""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter
from fractions import Fraction

import pyarrow as pa
import pytest

from licet.terms import UseError
from licet.uses.discrete_laplace import KeyedBits, discrete_laplace
from licet.uses.insights.contributions import CONTRIBUTIONS
from licet.uses.insights.insights_layout import EVERYWHERE, InsightsLayout, load_insights_layout
from licet.uses.insights.monthly_release import (
    EPSILON,
    LEAST_MEMBERS,
    Figures,
    draw,
    noise,
    to_learn,
)

KEY = b"k" * 32
LAYOUT = InsightsLayout.model_validate(
    {
        "demand": {"table": "jobs", "skill": "skills", "region": "region"},
        "held": {"table": "profiles", "skill": "skills"},
        "least_postings": 1,
    }
)
#: The most that anybody may tell of whether somebody is in what was released so often, better than by chance.
BOUNDS = {releases: math.tanh(float(EPSILON) * releases / 2) for releases in (1, 2, 4)}


def rows(held: dict[tuple[str, str], int], asked: dict[tuple[str, str], int]) -> pa.Table:
    """By region and skill how many members and postings."""
    numbers = itertools.count()
    told = [
        {"owner": f"{next(numbers)}", "subject": who, "skill": skill, "region": region, "month": "2026-02"}
        for cells, who in ((held, "somebody"), (asked, None))
        for (region, skill), count in cells.items()
        for _ in range(count)
    ]
    return pa.Table.from_pylist(told, CONTRIBUTIONS)


def test_the_noise_has_the_chances_that_it_says() -> None:
    drawn = Counter(discrete_laplace(KeyedBits(KEY, b"%d" % n), EPSILON) for n in range(6_000))
    ratio = math.exp(-float(EPSILON))
    for value in range(-3, 4):
        expected = 6_000 * (1 - ratio) / (1 + ratio) * ratio ** abs(value)
        assert abs(drawn[value] - expected) < 5 * math.sqrt(expected), value
    assert min(drawn) < -6 and max(drawn) > 6, "and it has tails"


def test_noise_follows_from_release_and_cell_alone() -> None:
    asked = {(region, skill): 3 for region in ("DE", "CH") for skill in ("tig", "rigging", "piloting")}
    held = dict.fromkeys(asked, 40)
    one, again = (draw(LAYOUT, rows(held, asked), KEY, "2026-03") for _ in range(2))
    assert one == again and len(one.held) == 9
    held[("DE", "tig")] = 39
    other = draw(LAYOUT, rows(held, asked), KEY, "2026-03")
    changed = {(was.region, was.skill, was.members - now.members) for was, now in zip(one.held, other.held, strict=True)
               if was != now}  # fmt: skip
    assert changed == {("DE", "tig", 1), (EVERYWHERE, "tig", 1)}, (
        "one member fewer is one fewer, in one cell a level"
    )
    later = draw(LAYOUT, rows(held, asked), KEY, "2026-04")
    assert later.held != other.held and later.asked == other.asked


def test_few_members_are_told_of_nowhere_and_which_cells_there_are_says_nothing_of_members() -> None:
    asked = {("DE", f"skill {n}"): 1 for n in range(60)}
    held = {("DE", f"skill {n}"): n % 12 for n in range(60)} | {("DE", "asked for by nobody"): 500}
    told = draw(LAYOUT, rows(held, asked), KEY, "2026-03")
    assert all(one.members >= LEAST_MEMBERS for one in told.held)
    assert {one.skill for one in told.held} <= {skill for _, skill in asked}
    assert told.asked == draw(LAYOUT, rows({}, asked), KEY, "2026-03").asked


def test_what_to_learn_is_made_of_what_was_released() -> None:
    told = draw(
        LAYOUT,
        rows({("DE", "tig"): 200, ("DE", "rigging"): 2}, {("DE", "tig"): 9, ("DE", "rigging"): 4}),
        KEY,
        "r",
    )
    assert [(one.skill, one.postings, one.members is None) for one in to_learn(told, "DE")] == [
        ("rigging", 4, True), ("tig", 9, False)
    ]  # fmt: skip
    assert Figures.of_json(told.as_json()) == told and to_learn(told, "nowhere") == []


def test_totals_against_cells_give_no_small_cell_back() -> None:
    """With exact figures and small cells left out, totals give many of them back (here as there); with these, none more
    than guessing a neighbour of the right number would."""
    rng = random.Random(11)
    regions, skills = [f"R{n}" for n in range(9)], [f"s{n}" for n in range(18)]
    held = {(region, skill): int(rng.paretovariate(0.15)) for region in regions for skill in skills}
    held = {cell: min(count, 400) for cell, count in held.items() if rng.random() < 0.75}
    small = {cell for cell, count in held.items() if count < LEAST_MEMBERS}
    exact = {cell: count for cell, count in held.items() if cell not in small}
    total = Counter[str]()
    for (_, skill), count in held.items():
        total[skill] += count

    def given_back(shown: dict[tuple[str, str], int], totals: dict[str, int]) -> int:
        right = 0
        for skill in skills:
            missing = [cell for cell in held if cell[1] == skill and cell not in shown]
            if len(missing) == 1 and skill in totals:
                rest = totals[skill] - sum(count for cell, count in shown.items() if cell[1] == skill)
                right += missing[0] in small and rest == held[missing[0]]
        return right

    plain = given_back(exact, dict(total))
    kept = []
    for release in range(10):
        figures = draw(LAYOUT, rows(held, dict.fromkeys(held, 1)), KEY, f"{release}")
        told = {(one.region, one.skill): one.members for one in figures.held if one.region != EVERYWHERE}
        totals = {one.skill: one.members for one in figures.held if one.region == EVERYWHERE}
        kept.append(given_back(told, totals))
    print(f"of {len(small)} small cells {plain} are given back by exact totals, {sum(kept) / 10:.2f} here")
    assert plain >= 3 and sum(kept) / 10 < 1


@pytest.mark.parametrize("helpers", [0, 4])
def test_a_member_s_leaving_shows_in_two_releases_no_more_than_epsilon_lets_it(helpers: int) -> None:
    """Who knows all but one member, and adds accounts of their own between releases, guesses whether one left."""
    rng, right, trials = random.Random(helpers), 0, 1_200
    for trial in range(trials):
        count, leaves = rng.randrange(10, 60), rng.random() < 0.5
        before = count + 1 + noise(KEY, EPSILON, helpers, trial, "before")
        after = count + helpers + (not leaves) + noise(KEY, EPSILON, helpers, trial, "after")
        right += (before - (after - helpers) >= 1) == leaves
    advantage = 2 * (right / trials - 0.5)
    print(f"with {helpers} helpers the attack gains {advantage:.2f}; exact figures give 1.00")
    assert advantage < BOUNDS[2], "and two releases are joined here"


@pytest.mark.parametrize("releases", [1, 4])
def test_joined_releases_tell_so_many_times_as_much_at_most(releases: int) -> None:
    rng, right, trials = random.Random(releases), 0, 800
    for trial in range(trials):
        is_in = rng.random() < 0.5
        seen = [is_in + noise(KEY, EPSILON, releases, trial, release) for release in range(releases)]
        likelier = sum(abs(one) - abs(one - 1) for one in seen)
        right += (likelier > 0 or (likelier == 0 and rng.random() < 0.5)) == is_in
    advantage = 2 * (right / trials - 0.5)
    print(f"{releases} releases joined gain {advantage:.2f}, at most {BOUNDS[releases]:.2f}")
    assert advantage < BOUNDS[releases] + 0.1
    asked_again = {noise(KEY, EPSILON, "a month", "a cell") for _ in range(5)}
    assert len(asked_again) == 1, "asking again is not another release"


def test_levels_share_the_budget() -> None:
    """At twice as many levels each figure has noise of half the epsilon: a release tells no more than it says."""
    cell = {("A-B-C-D", "tig"): 1_000}
    for levels in ((0,), (0, 1, 2, 3)):
        layout = LAYOUT.model_copy(update={"levels": levels})
        share = EPSILON / len(levels)
        (told, *_) = draw(layout, rows(cell, cell), KEY, "2026-03").held
        place = levels.index(0)
        expected = 1_000 + noise(KEY, share, "2026-03", levels[place], EVERYWHERE, "tig")
        assert (
            next(
                one.members
                for one in draw(layout, rows(cell, cell), KEY, "2026-03").held
                if one.region == EVERYWHERE
            )
            == expected
        )
    assert Fraction(1, 8) == EPSILON / 4 and told.members > 0


def test_regions_stand_in_a_hierarchy_that_ends() -> None:
    layout = LAYOUT.model_copy(update={"parents": {"Kiel": "DE-SH", "DE": "Europe"}})
    assert layout.line("Kiel") == [EVERYWHERE, "Europe", "DE", "DE-SH", "Kiel"]
    assert layout.line(None) == [EVERYWHERE] and layout.line("FR") == [EVERYWHERE, "FR"]
    assert layout.line(EVERYWHERE) == [EVERYWHERE], "a region of that name is not counted twice"


@pytest.mark.parametrize(
    "parents", [{"A": "A"}, {"A": "B", "B": "C", "C": "A"}, {"X": "A", "A": "B", "B": "A"}]
)
def test_a_hierarchy_with_a_cycle_is_refused(parents: dict[str, str], tmp_path: object) -> None:
    import json
    from pathlib import Path

    path = Path(str(tmp_path)) / "insights.yaml"
    path.write_text(json.dumps(LAYOUT.model_dump(mode="json") | {"parents": parents}))
    with pytest.raises(UseError, match=r"RCMD-121.*leads back"):
        load_insights_layout(path)
