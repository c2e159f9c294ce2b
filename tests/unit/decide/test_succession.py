"""How a no travels and what a yes is bound to, pack after pack: one example for each way a word can change."""

from __future__ import annotations

from typing import Any

import pytest
from decide_samples import AT, MEMBER, make_pack, make_setting

from licet.decide import Facts, Policy, Request, decide
from licet.packs import Pack
from licet.terms import ChoiceState, Code

GIVEN, NO = ChoiceState.GIVEN, ChoiceState.REFUSED
PURPOSES: dict[str, Any] = {"ads_a": {"kind_of": "ad_sharing"}}
CATEGORIES: dict[str, Any] = {"content.posts": {}, "content.posts.video": {}}
RECIPIENTS: dict[str, Any] = {"ms": {"name": "Microsoft", "kind": "affiliate"}}


def permit(
    setting: str | None,
    purpose: str = "ads_a",
    category: str = "content.posts.video",
    recipient: str = "ms",
    **more: Any,
) -> dict[str, Any]:
    return {
        "id": f"r_{setting}_{purpose}_{category}_{recipient}", "effect": "permit", "purposes": [purpose],
        "categories": [category], "recipients": [recipient], "notice": "autumn", "setting": setting,
    } | more  # fmt: skip


def pack(
    *rules: dict[str, Any],
    purposes: dict[str, Any] | None = None,
    categories: dict[str, Any] | None = None,
    recipients: dict[str, Any] | None = None,
    settings: dict[str, Any] | None = None,
) -> Pack:
    """A pack in which every setting its rules name starts on, and every word of the samples is declared."""
    named = {rule["setting"]: make_setting() for rule in rules if rule["setting"] is not None}
    return make_pack(
        *rules,
        purposes=PURPOSES if purposes is None else purposes,
        categories=CATEGORIES if categories is None else categories,
        recipients=RECIPIENTS if recipients is None else recipients,
        settings=named | (settings or {}),
    )


def ask(
    who: Facts,
    *packs: Pack,
    purpose: str = "ads_a",
    category: str = "content.posts.video",
    recipient: str = "ms",
) -> Code:
    """The answer under the last of these packs, after the others."""
    policy = Policy(packs[-1], packs[:-1])
    return decide(Request(purpose, category, recipient, AT, "public", AT), who, policy).code


def said(state: ChoiceState, setting: str, under: Pack, who: Facts = MEMBER) -> Facts:
    return who._replace(choices={**who.choices, setting: state}, bound={**who.bound, setting: under.digest})


FIRST = pack(permit("s1"))
REFUSED = said(NO, "s1", FIRST)
OLD_AND_NEW: dict[str, Any] = {**PURPOSES, "ads_b": {"kind_of": "ad_sharing"}}
CLIPS: dict[str, Any] = {**CATEGORIES, "content.posts.clips": {}}
MS2: dict[str, Any] = {**RECIPIENTS, "ms2": {"name": "Microsoft Advertising", "kind": "affiliate"}}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"purpose": "ads_b"}, {"purposes": OLD_AND_NEW}),
        ({"category": "content.posts.clips"}, {"categories": CLIPS}),
        ({"recipient": "ms2"}, {"recipients": MS2}),
        (
            {"purpose": "ads_b", "category": "content.posts.clips", "recipient": "ms2"},
            {"purposes": OLD_AND_NEW, "categories": CLIPS, "recipients": MS2},
        ),
    ],
)
def test_a_no_reaches_a_new_sibling_though_the_old_word_is_kept(
    rule: dict[str, str], words: dict[str, Any]
) -> None:
    second = pack(permit("s2", **rule), **words)
    assert ask(MEMBER, FIRST, second, **rule) is Code.PERMITTED
    assert ask(REFUSED, FIRST, second, **rule) is Code.REFUSED
    third = pack(permit(None, **rule), **words)  # without any control at all
    assert ask(REFUSED, FIRST, second, third, **rule) is Code.REFUSED
    assert ask(said(GIVEN, "s2", second, REFUSED), FIRST, second, **rule) is Code.PERMITTED
    assert (
        ask(said(GIVEN, "s2", FIRST, REFUSED), FIRST, second, **rule) is Code.REFUSED
    )  # it was given before


