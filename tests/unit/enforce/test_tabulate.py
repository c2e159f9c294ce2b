"""What a gate looks at, and how it writes answers down: one representative for each class, nothing forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from enforce_samples import AT, PACK, permit

from licet.decide import Facts, Policy
from licet.decide.combination import Reason
from licet.enforce.decision_table import MARK, Subject, answers, dimensions, facts_of
from licet.packs import Pack
from licet.terms import EVERY_USE, SELF, ChoiceState, Code


def policy(*rules: dict[str, object]) -> Policy:
    return Policy(Pack.model_validate(PACK | {"rules": list(rules)}))


def test_what_no_rule_asks_makes_no_classes() -> None:
    looks = dimensions(policy(permit()), "recommendation", SELF, ["content.posts"])
    assert (looks.ages, looks.plans, looks.settings, looks.signals, looks.row_classes) == (
        (0,),
        False,
        (EVERY_USE,),
        (),
        1,
    )


def test_every_condition_of_a_rule_in_scope_is_looked_at() -> None:
    rule = permit(
        minimum_age=18, maximum_age=64, plans=["free"], visibility=["public"], created_from="2025-01-01",
        setting="sharing",
    )  # fmt: skip
    looks = dimensions(policy(rule), "recommendation", SELF, ["content.posts"])
    assert looks.ages == (0, 18, 64, 65, 121)
    assert looks.plans and looks.settings == (EVERY_USE, "sharing")
    assert looks.visibilities == ("public",) and looks.cuts == (datetime(2025, 1, 1, tzinfo=UTC),)
    assert looks.row_classes == (1 + 2) * (1 + 2)  # named, other, not known; before, from, not known
    nothing = dimensions(policy(rule), "recommendation", SELF, ["profile"])
    assert nothing.row_classes == 1 and not nothing.settings


def test_facts_are_read_back_from_a_class() -> None:
    state = MARK.join(["ads==withdrawn", "sharing==given@d1", "sharing=content.posts=refused"])
    assert facts_of(Subject("DE", 18, None, state, "gpc")) == Facts(
        "DE",
        18,
        None,
        {"ads": ChoiceState.WITHDRAWN, "sharing": ChoiceState.GIVEN},
        {"sharing": {"content.posts": ChoiceState.REFUSED}},
        frozenset({"gpc"}),
        {"sharing": "d1"},
    )
    assert facts_of(Subject(None, None, None, "", "")) == Facts()


def test_answers_come_in_the_order_of_row_classes() -> None:
    rule = permit(visibility=["public"], created_from="2025-01-01")
    made = policy(rule)
    looks = dimensions(made, "recommendation", SELF, ["content.posts"])
    told = answers(made, "recommendation", SELF, AT, ["content.posts"], looks, Facts("DE"))
    assert [answer.mask for answer in told] == [0, 1, 0, 0, 0, 0, 0, 0, 0]
    assert [answer.reason.code for answer in told if answer.reason is not None] == [
        Code.CREATED_NOT_COVERED, Code.CREATED_UNKNOWN,
        Code.VISIBILITY_NOT_COVERED, Code.VISIBILITY_NOT_COVERED, Code.VISIBILITY_NOT_COVERED,
        Code.CREATED_NOT_COVERED, Code.VISIBILITY_UNKNOWN, Code.VISIBILITY_UNKNOWN,
    ]  # fmt: skip
    assert looks.cuts[0] - timedelta(microseconds=1) < looks.cuts[0]


def test_the_reason_of_a_row_is_that_of_the_kind_that_came_nearest() -> None:
    made = policy(permit(minimum_age=18), permit("head", categories=["profile"], setting="sharing"))
    kinds = ["content.posts", "profile.headline", "activity"]
    looks = dimensions(made, "recommendation", SELF, kinds)
    refused = Facts("DE", 0, None, {"sharing": ChoiceState.REFUSED})
    assert answers(made, "recommendation", SELF, AT, kinds, looks, refused)[0].reason == Reason(
        Code.REFUSED, "head"
    )
    grown = answers(made, "recommendation", SELF, AT, kinds, looks, refused._replace(age=18))
    assert (grown[0].mask, grown[0].reason) == (0b001, None)


def test_a_cut_on_the_first_day_of_the_calendar_has_a_before() -> None:
    pack = policy(permit(created_from="0001-01-01"))
    looks = dimensions(pack, "recommendation", SELF, ["content.posts"])
    told = answers(pack, "recommendation", SELF, AT, ["content.posts"], looks, Facts("DE", 30))
    assert [row.reason and row.reason.code for row in told] == [
        Code.CREATED_NOT_COVERED,
        None,
        Code.CREATED_UNKNOWN,
    ]
