"""A pack that follows another: which refusals hold on, what lifts them, and what a policy's digest covers."""

from __future__ import annotations

from decide_samples import MEMBER, PERMIT, REQUEST, make_pack, make_setting

from licet.decide import EVERYTHING, No, Policy, decide
from licet.terms import ChoiceState, Code

GIVEN, NO = ChoiceState.GIVEN, ChoiceState.REFUSED
OLD = make_pack()


def test_an_earlier_yes_to_another_setting_does_not_lift_a_no_when_the_two_are_merged() -> None:
    other = PERMIT | {"id": "feed", "purposes": ["personalisation"], "setting": "feed"}
    before = make_pack(PERMIT, other, settings={"sharing": make_setting(), "feed": make_setting()})
    after = make_pack(PERMIT | {"setting": "feed"}, settings={"feed": make_setting(replaces=["sharing"])})
    member = MEMBER._replace(choices={"sharing": NO, "feed": GIVEN}, bound={"feed": before.digest})
    assert decide(REQUEST, member, Policy(before)).code is Code.REFUSED
    assert decide(REQUEST, member, Policy(after, [before])).code is Code.REFUSED


def test_a_no_outlives_the_replacing_of_what_replaced_it() -> None:
    middle = make_pack(PERMIT | {"setting": "new"}, settings={"new": make_setting(replaces=["sharing"])})
    last = make_pack(PERMIT | {"setting": "new"}, settings={"new": make_setting()})
    member = MEMBER._replace(choices={"sharing": NO})
    assert decide(REQUEST, member, Policy(middle)).code is Code.REFUSED
    assert decide(REQUEST, member, Policy(last, [middle])).code is Code.REFUSED


def test_what_organisations_could_once_refuse_stays_refused() -> None:
    before = make_pack(settings={"sharing": make_setting(organisation_may_refuse=True)})
    no = No(Code.ORGANISATION_REFUSED, "sharing", EVERYTHING)
    asked = REQUEST._replace(noes=frozenset({no}))
    assert decide(asked, MEMBER, Policy(OLD)).permitted
    for policy in (Policy(before), Policy(OLD, [before])):
        told = decide(asked, MEMBER, policy)
        assert (told.code, told.setting) == (Code.ORGANISATION_REFUSED, "sharing")


def test_a_signal_once_honoured_stays_honoured() -> None:
    before = make_pack(settings={"sharing": make_setting(honours=["gpc"])})
    member = MEMBER._replace(signals=frozenset({"gpc"}))
    assert decide(REQUEST, member, Policy(OLD)).permitted
    assert decide(REQUEST, member, Policy(OLD, [before])).code is Code.REFUSED


def test_a_narrow_no_outlives_the_renaming_of_its_kind() -> None:
    before = make_pack(PERMIT | {"categories": ["content.posts.video"]})
    after = make_pack(
        PERMIT | {"categories": ["content.posts.clips"]},
        categories={"content.posts": {}, "content.posts.clips": {}},
    )
    member = MEMBER._replace(narrow={"sharing": {"content.posts.video": NO}})
    asked = REQUEST._replace(category="content.posts.clips")
    assert decide(asked, MEMBER, Policy(after, [before])).permitted
    assert decide(asked, member, Policy(after, [before])).code is Code.REFUSED


def test_a_narrow_no_to_a_kind_that_no_policy_knows_reaches_all_of_its_root() -> None:
    for kind, code in (("content.gone", Code.REFUSED), ("profile.gone", Code.PERMITTED)):
        member = MEMBER._replace(narrow={"sharing": {kind: NO}})
        assert decide(REQUEST, member, Policy(OLD)).code is code


def test_switching_on_lifts_what_a_setting_wholly_took_over_and_no_more() -> None:
    renamed = make_pack(PERMIT | {"setting": "new"}, settings={"new": make_setting(replaces=["sharing"])})
    assert Policy(renamed, [OLD]).lifted_by("new") == ("sharing",)
    elsewhere = make_pack(
        {**PERMIT, "setting": None},
        PERMIT | {"id": "feed", "purposes": ["personalisation"], "setting": "new"},
        settings={"new": make_setting(replaces=["sharing"])},
    )
    assert Policy(elsewhere, [OLD]).lifted_by("new") == ()
    part = make_pack(
        PERMIT | {"setting": "new", "categories": ["content.posts.video"]},
        settings={"new": make_setting(replaces=["sharing"])},
    )
    assert Policy(part, [OLD]).lifted_by("new") == ()
    assert Policy(renamed, [OLD]).lifted_by("unheard_of") == ()
    shared = make_pack(PERMIT | {"recipients": ["self", "partner"]})
    assert Policy(renamed, [shared]).lifted_by("new") == ()


def test_a_dropped_recipient_is_everyone_but_the_platform() -> None:
    before = make_pack(PERMIT | {"recipients": ["partner"]})
    after = make_pack(
        {**PERMIT, "recipients": ["self", "partner_ltd"], "setting": None},
        recipients={"partner_ltd": {"name": "P", "kind": "partner"}},
    )
    member, policy = MEMBER._replace(choices={"sharing": NO}), Policy(after, [before])
    assert decide(REQUEST._replace(recipient="partner_ltd"), member, policy).code is Code.REFUSED
    assert decide(REQUEST, member, policy).permitted  # the refusal never was about the platform itself


def test_digest_tells_packs_and_what_they_carry_apart() -> None:
    following = Policy(OLD, [OLD])
    assert Policy(OLD).digest == Policy(make_pack()).digest != following.digest
    assert following.digest == Policy(make_pack(), [make_pack()]).digest
    assert Policy(OLD).earlier_settings == frozenset() and following.earlier_settings == {"sharing"}