def test_a_yes_from_before_lifts_nothing_though_it_was_wide_enough() -> None:
    first = pack(permit("s1"), permit("s2", category="content"))
    second = pack(permit("s1"), permit("s2", category="content"), categories=CLIPS)
    yes = said(GIVEN, "s2", first, said(NO, "s1", first))
    asked = {"category": "content.posts.clips"}
    assert ask(yes, first, second, **asked) is Code.REFUSED
    assert ask(said(GIVEN, "s2", second, yes), first, second, **asked) is Code.PERMITTED


def test_a_no_to_one_thing_is_none_to_its_cousins() -> None:
    for rule, words in (
        ({"purpose": "feed_b"}, {"purposes": {**PURPOSES, "feed_b": {"kind_of": "personalisation"}}}),
        ({"purpose": "personalisation"}, {"purposes": {**PURPOSES, "personalisation": {}}}),
        ({"category": "profile.headline"}, {"categories": {**CATEGORIES, "profile.headline": {}}}),
        (
            {"recipient": "other"},
            {"recipients": {**RECIPIENTS, "other": {"name": "Other", "kind": "partner"}}},
        ),
        ({"recipient": "self"}, {}),
    ):
        assert ask(REFUSED, FIRST, pack(permit("s2", **rule), **words), **rule) is Code.PERMITTED  # type: ignore[arg-type]


def test_a_word_that_an_earlier_pack_knew_is_not_new() -> None:
    first = pack(permit("s1"), permit("s2", "ads_b"), purposes=OLD_AND_NEW)
    second = pack(permit("s1"), permit("s3", "ads_b"), purposes=OLD_AND_NEW)
    assert ask(said(NO, "s1", first), first, second, purpose="ads_b") is Code.PERMITTED
    assert ask(said(NO, "s2", first), first, second, purpose="ads_b") is Code.REFUSED


def test_a_pack_s_own_top_level_purposes_are_siblings_and_shared_ones_are_not() -> None:
    top: dict[str, Any] = {"own_a": {}}
    first = pack(permit("s1", "own_a"), purposes=top)
    second = pack(permit("s2", "own_b"), permit("s3", "recommendation"), purposes={**top, "own_b": {}})
    who = said(NO, "s1", first)
    assert ask(who, first, second, purpose="own_b") is Code.REFUSED
    assert ask(who, first, second, purpose="recommendation") is Code.PERMITTED


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_no_follows_a_word_to_another_parent_where_the_pack_says_so(is_kept: bool) -> None:
    kept = PURPOSES if is_kept else {}
    moved = pack(
        permit("s2", "feed_ads"), permit("s3", "feed_more"),
        purposes={**kept, "feed_ads": {"kind_of": "personalisation", "succeeds": ["ads_a"]},
                  "feed_more": {"kind_of": "personalisation", "succeeds": ["feed_ads"]}},
    )  # fmt: skip
    assert ask(REFUSED, FIRST, moved, purpose="feed_ads") is Code.REFUSED
    assert ask(MEMBER, FIRST, moved, purpose="feed_ads") is Code.PERMITTED
    assert ask(said(GIVEN, "s2", moved, REFUSED), FIRST, moved, purpose="feed_ads") is Code.PERMITTED


def test_a_word_that_says_what_it_succeeds_is_no_sibling_of_anything_else() -> None:
    first = pack(
        permit("s1"), permit("s0", "ads_old"), purposes={**PURPOSES, "ads_old": {"kind_of": "ad_sharing"}}
    )
    second = pack(
        permit("s2", "ads_b"),
        purposes={**first.as_json()["purposes"], "ads_b": {"kind_of": "ad_sharing", "succeeds": ["ads_old"]}},
    )
    assert ask(said(NO, "s1", first), first, second, purpose="ads_b") is Code.PERMITTED
    assert ask(said(NO, "s0", first), first, second, purpose="ads_b") is Code.REFUSED
    lying = pack(
        permit("s2", "ads_b"),
        purposes={**PURPOSES, "ads_b": {"kind_of": "ad_sharing", "succeeds": ["unheard_of"]}},
    )
    assert ask(REFUSED, FIRST, lying, purpose="ads_b") is Code.REFUSED  # what it succeeds nobody ever refused


