"""What changed between two policies: said by what is used where, not by how the rules are written."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from licet.cli.main import app
from licet.decide import Policy
from licet.packs import check_pack
from licet.packs.pack_versions import as_of
from licet.policies.difference import PolicyDifference, compare_policies
from licet.policies.difference.place_changes import name_places
from licet.policies.difference.policy_difference import difference_of
from licet.policies.difference.reach_changes import (
    common_moment,
    kinds_known,
    kinds_used,
    places_alike,
    topmost,
)
from licet.terms.regions import COUNTRIES
from licet.terms.vocabulary import CATEGORIES
from licet.testing.drawn_policies import make_pack
from licet.testing.effort import examples
from licet.testing.successors import make_successor
from unit.packs.pack_samples import add_rule, rule
from unit.packs.pack_samples import make_pack as sample


def differ(edit: Any) -> PolicyDifference:
    return difference_of(sample(), sample(edit))


def sentences(edit: Any) -> list[str]:
    found = differ(edit)
    return [
        *(sentence for use in found.uses for sentence in use.sentences),
        *(sentence for told in found.topics.values() for sentence in told),
    ]


def test_a_policy_does_not_differ_from_itself() -> None:
    found = compare_policies("linkedin_official", "linkedin_official")
    assert not found.uses and not found.topics and not found.rules and not found.changes


def test_another_way_to_write_the_same_is_no_difference_of_use() -> None:
    def spelt_out(value: dict[str, Any]) -> None:
        rule(value, id="train_on_posts", regions=["EEA", "CH", "CH"])

    def whole(value: dict[str, Any]) -> None:
        rule(value, regions=["EEA", "CH"])

    found = difference_of(sample(whole), sample(spelt_out))
    assert found.uses == ()
    assert {(one.kind, one.id) for one in found.rules} == {("removed", "train"), ("added", "train_on_posts")}


def test_a_use_that_reaches_further_says_where_and_with_what() -> None:
    told = sentences(lambda value: rule(value, categories=["content.posts", "content.comments"]))
    assert any("now with comments" in sentence for sentence in told)
    told = sentences(lambda value: rule(value, regions=["WORLD"]))
    assert any(sentence.startswith("Everywhere but") and "now with posts" in sentence for sentence in told)


def test_a_condition_that_falls_is_said() -> None:
    before = sample(lambda value: rule(value, visibility=["public"], minimum_age=18))
    (use,) = difference_of(before, sample()).uses
    assert use.sentences == (
        "On posts: on no condition, where it was only what is public, from the age of 18.",
    )


def test_a_forbid_is_told_with_its_conditions() -> None:
    def minors(value: dict[str, Any]) -> None:
        add_rule(
            value, id="no", effect="forbid", purposes=["generative_ai_training"], categories=["content"],
            maximum_age=17, regions=["CH"],
        )  # fmt: skip

    (told,) = differ(minors).topics["what is never done"]
    assert "up to the age of 17" in told and "Switzerland" in told


def test_defaults_reach_and_days_are_told() -> None:
    def change(value: dict[str, Any]) -> None:
        setting = value["settings"]["ai"]
        setting["default"] = {
            "state": "on",
            "exceptions": [{"state": "off", "regions": ["CH"], "below_age": 18}],
        }
        setting |= {"retroactive": True, "keeps_earlier_choice": False, "kind": "form", "honours": ["gpc"]}
        value["notices"]["autumn"]["effective"] = "2025-12-01"

    told = " ".join(sentences(change))
    assert "starts on, off for Switzerland and people below 18 (before: starts off)" in told
    assert "reaches what was built before: yes (before: no source says)" in told
    assert "keeps a choice made before: no" in told
    assert "is a form, where it was a switch" in told
    assert "The signal GPC switches" in told
    assert "effective 2025-12-01, where it was" in told


def test_what_is_no_longer_read_is_not_said_to_be_done_no_more() -> None:
    def narrowed(value: dict[str, Any]) -> None:
        value["scope"] = [{"purposes": ["generative_ai_training"], "regions": ["CH"]}]

    found = differ(narrowed)
    (use,) = found.uses
    assert use.kind == "changed" and [shift.unread for shift in use.shifts] == ["after"]
    (told,) = use.sentences
    assert "nobody here has read what applies from then on" in told and "no longer" not in told
    (read,) = found.topics["what was read"]
    assert "people in Switzerland" in read and "Before: it speaks for everybody" in read
    back = difference_of(found.after, found.before)
    assert "before, nobody here had read what applied" in back.uses[0].sentences[0]
    assert {change.part for change in found.changes} == {"heading"}


def test_a_use_of_which_only_one_policy_was_read_is_neither_new_nor_gone() -> None:
    def elsewhere(value: dict[str, Any]) -> None:
        rule(value, purposes=["recommendation"])
        value["purposes"] = {"recommendation": {}}
        value["scope"] = [{"purposes": ["recommendation"]}]

    found = differ(elsewhere)
    kinds = {use.purpose: (use.kind, use.heading) for use in found.uses}
    assert kinds["generative_ai_training"][0] == "unread" and kinds["recommendation"][0] == "new"
    assert "No longer done" not in kinds["generative_ai_training"][1]
    back = {use.purpose: use.kind for use in difference_of(found.after, found.before).uses}
    assert back == {"generative_ai_training": "newly_read", "recommendation": "gone"}


def test_versions_of_a_history_are_told_apart_by_what_each_changed() -> None:
    def history(value: dict[str, Any]) -> None:
        says = {"about": "data", "says": "Posts train no more.", "rules": ["train"]}
        value["versions"] = {
            "2025-11-03": {"effective": "2025-11-03", "sources": ["policy"]},
            "2026-02-01": {"effective": "2026-02-01", "sources": ["policy"], "changes": [says]},
        }
        rule(value, until="2026-02-01")

    whole = sample(history)
    first, second = as_of(whole, "2025-11-03"), as_of(whole, "2026-02-01")
    assert [one.until for one in first.rules] == [None] and not second.rules
    found = difference_of(first, second)
    assert found.uses[0].kind == "gone" and "Posts train no more." in found.topics["versions"][0]
    assert {"added"} == {change.kind for change in found.changes if change.part == "version"}


def test_the_command_answers_in_json_and_refuses_what_is_no_policy() -> None:
    runner = CliRunner()
    told = json.loads(runner.invoke(app, ["packs", "diff", "reddit", "x_grok", "--json"]).stdout)
    assert {"before", "after", "uses", "topics", "rules", "changes"} == set(told)
    refused = runner.invoke(app, ["packs", "diff", "reddit", "no_such_policy"])
    assert refused.exit_code == 2 and "PACK-027" in refused.stderr


def test_a_set_of_countries_in_few_words() -> None:
    day = compare_policies("reddit", "reddit").before.observed
    assert name_places(COUNTRIES, (sample(),), day) == "everywhere"
    assert name_places(COUNTRIES - {"CH"}, (sample(),), day) == "everywhere but Switzerland"
    assert name_places(frozenset({"CH", "GB"}), (sample(),), day) == "Switzerland and the United Kingdom"


def test_the_fewest_words_for_kinds_of_data() -> None:
    under = frozenset(kind for kind in CATEGORIES if kind.startswith("content"))
    assert topmost(under, CATEGORIES) == ["content"]
    assert topmost(under - {"content.media"}, CATEGORIES) == sorted(
        under - {"content", "content.media"}, key=list(CATEGORIES).index
    )


@examples(5)
@given(st.randoms(use_true_random=False))
def test_places_said_to_fare_alike_do(rng: Random) -> None:
    before = make_pack(rng)
    after = make_successor(rng, before).pack if rng.randrange(2) else make_pack(rng)
    policies, at = (Policy(before), Policy(after)), common_moment(before, after)
    groups = places_alike(policies, at)
    assert frozenset().union(*groups) >= COUNTRIES and sum(map(len, groups)) == len(
        frozenset().union(*groups)
    )
    kinds = rng.sample(kinds_known(before, after), 6)
    for group in rng.sample(groups, min(3, len(groups))):
        for policy in policies:
            purpose = rng.choice([purpose for one in policy.pack.rules for purpose in one.purposes])
            asked = {
                kinds_used(policy, purpose, "self", place, kinds, at)
                for place in (min(group), *rng.sample(sorted(group), 1))
            }
            assert len(asked) == 1


@examples(5)
@given(st.randoms(use_true_random=False))
def test_any_two_policies_can_be_told_apart(rng: Random) -> None:
    before, after = make_pack(rng), make_pack(rng)
    check_pack(before)
    told = difference_of(before, after).as_json()
    json.dumps(told)
    assert bool(told["changes"]) is (before.digest != after.digest)
