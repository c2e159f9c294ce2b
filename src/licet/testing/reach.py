"""What a long run must have met: every reason a row can be told, and every feature the generators are there for."""

from __future__ import annotations

from collections import Counter

#: A run of so many decisions is long enough to have met everything.
LONG_CASES = 1_000_000

#: What rows of a table can be told; the other codes are about words a gate refuses to open with.
CODES = (
    "permitted", "closed_by_vocabulary", "category_unknown", "unlabelled", "not_read", "no_rule", "forbidden",
    "too_early", "too_late", "subject_unknown", "subjects_disagree", "region_unknown", "region_not_covered",
    "age_unknown", "under_age", "age_not_covered", "plan_unknown", "plan_not_covered", "visibility_unknown",
    "visibility_not_covered", "reference_withheld", "record_refused", "organisation_refused",
    "created_unknown", "created_not_covered", "refused", "off_by_default", "not_asked", "default_unknown",
)  # fmt: skip

#: As `features` names them. A kind of data lies so deep, and the rule that covers it speaks of one so deep.
FEATURES = (
    *(
        f"kind of data: level {kind}, rule at level {rule}"
        for kind in range(1, 7)
        for rule in range(1, kind + 1)
    ),
    "column: a dictionary",
    "column: of no type",
    "column: of nulls only",
    "created: date32[day]",
    "created: ms",
    "created: ns",
    "created: null",
    "created: s",
    "created: us, UTC",
    "created: us, another zone",
    "created: us, no zone",
    "cut: year 1",
    "cut: year 9999",
    "ids: a nought in front",
    "ids: beyond what floats tell apart",
    "ids: negative",
    "ids: text with blanks",
    "ids: whole numbers",
    "list of people: empty",
    "list of people: none at all",
    "list of people: someone twice",
    "list of people: twelve long",
    "list of people: with a gap",
    "members: a birthday today",
    "members: a date of birth",
    "members: an age",
    "members: born on 29 February",
    "members: no age",
    "members: one without an id",
    "members: twice, alike",
    "members: twice, not alike",
    "moment: at a rule's end",
    "moment: at a rule's start",
    "moment: just after a rule's end",
    "moment: just after a rule's start",
    "moment: just before a rule's end",
    "moment: just before a rule's start",
    "moment: with an offset",
    "moment: year 1",
    "moment: year 9999",
    "narrow refusal: above",
    "narrow refusal: below",
    "narrow refusal: of a kind dropped since",
    "narrow refusal: of a kind dropped since, which reaches",
    "narrow refusal: of a kind that only begins alike",
    "narrow refusal: of this very kind",
    "permitted: by a yes to what governs now, after a no to what did not any more",
    "policy: 2 packs in force so far",
    "policy: 3 packs in force so far",
    "policy: hundreds of rules",
    "question: a purpose of the pack's own",
    "question: another recipient",
    "question: twenty rules in scope",
    "record: made at a cut",
    "record: made in year 1",
    "record: made in year 9999",
    "record: made just after a cut",
    "record: made just before a cut",
    "refused: by a setting of an earlier pack",
    "refused: one record, for what refers to it",
    "refused: by a setting that this one replaces",
    "refused: by a gpp string",
    "refused: by a signal",
    "refused: by a signal that an earlier pack honoured",
    "refused: by a tcf string",
    "refused: by a setting that does not govern it any more, or never did",
    "refused: by a no that a later yes does not speak against",
    "region: a country of which a rule names a subdivision",
    "region: a group as it was before",
    "region: a subdivision of a country that a rule names",
    "region: a subdivision that a rule names",
    "region: no code",
    "scope: a no to what nobody has read",
    "scope: a permit that it leaves out",
    "scope: a region that nobody knows",
    "scope: several parts",
    "table: about nobody",
    "table: forty kinds of data or more",
    "table: kinds of data mixed",
    "table: nothing labelled",
    "table: of edges",
    "table: of events",
    "table: of people by role",
    "table: several columns of people",
    "table: that refers to another",
    "table: whose nobody says",
    "yes: given for something else",
    "yes: given under an earlier pack",
)


def missing(codes: Counter[str], features: Counter[str]) -> list[str]:
    """What was never met."""
    return [code for code in CODES if not codes[code]] + [one for one in FEATURES if not features[one]]