def test_a_split_in_two_takes_the_no_to_both_halves() -> None:
    halves = {
        "ads_b": {"kind_of": "ad_sharing"},
        "measuring": {"kind_of": "product_improvement", "succeeds": ["ads_a"]},
    }
    second = pack(permit("s2", "ads_b"), permit("s3", "measuring"), purposes=halves)
    for half in halves:
        assert ask(REFUSED, FIRST, second, purpose=half) is Code.REFUSED
    yes = said(GIVEN, "s2", second, REFUSED)
    assert ask(yes, FIRST, second, purpose="ads_b") is Code.PERMITTED
    assert ask(yes, FIRST, second, purpose="measuring") is Code.REFUSED


def test_a_no_holds_over_three_packs_of_which_each_renames() -> None:
    three: dict[str, Any] = {**OLD_AND_NEW, "ads_c": {"kind_of": "ad_sharing"}}
    second, third = (
        pack(permit("s2", "ads_b"), purposes=OLD_AND_NEW),
        pack(permit("s3", "ads_c"), purposes=three),
    )
    assert ask(REFUSED, FIRST, second, third, purpose="ads_c") is Code.REFUSED
    assert ask(said(NO, "s2", second), FIRST, second, third, purpose="ads_c") is Code.REFUSED
    assert ask(said(GIVEN, "s3", third, REFUSED), FIRST, second, third, purpose="ads_c") is Code.PERMITTED


def test_what_a_no_once_reached_it_reaches_for_good() -> None:
    gone = pack(permit("s2", "ads_b"), purposes={"ads_b": {"kind_of": "ad_sharing"}})
    back = pack(permit("s2", "ads_b"), purposes=OLD_AND_NEW)
    both = pack(permit("s1"), permit("s2", "ads_b"), purposes=OLD_AND_NEW)
    who = said(NO, "s1", both)
    assert ask(who, both, purpose="ads_b") is Code.PERMITTED
    assert ask(who, both, gone, purpose="ads_b") is Code.REFUSED
    assert ask(who, both, gone, back, purpose="ads_b") is Code.REFUSED
    assert ask(said(GIVEN, "s2", back, who), both, gone, back, purpose="ads_b") is Code.PERMITTED


def test_a_purpose_that_becomes_a_kind_of_something_else_takes_its_no_along() -> None:
    first = pack(permit("s1", "ad_sharing"), purposes={"ad_sharing": {}, **PURPOSES})
    second = pack(permit("s2", "personalisation"), purposes={"ads_a": {"kind_of": "personalisation"}})
    assert ask(said(NO, "s1", first), first) is Code.REFUSED
    assert ask(said(NO, "s1", first), first, second) is Code.REFUSED
    assert ask(MEMBER, first, second) is Code.PERMITTED


def test_a_no_to_one_kind_of_data_follows_that_kind() -> None:
    first = pack(permit("s1", category="content.posts"))
    second = pack(permit("s1", category="content.posts"), categories=CLIPS)
    who = MEMBER._replace(
        narrow={"s1": {"content.posts.video": NO}}, narrow_bound={"s1": {"content.posts.video": first.digest}}
    )
    assert ask(who, first, second, category="content.posts.clips") is Code.REFUSED
    assert ask(who, first, second, category="content.posts") is Code.PERMITTED
    yes = said(GIVEN, "s1", second, who)
    assert ask(yes, first, second, category="content.posts.clips") is Code.PERMITTED
    assert ask(yes, first, second) is Code.REFUSED  # the kind itself is refused still


def test_a_signal_is_a_no_that_travels_too() -> None:
    first = pack(permit("s1"), settings={"s1": make_setting(honours=["gpc"])})
    second = pack(permit("s2", "ads_b"), purposes=OLD_AND_NEW)
    sends = MEMBER._replace(signals=frozenset({"gpc"}))
    assert ask(sends, first, second, purpose="ads_b") is Code.REFUSED
    assert ask(MEMBER, first, second, purpose="ads_b") is Code.PERMITTED
    assert ask(said(GIVEN, "s2", second, sends), first, second, purpose="ads_b") is Code.PERMITTED


