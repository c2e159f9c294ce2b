"""The difference of two packs: what is new, gone or changed, in sentences."""

from __future__ import annotations

from typing import Any

from licet.packs import difference, open_pack
from unit.packs.pack_samples import add_rule, make_pack, rule


def sentences(edit: Any) -> list[str]:
    return [
        text
        for change in difference(make_pack(), make_pack(edit))
        for text in (change.sentence, *change.details)
    ]


def test_a_pack_does_not_differ_from_itself_nor_from_another_order() -> None:
    def two(value: dict[str, Any]) -> None:
        add_rule(value, id="no", effect="forbid", purposes=["recommendation"], categories=["profile"])

    def turned(value: dict[str, Any]) -> None:
        two(value)
        value["rules"].reverse()

    assert difference(make_pack(two), make_pack(turned)) == []


def test_an_added_and_a_removed_rule_say_what_they_do() -> None:
    def replace(value: dict[str, Any]) -> None:
        rule(value, id="train_more", categories=["content"])

    assert sentences(replace) == [
        'the rule "train" is gone: it permits generative_ai_training on content.posts',
        'the rule "train_more" is new: it permits generative_ai_training on content',
    ]


def test_a_changed_rule_says_what_it_gained_lost_and_became() -> None:
    def change(value: dict[str, Any]) -> None:
        rule(value, regions=["CH", "HK"], setting=None, minimum_age=18, effect="forbid", notice=None)

    assert sentences(change) == [
        'the rule "train" changed: effect, regions, notice, minimum_age, setting',
        "effect goes from permit to forbid",
        "regions gains HK and loses EEA",
        "notice is no longer given (was autumn)",
        "minimum_age is now 18",
        "setting is no longer given (was ai)",
    ]


def test_settings_notices_and_the_heading_are_compared_too() -> None:
    def change(value: dict[str, Any]) -> None:
        value["version"] = "2"
        value["settings"]["ai"]["default"] = {"state": "on"}
        value["settings"]["ai"]["path"] = ["AI", "Settings"]
        value["notices"]["autumn"]["effective"] = "2025-12-01"

    assert sentences(change) == [
        "the heading changed: version",
        "version goes from 1 to 2",
        'the setting "ai" changed: path, default',
        "path is in another order",
        "default goes from state off to state on",
        'the notice "autumn" changed: effective',
        "effective goes from 2025-11-03 to 2025-12-01",
    ]


def test_the_two_accounts_of_linkedin_share_their_settings() -> None:
    reported, official = open_pack("linkedin_as_reported"), open_pack("linkedin_official")
    assert set(reported.settings) < set(official.settings)
    assert set(reported.purposes) < set(official.purposes)
    changes = difference(reported, official)
    assert {(change.kind, change.id) for change in changes if change.part == "setting"} == {
        ("changed", "data_for_generative_ai_improvement"),
        ("changed", "share_data_with_affiliates_and_partners"),
        *(("added", id_) for id_ in set(official.settings) - set(reported.settings)),
    }
    assert all(change.as_dict()["sentence"] for change in changes)
