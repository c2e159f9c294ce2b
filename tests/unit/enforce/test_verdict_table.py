"""What a gate looks at, and how it writes answers down: one representative for each class, nothing forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from enforce_samples import AT, PACK, permit

from journeys.networks import PACK as HARBOUR
from licet.decide import Facts, Policy
from licet.decide.combination import Reason
from licet.enforce import verdict_table
from licet.enforce.member_facts import MARK
from licet.enforce.population import Subject, facts_of
from licet.enforce.verdict_table import Dimensions, VerdictTable, dimensions
from licet.packs import Pack, open_pack
from licet.packs.loading import parse_pack
from licet.terms import EVERY_USE, SELF, ChoiceState, Code
from licet.terms.regions import COUNTRIES


def policy(*rules: dict[str, object]) -> Policy:
    return Policy(Pack.model_validate(PACK | {"rules": list(rules)}))


def table(made: Policy, *kinds: str, looks: Dimensions | None = None) -> VerdictTable:
    return VerdictTable(made, "recommendation", SELF, AT, kinds or ["content.posts"], looks)


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
    looks, told = table(made).looks, table(made).answers(Facts("DE"))
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
    refused = Facts("DE", 0, None, {"sharing": ChoiceState.REFUSED})
    assert table(made, *kinds).answers(refused)[0].reason == Reason(Code.REFUSED, "head")
    grown = table(made, *kinds).answers(refused._replace(age=18))
    assert (grown[0].mask, grown[0].reason) == (0b001, None)


def test_a_cut_on_the_first_day_of_the_calendar_has_a_before() -> None:
    pack = policy(permit(created_from="0001-01-01"))
    told = table(pack).answers(Facts("DE", 30))
    assert [row.reason and row.reason.code for row in told] == [
        Code.CREATED_NOT_COVERED,
        None,
        Code.CREATED_UNKNOWN,
    ]


def test_people_who_differ_only_in_what_no_rule_looks_at_are_answered_alike() -> None:
    made = table(policy(permit(minimum_age=18, setting="sharing")))
    first = made.answers(Facts("DE", 30, "free", {"sharing": ChoiceState.GIVEN, "ads": ChoiceState.REFUSED}))
    assert made.answers(Facts("DE", 50, "paid", {"sharing": ChoiceState.GIVEN})) is first
    assert made.answers(Facts("FR", 30, "free", {"sharing": ChoiceState.GIVEN})) is first
    for other in (
        Facts(None, 30, "free", {"sharing": ChoiceState.GIVEN}),
        Facts("DE", 17, "free", {"sharing": ChoiceState.GIVEN}),
        Facts("DE", None, "free", {"sharing": ChoiceState.GIVEN}),
        Facts("DE", 30, "free", {"sharing": ChoiceState.REFUSED}),
        Facts(
            "DE",
            30,
            "free",
            {"sharing": ChoiceState.GIVEN},
            {"sharing": {"content.posts": ChoiceState.REFUSED}},
        ),
        Facts("DE", 30, "free", {"sharing": ChoiceState.GIVEN}, bound={"sharing": "d1"}),
        None,
    ):
        assert made.answers(other) is not first


def test_a_table_that_forgets_what_it_was_asked_answers_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict_table, "_MOST_KNOWN", 1)
    made = table(policy(permit(minimum_age=18)))
    people = [Facts("DE", 30), Facts("DE", 10), None]
    alone = [table(policy(permit(minimum_age=18))).answers(facts) for facts in people]
    assert [made.answers(facts) for facts in people * 2] == alone * 2


@pytest.mark.parametrize("pack", ["linkedin_official", "meta_ai", "harbour"])
def test_people_of_two_regions_are_answered_alike_only_where_nothing_tells_these_apart(pack: str) -> None:
    """A rule's places, those where a setting begins otherwise, and a policy's scope all do."""
    made = Policy(parse_pack(HARBOUR, "harbour.yaml") if pack == "harbour" else open_pack(pack))
    regions = [*sorted(COUNTRIES), "US-CA", "GB-SCT", "nowhere", "", None]
    for use in made.pack.uses():
        kinds = tuple(dict.fromkeys(kind for rule in made.pack.permits(*use) for kind in rule.categories))[:4]
        told = VerdictTable(made, *use, AT, kinds)
        for region in regions:
            alone = VerdictTable(made, *use, AT, kinds).answers(Facts(region))
            assert told.answers(Facts(region)) == alone, (use, region)
