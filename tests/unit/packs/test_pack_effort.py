"""What a policy costs to load, lint and hold in force follows what it says: twice as much takes twice the work.

Work is counted in calls, so no machine is too slow for these tests.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from datetime import date
from types import FrameType
from typing import Any

import pytest
from pack_samples import TODAY, make_pack

from licet.decide import Policy
from licet.packs import Pack, PackErrors
from licet.packs.loading import check_pack
from licet.policies.lint import lint

Edit = Callable[[dict[str, Any]], None]


def groups(count: int, *include: Callable[[int], list[str]]) -> Edit:
    """So many groups, each including what `include` says of its number, and a rule for the last."""

    def edit(value: dict[str, Any]) -> None:
        value["region_groups"] = {
            f"g{number}": {"label": "Group", "include": include[0](number)} for number in range(count)
        }
        value["rules"][0]["regions"] = [f"g{count - 1}"]

    return edit


def deep(number: int) -> list[str]:
    return [f"g{number - 1}"] if number else ["CH"]


def doubled(number: int) -> list[str]:
    """Unfolded, this has as many entries as a Fibonacci number."""
    return [f"g{number - 1}", f"g{number - 2}"] if number > 1 else ["CH"]


def alike(number: int) -> list[str]:
    return ["CH", "DE", "FR-971"]


def rules(count: int, **more: Any) -> Edit:
    """So many permits and as many forbids about the same question, no two under the same condition."""

    def edit(value: dict[str, Any]) -> None:
        permit = value["rules"][0]
        forbid = {"effect": "forbid", **{key: permit[key] for key in ("purposes", "categories")}}
        value["rules"] = [
            {
                **rule,
                "id": f"{rule['effect']}{number}",
                "created_from": f"{1900 + number % 120}-01-01",
                **more,
            }
            for number in range(count)
            for rule in (permit, forbid)
        ]

    return edit


def long_list(count: int) -> Edit:
    return lambda value: value["rules"][0].update(regions=["CH", "DE"] * count)


def same_words(count: int) -> Edit:
    words = {"categories": ["content.posts"] * count, "purposes": ["generative_ai_training"] * count}
    return lambda value: value["rules"][0].update(words)


def branches(count: int) -> Edit:
    def edit(value: dict[str, Any]) -> None:
        value["categories"] = {f"content.posts.k{number}": {"label": "Kind"} for number in range(count)}
        value["rules"][0]["categories"] = ["content.posts", *value["categories"]][: count + 1]
        value["categories"]["content.posts"] = {}

    return edit


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, built in ones too."""
    count = itertools.count()

    def note(frame: FrameType, event: str, what: Any) -> None:
        if event in ("call", "c_call"):
            next(count)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return next(count)


KINDS: dict[str, Callable[[int], Edit]] = {
    "groups one within the other": lambda count: groups(count, deep),
    "groups each in the two after it": lambda count: groups(count, doubled),
    "groups alike": lambda count: groups(count, alike),
    "rules about one question": rules,
    "a long list of regions": long_list,
    "the same words again and again": same_words,
    "kinds of data": branches,
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_twice_the_policy_takes_twice_the_work(kind: Callable[[int], Edit]) -> None:
    def work(pack: Pack) -> int:
        def all_of_it() -> None:
            check_pack(pack)
            lint(pack, today=TODAY)
            if kind is not same_words:  # a policy in force holds every question of a rule
                Policy(pack)

        return calls(all_of_it)

    few, many = (work(make_pack(kind(count))) for count in (300, 600))
    assert many < 2.4 * few, f"{few} calls, then {many}"


def test_eight_thousand_groups_one_within_the_other_are_one_place() -> None:
    """As many as a file may hold; no recursion ends on it."""
    pack = make_pack(groups(8_000, doubled))
    assert pack.places(("g7999",), date(2026, 1, 1)) == {"CH"}
    warnings = [finding.code for finding in lint(pack, today=TODAY) if finding.severity == "warning"]
    assert warnings == ["PACK-110"] * 100, "each names a place twice; the first hundred are told"


@pytest.mark.parametrize("count", [1_000, 2_000])
def test_a_circle_of_many_groups_is_told_in_few_words(count: int) -> None:
    edit = groups(count, lambda number: [f"g{(number + 1) % count}"])
    with pytest.raises(PackErrors) as caught:
        make_pack(edit)
    assert {error.code for error in caught.value.problems} == {"PACK-023"}
    assert len(caught.value.problems) <= 100 and max(len(str(error)) for error in caught.value.problems) < 300


def test_many_words_that_nobody_knows_are_told_in_part() -> None:
    with pytest.raises(PackErrors) as caught:
        make_pack(
            lambda value: value["rules"][0].update(purposes=[f"word_{number}" for number in range(3_000)])
        )
    assert len(caught.value.problems) == 100