def test_a_yes_to_what_took_a_setting_s_place_twice_lifts_its_no() -> None:
    second = pack(permit("s2"), settings={"s2": make_setting(replaces=["s1"])})
    third = pack(permit("s3"), settings={"s3": make_setting(replaces=["s2"])})
    assert ask(REFUSED, FIRST, second, third) is Code.REFUSED
    assert Policy(third, [FIRST, second]).lifted_by("s3") == ("s2", "s1")
    assert ask(said(GIVEN, "s3", third, REFUSED), FIRST, second, third) is Code.PERMITTED
    more = pack(permit("s3"), permit("s3", "personalisation"), settings={"s3": make_setting(replaces=["s2"])})
    assert ask(REFUSED, FIRST, second, more, purpose="personalisation") is Code.REFUSED  # s1 is s3 by now


def test_what_succeeds_a_word_counts_when_a_setting_takes_another_s_place() -> None:
    words = {"feed_ads": {"kind_of": "personalisation", "succeeds": ["ads_a"]}}
    taking = {"s2": make_setting(replaces=["s1"])}
    whole = pack(permit("s2", "feed_ads"), purposes=words, settings=taking)
    assert Policy(whole, [FIRST]).lifted_by("s2") == ("s1",)
    halves = {**words, "feed_more": {"kind_of": "personalisation", "succeeds": ["ads_a"]}}
    half = pack(permit("s2", "feed_ads"), permit("s3", "feed_more"), purposes=halves, settings=taking)
    assert Policy(half, [FIRST]).lifted_by("s2") == ()


OFF = {"s1": make_setting(state="off")}


@pytest.mark.parametrize(
    ("wider", "asked"),
    [
        (pack(permit("s1"), permit("s1", "personalisation"), settings=OFF), {"purpose": "personalisation"}),
        (pack(permit("s1", category="content"), settings=OFF), {"category": "content.posts"}),
        (pack(permit("s1"), permit("s1", recipient="self"), settings=OFF), {"recipient": "self"}),
        (pack(permit("s1"), permit("s1", "ads_b"), purposes=OLD_AND_NEW, settings=OFF), {"purpose": "ads_b"}),
        (
            pack(
                permit("s1"), recipients={"ms": {"name": "Somebody else", "kind": "affiliate"}}, settings=OFF
            ),
            {"recipient": "ms"},
        ),
        (
            pack(permit("s1"), purposes={"ads_a": {"kind_of": "generative_ai_training"}}, settings=OFF),
            {"purpose": "ads_a"},
        ),
    ],
)
def test_a_yes_speaks_for_what_its_setting_governed_when_it_was_given(
    wider: Pack, asked: dict[str, str]
) -> None:
    narrower = pack(permit("s1"), settings=OFF)
    yes = said(GIVEN, "s1", narrower)
    assert ask(yes, narrower) is Code.PERMITTED
    assert ask(yes, narrower, wider, **asked) is Code.OFF_BY_DEFAULT
    assert ask(said(GIVEN, "s1", wider), narrower, wider, **asked) is Code.PERMITTED  # asked again


def test_a_yes_to_one_kind_that_spoke_for_nothing_lifts_no_no_by_the_kinds_later_name() -> None:
    """The setting did not govern the kind any more when they said yes to it: so the no goes on, renamed or not."""
    clips: dict[str, Any] = {"content.posts.clips": {"succeeds": ["content.posts.video"]}}
    moved = pack(permit("s2"), permit("s1", category="profile"))
    renamed = pack(
        permit("s2", category="content.posts.clips"), permit("s1", category="profile"), categories=clips
    )
    for under, code in ((FIRST, Code.PERMITTED), (moved, Code.REFUSED)):
        video = {"content.posts.video": ChoiceState.GIVEN_AGAIN}
        who = MEMBER._replace(
            narrow={"s1": video}, narrow_bound={"s1": {"content.posts.video": under.digest}}
        )
        assert ask(who, FIRST, moved) is code
        assert ask(who, FIRST, moved, renamed, category="content.posts.clips") is code


