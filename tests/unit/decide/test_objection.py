"""A standing objection to every use: nothing is used, by any rule of any policy, but what a later yes speaks for."""

from __future__ import annotations

from typing import Any

import pytest
from decide_samples import AT, make_pack, make_setting

from licet.decide import Facts, Policy, Request, decide, specification
from licet.packs import Pack
from licet.terms import EVERY_USE, ChoiceState, Code

ASKED = Request("recommendation", "content.posts", at=AT, visibility="public", created=AT)
PLAIN: dict[str, Any] = {
    "id": "plain", "effect": "permit", "purposes": ["recommendation"], "categories": ["content.posts"],
    "notice": "autumn",
}  # fmt: skip
OWN = PLAIN | {"id": "own", "setting": "sharing"}
NO, YES = ChoiceState.REFUSED, ChoiceState.GIVEN_AGAIN


def says(who: dict[str, ChoiceState], bound: Pack, *packs: Pack) -> Any:
    facts = Facts("DE", 30, "free", {EVERY_USE: NO, **who}, bound=dict.fromkeys(who, bound.digest))
    told = decide(ASKED, facts, Policy(packs[-1], packs[:-1]))
    assert told[:5] == specification.decide(ASKED, facts, list(packs))
    return told


def test_an_objection_denies_what_no_setting_governs_and_says_so() -> None:
    pack = make_pack(PLAIN)
    told = says({}, pack, pack)
    assert (told.permitted, told.code, told.setting, told.choice) == (False, Code.REFUSED, EVERY_USE, NO)
    assert (
        told.reason == "the member objected to every use of the member's data" and told.would_change is None
    )


def test_a_yes_lifts_an_objection_for_what_it_speaks_for_and_for_nothing_else() -> None:
    other = PLAIN | {"id": "other", "purposes": ["personalised_ads"]}
    pack = make_pack(OWN, other, settings={"sharing": make_setting("Share")},
                     purposes={"recommendation": {}, "personalised_ads": {}})  # fmt: skip
    assert says({"sharing": YES}, pack, pack).permitted
    assert not says({}, pack, pack).permitted
    facts = Facts("DE", choices={EVERY_USE: NO, "sharing": YES}, bound={"sharing": pack.digest})
    assert not decide(ASKED._replace(purpose="personalised_ads"), facts, Policy(pack)).permitted


def test_an_objection_stands_under_every_later_policy_and_by_whatever_name() -> None:
    first = make_pack(OWN)
    later = make_pack(
        OWN | {"id": "anew", "setting": "brand_new"}, version="2",
        settings={"brand_new": make_setting("Something new", "on")},
    )  # fmt: skip
    told = says({}, first, first, later)
    assert (told.permitted, told.code) == (False, Code.REFUSED)
    assert not says({"sharing": YES}, first, first, later).permitted, (
        "a yes to another setting is none to this"
    )
    assert says({"brand_new": YES}, later, first, later).permitted


def test_what_would_turn_it_is_a_yes_of_their_own() -> None:
    pack = make_pack(OWN)
    change = says({}, pack, pack).would_change
    assert change is not None and [(step.kind, step.name) for step in change.steps] == [
        ("setting", "sharing")
    ]
    assert decide(change.request, change.facts, Policy(pack)).permitted


@pytest.mark.parametrize("state", [ChoiceState.GIVEN, ChoiceState.GIVEN_AGAIN, ChoiceState.NEVER_ASKED])
def test_only_a_no_to_every_use_says_anything(state: ChoiceState) -> None:
    pack = make_pack(OWN)
    assert decide(ASKED, Facts("DE", choices={EVERY_USE: state}), Policy(pack)).permitted
