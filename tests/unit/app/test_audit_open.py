"""Of an owner of whom nobody knows where they live, what is told is what is true of everybody whom it may be."""

from __future__ import annotations

import pytest

from licet.audit.inventory import Alike, Group
from licet.audit.judgement import Fate, Judge
from licet.audit.open_judgement import OpenJudge, ages_told_apart, places_told_apart
from licet.audit.topics import TRAINING
from licet.decide import Facts, Policy
from licet.packs import open_pack
from licet.terms.moments import parse_moment
from licet.terms.regions import COUNTRIES

AT = parse_moment("2026-12-01")
OF_TODAY = Group(Alike("public", 0, frozenset()), AT)
KINDS = (
    "content.posts",
    "profile",
    "ai_conversation",
    "private_communication.messages",
    "activity",
    "feedback",
)


@pytest.mark.parametrize("name", ["linkedin_official", "openai_chatgpt", "meta_ai"])
def test_everybody_whom_it_may_be_is_asked_about(name: str) -> None:
    pack = open_pack(name)
    policy, places, ages = Policy(pack), places_told_apart(pack, AT), ages_told_apart(pack)
    assert len(places) <= 12, "people whom a policy treats alike are asked about once"

    def fates(kind: str, regions: tuple[str, ...], years: tuple[int, ...]) -> set[Fate]:
        people = [Facts(region, age, None, {}) for region in regions for age in years]
        return {Judge(policy, who, AT).answer(TRAINING, kind, OF_TODAY)[0] for who in people}

    # China is not told from Hong Kong, which is one of its provinces, too
    unsure = {Fate.AMBIGUOUS}
    for kind in KINDS:
        everywhere = fates(kind, (*sorted(COUNTRIES), "US-TX", "CA-ON", "CA-QC"), (30,))
        assert fates(kind, places, (30,)) - unsure == everywhere - unsure
        told = OpenJudge(policy, [Facts(one, 30, None, {}) for one in places], AT).answer(
            TRAINING, kind, OF_TODAY
        )
        if not everywhere.isdisjoint((Fate.USED, Fate.AMBIGUOUS)):
            assert told[0] is (everywhere.pop() if len(everywhere) == 1 else Fate.BY_PLACE)
        else:
            assert told[0] in everywhere
        at_any_age = fates(kind, ("CH",), tuple(range(100)))
        assert fates(kind, ("CH",), ages) == at_any_age
        told = OpenJudge(policy, [Facts("CH", one, None, {}) for one in ages], AT).answer(
            TRAINING, kind, OF_TODAY
        )
        assert (told[0] is Fate.BY_AGE) == (
            len(at_any_age) > 1 and not at_any_age.isdisjoint((Fate.USED, Fate.AMBIGUOUS))
        )