def test_a_yes_goes_on_speaking_for_what_stays_and_for_what_lies_below() -> None:
    clips = "content.posts.video.clips"
    below = pack(permit("s1", category=clips), categories={**CATEGORIES, clips: {}}, settings=OFF)
    narrower = pack(permit("s1"), settings=OFF)
    assert ask(said(GIVEN, "s1", narrower), narrower, below, category=clips) is Code.PERMITTED
    assert ask(said(GIVEN, "s1", below), below, narrower) is Code.OFF_BY_DEFAULT


def test_a_yes_is_none_to_what_is_moved_below_what_it_was_given_for() -> None:
    """What had no name then is a new kind of what was agreed to; what had one, and was not, never becomes it."""
    first = pack(permit("s1", "recommendation"), permit("s2"), settings=OFF)
    yes = said(GIVEN, "s1", first)
    for succeeds, told in (([], Code.PERMITTED), (["ads_a"], Code.OFF_BY_DEFAULT)):
        moved = {**PURPOSES, "feed_ads": {"kind_of": "recommendation", "succeeds": succeeds}}
        again = {**moved, "feed_ads_2": {"kind_of": "recommendation", "succeeds": ["feed_ads"]}}
        second = pack(permit("s1", "recommendation"), purposes=moved, settings=OFF)
        third = pack(permit("s1", "recommendation"), purposes=again, settings=OFF)
        assert ask(yes, first, second, purpose="feed_ads") is told
        assert ask(yes, first, second, third, purpose="feed_ads_2") is told
    clips = {**CATEGORIES, "content.posts.clips": {"succeeds": ["profile.summary"]}, "profile.summary": {}}
    posts = pack(
        permit("s1", category="content.posts"), categories={**CATEGORIES, "profile.summary": {}}, settings=OFF
    )
    third = pack(permit("s1", category="content.posts"), categories=clips, settings=OFF)
    assert ask(said(GIVEN, "s1", posts), posts, third, category="content.posts.clips") is Code.OFF_BY_DEFAULT
    assert ask(said(GIVEN, "s1", third), posts, third, category="content.posts.clips") is Code.PERMITTED


def test_a_yes_under_a_pack_nobody_knows_counts_as_never_given() -> None:
    first = pack(permit("s1", legal_basis="eu-gdpr:A6-1-a"))
    other = pack(permit("s1"))
    for who in (said(GIVEN, "s1", other), MEMBER._replace(choices={"s1": GIVEN})):
        policy = Policy(first)
        told = decide(Request("ads_a", "content.posts.video", "ms", AT, "public", AT), who, policy)
        assert (told.code, told.choice) == (Code.NOT_ASKED, ChoiceState.NEVER_ASKED)
    assert ask(said(GIVEN, "s1", first), first) is Code.PERMITTED


def test_where_a_pack_is_in_force_again_its_yeses_speak_and_lift_nothing_that_came_between() -> None:
    second = pack(permit("s2", "ads_b"), purposes=OLD_AND_NEW)
    first = pack(
        permit("s1"),
        permit("s2", "measuring"),
        purposes={**PURPOSES, "measuring": {"kind_of": "personalisation"}},
    )
    yes = said(GIVEN, "s1", first)
    assert ask(yes, first, second, first) is Code.PERMITTED
    assert Policy(first, [first, second]).numbers[first.digest] == 0


def test_what_refusals_came_to_reach_is_told_word_by_word() -> None:
    second = pack(
        permit("s2", "ads_b"),
        purposes={
            "ads_b": {"kind_of": "ad_sharing"},
            "ads_c": {"kind_of": "personalisation", "succeeds": ["ads_a"]},
        },
    )
    told = Policy(second, [FIRST]).succession.carried_by_the_last()
    assert [(one.part, one.word, one.why, one.of, one.settings) for one in told] == [
        ("purposes", "ad_sharing", "dropped", ("ads_a",), ("s1",)),
        ("purposes", "ads_b", "new", ("ads_a",), ("s1",)),
        ("purposes", "ads_c", "succeeds", ("ads_a",), ("s1",)),
    ]
    assert Policy(FIRST).succession.carried_by_the_last() == []


