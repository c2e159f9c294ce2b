"""The words of an answer: one code per way a record can be permitted or held back.

A deny is a value, never an error. Codes are stable: they are counted in manifests and shown to members.
"""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Why a record is permitted or held back. The text is what JSON, manifests and tables carry."""

    PERMITTED = "permitted"
    # what was asked is not known
    PURPOSE_UNKNOWN = "purpose_unknown"
    CATEGORY_UNKNOWN = "category_unknown"
    RECIPIENT_UNKNOWN = "recipient_unknown"
    MOMENT_UNKNOWN = "moment_unknown"
    # nothing could permit it
    CLOSED_BY_VOCABULARY = "closed_by_vocabulary"
    UNLABELLED = "unlabelled"
    NOT_READ = "not_read"
    NO_RULE = "no_rule"
    FORBIDDEN = "forbidden"
    # the dates
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    # the subject
    SUBJECT_UNKNOWN = "subject_unknown"
    REGION_UNKNOWN = "region_unknown"
    REGION_NOT_COVERED = "region_not_covered"
    AGE_UNKNOWN = "age_unknown"
    UNDER_AGE = "under_age"
    AGE_NOT_COVERED = "age_not_covered"
    PLAN_UNKNOWN = "plan_unknown"
    PLAN_NOT_COVERED = "plan_not_covered"
    SUBJECTS_DISAGREE = "subjects_disagree"
    # the record
    REFERENCE_WITHHELD = "reference_withheld"
    VISIBILITY_UNKNOWN = "visibility_unknown"
    VISIBILITY_NOT_COVERED = "visibility_not_covered"
    CREATED_UNKNOWN = "created_unknown"
    CREATED_NOT_COVERED = "created_not_covered"
    # the choice
    REFUSED = "refused"
    OFF_BY_DEFAULT = "off_by_default"
    NOT_ASKED = "not_asked"
    DEFAULT_UNKNOWN = "default_unknown"
    RECORD_REFUSED = "record_refused"
    ORGANISATION_REFUSED = "organisation_refused"

    @property
    def says_no(self) -> bool:
        """Whether a rule or somebody says no: that stands also where nobody has read what applies."""
        return self in _NOES


_NOES = frozenset((Code.FORBIDDEN, Code.REFUSED, Code.RECORD_REFUSED, Code.ORGANISATION_REFUSED))

#: One plain sentence per code, for people. `{rule}` and `{setting}` are filled where they are known.
SENTENCES: dict[Code, str] = {
    Code.PERMITTED: "permitted by rule {rule}",
    Code.PURPOSE_UNKNOWN: "the policy does not know this purpose",
    Code.CATEGORY_UNKNOWN: "the policy does not know this kind of data",
    Code.RECIPIENT_UNKNOWN: "the policy does not know this recipient",
    Code.MOMENT_UNKNOWN: "the moment of the use is not known",
    Code.CLOSED_BY_VOCABULARY: "this kind of data is never used for this, under any policy",
    Code.UNLABELLED: "the catalogue does not say what kind of data this is",
    Code.NOT_READ: "nobody here has read what applies to the member",
    Code.NO_RULE: "no rule of the policy permits it",
    Code.FORBIDDEN: "forbidden by rule {rule}",
    Code.TOO_EARLY: "the policy is not in force yet",
    Code.TOO_LATE: "the rule has ended",
    Code.SUBJECT_UNKNOWN: "nobody knows whose data this is",
    Code.REGION_UNKNOWN: "the member's region is not known",
    Code.REGION_NOT_COVERED: "the policy does not cover the member's region",
    Code.AGE_UNKNOWN: "the member's age is not known",
    Code.UNDER_AGE: "the member is too young",
    Code.AGE_NOT_COVERED: "the policy does not cover members of this age",
    Code.PLAN_UNKNOWN: "the member's plan is not known",
    Code.PLAN_NOT_COVERED: "the policy does not cover the member's plan",
    Code.SUBJECTS_DISAGREE: "the people in this record permit different parts of it",
    Code.REFERENCE_WITHHELD: "what the record belongs to is held back, or is not known",
    Code.VISIBILITY_UNKNOWN: "it is not known who could see the record",
    Code.VISIBILITY_NOT_COVERED: "the record was not shown to a wide enough audience",
    Code.CREATED_UNKNOWN: "it is not known when the record was made",
    Code.CREATED_NOT_COVERED: "the record was made outside the dates the policy covers",
    Code.REFUSED: "the member switched {setting} off",
    Code.OFF_BY_DEFAULT: "{setting} is off unless the member switches it on",
    Code.NOT_ASKED: "consent is needed and the member was never asked",
    Code.DEFAULT_UNKNOWN: "whether {setting} starts on or off for this member is not known",
    Code.RECORD_REFUSED: "somebody in this record, or in what it belongs to, said no to this use of it",
    Code.ORGANISATION_REFUSED: "the organisation whose work this is said no to this use of it",
}

#: How a sentence about a member is said to the member: the longer first.
_TO_YOU = (
    ("permitted by rule", "the policy permits it, in its rule"), ("the member switches", "you switch"),
    ("the member's", "your"), ("the member is", "you are"), ("the member was", "you were"),
    ("for this member", "for you"), ("the member", "you"), ("members of", "people of"),
)  # fmt: skip


def to_you(sentence: str) -> str:
    """A reason, said to the member it is about."""
    for about, said in _TO_YOU:
        sentence = sentence.replace(about, said)
    return sentence


#: In place of a setting: everything that any policy ever lets anybody do with the member's data. No id can be it, and
#: only a no to it says anything: a standing objection, which a yes said after it lifts for what that speaks for.
EVERY_USE = "*"


class ChoiceState(StrEnum):
    """Where a member stands on a setting. Never asked is a state of its own (ISO/IEC TS 27560).

    A yes after a no is told apart from a first one: the no goes on for what it reached and the yes does not speak for.
    """

    GIVEN = "given"
    GIVEN_AGAIN = "given_again"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    NEVER_ASKED = "never_asked"

    @classmethod
    def yeses(cls) -> tuple[str, ...]:
        """Those of somebody who said yes last, as tables have them."""
        return tuple(str(state) for state in cls if state.is_yes)

    @classmethod
    def after(cls, before: object, is_on: bool) -> ChoiceState:
        """Where one more yes or no puts a member who stood at `before`; None is never asked."""
        if is_on:
            return cls.GIVEN if before in (None, cls.NEVER_ASKED, cls.GIVEN) else cls.GIVEN_AGAIN
        return cls.REFUSED if before in (None, cls.NEVER_ASKED, cls.REFUSED) else cls.WITHDRAWN

    @property
    def is_yes(self) -> bool:
        return self is ChoiceState.GIVEN or self is ChoiceState.GIVEN_AGAIN
