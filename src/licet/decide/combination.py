"""The answer for a row: of several kinds of data and several people, what passes, and if nothing does, why.
A row that refers to others passes only with them.

A kind of data passes when everyone the row is about permits it, and the row with the first kind that does. Held back,
it tells the reason of the first subject, in the catalogue's order, who permits nothing of it: that of the kind which
came nearest to a yes. Where everybody permits something and nobody the same, the people in it disagree.

Whoever speaks of rows asks here: the gate and what it counts, impact, members' pages, public headers. Engines join
what is said here of single people; `enforce.rows` writes `combine` as SQL, and parity tests hold it to this. Pure.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import NamedTuple

from licet.decide.decision import Decision
from licet.decide.question import Facts
from licet.terms import Code
from licet.terms.regions import COUNTRIES


class Reason(NamedTuple):
    """Why a row is held back."""

    code: Code
    rule: str | None


class SubjectAnswer(NamedTuple):
    """What one subject permits of a row.

    mask:    bit i set when the row's i-th kind of data is permitted.
    reason:  of the kind of data that came nearest to being permitted; None when one is.
    nearest: the decision that says so; None when one is permitted, and where no kind is known.
    """

    mask: int
    reason: Reason | None
    nearest: Decision | None


class RowAnswer(NamedTuple):
    """What passes of a row: a bit for each kind of data; and if none does, the reason.

    whose: the place of the subject whose reason it is; None where it is nobody's alone, or something passes.
    """

    mask: int
    reason: Reason | None
    whose: int | None


#: A row about nobody is judged as one about a person in every country would be, of whom nothing else is known and who
#: never chose: so it passes by a rule that asks nothing about a person, and no way past a forbid leads through it.
NOBODY = tuple(Facts(country) for country in sorted(COUNTRIES))

UNLABELLED = Reason(Code.UNLABELLED, None)
DISAGREE = Reason(Code.SUBJECTS_DISAGREE, None)
WITHHELD = Reason(Code.REFERENCE_WITHHELD, None)

#: How near a code is to a yes: of several kinds of data the row reports the nearest.
_NEARNESS = (
    Code.RECORD_REFUSED, Code.ORGANISATION_REFUSED,
    Code.REFUSED, Code.NOT_ASKED, Code.OFF_BY_DEFAULT, Code.DEFAULT_UNKNOWN,
    Code.CREATED_NOT_COVERED, Code.CREATED_UNKNOWN, Code.VISIBILITY_NOT_COVERED, Code.VISIBILITY_UNKNOWN,
    Code.PLAN_NOT_COVERED, Code.PLAN_UNKNOWN, Code.AGE_NOT_COVERED, Code.UNDER_AGE, Code.AGE_UNKNOWN,
    Code.REGION_NOT_COVERED, Code.REGION_UNKNOWN, Code.TOO_LATE, Code.TOO_EARLY, Code.FORBIDDEN,
    Code.SUBJECT_UNKNOWN, Code.NOT_READ, Code.NO_RULE, Code.CLOSED_BY_VOCABULARY, Code.RECIPIENT_UNKNOWN,
    Code.CATEGORY_UNKNOWN, Code.PURPOSE_UNKNOWN, Code.MOMENT_UNKNOWN,
)  # fmt: skip
_NEAR = {code: place for place, code in enumerate(_NEARNESS)}


def answer_of(decisions: Sequence[Decision]) -> SubjectAnswer:
    """One subject's answer, from what was decided about each kind of data in the row, in its table's order."""
    mask = sum(1 << place for place, decision in enumerate(decisions) if decision.permitted)
    if mask:
        return SubjectAnswer(mask, None, None)
    if not decisions:
        return SubjectAnswer(0, UNLABELLED, None)
    nearest = min(decisions, key=lambda decision: _NEAR[decision.code])
    return SubjectAnswer(0, Reason(nearest.code, nearest.rule), nearest)


def with_references(answer: RowAnswer, all_pass: bool) -> RowAnswer:
    """The answer for a row that refers to others: it passes if they all do. Its own people's reason is told first."""
    return answer if all_pass or not answer.mask else RowAnswer(0, WITHHELD, None)


def combine(answers: Sequence[SubjectAnswer]) -> RowAnswer:
    """The row's answer, from that of everyone it is about, in the catalogue's order.

    A gap, and a list with nobody in it, is somebody nobody knows, and has their answer: so there is always one.
    """
    mask = functools.reduce(int.__and__, (answer.mask for answer in answers))
    if mask:
        return RowAnswer(mask, None, None)
    for place, answer in enumerate(answers):
        if not answer.mask:
            return RowAnswer(0, answer.reason, place)
    return RowAnswer(0, DISAGREE, None)