AGAIN = ChoiceState.GIVEN_AGAIN
#: Two uses of one setting, and what becomes of them: the one moves to a setting of its own.
BOTH = pack(permit("s1"), permit("s1", "personalisation"))
APART = pack(permit("s1"), permit("s2", "personalisation"))


def test_a_yes_to_the_same_setting_lifts_only_what_it_governs_by_then() -> None:
    no = said(NO, "s1", BOTH)
    for use in ({}, {"purpose": "personalisation"}):
        assert ask(no, BOTH, APART, **use) is Code.REFUSED
    yes = said(AGAIN, "s1", APART, no)
    assert ask(yes, BOTH, APART) is Code.PERMITTED
    assert ask(yes, BOTH, APART, purpose="personalisation") is Code.REFUSED
    assert (
        ask(said(GIVEN, "s1", APART), BOTH, APART, purpose="personalisation") is Code.PERMITTED
    )  # no no before it
    assert (
        ask(said(AGAIN, "s1", BOTH), BOTH, APART, purpose="personalisation") is Code.PERMITTED
    )  # it governed both
    new = said(GIVEN, "s2", APART, yes)
    assert ask(new, BOTH, APART, purpose="personalisation") is Code.PERMITTED


def test_a_yes_to_the_new_setting_lifts_the_no_to_what_the_old_one_does_not_govern_any_more() -> None:
    no = said(NO, "s1", BOTH)
    assert ask(said(GIVEN, "s2", APART, no), BOTH, APART, purpose="personalisation") is Code.PERMITTED
    assert ask(said(GIVEN, "s2", APART, no), BOTH, APART) is Code.REFUSED
    # given while the old setting governed the question too, it is no answer to the no
    crowded = pack(permit("s1"), permit("s1", "personalisation"), permit("s2", "personalisation"))
    early = said(GIVEN, "s2", crowded, no)
    assert ask(early, BOTH, crowded, purpose="personalisation") is Code.REFUSED
    assert ask(early, BOTH, crowded, APART, purpose="personalisation") is Code.REFUSED
    assert (
        ask(said(GIVEN, "s2", APART, no), BOTH, crowded, APART, purpose="personalisation") is Code.PERMITTED
    )


def test_a_no_to_a_setting_that_is_gone_holds_against_a_yes_from_before_it() -> None:
    renamed = pack(permit("s2"), settings={"s2": make_setting(replaces=["s1"])})
    later = pack(permit("s2"), permit("s2", "personalisation"))
    both = said(NO, "s1", renamed, said(GIVEN, "s2", renamed))
    assert ask(said(GIVEN, "s2", renamed), FIRST, renamed) is Code.PERMITTED
    assert ask(both, FIRST, renamed) is Code.REFUSED
    assert ask(both, FIRST, renamed, later) is Code.REFUSED
    assert ask(said(GIVEN, "s2", later, both), FIRST, renamed, later) is Code.PERMITTED
    assert ask(said(AGAIN, "s1", renamed, both), FIRST, renamed) is Code.PERMITTED


def test_a_no_of_which_nobody_knows_when_it_was_said_holds_until_a_yes_to_the_same() -> None:
    no = MEMBER._replace(choices={"s1": NO})
    assert ask(said(GIVEN, "s2", APART, no), BOTH, APART, purpose="personalisation") is Code.REFUSED
    yes = MEMBER._replace(choices={"s1": AGAIN})
    assert ask(yes, BOTH, APART, purpose="personalisation") is Code.REFUSED


def test_a_yes_to_one_kind_lifts_only_what_its_setting_governs_by_then() -> None:
    kind = {"s1": {"content.posts.video": AGAIN}}
    for under, code in ((BOTH, Code.PERMITTED), (APART, Code.REFUSED)):
        who = MEMBER._replace(narrow=kind, narrow_bound={"s1": {"content.posts.video": under.digest}})
        assert ask(who, BOTH, APART, purpose="personalisation") is code
        assert ask(who, BOTH, APART) is Code.PERMITTED
    assert ask(MEMBER._replace(narrow=kind), BOTH, APART, purpose="personalisation") is Code.REFUSED


