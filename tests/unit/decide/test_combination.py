"""Several kinds of data and several people: what passes of a row, and whose reason it tells."""

from __future__ import annotations

from decide_samples import AT, make_policy

from licet.decide import Decision, Facts, Request, decide
from licet.decide.combination import DISAGREE, UNLABELLED, Reason, SubjectAnswer, answer_of, combine
from licet.terms import Code

REFUSED, ELSEWHERE = Reason(Code.REFUSED, "posts"), Reason(Code.REGION_NOT_COVERED, "posts")


def no(reason: Reason) -> SubjectAnswer:
    return SubjectAnswer(0, reason, None)


def yes(mask: int) -> SubjectAnswer:
    return SubjectAnswer(mask, None, None)


def decision(code: Code) -> Decision:
    asked = decide(Request("recommendation", "content.posts", at=AT), Facts(), make_policy())
    return asked._replace(permitted=code is Code.PERMITTED, code=code)


def test_one_permitted_kind_is_enough_and_every_code_has_its_place() -> None:
    assert answer_of([decision(Code.REFUSED), decision(Code.PERMITTED)]) == SubjectAnswer(0b10, None, None)
    for code in Code:
        if code not in (Code.PERMITTED, Code.UNLABELLED, Code.SUBJECTS_DISAGREE, Code.REFERENCE_WITHHELD):
            answer = answer_of([decision(Code.NO_RULE), decision(code)])
            assert answer.reason is not None and answer.reason.code in (code, Code.NO_RULE)
    assert answer_of([]).reason == UNLABELLED


def test_a_row_tells_the_reason_that_came_nearest_to_a_yes_wherever_it_stands() -> None:
    for order in ((Code.NO_RULE, Code.REFUSED), (Code.REFUSED, Code.NO_RULE)):
        answer = answer_of([decision(code) for code in order])
        assert answer.nearest is not None and answer.nearest.code is Code.REFUSED


def test_a_kind_passes_when_everybody_permits_it() -> None:
    assert combine([yes(0b11), yes(0b01)]) == (0b01, None, None)


def test_the_reason_is_that_of_the_first_who_permits_nothing() -> None:
    assert combine([yes(0b11), no(REFUSED), no(ELSEWHERE)]) == (0, REFUSED, 1)
    assert combine([no(ELSEWHERE), no(REFUSED)]) == (0, ELSEWHERE, 0)
    assert combine([yes(0b01), yes(0b10), no(REFUSED)]) == (0, REFUSED, 2), (
        "though the others disagree as well"
    )


def test_people_who_permit_different_parts_disagree() -> None:
    assert combine([yes(0b01), yes(0b10)]) == (0, DISAGREE, None)
