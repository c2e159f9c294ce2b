"""What a policy is used for, said once: by rule, and by every purpose of its own that is a kind of a permitted one."""

from __future__ import annotations

from licet.app.member.data_uses import JudgedRecords
from licet.decide import Policy, Request, decide
from licet.decide.question import Facts
from licet.enforce.impact import uses_of
from licet.packs import Pack, Use, open_pack
from licet.policies.comparison.comparison_table import uses_of as uses_compared
from licet.policies.difference.audience import TO_YOU
from licet.policies.difference.use_changes import uses_that_differ
from unit.decide.decide_samples import AT

ASSISTANT = {"label": "our assistant", "kind_of": "generative_ai_training"}


def with_a_kind_of_training() -> Pack:
    values = open_pack("linkedin_as_reported").as_json()
    values["purposes"]["assistant_llm"] = ASSISTANT
    return Pack.model_validate(values)


def test_a_kind_of_a_permitted_purpose_is_a_use_for_everyone_who_asks() -> None:
    before, pack = open_pack("linkedin_as_reported"), with_a_kind_of_training()
    policy, use = Policy(pack), Use("assistant_llm", "self")
    assert policy.cell("assistant_llm", "content.posts", "self").permits
    assert use in pack.uses() and use not in before.uses()
    assert use in uses_of(policy)
    assert use in [flow.use for flow in JudgedRecords("ann", [], dict.fromkeys, policy, AT, {}, None).flows()]
    assert any("assistant_llm" in purposes for purposes, _ in uses_compared(pack))
    assert "assistant_llm" in [one.purpose for one in uses_that_differ(before, pack, TO_YOU)]


def test_uses_are_those_of_which_decide_knows_a_permit() -> None:
    pack = with_a_kind_of_training()
    policy = Policy(pack)
    purposes = {*pack.purposes, *(word for rule in pack.rules for word in rule.purposes)}
    permitted = {
        Use(purpose, recipient)
        for purpose in purposes
        for recipient in ("self", *pack.recipients)
        if any(
            policy.cell(purpose, kind, recipient).permits for rule in pack.rules for kind in rule.categories
        )
    }
    assert {*pack.uses()} == permitted
    for use in pack.uses():
        assert pack.permits(*use)
    assert not decide(Request("unheard_of", "content.posts", at=AT), Facts("DE", 30), policy).permitted