def test_what_a_setting_comes_to_govern_after_the_yes_was_never_refused() -> None:
    wider = pack(permit("s1"), permit("s1", "recommendation"))
    yes = said(AGAIN, "s1", FIRST)
    assert ask(yes, FIRST, wider, purpose="recommendation") is Code.PERMITTED  # on by default


def test_a_yes_that_is_bound_to_nothing_lifts_nothing() -> None:
    assert ask(MEMBER._replace(choices={"s1": GIVEN}), FIRST) is Code.PERMITTED  # on by default
    for packs in ((FIRST,), (FIRST, FIRST), (BOTH, APART)):
        assert ask(MEMBER._replace(choices={"s1": AGAIN}), *packs) is Code.REFUSED
        assert ask(said(AGAIN, "s1", make_pack(version="elsewhere")), *packs) is Code.REFUSED


def test_a_no_follows_to_a_shared_purpose_that_says_it_succeeds_an_own_one() -> None:
    first = pack(permit("s1", "feed"), purposes={"feed": {"kind_of": "recommendation"}})
    second = pack(permit("s2", "personalisation"), purposes={"personalisation": {"succeeds": ["feed"]}})
    asked = {"purpose": "personalisation"}
    assert ask(MEMBER, first, second, **asked) is Code.PERMITTED
    assert ask(said(NO, "s1", first), first, second, **asked) is Code.REFUSED


@pytest.mark.parametrize("is_one_rule", [True, False])
def test_a_yes_to_one_word_lifts_no_no_to_another_that_is_merged_into_it_later(is_one_rule: bool) -> None:
    both = [permit("s1") | {"purposes": ["ads_a", "ads_b"]}] if is_one_rule else [
        permit("s1"), permit("s1", "ads_b"),
    ]  # fmt: skip
    first = pack(*both, purposes=OLD_AND_NEW)
    second = pack(permit("s2"), purposes=OLD_AND_NEW)
    third = pack(permit("s2"), purposes={"ads_a": {"kind_of": "ad_sharing", "succeeds": ["ads_b"]}})
    yes = said(GIVEN, "s2", second, said(NO, "s1", first))
    assert ask(yes, first, second) is Code.PERMITTED
    assert ask(yes, first, second, third) is Code.REFUSED  # what was ads_b goes by this name, too
    assert ask(said(GIVEN, "s2", third, yes), first, second, third) is Code.PERMITTED


def test_what_a_no_reached_by_what_lay_around_a_dropped_word_it_keeps_when_that_moves() -> None:
    first = pack(permit("s1"), purposes=OLD_AND_NEW)
    second = pack(permit("s2", "ads_b"), purposes={"ads_b": {"kind_of": "ad_sharing"}})
    third = pack(permit("s2", "ads_b"), purposes={"ads_b": {"kind_of": "personalisation"}})
    no = said(NO, "s1", first)
    assert ask(no, first, second, purpose="ads_b") is Code.REFUSED
    assert ask(no, first, second, third, purpose="ads_b") is Code.REFUSED
    assert ask(MEMBER, first, second, third, purpose="ads_b") is Code.PERMITTED


def test_a_no_to_a_setting_in_whose_place_another_stood_outlives_that_one() -> None:
    also = permit("s1", "personalisation")
    instead = {"s2": make_setting(replaces=["s1"])}
    first = pack(also, permit("s2"), permit("s3"), settings=instead)
    second = pack(also, permit("s2"), settings=instead)
    third = pack(also, permit("s3"))
    yes = said(GIVEN, "s3", first)
    no = said(NO, "s1", second, yes)  # under which a no to s1 is one to s2
    assert ask(no, first, second) is Code.REFUSED
    assert ask(no, first, second, third) is Code.REFUSED  # the yes to s3 came before it
    assert ask(yes, first, second, third) is Code.PERMITTED
    assert ask(said(GIVEN, "s3", third, no), first, second, third) is Code.PERMITTED


def test_a_policy_put_in_force_a_second_time_answers_as_it_did() -> None:
    second = pack(permit("s1", "ads_b"), permit("s2", "ads_b"), purposes={"ads_b": {"kind_of": "ad_sharing"}})
    who = said(GIVEN, "s2", second, REFUSED)
    for packs in ((FIRST, second), (FIRST, second, second)):
        assert ask(who, *packs, purpose="ads_b") is Code.REFUSED  # the setting governs it still


