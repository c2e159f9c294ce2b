"""What is offered to turn a deny, in the words a member reads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from decide_samples import MEMBER, PERMIT, REQUEST, make_policy, make_setting

from licet.decide import Facts, Request, decide
from licet.terms import ChoiceState

NO = ChoiceState.REFUSED


def sentence(request: Request, member: Facts, *rules: dict[str, Any], **changes: Any) -> str | None:
    change = decide(request, member, make_policy(*rules, **changes)).would_change
    return None if change is None else change.sentence


@pytest.mark.parametrize(
    ("asked", "known", "said"),
    [
        ({"at": datetime(2025, 1, 1, tzinfo=UTC)}, {}, "permitted from 2025-11-03"),
        ({}, {"choices": {"sharing": NO}}, "permitted if “Share my data” were on"),
        ({}, {"narrow": {"sharing": {"content": NO}}}, "permitted if “Share my data” were on"),
        ({}, {"age": 17}, "permitted from the age of 18"),
        ({}, {"age": None}, "permitted from the age of 18"),
        ({}, {"age": 120}, "permitted up to the age of 99"),
        ({}, {"plan": "gold"}, "permitted on the free plan"),
        ({"visibility": "connections"}, {}, "permitted if it were public"),
        ({"created": datetime(2019, 1, 1, tzinfo=UTC)}, {}, "permitted if it were made on or after 2020-01-01"),
        ({}, {"region": "US"}, "permitted if the member were in EEA, CA-QC"),
        (
            {"visibility": None}, {"age": 3, "choices": {"sharing": NO}},
            "permitted from the age of 18 and if it were public and if “Share my data” were on",
        ),
    ],
)  # fmt: skip
def test_the_nearest_change_is_one_sentence(asked: dict[str, Any], known: dict[str, Any], said: str) -> None:
    assert sentence(REQUEST._replace(**asked), MEMBER._replace(**known)) == said


def test_a_group_is_named_by_its_label_and_everywhere_as_a_known_region() -> None:
    us = MEMBER._replace(region="US")
    assert sentence(REQUEST, us, PERMIT | {"regions": ["europe"]}) == "permitted if the member were in Europe"
    nowhere = MEMBER._replace(region=None)
    said = sentence(REQUEST, nowhere, {**PERMIT, "regions": None})
    assert said == "permitted if the member were in a known region"


def test_a_signal_is_named() -> None:
    sends = MEMBER._replace(signals=frozenset({"gpc"}))
    settings = {"sharing": make_setting("Share my data", honours=["gpc"])}
    said = sentence(REQUEST, sends, settings=settings)
    assert said is not None and said.endswith("without the signal gpc")


def test_the_easiest_of_several_changes_is_offered() -> None:
    """Switching on is easier than growing up, and one change easier than two."""
    by_age = {**PERMIT, "id": "a_by_age", "setting": None, "minimum_age": 40}
    refused = MEMBER._replace(choices={"sharing": NO})
    assert sentence(REQUEST, refused, PERMIT, by_age) == "permitted if “Share my data” were on"
    two = refused._replace(plan="gold")
    wide = {**by_age, "plans": None}
    assert sentence(REQUEST, two, PERMIT, wide) == "permitted from the age of 40"


@pytest.mark.parametrize(
    "asked",
    [
        {"purpose": "mind_reading"},
        {"category": "profile"},  # no rule speaks of it
        {"at": None},
        {"at": datetime(2027, 6, 1, tzinfo=UTC)},  # the rule has ended
    ],
)
def test_nothing_is_offered_where_nothing_would_help(asked: dict[str, Any]) -> None:
    assert sentence(REQUEST._replace(**asked), MEMBER) is None


def test_nothing_is_offered_for_what_is_permitted_forbidden_or_about_nobody() -> None:
    assert sentence(REQUEST, MEMBER) is None
    forbid = {
        "id": "no", "effect": "forbid", "purposes": ["recommendation"], "categories": ["content"],
    }  # fmt: skip
    assert sentence(REQUEST, MEMBER._replace(choices={"sharing": NO}), PERMIT, forbid) is None
    assert decide(REQUEST, None, make_policy()).would_change is None


def test_a_place_is_offered_even_when_another_is_forbidden() -> None:
    forbid = {
        "id": "not_in_at", "effect": "forbid", "purposes": ["recommendation"], "categories": ["content"],
        "regions": ["AT"],
    }  # fmt: skip
    policy = make_policy(PERMIT | {"regions": ["AT", "DE"]}, forbid)
    change = decide(REQUEST, MEMBER._replace(region="US"), policy).would_change
    assert change is not None and change.facts.region == "DE"
