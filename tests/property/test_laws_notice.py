"""Law 4: no rule before its notice. Dates are counted here anew, from the rule and its notice."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given

from licet.decide import Facts, Policy, Request, decide
from licet.packs import Pack, Rule
from licet.terms import Code
from licet.testing.drawn_policies import make_pack, packs
from licet.testing.drawn_questions import facts, make_facts, make_request, requests, under
from licet.testing.effort import EFFORT, examples

MICROSECOND = timedelta(microseconds=1)


def first_moment(rule: Rule, pack: Pack) -> datetime:
    days = [] if rule.from_ is None else [rule.from_]
    if rule.notice is not None:
        notice = pack.notices[rule.notice]
        days += [notice.effective, notice.published, notice.published + timedelta(days=notice.period_days)]
    last = max(days)
    return datetime(last.year, last.month, last.day, tzinfo=UTC)


def test_no_rule_before_its_notice() -> None:
    """No rule that permits does so before its day, its notice, and the notice's period have come."""
    permitted = held = 0
    for seed in range(400 * EFFORT):
        rng = random.Random(seed)
        pack = make_pack(rng)
        policy = Policy(pack)
        for _ in range(12):
            request, who = make_request(rng), make_facts(rng, pack)
            told = decide(request, who, policy)
            if not told.permitted or told.rule is None:
                continue
            permitted += 1
            start = first_moment(pack.rules_by_id[told.rule], pack)
            assert request.at is not None and request.at >= start
            before = decide(request._replace(at=start - MICROSECOND), who, policy)
            assert before.rule != told.rule or not before.permitted
            held += not before.permitted
    assert permitted > 300 and held > 200


@examples(100)
@given(packs(), requests(), facts())
def test_nothing_is_permitted_before_the_first_notice_has_run(
    pack: Pack, request: Request, who: Facts
) -> None:
    who = under(pack, who)
    starts = [first_moment(rule, pack) for rule in pack.rules if rule.effect == "permit"]
    early = request._replace(
        purpose="recommendation", category="content.posts", recipient="self", at=min(starts) - MICROSECOND
    )
    assert decide(early, who, Policy(pack)).code is Code.TOO_EARLY


@examples(100)
@given(packs(), requests(), facts())
def test_a_longer_notice_period_never_permits_more(pack: Pack, request: Request, who: Facts) -> None:
    who = under(pack, who)
    longer = {
        id_: notice.model_copy(update={"period_days": notice.period_days + 3000})
        for id_, notice in pack.notices.items()
    }
    permits_only = tuple(rule for rule in pack.rules if rule.effect == "permit")
    now = Policy(pack.model_copy(update={"rules": permits_only}))
    later = Policy(pack.model_copy(update={"rules": permits_only, "notices": longer}))
    before = decide(request, who, now)
    if decide(request, who, later).permitted:
        # A rule that no longer applies can only have been open before, never closed.
        assert before.permitted or before.code.value.endswith("_unknown")