def test_a_yes_given_once_a_setting_was_gone_lifts_its_no_whenever_the_policy_says_what_took_its_place() -> (
    None
):
    second = pack(permit("s2"))
    third = pack(permit("s2"), settings={"s2": make_setting(replaces=["s1"])})
    yes = said(GIVEN, "s2", second, REFUSED)
    for packs in ((FIRST, second), (FIRST, second, third), (FIRST, second, third, third)):
        assert ask(yes, *packs) is Code.PERMITTED
        assert ask(REFUSED, *packs) is Code.REFUSED


def test_a_no_to_a_setting_that_another_takes_the_place_of_reaches_what_that_governs_from_then_on() -> None:
    first = pack(permit("s1", "personalisation"), permit("s2"))
    second = pack(permit("s2"), permit("s3"), settings={"s3": make_setting(replaces=["s1"])})
    third = pack(permit("s2"))
    no = said(GIVEN, "s2", first, said(NO, "s1", first))
    assert ask(no, first) is Code.PERMITTED
    assert ask(no, first, second, third) is Code.REFUSED  # the yes came before the no reached so far
    assert ask(said(GIVEN, "s2", second, no), first, second, third) is Code.PERMITTED


def test_a_no_to_what_lies_above_a_kind_of_data_follows_that_kind_elsewhere() -> None:
    moved = {**CATEGORIES, "profile.clips": {"succeeds": ["content.posts.video"]}}
    first = pack(permit("s1", category="content.posts"))
    second = pack(
        permit("s1", category="content.posts"), permit("s2", category="profile.clips"), categories=moved
    )
    asked = {"category": "profile.clips"}
    assert ask(MEMBER, first, second, **asked) is Code.PERMITTED
    assert ask(said(NO, "s1", first), first, second, **asked) is Code.REFUSED
    narrow = MEMBER._replace(narrow={"s2": {"content": NO}}, narrow_bound={"s2": {"content": second.digest}})
    assert ask(narrow, first, second, **asked) is Code.REFUSED
    told = Policy(second, [first]).succession.carried_by_the_last()
    assert [(one.word, one.why, one.of) for one in told] == [
        ("profile.clips", "succeeds", ("content.posts.video",))
    ]


@pytest.mark.parametrize("is_declared", [True, False])
def test_a_no_to_a_wider_kind_of_data_follows_what_is_moved_out_of_it(is_declared: bool) -> None:
    wide = {"content.posts": {}} | ({"profile.summary": {}} if is_declared else {})
    first = pack(permit("s1", category="profile"), categories=wide)
    moved = {**wide, "content.summary": {"succeeds": ["profile.summary"]}}
    second = pack(
        permit("s2", category="content.summary"), permit("s3", category="content.posts"), categories=moved
    )
    third = pack(
        permit("s4", category="content.words"),
        categories={"content.posts": {}, "content.words": {"succeeds": ["content.summary"]}},
    )
    who = said(NO, "s1", first)
    assert ask(who, first, second, category="content.summary") is Code.REFUSED
    assert ask(who, first, second, third, category="content.words") is Code.REFUSED
    assert ask(who, first, second, category="content.posts") is Code.PERMITTED


def test_a_yes_after_a_no_that_is_bound_to_nothing_leaves_the_no_against_any_other_yes() -> None:
    first = pack(permit("s1"))
    second = pack(permit("s2"), settings={"s2": make_setting(replaces=["s1"])})
    again = MEMBER._replace(choices={"s1": ChoiceState.GIVEN_AGAIN})
    for who in (again, again._replace(bound={"s1": "of a policy nobody knows"})):
        assert ask(said(GIVEN, "s2", second, who), first, second) is Code.REFUSED


def test_a_yes_to_what_has_just_taken_a_setting_s_place_lifts_the_no_to_that() -> None:
    first = pack(permit("s1", "personalisation"))
    second = pack(permit("s3"), settings={"s3": make_setting(replaces=["s1"])})
    no = said(NO, "s1", first)
    assert ask(no, first, second) is Code.REFUSED
    assert ask(said(GIVEN, "s3", second, no), first, second) is Code.PERMITTED
